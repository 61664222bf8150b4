//! Runs the trials of a plan: passes them to the trainer, several at a time, and forwards their events to
//! the observers, one event after the other, on the caller's thread.
//!
//! It accesses no file, no display and no tensor. Trials start in the order of the plan; the events of
//! different trials interleave, and those of one trial stay in order.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, mpsc};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::event::{
    Admission, Event, Lease, Leases, Observer, Outcome, Stop, Trainer, TrainingState, panic_text,
};
use crate::fault;
use crate::panics;
use crate::plan::Trial;

/// Number of events that may wait for the observers. Small, since a checkpoint is as large as its network.
const BACKLOG: usize = 64;

/// How often it is checked whether another run is alive.
const LOOK: Duration = Duration::from_millis(100);

/// How often a worker checks whether the observers have handled every event.
const POLL: Duration = Duration::from_millis(1);

/// The trials to train, and limits on how.
#[derive(Debug, Clone, Copy)]
pub struct Sweep<'a> {
    /// The trials, in the order in which they start.
    pub trials: &'a [Arc<Trial>],
    /// Number of trials of the plan that are left out, because they are finished.
    pub skipped: usize,
    /// The last `alone` of `trials` are trained with no other beside them, since each may end the process.
    pub alone: usize,
    /// Number of trials to train at a time.
    pub jobs: usize,
    /// The sweep stops after this number of failures; `None`: never for that reason.
    pub max_failures: Option<usize>,
}

/// Numbers of trials of this run by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Trained to the end.
    pub completed: usize,
    /// Stopped because the loss diverged.
    pub diverged: usize,
    /// Ended with an error.
    pub failed: usize,
    /// Stopped, or never started because the sweep was stopped.
    pub interrupted: usize,
    /// Left to other runs, which were training them.
    pub elsewhere: usize,
    /// Finished by other runs during this one.
    pub finished_elsewhere: usize,
    /// Not trained, since they need more memory than there is.
    pub too_large: usize,
    /// By how much the number of trials at a time was reduced, since the system gave no more threads.
    pub without_thread: usize,
}

impl Tally {
    fn count(&mut self, event: &Event) {
        match event {
            Event::TrialEnded { outcome, .. } => match outcome {
                Outcome::Completed => self.completed += 1,
                Outcome::Diverged { .. } => self.diverged += 1,
                Outcome::Failed { .. } => self.failed += 1,
                Outcome::Interrupted => self.interrupted += 1,
            },
            Event::TrialPassed { is_finished, .. } => {
                if *is_finished {
                    self.finished_elsewhere += 1;
                } else {
                    self.elsewhere += 1;
                }
            }
            Event::TrialTooLarge { .. } => self.too_large += 1,
            _ => {}
        }
    }

    fn sum(&self) -> usize {
        let trained = self.completed + self.diverged + self.failed + self.interrupted;
        trained + self.elsewhere + self.finished_elsewhere + self.too_large
    }
}

