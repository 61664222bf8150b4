//! Files that belong to the user and are changed in place.

use std::fs::{self, Metadata};
use std::path::Path;

use super::{Partial, read, remove_partials};
use crate::error::{Error, Result};

/// Replaces the content of a user's file, which was read as `before`, by `after`. Links are followed; mode
/// and, where this process may set them, owner and group are kept. Returns `false`, and changes nothing, where
/// the file's content is no longer `before`.
pub fn rewrite(path: &Path, before: &[u8], after: &[u8]) -> Result<bool> {
    let file = path.canonicalize().map_err(|e| Error::io("read", path, e))?;
    let metadata = fs::metadata(&file).map_err(|e| Error::io("read", path, e))?;
    if let Some(folder) = file.parent() {
        remove_partials(folder)?;
    }
    let mut partial = Partial::beside(&file)?;
    partial.write(after)?;
    keep_owner(&partial, &metadata);
    // After the owner, since a change of owner clears some bits of the mode.
    partial
        .file
        .as_file()
        .set_permissions(metadata.permissions())
        .map_err(|e| Error::io("write", path, e))?;
    // Everything that takes long is done.
    if read(&file)? != before {
        return Ok(false);
    }
    partial.persist()?;
    Ok(true)
}

/// Gives the new file the owner and the group of the old one, or the group alone. A user who may do neither
/// becomes the owner, as with any editor that writes a new file.
fn keep_owner(partial: &Partial, metadata: &Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let file = partial.file.as_file();
        let (owner, group) = (Some(metadata.uid()), Some(metadata.gid()));
        drop(fchown(file, owner, group).or_else(|_| fchown(file, None, group)));
    }
    #[cfg(not(unix))]
    let _ = (partial, metadata);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.md");
        fs::write(&path, "edited").expect("written");
        assert!(!rewrite(&path, b"read", b"made").expect("readable"));
        assert_eq!(read(&path).expect("readable"), b"edited");
        assert!(rewrite(&path, b"edited", b"made").expect("writable"));
        assert_eq!(read(&path).expect("readable"), b"made");
        let left = fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_the_file_and_its_mode_stays() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("docs")).expect("a folder");
        fs::write(at("docs/page.md"), "before").expect("written");
        let mode = fs::Permissions::from_mode(0o640);
        fs::set_permissions(at("docs/page.md"), mode).expect("its owner");
        symlink("docs/page.md", at("one.md")).expect("a link");
        symlink("one.md", at("two.md")).expect("a link");
        assert!(rewrite(&at("two.md"), b"before", b"after").expect("writable"));
        assert!(at("one.md").is_symlink() && at("two.md").is_symlink());
        let file = at("docs/page.md");
        assert_eq!(read(&file).expect("readable"), b"after");
        let mode = fs::metadata(&file).expect("there").permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
    }
}
