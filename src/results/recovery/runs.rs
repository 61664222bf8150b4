//! The runs of a results folder: the file in `.runs/` that shows that a run is alive, and how
//! others interpret it. The protocol is documented in [`crate::results::recovery::locks`].

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::fs::{self, Held, Lock};
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::units::hexadecimal;

/// A run whose lock cannot be seen counts as dead after its heartbeat has not changed for this long.
const PATIENCE: Duration = Duration::from_secs(90);

/// Time between two heartbeats of a run.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// After so many missed heartbeats it is no longer known whether a run is alive.
const MISSED: u32 = 5;

/// Time between two checks while waiting for a heartbeat.
const LOOK: Duration = Duration::from_millis(100);

/// Number of hexadecimal digits in the name of a run.
const NAME_LENGTH: usize = 32;

/// First words of a run's file.
const BEGINNING: &str = "bn-lab run";

/// Prefix of the line that states what a run trains on.
const DECLARED: &str = "trains on ";

/// Prefix of the line with the kernel and the file system of a run.
const MACHINE: &str = "machine ";

/// Prefix of the line that changes with every heartbeat.
const BEAT: &str = "beat ";

/// How long an unchanged heartbeat is watched before the run counts as dead.
pub(in crate::results) fn patience() -> Duration {
    fs::apart().map_or(PATIENCE, |apart| apart.patience)
}

/// Time between two heartbeats of a run.
pub(in crate::results) fn heartbeat() -> Duration {
    heartbeat_within(patience())
}

fn heartbeat_within(patience: Duration) -> Duration {
    HEARTBEAT.min(patience / 20)
}

/// Whether this can be the name of a run's file: a damaged claim must not name a path elsewhere.
pub(in crate::results) fn is_name(run: &str) -> bool {
    run.len() == NAME_LENGTH && run.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// This machine's name, for information only.
pub(in crate::results) fn host() -> String {
    let name = gethostname::gethostname();
    let name = name.to_string_lossy();
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(c);
    let plain: String = name.chars().filter(is_plain).collect();
    let plain = plain.trim_start_matches('.').to_owned();
    if plain.is_empty() { "host".to_owned() } else { plain }
}

/// The names of the runs that have a file in `.runs/`; other files in it are ignored.
pub(in crate::results) fn names(layout: &Layout) -> Result<Vec<String>> {
    let files = fs::files(&layout.runs())?;
    let names = files.iter().filter_map(|path| path.file_name()?.to_str());
    Ok(names.filter(|name| is_name(name)).map(str::to_owned).collect())
}

/// The declaration of what a run trains on.
pub(in crate::results) fn declared(layout: &Layout, run: &str) -> Result<Option<String>> {
    let text = fs::read_if_exists(&layout.runs().join(run))?.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    Ok(line(&text, DECLARED).map(str::to_owned))
}

fn line<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(start))
}

/// The content of a run's file.
#[derive(Debug)]
struct Sign {
    /// Host and process, for information only.
    people: String,
    machine: Option<String>,
    declared: Option<String>,
    beats: u64,
}

impl Sign {
    /// The text of the file. It never becomes shorter.
    fn text(&self) -> String {
        let mut text = self.people.clone();
        if let Some(machine) = &self.machine {
            text.push_str(&format!("{MACHINE}{machine}\n"));
        }
        text.push_str(&format!("{BEAT}{:020}\n", self.beats));
        if let Some(declared) = &self.declared {
            text.push_str(&format!("{DECLARED}{declared}\n"));
        }
        text
    }
}

/// This process's own run.
#[derive(Debug)]
pub(in crate::results) struct OwnRun {
    name: String,
    path: PathBuf,
    sign: Sign,
    lock: Lock,
}

