//! What a run and a merge end with: the charts, the table, and where everything is.

use std::path::PathBuf;

use crate::commands::{NOTHING_TO_DRAW, print, say, write_findings};
use crate::error::Result;
use crate::plot;
use crate::record::claims;
use crate::record::layout::Layout;
use crate::record::reader;
use crate::record::results::Results;
use crate::report;

/// Draws the charts of a results folder, and prints its table if that is wanted.
pub(super) fn present(layout: &Layout, prints: bool) -> Result<()> {
    let (results, charts) = draw(layout)?;
    if !prints {
        return Ok(());
    }
    print(&format!("\n{}\n", report::conditions::table(&results)))?;
    if let Some(tuned) = report::tune::table(&results) {
        print(&format!("{tuned}\n"))?;
    }
    print(&format!("results  {}\n", layout.root().display()))?;
    if let Some(overview) = charts.iter().find(|path| path.ends_with("overview.png")) {
        print(&format!("charts   {}\n", overview.display()))?;
    } else {
        say(NOTHING_TO_DRAW);
    }
    Ok(())
}

/// Draws the charts, and writes what tuning chose and what is compared. Runs that end together take turns, so the last to
/// draw shows the last tables.
pub(super) fn draw(layout: &Layout) -> Result<(Results, Vec<PathBuf>)> {
    claims::while_drawing(layout, || {
        let results = reader::read(layout.root())?;
        write_findings(&results, layout)?;
        let charts = plot::write_all(&results, &layout.charts())?;
        Ok((results, charts))
    })
}
