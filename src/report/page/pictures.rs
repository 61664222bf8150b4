//! A report's figures, rendered for the page and as separate files.

use super::document::{Block, Figure, Report};
use crate::error::Result;
use crate::plot::chart::Chart;
use crate::plot::render::{self, Colours, Style};

/// A rendered figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its file name without the extension.
    pub stem: String,
    /// SVG for the page, in the page's colours.
    pub inline: String,
    /// SVG as a separate file.
    pub svg: String,
    /// The same chart as PNG.
    pub png: Vec<u8>,
}

/// Renders every figure of a report, in order.
pub fn draw(report: &Report) -> Result<Vec<Picture>> {
    figures(report).map(picture).collect()
}

/// The figures of a report, in order.
pub fn figures(report: &Report) -> impl Iterator<Item = &Figure> {
    let blocks = report.sections.iter().flat_map(|section| &section.blocks);
    blocks.filter_map(|block| match block {
        Block::Figure(figure) => Some(figure.as_ref()),
        _ => None,
    })
}

fn picture(figure: &Figure) -> Result<Picture> {
    // The page has the question above the figure and the caption below it.
    let bare = Chart {
        title: String::new(),
        subtitle: String::new(),
        band: String::new(),
        footnote: String::new(),
        ..figure.chart.clone()
    };
    let of_page = Style {
        colours: Colours::OfPage,
        id: format!("chart-{}", figure.stem),
        ..Style::default()
    };
    let svg = render::svg(&figure.chart, &Style::of_file())?;
    Ok(Picture {
        stem: figure.stem.clone(),
        inline: render::svg(&bare, &of_page)?,
        png: render::png(&svg, render::DPI)?,
        svg,
    })
}
