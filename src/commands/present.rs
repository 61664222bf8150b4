//! The output that ends a run and a merge: the charts, the table, the answer, and the paths of the files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::commands::{NOTHING_TO_DRAW, print, say, write_findings};
use crate::error::{Error, Result};
use crate::fs;
use crate::plot;
use crate::plot::figures::{self, Drawn};
use crate::plot::output::{self, Output};
use crate::report;
use crate::report::page::{self, Folder, Material};
use crate::results::format::layout::Layout;
use crate::results::query::Results;
use crate::results::reader;
use crate::results::recovery::locks;
use crate::results::recovery::ownership;

/// Prints the table of a results folder, the answer, and where the `charts` are. `suggests_report`: also the command
/// that writes the report.
pub(super) fn print_results(
    layout: &Layout,
    results: &Results,
    charts: &[PathBuf],
    suggests_report: bool,
) -> Result<()> {
    if results.trials.iter().all(|trial| trial.status.is_left()) {
        // A table without numbers would say nothing.
        say(NOTHING_TO_DRAW);
        return Ok(());
    }
    print(&format!("\n{}\n", report::conditions::table(results)))?;
    if let Some(tuned) = report::tune::table(results) {
        print(&format!("{tuned}\n"))?;
    }
    for line in report::dataset::lines(results.datasets()) {
        print(&format!("{line}\n"))?;
    }
    for note in results.cautions.iter().chain(&results.note_of_untimed()) {
        print(&format!("note: {note}\n"))?;
    }
    print(&format!("\n{}\n", answer(layout, results.clone())?))?;
    print(&format!("results  {}\n", layout.root().display()))?;
    if let Some(overview) = charts.iter().find(|path| path.ends_with("overview.png")) {
        print(&format!("charts   {}\n", overview.display()))?;
    } else {
        say(NOTHING_TO_DRAW);
    }
    match note_of_old_report(layout, results) {
        _ if !suggests_report => {}
        Some(note) => say(&note),
        None => say(&format!(
            "`bn-lab report {}` writes the report: figures, every comparison, what was not tested",
            layout.root().display()
        )),
    }
    Ok(())
}

/// The answer of the report, from the same results as the table above it, in lines.
fn answer(layout: &Layout, results: Results) -> Result<String> {
    let folder = Folder::of(layout.root(), results)?;
    let material = Material::new(&folder, None)?;
    let lines = page::short_answer(&material).into_iter();
    Ok(lines.map(|words| words.text() + "\n").collect())
}

/// A note where a report was written before the last trial ended. The report is not rewritten, since the folder
/// does not record which metric, figures and formats were requested.
fn note_of_old_report(layout: &Layout, results: &Results) -> Option<String> {
    let records = results.trials.iter().map(|trial| layout.trial(&trial.id).trial());
    let newest = records.filter_map(|record| fs::written(&record)).max()?;
    let reports = ["report.md", "report.html"].map(|name| layout.root().join(name));
    let is_old = |path: &&PathBuf| fs::written(path).is_some_and(|written| written < newest);
    let old: Vec<String> =
        reports.iter().filter(is_old).map(|path| format!("`{}`", path.display())).collect();
    (!old.is_empty()).then(|| {
        format!(
            "note: {} {} older than these results; `bn-lab report {}` writes {} anew",
            old.join(" and "),
            if old.len() == 1 { "is" } else { "are" },
            layout.root().display(),
            if old.len() == 1 { "it" } else { "both" }
        )
    })
}

/// Refuses a folder that contains something other than results, or in which another file has the name of a
/// chart. Called before anything is trained or copied. The names of a claim's figure are known only
/// at the end.
pub(super) fn check(layout: &Layout, option: &str) -> Result<()> {
    refuse_file(layout.root(), option)?;
    ownership::check_folder(layout, option)?;
    let charts = figures::of_every_run().flat_map(|stem| paths(&stem, layout));
    ownership::check_files(charts.chain(layout.tables()), Some(option))
}

/// Refuses a results folder whose path is a file.
fn refuse_file(folder: &Path, option: &str) -> Result<()> {
    let Some(file) = folder.ancestors().find(|path| fs::is_file(path)) else {
        return Ok(());
    };
    Err(Error::Results(format!(
        "results cannot go to `{}`: `{}` is a file, and no folder\n  hint: choose another folder with `{option}`",
        folder.display(),
        file.display()
    )))
}

/// The paths of a chart's files as a run names them.
fn paths(stem: &str, layout: &Layout) -> Vec<PathBuf> {
    output::paths(stem, &layout.charts(), &Output::default())
}

/// Draws the charts, and writes the choices of tuning and the comparisons. `option` is the command-line option that names
/// another folder. Runs that end at the same time take
/// turns, so that the last charts show the last tables.
pub(super) fn draw(layout: &Layout, option: &str) -> Result<(Results, Vec<PathBuf>)> {
    let draw = || {
        fs::remove_partials(layout.root())?;
        fs::remove_partials(&layout.charts())?;
        let results = reader::read(layout.root())?;
        let figures = figures::of_run(&results);
        let details = figures::details(&results, &figures);
        let detailed = reader::with_details(layout.root(), Cow::Borrowed(&results), &details)?;
        let mut drawn = figures::drawn(&detailed, &figures);
        for chart in claimed(layout, &results)? {
            drawn.retain(|known| known.stem != chart.stem);
            drawn.push(chart);
        }
        let charts = drawn.iter().flat_map(|drawn| paths(&drawn.stem, layout));
        ownership::check_files(charts.chain(layout.tables()), Some(option))?;
        write_findings(&results, layout)?;
        let charts = plot::write_all(&drawn, &layout.charts())?;
        Ok((results, charts, plot::missing_letters(drawn.iter().map(|drawn| &drawn.chart))))
    };
    let draw = || locks::of_last_table(layout, draw);
    let (results, charts, note) = locks::while_drawing(layout, draw)?;
    if let Some(note) = note {
        say(&format!("note: {note}"));
    }
    Ok((results, charts))
}

/// The figure that the claim names, if there is a claim; prints the reason where it cannot be drawn.
fn claimed(layout: &Layout, results: &Results) -> Result<Vec<Drawn>> {
    match page::claimed_charts(layout.root(), results) {
        Err(Error::Usage(reason)) => {
            say(&format!("note: the figure of the claim: {reason}"));
            Ok(Vec::new())
        }
        charts => charts,
    }
}
