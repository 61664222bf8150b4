//! The cost of planning: from the text of an experiment to its trials with their ids. Three shapes of
//! 100,000 trials; medians of some rounds, on one thread.

use std::alloc::{GlobalAlloc, Layout};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use bn_lab::config;
use bn_lab::plan::{self, Trial};

/// The program's allocator, with a count of the bytes that are in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "an allocator cannot be counted without being one")]
// SAFETY: every call is passed on unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { mimalloc::MiMalloc.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { mimalloc::MiMalloc.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROUNDS: usize = 5;

/// Name, replicates and sweep.
const SHAPES: [(&str, usize, &str); 4] = [
    (
        "100,000 conditions x 1",
        1,
        "norm.placement = ['none', 'before', 'after']\ntrain.batch_size = { from = 1, to = 33, step = 1 }\ntrain.learning_rate = { from = 1e-5, to = 1, count = 1010, scale = 'log' }",
    ),
    (
        "1,000 conditions x 100",
        100,
        "train.batch_size = { from = 1, to = 10, step = 1 }\ntrain.learning_rate = { from = 1e-5, to = 1, count = 100, scale = 'log' }",
    ),
    ("one key of 100,000 values", 1, "train.learning_rate = { from = 1e-5, to = 1, step = 1e-5 }"),
    (
        "five keys of 10 values",
        1,
        "train.batch_size = { from = 1, to = 10, step = 1 }\ntrain.learning_rate = { from = 0.1, to = 1, step = 0.1 }\nmodel.dropout = { from = 0, to = 0.9, step = 0.1 }\nnorm.epsilon = { from = 0.1, to = 1, step = 0.1 }\ndata.seed = { from = 0, to = 9, step = 1 }",
    ),
];

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn main() {
    println!("planning, from text to trials; median of {ROUNDS} rounds");
    println!("shape                      trials  milliseconds  bytes/trial  text to experiment");
    for (name, replicates, sweep) in SHAPES {
        let text =
            format!("replicates = {replicates}\n[data]\ndataset = 'glyphs'\n[sweep]\n{sweep}");
        let mut times = Vec::new();
        let (mut trials, mut bytes) = (0, 0);
        for _ in 0..ROUNDS {
            let before = IN_USE.load(Ordering::Relaxed);
            let (planned, loading, total) = plan(&text);
            bytes = IN_USE.load(Ordering::Relaxed) - before;
            trials = planned.len();
            times.push((total, loading));
        }
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (total, loading) = times[ROUNDS / 2];
        let each = bytes / trials;
        println!("{name:25}  {trials:6}  {total:12.0}  {each:11}  {loading:18.0}");
    }
}

/// The trials, and the milliseconds until the experiment was checked and until the trials were planned.
fn plan(text: &str) -> (Vec<Arc<Trial>>, f64, f64) {
    let started = Instant::now();
    let milliseconds = || started.elapsed().as_secs_f64() * 1e3;
    let loaded = config::parse(Path::new("benchmark.toml"), text, &[]);
    let loaded = loaded.expect("a benchmark's experiment is valid");
    let loading = milliseconds();
    let trials = plan::trials(&loaded.experiment);
    let total = milliseconds();
    (trials, loading, total)
}
