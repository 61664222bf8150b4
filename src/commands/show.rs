//! `bn-lab show`: draws the curves and the table of a results folder in the terminal.

use crate::cli;
use crate::commands::print;
use crate::error::{Error, Result};
use crate::plot::figures::{self, Request};
use crate::plot::terminal::{self, Characters};
use crate::report;
use crate::report::selection::{self, Requested};
use crate::results::reader;
use crate::streams::{self, print_painted};

/// Number of columns where the terminal's width is not known.
const COLUMNS: usize = 80;

/// Fewer columns have no room for a chart.
const NARROWEST: usize = 40;

/// On more columns, a curve is flat.
const WIDEST: usize = 100;

/// Draws the curves of one metric, then the table of conditions.
pub fn run(arguments: &cli::Show) -> Result<()> {
    let labels = Requested { labels: &arguments.labels.label, ..Requested::default() };
    let results = selection::select(reader::read(&arguments.results)?, labels)?;
    let metric = arguments.metric.clone().unwrap_or_else(|| "test_accuracy".to_owned());
    let request = Request { metric: Some(metric), ..Request::default() };
    let drawn = figures::named("curves").map(|figure| figure.draw(&results, &request));
    let charts = drawn.transpose().map_err(|absent| Error::Usage(absent.to_string()))?;
    let characters = if arguments.ascii || !streams::is_unicode() {
        Characters::Ascii
    } else {
        Characters::Unicode
    };
    for drawn in charts.unwrap_or_default() {
        print_painted(&terminal::chart(&drawn.chart, columns(), characters))?;
    }
    print(&format!("{}\n", report::conditions::table(&results)))
}

/// The width of the terminal, within readable limits; a fixed one where there is no terminal.
fn columns() -> usize {
    streams::columns().unwrap_or(COLUMNS).clamp(NARROWEST, WIDEST)
}
