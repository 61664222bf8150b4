//! `bn-lab plot`: draw the charts of a results folder again, from its files.

use crate::cli;
use crate::commands::{NOTHING_TO_DRAW, present, print, say};
use crate::error::Result;
use crate::record::layout::Layout;
use crate::report;

/// Reads the folder, draws every chart, prints their paths.
pub fn run(arguments: &cli::Plot) -> Result<()> {
    let layout = Layout::new(&arguments.results);
    let (results, charts) = present::draw(&layout)?;
    if charts.is_empty() {
        say(NOTHING_TO_DRAW);
    }
    if let Some(tuned) = report::tune::table(&results) {
        print(&format!("{tuned}\n"))?;
    }
    for path in charts {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}
