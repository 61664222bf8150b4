//! Searches the files of a dataset: the places, and their order.
//!
//! 1. `--data-dir DIR`: `DIR/<dataset>/`, the folder that the dataset's archive unpacks to, those of
//!    other programs (torchvision's `MNIST/raw`), then `DIR` itself;
//! 2. `$BN_LAB_DATA`: in the same subfolders;
//! 3. the user's cache: `<cache>/bn-lab/<dataset>/`, where downloads go;
//! 4. Keras's folder, `$KERAS_HOME/datasets` or `~/.keras/datasets`, in which nothing is ever written.
//!
//! The first folder that contains all needed files, packed or unpacked, is used. Whether they
//! are undamaged is not checked here.

use std::env;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::published::{Content, SOURCES, Source, SourceFile};
use super::stored::Stored;
use crate::fs;

/// The environment variable that names a data folder.
pub const ENVIRONMENT_VARIABLE: &str = "BN_LAB_DATA";

/// The environment variable that names Keras's folder.
const KERAS_VARIABLE: &str = "KERAS_HOME";

/// Why Keras's folder is searched.
pub(super) const KERAS: &str = "Keras";

/// The places where files may be. No other folder is searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// `--data-dir`, if given.
    pub data_dir: Option<PathBuf>,
    /// `$BN_LAB_DATA`, if set and not empty.
    pub environment: Option<PathBuf>,
    /// bn-lab's own folder inside the user's cache folder; `None` where the user has no home folder.
    pub cache: Option<PathBuf>,
    /// The folder of datasets that Keras downloads into; `None` where the user has no home folder.
    pub keras: Option<PathBuf>,
}

/// One folder that is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder, which must contain all files.
    pub folder: PathBuf,
    /// The reason why it is searched: `--data-dir`, `BN_LAB_DATA`, `cache` or `Keras`.
    pub reason: &'static str,
}

impl Places {
    /// The places of this process: `data_dir` from the command line, the rest from its
    /// environment.
    pub fn from_environment(data_dir: Option<PathBuf>) -> Self {
        Self {
            data_dir,
            environment: env::var_os(ENVIRONMENT_VARIABLE)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            cache: etcetera::choose_base_strategy()
                .ok()
                .map(|strategy| strategy.cache_dir().join("bn-lab")),
            keras: keras_home().map(|home| home.join("datasets")),
        }
    }

    /// Every folder that is searched for `source`, in order.
    pub(super) fn folders(&self, source: &Source) -> Vec<Place> {
        let mut places = Vec::new();
        let given = [(&self.data_dir, "--data-dir"), (&self.environment, ENVIRONMENT_VARIABLE)];
        for (folder, reason) in given {
            if let Some(folder) = folder {
                let own = [source.name].into_iter().chain(source.other_folders.iter().copied());
                places.extend(own.map(|name| Place { folder: folder.join(name), reason }));
                places.push(Place { folder: folder.clone(), reason });
            }
        }
        if let Some(folder) = self.cache_folder(source.name) {
            places.push(Place { folder, reason: "cache" });
        }
        for (keras, name) in self
            .keras
            .iter()
            .flat_map(|keras| source.keras_folders.iter().map(move |name| (keras, *name)))
        {
            let folder = if name.is_empty() { keras.clone() } else { keras.join(name) };
            places.push(Place { folder, reason: KERAS });
        }
        places
    }

    /// The folder for a download of the dataset called `name` when a run needs it.
    pub fn cache_folder(&self, name: &str) -> Option<PathBuf> {
        self.cache.as_ref().map(|cache| cache.join(name))
    }

    /// The folder for an explicit download of the dataset called `name`: `--data-dir` if given, so
    /// that a folder can be prepared for another machine, else the cache.
    pub fn fetch_folder(&self, name: &str) -> Option<PathBuf> {
        match &self.data_dir {
            Some(folder) => Some(folder.join(name)),
            None => self.cache_folder(name),
        }
    }

