//! Coordinates runs that share a results folder: several runs of an experiment, on several hosts if need be,
//! train its trials together, and no trial is trained twice.
//!
//! # The protocol
//!
//! - **A run** is named by 128 random bits from the operating system. Host and process are recorded for
//!   information only: two containers may have the same name and number. A run holds the lock of a file of its
//!   name in `.runs/` for as long as it lives; the system releases it when the process dies, however it dies. The
//!   file contains the kernel and the file system that the run sees, and a counter that it increments every two
//!   seconds.
//! - **A trial under way** has a `running.json` that names its run. Leases are made and ended under the
//!   folder's lock `.lock`; a first claim is made by creating the file, which only one process can do
//!   even where that lock is not visible.
//! - **Whether a run is alive** ([`runs::Watcher`]): it is while its lock is held, and is dead once its file is gone.
//!   A free lock proves its death only on the same kernel and file system, where
//!   locks are known to work. Otherwise its counter is watched: a run is alive while it changes, and dead
//!   when it has not changed for 90 seconds of this process's own monotonic clock. No clock is
//!   compared with another host's. Before the first change that was seen, and after five missed heartbeats, it is not
//!   known: other trials are trained first, and this one is waited for at the end.
//! - **Fencing.** A process that was suspended for longer (a sleeping machine, SIGSTOP) cannot detect that
//!   others consider it dead. So a run writes growing files into its own folder,
//!   `trials/<id>/.run-<its name>/` (`recovery::takeover`). A run that takes a trial over copies the state that it
//!   resumes from, and deletes the folder of the dead run. When a trial ends, its files are moved to their final
//!   names together, `trial.json` last, under the folder's lock and only if the claim is still this run's. A run
//!   that has lost its claim abandons that trial and continues with the next.
//! - **Where locks are not visible at all**, two runs may write the tables at once. Each checks again after
//!   it has written, so the last writer has included all trials.
//!
//! # Who waits how long for `.lock`
//!
//! It is held briefly: long work, such as listing the folders of all trials, is done without it. But a
//! process that is suspended while it holds the lock may hold it for ever.
//!
//! - **A run** waits as long as necessary (`TrialLocks::patiently`), so that a lock neither ends a sweep nor costs
//!   measurements. When a user asks the run to stop, the wait ends after 15 seconds; an unfinished trial is then resumed or
//!   trained again, as after a kill. A wait for a claim ends at once (`TrialLocks::unless_stopped`).
//! - **Writes that are repeated anyway** are left for later where the lock is not free soon (`TrialLocks::if_free`): the
//!   tables between two trials.
//! - **All others** give up after a minute or more, with an error (`hold`): the same command can be given again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::{Lease, Stop};
use crate::fs::{self, Lock, Patience};
use crate::results::format::layout::Layout;
use crate::results::recovery::lease::{holds, look};
use crate::results::recovery::runs::{self, Life, OwnRun};

pub use crate::results::recovery::lease::Running;
pub use crate::results::recovery::runs::Watcher;

/// How long a process that is no run waits for a folder's lock.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long a run that a user asked to stop continues to wait. Most holders need the lock for less, and many runs may be
/// asked at once; a training that ended is lost, except for its saved states, where its record cannot be written.
const GRACE: Duration = Duration::from_secs(15);

/// How long a run waits for the folder's lock for a write that can be made later.
const MOMENT: Duration = Duration::from_secs(1);

/// How long to wait while others draw; large charts take seconds, and many runs may end at once.
const DRAWING_PATIENCE: Duration = Duration::from_mins(20);

/// How often charts are drawn at most where the table changes during drawing.
const DRAWINGS: usize = 3;

/// The run that trains a trial now, as far as a single check can determine; `None` where none does.
pub fn live(layout: &Layout, id: &str) -> Result<Option<Running>> {
    if !fs::is_file(&layout.trial(id).running()) {
        return Ok(None);
    }
    live_by(&Watcher::of(layout), layout, id)
}

