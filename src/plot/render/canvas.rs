//! A canvas in pixels (96 per inch), over the library that writes SVG. Colours are roles
//! (`Role`), so that the same drawing gives a picture in a theme's colours or one whose colours the
//! surrounding page determines.

use std::collections::BTreeMap;

use svg::node::element::{Element, Text as TextElement, Title};
use svg::node::{Node, Text as TextNode};

use super::glyph::EM;
use super::outline::Outlined;
use super::pen::{Pen, Stroke, Tone};
use super::text::Face;
use super::{Colours, Style};
use super::{font, outline};
use crate::plot::palette::{Colour, Role, hex};
use crate::units::one_line;

/// A position on the canvas, in pixels from its upper left corner.
pub(super) type Place = (f64, f64);

/// The anchor of a text: where its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// At its upper left corner.
    TopLeft,
    /// At the middle of its upper edge.
    TopMiddle,
    /// At the centre of the text.
    Middle,
    /// At the middle of its right edge.
    RightMiddle,
    /// At its centre; the text reads upwards.
    Upwards,
    /// At the middle of its end; the text reads upwards.
    UpwardsEnd,
}

/// Height of a capital letter in ems, and the distance of a text from the upper edge of its line.
const CAPITAL: f64 = 0.729;
const ASCENT: f64 = 0.76;

/// The pixels of one colour of a picture: runs of adjacent ones, each with its column, its row and its length.
pub(super) type Layer = (Colour, Vec<[usize; 3]>);

/// The canvas.
pub(super) struct Canvas {
    style: Style,
    /// Width and height in pixels.
    pub(super) size: Place,
    /// The elements that are not closed yet, from the outermost.
    open: Vec<Element>,
    /// The lines of the grid that is being drawn.
    pub(super) grid: Option<(Stroke, Vec<[Place; 2]>)>,
    /// The outlines of letters that texts refer to, by their ids.
    letters: BTreeMap<String, String>,
}

