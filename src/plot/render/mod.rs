//! Renders a chart as SVG, and from that as PNG and PDF, with an embedded font, so that all look the same on every
//! machine and the same chart always gives the same bytes.
//!
//! `layout` computes positions; `draw` draws the chart and `panel` the content of
//! its axes, with `marks`, `cells` and `thin`; `words` generates hover texts. The panels use
//! plotters: `axes` passes axes to it for layout and mapping, and `backend` is what it draws
//! on. `canvas` is the only file that uses the library that writes SVG, `raster` the only one that
//! uses the rasteriser, `pdf` the only one that uses the library that writes PDF, and `font` the only one that names
//! the font.
//!
//! Texts of an SVG file are outlines of letters (`outline`), as in files of matplotlib: the reader of a file may not
//! have the font, and the places that show SVG files (slides, GitHub, LaTeX) load none. In a page, texts are
//! text, which can be searched and selected; in a PDF they are text in an embedded subset of the font. Letters that
//! the font lacks are drawn by a font of the system (`system`).

mod axes;
mod backend;
mod canvas;
mod cells;
mod draw;
mod font;
mod glyph;
mod layout;
mod legend;
mod marks;
mod outline;
mod panel;
mod pdf;
mod pen;
mod raster;
mod references;
mod system;
#[cfg(test)]
mod tests;
mod text;
mod thin;
mod ticks;
mod tiles;
mod words;

use std::collections::BTreeSet;

use super::chart::Chart;
use super::palette::Theme;
use crate::error::{Error, Result};
use crate::units::one_line;

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
    /// Whether title and subtitle are drawn. The title remains the name of the picture for screen readers.
    pub title: bool,
    /// Whether the text below the panels is drawn.
    pub caption: bool,
    /// Whether texts are outlines of letters, which need no font.
    pub outlines: bool,
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
            title: true,
            caption: true,
            outlines: false,
            id: "chart".to_owned(),
        }
    }
}

impl Style {
    /// The style of an SVG in a file of its own.
    pub fn of_file() -> Self {
        Self { outlines: true, ..Self::default() }
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

/// Draws a chart as a PDF document of one page, 72 points per inch, with its texts as text in an embedded font.
pub fn pdf(chart: &Chart, style: &Style) -> Result<Vec<u8>> {
    let svg = svg(chart, &Style { outlines: false, colours: Colours::Fixed, ..style.clone() })?;
    let failed = |reason| Error::Chart { chart: chart.title.clone(), reason };
    let tree = raster::read(&svg).map_err(failed)?;
    pdf::write(&tree, &chart.title).map_err(failed)
}

/// The letters of a chart's texts that neither the embedded font nor a font of the system has, each once.
pub fn missing_letters(chart: &Chart) -> Vec<char> {
    let drawn = words::all(chart).map(one_line);
    let letters: BTreeSet<char> =
        drawn.flat_map(|text| system::missing(&text).collect::<Vec<char>>()).collect();
    letters.into_iter().collect()
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
