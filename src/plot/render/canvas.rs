//! A sheet of paper in pixels, over the drawing library, which only knows whole numbers: the SVG
//! is drawn ten times too large and its view box scales it back, so that curves are smooth.

use std::fmt::Display;
use std::sync::OnceLock;

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    FontDesc, FontFamily, FontStyle, FontTransform, IntoTextStyle, RGBAColor, ShapeStyle,
    TextStyle, register_font,
};

use super::font;
use super::text::Face;
use crate::plot::palette::Colour;

/// Units of the drawing library for each pixel.
const UNITS: f64 = 10.0;
/// The drawing library's font sizes are 1.24 times the SVG's.
const SIZE: f64 = 1.24;
/// The drawing library measures a text as if its size were the font's height (1.164 em for
/// `DejaVu` Sans) and writes it as if it were 1.24 em.
const WIDTH: f64 = 1.164 / 1.24;

/// What drawing gives: nothing, or the reason why not.
pub(super) type Drawn = Result<(), String>;

/// A place on the paper, in pixels from its upper left corner.
pub(super) type Place = (f64, f64);

/// Where a text stands relative to its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    /// The place is its upper left corner.
    TopLeft,
    /// The place is the middle of its upper edge.
    TopMiddle,
    /// The place is the middle of its right edge.
    RightMiddle,
    /// The place is its middle, and it reads upwards.
    Upwards,
}

/// The paper.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Has `paint` draw on white paper of `width` × `height` pixels; gives the SVG document with
/// `title` for those who cannot see it.
pub(super) fn paint(
    (width, height): (f64, f64),
    title: &str,
    paint: impl FnOnce(&mut Canvas) -> Drawn,
) -> Result<String, String> {
    register_fonts()?;
    let (width, height) = (width.ceil(), height.ceil());
    let mut drawn = String::new();
    let units = (length(width), length(height));
    let mut canvas = Canvas {
        backend: SVGBackend::with_string(&mut drawn, units),
    };
    canvas.rectangle((0.0, 0.0), (width, height), (255, 255, 255))?;
    paint(&mut canvas)?;
    canvas
        .backend
        .present()
        .map_err(|error| error.to_string())?;
    drop(canvas);
    let (_, body) = drawn
        .split_once(">\n")
        .ok_or("the drawing library wrote no SVG")?;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {} {}\" role=\"img\" stroke-linejoin=\"round\">\n<title>{}</title>\n{body}",
        units.0,
        units.1,
        escape(title)
    ))
}

/// The width of a text in pixels; a guess where the font cannot be asked.
pub(super) fn text_width(text: &str, face: Face) -> f64 {
    let guess = 0.65 * face.size * text.chars().count() as f64;
    if register_fonts().is_err() {
        return guess;
    }
    let measured = font(face).box_size(text);
    measured.map_or(guess, |(width, _)| f64::from(width) / UNITS * WIDTH)
}

impl Canvas<'_> {
    /// A filled rectangle.
    pub(super) fn rectangle(&mut self, from: Place, to: Place, colour: Colour) -> Drawn {
        let style = shape(colour, 1.0, 0.0);
        done(self.backend.draw_rect(units(from), units(to), &style, true))
    }

    /// A line through all places.
    pub(super) fn line(&mut self, places: &[Place], colour: Colour, width: f64) -> Drawn {
        let style = shape(colour, 1.0, width);
        done(
            self.backend
                .draw_path(places.iter().copied().map(units), &style),
        )
    }

    /// A filled shape, more or less transparent.
    pub(super) fn polygon(&mut self, places: &[Place], colour: Colour, opacity: f64) -> Drawn {
        let style = shape(colour, opacity, 0.0);
        done(
            self.backend
                .fill_polygon(places.iter().copied().map(units), &style),
        )
    }

    /// A disc.
    pub(super) fn disc(&mut self, centre: Place, radius: f64, colour: Colour) -> Drawn {
        let style = shape(colour, 1.0, 0.0);
        done(
            self.backend
                .draw_circle(units(centre), length(radius), &style, true),
        )
    }

    /// A text in one line.
    pub(super) fn text(
        &mut self,
        text: &str,
        at: Place,
        anchor: Anchor,
        face: Face,
        colour: Colour,
    ) -> Drawn {
        if text.is_empty() {
            return Ok(());
        }
        let (pos, transform) = match anchor {
            Anchor::TopLeft => (Pos::new(HPos::Left, VPos::Top), FontTransform::None),
            Anchor::TopMiddle => (Pos::new(HPos::Center, VPos::Top), FontTransform::None),
            Anchor::RightMiddle => (Pos::new(HPos::Right, VPos::Center), FontTransform::None),
            Anchor::Upwards => (
                Pos::new(HPos::Center, VPos::Center),
                FontTransform::Rotate270,
            ),
        };
        let style: TextStyle = font(face).transform(transform).into_text_style(&(0, 0));
        let colour = rgba(colour, 1.0);
        let style = style.pos(pos).color(&colour);
        done(self.backend.draw_text(text, &style, units(at)))
    }
}

fn register_fonts() -> Result<(), String> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = REGISTERED.get_or_init(|| {
        [
            (FontStyle::Normal, font::regular()),
            (FontStyle::Bold, font::bold()),
        ]
        .into_iter()
        .all(|(style, bytes)| register_font(font::FAMILY, style, bytes).is_ok())
    });
    if *registered {
        Ok(())
    } else {
        Err("the embedded font cannot be read".to_owned())
    }
}

fn font(face: Face) -> FontDesc<'static> {
    let style = if face.bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    FontDesc::new(
        FontFamily::Name(font::FAMILY),
        face.size * UNITS * SIZE,
        style,
    )
}

fn units((x, y): Place) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

#[expect(clippy::cast_sign_loss, reason = "no length is negative")]
fn length(pixels: f64) -> u32 {
    (pixels * UNITS).round() as u32
}

fn rgba((red, green, blue): Colour, opacity: f64) -> RGBAColor {
    RGBAColor(red, green, blue, opacity)
}

fn shape(colour: Colour, opacity: f64, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: rgba(colour, opacity),
        filled: true,
        stroke_width: length(width),
    }
}

fn done<E: Display>(result: Result<(), E>) -> Drawn {
    result.map_err(|error| error.to_string())
}

/// Text as XML content; the drawing library escapes what it writes itself.
fn escape(text: &str) -> String {
    let clean = text.replace(char::is_control, " ");
    clean
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