impl Canvas {
    /// An empty canvas of `size`, with a title and a description for screen readers.
    pub(super) fn new(style: &Style, size: Place, title: &str, description: &str) -> Self {
        let id = &style.id;
        let (width, height) = (number(size.0), number(size.1));
        let mut svg = element(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg".to_owned()),
                ("viewBox", format!("0 0 {width} {height}")),
                ("width", width),
                ("height", height),
                ("role", "img".to_owned()),
                ("aria-labelledby", format!("{id}-title")),
                ("aria-describedby", format!("{id}-description")),
                ("font-family", font::FAMILY.to_owned()),
                ("stroke-linejoin", "round".to_owned()),
            ],
        );
        svg.append(Title::new(clean(title)).set("id", format!("{id}-title")));
        let mut words = element("desc", [("id", format!("{id}-description"))]);
        words.append(TextNode::new(clean(description)));
        svg.append(words);
        if style.outlines {
            svg.assign("xmlns:xlink", "http://www.w3.org/1999/xlink");
        }
        Self { style: style.clone(), size, open: vec![svg], grid: None, letters: BTreeMap::new() }
    }

    /// The style, for code that depends on it.
    pub(super) fn style(&self) -> &Style {
        &self.style
    }

    /// The complete SVG document.
    pub(super) fn finish(&mut self) -> String {
        let svg = self.open.drain(..).next();
        let svg = svg.map(|mut svg| {
            if !self.letters.is_empty() {
                let mut shapes = Element::new("defs");
                for (id, path) in std::mem::take(&mut self.letters) {
                    shapes.append(element("path", [("id", id), ("d", path)]));
                }
                svg.append(shapes);
            }
            svg
        });
        svg.map(|svg| format!("{svg}\n")).unwrap_or_default()
    }

    /// Begins a group, with a class and the name of its series for scripts and style sheets.
    pub(super) fn open(&mut self, class: &str, series: &str) {
        let mut group = element("g", [("class", class.to_owned())]);
        if !series.is_empty() {
            group.assign("data-series", clean(series));
        }
        self.open.push(group);
    }

    /// Ends the group that was begun last; an empty group is left out.
    pub(super) fn close(&mut self) {
        if let Some(group) = self.open.pop()
            && !group.get_children().is_empty()
        {
            self.add(group);
        }
    }

    /// A rectangle between two opposite corners.
    pub(super) fn rectangle(&mut self, from: Place, to: Place, pen: Pen, hover: &str) {
        let (x, y) = (from.0.min(to.0), from.1.min(to.1));
        let (width, height) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let numbers = [("x", x), ("y", y), ("width", width), ("height", height)];
        self.shape(element("rect", numbers.map(|(name, n)| (name, number(n)))), pen, hover);
    }

    /// A line through all places.
    pub(super) fn line(&mut self, places: &[Place], stroke: Stroke) {
        self.lines(&[places], stroke, "");
    }

    /// Several lines as one element.
    pub(super) fn lines(&mut self, lines: &[impl AsRef<[Place]>], stroke: Stroke, hover: &str) {
        let d: String = lines.iter().map(|places| path(places.as_ref())).collect();
        if !d.is_empty() {
            self.shape(element("path", [("d", d)]), Pen::stroke(stroke), hover);
        }
    }

    /// A polygon.
    pub(super) fn polygon(&mut self, places: &[Place], pen: Pen, hover: &str) {
        self.shape(element("path", [("d", path(places) + "Z")]), pen, hover);
    }

    /// A disc.
    pub(super) fn disc(&mut self, centre: Place, radius: f64, pen: Pen, hover: &str) {
        let numbers = [("cx", centre.0), ("cy", centre.1), ("r", radius)];
        self.shape(element("circle", numbers.map(|(name, n)| (name, number(n)))), pen, hover);
    }

    /// A picture of square pixels from its upper left corner: the length of a side, the numbers of columns and rows, and the pixels
    /// by colour. The first colour fills the background.
    pub(super) fn pixels(
        &mut self,
        (x, y): Place,
        (scale, size): (f64, [f64; 2]),
        layers: &[Layer],
        hover: &str,
    ) {
        let mut group = element(
            "g",
            [
                ("class", "picture".to_owned()),
                ("transform", format!("translate({} {}) scale({scale})", number(x), number(y))),
                // Otherwise the background is visible between pixels.
                ("shape-rendering", "crispEdges".to_owned()),
                ("fill", "none".to_owned()),
            ],
        );
        if !hover.is_empty() {
            group.append(Title::new(clean(hover)));
        }
        for (index, (colour, spans)) in layers.iter().enumerate() {
            if index == 0 {
                let [across, down] = size.map(number);
                let fill = hex(*colour);
                group
                    .append(element("rect", [("width", across), ("height", down), ("fill", fill)]));
                continue;
            }
            let run = |[column, row, length]: &[usize; 3]| format!("M{column} {row}.5h{length}");
            let d = spans.iter().map(run).collect();
            group.append(element("path", [("d", d), ("stroke", hex(*colour))]));
        }
        self.add(group);
    }

    /// A text in one line.
    pub(super) fn text(&mut self, text: &str, at: Place, anchor: Anchor, face: Face, tone: Tone) {
        self.write(text, at, (anchor, face, tone), None);
    }

    /// A text in one line with an outline in the background's colour, so that it is readable on top of lines.
    pub(super) fn text_on_lines(&mut self, text: &str, at: Place, anchor: Anchor, face: Face) {
        let edge = Stroke::solid(Tone::Of(Role::Paper), 3.0);
        self.write(text, at, (anchor, face, Tone::Of(Role::FaintInk)), Some(edge));
    }

    /// Defines the gradient of shades from left to right, with which [`Tone::Ramp`] fills shapes.
    pub(super) fn ramp(&mut self, stops: &[Colour]) {
        let id = format!("{}-shades", self.style.id);
        let mut gradient = element("linearGradient", [("id", id)]);
        let last = stops.len().saturating_sub(1).max(1) as f64;
        for (index, &colour) in stops.iter().enumerate() {
            let offset = number(index as f64 / last);
            let stop = [("offset", offset), ("stop-color", hex(colour))];
            gradient.append(element("stop", stop));
        }
        let mut definitions = Element::new("defs");
        definitions.append(gradient);
        self.add(definitions);
    }

    fn write(
        &mut self,
        text: &str,
        at: Place,
        (anchor, face, tone): (Anchor, Face, Tone),
        edge: Option<Stroke>,
    ) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        let pen = Pen { fill: Some((tone, 1.0)), stroke: edge };
        if self.style.outlines {
            self.write_outlines(&text, at, (anchor, face), pen);
        } else {
            self.write_letters(text, at, (anchor, face), pen);
        }
    }

    fn write_letters(&mut self, text: String, at: Place, (anchor, face): (Anchor, Face), pen: Pen) {
        let mut element = TextElement::new(text);
        position(&mut element, at, anchor, face);
        element.assign("font-size", number(face.size));
        if face.bold {
            element.assign("font-weight", "bold");
        }
        if pen.stroke.is_some() {
            element.assign("paint-order", "stroke");
        }
        self.paint(&mut element, pen);
        self.add(element);
    }

    /// Each letter refers to its shape, which the document contains once.
    fn write_outlines(&mut self, text: &str, at: Place, (anchor, face): (Anchor, Face), pen: Pen) {
        let Outlined { letters, width } = outline::text(text, face, font::text_width(text, face));
        let scale = face.size / EM;
        let back = match anchor {
            Anchor::TopLeft => 0.0,
            Anchor::TopMiddle | Anchor::Middle | Anchor::Upwards => width / 2.0,
            Anchor::RightMiddle | Anchor::UpwardsEnd => width,
        };
        // The edge is below the letters, and its width is in the units of the group.
        let edge = pen.stroke.map(|edge| Stroke { width: edge.width / scale, ..edge });
        let layers = [edge.map(Pen::stroke), Some(Pen { stroke: None, ..pen })];
        for layer in layers.into_iter().flatten() {
            let mut group = element("g", [("transform", turned(at, anchor, face, scale))]);
            if layer.fill.is_some() {
                group.assign("aria-label", text);
            }
            self.paint(&mut group, layer);
            for letter in &letters {
                let id = format!("{}-{}", self.style.id, letter.name);
                let mut shape = element("use", [("xlink:href", format!("#{id}"))]);
                for (name, place) in [("x", letter.x - back), ("y", letter.y)] {
                    if place.round() != 0.0 {
                        shape.assign(name, number(place.round()));
                    }
                }
                group.append(shape);
                self.letters.entry(id).or_insert_with(|| letter.path.clone());
            }
            self.add(group);
        }
    }

    fn shape(&mut self, mut element: Element, pen: Pen, hover: &str) {
        self.paint(&mut element, pen);
        if !hover.is_empty() {
            element.append(Title::new(clean(hover)));
        }
        self.add(element);
    }

    fn paint(&self, element: &mut impl Node, pen: Pen) {
        let mut css = String::new();
        match pen.fill {
            None => element.assign("fill", "none"),
            Some((tone, opacity)) => {
                self.colour(element, "fill", tone, &mut css);
                if opacity < 1.0 {
                    element.assign("fill-opacity", number(opacity));
                }
            }
        }
        if let Some(stroke) = pen.stroke {
            self.colour(element, "stroke", stroke.tone, &mut css);
            element.assign("stroke-width", number(stroke.width));
            if stroke.opacity < 1.0 {
                element.assign("stroke-opacity", number(stroke.opacity));
            }
            if !stroke.dash.is_empty() {
                let lengths: Vec<String> = stroke.dash.iter().map(u32::to_string).collect();
                element.assign("stroke-dasharray", lengths.join(" "));
            }
        }
        if !css.is_empty() {
            element.assign("style", css);
        }
    }

    /// `var()` is not valid in an attribute, so a page's colours go into `style`.
    fn colour(&self, element: &mut impl Node, name: &str, tone: Tone, css: &mut String) {
        match tone {
            Tone::Fixed(colour) => element.assign(name, hex(colour)),
            Tone::Ramp => element.assign(name, format!("url(#{}-shades)", self.style.id)),
            Tone::Of(role) => {
                let colour = hex(self.style.theme.colour(role));
                match self.style.colours {
                    Colours::Fixed => element.assign(name, colour),
                    Colours::OfPage => {
                        css.push_str(&format!("{name}:var(--bn-{}, {colour});", role.name()));
                    }
                }
            }
        }
    }

    fn add(&mut self, node: impl Into<Box<dyn Node>>) {
        if let Some(parent) = self.open.last_mut() {
            parent.append(node);
        }
    }
}

