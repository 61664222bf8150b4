//! Converts SVG to a PDF document of one page. Of SVG, what `canvas` draws is supported: paths with fill and outline,
//! gradients from left to right, and texts.

mod fonts;
mod object;
mod paint;

use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Filter, Finish, Name, PdfWriter, Rect, Str, TextStr};
use resvg::tiny_skia::{Path, PathSegment, Point, Transform};
use resvg::usvg::layout::{PositionedGlyph, Span};
use resvg::usvg::{Group, Node, Tree};

use self::fonts::Fonts;
use self::object::{Refs, compressed, matrix};
use self::paint::Paints;
use super::glyph::EM;
use super::outline;

/// Points of a PDF (72 per inch) in a pixel of an SVG (96 per inch).
const POINTS: f32 = 0.75;

/// Writes the drawing with a title for readers that show one.
pub(super) fn write(tree: &Tree, title: &str) -> Result<Vec<u8>, String> {
    let size = tree.size();
    let (width, height) = (size.width() * POINTS, size.height() * POINTS);
    let mut page =
        Page { tree, content: Content::new(), fonts: Fonts::default(), paints: Paints::default() };
    // A PDF counts upwards from the lower left corner.
    page.content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    page.group(tree.root());
    let Page { content, fonts, paints, .. } = page;

    let mut pdf = PdfWriter::new();
    let mut refs = Refs::default();
    let [catalog, pages, sheet, drawing, about] = std::array::from_fn(|_| refs.next());
    let fonts = fonts.write(&mut pdf, &mut refs)?;
    let paints = paints.write(&mut pdf, &mut refs);
    pdf.catalog(catalog).pages(pages).lang(TextStr("en"));
    pdf.document_info(about).title(TextStr(title)).creator(TextStr(CREATOR));
    pdf.pages(pages).kids([sheet]).count(1);
    let mut page = pdf.page(sheet);
    page.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(drawing);
    // Transparent bands are mixed with what is below them as on a screen.
    page.group().transparency().isolated(true).color_space().device_rgb();
    let mut resources = page.resources();
    let mut dictionary = resources.fonts();
    for (name, font) in &fonts {
        dictionary.pair(Name(name.as_bytes()), *font);
    }
    dictionary.finish();
    paints.list(&mut resources);
    resources.finish();
    page.finish();
    pdf.stream(drawing, &compressed(&content.finish())?).filter(Filter::FlateDecode);
    Ok(pdf.finish())
}

/// The program that wrote a document, by which its own files are recognised.
const CREATOR: &str = concat!("bn-lab ", env!("CARGO_PKG_VERSION"));

/// The page that is being drawn.
struct Page<'t> {
    tree: &'t Tree,
    content: Content,
    fonts: Fonts,
    paints: Paints,
}

impl Page<'_> {
    fn group(&mut self, group: &Group) {
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group),
                Node::Path(path) => self.path(path),
                Node::Text(text) => {
                    for span in text.layouted() {
                        self.span(span, text.abs_transform());
                    }
                }
                Node::Image(_) => {}
            }
        }
    }

    fn path(&mut self, path: &resvg::usvg::Path) {
        self.content.save_state().transform(matrix(path.abs_transform()));
        if let Some(fill) = path.fill() {
            outlined(&mut self.content, path.data());
            self.paints.fill(&mut self.content, fill);
        }
        if let Some(stroke) = path.stroke() {
            self.paints.stroke(&mut self.content, stroke);
            outlined(&mut self.content, path.data());
            self.content.stroke();
        }
        self.content.restore_state();
    }

    /// Letters of one colour; the outline, if there is one, is below them.
    fn span(&mut self, span: &Span, at: Transform) {
        let is_of_font = |glyph: &&PositionedGlyph| Fonts::embeds(self.tree.fontdb(), glyph.font);
        let (letters, others): (Vec<_>, Vec<_>) =
            span.positioned_glyphs.iter().partition(is_of_font);
        self.content.save_state().transform(matrix(at));
        if let Some(stroke) = &span.stroke {
            self.paints.stroke(&mut self.content, stroke);
            self.letters(&letters, TextRenderingMode::Stroke);
        }
        if let Some(fill) = &span.fill {
            self.paints.colour(&mut self.content, fill);
            self.letters(&letters, TextRenderingMode::Fill);
            for glyph in others {
                self.shape(glyph);
            }
        }
        self.content.restore_state();
    }

    /// Letters of an embedded font, each run of letters of one size and height as one text.
    fn letters(&mut self, letters: &[&PositionedGlyph], mode: TextRenderingMode) {
        let is_one_run = |one: &&PositionedGlyph, other: &&PositionedGlyph| {
            one.font == other.font && (one.transform().ty - other.transform().ty).abs() < 1e-3
        };
        self.content.begin_text().set_text_rendering_mode(mode);
        for run in letters.chunk_by(is_one_run) {
            let first = run[0].transform();
            let size = run[0].font_size();
            let font = self.fonts.of(self.tree.fontdb(), run[0].font);
            self.content.set_font(Name(font.name.as_bytes()), size);
            // Letters of a PDF stand upright where its axis points upwards.
            self.content.set_text_matrix([1.0, 0.0, 0.0, -1.0, first.tx, first.ty]);
            let mut shown = self.content.show_positioned();
            let mut items = shown.items();
            let mut expected = first.tx;
            for glyph in run {
                let x = glyph.transform().tx;
                let aside = (expected - x) / size * 1000.0;
                if aside.abs() > 0.5 {
                    items.adjust(aside);
                    expected = x;
                }
                let (number, advance) = font.add(glyph.id.0, &glyph.text);
                items.show(Str(&number.to_be_bytes()));
                expected += advance / 1000.0 * size;
            }
        }
        self.content.end_text();
    }

    /// A letter of a font of the system, as a shape.
    fn shape(&mut self, glyph: &PositionedGlyph) {
        let Some(path) = outline::of_glyph(self.tree.fontdb(), glyph) else { return };
        let place = glyph.transform();
        let scale = glyph.font_size() / EM as f32;
        let at = Transform::from_row(scale, 0.0, 0.0, scale, place.tx, place.ty);
        let Some(path) = path.transform(at) else { return };
        outlined(&mut self.content, &path);
        self.content.fill_nonzero();
    }
}

/// The outline of a shape, to be filled or stroked. A PDF has no curves of the second degree.
fn outlined(content: &mut Content, path: &Path) {
    let mut from = Point::zero();
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(to) => {
                content.move_to(to.x, to.y);
                from = to;
            }
            PathSegment::LineTo(to) => {
                content.line_to(to.x, to.y);
                from = to;
            }
            PathSegment::QuadTo(middle, to) => {
                let [first, second] = [from, to].map(|end| Point {
                    x: end.x + (middle.x - end.x) * 2.0 / 3.0,
                    y: end.y + (middle.y - end.y) * 2.0 / 3.0,
                });
                content.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                from = to;
            }
            PathSegment::CubicTo(first, second, to) => {
                content.cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                from = to;
            }
            PathSegment::Close => {
                content.close_path();
            }
        }
    }
}
