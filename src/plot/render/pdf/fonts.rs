//! The embedded fonts of a PDF: of each face, the letters that are used.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, PdfWriter, Rect, Ref, Str};
use resvg::usvg::fontdb::{Database, ID, Source};
use sha2::{Digest, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use subsetter::GlyphRemapper;

use super::object::{Refs, compressed};

/// The faces that a page uses.
#[derive(Default)]
pub(super) struct Fonts {
    faces: BTreeMap<ID, Face>,
}

/// A face with the letters that are used.
pub(super) struct Face {
    /// The name by which the page refers to it.
    pub(super) name: String,
    /// Its name in the font file.
    full_name: String,
    data: Vec<u8>,
    /// New numbers of the letters, without gaps.
    letters: GlyphRemapper,
    /// The text and the width, in thousandths of an em, of each new number.
    used: BTreeMap<u16, (String, f32)>,
}

const IDENTITY: SystemInfo<'static> =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

impl Fonts {
    /// Whether a font is part of the program, so that it may be embedded: those of the system are files.
    pub(super) fn embeds(fonts: &Database, id: ID) -> bool {
        matches!(fonts.face_source(id), Some((Source::Binary(_), _)))
    }

    /// The face of this id.
    pub(super) fn of(&mut self, fonts: &Database, id: ID) -> &mut Face {
        let name = format!("F{}", self.faces.len());
        self.faces.entry(id).or_insert_with(|| Face {
            name,
            full_name: fonts
                .face(id)
                .map_or_else(String::new, |face| face.post_script_name.clone()),
            data: fonts.with_face_data(id, |data, _| data.to_vec()).unwrap_or_default(),
            letters: GlyphRemapper::new(),
            used: BTreeMap::new(),
        })
    }

    /// Writes the faces; returns their names on the page.
    pub(super) fn write(
        self,
        pdf: &mut PdfWriter,
        refs: &mut Refs,
    ) -> Result<Vec<(String, Ref)>, String> {
        let write = |face: Face| Ok((face.name.clone(), face.write(pdf, refs)?));
        self.faces.into_values().map(write).collect()
    }
}

impl Face {
    /// Adds a letter by its number in the font; returns its new number, and its width in thousandths of an em.
    pub(super) fn add(&mut self, letter: u32, text: &str) -> (u16, f32) {
        let number = self.letters.remap(letter as u16);
        let data = &self.data;
        let (_, width) = self.used.entry(number).or_insert_with(|| {
            let width = FontRef::new(data).ok().and_then(|font| {
                let metrics = font.glyph_metrics(Size::new(1000.0), LocationRef::default());
                metrics.advance_width(GlyphId::new(letter))
            });
            (text.to_owned(), width.unwrap_or(0.0))
        });
        (number, *width)
    }

    fn write(self, pdf: &mut PdfWriter, refs: &mut Refs) -> Result<Ref, String> {
        let [font, letters, about, file, texts] = std::array::from_fn(|_| refs.next());
        let subset = subsetter::subset(&self.data, 0, &self.letters).map_err(|e| e.to_string())?;
        // Subsets of one font need different names.
        let digest = Sha256::digest(&subset);
        let tag: String = digest.iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect();
        let name = format!("{tag}+{}", self.full_name);
        let name = Name(name.as_bytes());
        pdf.type0_font(font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(letters)
            .to_unicode(texts);
        let mut cid = pdf.cid_font(letters);
        cid.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY);
        cid.font_descriptor(about).default_width(0.0);
        cid.cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = cid.widths();
        for (number, (_, width)) in &self.used {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        cid.finish();
        self.describe(pdf, about, name, file)?;
        pdf.stream(file, &compressed(&subset)?)
            .filter(Filter::FlateDecode)
            .pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
        let mut map = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
        for (number, (text, _)) in &self.used {
            map.pair_with_multiple(*number, text.chars());
        }
        pdf.stream(texts, &compressed(&map.finish())?).filter(Filter::FlateDecode);
        Ok(font)
    }

    fn describe(
        &self,
        pdf: &mut PdfWriter,
        about: Ref,
        name: Name<'_>,
        file: Ref,
    ) -> Result<(), String> {
        let font = FontRef::new(&self.data).map_err(|error| error.to_string())?;
        let metrics = font.metrics(Size::new(1000.0), LocationRef::default());
        let bounds = metrics.bounds.unwrap_or_default();
        let mut descriptor = pdf.font_descriptor(about);
        descriptor
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max))
            .italic_angle(0.0)
            .ascent(metrics.ascent)
            .descent(metrics.descent)
            .cap_height(metrics.cap_height.unwrap_or(metrics.ascent))
            // Only the width of stems in a replacement, which is never needed.
            .stem_v(80.0)
            .font_file2(file);
        Ok(())
    }
}
