//! Who trains which trial: several runs of an experiment, on several hosts if need be, share one
//! results folder, and none does what another does.
//!
//! A run holds the lock of a file of its own in `.runs/` for as long as it lives; the system frees it
//! when the process dies, however it dies. A trial under way has a `running.json` that names its run,
//! and a sign of life in it for file systems that do not show one host's locks to another. Claims
//! are made and ended under the folder's lock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::manifest;
use super::schema::SCHEMA_VERSION;
use crate::error::{Error, Result};
use crate::fs::{self, Held, Lock};

/// How often a run gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// A claim of another host whose lock cannot be seen counts as given up after so many seconds
/// without a sign of life.
const GIVEN_UP_AFTER: u64 = 90;

/// How long to wait for a folder's lock, which nobody holds for long.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long to wait for others to draw; large charts take seconds, and many runs may end at once.
const DRAWING_PATIENCE: Duration = Duration::from_mins(20);

/// How the line begins in which a run says what it trains on.
const DECLARED: &str = "trains on ";

/// `running.json`: who trains a trial, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// The run's file in `.runs/`.
    pub run: String,
    /// The host's name.
    pub host: String,
    /// The process's number there.
    pub process: u32,
    /// When it began, UTC, RFC 3339.
    pub started: String,
    /// The last sign of life, in seconds since 1970 by the host's clock.
    pub heartbeat: u64,
    /// The epoch that it is in, from 1; 0 before its first step.
    pub epoch: usize,
    /// Optimiser steps taken.
    pub step: usize,
    /// Optimiser steps that it will take; 0 until it knows.
    pub steps: usize,
}

/// The run that trains a trial now; `None` where none does.
pub fn live(layout: &Layout, id: &str) -> Result<Option<Running>> {
    match read(layout, id)? {
        Some(running) if is_name(&running.run) => Ok(is_live(layout, &running)?.then_some(running)),
        _ => Ok(None),
    }
}

/// The claim of a trial, dead or alive; a torn one is none.
fn read(layout: &Layout, id: &str) -> Result<Option<Running>> {
    let bytes = fs::read_if_exists(&layout.trial(id).running())?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Whether this can be the name of a run's file: a damaged claim must not lead elsewhere.
fn is_name(run: &str) -> bool {
    !run.starts_with('.') && !run.is_empty() && run.len() < 256 && run.chars().all(is_plain)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c)
}

/// Deletes a claim that no live run holds. Only under the folder's lock.
pub(super) fn clear_if_dead(layout: &Layout, id: &str) -> Result<()> {
    let path = layout.trial(id).running();
    if fs::is_file(&path) && live(layout, id)?.is_none() {
        fs::remove_if_exists(&path)?;
    }
    Ok(())
}

fn is_live(layout: &Layout, running: &Running) -> Result<bool> {
    Ok(match Lock::is_held(&layout.runs().join(&running.run))? {
        Held::Yes => true,
        Held::Absent => false,
        Held::No if running.host == host() => false,
        Held::No => running.heartbeat.saturating_add(GIVEN_UP_AFTER) > now(),
    })
}

/// The runs that are alive, by the names of their files.
pub fn live_runs(layout: &Layout) -> Result<Vec<String>> {
    let mut live = Vec::new();
    for path in fs::files(&layout.runs())? {
        if Lock::is_held(&path)? == Held::Yes {
            let name = path.file_name().unwrap_or_default();
            live.push(name.to_string_lossy().into_owned());
        }
    }
    Ok(live)
}

/// Does something while no run is alive in the folder and none can begin; an error where one is.
pub(super) fn while_nobody_runs<T>(
    layout: &Layout,
    action: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let _guard = lock(layout)?;
    if let Some(run) = live_runs(layout)?.first() {
        return Err(Error::Results(format!(
            "a run is alive in `{}` (`{run}`): nothing was changed\n  hint: wait for it; `bn-lab watch` shows how far it is",
            layout.root().display()
        )));
    }
    action()
}

/// Does something under the folder's lock, for who is no run.
pub fn exclusively<T>(layout: &Layout, action: impl FnOnce() -> Result<T>) -> Result<T> {
    let _guard = lock(layout)?;
    action()
}

/// Draws while nobody else draws into the same folder.
pub fn while_drawing<T>(layout: &Layout, draw: impl FnOnce() -> Result<T>) -> Result<T> {
    let path = layout.charts_lock();
    let guard = Lock::take_within(&path, DRAWING_PATIENCE)?;
    let _guard = guard.ok_or_else(|| held_too_long(&path, DRAWING_PATIENCE))?;
    draw()
}

