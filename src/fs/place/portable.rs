//! The same calls for other systems: each folder on the path is checked before the path is used.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};

use super::enclosure::{enclosed, link, names};
use super::kind::{Kind, Writing, kind_of_metadata, regular};

/// An error where a folder on the path is a link that is not followed.
fn check_way(path: &Path) -> Result<()> {
    let Some((mut way, rest)) = enclosed(path) else {
        return Ok(());
    };
    let names = names(&rest)?;
    for name in &names[..names.len().saturating_sub(1)] {
        way.push(name);
        match fs::symlink_metadata(&way) {
            Ok(found) if found.file_type().is_symlink() => return Err(link(&way)),
            _ => {}
        }
    }
    Ok(())
}

/// An error where a folder on the path, or `path` itself, is a link that is not followed.
fn check(path: &Path) -> Result<()> {
    match kind(path) {
        Ok(Kind::Link) => Err(link(path)),
        _ => check_way(path),
    }
}

pub(super) fn kind(path: &Path) -> Result<Kind> {
    check_way(path)?;
    let found =
        if enclosed(path).is_some() { fs::symlink_metadata(path) } else { fs::metadata(path) };
    found.map(|found| kind_of_metadata(&found))
}

pub(super) fn open(path: &Path) -> Result<File> {
    check(path)?;
    regular(kind(path)?)?;
    File::open(path)
}

pub(super) fn open_to_write(path: &Path, writing: Writing) -> Result<File> {
    check(path)?;
    match kind(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        found => regular(found?)?,
    }
    OpenOptions::new()
        .write(true)
        .read(writing == Writing::New)
        .create(matches!(writing, Writing::Kept | Writing::Emptied))
        .create_new(writing == Writing::New)
        .truncate(writing == Writing::Emptied)
        .open(path)
}

pub(super) fn entries(path: &Path) -> Result<Vec<(PathBuf, Kind)>> {
    check(path)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        found.push((entry.path(), kind_of_metadata(&entry.metadata()?)));
    }
    Ok(found)
}

pub(super) fn create_folders(path: &Path) -> Result<()> {
    check(path)?;
    fs::create_dir_all(path)
}

pub(super) fn remove_file(path: &Path) -> Result<()> {
    check(path)?;
    fs::remove_file(path)
}

pub(super) fn remove_empty_folder(path: &Path) -> Result<()> {
    check(path)?;
    fs::remove_dir(path)
}

/// There is no such call here.
#[expect(clippy::unnecessary_wraps, reason = "it can fail on Unix")]
pub(super) fn sync_file_system(_: &Path) -> Result<()> {
    Ok(())
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    check(from)?;
    check(to)?;
    fs::rename(from, to)
}
