//! `bn-lab data`: lists where each dataset is, downloads one, verifies checksums.

use std::time::{Duration, Instant};

use crate::cli::{self, DataAction};
use crate::commands::{print, say};
use crate::config::spec;
use crate::data::{
    self, Availability, Dataset, FetchProgress, FileCheck, FileState, Loader, Places,
};
use crate::error::{Error, Result};
use crate::units;

/// Least time between two progress lines of a download.
const INTERVAL: Duration = Duration::from_secs(1);

/// Runs `list`, `fetch` or `verify`.
pub fn run(arguments: &cli::Data) -> Result<()> {
    match &arguments.action {
        DataAction::List(places) => list(&Places::from_environment(places.data_dir.clone())),
        DataAction::Fetch { name, data_dir } => {
            fetch(name, &Places::from_environment(data_dir.clone()))
        }
        DataAction::Verify(places) => verify(&Places::from_environment(places.data_dir.clone())),
    }
}

/// Loads a dataset for training, reporting a download on stderr.
pub(super) fn load<'a>(
    loader: &mut Loader<'a>,
    settings: &'a spec::Data,
    places: &Places,
    quiet: bool,
) -> Result<Dataset> {
    let mut teller = Teller::new(quiet);
    loader.load(settings, places, &mut |progress| teller.tell(&progress))
}

fn list(places: &Places) -> Result<()> {
    let mut text = String::new();
    for status in data::status(places) {
        let place = match status.availability {
            Availability::Generated => "generated when needed".to_owned(),
            Availability::Found(place) => format!("{}  ({})", place.folder.display(), place.reason),
            Availability::Incomplete { place, missing } => format!(
                "{}  ({}), without {}; `bn-lab data fetch {}` downloads {}",
                place.folder.display(),
                place.reason,
                missing.join(", "),
                status.name,
                megabytes(status.bytes)
            ),
            Availability::Missing => format!(
                "not here; `bn-lab data fetch {}` downloads {}",
                status.name,
                megabytes(status.bytes)
            ),
        };
        text.push_str(&format!(
            "{}\n  {}\n  {}\n  {place}\n",
            status.name, status.description, status.origin
        ));
    }
    print(&text)
}

fn fetch(name: &str, places: &Places) -> Result<()> {
    let mut teller = Teller::new(false);
    for file in data::fetch(name, places, &mut |progress| teller.tell(&progress))? {
        let from = file.from.map_or("was there, sound".to_owned(), |from| format!("from {from}"));
        print(&format!("{}  {from}\n", file.path.display()))?;
    }
    Ok(())
}

fn verify(places: &Places) -> Result<()> {
    let checks = data::verify(places)?;
    for FileCheck { path, part, state, .. } in &checks {
        let verdict = match state {
            FileState::Sound => "ok".to_owned(),
            FileState::Missing => "missing".to_owned(),
            FileState::Repacked if part.is_some() => "ok, in NumPy's format".to_owned(),
            FileState::Repacked => "ok, unpacked or packed again".to_owned(),
            FileState::Other { of, found } => match of {
                Some(of) => format!("OTHER: it is a file of {of}"),
                None => format!(
                    "OTHER: whole, but not the published file; SHA-256 of its unpacked bytes {found}"
                ),
            },
            FileState::Damaged { fault } => format!("DAMAGED: {fault}"),
        };
        let part = part.map_or(String::new(), |part| format!(" {part}"));
        print(&format!("{}{part}  {verdict}\n", path.display()))?;
    }
    refuse_damaged(&checks)?;
    refuse_others(&checks)?;
    refuse_none(&checks)
}

/// An error where no file was there to be checked.
fn refuse_none(checks: &[FileCheck]) -> Result<()> {
    if checks.iter().any(|check| check.state != FileState::Missing) {
        return Ok(());
    }
    Err(Error::Data(
        "none of the files is there, so that none was checked\n  hint: `--data-dir DIR` says where they are; `bn-lab data fetch NAME` downloads a dataset"
            .to_owned(),
    ))
}

fn refuse_damaged(checks: &[FileCheck]) -> Result<()> {
    let is_damaged = |check: &&FileCheck| matches!(check.state, FileState::Damaged { .. });
    let damaged: Vec<&FileCheck> = checks.iter().filter(is_damaged).collect();
    let Some(first) = damaged.first() else {
        return Ok(());
    };
    let names: Vec<String> =
        damaged.iter().map(|check| format!("`{}`", check.path.display())).collect();
    Err(Error::Data(format!(
        "{} of {} damaged\n  hint: delete {} and run `bn-lab data fetch {}`",
        damaged.len(),
        units::counted(checks.len(), "file is", "files are"),
        names.join(", "),
        first.dataset
    )))
}

/// Undamaged files with other content may be the user's own: the message does not suggest to delete them.
fn refuse_others(checks: &[FileCheck]) -> Result<()> {
    let is_other = |check: &&FileCheck| matches!(check.state, FileState::Other { .. });
    let others: Vec<&FileCheck> = checks.iter().filter(is_other).collect();
    let Some(first) = others.first() else {
        return Ok(());
    };
    Err(Error::Data(format!(
        "{} of {} whole, and hold something else than what was published under their names\n  hint: results that are trained on them say so and name them by their SHA-256; `bn-lab data fetch {} --data-dir DIR` downloads the published ones into another folder",
        others.len(),
        units::counted(checks.len(), "file is", "files are"),
        first.dataset
    )))
}

/// Reports a download in plain lines.
struct Teller {
    quiet: bool,
    last: Option<Instant>,
}

impl Teller {
    fn new(quiet: bool) -> Self {
        Self { quiet, last: None }
    }

    fn tell(&mut self, progress: &FetchProgress<'_>) {
        let is_due = self.last.is_none_or(|at| at.elapsed() >= INTERVAL);
        if self.quiet || !(is_due || progress.received == progress.total) {
            return;
        }
        self.last = Some(Instant::now());
        say(&format!(
            "downloading {}: {} of {}",
            progress.file,
            megabytes(progress.received),
            megabytes(progress.total)
        ));
    }
}

/// A size in megabytes: `11.6 MB`.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