/// As [`live`], with a watcher that checks repeatedly. A run counts as alive unless it is known to be dead.
pub(in crate::results) fn live_by(
    watcher: &Watcher,
    layout: &Layout,
    id: &str,
) -> Result<Option<Running>> {
    let (claim, life) = look(watcher, layout, id)?;
    Ok(claim.filter(|_| life != Life::Dead))
}

/// Whether any run may be alive in the folder, as far as `watcher` can determine.
pub(in crate::results) fn has_runs(watcher: &Watcher) -> Result<bool> {
    Ok(!watcher.runs()?.is_empty())
}

/// The runs that have a file in the folder. After [`settle`], which deletes those of dead runs, each is a run that began
/// since, whether or not its lock can be seen from here.
pub(in crate::results) fn announced(layout: &Layout) -> Result<Vec<String>> {
    runs::names(layout)
}

/// Waits until it is known whether the runs whose locks cannot be seen from here are alive, reports the wait
/// through `tell`, and refuses where one is. For commands that need exclusive use of the folder.
pub fn settle(layout: &Layout, tell: impl FnOnce(&str)) -> Result<()> {
    let watcher = Watcher::of(layout);
    if runs::names(layout)?.is_empty() {
        return Ok(());
    }
    watcher.settle(None, tell)?;
    match watcher.runs()?.first() {
        Some((run, _)) => Err(is_alive(layout, run)),
        None => exclusively(layout, || watcher.tidy()),
    }
}

fn is_alive(layout: &Layout, run: &str) -> Error {
    Error::Results(format!(
        "a run is alive in `{}` (`{run}`): nothing was changed\n  hint: wait for it; `bn-lab watch` shows how far it is",
        layout.root().display()
    ))
}

/// Runs `action` while no run is in the folder and none can begin; an error where one is. To be called after
/// [`settle`].
pub(in crate::results) fn while_nobody_runs<T>(
    layout: &Layout,
    action: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let _guard = lock(layout)?;
    match announced(layout)?.first() {
        Some(run) => Err(is_alive(layout, run)),
        None => action(),
    }
}

/// Runs `action` under the folder's lock, for commands other than `run`.
pub fn exclusively<T>(layout: &Layout, action: impl FnOnce() -> Result<T>) -> Result<T> {
    let _guard = lock(layout)?;
    action()
}

/// Draws while no other process draws into the same folder.
pub fn while_drawing<T>(layout: &Layout, draw: impl FnOnce() -> Result<T>) -> Result<T> {
    let _guard = hold(&layout.charts_lock(), DRAWING_PATIENCE)?;
    draw()
}

/// Draws, and again if the table has changed meanwhile, since other processes may not see the locks.
pub fn of_last_table<T>(layout: &Layout, draw: impl Fn() -> Result<T>) -> Result<T> {
    let mut drawings = 0;
    loop {
        let before = fs::read_if_exists(&layout.trials_table())?;
        let drawn = draw()?;
        drawings += 1;
        // A process that changes the table repeatedly draws after this one.
        if drawings == DRAWINGS || fs::read_if_exists(&layout.trials_table())? == before {
            return Ok(drawn);
        }
    }
}

/// The claims of this run. The run counts as alive until the value is dropped.
#[derive(Debug)]
pub struct TrialLocks {
    layout: Layout,
    /// The run's name.
    run: String,
    shared: Arc<Shared>,
    pulse: Option<JoinHandle<()>>,
    /// The threads of this process wait for each other before they wait for other processes.
    turn: Mutex<()>,
    /// Ends a wait for the folder's lock.
    stop: Stop,
    /// When a wait first found that a user asks this run to stop.
    asked: OnceLock<Instant>,
}

/// The state that the heartbeat thread shares.
#[derive(Debug)]
struct Shared {
    layout: Layout,
    own: Mutex<OwnRun>,
    /// The trials that this run has claimed, by id.
    active: Mutex<BTreeMap<String, Active>>,
    watcher: Watcher,
    is_over: AtomicBool,
}

/// A trial that this run has claimed.
#[derive(Debug)]
struct Active {
    running: Running,
    /// Raised when another run has taken the trial over.
    is_taken: Arc<AtomicBool>,
}

