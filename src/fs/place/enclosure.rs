//! The folders below which no link is followed, and the errors for paths that would lead out of them.

use std::ffi::OsStr;
use std::io::{Error, ErrorKind, Result};
use std::path::{Component, Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// The folders below which no link is followed, as absolute paths. Few: those that a command works on.
static ENCLOSED: RwLock<Vec<PathBuf>> = RwLock::new(Vec::new());

/// From now on no link below `root` is followed by any function of [`crate::fs`].
pub fn enclose(root: &Path) {
    let root = &absolute(root);
    let is_known = |known: &[PathBuf]| known.iter().any(|known| known == root);
    // Each change is one push, so a panic cannot leave the list inconsistent.
    if is_known(&ENCLOSED.read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut enclosed = ENCLOSED.write().unwrap_or_else(PoisonError::into_inner);
    if !is_known(&enclosed) {
        enclosed.push(root.to_owned());
    }
}

/// The enclosed folder that contains `path`, and the relative path from it; `None` where there is none. Of several
/// it is the innermost, since each may itself be a link.
pub(super) fn enclosed(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let path = absolute(path);
    let known = ENCLOSED.read().unwrap_or_else(PoisonError::into_inner);
    let around = known.iter().filter_map(|root| {
        let rest = path.strip_prefix(root).ok()?;
        (rest.components().next().is_some()).then_some((root, rest))
    });
    let (root, rest) = around.max_by_key(|(root, _)| root.components().count())?;
    Some((root.clone(), rest.to_owned()))
}

/// An absolute path; the file system is not accessed, and no link is followed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The names on the path from an enclosed folder; an error where it would lead outside.
pub(super) fn names(rest: &Path) -> Result<Vec<&OsStr>> {
    let mut names = Vec::new();
    for part in rest.components() {
        match part {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            _ => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    "the path leads out of its results folder",
                ));
            }
        }
    }
    Ok(names)
}

/// Refuses a link inside an enclosed folder.
pub(in crate::fs) fn check_link(path: &Path) -> Result<()> {
    if enclosed(path).is_some() { Err(link(path)) } else { Ok(()) }
}

/// The error for a link at or on a path.
pub(super) fn link(path: &Path) -> Error {
    not_followed(&format!("`{}`", path.display()))
}

pub(super) fn not_followed(what: &str) -> Error {
    Error::other(format!(
        "{what} is a link, and links inside a results folder are not followed\n  hint: put there what it points to, or delete the link"
    ))
}
