//! Times optimiser steps of a network with each placement, on one thread. Medians of interleaved
//! rounds, so that other load affects all of them equally; the ratios are more reliable than the
//! absolute times.

use std::sync::Arc;
use std::time::Instant;

use bn_lab::config;
use bn_lab::config::spec::Shape;
use bn_lab::data::batches::Batch;
use bn_lab::device::OpenDevice;
use bn_lab::model::network::Network;
use bn_lab::optim::{self, Arithmetic, NormParameters};
use bn_lab::plan;
use bn_lab::plan::Trial;
use bn_lab::seed::Streams;
use bn_lab::train::step::Learner;

const CLASSES: usize = 10;

/// An experiment whose trials are timed, and for how long.
pub(crate) struct Measurement<'a> {
    /// The title of its table.
    pub(crate) title: &'a str,
    /// The text of an experiment file.
    pub(crate) experiment: &'a str,
    /// Overrides, as after `-o`.
    pub(crate) overrides: Vec<String>,
    /// The shape of the images.
    pub(crate) shape: Shape,
    /// Number of rounds; odd, so that there is a median.
    pub(crate) rounds: usize,
    /// Number of steps of every trial in every round.
    pub(crate) steps: usize,
}

impl Measurement<'_> {
    /// Prints a row for each placement.
    #[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
    pub(crate) fn run(mut self) {
        let path = std::path::Path::new("benchmark.toml");
        self.overrides.push("replicates=1".to_owned());
        let loaded = config::parse(path, self.experiment, &self.overrides)
            .expect("a benchmark's experiment is valid");
        let trials = plan::trials(&loaded.experiment);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let medians = pool.install(|| self.medians(&trials));
        let Self { title, rounds, steps, .. } = self;
        println!("{title}; median of {rounds} rounds of {steps} steps");
        println!("placement    µs/step  ratio to {}", trials[0].label);
        for (trial, median) in trials.iter().zip(&medians) {
            let ratio = median / medians[0];
            println!("{:9}  {median:9.1}  {ratio:.2}", trial.label);
        }
    }

    fn medians(&self, trials: &[Arc<Trial>]) -> Vec<f64> {
        let size = trials[0].condition.settings.train.batch_size;
        let batches = batches(size, self.shape);
        let learner = |trial: &Arc<Trial>| learner(trial, self.shape, self.steps);
        let mut learners: Vec<Learner> = trials.iter().map(learner).collect();
        let mut rounds = vec![Vec::new(); trials.len()];
        // The first round fills caches and is left out.
        for round in 0..=self.rounds {
            for (learner, times) in learners.iter_mut().zip(&mut rounds) {
                let started = Instant::now();
                for step in 0..self.steps {
                    learner.step(&batches[step % batches.len()]);
                }
                if round > 0 {
                    times.push(started.elapsed().as_secs_f64() * 1e6 / self.steps as f64);
                }
            }
        }
        for times in &mut rounds {
            times.sort_by(f64::total_cmp);
        }
        rounds.iter().map(|times| times[self.rounds / 2]).collect()
    }
}

fn learner(trial: &Trial, shape: Shape, steps: usize) -> Learner {
    let settings = &trial.condition.settings;
    let device = OpenDevice::open("cpu").expect("every build has a CPU device").differentiable();
    let streams = trial.streams();
    let network = Network::new(settings, shape, CLASSES, &streams, &device);
    let norm = NormParameters::like_others();
    let updater = optim::build(&settings.train, &norm, steps, Arithmetic::Fused);
    Learner::new(network, updater, streams, device)
}

/// A few batches of noise: the time does not depend on the content of the images.
fn batches(size: usize, shape: Shape) -> Vec<Batch> {
    let mut stream = Streams::shared(0).stream("bench");
    let mut batch = || Batch {
        inputs: (0..size * shape.features()).map(|_| stream.uniform() as f32).collect(),
        labels: (0..size).map(|i| (i % CLASSES) as u8).collect(),
        features: shape.features(),
    };
    (0..20).map(|_| batch()).collect()
}