impl OwnRun {
    /// Creates and locks the file of a new run. Requires the folder's lock.
    pub(in crate::results) fn begin(layout: &Layout) -> Result<Self> {
        let name = random_name()?;
        let people = format!(
            "{BEGINNING}, process {} on {}, since {}\n",
            std::process::id(),
            host(),
            manifest::now()
        );
        let sign = Sign {
            people,
            machine: fs::kernel_and_device(layout.root()),
            declared: None,
            beats: 0,
        };
        let path = layout.runs().join(&name);
        let lock = hold(&path, &sign.text())?;
        let mut own = Self { name, path, sign, lock };
        // Other hosts see the content once the file is closed.
        own.beat()?;
        Ok(own)
    }

    /// The run's name.
    pub(in crate::results) fn name(&self) -> &str {
        &self.name
    }

    /// Writes a heartbeat. A run that was suspended and that others considered dead creates its file
    /// again.
    pub(in crate::results) fn beat(&mut self) -> Result<()> {
        self.sign.beats += 1;
        let text = self.sign.text();
        if !self.lock.rewrite(&self.path, &text)? {
            self.lock = hold(&self.path, &text)?;
        }
        Ok(())
    }

    /// Declares what this run trains on.
    pub(in crate::results) fn declare(&mut self, declaration: &str) -> Result<()> {
        self.sign.declared = Some(declaration.to_owned());
        self.beat()
    }
}

/// Deletes the file of a run, unless it is another file under such a name.
fn remove(path: &std::path::Path) -> Result<()> {
    let text = fs::read_if_exists(path)?.unwrap_or_default();
    if text.is_empty() || text.starts_with(BEGINNING.as_bytes()) {
        fs::remove_if_exists(path)?;
    }
    Ok(())
}

/// Creates and locks a run's file. Where locks are not visible, another run may delete the folder, if it
/// is empty, at the same moment.
fn hold(path: &std::path::Path, text: &str) -> Result<Lock> {
    let attempt = || {
        path.parent().map_or(Ok(()), fs::create_folder)?;
        Lock::take_own(path, text)
    };
    attempt().or_else(|_| attempt()).or_else(|_| attempt())
}

/// 128 random bits from the operating system.
fn random_name() -> Result<String> {
    let mut bytes = [0; NAME_LENGTH / 2];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::Results(format!("cannot draw the name of a run: {e}")))?;
    Ok(hexadecimal(&bytes))
}

/// Whether a run is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::results) enum Life {
    /// Its lock is held, or its heartbeat has changed within the last few beats.
    Alive,
    /// Its lock is free or gone, or its heartbeat has not changed for long.
    Dead,
    /// Its lock is not visible, and its heartbeat has not been watched for long enough or has missed several beats. Its
    /// trial is waited for: if it counted as alive, nobody might train it.
    Unclear,
}

/// Determines whether runs are alive: by their locks, and where these cannot be seen, by whether their
/// heartbeats change, timed by this process's own clock.
#[derive(Debug)]
pub struct Watcher {
    layout: Layout,
    /// The kernel and the file system of the folder.
    here: Option<String>,
    patience: Duration,
    seen: Mutex<HashMap<String, Seen>>,
}

/// The heartbeat that was seen last.
#[derive(Debug)]
struct Seen {
    sign: Vec<u8>,
    since: Instant,
    last_look: Instant,
    has_changed: bool,
}

impl Watcher {
    /// Starts watching the runs into a folder.
    pub fn of(layout: &Layout) -> Self {
        Self::with_patience(layout, patience())
    }

    pub(in crate::results) fn with_patience(layout: &Layout, patience: Duration) -> Self {
        Self {
            layout: layout.clone(),
            here: fs::kernel_and_device(layout.root()),
            patience,
            seen: Mutex::default(),
        }
    }

    /// Whether a run is alive.
    pub(in crate::results) fn look(&self, run: &str) -> Result<Life> {
        let path = self.layout.runs().join(run);
        let held = Lock::is_held(&path)?;
        match held {
            Held::Yes => return Ok(Life::Alive),
            Held::Absent => return Ok(Life::Dead),
            Held::Free | Held::Unseen => {}
        }
        let Some(bytes) = fs::read_if_exists(&path)? else {
            return Ok(Life::Dead);
        };
        let text = String::from_utf8_lossy(&bytes);
        let is_here = self.here.is_some() && line(&text, MACHINE) == self.here.as_deref();
        // An empty file is of a run that died before it claimed anything; a live run creates it again.
        if held == Held::Free && (is_here || bytes.is_empty()) {
            return Ok(Life::Dead);
        }
        Ok(self.watch(run, &bytes))
    }

