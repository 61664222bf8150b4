//! Chart → SVG → PNG. The PNG is rasterised from the very SVG that is written beside it, with the
//! same embedded font, so that both look alike on every machine and the same chart always gives
//! the same bytes.
//!
//! `layout` decides where everything goes, `draw` puts it there; `canvas` is the only file that
//! names the drawing library, `raster` the only one that names the rasteriser, and `font` the only
//! one that names the font.

mod canvas;
mod draw;
mod font;
mod layout;
mod raster;
#[cfg(test)]
mod tests;
mod text;

use super::chart::Chart;
use crate::error::{Error, Result};

/// Draws a chart as an SVG document.
pub fn svg(chart: &Chart) -> Result<String> {
    draw::draw(chart).map_err(|reason| Error::Chart {
        chart: chart.title.clone(),
        reason,
    })
}

/// Rasterises an SVG document with `scale` pixels for each of its own.
pub fn png(svg: &str, scale: f64) -> Result<Vec<u8>> {
    raster::png(svg, scale).map_err(|reason| Error::Chart {
        chart: "PNG".to_owned(),
        reason,
    })
}