    /// The first place that contains all of `files`, which belong to `source`.
    pub(super) fn find(&self, source: &Source, files: &[&'static SourceFile]) -> Option<Place> {
        let (place, missing) = self.nearest(source, files)?;
        missing.is_empty().then_some(place)
    }

    /// Why a dataset is not read from the folder that `--data-dir` names, to complete "`DIR` …";
    /// `None` where it is, or no folder was given.
    pub(super) fn not_given(
        &self,
        source: &Source,
        files: &[&'static SourceFile],
    ) -> Option<String> {
        let given = self.data_dir.as_ref()?;
        let only = Self { data_dir: Some(given.clone()), ..Self::default() };
        if only.find(source, files).is_some() {
            return None;
        }
        if !fs::is_folder(given) {
            return Some("is no folder".to_owned());
        }
        let folders = only.folders(source).into_iter();
        let other = folders.into_iter().find_map(|place| held_by(source, &place.folder));
        Some(match (only.nearest(source, files), other) {
            (Some((_, missing)), _) => {
                let missing: Vec<&str> = missing.iter().map(|file| file.name).collect();
                format!("lacks {} of it", missing.join(", "))
            }
            (None, Some(other)) => format!("holds the files of `{other}`"),
            (None, None) => "has no file of it".to_owned(),
        })
    }

    /// The place that contains most of `files` (the first one in a tie), with the missing ones; `None`
    /// where no place contains any.
    pub(super) fn nearest(
        &self,
        source: &Source,
        files: &[&'static SourceFile],
    ) -> Option<(Place, Vec<&'static SourceFile>)> {
        let lacking = |place: Place| {
            let is_missing = |file: &&SourceFile| Stored::find(file, &place.folder).is_none();
            let missing: Vec<_> = files.iter().copied().filter(is_missing).collect();
            (place, missing)
        };
        self.folders(source)
            .into_iter()
            .filter(|place| held_by(source, &place.folder).is_none())
            .map(lacking)
            .filter(|(_, missing)| missing.len() < files.len())
            .min_by_key(|(_, missing)| missing.len())
    }
}

/// Keras's own folder: `$KERAS_HOME`, in which it expands `~`, else `~/.keras`.
fn keras_home() -> Option<PathBuf> {
    let given = env::var(KERAS_VARIABLE).ok().filter(|value| !value.is_empty());
    let home = given.unwrap_or_else(|| "~/.keras".to_owned());
    fs::from_home(&home).map(|home| PathBuf::from(&*home))
}

/// The dataset other than `source` whose published files are in `folder` under the same names. It is
/// recognised by its labels, however they are packed.
fn held_by(source: &Source, folder: &Path) -> Option<&'static str> {
    let others = SOURCES.into_iter().filter(|other| other.name != source.name);
    let mut alike = others.filter(|other| other.files[0].name == source.files[0].name);
    let is_there = |other: &&Source| {
        let labels = other.files.iter().filter(|file| file.content == Content::Labels);
        labels.into_iter().any(|file| {
            let sum = Stored::find(file, folder).and_then(|stored| stored.sum(file).ok());
            sum.is_some_and(|sum| sum == file.unpacked)
        })
    };
    alike.find(is_there).map(|other| other.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::published::MNIST;

    fn fill(folder: &Path, unpacked: bool) {
        fs::create_folder(folder).unwrap();
        for file in MNIST.files {
            let name = if unpacked { file.unpacked_name() } else { file.name };
            fs::replace(&folder.join(name), b"x").unwrap();
        }
    }

    fn find(places: &Places) -> Option<Place> {
        places.find(&MNIST, &MNIST.all_files())
    }

    fn places(root: &Path) -> Places {
        Places {
            data_dir: Some(root.join("given")),
            environment: Some(root.join("environment")),
            cache: Some(root.join("cache")),
            keras: Some(root.join("keras")),
        }
    }

    #[test]
    fn the_dataset_s_own_folder_comes_first_then_the_folder_itself_and_the_cache_last() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        assert_eq!(find(&places), None);
        // Filled from the last place to the first: each one precedes those filled before.
        for (folder, reason) in [
            ("keras", "Keras"),
            ("cache/mnist", "cache"),
            ("environment", "BN_LAB_DATA"),
            ("environment/mnist", "BN_LAB_DATA"),
            ("given", "--data-dir"),
            ("given/mnist", "--data-dir"),
        ] {
            let folder = root.path().join(folder);
            fill(&folder, false);
            assert_eq!(find(&places), Some(Place { folder, reason }));
        }
    }

    #[test]
    fn unpacked_files_count_and_published_ones_are_preferred() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("cache/mnist");
        fill(&folder, true);
        assert!(find(&places(root.path())).is_some());
        let file = &MNIST.files[0];
        let found = || Stored::find(file, &folder).map(|stored| stored.path);
        assert_eq!(found(), Some(folder.join("train-images-idx3-ubyte")));
        fill(&folder, false);
        assert_eq!(found(), Some(folder.join("train-images-idx3-ubyte.gz")));
    }

    #[test]
    fn files_are_found_where_other_programs_put_them_under_the_names_they_give_them() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let raw = root.path().join("given/MNIST/raw");
        fs::create_folder(&raw).unwrap();
        for file in MNIST.files {
            let name = file.unpacked_name().replace("-idx", ".idx");
            assert!(name.contains("s.idx"), "{name}");
            fs::replace(&raw.join(name), b"x").unwrap();
        }
        assert_eq!(find(&places).map(|place| place.folder), Some(raw));
        let inside =
            Places { data_dir: Some(root.path().join("given/MNIST")), ..Places::default() };
        assert!(find(&inside).is_some());
    }

