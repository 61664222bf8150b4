//! Walks the plan: hands trials to the trainer, several at a time, and forwards what they tell to
//! the observers, one event after the other, on the caller's thread.
//!
//! What it is not: it knows no file, no display and no tensor. Order of results: trials start in
//! the order of the plan; events of different trials interleave, events of one trial do not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::error::Result;
use crate::event::{Event, Observer, Outcome, Stop, Trainer, panic_text};
use crate::plan::Trial;

/// Events that may wait for the observers. Few, since a checkpoint is as large as its network.
const BACKLOG: usize = 64;

/// How many trials of this run ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Trained to the end.
    pub completed: usize,
    /// Diverged.
    pub diverged: usize,
    /// Ended with an error.
    pub failed: usize,
    /// Stopped, or never started because the sweep was stopped.
    pub interrupted: usize,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Completed => self.completed += 1,
            Outcome::Diverged { .. } => self.diverged += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Interrupted => self.interrupted += 1,
        }
    }
}

/// Trains `trials`, `jobs` at a time. A trial that fails or panics is an outcome, and the others go
/// on; an observer that fails stops the sweep, and its error is returned.
pub fn run(
    trials: &[Arc<Trial>],
    skipped: usize,
    trainer: &dyn Trainer,
    jobs: usize,
    stop: &Stop,
    observers: &mut [&mut dyn Observer],
) -> Result<Tally> {
    let mut audience = Audience {
        observers,
        stop,
        error: None,
    };
    audience.tell(&Event::SweepStarted {
        to_run: trials.len(),
        skipped,
    });
    let mut tally = Tally::default();
    let next = AtomicUsize::new(0);
    // Bounded: trials wait for observers that are slower than they.
    let (sender, receiver) = mpsc::sync_channel(BACKLOG);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, trials.len().max(1)) {
            let sender = sender.clone();
            let next = &next;
            scope.spawn(move || worker(trials, next, trainer, stop, &sender));
        }
        // The workers hold the other senders: when the last one is done, the loop ends.
        drop(sender);
        for event in receiver {
            if let Event::TrialEnded { outcome, .. } = &event {
                tally.count(outcome);
            }
            audience.tell(&event);
        }
    });
    let ended = tally.completed + tally.diverged + tally.failed + tally.interrupted;
    tally.interrupted += trials.len() - ended;
    audience.tell(&Event::SweepEnded);
    audience.error.map_or(Ok(tally), Err)
}

/// Takes the next trial of the plan until there is none or the sweep is stopped.
fn worker(
    trials: &[Arc<Trial>],
    next: &AtomicUsize,
    trainer: &dyn Trainer,
    stop: &Stop,
    sender: &mpsc::SyncSender<Event>,
) {
    while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
        if stop.is_requested() {
            return;
        }
        // The receiver outlives the workers, so sending cannot fail; if it did, nobody would listen.
        let mut tell = |event| drop(sender.send(event));
        // A panicking trial leaves nothing half-done behind: all it owns is dropped with it.
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            trainer.train(trial, None, stop, &mut tell)
        }));
        let outcome = match attempt {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::Failed {
                message: error.to_string(),
            },
            Err(panic) => Outcome::Failed {
                message: format!("the trial panicked: {}", panic_text(panic.as_ref())),
            },
        };
        tell(Event::TrialEnded {
            trial: Arc::clone(trial),
            outcome,
        });
    }
}

/// The observers, and the first error that one of them met.
struct Audience<'a, 'b> {
    observers: &'a mut [&'b mut dyn Observer],
    stop: &'a Stop,
    error: Option<crate::error::Error>,
}

impl Audience<'_, '_> {
    fn tell(&mut self, event: &Event) {
        for observer in self.observers.iter_mut() {
            if let Err(error) = observer.observe(event) {
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

    /// Remembers what it is told, in words.
    #[derive(Default)]
    struct Listener {
        heard: Vec<String>,
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
                | Event::Probed { .. } => return Ok(()),
                Event::EpochEnded { epoch, .. } => format!("epoch {}", epoch.epoch),
                Event::TrialEnded { outcome, .. } => outcome.name().to_owned(),
                Event::SweepEnded => "end".to_owned(),
            };
            self.heard.push(word);
            match self.fail_at {
                Some(n) if self.heard.len() >= n => Err(Error::Results("full".to_owned())),
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

    fn listen(text: &str, jobs: usize, trainer: &ScriptedTrainer) -> (Vec<String>, Tally) {
        let mut listener = Listener::default();
        let tally = run(
            &trials(text),
            0,
            trainer,
            jobs,
            &Stop::default(),
            &mut [&mut listener],
        )
        .expect("nobody failed");
        (listener.heard, tally)
    }

    #[test]
    fn trials_run_replicate_by_replicate_and_each_tells_its_story() {
        let (heard, tally) = listen(THREE, 1, &ScriptedTrainer::default());
        assert_eq!(
            tally,
            Tally {
                completed: 6,
                ..Tally::default()
            }
        );
        let starts: Vec<&str> = heard
            .iter()
            .filter_map(|w| w.strip_prefix("start "))
            .collect();
        assert_eq!(
            starts,
            [
                "none/1", "before/1", "after/1", "none/2", "before/2", "after/2"
            ]
        );
        assert_eq!(
            heard[..6],
            [
                "sweep 6+0",
                "start none/1",
                "epoch 0",
                "epoch 1",
                "epoch 2",
                "completed"
            ]
        );
        assert_eq!(heard.last().map(String::as_str), Some("end"));
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
            assert_eq!(
                tally,
                Tally {
                    completed: 3,
                    diverged: 1,
                    failed: 2,
                    interrupted: 0
                }
            );
        }
    }

    #[test]
    fn a_request_to_stop_starts_no_further_trial() {
        let stop = Stop::default();
        stop.request();
        let mut listener = Listener::default();
        let trials = trials(THREE);
        let tally = run(
            &trials,
            1,
            &ScriptedTrainer::default(),
            2,
            &stop,
            &mut [&mut listener],
        )
        .expect("no error");
        assert_eq!(
            tally,
            Tally {
                interrupted: 6,
                ..Tally::default()
            }
        );
        assert_eq!(listener.heard, ["sweep 6+1", "end"]);
    }

    #[test]
    fn an_observer_that_cannot_write_stops_the_sweep_with_its_error() {
        let mut listener = Listener {
            fail_at: Some(3),
            ..Listener::default()
        };
        let stop = Stop::default();
        let error = run(
            &trials(THREE),
            0,
            &ScriptedTrainer::default(),
            1,
            &stop,
            &mut [&mut listener],
        )
        .expect_err("the observer failed");
        assert_eq!(error.to_string(), "full");
        assert!(stop.is_requested(), "running trials are asked to stop");
        assert_eq!(
            listener.heard.last().map(String::as_str),
            Some("end"),
            "all are told of the end"
        );
    }
}
