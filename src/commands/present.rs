//! What a run and a merge end with: the charts, the table, and where everything is.

use std::path::PathBuf;

use crate::commands::{NOTHING_TO_DRAW, print, say, write_findings};
use crate::error::{Error, Result};
use crate::plot;
use crate::plot::figures::Drawn;
use crate::plot::output::{self, Output};
use crate::record::claims;
use crate::record::layout::Layout;
use crate::record::reader;
use crate::record::results::Results;
use crate::report;
use crate::report::page;

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
    for line in report::dataset::lines(results.datasets()) {
        print(&format!("{line}\n"))?;
    }
    for note in results.cautions.iter().chain(&results.note_of_untimed()) {
        print(&format!("note: {note}\n"))?;
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
    let draw = || {
        let results = reader::read(layout.root())?;
        write_findings(&results, layout)?;
        let mut charts = plot::write_all(&results, &layout.charts())?;
        for path in draw_claimed(layout, &results)? {
            if !charts.contains(&path) {
                charts.push(path);
            }
        }
        Ok((results, charts))
    };
    claims::while_drawing(layout, || claims::of_last_table(layout, draw))
}

/// Draws the figure that the claim names, if it makes one; says why where it cannot be drawn.
fn draw_claimed(layout: &Layout, results: &Results) -> Result<Vec<PathBuf>> {
    let charts = match page::claimed_charts(layout.root(), results) {
        Err(Error::Usage(reason)) => {
            say(&format!("note: the figure of the claim: {reason}"));
            return Ok(Vec::new());
        }
        charts => charts?,
    };
    let mut paths = Vec::new();
    for Drawn { stem, chart } in charts {
        let output = Output::default();
        paths.extend(output::write(&chart, &stem, &layout.charts(), &output)?);
    }
    Ok(paths)
}
