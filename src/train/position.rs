//! The position of a trial in its training: the state of the loop between two steps.
//!
//! | name | what |
//! |---|---|
//! | `steps` | optimiser steps taken |
//! | `epochs` | epochs taken and evaluated; with `steps` it gives the position in the epoch under way |
//! | `epoch.loss`, `epoch.correct`, `epoch.examples` | sums over the batches of that epoch |
//! | `epoch.seconds` | seconds of training in that epoch |
//! | `watch.first`, `watch.last` | the first and the latest training loss |

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::divergence::LossMonitor;
use super::evaluation::Running;
use super::stored::Stored;
use crate::config::spec::Train;
use crate::data::batches;
use crate::error::Result;

/// The position of a trial in its training.
pub(super) struct Position {
    /// Optimiser steps taken.
    pub(super) steps: usize,
    /// Epochs taken and evaluated.
    pub(super) epochs: usize,
    /// Sums over the batches of the epoch under way.
    pub(super) running: Running,
    /// The losses that determine divergence.
    pub(super) losses: LossMonitor,
    /// Measures the time of training in the epoch under way.
    pub(super) stopwatch: Stopwatch,
}

/// The length of a training in steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) examples: usize,
    /// Number of steps in an epoch; at least 1.
    pub(super) per_epoch: usize,
    /// Number of steps in the whole training.
    pub(super) total: usize,
}

impl Position {
    /// The start of a training with this number of classes.
    pub(super) fn start(train: &Train, classes: usize) -> Self {
        Self {
            steps: 0,
            epochs: 0,
            running: Running::default(),
            losses: LossMonitor::new(train.divergence_factor, classes),
            stopwatch: Stopwatch::default(),
        }
    }

    /// Steps taken in the epoch under way.
    pub(super) fn steps_of_epoch(&self, extent: Extent) -> usize {
        self.steps - self.epochs * extent.per_epoch
    }

    /// Whether the last step is taken and the last epoch evaluated.
    pub(super) fn is_at_end(&self, extent: Extent) -> bool {
        self.steps == extent.total && self.epochs * extent.per_epoch >= self.steps
    }

    /// Begins the next epoch, after the present one was evaluated.
    pub(super) fn close_epoch(&mut self) {
        self.epochs += 1;
        self.running = Running::default();
        self.stopwatch = Stopwatch::default();
    }

    /// Adds this position, that of a training which took a step, to the `numbers` of a state.
    pub(super) fn save(&self, numbers: &mut BTreeMap<String, Value>) {
        let [first, last] = self.losses.losses();
        let all = [
            ("steps", Value::from(self.steps)),
            ("epochs", Value::from(self.epochs)),
            ("epoch.loss", Value::from(self.running.loss)),
            ("epoch.correct", Value::from(self.running.correct)),
            ("epoch.examples", Value::from(self.running.examples)),
            ("epoch.seconds", Value::from(self.stopwatch.seconds())),
            ("watch.first", Value::from(first)),
            ("watch.last", Value::from(last)),
        ];
        numbers.extend(all.map(|(name, value)| (name.to_owned(), value)));
    }

    /// Reads the position from a saved state. Every loss in it is finite: a trial with another one has diverged,
    /// and emits no state after that.
    pub(super) fn restore(
        state: &mut Stored,
        train: &Train,
        extent: Extent,
        classes: usize,
    ) -> Result<Self> {
        let steps = state.count("steps", 1..=extent.total)?;
        // An epoch that has all its steps may or may not have been evaluated.
        let most = steps / extent.per_epoch;
        let least = (steps - 1) / extent.per_epoch;
        let epochs = state.count("epochs", least..=most)?;
        let taken = steps - epochs * extent.per_epoch;
        let batches = batches::ranges(extent.examples, train.batch_size, train.last_batch);
        let examples = batches.iter().take(taken).map(ExactSizeIterator::len).sum();
        Ok(Self {
            steps,
            epochs,
            running: Running {
                loss: state.number("epoch.loss")?,
                correct: state.count("epoch.correct", 0..=examples)?,
                examples: state.count("epoch.examples", examples..=examples)?,
            },
            losses: LossMonitor::new(train.divergence_factor, classes)
                .resumed([state.number("watch.first")?, state.number("watch.last")?]),
            stopwatch: Stopwatch {
                earlier: state.number("epoch.seconds")?,
                ..Stopwatch::default()
            },
        })
    }
}

/// Wall-clock seconds of training in an epoch, which may have begun in an earlier process.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    /// Seconds that it showed when it was started.
    earlier: f64,
    started: Option<Instant>,
    /// Time of probes, checkpoints and states.
    left_out: Duration,
}

impl Stopwatch {
    pub(super) fn start(&mut self) {
        self.started = Some(Instant::now());
    }

    /// Excludes the time since `began`: probes, checkpoints and states do not count as
    /// training.
    pub(super) fn leave_out(&mut self, began: Instant) {
        self.left_out += began.elapsed();
    }

    /// Seconds of training so far.
    pub(super) fn seconds(&self) -> f64 {
        let running = self.started.map_or(Duration::ZERO, |at| at.elapsed());
        self.earlier + running.saturating_sub(self.left_out).as_secs_f64()
    }
}
