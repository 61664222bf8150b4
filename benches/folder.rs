//! The cost of the runner and of results folders without training: a folder of 10 000 trials is filled by
//! a scripted trainer, then surveyed, opened and read as a later run would; and
//! the same trials are filled into 100 folders, and merged.
//!
//! `cargo bench --bench folder` takes some minutes, nearly all of it for filling the folders and
//! waiting for the disk; `-- 1000` takes another number of trials.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod scripted;

use std::time::Instant;

use bn_lab::plan;
use bn_lab::plan::shard::Shard;
use bn_lab::results::format::layout::Layout;
use bn_lab::results::reader;
use bn_lab::results::recovery::survey::Selection;
use bn_lab::results::transfer::merge;
use scripted::{look, resident, run, told};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Number of folders to merge.
const SHARDS: u64 = 100;

fn main() {
    let trials = std::env::args().find_map(|text| text.parse().ok());
    let trials: usize = trials.unwrap_or(10_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let experiment = |name: &str| scripted::experiment(trials, 5, &folder.path().join(name));
    let whole = experiment("whole");
    let plan = told("plan", || plan::trials(&whole));
    println!("{} trials; {} MB resident", plan.len(), resident());

    let layout = Layout::new(&whole.output.dir);
    let all = Selection::default();
    let empty = told("look through the empty folder", || look(&layout, &plan, &all));
    let filling = Instant::now();
    run(&whole, &plan, &empty);
    let each = filling.elapsed().as_secs_f64() / plan.len() as f64;
    println!("{:<44} {:10.2} ms each", "run scripted trials, files and all", each * 1e3);
    println!("{} MB resident", resident());

    let full = told("look through the full folder", || look(&layout, &plan, &all));
    assert!(full.to_run.is_empty(), "all trials are finished");
    told("open it, write its tables, train nothing", || {
        run(&whole, &plan, &full);
    });
    told("read all curves", || reader::read(layout.root()).expect("readable"));
    println!("{} MB resident", resident());

    let mut parts = Vec::new();
    for index in 1..=SHARDS {
        let part = experiment(&format!("part{index}"));
        let selection = Selection { shard: Shard::new(index, SHARDS), ..Selection::default() };
        run(&part, &plan, &look(&Layout::new(&part.output.dir), &plan, &selection));
        parts.push(part.output.dir);
    }
    let merged = told("merge 100 parts", || {
        merge::merge(&parts, &folder.path().join("merged")).expect("parts of one experiment")
    });
    assert_eq!(merged.finished, plan.len());
    println!("{} MB resident", resident());
}
