//! Results folders filled by a trainer that follows a script, for benchmarks of what comes after.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bn_lab::config;
use bn_lab::config::spec::Experiment;
use bn_lab::event::Stop;
use bn_lab::plan::Trial;
use bn_lab::results::format::layout::Layout;
use bn_lab::results::format::manifest::RunEntry;
use bn_lab::results::recovery::survey::{Selection, Survey, survey};
use bn_lab::results::writer::Writer;
use bn_lab::runner::{self, Sweep};
use bn_lab::scripted::ScriptedTrainer;

/// Replicates of each condition.
const REPLICATES: usize = 10;

/// So many trials of so many epochs: two placements, as many learning rates as it takes.
pub(crate) fn experiment(trials: usize, epochs: usize, output: &Path) -> Experiment {
    of_shape(trials.div_ceil(REPLICATES), REPLICATES, epochs, output)
}

/// So many conditions, two placements of each learning rate, so many times each.
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

/// Looks through a folder as a run does.
pub(crate) fn look(layout: &Layout, plan: &[Arc<Trial>], selection: &Selection) -> Survey {
    survey(layout, plan, selection).expect("readable")
}

/// Runs what is left to do.
pub(crate) fn run(experiment: &Experiment, plan: &[Arc<Trial>], survey: &Survey) {
    let entry = RunEntry::begin("cpu", 1, 1);
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

/// Does it, and prints how long it took.
pub(crate) fn told<T>(what: &str, action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = action();
    println!("{what:<44} {:10.1} ms", started.elapsed().as_secs_f64() * 1e3);
    done
}

/// Memory of this process in megabytes, where the system tells.
pub(crate) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