impl Shared {
    fn active(&self) -> MutexGuard<'_, BTreeMap<String, Active>> {
        // Each change is one insertion, removal or assignment, so a panic cannot leave the map inconsistent.
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn own(&self) -> MutexGuard<'_, OwnRun> {
        // The next heartbeat repairs one that failed halfway.
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a heartbeat. An error is ignored: measurements are written elsewhere, and an error there is
    /// reported.
    fn beat(&self) {
        drop(self.own().beat());
        // If it is not free, a later heartbeat does the rest.
        let guard = Lock::try_take(&self.layout.lock()).ok().flatten();
        for (id, trial) in self.active().iter_mut() {
            match holds(&self.layout, id, &trial.running.run) {
                // A trial that another run has taken over, while this process was suspended, belongs to that run.
                Ok(false) => trial.is_taken.store(true, Ordering::Relaxed),
                // Only under the lock: another run may take the trial between the check and the write.
                Ok(true) if guard.is_some() => {
                    trial.running.beat();
                    drop(trial.running.write(&self.layout, id));
                }
                _ => {}
            }
        }
        // Watches the other runs as well, so that it is known in time which of them are dead.
        if guard.is_some() {
            drop(self.watcher.tidy());
        }
    }
}

impl TrialLocks {
    /// Announces this run in the folder, which must exist, and removes the files of dead runs.
    pub(in crate::results) fn announce(layout: &Layout) -> Result<Self> {
        Self::announce_with(layout, Watcher::of(layout))
    }

    fn announce_with(layout: &Layout, watcher: Watcher) -> Result<Self> {
        // Before a training, a request to stop ends the process.
        let guard = Lock::take(&layout.lock(), Patience::Unless(&|| false))?;
        watcher.tidy()?;
        let own = OwnRun::begin(layout)?;
        drop(guard);
        let mut claims = Self {
            layout: layout.clone(),
            run: own.name().to_owned(),
            shared: Arc::new(Shared {
                layout: layout.clone(),
                own: Mutex::new(own),
                active: Mutex::default(),
                watcher,
                is_over: AtomicBool::new(false),
            }),
            pulse: None,
            turn: Mutex::default(),
            stop: Stop::default(),
            asked: OnceLock::new(),
        };
        claims.pulse = claims.start_pulse();
        Ok(claims)
    }

    /// Lets `stop` end waits for the folder's lock.
    #[must_use]
    pub(in crate::results) fn stopped_by(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    /// The run's name.
    pub(in crate::results) fn run(&self) -> &str {
        &self.run
    }

    /// Runs `action` while no other run does the same, however long another process holds the folder's lock: that
    /// process may be suspended, and this run's measurements must be written all the same. [`Error::Interrupted`] where
    /// a user asks this run to stop and the lock is free neither within `GRACE` of the first wait nor within
    /// `MOMENT` of this one.
    pub(in crate::results) fn patiently<T>(&self, action: impl FnOnce() -> Result<T>) -> Result<T> {
        let is_asked = || self.stop.is_requested_by_user();
        let started = Instant::now();
        let is_over = || {
            is_asked()
                && self.asked.get_or_init(Instant::now).elapsed() > GRACE
                && started.elapsed() > MOMENT
        };
        let done = self.within(Patience::Unless(&is_over), action)?;
        done.ok_or(Error::interrupted())
    }

    /// As [`Self::patiently`], but `None` once this run is asked to stop.
    pub(in crate::results) fn unless_stopped<T>(
        &self,
        action: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        self.within(Patience::Unless(&|| self.stop.is_requested()), action)
    }

    /// As [`Self::patiently`], but `None` where the lock is not free within `MOMENT`.
    pub(in crate::results) fn if_free<T>(
        &self,
        action: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        self.within(Patience::AtMost(MOMENT), action)
    }

    fn within<T>(
        &self,
        patience: Patience<'_>,
        action: impl FnOnce() -> Result<T>,
    ) -> Result<Option<T>> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = Lock::take(&self.layout.lock(), patience)?;
        let done = guard.is_some().then(action).transpose();
        drop((guard, turn));
        done
    }

