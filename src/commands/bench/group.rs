//! The cases of one network and batch size: its placements, measured in turns, so that other load on the machine affects
//! all of them alike.

use std::path::Path;
use std::sync::Arc;

use super::arithmetic::{Layer, layers, multiply_additions};
use super::case::{Case, at_least_one};
use super::datasets::Data;
use super::floor::Floor;
use super::whole_run;
use crate::config;
use crate::config::spec::{Experiment, Settings, Shape};
use crate::data::batches::Prepared;
use crate::device::OpenDevice;
use crate::error::Result;
use crate::kernels;
use crate::model;
use crate::plan::kernels::Kernels;
use crate::plan::{self, Trial};
use crate::report::bench::{Limits, Measurement};

/// Shares of the time of a case: before anything is measured, part by part, and in whole trainings.
const OF_WARM_UP: f64 = 0.1;
const OF_PARTS: f64 = 0.5;
const OF_RUNS: f64 = 0.4;

/// Share of the time of the parts that each of the two floors gets in addition.
const OF_FLOOR: f64 = 0.1;

/// Fewest and most repetitions.
const REPETITIONS: [usize; 2] = [4, 20];

/// A network to measure.
pub(super) struct Network {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// An experiment that trains it.
    pub(super) experiment: &'static str,
    /// The shape of its inputs.
    pub(super) shape: Shape,
    /// The batch sizes that it is measured with.
    pub(super) batch_sizes: &'static [usize],
}

/// The cases of a network and a batch size.
pub(super) struct Group {
    network: &'static Network,
    batch_size: usize,
    experiment: Experiment,
    /// One for each placement; at least one.
    trials: Vec<Arc<Trial>>,
}

impl Group {
    /// A group of these placements.
    pub(super) fn new(
        network: &'static Network,
        placements: &[&str],
        batch_size: usize,
    ) -> Result<Self> {
        let overrides = [
            format!("train.batch_size={batch_size}"),
            format!("train.epochs={}", whole_run::EPOCHS),
            "data.validation=0".to_owned(),
            "norm.preset=keras".to_owned(),
            "sweep.norm.placement=[\"none\", \"before\", \"after\"]".to_owned(),
            "replicates=1".to_owned(),
        ];
        let loaded = config::parse(Path::new(network.name), network.experiment, &overrides)?;
        let experiment = loaded.experiment;
        let mut trials = plan::trials(&experiment);
        trials.retain(|trial| placements.contains(&placement(trial)));
        Ok(Self { network, batch_size, experiment, trials })
    }

    /// `perceptron, batch size 32: none, before`
    pub(super) fn title(&self) -> String {
        let placements: Vec<&str> = self.trials.iter().map(|trial| placement(trial)).collect();
        format!("{}, batch size {}: {}", self.network.name, self.batch_size, placements.join(", "))
    }

    /// The settings of its first case, which the others share but for the placement.
    pub(super) fn settings(&self) -> &Settings {
        &self.trials[0].condition.settings
    }

    /// The shape of its inputs.
    pub(super) fn shape(&self) -> Shape {
        self.network.shape
    }

    /// Measures every case, for some `seconds` each.
    pub(super) fn measure(
        &self,
        data: &Data,
        seconds: f64,
        kernels: Kernels,
    ) -> Result<Vec<Measurement>> {
        let (settings, streams) = (self.settings(), self.trials[0].streams());
        let dataset = Arc::clone(&data.dataset);
        let prepared = Prepared::new(dataset, &settings.data, self.trials[0].seed, &streams)?;
        let order = prepared.order(1, &settings.train, &streams);
        let case = |trial: &Arc<Trial>| Case::new(trial, &prepared, &order, kernels);
        let mut cases: Vec<Case<'_>> = self.trials.iter().map(case).collect::<Result<_>>()?;
        for case in &mut cases {
            case.warm_up(seconds * OF_WARM_UP);
        }
        let least = cases.iter().map(Case::least_seconds).fold(0.0, f64::max);
        let [fewest, most] = REPETITIONS;
        let half = at_least_one(seconds * OF_PARTS, least).clamp(fewest, most) / 2;
        let each = seconds * OF_PARTS / (2 * half) as f64;
        let layers = self.layers()?;
        let mut limits = CoreLimits::new(&layers, self.batch_size, settings);
        let mut repeat = |cases: &mut [Case<'_>]| {
            for _ in 0..half {
                for case in &mut *cases {
                    case.repeat(each);
                }
                limits.repeat(OF_FLOOR * each);
            }
        };
        repeat(&mut cases);
        // Between the two halves, so that their median is that of the same time.
        let runs = self.runs(&cases, data, seconds, kernels)?;
        repeat(&mut cases);
        let limits = limits.seconds();
        let measured = self.trials.iter().zip(cases).zip(runs);
        let measured = measured.map(|((trial, case), run)| {
            let names = [self.network.name, placement(trial), data.source];
            Measurement::new(names, self.batch_size, &case.samples.times(run), &limits)
        });
        Ok(measured.collect())
    }

    /// Seconds of a step in a whole training of each case; `None` for one that did not complete.
    fn runs(
        &self,
        cases: &[Case<'_>],
        data: &Data,
        seconds: f64,
        kernels: Kernels,
    ) -> Result<Vec<Option<f64>>> {
        let longest = cases.iter().map(Case::step_seconds).fold(0.0, f64::max);
        let steps = at_least_one(seconds * OF_RUNS / whole_run::EPOCHS as f64, longest);
        let examples = steps.saturating_mul(self.batch_size);
        let dataset = whole_run::first(&data.dataset, examples);
        whole_run::seconds_per_step(&self.experiment, &self.trials, &dataset, kernels)
    }

    /// The layers with weights.
    fn layers(&self) -> Result<Vec<Layer>> {
        let device = OpenDevice::open("cpu")?.differentiable();
        let (shape, streams) = (self.network.shape, self.trials[0].streams());
        let network = model::network::Network::new(self.settings(), shape, 10, &streams, &device);
        Ok(layers(&network))
    }
}

fn placement(trial: &Trial) -> &'static str {
    trial.condition.settings.norm.placement.name()
}

/// What the core could do.
struct CoreLimits {
    floor: Option<Floor>,
    multiply_additions: f64,
    /// Multiply-additions in a second, in each repetition.
    peaks: Vec<f64>,
}

impl CoreLimits {
    fn new(layers: &[Layer], batch_size: usize, settings: &Settings) -> Self {
        // The crate's own vectors cannot be limited.
        let is_comparable = !kernels::is_limited();
        let floor = is_comparable.then(|| Floor::new(layers, batch_size, &settings.train));
        Self {
            floor: floor.flatten(),
            multiply_additions: (multiply_additions(layers) * batch_size) as f64,
            peaks: Vec::new(),
        }
    }

    fn repeat(&mut self, seconds: f64) {
        self.peaks.push(kernels::peak());
        if let Some(floor) = &mut self.floor {
            floor.repeat(seconds);
        }
    }

    fn seconds(self) -> Limits {
        Limits {
            floor: self.floor.map(|floor| floor.samples),
            multiply_additions: self.multiply_additions,
            peaks: self.peaks,
        }
    }
}
