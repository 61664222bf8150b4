//! Finds and judges the claims of results folders.

use std::path::{Path, PathBuf};

use super::Entry;
use crate::compare::claim;
use crate::error::{Error, Result};
use crate::fs;
use crate::record::layout::Layout;
use crate::record::reader;

/// The claim of a results folder, or those of the results folders in a folder, in the order of their
/// names. Folders are named from `beside`, and written as they are named.
pub fn within(folder: &Path, beside: &Path) -> Result<Vec<Entry>> {
    let is_results = |folder: &PathBuf| fs::is_file(&Layout::new(beside.join(folder)).experiment());
    let folders: Vec<PathBuf> = if is_results(&folder.to_path_buf()) {
        vec![folder.to_path_buf()]
    } else {
        let all = fs::folders(&beside.join(folder))?;
        let names = all.iter().filter_map(|path| path.file_name());
        let mut folders: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
        folders.sort();
        folders.into_iter().filter(is_results).collect()
    };
    let entries: Result<Vec<Option<Entry>>> =
        folders.iter().map(|folder| entry(folder, beside)).collect();
    let entries: Vec<Entry> = entries?.into_iter().flatten().collect();
    if entries.is_empty() {
        return Err(Error::Results(format!(
            "`{}` holds no results of an experiment that claims something\n  hint: `[claim]` in an experiment file says what it tests, see `configs/README.md`",
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
        judgement,
    }))
}

/// The chart of that name, if it has been drawn.
fn figure(folder: &Path, beside: &Path, name: Option<&str>) -> Option<String> {
    let charts = Layout::new(folder).charts();
    let drawn =
        ["svg", "png"].map(|ending| charts.join(format!("{}.{ending}", name.unwrap_or_default())));
    let found = drawn.iter().find(|path| fs::is_file(&beside.join(path)))?;
    Some(written(found))
}

/// With forward slashes and none at the end, as a link has it.
pub fn written(path: &Path) -> String {
    let parts: PathBuf = path.components().collect();
    parts.display().to_string().replace('\\', "/")
}
