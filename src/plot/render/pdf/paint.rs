//! Colours, opacities, line styles and gradients of a PDF.

use pdf_writer::types::{FunctionShadingType, LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Finish, Name, PdfWriter, Ref};
use resvg::usvg::{Color, Fill, FillRule, LineCap, LineJoin, LinearGradient, Paint, Stroke};

use super::object::{Refs, matrix};

/// The opacities and gradients that a page uses.
#[derive(Default)]
pub(super) struct Paints {
    /// Opacities in thousandths.
    opacities: Vec<u16>,
    gradients: Vec<Gradient>,
}

/// A gradient between two points.
struct Gradient {
    ends: [f32; 4],
    /// Shares of the way, with their colours.
    stops: Vec<(f32, Color)>,
}

impl Paints {
    /// Fills the outline that was drawn last.
    pub(super) fn fill(&mut self, content: &mut Content, fill: &Fill) {
        let is_even_odd = fill.rule() == FillRule::EvenOdd;
        if let Paint::LinearGradient(gradient) = fill.paint() {
            let name = self.gradient(gradient);
            content.clip_nonzero().end_path();
            content.transform(matrix(gradient.transform())).shading(Name(name.as_bytes()));
            return;
        }
        self.colour(content, fill);
        if is_even_odd {
            content.fill_even_odd();
        } else {
            content.fill_nonzero();
        }
    }

    /// Sets the colour of what is filled.
    pub(super) fn colour(&mut self, content: &mut Content, fill: &Fill) {
        self.opacity(content, fill.opacity().get());
        if let Paint::Color(colour) = fill.paint() {
            if let Some(grey) = grey(*colour) {
                content.set_fill_gray(grey);
            } else {
                let [red, green, blue] = shares(*colour);
                content.set_fill_rgb(red, green, blue);
            }
        }
    }

    /// Sets colour, width and dashes of lines.
    pub(super) fn stroke(&mut self, content: &mut Content, stroke: &Stroke) {
        self.opacity(content, stroke.opacity().get());
        if let Paint::Color(colour) = stroke.paint() {
            if let Some(grey) = grey(*colour) {
                content.set_stroke_gray(grey);
            } else {
                let [red, green, blue] = shares(*colour);
                content.set_stroke_rgb(red, green, blue);
            }
        }
        content.set_line_width(stroke.width().get());
        content.set_line_join(match stroke.linejoin() {
            LineJoin::Round => LineJoinStyle::RoundJoin,
            LineJoin::Bevel => LineJoinStyle::BevelJoin,
            LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
        });
        content.set_line_cap(match stroke.linecap() {
            LineCap::Butt => LineCapStyle::ButtCap,
            LineCap::Round => LineCapStyle::RoundCap,
            LineCap::Square => LineCapStyle::ProjectingSquareCap,
        });
        let dashes = stroke.dasharray().unwrap_or_default();
        content.set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
    }

    /// Sets the opacity of what is filled and of lines.
    fn opacity(&mut self, content: &mut Content, opacity: f32) {
        let thousandths = (opacity * 1000.0).round() as u16;
        let at = self.opacities.iter().position(|&known| known == thousandths);
        let at = at.unwrap_or_else(|| {
            self.opacities.push(thousandths);
            self.opacities.len() - 1
        });
        content.set_parameters(Name(state(at).as_bytes()));
    }

    fn gradient(&mut self, gradient: &LinearGradient) -> String {
        let stops = gradient.stops().iter();
        self.gradients.push(Gradient {
            ends: [gradient.x1(), gradient.y1(), gradient.x2(), gradient.y2()],
            stops: stops.map(|stop| (stop.offset().get(), stop.color())).collect(),
        });
        shading(self.gradients.len() - 1)
    }

    /// Writes the objects; returns their names.
    pub(super) fn write(self, pdf: &mut PdfWriter, refs: &mut Refs) -> Named {
        let mut named = Named::default();
        for (index, thousandths) in self.opacities.into_iter().enumerate() {
            let object = refs.next();
            let opacity = f32::from(thousandths) / 1000.0;
            pdf.ext_graphics(object).non_stroking_alpha(opacity).stroking_alpha(opacity);
            named.opacities.push((state(index), object));
        }
        for (index, gradient) in self.gradients.into_iter().enumerate() {
            let function = gradient.function(pdf, refs);
            let object = refs.next();
            let mut shader = pdf.function_shading(object);
            shader.shading_type(FunctionShadingType::Axial).color_space().device_rgb();
            shader.function(function).coords(gradient.ends).extend([true, true]);
            shader.finish();
            named.gradients.push((shading(index), object));
        }
        named
    }
}

impl Gradient {
    /// The colour as a function of the share of the way: straight between stops.
    fn function(&self, pdf: &mut PdfWriter, refs: &mut Refs) -> Ref {
        let parts: Vec<Ref> = self
            .stops
            .windows(2)
            .map(|ends| {
                let part = refs.next();
                pdf.exponential_function(part)
                    .domain([0.0, 1.0])
                    .c0(shares(ends[0].1))
                    .c1(shares(ends[1].1))
                    .n(1.0);
                part
            })
            .collect();
        let between = self.stops.len().saturating_sub(2);
        let bounds = self.stops.iter().skip(1).take(between).map(|(share, _)| *share);
        let whole = refs.next();
        let encode = parts.iter().flat_map(|_| [0.0, 1.0]).collect::<Vec<f32>>();
        pdf.stitching_function(whole)
            .domain([0.0, 1.0])
            .functions(parts)
            .bounds(bounds)
            .encode(encode);
        whole
    }
}

/// The written objects with their names.
#[derive(Default)]
pub(super) struct Named {
    opacities: Vec<(String, Ref)>,
    gradients: Vec<(String, Ref)>,
}

impl Named {
    /// Lists them among the resources of a page.
    pub(super) fn list(&self, resources: &mut pdf_writer::writers::Resources<'_>) {
        let mut states = resources.ext_g_states();
        for (name, object) in &self.opacities {
            states.pair(Name(name.as_bytes()), *object);
        }
        states.finish();
        let mut shadings = resources.shadings();
        for (name, object) in &self.gradients {
            shadings.pair(Name(name.as_bytes()), *object);
        }
    }
}

fn state(index: usize) -> String {
    format!("G{index}")
}

fn shading(index: usize) -> String {
    format!("S{index}")
}

fn shares(colour: Color) -> [f32; 3] {
    [colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)
}

/// The lightness of a grey, which is printed in black ink alone.
fn grey(colour: Color) -> Option<f32> {
    let is_grey = colour.red == colour.green && colour.green == colour.blue;
    is_grey.then(|| f32::from(colour.red) / 255.0)
}
