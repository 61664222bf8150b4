//! Results folders filled by a scripted trainer, for benchmarks of later stages.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bn_lab::config;
use bn_lab::config::spec::Experiment;
use bn_lab::event::Stop;
use bn_lab::plan::{Trial, kernels::Kernels};
use bn_lab::results::format::layout::Layout;
use bn_lab::results::format::manifest::RunEntry;
use bn_lab::results::recovery::survey::{Selection, Survey, survey};
use bn_lab::results::writer::Writer;
use bn_lab::runner::{self, Sweep};
use bn_lab::scripted::ScriptedTrainer;

/// Number of replicates of each condition.
const REPLICATES: usize = 10;

/// This many trials of this many epochs: two placements, and as many learning rates as necessary.
pub(crate) fn experiment(trials: usize, epochs: usize, output: &Path) -> Experiment {
    of_shape(trials.div_ceil(REPLICATES), REPLICATES, epochs, output)
}

/// This many conditions, two placements of each learning rate, with this many replicates each.
pub(crate) fn of_shape(
    conditions: usize,
    replicates: usize,
    epochs: usize,
    output: &Path,
) -> Experiment {
    let text = format!(
        "replicates = {replicates}\n[data]\ndataset = \"glyphs\"\n[train]\nepochs = {epochs}\n[sweep]\n\
         norm.placement = [\"none\", \"before\"]\n\
         train.learning_rate = {{ from = 0.001, to = 1.0, count = {} }}\n",
        conditions.div_ceil(2).max(2)
    );
    let output = format!("output.dir={}", output.display());
    let loaded = config::parse(Path::new("bench.toml"), &text, &[output]).expect("valid");
    loaded.experiment
}

/// Surveys a folder as a run does.
pub(crate) fn look(layout: &Layout, plan: &[Arc<Trial>], selection: &Selection) -> Survey {
    survey(layout, plan, selection).expect("readable")
}

/// Runs the trials that are left.
pub(crate) fn run(experiment: &Experiment, plan: &[Arc<Trial>], survey: &Survey) {
    let entry = RunEntry::begin("cpu", Kernels::default(), 1, 1);
    let (trainer, stop) = (ScriptedTrainer::default(), Stop::default());
    let mut writer = Writer::open(experiment, plan, entry, survey, false, &stop).expect("writable");
    writer.begin(&survey.to_run, |_| None).expect("writable");
    let gate = writer.gate();
    let sweep = Sweep {
        trials: &survey.to_run,
        skipped: plan.len() - survey.to_run.len(),
        alone: 0,
        jobs: 1,
        max_failures: None,
    };
    runner::run(&sweep, &trainer, gate.as_ref(), &stop, &mut [&mut writer]).expect("writable");
}

/// Runs `action`, and prints its time.
pub(crate) fn told<T>(what: &str, action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = action();
    println!("{what:<44} {:10.1} ms", started.elapsed().as_secs_f64() * 1e3);
    done
}

/// Resident memory of this process in megabytes, where the system reports it.
pub(crate) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