/// Trains the trials of `sweep` that `gate` grants. A trial that fails or panics is an outcome, and the
/// others continue. An error of an observer, or of reading the leases, stops the sweep and is returned.
pub fn run(
    sweep: &Sweep<'_>,
    trainer: &dyn Trainer,
    gate: &dyn Leases,
    stop: &Stop,
    observers: &mut [&mut dyn Observer],
) -> Result<Tally> {
    let mut observer_set = ObserverSet { observers, stop, error: None };
    observer_set.emit(&Event::SweepStarted { to_run: sweep.trials.len(), skipped: sweep.skipped });
    let mut tally = Tally::default();
    let pool = WorkerPool {
        queue: Mutex::new(Queue::new(sweep)),
        exclusivity: RwLock::new(()),
        unobserved: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        max_failures: sweep.max_failures,
        trainer,
        gate,
        stop,
    };
    // Bounded, so that trials wait for observers that are slower.
    let (sender, receiver) = mpsc::sync_channel(BACKLOG);
    std::thread::scope(|scope| {
        let wanted = sweep.jobs.clamp(1, sweep.trials.len().max(1));
        for worker in 0..wanted {
            let sender = sender.clone();
            let pool = &pool;
            let thread = std::thread::Builder::new().name(format!("trials-{worker}"));
            match thread.spawn_scoped(scope, move || pool.work(&sender)) {
                Ok(_) => {}
                Err(error) if worker == 0 => {
                    pool.give_up(Error::no_thread("the trials", &error));
                    break;
                }
                // With fewer workers the sweep takes longer and gives the same results.
                Err(_) => {
                    tally.without_thread = wanted - worker;
                    break;
                }
            }
        }
        // The workers hold the other senders: when the last one is done, the loop ends.
        drop(sender);
        for event in receiver {
            tally.count(&event);
            observer_set.emit(&event);
            pool.unobserved.fetch_sub(1, Ordering::Relaxed);
        }
    });
    tally.interrupted += sweep.trials.len() - tally.sum();
    observer_set.emit(&Event::SweepEnded);
    let error = observer_set.error.or(pool.into_error());
    error.map_or(Ok(tally), Err)
}

/// The trials that no worker has taken yet.
struct Queue {
    waiting: VecDeque<Arc<Trial>>,
    /// Ids of trials that are trained with no other beside them.
    alone: BTreeSet<String>,
    /// Trials that another run was training at their first turn, or took over. They get a second turn at the
    /// end, since that run may have died.
    deferred: VecDeque<Arc<Trial>>,
    /// Ids of trials for which [`Event::TrialAwaited`] was emitted.
    awaited: BTreeSet<String>,
    error: Option<Error>,
}

impl Queue {
    fn new(sweep: &Sweep<'_>) -> Self {
        let alone = sweep.trials.iter().rev().take(sweep.alone);
        Self {
            waiting: sweep.trials.iter().cloned().collect(),
            alone: alone.map(|trial| trial.id.clone()).collect(),
            deferred: VecDeque::new(),
            awaited: BTreeSet::new(),
            error: None,
        }
    }

    /// Whether the next trial is trained with no other beside it; `None` where no trial is left.
    fn is_next_alone(&self) -> Option<bool> {
        let next = self.waiting.front().or(self.deferred.front());
        next.map(|trial| self.alone.contains(&trial.id))
    }

    /// The next trial, if it is of this kind, and whether this is its second turn.
    fn next_if(&mut self, is_alone: bool) -> Option<(Arc<Trial>, bool)> {
        if self.is_next_alone() != Some(is_alone) {
            return None;
        }
        let first = self.waiting.pop_front().map(|trial| (trial, false));
        first.or_else(|| self.deferred.pop_front().map(|trial| (trial, true)))
    }
}

/// The result of an attempt to train a trial.
enum Attempt {
    /// It ended; for a failure, with its location.
    Ended(Outcome, Option<String>),
    /// It could not be trained, for a reason that does not concern the trial.
    NoFaultOfIts(Error),
}

/// The guard that is held while a trial is trained.
#[expect(dead_code, reason = "held, and never looked at")]
enum Exclusivity<'a> {
    Shared(RwLockReadGuard<'a, ()>),
    Alone(RwLockWriteGuard<'a, ()>),
}

/// What all workers share.
struct WorkerPool<'a> {
    queue: Mutex<Queue>,
    /// Held for reading by trials that run beside others, for writing by one that runs alone.
    exclusivity: RwLock<()>,
    /// Number of events that the observers have not handled yet.
    unobserved: AtomicUsize,
    /// Number of trials that failed so far.
    failed: AtomicUsize,
    max_failures: Option<usize>,
    trainer: &'a dyn Trainer,
    gate: &'a dyn Leases,
    stop: &'a Stop,
}

