//! A report's figures, drawn: once for the page, once to be taken away.

use super::document::{Block, Figure, Report};
use crate::error::Result;
use crate::plot::render;

/// Pixels of a PNG for each of the SVG.
pub const PNG_SCALE: f64 = render::DPI;

/// A figure, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its file's name without the extension.
    pub stem: String,
    /// Part of a page: takes the page's colours.
    pub inline: String,
    /// A file by itself.
    pub svg: String,
    /// The same as pixels.
    pub png: Vec<u8>,
}

/// Draws every figure of a report, in order.
pub fn draw(report: &Report) -> Result<Vec<Picture>> {
    figures(report).map(picture).collect()
}

/// The figures of a report, in order.
pub fn figures(report: &Report) -> impl Iterator<Item = &Figure> {
    let blocks = report.sections.iter().flat_map(|section| &section.blocks);
    blocks.filter_map(|block| match block {
        Block::Figure(figure) => Some(figure),
        _ => None,
    })
}

fn picture(figure: &Figure) -> Result<Picture> {
    let svg = render::svg(&figure.chart, &render::Style::default())?;
    Ok(Picture {
        stem: figure.stem.clone(),
        inline: svg.clone(),
        png: render::png(&svg, PNG_SCALE)?,
        svg,
    })
}
