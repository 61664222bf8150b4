//! What the runner and the archive cost apart from training: a folder of 10 000 trials is filled by
//! a trainer that follows a script, then looked through, opened and read as a later run would; and
//! the same trials are filled into 100 folders, and merged.
//!
//! `cargo bench --bench folder` takes some minutes, nearly all of it for filling the folders and
//! waiting for the disk; `-- 1000` takes another number of trials.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bn_lab::config;
use bn_lab::config::spec::Experiment;
use bn_lab::event::Stop;
use bn_lab::plan::shard::Shard;
use bn_lab::plan::{self, Trial};
use bn_lab::record::layout::Layout;
use bn_lab::record::manifest::RunEntry;
use bn_lab::record::merge;
use bn_lab::record::reader;
use bn_lab::record::survey::{Selection, Survey, survey};
use bn_lab::record::writer::Writer;
use bn_lab::runner::{self, Sweep};
use bn_lab::scripted::ScriptedTrainer;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Replicates of each condition.
const REPLICATES: usize = 10;

/// Folders to merge.
const SHARDS: u64 = 100;

fn main() {
    let trials = std::env::args().find_map(|text| text.parse().ok());
    let trials: usize = trials.unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let experiment = |name: &str| experiment(trials, &folder.path().join(name));
    let whole = experiment("whole");
    let plan = told("plan", || plan::trials(&whole));
    println!("{} trials; {} MB resident", plan.len(), resident());

    let layout = Layout::new(&whole.output.dir);
    let all = Selection::default();
    let empty = told("look through the empty folder", || {
        look(&layout, &plan, &all)
    });
    let filling = Instant::now();
    run(&whole, &plan, &empty);
    let each = filling.elapsed().as_secs_f64() / plan.len() as f64;
    println!(
        "{:<44} {:10.2} ms each",
        "run scripted trials, files and all",
        each * 1e3
    );
    println!("{} MB resident", resident());

    let full = told("look through the full folder", || {
        look(&layout, &plan, &all)
    });
    assert!(full.to_run.is_empty(), "all trials are finished");
    told("open it, write its tables, train nothing", || {
        run(&whole, &plan, &full);
    });
    told("read all curves", || {
        reader::read(layout.root()).expect("readable")
    });
    println!("{} MB resident", resident());

    let mut parts = Vec::new();
    for index in 1..=SHARDS {
        let part = experiment(&format!("part{index}"));
        let selection = Selection {
            shard: Shard::new(index, SHARDS),
            ..Selection::default()
        };
        run(
            &part,
            &plan,
            &look(&Layout::new(&part.output.dir), &plan, &selection),
        );
        parts.push(part.output.dir);
    }
    let merged = told("merge 100 parts", || {
        merge::merge(&parts, &folder.path().join("merged")).expect("parts of one experiment")
    });
    assert_eq!(merged.finished, plan.len());
    println!("{} MB resident", resident());
}

fn experiment(trials: usize, output: &Path) -> Experiment {
    let text = format!(
        "replicates = {REPLICATES}\n[data]\ndataset = \"glyphs\"\n[train]\nepochs = 5\n[sweep]\n\
         norm.placement = [\"none\", \"before\"]\n\
         train.learning_rate = {{ from = 0.001, to = 1.0, count = {} }}\n",
        trials.div_ceil(2 * REPLICATES).max(2)
    );
    let output = format!("output.dir={}", output.display());
    let loaded = config::parse(Path::new("bench.toml"), &text, &[output]).expect("valid");
    loaded.experiment
}

fn look(layout: &Layout, plan: &[Arc<Trial>], selection: &Selection) -> Survey {
    survey(layout, plan, selection).expect("readable")
}

fn run(experiment: &Experiment, plan: &[Arc<Trial>], survey: &Survey) {
    let entry = RunEntry::begin("cpu", 1, 1);
    let mut writer = Writer::open(experiment, plan, entry, survey, false).expect("writable");
    writer.begin(&survey.to_run, |_| None).expect("writable");
    let gate = writer.gate();
    let sweep = Sweep {
        trials: &survey.to_run,
        skipped: plan.len() - survey.to_run.len(),
        jobs: 1,
        max_failures: None,
    };
    let (trainer, stop) = (ScriptedTrainer::default(), Stop::default());
    runner::run(&sweep, &trainer, gate.as_ref(), &stop, &mut [&mut writer]).expect("writable");
}

fn told<T>(what: &str, action: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = action();
    println!(
        "{what:<44} {:10.1} ms",
        started.elapsed().as_secs_f64() * 1e3
    );
    done
}

/// Memory of this process in megabytes, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
