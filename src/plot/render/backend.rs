//! The backend of plotters that draws on the canvas, in small units of a pixel, and an element for what the
//! styles of plotters do not support (dashes, hover texts, fill with outline).
//! The backend implements what plotters itself draws here: the grid and the tick labels.

use std::cell::RefCell;
use std::convert::Infallible;

use plotters::element::{Drawable, PointCollection};
use plotters::style::Color;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform, text_anchor::HPos,
};

use super::canvas::{Anchor, Canvas, Place};
use super::font::text_width;
use super::pen::{Pen, Stroke, Tone};
use super::text::SMALL;
use crate::plot::palette::Role;

/// Units of plotters in a pixel.
pub(super) const PIXEL: u32 = 20_000;

/// The longest side of a chart in pixels: plotters counts its units in 32 bits.
pub(super) const LONGEST: f64 = i32::MAX as f64 / PIXEL as f64;

/// Pixels in units of plotters, rounded to odd: a value between two even units becomes the odd one
/// between them. So no position seems to be halfway between two hundredths of a pixel that is not, and the
/// two decimals of the SVG are those of the exact position.
pub(super) fn units(pixels: f64) -> i32 {
    let nearest = (pixels * f64::from(PIXEL)).round();
    // The rounding error of the multiplication counts as well.
    let rest = pixels.mul_add(f64::from(PIXEL), -nearest);
    let below = if rest < 0.0 { nearest - 1.0 } else { nearest };
    let units = if rest == 0.0 { nearest } else { (below / 2.0).floor() * 2.0 + 1.0 };
    units as i32
}

/// A position of plotters in pixels.
pub(super) fn place((x, y): BackendCoord) -> Place {
    (f64::from(x) / f64::from(PIXEL), f64::from(y) / f64::from(PIXEL))
}

type Drawn<T = ()> = Result<T, DrawingErrorKind<Infallible>>;

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (units(self.size.0).unsigned_abs(), units(self.size.1).unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    /// Completes a grid.
    fn present(&mut self) -> Drawn {
        if let Some((stroke, lines)) = self.grid.take() {
            self.lines(&lines, stroke, "");
        }
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        let pen = Pen::fill(tone(colour), colour.alpha);
        self.rectangle(place((x, y)), place((x + 1, y + 1)), pen, "");
        Ok(())
    }

    /// A line of the grid, kept until [`DrawingBackend::present`]: all of them are one path.
    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        let width = f64::from(style.stroke_width()) / f64::from(PIXEL);
        let stroke = Stroke::solid(tone(style.color()), width);
        let (_, lines) = self.grid.get_or_insert((stroke, Vec::new()));
        // From left to right, or downwards.
        lines.push([place(from.min(to)), place(from.max(to))]);
        Ok(())
    }

    /// A tick label with its lines: from the axis down, upwards to the axis, or left of it.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let is_upright = matches!(style.transform(), FontTransform::Rotate270);
        let is_beside = matches!(style.anchor().h_pos, HPos::Right);
        let middle = text.matches('\n').count() as f64 / 2.0;
        // For plotters the axis is the last unit of its panel, and what is below begins after it.
        let (x, y) = place((at.0, if is_beside { at.1 } else { at.1 - 1 }));
        for (line, text) in text.split('\n').enumerate() {
            let (down, off) = (line as f64 * SMALL.leading, (line as f64 - middle) * SMALL.leading);
            let (at, anchor) = match (is_upright, is_beside) {
                (true, _) => ((x + off, y), Anchor::UpwardsEnd),
                (_, true) => ((x, y + off), Anchor::RightMiddle),
                _ => ((x, y + down), Anchor::TopMiddle),
            };
            self.text(text, at, anchor, SMALL, tone(style.color()));
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(&self, text: &str, _: &S) -> Drawn<(u32, u32)> {
        let size = [text_width(text, SMALL), SMALL.leading].map(|size| units(size).unsigned_abs());
        Ok(size.into())
    }
}

/// The roles that plotters itself draws: their indices are passed through it as colours.
const PARTS: [Role; 2] = [Role::Ink, Role::Grid];

impl Color for Role {
    fn to_backend_color(&self) -> BackendColor {
        let number = PARTS.iter().position(|part| part == self).unwrap_or_default();
        BackendColor { alpha: 1.0, rgb: (0, 0, number as u8) }
    }
}

fn tone(colour: BackendColor) -> Tone {
    let part = PARTS.get(usize::from(colour.rgb.2));
    Tone::Of(part.copied().unwrap_or(Role::Ink))
}

/// An element with values, and a function that draws them at the positions that plotters computes.
pub(super) struct Mark<F> {
    pub(super) values: Vec<(f64, f64)>,
    pub(super) draw: RefCell<F>,
}

impl<'a, F> PointCollection<'a, (f64, f64)> for &'a Mark<F> {
    type Point = &'a (f64, f64);
    type IntoIter = &'a [(f64, f64)];

    fn point_iter(self) -> Self::IntoIter {
        &self.values
    }
}

impl<F: FnMut(&mut Canvas, &[Place])> Drawable<Canvas> for Mark<F> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        at: I,
        canvas: &mut Canvas,
        _: (u32, u32),
    ) -> Drawn {
        let places: Vec<Place> = at.map(place).collect();
        (self.draw.borrow_mut())(canvas, &places);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::number;
    use super::*;

    #[test]
    fn a_place_keeps_its_two_decimals_on_its_way_through_plotters() {
        let there_and_back = |x: f64| place((units(x), 0)).0;
        // Ties remain ties, and values close to one stay on their side.
        for tie in [0.125_f64, 26.875, 93.005, 226.675, 1000.375] {
            for x in [tie.next_down(), tie.next_up()] {
                assert_eq!(number(x), number(there_and_back(x)), "{x}");
            }
            for x in [tie, tie - 1e-9, tie + 1e-9, -tie] {
                // Half the height of a capital letter, which tick labels add.
                for aside in [0.0, 4.0095, 2.7] {
                    let (exact, moved) = (x + aside, there_and_back(x) + aside);
                    assert_eq!(number(exact), number(moved), "{x} + {aside}");
                }
            }
        }
        let generic = (0..1000).map(|i| f64::from(i) * 0.618_033_988_75);
        assert!(generic.into_iter().all(|x| number(x) == number(there_and_back(x))));
    }
}
