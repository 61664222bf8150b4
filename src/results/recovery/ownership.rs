//! Distinguishes files that bn-lab wrote from others: no command writes results among other files, or
//! replaces or deletes a file that bn-lab did not write. Its own files, of this version or an earlier one, are
//! recognised by their content.

mod content;
mod trials;

use std::path::{Path, PathBuf};

use self::content::is_ours;
use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::files;
use crate::results::format::layout::Layout;

pub use self::trials::check_trials;
pub(in crate::results) use self::trials::{
    Contents, is_checkpoint, is_own_file, remove_checkpoints,
};

/// Refuses to write results into a folder that contains other files. Hidden files do not count: a run that
/// was killed at its start leaves only its locks. `option` is the option that names the folder.
pub fn check_folder(layout: &Layout, option: &str) -> Result<()> {
    let markers = [layout.experiment(), layout.manifest(), layout.compact()];
    if fs::is_file(layout.root()) {
        return Ok(());
    }
    check_files(&markers, Some(option))?;
    if markers.iter().any(|marker| fs::is_file(marker)) {
        return Ok(());
    }
    let Some(other) = something(layout.root())? else {
        return Ok(());
    };
    Err(Error::Results(format!(
        "`{}` is not empty, and no results folder: it holds `{}`, and neither `experiment.toml` nor `manifest.json`\n  hint: choose another folder with `{option}`, or move away what is in it",
        layout.root().display(),
        other.file_name().unwrap_or_default().display()
    )))
}

/// Refuses to write a report or charts into the results folder of another experiment, where they would
/// replace that experiment's own. `of` is the name of the experiment that they show, if they show a single one.
pub fn check_apart(target: &Path, of: Option<&str>) -> Result<()> {
    let whole = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
    let is_of_charts = whole.file_name().is_some_and(|name| name == "charts");
    let around = whole.parent().filter(|_| is_of_charts);
    for folder in [Some(whole.as_path()), around].into_iter().flatten() {
        let marker = folder.join("experiment.toml");
        if !fs::is_file(&marker) || !is_ours(&marker)? {
            continue;
        }
        let name = files::name(folder)?;
        if of != Some(&name) {
            return Err(Error::Results(format!(
                "`{}` is the results folder of `{name}`, whose own report and charts would be replaced: nothing was written\n  hint: choose another folder with `--output DIR`",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Some entry of a folder that is not hidden; `None` where there is none.
pub(in crate::results) fn something(folder: &Path) -> Result<Option<PathBuf>> {
    let is_shown = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        !name.to_string_lossy().starts_with('.')
    };
    let found = fs::everything(folder)?;
    Ok(found.into_iter().find(is_shown))
}

/// Refuses to replace any of these files where bn-lab did not write it. To be called with all files together,
/// before the first of them is written. `option` is the option that names another folder, where there is
/// one.
pub fn check_files<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
    option: Option<&str>,
) -> Result<()> {
    for path in paths {
        let path = path.as_ref();
        if !is_ours(path)? {
            let elsewhere = option.map_or(String::new(), |option| {
                format!(", or write into another folder with `{option}`")
            });
            return Err(Error::Results(format!(
                "`{}` was not written by bn-lab and would be replaced: nothing was written\n  hint: move it away{elsewhere}",
                path.display()
            )));
        }
    }
    Ok(())
}

/// Deletes a file if bn-lab wrote it.
pub fn remove_ours(path: &Path) -> Result<()> {
    if fs::is_file(path) && is_ours(path)? {
        return fs::remove_if_exists(path);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
