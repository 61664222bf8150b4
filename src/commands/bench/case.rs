//! One case: a network in training, and the times of its parts.

use std::hint::black_box;
use std::time::Instant;

use crate::data::batches::{Batch, Part, Prepared};
use crate::device::OpenDevice;
use crate::error::Result;
use crate::model::norm::Statistics;
use crate::optim::Arithmetic;
use crate::plan::Trial;
use crate::plan::kernels::Kernels;
use crate::report::bench::Times;
use crate::train::step::Learner;

/// Shares of a repetition's time.
const OF_STEPS: f64 = 0.45;
const OF_TIMED_STEPS: f64 = 0.3;
const OF_ROWS: f64 = 0.1;
const OF_EVALUATION: f64 = 0.15;

/// Number of examples that are evaluated at a time.
const EVALUATED: usize = 128;

/// More steps than any measurement takes.
const ALL_STEPS: usize = 1_000_000_000;

/// A network in training.
pub(super) struct Case<'a> {
    data: &'a Prepared,
    order: &'a [u32],
    /// The position in the order of the next batch.
    at: usize,
    batch_size: usize,
    learner: Learner,
    batch: Batch,
    tested: Batch,
    /// Seconds, estimated before anything is measured.
    expected: Expected,
    /// What was measured.
    pub(super) samples: Samples,
}

/// Estimated seconds of a call.
#[derive(Debug, Clone, Copy, Default)]
struct Expected {
    step: f64,
    rows: f64,
    evaluation: f64,
}

/// The mean seconds of a call in each repetition; of an evaluation, of each example.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// Filling the batch and taking a step.
    pub(super) step: Vec<f64>,
    /// Filling the batch.
    pub(super) rows: Vec<f64>,
    /// Forward pass, backward pass and update of a step that is taken apart.
    pub(super) parts: [Vec<f64>; 3],
    /// Evaluating an example.
    pub(super) evaluation: Vec<f64>,
    /// Number of steps in [`Samples::step`].
    pub(super) steps: usize,
}

impl Samples {
    /// All of them, with the seconds of a step in a whole training.
    pub(super) fn times(&self, run: Option<f64>) -> Times<'_> {
        Times {
            steps: self.steps,
            step: &self.step,
            rows: &self.rows,
            parts: &self.parts,
            evaluation: &self.evaluation,
            run,
        }
    }
}

impl<'a> Case<'a> {
    /// The network of `trial`, trained on `data` in this order.
    pub(super) fn new(
        trial: &Trial,
        data: &'a Prepared,
        order: &'a [u32],
        kernels: Kernels,
    ) -> Result<Self> {
        let mut tested = Batch::default();
        let positions = data.positions(Part::Test);
        data.fill_part(Part::Test, &positions[..EVALUATED.min(positions.len())], &mut tested);
        Ok(Self {
            data,
            order,
            at: 0,
            batch_size: trial.condition.settings.train.batch_size,
            learner: learner(trial, data, kernels)?,
            batch: Batch::default(),
            tested,
            expected: Expected::default(),
            samples: Samples::default(),
        })
    }

    /// Takes steps until buffers and caches are filled, for some `seconds`, and estimates how long a call takes.
    pub(super) fn warm_up(&mut self, seconds: f64) {
        let first = self.steps(2);
        let calls = at_least_one(seconds, first);
        self.expected = Expected {
            step: self.steps(calls),
            rows: per_call(calls, || self.fill()),
            evaluation: self.evaluations(1),
        };
    }

    /// Estimated seconds of a step.
    pub(super) fn step_seconds(&self) -> f64 {
        self.expected.step
    }

    /// Estimated seconds of the shortest repetition.
    pub(super) fn least_seconds(&self) -> f64 {
        2.0 * (self.expected.step + self.expected.evaluation)
    }

    /// Measures every part, for some `seconds` together.
    pub(super) fn repeat(&mut self, seconds: f64) {
        let Expected { step, rows, evaluation } = self.expected;
        let calls = at_least_one(OF_STEPS * seconds, step);
        let taken = self.steps(calls);
        self.samples.step.push(taken);
        self.samples.steps += calls;
        let taken = per_call(at_least_one(OF_ROWS * seconds, rows), || self.fill());
        self.samples.rows.push(taken);
        let parts = self.timed_steps(at_least_one(OF_TIMED_STEPS * seconds, step));
        for (samples, seconds) in self.samples.parts.iter_mut().zip(parts) {
            samples.push(seconds);
        }
        let taken = self.evaluations(at_least_one(OF_EVALUATION * seconds, evaluation));
        self.samples.evaluation.push(taken / self.tested.labels.len().max(1) as f64);
    }

    /// Fills the batch with the next examples.
    fn fill(&mut self) {
        if self.at + self.batch_size > self.order.len() {
            self.at = 0;
        }
        let range = self.at..self.at + self.batch_size;
        self.at = range.end;
        self.data.fill_training(self.order, range, &[], &mut self.batch);
        black_box(&self.batch);
    }

    /// Seconds of a step, its rows included.
    fn steps(&mut self, calls: usize) -> f64 {
        per_call(calls, || {
            self.fill();
            black_box(self.learner.step(&self.batch));
        })
    }

    /// Seconds of the forward pass, the backward pass and the update.
    fn timed_steps(&mut self, calls: usize) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for _ in 0..calls {
            self.fill();
            let (_, seconds) = self.learner.timed_step(&self.batch);
            for (sum, seconds) in sums.iter_mut().zip(seconds) {
                *sum += seconds;
            }
        }
        sums.map(|sum| sum / calls as f64)
    }

    /// Seconds of an evaluation of all tested examples.
    fn evaluations(&self, calls: usize) -> f64 {
        let evaluator = self.learner.evaluator();
        let evaluate = || {
            black_box(evaluator.evaluate(&self.tested, Statistics::Running));
        };
        // Its buffers are made in the first one.
        evaluate();
        per_call(calls, evaluate)
    }
}

/// A learner as `run` makes it.
fn learner(trial: &Trial, data: &Prepared, kernels: Kernels) -> Result<Learner> {
    let device = OpenDevice::open("cpu")?.differentiable();
    let how = (Arithmetic::Fused, kernels);
    let settings = &trial.condition.settings;
    Ok(Learner::of(settings, data, ALL_STEPS, how, trial.streams(), device))
}

/// How many calls of `each` seconds take `seconds`; one where that is not a whole one.
pub(super) fn at_least_one(seconds: f64, each: f64) -> usize {
    ((seconds / each) as usize).max(1)
}

/// The mean seconds of a call.
pub(super) fn per_call(calls: usize, mut call: impl FnMut()) -> f64 {
    let started = Instant::now();
    for _ in 0..calls {
        call();
    }
    started.elapsed().as_secs_f64() / calls as f64
}