    /// Compares a heartbeat with the last one.
    fn watch(&self, run: &str, sign: &[u8]) -> Life {
        // Each change is one insertion or assignment, so a panic cannot leave the map inconsistent.
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let seen = all.entry(run.to_owned()).or_insert_with(|| Seen {
            sign: sign.to_vec(),
            since: now,
            last_look: now,
            has_changed: false,
        });
        let is_changed = seen.sign != sign;
        // A process that was suspended, and so did not check for long, does not know that nothing changed.
        let has_missed = now.duration_since(seen.last_look) > self.patience / 3;
        if is_changed || has_missed {
            sign.clone_into(&mut seen.sign);
            seen.since = now;
            seen.has_changed = is_changed;
        }
        seen.last_look = now;
        let unchanged = now.duration_since(seen.since);
        if unchanged >= self.patience {
            Life::Dead
        } else if seen.has_changed && unchanged < MISSED * heartbeat_within(self.patience) {
            Life::Alive
        } else {
            Life::Unclear
        }
    }

    /// The runs that are not known to be dead, with their state.
    pub(in crate::results) fn runs(&self) -> Result<Vec<(String, Life)>> {
        let mut runs = Vec::new();
        for run in names(&self.layout)? {
            let life = self.look(&run)?;
            if life != Life::Dead {
                runs.push((run, life));
            }
        }
        Ok(runs)
    }

    /// Waits until it is known of each run except `own` whether it is alive; reports first what it waits for,
    /// if it has to. A request to stop ends the process meanwhile.
    pub(in crate::results) fn settle(
        &self,
        own: Option<&str>,
        tell: impl FnOnce(&str),
    ) -> Result<()> {
        let mut tell = Some(tell);
        loop {
            let runs = self.runs()?;
            let is_open =
                |(run, life): &&(String, Life)| *life == Life::Unclear && own != Some(run.as_str());
            let Some((run, _)) = runs.iter().find(is_open) else {
                return Ok(());
            };
            if let Some(tell) = tell.take() {
                tell(&format!(
                    "note: looking for up to {} s whether a run is alive whose lock cannot be seen from here: `{}`",
                    self.patience.as_secs().max(1),
                    self.layout.runs().join(run).display()
                ));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Deletes the files of dead runs. Requires the folder's lock.
    pub(in crate::results) fn tidy(&self) -> Result<()> {
        for run in names(&self.layout)? {
            if self.look(&run)? == Life::Dead {
                remove(&self.layout.runs().join(&run))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_bn_lab_wrote_count_as_runs_and_are_cleared_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        fs::create_folder(&layout.runs()).expect("writable");
        let write = |name: &str, text: &str| {
            fs::replace(&layout.runs().join(name), text.as_bytes()).expect("writable");
        };
        let [empty, own, mine] = ["0", "1", "2"].map(|digit| digit.repeat(NAME_LENGTH));
        let others = ["README.md", "notes", "0123456789abcdef", "node-17-5f", "2026-01-01.txt"];
        others.iter().chain([&empty.as_str()]).for_each(|name| write(name, ""));
        write(&own, "bn-lab run, process 17 on node\n");
        write(&mine, "mine");
        assert_eq!(names(&layout).expect("readable"), [&*empty, &*own, &*mine]);
        Watcher::with_patience(&layout, Duration::ZERO).tidy().expect("writable");
        let left = fs::files(&layout.runs()).expect("readable");
        let left = left.iter().filter_map(|path| path.file_name()?.to_str());
        let mut expected = [&others[..], &[mine.as_str()]].concat();
        expected.sort_unstable();
        assert_eq!(left.collect::<Vec<_>>(), expected);
    }
}
