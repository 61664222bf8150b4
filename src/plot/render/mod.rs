//! Renders a chart as SVG and PNG. The PNG is rasterised from the same SVG that is written beside it, with the
//! same embedded font, so that both look the same on every machine and the same chart always gives
//! the same bytes.
//!
//! `layout` computes positions; `draw` draws the chart and `panel` the content of
//! its axes, with `marks`, `cells` and `thin`; `words` generates hover texts. The panels use
//! plotters: `axes` passes axes to it for layout and mapping, and `backend` is what it draws
//! on. `canvas` is the only file that uses the library that writes SVG, `raster` the only one that
//! uses the rasteriser, and `font` the only one that names the font.

mod axes;
mod backend;
mod canvas;
mod cells;
mod draw;
mod font;
mod layout;
mod legend;
mod marks;
mod panel;
mod raster;
mod references;
#[cfg(test)]
mod tests;
mod text;
mod thin;
mod ticks;
mod tiles;
mod words;

use super::chart::Chart;
use super::palette::Theme;
use crate::error::{Error, Result};

pub use super::palette::page_css;

/// Default resolution of a PNG in dots per inch: two for each pixel of the SVG.
pub const DPI: f64 = 192.0;

/// The style of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The theme of its colours.
    pub theme: Theme,
    /// What determines the final colours.
    pub colours: Colours,
    /// Width of the whole picture in pixels, 96 per inch; `None` for the natural width of the panels. Text
    /// keeps its size.
    pub width: Option<f64>,
    /// Height of the whole picture in pixels; `None` for the natural height.
    pub height: Option<f64>,
    /// The prefix of ids inside the SVG: a different one for every picture of a page.
    pub id: String,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            theme: Theme::Light,
            colours: Colours::Fixed,
            width: None,
            height: None,
            id: "chart".to_owned(),
        }
    }
}

/// What determines the colours of an SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// The theme: the picture is self-contained.
    Fixed,
    /// The surrounding page, by [`page_css`]; the theme where the page defines none.
    OfPage,
}

/// Draws a chart as an SVG document.
pub fn svg(chart: &Chart, style: &Style) -> Result<String> {
    draw::draw(chart, style).map_err(|reason| Error::Chart { chart: chart.title.clone(), reason })
}

/// Rasterises an SVG document with `dpi` dots per inch. Refuses one that would take too many pixels, before
/// it allocates any.
pub fn png(svg: &str, dpi: f64) -> Result<Vec<u8>> {
    let failed = |reason| Error::Chart { chart: "PNG".to_owned(), reason };
    let tree = raster::read(svg).map_err(failed)?;
    check_pixels(raster::size(&tree), dpi)?;
    raster::png(&tree, dpi).map_err(failed)
}

/// Refuses a width and a height, in pixels of an SVG, that take too many pixels at this resolution.
pub fn check_pixels(size: [f64; 2], dpi: f64) -> Result<()> {
    raster::check(size, dpi).map_err(Error::Usage)
}