    /// Publishes what this run trains on, for runs that start later. Requires the folder's lock.
    pub(in crate::results) fn declare(&self, declaration: &str) -> Result<()> {
        self.shared.own().declare(declaration)
    }

    /// The declarations of the other runs that are not known to be dead.
    pub(in crate::results) fn declared_by_others(&self) -> Result<Vec<String>> {
        let mut declared = Vec::new();
        for run in self.others()? {
            declared.extend(runs::declared(&self.layout, &run)?);
        }
        Ok(declared)
    }

    /// Whether other runs that are not known to be dead have begun in the folder. One that has only announced
    /// itself has written nothing yet, and makes the same check before it does.
    pub(in crate::results) fn has_concurrent_runs(&self) -> Result<bool> {
        Ok(!self.declared_by_others()?.is_empty())
    }

    fn others(&self) -> Result<Vec<String>> {
        let runs = self.shared.watcher.runs()?;
        let names = runs.into_iter().map(|(run, _)| run);
        Ok(names.filter(|run| *run != self.run).collect())
    }

    /// Whether it is not known yet of some other run whether it is alive.
    pub(in crate::results) fn has_unclear(&self) -> Result<bool> {
        let runs = self.shared.watcher.runs()?;
        let is_unclear = |(run, life): &(String, Life)| *life == Life::Unclear && *run != self.run;
        Ok(runs.iter().any(is_unclear))
    }

    /// Waits until it is known which other runs are alive, and reports the wait through `tell`. Must not be called
    /// under the folder's lock.
    pub(in crate::results) fn settle(&self, tell: impl FnOnce(&str)) -> Result<()> {
        self.shared.watcher.settle(Some(&self.run), tell)
    }

    /// Leases a trial, unless another run has it. Returns `Granted` without a state. Requires the folder's
    /// lock.
    pub(in crate::results) fn take(&self, id: &str) -> Result<Lease> {
        // Checked first: a claim that another run makes meanwhile must not be overwritten.
        let was_claimed = fs::is_file(&self.layout.trial(id).running());
        match look(&self.shared.watcher, &self.layout, id)?.1 {
            Life::Alive => return Ok(Lease::Elsewhere),
            Life::Unclear => return Ok(Lease::Unclear),
            Life::Dead => {}
        }
        let running = Running::by(&self.run);
        // Others would consider a claim of a run without a file that of a dead one.
        self.shared.own().beat()?;
        fs::create_folder(self.layout.trial(id).root())?;
        if was_claimed {
            running.write(&self.layout, id)?;
        } else if !running.write_first(&self.layout, id)? {
            return Ok(Lease::Elsewhere);
        }
        let active = Active { running, is_taken: Arc::default() };
        self.shared.active().insert(id.to_owned(), active);
        Ok(Lease::Granted(None))
    }

    /// Stores the progress of a trial; it is written with the next heartbeat.
    pub(in crate::results) fn progress(&self, id: &str, change: impl FnOnce(&mut Running)) {
        if let Some(active) = self.shared.active().get_mut(id) {
            change(&mut active.running);
        }
    }

    /// The flag that is raised once another run has taken a claimed trial over.
    pub(in crate::results) fn taken(&self, id: &str) -> Arc<AtomicBool> {
        let active = self.shared.active();
        let active = active.get(id);
        active.map_or_else(Arc::default, |active| Arc::clone(&active.is_taken))
    }

    /// Whether this run still holds a claimed trial: this process may have been suspended for so long that
    /// another one took it over, whose claim counts.
    pub(in crate::results) fn holds(&self, id: &str) -> Result<bool> {
        holds(&self.layout, id, &self.run)
    }

    /// Gives a trial up, if it is still this run's. Requires the folder's lock.
    pub(in crate::results) fn release(&self, id: &str) -> Result<()> {
        // Under this lock no heartbeat is being written.
        let mut active = self.shared.active();
        active.remove(id);
        if self.holds(id)? {
            fs::remove_if_exists(&self.layout.trial(id).running())?;
        }
        Ok(())
    }

