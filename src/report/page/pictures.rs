//! A report's figures, rendered for the page and as separate files.

use super::document::{Block, Figure, Report};
use crate::error::Result;
use crate::plot::chart::Chart;
use crate::plot::render::{self, Colours, Style};

/// Width in pixels of the charts for narrow screens: what a telephone of 360 pixels has beside the page's borders. Drawn
/// at their own size, their text is as large there as on paper.
const NARROW: f64 = 328.0;

/// A rendered figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its file name without the extension.
    pub stem: String,
    /// SVG for the page, in the page's colours.
    pub inline: String,
    /// The same for narrow screens, with its panels below each other; `None` where there is no room for them.
    pub narrow: Option<String>,
    /// The same chart as separate files; `None` on a page that is soon replaced.
    pub files: Option<Files>,
}

/// A chart as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// SVG in fixed colours.
    pub svg: String,
    /// PNG.
    pub png: Vec<u8>,
}

/// Renders every figure of a report, in order.
pub fn draw(report: &Report) -> Result<Vec<Picture>> {
    let whole = |figure: &Figure| Ok(Picture { files: Some(files(figure)?), ..inline(figure)? });
    figures(report).into_iter().map(whole).collect()
}

/// Renders every figure of a report for the page alone.
pub fn draw_inline(report: &Report) -> Result<Vec<Picture>> {
    figures(report).into_iter().map(inline).collect()
}

/// The figures of a report, in order.
pub fn figures(report: &Report) -> Vec<&Figure> {
    let mut figures = Vec::new();
    report.sections.iter().for_each(|section| within(&section.blocks, &mut figures));
    figures
}

fn within<'r>(blocks: &'r [Block], figures: &mut Vec<&'r Figure>) {
    for block in blocks {
        match block {
            Block::Figure(figure) => figures.push(figure),
            Block::Folded { blocks, .. } => within(blocks, figures),
            _ => {}
        }
    }
}

fn files(figure: &Figure) -> Result<Files> {
    let svg = render::svg(&figure.chart, &Style::of_file())?;
    Ok(Files { png: render::png(&svg, render::DPI)?, svg })
}

fn inline(figure: &Figure) -> Result<Picture> {
    // The page has the question above the figure and the caption below it.
    let bare = Chart {
        title: String::new(),
        subtitle: String::new(),
        band: String::new(),
        footnote: String::new(),
        ..figure.chart.clone()
    };
    let of_page = |suffix: &str, width| Style {
        colours: Colours::OfPage,
        id: format!("chart-{}{suffix}", figure.stem),
        width,
        ..Style::default()
    };
    Ok(Picture {
        stem: figure.stem.clone(),
        inline: render::svg(&bare, &of_page("", None))?,
        // Some charts are too wide or too high for that, such as a heat map of many columns.
        narrow: render::svg(&bare.in_one_column(), &of_page("-narrow", Some(NARROW))).ok(),
        files: None,
    })
}
