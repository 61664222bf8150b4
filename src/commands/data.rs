//! `bn-lab data`: where each dataset is, download it, check its sums.

use std::time::{Duration, Instant};

use crate::cli::{self, DataAction};
use crate::commands::{print, say};
use crate::config::spec;
use crate::data::{self, Availability, Dataset, FetchProgress, FileCheck, FileState, Places};
use crate::error::{Error, Result};

/// A download says how far it is at most this often.
const INTERVAL: Duration = Duration::from_secs(1);

/// Lists, fetches or verifies.
pub fn run(arguments: &cli::Data) -> Result<()> {
    match &arguments.action {
        DataAction::List(places) => list(&Places::from_environment(places.data_dir.clone())),
        DataAction::Fetch { name, data_dir } => {
            fetch(name, &Places::from_environment(data_dir.clone()))
        }
        DataAction::Verify(places) => verify(&Places::from_environment(places.data_dir.clone())),
    }
}

/// Loads a dataset for training, telling of a download on stderr.
pub(super) fn load(settings: &spec::Data, places: &Places, quiet: bool) -> Result<Dataset> {
    let mut teller = Teller::new(quiet);
    data::load(settings, places, &mut |progress| teller.tell(&progress))
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
        let from = file
            .from
            .map_or("was there, sound".to_owned(), |from| format!("from {from}"));
        print(&format!("{}  {from}\n", file.path.display()))?;
    }
    Ok(())
}

fn verify(places: &Places) -> Result<()> {
    let checks = data::verify(places)?;
    for FileCheck { path, state, .. } in &checks {
        let verdict = match state {
            FileState::Sound => "ok".to_owned(),
            FileState::Missing => "missing".to_owned(),
            FileState::Unpacked => "unpacked; no sum is published for it".to_owned(),
            FileState::Damaged { expected, found } => {
                format!("WRONG: SHA-256 is {found}, should be {expected}")
            }
        };
        print(&format!("{}  {verdict}\n", path.display()))?;
    }
    let damaged: Vec<&FileCheck> = checks
        .iter()
        .filter(|check| matches!(check.state, FileState::Damaged { .. }))
        .collect();
    match damaged.first() {
        None => Ok(()),
        Some(first) => Err(Error::Data(format!(
            "{} of {} files are damaged\n  hint: delete them and run `bn-lab data fetch {}`",
            damaged.len(),
            checks.len(),
            first.dataset
        ))),
    }
}

/// Tells of a download in plain lines.
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

/// `11.6 MB`
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
