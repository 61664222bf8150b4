//! `bn-lab report`: a results folder as a page that answers its question.

use std::path::{Path, PathBuf};

use crate::cli::{self, ReportFormat};
use crate::commands::{NOTHING_TO_DRAW, print, say};
use crate::compare::metric::Metric;
use crate::compare::unknown;
use crate::error::{Error, Result};
use crate::fs;
use crate::plot::chart::Chart;
use crate::plot::figures;
use crate::record::account;
use crate::record::layout::Layout;
use crate::record::reader;
use crate::record::results::Results;
use crate::report::page::{self, Material, pictures};
use crate::report::splice;

/// Writes what is asked for, and prints where it is.
pub fn run(arguments: &cli::Report) -> Result<()> {
    match (&arguments.splice, &arguments.results) {
        (Some(file), _) => splice(file, arguments.check),
        (None, Some(folder)) => report(folder, arguments),
        // The command line asks for one of them.
        (None, None) => Ok(()),
    }
}

/// Rewrites the blocks of a file, or says which are out of date.
fn splice(file: &Path, checks: bool) -> Result<()> {
    if !checks {
        for stale in splice::rewrite(file)? {
            print(&format!(
                "{}:{}: {}\n",
                file.display(),
                stale.line,
                stale.asks
            ))?;
        }
        return Ok(());
    }
    let stale = splice::check(file)?;
    if stale.is_empty() {
        return Ok(());
    }
    let blocks: Vec<String> = stale
        .iter()
        .map(|stale| format!("\n  line {}: `{}`", stale.line, stale.asks))
        .collect();
    Err(Error::Results(format!(
        "`{}` is out of date:{}\n  hint: `bn-lab report --splice {}` rewrites it",
        file.display(),
        blocks.concat(),
        file.display()
    )))
}

fn report(folder: &Path, arguments: &cli::Report) -> Result<()> {
    let results = reader::read(folder)?;
    let ids = results.trials.iter().map(|trial| trial.id.as_str());
    let account = account::read(folder, ids)?;
    let metric = Metric::named(arguments.metric.as_deref().unwrap_or("test_accuracy"))?;
    let material = Material::new(&results, &account, metric)?;
    let charts = charts(&results, &arguments.figures)?;
    if charts.is_empty() {
        say(NOTHING_TO_DRAW);
    }
    let report = page::report(&material, charts);
    let pictures = pictures::draw(&report)?;
    let target = arguments.output.as_deref().unwrap_or(folder);
    for path in write(&report, &pictures, target, &arguments.format)? {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

/// The figures that are asked for, or all.
fn charts(results: &Results, names: &[String]) -> Result<Vec<(String, Chart)>> {
    let mut all = figures::all(results);
    if names.is_empty() {
        return Ok(all);
    }
    let known: Vec<String> = all.iter().map(|(stem, _)| stem.clone()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for name in names {
        let at = all.iter().position(|(stem, _)| stem == name);
        let at = at.ok_or_else(|| Error::Usage(unknown("figure", name, &known)))?;
        found.push(all[at].clone());
    }
    all = found;
    Ok(all)
}

fn write(
    report: &page::document::Report,
    pictures: &[pictures::Picture],
    target: &Path,
    formats: &[ReportFormat],
) -> Result<Vec<PathBuf>> {
    fs::create_folder(target)?;
    let mut written = Vec::new();
    if formats.contains(&ReportFormat::Md) {
        let charts = Layout::new(target).charts();
        if !pictures.is_empty() {
            fs::create_folder(&charts)?;
        }
        for picture in pictures {
            fs::replace(
                &charts.join(format!("{}.svg", picture.stem)),
                picture.svg.as_bytes(),
            )?;
            fs::replace(&charts.join(format!("{}.png", picture.stem)), &picture.png)?;
        }
        let path = target.join("report.md");
        fs::replace(&path, page::markdown::write(report).as_bytes())?;
        written.push(path);
    }
    if formats.contains(&ReportFormat::Html) {
        let path = target.join("report.html");
        fs::replace(&path, page::html::write(report, pictures).as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
