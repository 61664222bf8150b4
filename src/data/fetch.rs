//! Downloads a dataset from its mirrors; where that fails, the error contains everything that the user needs to
//! put the files in place by hand. Data are never substituted silently.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ureq::Agent;

use super::cifar10;
use super::content::fault;
use super::download::{Failure, FetchProgress, Timeouts, client, download, download_archive};
use super::locate::{ENVIRONMENT_VARIABLE, KERAS, Places};
use super::published::{Format, SOURCES, Source, SourceFile};
use super::stored::Stored;
use super::sums::unpacked_sum;
use crate::config;
use crate::error::{Error, Result};
use crate::fs;
use crate::units::joined;

/// One file of a dataset after fetching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The file's path.
    pub path: PathBuf,
    /// The address it was downloaded from; `None` where it existed already and was undamaged.
    pub from: Option<String>,
}

/// Downloads the dataset called `name` into `--data-dir` if given, else into the cache, unless a
/// run would find it undamaged already. Undamaged files are kept; damaged ones are
/// replaced.
pub fn fetch(
    name: &str,
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Vec<Fetched>> {
    let source = Source::called(name).ok_or_else(|| nothing_to_fetch(name))?;
    let folder = places.fetch_folder(name);
    if let Some(folder) = &folder {
        fs::remove_partials(folder)?;
    }
    if places.data_dir.is_none()
        && let Some(place) = places.find(source, &source.all_files())
        && let Some(found) = all_sound(source, &place.folder)?
    {
        return Ok(found);
    }
    from_mirrors(source, &source.all_files(), places, folder, progress)
}

/// Downloads `source` into the cache, because a run needs `files` of it, and returns the folder.
pub(super) fn into_cache(
    source: &Source,
    files: &[&'static SourceFile],
    places: &Places,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<PathBuf> {
    let folder = places.cache_folder(source.name);
    from_mirrors(source, files, places, folder.clone(), progress)?;
    // Without a folder the line above has returned an error.
    Ok(folder.unwrap_or_default())
}

/// The files of `source` in `folder`, if they all have the published content, packed or not.
fn all_sound(source: &Source, folder: &Path) -> Result<Option<Vec<Fetched>>> {
    let mut found = Vec::new();
    for file in source.files {
        let Some(stored) = Stored::find(file, folder) else {
            return Ok(None);
        };
        if stored.sum(file)? != file.unpacked {
            return Ok(None);
        }
        found.push(Fetched { path: stored.path, from: None });
    }
    // An archive holds several.
    found.dedup();
    Ok(Some(found))
}

fn nothing_to_fetch(name: &str) -> Error {
    let known: Vec<String> = SOURCES.iter().map(|s| format!("`{}`", s.name)).collect();
    let meant = config::nearest(name, SOURCES.iter().map(|source| source.name));
    let hint = meant.map_or(String::new(), |meant| format!("\n  hint: did you mean `{meant}`?"));
    Error::Usage(format!(
        "there is nothing to download for `{name}`; datasets with files are {}{hint}",
        joined(&known, "and")
    ))
}

fn from_mirrors(
    source: &Source,
    needed: &[&'static SourceFile],
    places: &Places,
    folder: Option<PathBuf>,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Vec<Fetched>> {
    let Some(folder) = folder else {
        let fault = "there is no home folder to keep a cache in; name a folder with `--data-dir`";
        return Err(unavailable(source, needed, places, None, &[fault.to_owned()]));
    };
    let client = client(Timeouts::default());
    fetch_into(source, source.mirrors, &client, &folder, progress).map_err(
        |failure| match failure {
            Failure::Local(error) => error,
            Failure::Mirrors(faults) => unavailable(source, needed, places, Some(&folder), &faults),
        },
    )
}

/// Downloads files that are missing or damaged into `folder`.
fn fetch_into(
    source: &Source,
    mirrors: &[&str],
    client: &Agent,
    folder: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<Vec<Fetched>, Failure> {
    fs::create_folder(folder)?;
    fs::remove_partials(folder)?;
    let mut wanted = Vec::new();
    for file in source.files {
        if !is_sound(&folder.join(file.name), file)? {
            wanted.push(file);
        }
    }
    let mut mirrors = mirrors.to_vec();
    let mut from: Vec<String> = Vec::new();
    match &source.archive {
        Some(archive) if !wanted.is_empty() => {
            let address = from_any(&mut mirrors, archive.name, |address| {
                let files = source.files;
                download_archive(client, address, archive, files, &wanted, folder, progress)
            })?;
            from = vec![address; wanted.len()];
        }
        Some(_) => {}
        None => {
            for &file in &wanted {
                let path = folder.join(file.name);
                from.push(from_any(&mut mirrors, file.name, |address| {
                    download(client, address, file, &path, progress)
                })?);
            }
        }
    }
    let fetched = |file: &SourceFile| {
        let place = wanted.iter().position(|wanted| wanted.name == file.name);
        Fetched { path: folder.join(file.name), from: place.map(|place| from[place].clone()) }
    };
    Ok(source.files.iter().map(fetched).collect())
}

/// Whether `path` has the published content, packed or not. An undamaged file with other content
/// belongs to the user, and is not replaced.
fn is_sound(path: &Path, file: &SourceFile) -> Result<bool> {
    let Some(bytes) = fs::read_if_exists(path)? else {
        return Ok(false);
    };
    if unpacked_sum(&bytes, file) == file.unpacked {
        return Ok(true);
    }
    if fault(&bytes, file).is_some() {
        return Ok(false);
    }
    Err(Error::Data(format!(
        "`{}` is whole, and not the published file; it is not replaced\n  hint: `--data-dir DIR` says another folder to download into",
        path.display()
    )))
}

/// Tries each mirror for `name` and returns the address that worked. A mirror that fails is tried
/// last from then on, so that an unreachable one costs its timeout only once.
fn from_any(
    mirrors: &mut [&str],
    name: &str,
    mut download: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let mut all = Vec::new();
    for _ in 0..mirrors.len() {
        let address = format!("{}{name}", mirrors[0]);
        match download(&address).map_err(|e| e.in_context(|fault| format!("`{address}`: {fault}")))
        {
            Ok(()) => return Ok(address),
            Err(Failure::Mirrors(faults)) => all.extend(faults),
            local => return local.map(|()| address),
        }
        mirrors.rotate_left(1);
    }
    Err(Failure::Mirrors(all))
}

/// The error for a dataset whose `needed` files neither exist here nor can be downloaded.
fn unavailable(
    source: &Source,
    needed: &[&'static SourceFile],
    places: &Places,
    folder: Option<&Path>,
    faults: &[String],
) -> Error {
    let name = source.name;
    // What is missing in Keras's folder belongs into our own.
    let nearest = places.nearest(source, needed).filter(|(place, _)| place.reason != KERAS);
    let mut text = match &nearest {
        None => format!("the dataset `{name}` is missing and could not be downloaded"),
        Some((_, missing)) => format!(
            "the dataset `{name}` lacks {}, and could not be downloaded",
            joined(&names(missing), "and")
        ),
    };
    let searched = places.folders(source);
    let searched = searched.iter().map(|p| format!("`{}` ({})", p.folder.display(), p.reason));
    section(&mut text, "looked in", searched);
    section(&mut text, "tried", faults.iter().cloned());
    let folder = folder.map_or_else(|| PathBuf::from("DIR").join(name), Path::to_owned);
    let (folder, missing) = match &nearest {
        Some((place, missing)) => (&place.folder, missing.as_slice()),
        None => (&folder, needed),
    };
    let paths = missing.iter().map(|file| format!("`{}`", folder.join(file.name).display()));
    section(&mut text, "to put its files there by hand, save them as", paths);
    let archive = source.archive.as_ref().map_or("", |archive| archive.name);
    let title = if archive.is_empty() { "from one of" } else { "which are in" };
    let addresses = source.mirrors.iter().map(|m| format!("`{m}{archive}`"));
    section(&mut text, title, addresses);
    let _ = write!(
        text,
        "\nif they are somewhere else already, as torchvision or Keras keep them, `--data-dir DIR` or the environment variable \
         `{ENVIRONMENT_VARIABLE}` names that folder"
    );
    text.push_str(&ways_round(source, nearest.is_some(), folder));
    Error::Data(text)
}

/// Ways to continue without the missing files.
fn ways_round(source: &Source, some_here: bool, folder: &Path) -> String {
    let alone = match source.format {
        Format::Cifar if some_here => {
            cifar10::without_more(|file| Stored::find(file, folder).is_some())
        }
        Format::Cifar | Format::Idx { .. } => None,
    };
    let alone = alone.map_or(String::new(), |setting| {
        let folder = folder.display();
        format!(
            "\nwhere there is a network, `bn-lab data fetch {}` brings them; with `{setting}`, what is in `{folder}` will do",
            source.name
        )
    });
    format!("{alone}\nwithout any download, `bn-lab run quickstart` works")
}

fn names(files: &[&SourceFile]) -> Vec<String> {
    files.iter().map(|file| format!("`{}`", file.name)).collect()
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

    use super::*;
    use crate::data::archive::tests::packed;
    use crate::data::download::tests::{BODY, FILE, impatient};
    use crate::data::loopback::{Server, answer};
    use crate::data::published::{Archive, CIFAR10, MNIST};

    const SECOND: SourceFile = SourceFile { name: "again.gz", ..FILE };
    static TWO_FILES: Source = Source {
        name: "two-files",
        other_folders: &[],
        files: &[FILE, SECOND],
        mirrors: &[],
        archive: None,
        ..CIFAR10
    };

    fn fetch_from(servers: &[&Server], folder: &Path) -> Result<Vec<Fetched>, Failure> {
        let addresses: Vec<String> = servers.iter().map(|server| server.address()).collect();
        let mirrors: Vec<&str> = addresses.iter().map(String::as_str).collect();
        fetch_into(&TWO_FILES, &mirrors, &impatient(), folder, &mut |_| {})
    }

    #[test]
    fn a_mirror_that_fails_is_replaced_by_the_next_and_not_tried_again() {
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
    fn whole_files_that_hold_something_else_are_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let [_, labels, ..] = MNIST.files else {
            panic!("four files");
        };
        let path = folder.path().join(labels.name);
        fs::replace(&path, &[0, 0, 8, 1, 0, 0, 0, 2, 7, 9]).unwrap();
        let error = is_sound(&path, labels).unwrap_err().to_string();
        assert!(error.contains("is not replaced"), "{error}");
        fs::replace(&path, &[0, 0, 8, 1, 0, 0, 0, 2, 7]).unwrap();
        assert!(!is_sound(&path, labels).unwrap(), "it is cut short");
    }

    #[test]
    fn when_every_mirror_fails_each_one_s_reason_is_kept() {
        let missing = Server::start(|_| answer(404, 0, &[]));
        let wrong = Server::start(|_| answer(200, 10, &[b"ten bytes?"]));
        let folder = tempfile::tempdir().unwrap();
        let Err(Failure::Mirrors(faults)) = fetch_from(&[&missing, &wrong], folder.path()) else {
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
        assert!(matches!(result, Err(Failure::Local(Error::Io { .. }))));
    }

    #[test]
    fn the_error_for_a_missing_dataset_has_everything_that_is_needed_to_continue() {
        let places = Places {
            data_dir: Some("given".into()),
            environment: None,
            cache: Some("cache".into()),
            keras: None,
        };
        let folder = places.cache_folder("mnist").unwrap();
        let faults = ["`https://example.org/x`: no answer".to_owned()];
        let error = unavailable(&MNIST, &MNIST.all_files(), &places, Some(&folder), &faults);
        assert_eq!(error.exit_code(), 4);
        let expected = format!(
            "the dataset `mnist` is missing and could not be downloaded\n\
             looked in:\n  `{}` (--data-dir)\n  `given/MNIST/raw` (--data-dir)\n  `given/raw` (--data-dir)\n  `given` (--data-dir)\n  `{cache}` (cache)\n\
             tried:\n  `https://example.org/x`: no answer\n\
             to put its files there by hand, save them as:\n  {}\n\
             from one of:\n  `https://ossci-datasets.s3.amazonaws.com/mnist/`\n  \
             `https://storage.googleapis.com/cvdf-datasets/mnist/`\n\
             if they are somewhere else already, as torchvision or Keras keep them, `--data-dir DIR` or the \
             environment variable `BN_LAB_DATA` names that folder\n\
             without any download, `bn-lab run quickstart` works",
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
    fn what_is_in_an_archive_is_fetched_in_one_go_and_only_where_it_is_needed() {
        static PACKED: Source =
            Source { archive: Some(Archive { name: "both.tar.gz", bytes: 10_000 }), ..TWO_FILES };
        let archive = packed(&[("ten.gz", BODY), ("readme", b"x"), ("again.gz", BODY)]);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let server = Server::start(move |path| {
            seen.lock().unwrap().push(path.to_owned());
            answer(200, archive.len(), &[&archive])
        });
        let empty = Server::start(|_| answer(200, 7, &[b"no tar!"]));
        let folder = tempfile::tempdir().unwrap();
        let (bad, good) = (empty.address(), server.address());
        let mut received = 0;
        let mut fetch = || {
            let mirrors = [bad.as_str(), good.as_str()];
            let result = fetch_into(&PACKED, &mirrors, &impatient(), folder.path(), &mut |told| {
                assert_eq!((told.file, told.total), ("both.tar.gz", 10_000));
                received = told.received;
            });
            let Ok(fetched) = result else {
                panic!("the second mirror is good");
            };
            assert!(fetched.iter().all(|f| fs::read(&f.path).unwrap() == BODY));
            fetched.into_iter().map(|f| f.from).collect::<Vec<_>>()
        };
        let address = Some(format!("{}both.tar.gz", server.address()));
        assert_eq!(fetch(), [address.clone(), address.clone()]);
        assert_eq!(fetch(), [None, None]);
        fs::replace(&folder.path().join("again.gz"), b"damaged").unwrap();
        assert_eq!(fetch(), [None, address]);
        assert_eq!(asked.lock().unwrap().len(), 2);
        assert!(received > 0);
    }

    #[test]
    fn an_incomplete_dataset_is_reported_with_what_is_missing_and_every_remedy() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cifar-10-batches-bin");
        fs::create_folder(&folder).unwrap();
        for name in ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"] {
            fs::replace(&folder.join(name), b"x").unwrap();
        }
        let places = Places { environment: Some(root.path().into()), ..Places::default() };
        let source = &CIFAR10;
        let text = unavailable(source, &source.all_files(), &places, None, &[]).to_string();
        for part in [
            "the dataset `cifar10` lacks `data_batch_3.bin`, `data_batch_4.bin` and \
             `data_batch_5.bin`, and could not be downloaded",
            &format!("`{}` (BN_LAB_DATA)", folder.display()),
            &format!("`{}`", folder.join("data_batch_4.bin").display()),
            "`https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz`",
            "`bn-lab data fetch cifar10` brings them",
            "with `data.train_batches = [1, 2]`",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains("data_batch_1.bin"), "{text}");
    }

    #[test]
    fn a_dataset_without_files_cannot_be_fetched() {
        let error = fetch("glyphs", &Places::default(), &mut |_| {}).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is nothing to download for `glyphs`; datasets with files are `mnist`, \
             `fashion-mnist` and `cifar10`"
        );
    }

    #[test]
    fn without_a_home_folder_the_way_out_is_a_data_folder() {
        let error = fetch("mnist", &Places::default(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("name a folder with `--data-dir`"), "{error}");
    }
}
