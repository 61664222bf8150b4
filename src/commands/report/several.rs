//! One report on several results folders.

use std::path::{Component, Path, PathBuf};

use super::{deliver, say_missing};
use crate::cli;
use crate::error::{Error, Result};
use crate::fs;
use crate::report::claims;
use crate::report::page::Folder;
use crate::report::page::collection::{self, Member, Part};
use crate::results::recovery::ownership;

/// The results folders in a folder; none where it is a results folder itself.
pub(super) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let found = claims::folders(folder, Path::new(""))?;
    Ok(found.into_iter().filter(|path| path != folder).collect())
}

/// Writes the report on the results folders that are given or that the given folders contain.
pub(super) fn report(given: &[PathBuf], arguments: &cli::Report) -> Result<()> {
    refuse_what_is_of_one(arguments)?;
    let target = target(given, arguments)?;
    ownership::check_apart(target, None)?;
    let folders = all(given)?;
    let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let ids = collection::ids(names.iter().map(String::as_str));
    let parts: Result<Vec<Part>> =
        folders.iter().zip(&ids).map(|(folder, id)| part(folder, id, target)).collect();
    let report = collection::report(&name(target), parts?);
    deliver(&report, target, arguments)
}

/// Refuses options that concern one folder: each may have its own metric, figures and axes.
fn refuse_what_is_of_one(arguments: &cli::Report) -> Result<()> {
    let option = if arguments.metric.is_some() {
        "--metric"
    } else if !arguments.figures.is_empty() {
        "--figures"
    } else if !arguments.selection.filter.is_empty() {
        "--filter"
    } else if !arguments.selection.order.is_empty() {
        "--order"
    } else {
        return Ok(());
    };
    Err(Error::Usage(format!(
        "`{option}` is for the report on a single results folder\n  hint: on a page of several, `[claim]` in each experiment says what decides and which figure is shown"
    )))
}

/// The folder that the report is written to.
fn target<'a>(given: &'a [PathBuf], arguments: &'a cli::Report) -> Result<&'a Path> {
    match (&arguments.output, given) {
        (Some(output), _) => Ok(output),
        (None, [folder]) => Ok(folder),
        (None, _) => Err(Error::Usage(format!(
            "there are {} folders, and one report on them\n  hint: `--output DIR` says where it is written to",
            given.len()
        ))),
    }
}

/// Every results folder once, in the given order.
fn all(given: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = Vec::new();
    for folder in given {
        let found = claims::folders(folder, Path::new(""))?;
        if found.is_empty() {
            return Err(Error::Results(format!(
                "`{}` holds no results, and no folder with results\n  hint: `bn-lab run FILE` leaves them in its `output.dir`",
                folder.display()
            )));
        }
        for path in found {
            if !all.contains(&path) {
                all.push(path);
            }
        }
    }
    Ok(all)
}

/// Reads one folder. Done for one at a time, since together they may not fit into memory.
fn part(folder: &Path, id: &str, target: &Path) -> Result<Part> {
    let read = Folder::with_one_figure(folder)?;
    say_missing(&read, folder);
    let mut reports = vec!["report.html", "report.md"];
    reports.retain(|file| fs::is_file(&folder.join(file)));
    Part::of(Member { folder: &read, path: &seen_from(target, folder), id, reports: &reports })
}

/// The name of a folder, also where it is given as `.`.
fn name(folder: &Path) -> String {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let last = whole.file_name().unwrap_or(whole.as_os_str());
    last.to_string_lossy().into_owned()
}

/// The relative path from one folder to another, with forward slashes.
fn seen_from(from: &Path, to: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (from, to) = (whole(from), whole(to));
    let (mut from, mut to) = (from.components().peekable(), to.components().peekable());
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| Component::ParentDir);
    claims::written(&up.chain(to).collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_relative_to_the_page() {
        let seen = |from: &str, to: &str| seen_from(Path::new(from), Path::new(to));
        assert_eq!(seen("claims", "claims/01-a"), "01-a");
        assert_eq!(seen("pages/all", "./claims/01-a"), "../../claims/01-a");
        assert_eq!(seen("/x/y", "/x/z b"), "../z b");
        assert_eq!(seen(".", "claims/a"), "claims/a");
    }
}