    #[test]
    fn why_the_given_folder_is_not_used_is_known() {
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        let why = || places.not_given(&MNIST, &MNIST.all_files());
        assert_eq!(why().as_deref(), Some("is no folder"));
        let given = root.path().join("given");
        fs::create_folder(&given).unwrap();
        assert_eq!(why().as_deref(), Some("has no file of it"));
        for file in &MNIST.files[1..] {
            fs::replace(&given.join(file.name), b"x").unwrap();
        }
        assert_eq!(why().as_deref(), Some("lacks train-images-idx3-ubyte.gz of it"));
        fs::replace(&given.join(MNIST.files[0].name), b"x").unwrap();
        assert_eq!(why(), None);
        assert_eq!(Places::default().not_given(&MNIST, &MNIST.all_files()), None);
    }

    #[test]
    fn a_folder_that_lacks_a_file_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        fill(&root.path().join("cache/mnist"), false);
        let given = root.path().join("given");
        fs::create_folder(&given).unwrap();
        fs::replace(&given.join(MNIST.files[0].name), b"x").unwrap();
        assert_eq!(find(&places(root.path())).unwrap().reason, "cache");
    }

    #[test]
    fn an_explicit_download_goes_to_the_given_folder_and_an_implied_one_to_the_cache() {
        let places = places(Path::new("root"));
        assert_eq!(places.cache_folder("mnist"), Some(Path::new("root/cache/mnist").into()));
        assert_eq!(places.fetch_folder("mnist"), Some(Path::new("root/given/mnist").into()));
        let without = Places { data_dir: None, ..places };
        assert_eq!(without.fetch_folder("mnist"), without.cache_folder("mnist"));
    }

    #[test]
    fn the_folder_of_the_archive_counts_and_the_fullest_place_is_the_nearest() {
        use crate::data::cifar10::needed;
        use crate::data::published::CIFAR10;
        let root = tempfile::tempdir().unwrap();
        let places = places(root.path());
        assert!(places.nearest(&CIFAR10, &CIFAR10.all_files()).is_none());
        let write = |folder: &str, name: &str| {
            let folder = root.path().join(folder);
            fs::create_folder(&folder).unwrap();
            fs::replace(&folder.join(name), b"x").unwrap();
            folder
        };
        write("given/cifar10", "test_batch.bin");
        let folder = write("environment/cifar-10-batches-bin", "test_batch.bin");
        write("environment/cifar-10-batches-bin", "data_batch_2.bin");
        let reason = "BN_LAB_DATA";
        let place = Place { folder, reason };
        let (nearest, missing) = places.nearest(&CIFAR10, &needed(&[1, 2])).unwrap();
        assert_eq!((&nearest, missing[0].name), (&place, "data_batch_1.bin"));
        assert_eq!(places.find(&CIFAR10, &needed(&[1, 2])), None);
        assert_eq!(places.find(&CIFAR10, &needed(&[2])), Some(place));
    }
}
