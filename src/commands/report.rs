//! `bn-lab report`: writes a report on one results folder, or one report on several.

mod several;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::{self, ReportFormat};
use crate::commands::{NOTHING_TO_DRAW, OUTPUT_DIR, browser, print, requested, say};
use crate::error::{Error, Result};
use crate::fs;
use crate::report::page::document::Report as Document;
use crate::report::page::{self, Folder, Material, pictures};
use crate::report::selection;
use crate::report::splice;
use crate::results::format::layout::Layout;
use crate::results::recovery::locks;
use crate::results::recovery::ownership;

/// The names of the two reports.
const FILES: [&str; 2] = ["report.md", "report.html"];

/// Writes the requested report, and prints its path.
pub fn run(arguments: &cli::Report) -> Result<()> {
    if let Some(file) = &arguments.splice {
        return splice(file, arguments.check);
    }
    if arguments.open && !arguments.format.contains(&ReportFormat::Html) {
        return Err(Error::Usage(
            "`--open` needs the HTML file\n  hint: `--format html,md`".to_owned(),
        ));
    }
    if arguments.check {
        return Err(Error::Usage(
            "`--check` compares the blocks of a page with the results\n  hint: `bn-lab report --splice FILE.md --check`"
                .to_owned(),
        ));
    }
    match &arguments.results[..] {
        [folder] if fs::is_file(folder) || several::folders(folder)?.is_empty() => {
            report(folder, arguments)
        }
        given => several::report(given, arguments),
    }
}

/// Rewrites the blocks of a Markdown file, or reports those that are out of date.
fn splice(file: &Path, checks: bool) -> Result<()> {
    if !checks {
        for stale in splice::rewrite(file)? {
            print(&format!("{}:{}: {}\n", file.display(), stale.line, stale.asks))?;
        }
        return Ok(());
    }
    let stale = splice::check(file)?;
    if stale.is_empty() {
        return Ok(());
    }
    let blocks: Vec<String> =
        stale.iter().map(|stale| format!("\n  line {}: `{}`", stale.line, stale.asks)).collect();
    Err(Error::Results(format!(
        "`{}` is out of date:{}\n  hint: `bn-lab report --splice {}` rewrites it",
        file.display(),
        blocks.concat(),
        file.display()
    )))
}

fn report(folder: &Path, arguments: &cli::Report) -> Result<()> {
    let selection = &arguments.selection;
    selection::check_apart(&selection.filter, folder, arguments.output.as_deref())?;
    let select = |results| selection::select(results, requested(selection));
    let read = Folder::read(folder, &arguments.figures, select)?;
    if arguments.figures.is_empty() {
        say_missing(&read, folder);
    }
    let mut material = Material::new(&read, arguments.metric.as_deref())?;
    if read.charts.is_empty() {
        say(NOTHING_TO_DRAW);
    }
    let target = arguments.output.as_deref().unwrap_or(folder);
    let is_beside = fs::is_same_folder(target, folder);
    ownership::check_apart(target, Some(&read.results.name))?;
    material.apart = (!is_beside).then(|| folder.display().to_string());
    let report = page::report(&material, read.charts.clone());
    let deliver = || deliver(&report, target, arguments);
    if is_beside {
        locks::while_drawing(&Layout::new(folder), deliver)
    } else {
        // No run writes into that folder, and the results folder is only read, so no lock is needed.
        deliver()
    }
}

/// Refuses a results folder whose reports would be written over other files. Called before a run that is to end with
/// a report.
pub(super) fn check(folder: &Path) -> Result<()> {
    ownership::check_files(FILES.map(|name| folder.join(name)), Some(OUTPUT_DIR))
}

/// Writes the report on a results folder in both formats, as `bn-lab report` does without options, and returns the
/// paths.
pub(super) fn write_both(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = Folder::read(folder, &[], Ok)?;
    let report = page::report(&Material::new(&read, None)?, read.charts.clone());
    let formats = [ReportFormat::Html, ReportFormat::Md];
    let write = || write(&report, &pictures::draw(&report)?, folder, &formats);
    locks::while_drawing(&Layout::new(folder), write)
}

/// Prints a note where the claim names a figure that cannot be drawn, so that another one comes first.
fn say_missing(read: &Folder, folder: &Path) {
    if let Some(figure) = read.missing_figure() {
        say(&format!(
            "note: `{}`: there is no chart `{figure}`, which `[claim] figure` names; `bn-lab plot {} --list` says which there are",
            folder.display(),
            folder.display()
        ));
    }
}

/// Writes a report into a folder, prints its path, and opens it where that is asked for.
fn deliver(report: &Document, target: &Path, arguments: &cli::Report) -> Result<()> {
    let pictures = pictures::draw(report)?;
    for path in write(report, &pictures, target, &arguments.format)? {
        print(&format!("{}\n", path.display()))?;
        if arguments.open && path.extension().is_some_and(|extension| extension == "html") {
            browser::open(&path);
        }
    }
    Ok(())
}

fn write(
    report: &Document,
    pictures: &[pictures::Picture],
    target: &Path,
    formats: &[ReportFormat],
) -> Result<Vec<PathBuf>> {
    let charts = Layout::new(target).charts();
    let mut files: Vec<(PathBuf, Cow<'_, [u8]>)> = Vec::new();
    let mut written = Vec::new();
    if formats.contains(&ReportFormat::Md) {
        for picture in pictures {
            let path = |extension: &str| charts.join(format!("{}.{extension}", picture.stem));
            if let Some(of) = &picture.files {
                files.push((path("svg"), of.svg.as_bytes().into()));
                files.push((path("png"), of.png.as_slice().into()));
            }
        }
        written.push(target.join("report.md"));
        let text = page::markdown::write(report);
        files.push((target.join("report.md"), text.into_bytes().into()));
    }
    if formats.contains(&ReportFormat::Html) {
        written.push(target.join("report.html"));
        let text = page::html::write(report, pictures);
        files.push((target.join("report.html"), text.into_bytes().into()));
    }
    ownership::check_files(files.iter().map(|(path, _)| path), Some("--output DIR"))?;
    for folder in [target, &charts] {
        fs::remove_partials(folder)?;
    }
    for (path, bytes) in &files {
        fs::create_folder(path.parent().unwrap_or(target))?;
        fs::replace(path, bytes)?;
    }
    Ok(written)
}
