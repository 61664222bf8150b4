//! A whole dataset from its mirrors; and, where that fails, everything the user needs to know to
//! put the files there by hand. There is never a silent substitute.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ureq::Agent;

use super::download::{Failure, FetchProgress, Patience, client, download, sha256};
use super::locate::Places;
use super::source::{SOURCES, Source, SourceFile, source};
use crate::error::{Error, Result};
use crate::fs;

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it is.
    pub path: PathBuf,
    /// The address it came from, or `None` where it was there already, sound.
    pub from: Option<String>,
}

/// Downloads the dataset called `name` into `--data-dir` if given, else into the cache, unless a
/// run would find it somewhere, sound. Files that are there and sound are kept; damaged ones are
/// replaced.
pub fn fetch(
    name: &str,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Vec<Fetched>> {
    let source = source(name).ok_or_else(|| nothing_to_fetch(name))?;
    if places.data_dir.is_none()
        && let Some(place) = places.find(source)
        && let Some(found) = all_sound(source, &place.folder)?
    {
        return Ok(found);
    }
    let folder = places.fetch_folder(name);
    from_mirrors(source, places, folder, progress)
}

/// Downloads `source` into the cache, because a run needs it, and returns the folder.
pub(super) fn into_cache(
    source: &Source,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf> {
    let folder = places.cache_folder(source.name);
    from_mirrors(source, places, folder.clone(), progress)?;
    // Without a folder the line above has failed.
    Ok(folder.unwrap_or_default())
}

/// The files of `source` in `folder`, if they are all the published ones.
fn all_sound(source: &Source, folder: &Path) -> Result<Option<Vec<Fetched>>> {
    let mut found = Vec::new();
    for file in source.files {
        let path = folder.join(file.name);
        if !is_sound(&path, file)? {
            return Ok(None);
        }
        found.push(Fetched { path, from: None });
    }
    Ok(Some(found))
}

fn nothing_to_fetch(name: &str) -> Error {
    let known: Vec<String> = SOURCES.iter().map(|s| format!("`{}`", s.name)).collect();
    Error::Usage(format!(
        "there is nothing to download for `{name}`; datasets with files are {}",
        known.join(" and ")
    ))
}

fn from_mirrors(
    source: &Source,
    places: &Places,
    folder: Option<PathBuf>,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Vec<Fetched>> {
    let Some(folder) = folder else {
        let fault = "there is no home folder to keep a cache in; name a folder with `--data-dir`";
        return Err(unavailable(source, places, None, &[fault.to_owned()]));
    };
    let client = client(Patience::default());
    fetch_into(source, source.mirrors, &client, &folder, progress).map_err(
        |failure| match failure {
            Unfetched::Local(error) => error,
            Unfetched::Mirrors(faults) => unavailable(source, places, Some(&folder), &faults),
        },
    )
}

/// What a dataset's download came to.
type Attempt<T> = std::result::Result<T, Unfetched>;

/// Why a dataset is not there.
enum Unfetched {
    /// No mirror delivered; one line each.
    Mirrors(Vec<String>),
    /// This machine could not keep what arrived.
    Local(Error),
}

fn fetch_into(
    source: &Source,
    mirrors: &[&str],
    client: &Agent,
    folder: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Attempt<Vec<Fetched>> {
    fs::create_folder(folder).map_err(Unfetched::Local)?;
    let mut mirrors = mirrors.to_vec();
    let mut fetched = Vec::new();
    for file in source.files {
        let path = folder.join(file.name);
        let sound = is_sound(&path, file).map_err(Unfetched::Local)?;
        let from = if sound {
            None
        } else {
            Some(fetch_file(file, &mut mirrors, client, &path, progress)?)
        };
        fetched.push(Fetched { path, from });
    }
    Ok(fetched)
}

/// Whether `path` holds exactly the published bytes.
fn is_sound(path: &Path, file: &SourceFile) -> Result<bool> {
    if fs::size(path) != Some(file.bytes) {
        return Ok(false);
    }
    Ok(sha256(&fs::read(path)?) == file.sha256)
}

/// Tries each mirror; one that fails is asked last from then on, so that an unreachable one costs
/// its timeout only once.
fn fetch_file(
    file: &SourceFile,
    mirrors: &mut [&str],
    client: &Agent,
    path: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Attempt<String> {
    let mut faults = Vec::new();
    for _ in 0..mirrors.len() {
        let address = format!("{}{}", mirrors[0], file.name);
        match download(client, &address, file, path, progress) {
            Ok(()) => return Ok(address),
            Err(Failure::Mirror(fault)) => faults.push(format!("`{address}`: {fault}")),
            Err(Failure::Local(error)) => return Err(Unfetched::Local(error)),
        }
        mirrors.rotate_left(1);
    }
    Err(Unfetched::Mirrors(faults))
}

/// The one error for a dataset that is neither here nor to be had.
fn unavailable(
    source: &Source,
    places: &Places,
    folder: Option<&Path>,
    faults: &[String],
) -> Error {
    let name = source.name;
    let mut text = format!("the dataset `{name}` is missing and could not be downloaded");
    let searched = places.folders(name);
    let searched = searched
        .iter()
        .map(|p| format!("`{}` ({})", p.folder.display(), p.reason));
    section(&mut text, "looked in", searched);
    section(&mut text, "tried", faults.iter().cloned());
    let folder = folder.map_or_else(|| PathBuf::from("DIR").join(name), Path::to_owned);
    let paths = source
        .files
        .iter()
        .map(|f| format!("`{}`", folder.join(f.name).display()));
    section(
        &mut text,
        "to put its files there by hand, save them as",
        paths,
    );
    section(
        &mut text,
        "from one of",
        source.mirrors.iter().map(|m| format!("`{m}`")),
    );
    text.push_str("\nwithout any download, `bn-lab run configs/quickstart.toml` works");
    Error::Data(text)
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\n{title}:");
    for line in lines {
        let _ = write!(text, "\n  {line}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::download::tests::{BODY, FILE, impatient};
    use super::super::loopback::{Server, answer};
    use super::super::mnist::MNIST;
    use super::*;

    const SECOND: SourceFile = SourceFile {
        name: "again.gz",
        ..FILE
    };
    static TWO_FILES: Source = Source {
        name: "two-files",
        description: "",
        origin: "",
        files: &[FILE, SECOND],
        mirrors: &[],
    };

    fn fetch_from(servers: &[&Server], folder: &Path) -> Attempt<Vec<Fetched>> {
        let addresses: Vec<String> = servers.iter().map(|server| server.address()).collect();
        let mirrors: Vec<&str> = addresses.iter().map(String::as_str).collect();
        fetch_into(&TWO_FILES, &mirrors, &impatient(), folder, &mut |_| {})
    }

    #[test]
    fn a_mirror_that_fails_gives_way_to_the_next_and_is_not_asked_again() {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let bad = Server::start(move |path| {
            seen.lock().unwrap().push(path.to_owned());
            answer(200, 10, &[b"ten bytes?"])
        });
        let good = Server::start(|_| answer(200, 10, &[BODY]));
        let folder = tempfile::tempdir().unwrap();
        let Ok(fetched) = fetch_from(&[&bad, &good], folder.path()) else {
            panic!("the second mirror is good");
        };
        for file in &fetched {
            assert_eq!(fs::read(&file.path).unwrap(), BODY);
            assert!(file.from.as_ref().unwrap().starts_with(&good.address()));
        }
        assert_eq!(*asked.lock().unwrap(), ["ten.gz"]);
    }

    #[test]
    fn sound_files_are_kept_and_damaged_ones_replaced() {
        let server = Server::start(|_| answer(200, 10, &[BODY]));
        let folder = tempfile::tempdir().unwrap();
        fs::replace(&folder.path().join("ten.gz"), BODY).unwrap();
        fs::replace(&folder.path().join("again.gz"), b"ten bytes?").unwrap();
        let Ok(fetched) = fetch_from(&[&server], folder.path()) else {
            panic!("the mirror is good");
        };
        assert_eq!(fetched[0].from, None);
        assert!(fetched[1].from.is_some());
        assert_eq!(fs::read(&fetched[1].path).unwrap(), BODY);
    }

    #[test]
    fn when_every_mirror_fails_each_one_s_reason_is_kept() {
        let missing = Server::start(|_| answer(404, 0, &[]));
        let wrong = Server::start(|_| answer(200, 10, &[b"ten bytes?"]));
        let folder = tempfile::tempdir().unwrap();
        let Err(Unfetched::Mirrors(faults)) = fetch_from(&[&missing, &wrong], folder.path()) else {
            panic!("no mirror is good");
        };
        assert_eq!(faults.len(), 2);
        assert!(faults[0].contains(&missing.address()) && faults[0].contains("404"));
        assert!(faults[1].contains(&wrong.address()) && faults[1].contains("SHA-256"));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_this_machine_s_fault_and_no_mirror_is_blamed() {
        let server = Server::start(|_| answer(200, 10, &[BODY]));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        fs::replace(&file, b"").unwrap();
        let result = fetch_from(&[&server], &file.join("inside"));
        assert!(matches!(result, Err(Unfetched::Local(Error::Io { .. }))));
    }

    #[test]
    fn the_error_for_a_missing_dataset_says_all_that_is_needed_to_go_on() {
        let places = Places {
            data_dir: Some("given".into()),
            environment: None,
            cache: Some("cache".into()),
        };
        let folder = places.cache_folder("mnist").unwrap();
        let faults = ["`https://example.org/x`: no answer".to_owned()];
        let error = unavailable(&MNIST, &places, Some(&folder), &faults);
        assert_eq!(error.exit_code(), 4);
        let expected = format!(
            "the dataset `mnist` is missing and could not be downloaded\n\
             looked in:\n  `{}` (--data-dir)\n  `given` (--data-dir)\n  `{cache}` (cache)\n\
             tried:\n  `https://example.org/x`: no answer\n\
             to put its files there by hand, save them as:\n  {}\n\
             from one of:\n  `https://ossci-datasets.s3.amazonaws.com/mnist/`\n  \
             `https://storage.googleapis.com/cvdf-datasets/mnist/`\n\
             without any download, `bn-lab run configs/quickstart.toml` works",
            Path::new("given").join("mnist").display(),
            MNIST
                .files
                .iter()
                .map(|f| format!("`{}`", folder.join(f.name).display()))
                .collect::<Vec<_>>()
                .join("\n  "),
            cache = folder.display(),
        );
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_dataset_without_files_cannot_be_fetched() {
        let error = fetch("glyphs", &Places::default(), &mut |_| {}).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is nothing to download for `glyphs`; datasets with files are `mnist` and \
             `fashion-mnist`"
        );
    }

    #[test]
    fn without_a_home_folder_the_way_out_is_a_data_folder() {
        let error = fetch("mnist", &Places::default(), &mut |_| {})
            .unwrap_err()
            .to_string();
        assert!(error.contains("name a folder with `--data-dir`"), "{error}");
    }
}
