//! Links, pipes and devices where files are expected.
#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::fs;

/// A results folder, and another folder beside it that must not be accessed.
fn folders() -> (TempDir, PathBuf, PathBuf) {
    let lab = tempfile::tempdir().unwrap();
    let (inside, outside) = (lab.path().join("results"), lab.path().join("outside"));
    for folder in [&inside, &outside] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("file"), b"whole").unwrap();
    }
    enclose(&inside);
    (lab, inside, outside)
}

type Attempt = fn(&Path) -> crate::error::Result<()>;

/// Every function that opens the file at a path.
const OPENING: [(&str, Attempt); 6] = [
    ("read", |path| fs::read(path).map(drop)),
    ("read_if_exists", |path| fs::read_if_exists(path).map(drop)),
    ("whole_lines", |path| fs::whole_lines(path).map(drop)),
    ("create", |path| fs::AppendFile::create(path).map(drop)),
    ("lock", |path| fs::Lock::try_take(path).map(drop)),
    ("is_held", |path| fs::Lock::is_held(path).map(drop)),
];

/// Every function that replaces or removes the file at a path.
const REPLACING: [(&str, Attempt); 5] = [
    ("copy from", |path| fs::copy(path, &path.with_file_name("copy"))),
    ("copy to", |path| fs::copy(&path.with_file_name("file"), path)),
    ("replace", |path| fs::replace(path, b"new")),
    ("rename", |path| fs::rename(&path.with_file_name("file"), path)),
    ("remove", fs::remove_if_exists),
];

/// The messages of all of these for a path that must be refused.
fn refusals(path: &Path, attempts: &[(&str, Attempt)]) -> Vec<String> {
    let told = |(what, attempt): &(&str, Attempt)| match attempt(path) {
        Ok(()) => panic!("{what} went through at {}", path.display()),
        Err(error) => format!("{what}: {error}"),
    };
    attempts.iter().map(told).collect()
}

#[test]
fn a_link_in_a_results_folder_is_refused_by_name_and_what_it_points_to_stays() {
    let (_lab, inside, outside) = folders();
    for target in [outside.join("file"), outside.join("absent"), PathBuf::from("file")] {
        let link = inside.join("link");
        symlink(&target, &link).unwrap();
        for told in refusals(&link, &[&OPENING[..], &REPLACING].concat()) {
            assert!(told.contains("link") && told.contains("not followed"), "{told}");
        }
        assert!(fs::is_there(&link) && !fs::is_file(&link));
        assert!(fs::files(&inside).is_err());
        std::fs::remove_file(&link).unwrap();
    }
    assert_eq!(std::fs::read(outside.join("file")).unwrap(), b"whole");
    assert!(!outside.join("absent").exists());
}

#[test]
fn nothing_is_reached_through_a_folder_that_is_a_link() {
    let (_lab, inside, outside) = folders();
    symlink(&outside, inside.join("trials")).unwrap();
    let through = inside.join("trials/file");
    let named = format!("`{}` is a link", inside.join("trials").display());
    for told in refusals(&through, &[&OPENING[..], &REPLACING].concat()) {
        assert!(told.contains(&named), "{told}");
    }
    for told in [
        fs::create_folder(&inside.join("trials/a/b")).unwrap_err(),
        fs::files(&inside.join("trials")).unwrap_err(),
        fs::folders(&inside).unwrap_err(),
    ] {
        assert!(told.to_string().contains(&named), "{told}");
    }
    fs::remove_empty_folder(&inside.join("trials/empty"));
    let left: Vec<_> = std::fs::read_dir(&outside).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(std::fs::read(outside.join("file")).unwrap(), b"whole");
}

#[test]
fn the_results_folder_itself_may_be_a_link_and_links_elsewhere_are_followed() {
    let (lab, inside, outside) = folders();
    let named = lab.path().join("named");
    symlink(&outside, &named).unwrap();
    // Outside of any results folder a link is the user's own.
    assert_eq!(fs::read(&named.join("file")).unwrap(), b"whole");
    enclose(&named);
    assert_eq!(fs::read(&named.join("file")).unwrap(), b"whole");
    fs::create_folder(&named.join("trials/a")).unwrap();
    fs::replace(&named.join("trials/a/x"), b"x").unwrap();
    assert_eq!(std::fs::read(outside.join("trials/a/x")).unwrap(), b"x");
    assert_eq!(fs::files(&named).unwrap(), [named.join("file")]);
    // With its own path, too, nothing in it leads outside.
    symlink(&inside, named.join("trials/b")).unwrap();
    assert!(fs::read(&named.join("trials/b/file")).is_err());
    assert!(fs::read(&named.join("trials/../../results/file")).is_err());
}

#[test]
fn pipes_and_devices_are_refused_at_once() {
    let (_lab, inside, outside) = folders();
    for folder in [inside, outside] {
        let pipe = folder.join("pipe");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let (done, wait) = mpsc::channel();
        let asked = pipe.clone();
        std::thread::spawn(move || done.send(refusals(&asked, &OPENING)));
        let told = wait.recv_timeout(Duration::from_mins(1));
        for told in told.expect("refused, and nobody waited for the other end of the pipe") {
            assert!(told.contains("pipe, a socket or a device"), "{told}");
        }
        assert!(!fs::is_file(&folder.join("pipe")));
    }
    let told = fs::read(Path::new("/dev/zero")).unwrap_err().to_string();
    assert!(told.contains("`/dev/zero`: it is a pipe, a socket or a device"), "{told}");
    let told = fs::read(Path::new("/")).unwrap_err().to_string();
    assert!(told.contains("it is a folder"), "{told}");
}

#[test]
fn a_file_longer_than_its_kind_is_not_read_into_memory() {
    let (_lab, inside, _) = folders();
    let path = inside.join("manifest.json");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let told = fs::read(&path).unwrap_err().to_string();
    assert!(told.contains("it has 1048576 MB"), "{told}");
}
