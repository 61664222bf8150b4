//! Times one optimiser step of the headline network (784-128-64-10, ReLU, Adam, batch 32) under each
//! placement, on one thread. Medians of interleaved rounds, so that a noisy machine disturbs all
//! placements alike; believe the ratios, not the microseconds.

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

const EXPERIMENT: &str = include_str!("../../configs/mnist.toml");
const ROUNDS: usize = 15;
const STEPS: usize = 200;
const SHAPE: Shape = Shape {
    channels: 1,
    height: 28,
    width: 28,
};
const CLASSES: usize = 10;

/// Prints a row for each placement.
#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
pub(crate) fn run(allocator: &str) {
    let path = std::path::Path::new("mnist.toml");
    let loaded = config::parse(path, EXPERIMENT, &["replicates=1".to_owned()])
        .expect("a sample experiment is valid");
    let trials = plan::trials(&loaded.experiment);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread");
    let medians = pool.install(|| medians(&trials));
    println!("allocator {allocator}; median of {ROUNDS} rounds of {STEPS} steps");
    println!("placement  µs/step  ratio to none");
    for (trial, median) in trials.iter().zip(&medians) {
        println!(
            "{:9}  {median:7.1}  {:.2}",
            trial.label,
            median / medians[0]
        );
    }
}

fn medians(trials: &[Arc<Trial>]) -> Vec<f64> {
    let batches = batches(trials[0].condition.settings.train.batch_size);
    let mut learners: Vec<Learner> = trials.iter().map(|trial| learner(trial)).collect();
    let mut rounds = vec![Vec::new(); trials.len()];
    // The first round warms caches up and is left out.
    for round in 0..=ROUNDS {
        for (learner, times) in learners.iter_mut().zip(&mut rounds) {
            let started = Instant::now();
            for step in 0..STEPS {
                learner.step(&batches[step % batches.len()]);
            }
            if round > 0 {
                times.push(started.elapsed().as_secs_f64() * 1e6 / STEPS as f64);
            }
        }
    }
    for times in &mut rounds {
        times.sort_by(f64::total_cmp);
    }
    rounds.iter().map(|times| times[ROUNDS / 2]).collect()
}

fn learner(trial: &Trial) -> Learner {
    let settings = &trial.condition.settings;
    let device = OpenDevice::open("cpu")
        .expect("every build has a CPU device")
        .differentiable();
    let streams = trial.streams();
    let network = Network::new(settings, SHAPE, CLASSES, &streams, &device);
    let norm = NormParameters::like_others();
    let updater = optim::build(&settings.train, &norm, STEPS, Arithmetic::Fused);
    Learner::new(network, updater, streams, device)
}

/// A few batches of noise: time does not depend on what the images show.
fn batches(size: usize) -> Vec<Batch> {
    let mut stream = Streams::shared(0).stream("bench");
    let mut batch = || Batch {
        inputs: (0..size * SHAPE.features())
            .map(|_| stream.uniform() as f32)
            .collect(),
        labels: (0..size).map(|i| (i % CLASSES) as u8).collect(),
        features: SHAPE.features(),
    };
    (0..20).map(|_| batch()).collect()
}
