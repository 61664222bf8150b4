//! `bn-lab claims`: what came of the claims that experiments made before they ran.

use std::path::{Path, PathBuf};

use crate::cli::{self, Format};
use crate::commands::print;
use crate::compare::claim;
use crate::error::{Error, Result};
use crate::fs;
use crate::record::layout::Layout;
use crate::record::reader;
use crate::report::claims::{self, Entry};

/// Judges every claim that the folders hold, and prints what came of them.
pub fn run(arguments: &cli::Claims) -> Result<()> {
    let mut entries = Vec::new();
    for folder in &arguments.results {
        entries.extend(within(folder)?);
    }
    print(&match arguments.format {
        Format::Table => claims::table(&entries),
        Format::Md => claims::markdown(&entries),
        Format::Csv => claims::csv(&entries),
        Format::Json => claims::json(&entries),
    })
}

/// The claim of a results folder, or those of the results folders in a folder, in the order of their
/// names.
fn within(folder: &Path) -> Result<Vec<Entry>> {
    let is_results = |folder: &PathBuf| fs::is_file(&Layout::new(folder).experiment());
    let folders: Vec<PathBuf> = if is_results(&folder.to_path_buf()) {
        vec![folder.to_path_buf()]
    } else {
        let mut folders = fs::folders(folder)?;
        folders.sort();
        folders.into_iter().filter(is_results).collect()
    };
    let entries: Result<Vec<Option<Entry>>> = folders.iter().map(|folder| entry(folder)).collect();
    let entries: Vec<Entry> = entries?.into_iter().flatten().collect();
    if entries.is_empty() {
        return Err(Error::Results(format!(
            "`{}` holds no results of an experiment that claims something\n  hint: `[claim]` in an experiment file says what it tests, see `configs/README.md`",
            folder.display()
        )));
    }
    Ok(entries)
}

fn entry(folder: &Path) -> Result<Option<Entry>> {
    let Some(claimed) = reader::claim(folder)? else {
        return Ok(None);
    };
    let results = reader::read_with(folder, &claim::details(&claimed))?;
    let judgement = claim::judge(&results)?;
    Ok(judgement.map(|judgement| Entry {
        folder: written(folder),
        figure: figure(folder, judgement.claim.figure.as_deref()),
        judgement,
    }))
}

/// The chart of that name, if it has been drawn.
fn figure(folder: &Path, name: Option<&str>) -> Option<String> {
    let charts = Layout::new(folder).charts();
    let drawn =
        ["svg", "png"].map(|ending| charts.join(format!("{}.{ending}", name.unwrap_or_default())));
    let found = drawn.iter().find(|path| fs::is_file(path))?;
    Some(written(found))
}

/// With forward slashes and none at the end, as a link has it.
fn written(path: &Path) -> String {
    let parts: PathBuf = path.components().collect();
    parts.display().to_string().replace('\\', "/")
}