impl WorkerPool<'_> {
    /// Trains one trial after the other until none is left or the sweep is stopped.
    fn work(&self, sender: &mpsc::SyncSender<Event>) {
        // The receiver outlives the workers, so sending cannot fail; if it did, nobody would read the events.
        let mut emit = |event| {
            self.unobserved.fetch_add(1, Ordering::Relaxed);
            drop(sender.send(event));
        };
        loop {
            let Some(is_alone) = self.queue().is_next_alone() else {
                return;
            };
            // Acquired before the trial is taken, so that trials that are trained alone keep their order: the one
            // that ends the process most often is the last. A claim counts as an attempt, so it comes later.
            let _exclusivity = self.exclusivity(is_alone);
            // Earlier outcomes must be on disk before a trial begins that may end the process.
            while is_alone && self.unobserved.load(Ordering::Relaxed) > 0 {
                std::thread::sleep(POLL);
            }
            let next = self.queue().next_if(is_alone);
            let Some((trial, is_second_turn)) = next else {
                // Another worker took the trial first.
                continue;
            };
            let _reservation = match self.trainer.admit(&trial, self.stop) {
                Admission::Granted(reservation) => reservation,
                Admission::TooLarge(reason) => {
                    emit(Event::TrialTooLarge { trial, reason });
                    continue;
                }
                Admission::Stopped => return,
            };
            if self.stop.is_requested() {
                return;
            }
            match self.gate.claim(&trial) {
                Ok(Lease::Granted(from)) => self.train(&trial, from, &mut emit),
                Ok(Lease::Stopped) => return,
                Ok(Lease::Finished) => emit(Event::TrialPassed { trial, is_finished: true }),
                Ok(Lease::Elsewhere) if is_second_turn => {
                    emit(Event::TrialPassed { trial, is_finished: false });
                }
                Ok(Lease::Unclear) if is_second_turn => self.wait_for(trial, &mut emit),
                Ok(Lease::Elsewhere | Lease::Unclear) => self.queue().deferred.push_back(trial),
                Err(error) => self.give_up(error),
            }
        }
    }

    /// Defers a trial until it is known whether the run that claimed it is alive.
    fn wait_for(&self, trial: Arc<Trial>, emit: &mut (dyn FnMut(Event) + Send)) {
        if self.queue().awaited.insert(trial.id.clone()) {
            emit(Event::TrialAwaited { trial: Arc::clone(&trial) });
        }
        std::thread::sleep(LOOK);
        self.queue().deferred.push_back(trial);
    }

    fn train(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        emit: &mut (dyn FnMut(Event) + Send),
    ) {
        let taken = self.gate.taken(trial);
        let stop = self.stop.of_trial(Arc::clone(&taken));
        let attempt = self.attempt(trial, from, &stop, emit);
        // On an error the trial counts as held: the writer checks again before it records the end, and fails.
        if taken.load(Ordering::Relaxed) || matches!(self.gate.holds(trial), Ok(false)) {
            if let Err(error) = self.gate.leave(trial) {
                self.give_up(error);
            }
            emit(Event::TrialTaken { trial: Arc::clone(trial) });
            self.queue().deferred.push_back(Arc::clone(trial));
            return;
        }
        let (outcome, details) = match attempt {
            Attempt::Ended(outcome, details) => (outcome, details),
            // The next trial would lack the same resource.
            Attempt::NoFaultOfIts(error) => {
                self.give_up(error);
                (Outcome::Interrupted, None)
            }
        };
        if matches!(outcome, Outcome::Failed { .. }) {
            // Counted here and not where the event is handled: the next trial must not start before.
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            if self.max_failures.is_some_and(|most| failed >= most) {
                self.stop.request();
            }
        }
        emit(Event::TrialEnded { trial: Arc::clone(trial), outcome, details });
    }

    fn attempt(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        stop: &Stop,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Attempt {
        // Unwind safe: everything that a trial owns is dropped with it.
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            let mut emit = |event| {
                fault::strike(&event);
                emit(event);
            };
            panics::during_a_trial(|| self.trainer.train(trial, from, stop, &mut emit))
        }));
        let panic = match attempt {
            Ok(Ok(outcome)) => return Attempt::Ended(outcome, None),
            Ok(Err(error)) if error.is_of_machine() => return Attempt::NoFaultOfIts(error),
            Ok(Err(error)) => {
                let message = error.to_string();
                return Attempt::Ended(Outcome::Failed { message }, None);
            }
            Err(panic) => panic,
        };
        let text = panic_text(panic.as_ref());
        let details = panics::details(&text);
        if panics::is_of_machine(&text) {
            return Attempt::NoFaultOfIts(Error::Machine(format!(
                "the machine ran out of something in the middle of a trial, which stays open: {text}\n  hint: run the same command again; fewer trials at a time (`--jobs`) take less of everything"
            )));
        }
        let message = format!("the trial panicked: {text}");
        Attempt::Ended(Outcome::Failed { message }, details)
    }

    /// Ends the sweep with this error.
    fn give_up(&self, error: Error) {
        self.queue().error.get_or_insert(error);
        self.stop.request();
    }

    /// Waits until a trial may be trained: alone, or beside others.
    fn exclusivity(&self, is_alone: bool) -> Exclusivity<'_> {
        // The lock protects no data, so a poisoned one is used all the same.
        if is_alone {
            Exclusivity::Alone(self.exclusivity.write().unwrap_or_else(PoisonError::into_inner))
        } else {
            Exclusivity::Shared(self.exclusivity.read().unwrap_or_else(PoisonError::into_inner))
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No trial is trained while it is held, so a panic cannot leave it inconsistent.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_error(self) -> Option<Error> {
        let queue = self.queue.into_inner();
        queue.unwrap_or_else(PoisonError::into_inner).error
    }
}

