//! Chart → SVG → PNG. The PNG is rasterised from the very SVG that is written beside it, with the
//! same embedded font, so that both look alike on every machine and the same chart always gives
//! the same bytes.
//!
//! `layout` decides where everything goes; `draw` puts the sheet there and `panel` what is inside
//! its axes, with `marks`, `cells` and `thin`; `words` says what a mark shows. The panels go through
//! plotters: `axes` gives it our axes and has it lay out, map and draw, and `backend` is what it draws
//! on. `canvas` is the only file that names the library that writes SVG, `raster` the only one that
//! names the rasteriser, and `font` the only one that names the font.

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
mod words;

use super::chart::Chart;
use super::palette::Theme;
use crate::error::{Error, Result};

pub use super::palette::page_css;

/// Dots an inch of a PNG where nobody says otherwise: two for each pixel of the SVG.
pub const DPI: f64 = 192.0;

/// How a chart is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The colours.
    pub theme: Theme,
    /// Who decides about them in the end.
    pub colours: Colours,
    /// Width of the whole picture in pixels, 96 an inch; `None` for what the panels like best. Text
    /// keeps its size.
    pub width: Option<f64>,
    /// Height likewise.
    pub height: Option<f64>,
    /// What the ids inside the SVG begin with: another one for every picture of a page.
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

/// Who decides about the colours of an SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// The theme: the picture is complete.
    Fixed,
    /// The page that it stands in, by [`page_css`]; the theme where the page says nothing.
    OfPage,
}

/// Draws a chart as an SVG document.
pub fn svg(chart: &Chart, style: &Style) -> Result<String> {
    draw::draw(chart, style).map_err(|reason| Error::Chart { chart: chart.title.clone(), reason })
}

/// Rasterises an SVG document with `dpi` dots an inch. Refuses one that would take too many pixels, before
/// it takes any.
pub fn png(svg: &str, dpi: f64) -> Result<Vec<u8>> {
    let failed = |reason| Error::Chart { chart: "PNG".to_owned(), reason };
    let tree = raster::read(svg).map_err(failed)?;
    check_pixels(raster::size(&tree), dpi)?;
    raster::png(&tree, dpi).map_err(failed)
}

/// Refuses a width and a height, in pixels of an SVG, that take too many pixels at so many dots an inch.
pub fn check_pixels(size: [f64; 2], dpi: f64) -> Result<()> {
    raster::check(size, dpi).map_err(Error::Usage)
}
