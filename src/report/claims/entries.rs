//! Finds and judges the claims of results folders.

use std::path::{Path, PathBuf};

use crate::compare::claim::{self, ClaimResult};
use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;
use crate::results::reader;

/// A claim of a results folder, judged.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The folder's path in the output.
    pub folder: String,
    /// The claim and its verdict.
    pub judgement: ClaimResult,
    /// The link to the chart that the claim names.
    pub figure: Option<String>,
    /// The link to its report, if it has been written.
    pub report: Option<String>,
}

/// The folder itself where it is a results folder, or else the results folders in it, sorted by name, without
/// hidden ones and those of `submit`, which contain only an experiment. Paths are relative to `beside`.
pub fn folders(folder: &Path, beside: &Path) -> Result<Vec<PathBuf>> {
    let is_results = |folder: &PathBuf| fs::is_file(&Layout::new(beside.join(folder)).experiment());
    if is_results(&folder.to_path_buf()) {
        return Ok(vec![folder.to_path_buf()]);
    }
    let all = fs::folders(&beside.join(folder))?;
    let names = all.iter().filter_map(|path| path.file_name());
    let names = names.filter(|name| !name.to_string_lossy().starts_with('.'));
    let mut folders: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    folders.sort();
    let has_run = |folder: &PathBuf| {
        let layout = Layout::new(beside.join(folder));
        fs::is_there(&layout.manifest()) || fs::is_there(&layout.trials_table())
    };
    Ok(folders.into_iter().filter(|folder| is_results(folder) && has_run(folder)).collect())
}

/// The claim of a results folder, or those of the results folders in a folder, sorted by
/// name. Paths are relative to `beside`.
pub fn within(folder: &Path, beside: &Path) -> Result<Vec<Entry>> {
    let folders = folders(folder, beside)?;
    let entries: Result<Vec<Option<Entry>>> =
        folders.iter().map(|folder| entry(folder, beside)).collect();
    let entries: Vec<Entry> = entries?.into_iter().flatten().collect();
    if entries.is_empty() {
        return Err(Error::Results(format!(
            "`{}` holds no results of an experiment that claims something\n  hint: `[claim]` in an experiment file says what it tests; `bn-lab keys claim` lists its keys",
            folder.display()
        )));
    }
    Ok(entries)
}

fn entry(folder: &Path, beside: &Path) -> Result<Option<Entry>> {
    let root = beside.join(folder);
    let Some(claimed) = reader::claim(&root)? else {
        return Ok(None);
    };
    let results = reader::read_with(&root, &claim::details(&claimed))?;
    let judgement = claim::judge(&results)?;
    Ok(judgement.map(|judgement| Entry {
        folder: written(folder),
        figure: figure(folder, beside, judgement.claim.figure.as_deref()),
        report: report(folder, beside),
        judgement,
    }))
}

/// The path of the folder's Markdown report, if it has been written.
fn report(folder: &Path, beside: &Path) -> Option<String> {
    let path = folder.join("report.md");
    fs::is_file(&beside.join(&path)).then(|| written(&path))
}

/// The path of the chart with this name, if it has been drawn; the first of several, where each setting has its own.
fn figure(folder: &Path, beside: &Path, name: Option<&str>) -> Option<String> {
    let name = name?;
    let charts = Layout::new(folder).charts();
    let is_there = |path: &PathBuf| fs::is_file(&beside.join(path));
    let drawn = ["svg", "png"].map(|ending| charts.join(format!("{name}.{ending}")));
    if let Some(found) = drawn.iter().find(|path| is_there(path)) {
        return Some(written(found));
    }
    let files = fs::files(&beside.join(&charts)).ok()?;
    let mut names: Vec<&str> = files
        .iter()
        .filter_map(|path| path.file_name()?.to_str())
        .filter(|file| file.starts_with(&format!("{name}-")) && file.strip_suffix(".svg").is_some())
        .collect();
    names.sort_unstable();
    Some(written(&charts.join(names.first()?)))
}

/// A path for a link: with forward slashes and none at the end.
pub fn written(path: &Path) -> String {
    let parts: PathBuf = path.components().collect();
    parts.display().to_string().replace('\\', "/")
}