/// The observers, and the first error of one of them.
struct ObserverSet<'a, 'b> {
    observers: &'a mut [&'b mut dyn Observer],
    stop: &'a Stop,
    error: Option<Error>,
}

impl ObserverSet<'_, '_> {
    /// Passes the event to all observers, in their order. Where one cannot record a trial's end, those after it
    /// receive that the trial was interrupted: an end that is not recorded does not count. An observer that failed
    /// before records nothing any more, unless it was only interrupted while it waited.
    fn emit(&mut self, event: &Event) {
        let unrecorded = match event {
            Event::TrialEnded { trial, .. } => Some(Event::TrialEnded {
                trial: Arc::clone(trial),
                outcome: Outcome::Interrupted,
                details: None,
            }),
            _ => None,
        };
        let is_broken = |error: &Error| !matches!(error, Error::Interrupted(_));
        let mut is_unrecorded = self.error.as_ref().is_some_and(is_broken);
        for observer in self.observers.iter_mut() {
            let unrecorded = unrecorded.as_ref().filter(|_| is_unrecorded);
            if let Err(error) = observer.observe(unrecorded.unwrap_or(event)) {
                is_unrecorded = true;
                self.stop.request();
                self.error.get_or_insert(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::error::Error;
    use crate::plan;
    use crate::scripted::ScriptedTrainer;
    use std::path::Path;
    use std::sync::atomic::AtomicBool;

    /// Records the events that it receives, as text.
    #[derive(Default)]
    struct Listener {
        seen: Vec<String>,
        fail_at: Option<usize>,
    }

    impl Observer for Listener {
        fn observe(&mut self, event: &Event) -> Result<()> {
            let word = match event {
                Event::SweepStarted { to_run, skipped } => format!("sweep {to_run}+{skipped}"),
                Event::TrialStarted { trial, .. } => {
                    format!("start {}/{}", trial.label, trial.replicate)
                }
                Event::Step { .. }
                | Event::Order { .. }
                | Event::Checkpoint { .. }
                | Event::State { .. }
                | Event::Probed { .. }
                | Event::Predicted { .. } => return Ok(()),
                Event::TrialTaken { trial } => {
                    format!("taken {}/{}", trial.label, trial.replicate)
                }
                Event::TrialAwaited { trial } => {
                    format!("awaited {}/{}", trial.label, trial.replicate)
                }
                Event::EpochEnded { epoch, .. } => format!("epoch {}", epoch.epoch),
                Event::TrialEnded { outcome, .. } => outcome.name().to_owned(),
                Event::TrialPassed { trial, is_finished } => {
                    format!("passed {}/{} {is_finished}", trial.label, trial.replicate)
                }
                Event::TrialTooLarge { trial, reason } => {
                    format!("too large {}/{}: {reason}", trial.label, trial.replicate)
                }
                Event::SweepEnded => "end".to_owned(),
            };
            self.seen.push(word);
            match self.fail_at {
                Some(n) if self.seen.len() >= n => Err(Error::Results("full".to_owned())),
                _ => Ok(()),
            }
        }
    }

    fn trials(text: &str) -> Vec<Arc<Trial>> {
        let loaded = config::parse(Path::new("test.toml"), text, &[]).expect("a valid experiment");
        plan::trials(&loaded.experiment)
    }

    const THREE: &str = "replicates = 2\n[data]\ndataset = \"glyphs\"\n[train]\nepochs = 2\n\
                         [sweep]\nnorm.placement = [\"none\", \"before\", \"after\"]\n";

    /// Grants every trial.
    struct Open;

    impl Leases for Open {
        fn claim(&self, _: &Arc<Trial>) -> Result<Lease> {
            Ok(Lease::Granted(None))
        }
    }

    fn sweep(trials: &[Arc<Trial>], jobs: usize) -> Sweep<'_> {
        Sweep { trials, skipped: 0, alone: 0, jobs, max_failures: None }
    }

    fn listen(text: &str, jobs: usize, trainer: &ScriptedTrainer) -> (Vec<String>, Tally) {
        let mut listener = Listener::default();
        let tally = run(
            &sweep(&trials(text), jobs),
            trainer,
            &Open,
            &Stop::default(),
            &mut [&mut listener],
        )
        .expect("nobody failed");
        (listener.seen, tally)
    }

    #[test]
    fn trials_run_replicate_by_replicate_and_each_emits_its_events() {
        let (seen, tally) = listen(THREE, 1, &ScriptedTrainer::default());
        assert_eq!(tally, Tally { completed: 6, ..Tally::default() });
        let starts: Vec<&str> = seen.iter().filter_map(|w| w.strip_prefix("start ")).collect();
        assert_eq!(starts, ["none/1", "before/1", "after/1", "none/2", "before/2", "after/2"]);
        assert_eq!(
            seen[..6],
            ["sweep 6+0", "start none/1", "epoch 0", "epoch 1", "epoch 2", "completed"]
        );
        assert_eq!(seen.last().map(String::as_str), Some("end"));
    }

    #[test]
    fn a_diverging_a_failing_and_a_panicking_trial_leave_the_others_alone() {
        let trainer = ScriptedTrainer {
            diverge: Some("none".to_owned()),
            fail: Some("before".to_owned()),
            panic: Some("after".to_owned()),
            only_replicate: Some(1),
        };
        for jobs in [1, 3] {
            let (_, tally) = listen(THREE, jobs, &trainer);
            assert_eq!(tally, Tally { completed: 3, diverged: 1, failed: 2, ..Tally::default() });
        }
    }

    #[test]
    fn a_request_to_stop_starts_no_further_trial() {
        let stop = Stop::default();
        stop.request();
        let mut listener = Listener::default();
        let trials = trials(THREE);
        let tally = run(
            &Sweep { skipped: 1, ..sweep(&trials, 2) },
            &ScriptedTrainer::default(),
            &Open,
            &stop,
            &mut [&mut listener],
        )
        .expect("no error");
        assert_eq!(tally, Tally { interrupted: 6, ..Tally::default() });
        assert_eq!(listener.seen, ["sweep 6+1", "end"]);
    }

    #[test]
    fn an_observer_that_cannot_write_stops_the_sweep_with_its_error() {
        let mut listener = Listener { fail_at: Some(3), ..Listener::default() };
        let stop = Stop::default();
        let error = run(
            &sweep(&trials(THREE), 1),
            &ScriptedTrainer::default(),
            &Open,
            &stop,
            &mut [&mut listener],
        )
        .expect_err("the observer failed");
        assert_eq!(error.to_string(), "full");
        assert!(stop.is_requested(), "running trials are asked to stop");
        assert_eq!(
            listener.seen.last().map(String::as_str),
            Some("end"),
            "all are told of the end"
        );
    }

    /// Fails the first event as a wait that was interrupted.
    struct InterruptedOnce(bool);

    impl Observer for InterruptedOnce {
        fn observe(&mut self, _: &Event) -> Result<()> {
            let error = Error::interrupted();
            if std::mem::replace(&mut self.0, true) { Ok(()) } else { Err(error) }
        }
    }

    #[test]
    fn an_interrupted_wait_changes_the_end_of_its_own_trial_alone() {
        let (mut writer, mut listener) = (InterruptedOnce(false), Listener::default());
        let stop = Stop::default();
        let mut observers: [&mut dyn Observer; 2] = [&mut writer, &mut listener];
        let mut observers = ObserverSet { observers: &mut observers, stop: &stop, error: None };
        for trial in &trials(THREE)[..2] {
            let trial = Arc::clone(trial);
            observers.emit(&Event::TrialEnded {
                trial,
                outcome: Outcome::Completed,
                details: None,
            });
        }
        assert!(matches!(observers.error, Some(Error::Interrupted(_))));
        assert_eq!(listener.seen, ["interrupted", "completed"]);
    }

    #[test]
    fn after_the_permitted_number_of_failures_the_sweep_stops() {
        let trainer =
            ScriptedTrainer { fail: Some("before".to_owned()), ..ScriptedTrainer::default() };
        let trials = trials(THREE);
        for (most, tally) in [(1, (1, 1)), (2, (3, 2)), (3, (4, 2))] {
            let sweep = Sweep { max_failures: Some(most), ..sweep(&trials, 1) };
            let stop = Stop::default();
            let ended = run(&sweep, &trainer, &Open, &stop, &mut []).expect("an outcome");
            assert_eq!((ended.completed, ended.failed), tally);
            assert_eq!(ended.sum(), 6);
            assert_eq!(stop.is_requested(), most <= 2);
            assert!(!stop.is_requested_by_user());
        }
    }

    /// Leases where another run trains `before`: it finishes replicate 1 and dies during replicate 2.
    struct Shared(Mutex<Vec<String>>);

    impl Leases for Shared {
        fn claim(&self, trial: &Arc<Trial>) -> Result<Lease> {
            let mut asked = self.0.lock().expect("no panic");
            let is_second = asked.contains(&trial.id);
            asked.push(trial.id.clone());
            Ok(match (trial.label.as_str(), trial.replicate, is_second) {
                ("before", _, false) | ("after", 2, _) => Lease::Elsewhere,
                ("before", 1, true) => Lease::Finished,
                _ => Lease::Granted(None),
            })
        }
    }

    #[test]
    fn what_other_runs_train_gets_a_second_turn_at_the_end() {
        for jobs in [1, 3] {
            let mut listener = Listener::default();
            let tally = run(
                &sweep(&trials(THREE), jobs),
                &ScriptedTrainer::default(),
                &Shared(Mutex::default()),
                &Stop::default(),
                &mut [&mut listener],
            )
            .expect("no error");
            assert_eq!(
                tally,
                Tally { completed: 4, elsewhere: 1, finished_elsewhere: 1, ..Tally::default() }
            );
            for word in ["passed before/1 true", "passed after/2 false", "start before/2"] {
                assert!(listener.seen.contains(&word.to_owned()), "{word}: {:?}", listener.seen);
            }
        }
    }

    /// Leases where it is unknown for a while, of replicate 1 of `before`, whether its run is alive; replicate 2
    /// is taken over while it is trained, and finished by the other run.
    struct Apart(Mutex<Vec<String>>);

    impl Leases for Apart {
        fn claim(&self, trial: &Arc<Trial>) -> Result<Lease> {
            let mut asked = self.0.lock().expect("no panic");
            let before = asked.iter().filter(|id| **id == trial.id).count();
            asked.push(trial.id.clone());
            Ok(match (trial.label.as_str(), trial.replicate, before) {
                ("before", 1, 0..3) => Lease::Unclear,
                ("before", 2, 1..) => Lease::Finished,
                _ => Lease::Granted(None),
            })
        }

        fn holds(&self, trial: &Trial) -> Result<bool> {
            Ok((trial.label.as_str(), trial.replicate) != ("before", 2))
        }
    }

    #[test]
    fn what_is_unclear_is_waited_for_at_the_end_and_what_is_taken_over_is_left() {
        let mut listener = Listener::default();
        let tally = run(
            &sweep(&trials(THREE), 1),
            &ScriptedTrainer::default(),
            &Apart(Mutex::default()),
            &Stop::default(),
            &mut [&mut listener],
        )
        .expect("no error");
        assert_eq!(tally, Tally { completed: 5, finished_elsewhere: 1, ..Tally::default() });
        let at = |word: &str| {
            let mut seen = listener.seen.iter();
            let at = seen.position(|seen| seen == word);
            at.unwrap_or_else(|| panic!("{word}: {:?}", listener.seen))
        };
        assert!(at("start after/2") < at("awaited before/1"));
        assert!(at("awaited before/1") < at("start before/1"));
        assert!(at("taken before/2") < at("passed before/2 true"));
        let awaited = listener.seen.iter().filter(|h| h.starts_with("awaited"));
        assert_eq!(awaited.count(), 1, "told once");
    }

    #[test]
    fn a_trial_that_is_taken_over_stops_at_its_next_step_and_the_sweep_continues() {
        let flag = Arc::new(AtomicBool::new(true));
        let stop = Stop::default();
        let of_trial = stop.of_trial(flag);
        assert!(of_trial.is_requested() && !stop.is_requested());
        assert!(!of_trial.is_requested_by_user());
    }

    /// A trainer with memory for the placement `none` only; it is stopped while `after` waits for memory.
    struct Small;

    impl Trainer for Small {
        fn admit(&self, trial: &Trial, _: &Stop) -> Admission<'_> {
            match trial.label.as_str() {
                "none" => Admission::Granted(Box::new(())),
                "before" => Admission::TooLarge("much".to_owned()),
                _ => Admission::Stopped,
            }
        }

        fn train(
            &self,
            trial: &Arc<Trial>,
            from: Option<TrainingState>,
            stop: &Stop,
            emit: &mut (dyn FnMut(Event) + Send),
        ) -> Result<Outcome> {
            ScriptedTrainer::default().train(trial, from, stop, emit)
        }
    }

    #[test]
    fn a_trial_that_the_machine_has_no_room_for_is_neither_claimed_nor_ended() {
        let (gate, mut listener) = (Apart(Mutex::default()), Listener::default());
        let trials = trials(THREE);
        let observers: &mut [&mut dyn Observer] = &mut [&mut listener];
        let tally = run(&sweep(&trials, 1), &Small, &gate, &Stop::default(), observers);
        let expected = Tally { completed: 1, too_large: 1, interrupted: 4, ..Tally::default() };
        assert_eq!(tally.expect("no error"), expected);
        assert!(listener.seen.contains(&"too large before/1: much".to_owned()));
        assert_eq!(*gate.0.lock().expect("no panic"), [trials[0].id.clone()]);
    }

    /// Leases that cannot be read.
    struct Stuck;

    impl Leases for Stuck {
        fn claim(&self, _: &Arc<Trial>) -> Result<Lease> {
            Err(Error::Results("no lock".to_owned()))
        }
    }

    #[test]
    fn leases_that_cannot_be_read_end_the_sweep_with_its_error() {
        let ended = run(
            &sweep(&trials(THREE), 2),
            &ScriptedTrainer::default(),
            &Stuck,
            &Stop::default(),
            &mut [],
        );
        assert_eq!(ended.expect_err("an error").to_string(), "no lock");
    }
}