/// This machine's name.
pub(super) fn host() -> String {
    let name = gethostname::gethostname();
    let name = name.to_string_lossy();
    let plain: String = name.chars().filter(|&c| is_plain(c)).collect();
    let plain = plain.trim_start_matches('.').to_owned();
    if plain.is_empty() {
        "host".to_owned()
    } else {
        plain
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The claims of this run. While the value lives, the run counts as alive.
#[derive(Debug)]
pub struct Claims {
    layout: Layout,
    /// The run's name.
    run: String,
    active: Arc<Active>,
    pulse: Option<JoinHandle<()>>,
    /// The threads of this process take turns before they turn to other processes.
    turn: Mutex<()>,
    alive: Lock,
}

/// The trials that this run has claimed, by id.
#[derive(Debug, Default)]
struct Active {
    running: Mutex<BTreeMap<String, Running>>,
    is_over: AtomicBool,
}

impl Active {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        // Each change is one insertion, removal or assignment: the map is whole whatever happened.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims {
    /// Announces this run in the folder, which must exist, and clears away what dead runs left.
    pub(super) fn announce(layout: &Layout) -> Result<Self> {
        let (host, process) = (host(), std::process::id());
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let run = format!(
            "{host}-{process}-{:x}",
            since.unwrap_or_default().as_micros()
        );
        let guard = lock(layout)?;
        fs::create_folder(&layout.runs())?;
        for path in fs::files(&layout.runs())? {
            // On a file system that hides other hosts' locks, only our own dead are known as such.
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if name.starts_with(&format!("{host}-")) && Lock::is_held(&path)? == Held::No {
                fs::remove_if_exists(&path)?;
            }
        }
        let text = format!(
            "bn-lab run, process {process} on {host}, since {}\n",
            manifest::now()
        );
        let alive = Lock::take_own(&layout.runs().join(&run), &text)?;
        drop(guard);
        let mut claims = Self {
            layout: layout.clone(),
            run,
            active: Arc::default(),
            pulse: None,
            turn: Mutex::default(),
            alive,
        };
        claims.pulse = claims.start_pulse();
        Ok(claims)
    }

    /// The run's name.
    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// Does something that no other run does at the same time.
    pub(super) fn exclusively<T>(&self, action: impl FnOnce() -> Result<T>) -> Result<T> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = lock(&self.layout)?;
        let done = action();
        drop((guard, turn));
        done
    }

    /// Says what this run trains on, for those that come after it. Only under the folder's lock.
    pub(super) fn declare(&self, declaration: &str) -> Result<()> {
        let path = self.layout.runs().join(&self.run);
        self.alive
            .note(&path, &format!("{DECLARED}{declaration}\n"))
    }

    /// What the other live runs have declared.
    pub(super) fn declared_by_others(&self) -> Result<Vec<String>> {
        let mut declared = Vec::new();
        for run in live_runs(&self.layout)? {
            let text = fs::read_if_exists(&self.layout.runs().join(&run))?.unwrap_or_default();
            let text = String::from_utf8_lossy(&text).into_owned();
            let found = text.lines().find_map(|line| line.strip_prefix(DECLARED));
            if run != self.run {
                declared.extend(found.map(str::to_owned));
            }
        }
        Ok(declared)
    }

    /// Whether other runs are alive in the folder.
    pub(super) fn has_company(&self) -> Result<bool> {
        Ok(live_runs(&self.layout)?.iter().any(|run| *run != self.run))
    }

    /// Claims a trial, unless a live run has it. Only under the folder's lock.
    pub(super) fn take(&self, id: &str) -> Result<bool> {
        if live(&self.layout, id)?.is_some() {
            return Ok(false);
        }
        let running = Running {
            schema: SCHEMA_VERSION,
            run: self.run.clone(),
            host: host(),
            process: std::process::id(),
            started: manifest::now(),
            heartbeat: now(),
            epoch: 0,
            step: 0,
            steps: 0,
        };
        fs::create_folder(self.layout.trial(id).root())?;
        write(&self.layout, id, &running)?;
        self.active.lock().insert(id.to_owned(), running);
        Ok(true)
    }

    /// Notes how far a trial is; it is written with the next sign of life.
    pub(super) fn progress(&self, id: &str, change: impl FnOnce(&mut Running)) {
        if let Some(running) = self.active.lock().get_mut(id) {
            change(running);
        }
    }

    /// Gives a trial up, under the folder's lock. `false` if it is not ours any more: this process
    /// slept for so long that another one took it over, and its word counts.
    pub(super) fn release(&self, id: &str) -> Result<bool> {
        // Under this lock no sign of life is being written.
        let mut active = self.active.lock();
        active.remove(id);
        let path = self.layout.trial(id).running();
        let is_ours = is_claimed_by(&self.layout, id, &self.run);
        if is_ours {
            fs::remove_if_exists(&path)?;
        }
        Ok(is_ours)
    }

    fn start_pulse(&self) -> Option<JoinHandle<()>> {
        let (layout, active) = (self.layout.clone(), Arc::clone(&self.active));
        let beat = move || {
            while !active.is_over.load(Ordering::Relaxed) {
                std::thread::park_timeout(HEARTBEAT);
                // What another run has taken over, because this process slept for long, is its.
                let mut active = active.lock();
                active.retain(|id, running| is_claimed_by(&layout, id, &running.run));
                for (id, running) in active.iter_mut() {
                    running.heartbeat = now();
                    // A sign of life that cannot be written is one less: what is measured is
                    // written elsewhere, and there its error is told.
                    drop(write(&layout, id, running));
                }
            }
        };
        let thread = std::thread::Builder::new().name("heartbeat".to_owned());
        // Where no thread can be had, the lock alone tells that this run is alive.
        thread.spawn(beat).ok()
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        self.active.lock().clear();
        self.active.is_over.store(true, Ordering::Relaxed);
        if let Some(pulse) = self.pulse.take() {
            pulse.thread().unpark();
            drop(pulse.join());
        }
        let path = self.layout.runs().join(&self.run);
        // Nothing depends on it: whoever comes next clears it away.
        drop(self.exclusively(|| {
            fs::remove_if_exists(&path)?;
            fs::remove_empty_folder(&self.layout.runs());
            Ok(())
        }));
    }
}

/// Whether the claim of a trial is this run's. One that is gone or torn is nobody else's.
fn is_claimed_by(layout: &Layout, id: &str, run: &str) -> bool {
    let running = read(layout, id).unwrap_or_default();
    running.is_none_or(|running| running.run == run)
}

fn lock(layout: &Layout) -> Result<Lock> {
    let path = layout.lock();
    let guard = Lock::take_within(&path, PATIENCE)?;
    guard.ok_or_else(|| held_too_long(&path, PATIENCE))
}

fn held_too_long(path: &Path, patience: Duration) -> Error {
    Error::Folder {
        problem: format!(
            "another bn-lab has held `{}` for {} s",
            path.display(),
            patience.as_secs()
        ),
        hint: "is it stopped, or hung on a network file system? end it, or choose another folder"
            .to_owned(),
    }
}

fn write(layout: &Layout, id: &str, running: &Running) -> Result<()> {
    let mut text = serde_json::to_vec(running)
        .map_err(|e| Error::Results(format!("cannot write who trains a trial: {e}")))?;
    text.push(b'\n');
    fs::replace_unsynced(&layout.trial(id).running(), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        (folder, layout)
    }

    fn take(claims: &Claims, id: &str) -> bool {
        claims
            .exclusively(|| claims.take(id))
            .expect("a writable folder")
    }

    #[test]
    fn a_trial_is_claimed_by_one_run_until_it_gives_it_up_or_ends() {
        let (_folder, layout) = folder();
        let one = Claims::announce(&layout).expect("a writable folder");
        let other = Claims::announce(&layout).expect("a writable folder");
        assert!(one.has_company().expect("readable"));
        assert!(take(&one, "a"));
        assert!(!take(&other, "a"));
        assert!(take(&other, "b"));
        let running = live(&layout, "a").expect("readable").expect("claimed");
        assert_eq!(
            (running.run.as_str(), running.process),
            (one.run(), std::process::id())
        );
        assert!(one.exclusively(|| one.release("a")).expect("writable"));
        assert_eq!(live(&layout, "a").expect("readable"), None);
        assert!(take(&other, "a"));
        drop(other);
        assert_eq!(
            live(&layout, "b").expect("readable"),
            None,
            "its run has ended"
        );
        assert!(take(&one, "b"));
        drop(one);
        assert!(!layout.runs().exists(), "nothing is left but the lock");
    }

    #[test]
    fn a_claim_of_another_host_whose_locks_are_hidden_lasts_as_long_as_its_signs_of_life() {
        let (_folder, layout) = folder();
        let claims = Claims::announce(&layout).expect("a writable folder");
        let elsewhere = |heartbeat: u64, run: &str| {
            fs::create_folder(layout.trial("a").root()).expect("writable");
            let running = Running {
                schema: SCHEMA_VERSION,
                run: run.to_owned(),
                host: "elsewhere".to_owned(),
                process: 1,
                started: String::new(),
                heartbeat,
                epoch: 0,
                step: 0,
                steps: 0,
            };
            write(&layout, "a", &running).expect("writable");
        };
        fs::replace(&layout.runs().join("elsewhere-1-1"), b"").expect("writable");
        elsewhere(now() - 10, "elsewhere-1-1");
        assert!(!take(&claims, "a"));
        elsewhere(now() - GIVEN_UP_AFTER - 10, "elsewhere-1-1");
        assert!(take(&claims, "a"));
        elsewhere(now(), "elsewhere-1-1");
        assert!(
            !claims
                .exclusively(|| claims.release("a"))
                .expect("readable"),
            "taken over meanwhile"
        );
        elsewhere(now(), "a run that has ended");
        assert!(take(&claims, "a"));
    }

    #[test]
    fn a_torn_claim_is_none() {
        let (_folder, layout) = folder();
        let claims = Claims::announce(&layout).expect("a writable folder");
        fs::create_folder(layout.trial("a").root()).expect("writable");
        for torn in [&b""[..], b"{\"schema\": 1, \"ru", b"\xff\xfe"] {
            fs::replace(&layout.trial("a").running(), torn).expect("writable");
            assert_eq!(live(&layout, "a").expect("readable"), None);
            assert!(take(&claims, "a"));
        }
    }
}