    /// Whether no run that may be alive has claimed the trial. Valid as long as the folder's lock is held.
    pub(in crate::results) fn is_free(&self, id: &str) -> Result<bool> {
        let is_claimed = fs::is_file(&self.layout.trial(id).running());
        Ok(!is_claimed || look(&self.shared.watcher, &self.layout, id)?.1 == Life::Dead)
    }

    fn start_pulse(&self) -> Option<JoinHandle<()>> {
        let shared = Arc::clone(&self.shared);
        let beat = move || {
            while !shared.is_over.load(Ordering::Relaxed) {
                std::thread::park_timeout(runs::heartbeat());
                if !shared.is_over.load(Ordering::Relaxed) {
                    shared.beat();
                }
            }
        };
        let thread = std::thread::Builder::new().name("heartbeat".to_owned());
        // Where no thread can be started, only the lock shows that this run is alive.
        thread.spawn(beat).ok()
    }
}

impl Drop for TrialLocks {
    fn drop(&mut self) {
        self.shared.active().clear();
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(pulse) = self.pulse.take() {
            pulse.thread().unpark();
            drop(pulse.join());
        }
        let path = self.layout.runs().join(&self.run);
        // An error is ignored: the next run removes the files.
        drop(self.if_free(|| {
            fs::remove_if_exists(&path)?;
            fs::remove_empty_folder(&self.layout.runs());
            Ok(())
        }));
    }
}

fn lock(layout: &Layout) -> Result<Lock> {
    hold(&layout.lock(), PATIENCE)
}

