//! What a run and a merge end with: the charts, the table, and where everything is.

use std::path::PathBuf;

use crate::commands::{NOTHING_TO_DRAW, print, say, write_findings};
use crate::error::Result;
use crate::plot;
use crate::plot::figures::{self, Request};
use crate::plot::output::{self, Output};
use crate::record::claims;
use crate::record::layout::Layout;
use crate::record::reader;
use crate::record::results::{Details, Results};
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
        let mut charts = plot::write_all(&results, &layout.charts())?;
        for path in draw_claimed(layout, &results)? {
            if !charts.contains(&path) {
                charts.push(path);
            }
        }
        Ok((results, charts))
    })
}

/// Draws the figure that the claim names, if it makes one and it can be drawn.
fn draw_claimed(layout: &Layout, results: &Results) -> Result<Vec<PathBuf>> {
    let claim = results.claim.as_ref();
    let named = claim.and_then(|claim| claim.figure.as_deref());
    let asked = named.and_then(|stem| figures::asked(stem, &Request::default()));
    let Some((figure, request)) = asked else {
        return Ok(Vec::new());
    };
    let details = figure.details(results, &request);
    let read;
    let results = if details == Details::default() {
        results
    } else {
        read = reader::read_with(layout.root(), &details)?;
        &read
    };
    let mut paths = Vec::new();
    for drawn in figure.draw(results, &request).unwrap_or_default() {
        paths.extend(output::write(
            &drawn.chart,
            &drawn.stem,
            &layout.charts(),
            &Output::default(),
        )?);
    }
    Ok(paths)
}