fn element<const N: usize>(name: &str, attributes: [(&str, String); N]) -> Element {
    let mut element = Element::new(name);
    for (name, value) in attributes {
        element.assign(name, value);
    }
    element
}

/// The distance from the place of a text down to the line on which its letters stand.
fn down(anchor: Anchor, face: Face) -> f64 {
    match anchor {
        Anchor::TopLeft | Anchor::TopMiddle => ASCENT * face.size,
        _ => CAPITAL / 2.0 * face.size,
    }
}

/// The transformation of a text's outlines, in units, to its place.
fn turned((x, y): Place, anchor: Anchor, face: Face, scale: f64) -> String {
    let down = down(anchor, face);
    // Seven decimals: 2000 units along a text make no hundredth of a pixel.
    match anchor {
        Anchor::Upwards | Anchor::UpwardsEnd => {
            format!("translate({} {}) rotate(-90) scale({scale:.7})", number(x + down), number(y))
        }
        _ => format!("translate({} {}) scale({scale:.7})", number(x), number(y + down)),
    }
}

fn position(element: &mut impl Node, (x, y): Place, anchor: Anchor, face: Face) {
    let below = down(anchor, face);
    match anchor {
        Anchor::Upwards | Anchor::UpwardsEnd => {
            let turn = format!("translate({} {}) rotate(-90)", number(x), number(y));
            element.assign("transform", turn);
            element.assign("y", number(below));
        }
        _ => {
            element.assign("x", number(x));
            element.assign("y", number(y + below));
        }
    }
    match anchor {
        Anchor::TopLeft => {}
        Anchor::TopMiddle | Anchor::Middle | Anchor::Upwards => {
            element.assign("text-anchor", "middle");
        }
        Anchor::RightMiddle | Anchor::UpwardsEnd => {
            element.assign("text-anchor", "end");
        }
    }
}

fn path(places: &[Place]) -> String {
    let mut d = String::new();
    for (index, &(x, y)) in places.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        d.push_str(&format!("{command}{} {}", number(x), number(y)));
    }
    d
}

/// A number with two decimals at most.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

/// Text in one line, without characters that XML forbids.
fn clean(text: &str) -> String {
    one_line(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_two_decimals_at_most() {
        let written = [1.0, 0.5, -0.001, 12.346, 100.0].map(number);
        assert_eq!(written, ["1", "0.5", "0", "12.35", "100"]);
    }
}