/// Takes a lock, or fails where it is not free for all of `patience`. For processes that are no runs.
pub(in crate::results) fn hold(path: &Path, patience: Duration) -> Result<Lock> {
    let guard = Lock::take(path, Patience::AtMost(patience))?;
    guard.ok_or_else(|| Error::Folder {
        problem: format!("another run has held `{}` for {} s", path.display(), patience.as_secs()),
        hint: "is it stopped, or hung on a network file system? end it, or choose another folder"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Held;

    fn folder() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = Layout::new(folder.path());
        (folder, layout)
    }

    fn claim(claims: &TrialLocks, id: &str) -> Lease {
        claims.patiently(|| claims.take(id)).expect("a writable folder")
    }

    fn take(claims: &TrialLocks, id: &str) -> bool {
        claim(claims, id) == Lease::Granted(None)
    }

    fn release(claims: &TrialLocks, id: &str) {
        claims.patiently(|| claims.release(id)).expect("a writable folder");
    }

    /// A run of another process.
    const OTHER: &str = "0123456789abcdef0123456789abcdef";

    /// A claim and the file of a run whose lock is not held; `machine` is the machine that its file states.
    fn claimed_by(layout: &Layout, run: &str, machine: Option<&str>) -> Running {
        let mut text = "bn-lab run\n".to_owned();
        if let Some(machine) = machine {
            text.push_str(&format!("machine {machine}\n"));
        }
        text.push_str("beat 1\n");
        fs::replace(&layout.runs().join(run), text.as_bytes()).expect("writable");
        fs::create_folder(layout.trial("a").root()).expect("writable");
        let running = Running::by(run);
        running.write(layout, "a").expect("writable");
        running
    }

    fn with_patience(layout: &Layout, patience: Duration) -> TrialLocks {
        TrialLocks::announce_with(layout, Watcher::with_patience(layout, patience))
            .expect("writable")
    }

    #[test]
    fn a_trial_is_claimed_by_one_run_until_it_gives_it_up_or_ends() {
        let (_folder, layout) = folder();
        let one = TrialLocks::announce(&layout).expect("a writable folder");
        let other = TrialLocks::announce(&layout).expect("a writable folder");
        assert_eq!((one.run().len(), other.run().len()), (32, 32));
        assert_ne!(one.run(), other.run());
        assert!(!one.has_concurrent_runs().expect("readable"), "it has not begun");
        other.patiently(|| other.declare("{}")).expect("a writable folder");
        assert!(one.has_concurrent_runs().expect("readable"));
        assert!(!other.has_concurrent_runs().expect("readable"));
        assert!(take(&one, "a"));
        assert_eq!(claim(&other, "a"), Lease::Elsewhere);
        assert!(take(&other, "b"));
        let running = live(&layout, "a").expect("readable").expect("claimed");
        assert_eq!((running.run.as_str(), running.process), (one.run(), std::process::id()));
        release(&one, "a");
        assert_eq!(live(&layout, "a").expect("readable"), None);
        assert!(take(&other, "a"));
        drop(other);
        assert_eq!(live(&layout, "b").expect("readable"), None, "its run has ended");
        assert!(take(&one, "b"));
        drop(one);
        assert!(!layout.runs().exists(), "nothing is left but the lock");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_free_lock_of_the_same_kernel_and_file_system_is_a_death_and_is_cleared_at_once() {
        let (_folder, layout) = folder();
        let claims = TrialLocks::announce(&layout).expect("a writable folder");
        let here = fs::kernel_and_device(layout.root()).expect("Linux says so");
        claimed_by(&layout, OTHER, Some(&here));
        assert_eq!(live(&layout, "a").expect("readable"), None);
        assert!(take(&claims, "a"));
        let next = TrialLocks::announce(&layout).expect("a writable folder");
        assert!(!layout.runs().join(OTHER).exists());
        drop(next);
        // A free lock from another machine proves nothing, even with the same host name.
        claimed_by(&layout, OTHER, Some("another kernel"));
        release(&claims, "a");
        assert!(live(&layout, "a").expect("readable").is_some());
        let next = TrialLocks::announce(&layout).expect("a writable folder");
        assert!(layout.runs().join(OTHER).exists());
        assert_eq!(claim(&next, "a"), Lease::Unclear);
    }

    #[test]
    fn a_run_whose_lock_is_not_seen_is_alive_as_long_as_its_heartbeat_changes() {
        let (_folder, layout) = folder();
        fs::create_folder(&layout.runs()).expect("writable");
        let path = layout.runs().join(OTHER);
        let mut running = claimed_by(&layout, OTHER, None);
        let claims = with_patience(&layout, Duration::from_secs(2));
        assert_eq!(claim(&claims, "a"), Lease::Unclear);
        // The time of another host's clock is not used.
        for heartbeat in [0, u64::MAX] {
            running.heartbeat = heartbeat;
            running.write(&layout, "a").expect("writable");
            assert_eq!(claim(&claims, "a"), Lease::Unclear);
        }
        for beat in 2..12 {
            fs::replace(&path, format!("bn-lab run\nbeat {beat}\n").as_bytes()).expect("writable");
            std::thread::sleep(Duration::from_millis(60));
            assert_eq!(claim(&claims, "a"), Lease::Elsewhere);
        }
        // It is not considered alive until the end of the patience: its trial is to be waited for.
        let mut seen = vec![Lease::Elsewhere];
        for _ in 0..80 {
            std::thread::sleep(Duration::from_millis(50));
            let now = claim(&claims, "a");
            if seen.last() != Some(&now) {
                seen.push(now);
            }
            if seen.last() == Some(&Lease::Granted(None)) {
                break;
            }
        }
        assert_eq!(seen, [Lease::Elsewhere, Lease::Unclear, Lease::Granted(None)]);
        claims.shared.beat();
        assert!(!path.exists(), "what is dead is cleared away");
    }

    #[test]
    fn the_claim_of_a_run_of_an_earlier_version_is_none_and_its_file_stays() {
        let (_folder, layout) = folder();
        let file = layout.runs().join("node-17-5f");
        fs::create_folder(&layout.runs()).expect("writable");
        claimed_by(&layout, "node-17-5f", None);
        let claims = TrialLocks::announce(&layout).expect("a writable folder");
        assert!(take(&claims, "a"));
        assert!(file.exists() && !claims.has_unclear().expect("readable"));
    }

    #[test]
    fn a_claim_that_another_run_has_taken_is_not_given_up_and_is_reported() {
        let (_folder, layout) = folder();
        let claims = TrialLocks::announce(&layout).expect("a writable folder");
        assert!(take(&claims, "a"));
        let taken = claims.taken("a");
        // No claim is written while another process holds the lock: it may be taking the trial over.
        let there = || fs::read(&layout.trial("a").running()).expect("a claim");
        let lock = Lock::take(&layout.lock(), Patience::Unless(&|| false)).expect("writable");
        let before = there();
        claims.progress("a", |running| running.step = 7);
        claims.shared.beat();
        assert_eq!(there(), before);
        drop(lock);
        claims.shared.beat();
        assert_ne!(there(), before);
        assert!(claims.holds("a").expect("readable") && !taken.load(Ordering::Relaxed));
        let other = claimed_by(&layout, OTHER, None);
        assert!(!claims.holds("a").expect("readable"));
        claims.shared.beat();
        assert!(taken.load(Ordering::Relaxed));
        release(&claims, "a");
        let there = live(&layout, "a").expect("readable");
        assert_eq!(there, Some(other), "left as it is");
        // The run that took it over has ended it: its claim is gone, its record exists.
        fs::remove_if_exists(&layout.trial("a").running()).expect("writable");
        assert!(claims.holds("a").expect("readable"));
        fs::replace(&layout.trial("a").trial(), b"{}").expect("writable");
        assert!(!claims.holds("a").expect("readable"));
        fs::create_folder(&layout.trial("a").running()).expect("writable");
        claims.holds("a").expect_err("it cannot be read");
    }

    #[test]
    fn a_run_that_others_took_for_dead_announces_itself_again() {
        let (_folder, layout) = folder();
        let claims = TrialLocks::announce(&layout).expect("a writable folder");
        let path = layout.runs().join(claims.run());
        std::fs::remove_dir_all(layout.runs()).expect("writable");
        assert!(take(&claims, "a"));
        assert_eq!(Lock::is_held(&path).expect("readable"), Held::Yes);
    }

    #[test]
    fn a_busy_lock_is_waited_for_until_the_run_is_to_stop_and_what_can_wait_is_left() {
        let (_folder, layout) = folder();
        let asked = Arc::new(AtomicBool::new(false));
        let stop = Stop::on(Arc::clone(&asked));
        let claims = TrialLocks::announce(&layout).expect("a writable folder").stopped_by(&stop);
        let lock = Lock::try_take(&layout.lock()).expect("writable").expect("free");
        assert_eq!(claims.if_free(|| Ok(())).expect("writable"), None);
        stop.request();
        assert_eq!(claims.unless_stopped(|| Ok(())).expect("writable"), None);
        std::thread::scope(|scope| {
            // A stop that the program requests itself (`--fail-fast`) does not end the wait: the failure is recorded.
            let waiting = scope.spawn(|| claims.patiently(|| Ok(())));
            std::thread::sleep(GRACE / 10);
            assert!(!waiting.is_finished());
            asked.store(true, Ordering::Relaxed);
            std::thread::sleep(GRACE / 10);
            assert!(!waiting.is_finished(), "most holders need the lock for less");
            let ended = waiting.join().expect("no panic");
            assert!(matches!(ended, Err(Error::Interrupted(_))), "{ended:?}");
        });
        drop(lock);
        claims.patiently(|| Ok(())).expect("it is free now");
    }

    #[test]
    fn a_torn_claim_is_none() {
        let (_folder, layout) = folder();
        let claims = TrialLocks::announce(&layout).expect("a writable folder");
        fs::create_folder(layout.trial("a").root()).expect("writable");
        for torn in [&b""[..], b"{\"schema\": 1, \"ru", b"\xff\xfe"] {
            fs::replace(&layout.trial("a").running(), torn).expect("writable");
            assert_eq!(live(&layout, "a").expect("readable"), None);
            assert!(take(&claims, "a"));
        }
    }
}
