//! The calls for Unix, each relative to an open folder.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::enclosure::{enclosed, link, names};
use super::kind::{Kind, Writing, regular};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// Prevents waiting for the other end of a pipe, and taking over a terminal.
const QUIET: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);
/// The mode of an ordinary new file or folder: the umask still applies.
const FILE_MODE: Mode = Mode::from_raw_mode(0o666);
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o777);

/// A name in an open folder.
struct Place {
    folder: OwnedFd,
    name: OsString,
    /// Whether a link of that name is followed.
    follows: bool,
}

impl Place {
    fn of(path: &Path) -> Result<Self> {
        let Some((root, rest)) = enclosed(path) else {
            let name = path.file_name().unwrap_or(OsStr::new("."));
            let parent = if path.file_name().is_some() {
                path.parent().unwrap_or(Path::new(""))
            } else {
                path
            };
            return Ok(Self { folder: open_folder(parent)?, name: name.to_owned(), follows: true });
        };
        let names = names(&rest)?;
        // `enclosed` returns a path of at least one name.
        let (name, above) = names.split_last().ok_or(ErrorKind::InvalidInput)?;
        Ok(Self { folder: walk(&root, above, false)?, name: (*name).to_owned(), follows: false })
    }

    fn flags(&self) -> OFlags {
        if self.follows { OFlags::empty() } else { OFlags::NOFOLLOW }
    }

    fn at(&self) -> AtFlags {
        if self.follows { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW }
    }

    fn kind(&self) -> Result<Kind> {
        let stat = rustix::fs::statat(&self.folder, &self.name, self.at())?;
        Ok(kind_of(&stat))
    }

    /// Refuses a link at `path`, which is this place, where links are not followed.
    fn refuse_link(&self, path: &Path) -> Result<()> {
        match self.kind() {
            Ok(Kind::Link) if !self.follows => Err(link(path)),
            _ => Ok(()),
        }
    }

    fn open(&self, flags: OFlags) -> Result<OwnedFd> {
        Ok(rustix::fs::openat(&self.folder, &self.name, flags | self.flags(), FILE_MODE)?)
    }
}

/// Opens the folders `names` one after the other starting at `root`, creates missing ones if
/// `makes` is set, and follows no link except `root` itself.
fn walk(root: &Path, names: &[&OsStr], makes: bool) -> Result<OwnedFd> {
    let mut folder = open_folder(root)?;
    let mut path = root.to_owned();
    for name in names {
        path.push(name);
        if makes {
            match rustix::fs::mkdirat(&folder, *name, FOLDER_MODE) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(e) => return Err(e.into()),
            }
        }
        let next = rustix::fs::openat(&folder, *name, FOLDER | OFlags::NOFOLLOW, Mode::empty());
        folder = next.map_err(|e| {
            // Systems differ in the error for a link.
            let stat = rustix::fs::statat(&folder, *name, AtFlags::SYMLINK_NOFOLLOW);
            match stat.map(|stat| kind_of(&stat)) {
                Ok(Kind::Link) => link(&path),
                _ => e.into(),
            }
        })?;
    }
    Ok(folder)
}

fn open_folder(path: &Path) -> Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    Ok(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?)
}

fn kind_of(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File(u64::try_from(stat.st_size).unwrap_or_default()),
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    }
}

pub(super) fn kind(path: &Path) -> Result<Kind> {
    Place::of(path)?.kind()
}

pub(super) fn open(path: &Path) -> Result<File> {
    let place = Place::of(path)?;
    regular(place.kind()?)?;
    Ok(place.open(OFlags::RDONLY | QUIET)?.into())
}

pub(super) fn open_to_write(path: &Path, writing: Writing) -> Result<File> {
    let how = match writing {
        Writing::Existing => OFlags::WRONLY,
        Writing::Kept => OFlags::WRONLY | OFlags::CREATE,
        Writing::Emptied => OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
        Writing::New => OFlags::RDWR | OFlags::CREATE | OFlags::EXCL,
    };
    let place = Place::of(path)?;
    match place.kind() {
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        found => regular(found?)?,
    }
    Ok(place.open(QUIET | how)?.into())
}

/// Opens a folder to list or clear it.
fn folder(path: &Path) -> Result<OwnedFd> {
    match enclosed(path) {
        Some((root, rest)) => walk(&root, &names(&rest)?, false),
        None => open_folder(path),
    }
}

pub(super) fn entries(path: &Path) -> Result<Vec<(PathBuf, Kind)>> {
    let open = folder(path)?;
    let mut found = Vec::new();
    for name in listed(&open)? {
        match rustix::fs::statat(&open, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => found.push((path.join(&name), kind_of(&stat))),
            // Deleted meanwhile.
            Err(Errno::NOENT) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(found)
}

/// The names in a folder.
fn listed(folder: &OwnedFd) -> Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_owned();
        if name != b"." && name != b".." {
            names.push(OsStr::from_bytes(&name).to_owned());
        }
    }
    Ok(names)
}

pub(super) fn create_folders(path: &Path) -> Result<()> {
    match enclosed(path) {
        Some((root, rest)) => {
            std::fs::create_dir_all(&root)?;
            walk(&root, &names(&rest)?, true).map(drop)
        }
        None => std::fs::create_dir_all(path),
    }
}

pub(super) fn remove_file(path: &Path) -> Result<()> {
    let place = Place::of(path)?;
    place.refuse_link(path)?;
    Ok(rustix::fs::unlinkat(&place.folder, &place.name, AtFlags::empty())?)
}

pub(super) fn remove_empty_folder(path: &Path) -> Result<()> {
    let place = Place::of(path)?;
    Ok(rustix::fs::unlinkat(&place.folder, &place.name, AtFlags::REMOVEDIR)?)
}

/// Waits until the disk holds everything that was written to the file system of `folder`.
pub(super) fn sync_file_system(folder: &Path) -> Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    rustix::fs::syncfs(open_folder(folder)?)?;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = folder;
        rustix::fs::sync();
    }
    Ok(())
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    let (of, into) = (Place::of(from)?, Place::of(to)?);
    of.refuse_link(from)?;
    into.refuse_link(to)?;
    let renamed = rustix::fs::renameat(&of.folder, &of.name, &into.folder, &into.name);
    renamed.map_err(Error::from)
}
