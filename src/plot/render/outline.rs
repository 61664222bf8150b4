//! The outlines of letters, and texts as outlines: such a text looks the same whatever fonts its reader has.

use resvg::tiny_skia::{Path, PathSegment};
use resvg::usvg::fontdb::Database;
use resvg::usvg::layout::PositionedGlyph;
use resvg::usvg::{Group, Node, Text, Tree};

use super::glyph::{self, EM};
use super::system;
use super::text::Face;

/// A text as letters from left to right.
#[derive(Debug, Default)]
pub(super) struct Outlined {
    /// The visible letters.
    pub(super) letters: Vec<Letter>,
    /// The width of the text up to its last visible letter's origin and beyond, in units.
    pub(super) width: f64,
}

/// A letter at its place in a text.
#[derive(Debug)]
pub(super) struct Letter {
    /// The name of its shape: the font and its number there.
    pub(super) name: String,
    /// Its outline as SVG path data, in units.
    pub(super) path: String,
    /// Where it begins, in units from the beginning of the text.
    pub(super) x: f64,
    /// How far it is below the line, in units.
    pub(super) y: f64,
}

/// The text as outlines; `width` is that of the text in pixels.
pub(super) fn text(text: &str, face: Face, width: f64) -> Outlined {
    let scale = EM / face.size;
    let letters = laid_out(text, face).iter().flat_map(|tree| letters(tree, scale)).collect();
    Outlined { letters, width: width * scale }
}

/// The text at the origin of a document of its own, laid out as in any other.
fn laid_out(text: &str, face: Face) -> Option<Tree> {
    let weight = if face.bold { "bold" } else { "normal" };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text xml:space=\"preserve\" \
         font-family=\"{}\" font-size=\"{}\" font-weight=\"{weight}\">{escaped}</text></svg>",
        super::font::FAMILY,
        face.size
    );
    Tree::from_str(&svg, &system::options(text)).ok()
}

fn letters(tree: &Tree, scale: f64) -> Vec<Letter> {
    let mut found = Vec::new();
    for text in texts(tree.root()) {
        for glyph in text.layouted().iter().flat_map(|span| &span.positioned_glyphs) {
            found.extend(letter(tree.fontdb(), glyph, scale));
        }
    }
    found
}

/// The texts of a group, in order.
fn texts(group: &Group) -> Vec<&Text> {
    let mut found = Vec::new();
    for node in group.children() {
        match node {
            Node::Text(text) => found.push(&**text),
            Node::Group(group) => found.extend(texts(group)),
            _ => {}
        }
    }
    found
}

/// `None` where there is nothing to see.
fn letter(fonts: &Database, glyph: &PositionedGlyph, scale: f64) -> Option<Letter> {
    let path = of_glyph(fonts, glyph)?;
    let font = fonts.faces().position(|face| face.id == glyph.font)?;
    let place = glyph.transform();
    Some(Letter {
        name: format!("{font}-{}", glyph.id.0),
        path: data(&path),
        x: f64::from(place.tx) * scale,
        y: f64::from(place.ty) * scale,
    })
}

/// The outline of a letter in units, downwards as in SVG; `None` where there is nothing to see.
pub(super) fn of_glyph(fonts: &Database, glyph: &PositionedGlyph) -> Option<Path> {
    let draw = |data: &[u8], index| glyph::outline(data, index, glyph.id.0);
    fonts.with_face_data(glyph.font, draw)?
}

/// Path data in whole units.
fn data(path: &Path) -> String {
    let mut d = String::new();
    let mut add = |command: char, points: &[(f32, f32)]| {
        d.push(command);
        for (index, (x, y)) in points.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            d.push_str(&format!("{space}{} {}", x.round() as i32, y.round() as i32));
        }
    };
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => add('M', &[(p.x, p.y)]),
            PathSegment::LineTo(p) => add('L', &[(p.x, p.y)]),
            PathSegment::QuadTo(c, p) => add('Q', &[(c.x, c.y), (p.x, p.y)]),
            PathSegment::CubicTo(c, e, p) => add('C', &[(c.x, c.y), (e.x, e.y), (p.x, p.y)]),
            PathSegment::Close => add('Z', &[]),
        }
    }
    d
}

#[cfg(test)]
mod tests {
    use super::super::text::PLAIN;
    use super::*;

    #[test]
    fn letters_stand_where_the_font_puts_them() {
        let Outlined { letters, width } = text("i m<", PLAIN, 12.0);
        assert!((width - EM).abs() < 1e-9);
        let names: Vec<&str> = letters.iter().map(|letter| letter.name.as_str()).collect();
        assert_eq!(names.len(), 3, "a space is not visible: {names:?}");
        // DejaVu Sans has 2048 units an em: `i` takes 569 of them, a space 651, `m` 1995.
        for (letter, x) in letters.iter().zip([0.0, 1220.0, 3215.0]) {
            assert!((letter.x - x).abs() < 1.0, "{} at {}", letter.name, letter.x);
            assert!(letter.path.starts_with('M') && letter.path.ends_with('Z'));
        }
        assert!(text("", PLAIN, 0.0).letters.is_empty());
    }
}
