//! Fonts of the system, for letters that the embedded font lacks, such as Chinese ones. They are read only where a
//! text has such letters: a chart without them is the same on every machine.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source, Style, Weight};
use resvg::usvg::{FontResolver, Options};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::{font, glyph};

/// The embedded font only.
static EMBEDDED: LazyLock<Arc<Database>> = LazyLock::new(|| Arc::new(embedded()));

/// The embedded font and those of the system.
static ALL: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = embedded();
    fonts.load_system_fonts();
    Arc::new(fonts)
});

/// The fonts of letters that were looked up already.
static KNOWN: LazyLock<Mutex<HashMap<char, Option<ID>>>> = LazyLock::new(Mutex::default);

fn embedded() -> Database {
    let mut fonts = Database::new();
    fonts.load_font_data(font::regular().to_vec());
    fonts.load_font_data(font::bold().to_vec());
    fonts.set_sans_serif_family(font::NAME);
    fonts
}

/// The options with which a text is laid out, with the fonts that it needs.
pub(super) fn options(text: &str) -> Options<'static> {
    let needs_others = text.chars().any(is_lacking);
    Options {
        font_family: font::NAME.to_owned(),
        fontdb: Arc::clone(if needs_others { &ALL } else { &EMBEDDED }),
        font_resolver: FontResolver {
            select_fallback: Box::new(|letter, used, _| {
                of(letter).filter(|font| !used.contains(font))
            }),
            ..FontResolver::default()
        },
        ..Options::default()
    }
}

/// The letters of a text that no font has: a box is drawn for each.
pub(super) fn missing(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|&letter| is_lacking(letter) && of(letter).is_none())
}

/// The width of a letter in ems, where a font of the system has it.
pub(super) fn width(letter: char) -> Option<f32> {
    let font = of(letter)?;
    let width = |data: &[u8], index: u32| {
        let font = FontRef::from_index(data, index).ok()?;
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        metrics.advance_width(font.charmap().map(letter)?)
    };
    ALL.with_face_data(font, width).flatten()
}

/// Whether the embedded font lacks a letter that should be visible.
fn is_lacking(letter: char) -> bool {
    !letter.is_ascii() && !letter.is_whitespace() && !letter.is_control() && !font::has(letter)
}

/// The font of the system that draws a letter: sans-serif, regular and upright if there is one, always the same
/// on the same system.
fn of(letter: char) -> Option<ID> {
    if !is_lacking(letter) {
        return None;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(letter).or_insert_with(|| {
        let has = |face: &&FaceInfo| {
            let draws = |data: &[u8], index| glyph::of_letter(data, index, letter).is_some();
            ALL.with_face_data(face.id, draws).unwrap_or(false)
        };
        ALL.faces().filter(has).min_by_key(|face| rank(face)).map(|face| face.id)
    })
}

/// The order in which fonts are preferred; the file decides last, since the folders of a system have no order.
fn rank(face: &FaceInfo) -> (bool, bool, bool, u16, String, PathBuf, u32) {
    let file = match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => path.clone(),
        Source::Binary(_) => PathBuf::new(),
    };
    let family = face.families.first().map_or("", |(name, _)| name.as_str());
    (
        face.style != Style::Normal,
        face.monospaced,
        !family.contains("Sans"),
        face.weight.0.abs_diff(Weight::NORMAL.0),
        face.post_script_name.clone(),
        file,
        face.index,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_the_embedded_font_has_needs_no_other() {
        let fonts = |text: &str| options(text).fontdb.len();
        assert_eq!(fonts("Δ accuracy ≥ 0.2 %, “größer” · Ω"), 2);
        assert!(fonts("精度") >= 2);
    }

    #[test]
    fn letters_that_no_font_has_are_found() {
        // A letter for private use that is in no font of any system.
        let nowhere = '\u{10fffd}';
        assert_eq!(missing(&format!("a{nowhere} b\n")).collect::<Vec<_>>(), [nowhere]);
        assert_eq!(width(nowhere), None);
        assert_eq!(missing("accuracy (%)").count(), 0);
    }
}
