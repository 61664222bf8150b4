//! Fuzzing of everything that reads a file: inputs made by damaging valid ones, the same in every
//! run. No reader may panic, run on for ever or take more memory than the file justifies.
//!
//! The targets are beside their readers, in `fuzz_tests.rs` or `tests/fuzz.rs` of each module.
//! `make test` runs some hundred inputs each; `make fuzz` sets `BN_LAB_FUZZ` to many more.
//! `tests/README.md` lists what was run and what it found.

mod memory;
mod mutator;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use self::memory::peak_of;
use self::mutator::Mutator;

/// The environment variable with the number of inputs of each target.
const COUNT: &str = "BN_LAB_FUZZ";
/// The default number of inputs.
const FEW: usize = 300;
/// After this time, an input counts as one that never ends. Generous: this is no measurement.
const PATIENCE: Duration = Duration::from_mins(1);
/// The stack of a reading thread: that of Rust's threads, a quarter of that of `main`.
const STACK: usize = 2 << 20;
/// Number of inputs that one thread reads. Its name states them, also where its stack overflows.
const BATCH: usize = 1000;

/// A reader with its inputs.
pub(crate) struct Target<'a> {
    /// The name of the reader in messages.
    pub(crate) name: &'a str,
    /// Valid inputs to be damaged.
    pub(crate) corpus: Vec<Vec<u8>>,
    /// Fragments that have a meaning for the reader.
    pub(crate) words: Vec<Vec<u8>>,
    /// The bytes of memory that reading an input may take.
    pub(crate) justified: fn(&[u8]) -> usize,
    /// The number of inputs, as a multiple of the requested one.
    pub(crate) weight: usize,
}

/// Statistics of a target's run.
#[derive(Debug, Default)]
struct Tally {
    inputs: usize,
    /// Number of inputs that the reader accepted as valid.
    accepted: usize,
    /// The most memory for an input, in bytes.
    most_memory: usize,
    /// The most memory for each byte of an input, in inputs of a thousand bytes or more.
    most_per_byte: usize,
    slowest: Duration,
}

impl Target<'_> {
    /// Passes valid inputs to `read` first, then damaged ones. `read` returns whether it accepted
    /// its input.
    pub(crate) fn run(&self, read: impl Fn(&[u8]) -> bool + Sync) {
        for input in &self.corpus {
            assert!(read(input), "{}: {}", self.name, shown(input));
        }
        let asked = std::env::var(COUNT).ok().and_then(|n| n.parse().ok());
        let count = self.weight * asked.unwrap_or(FEW);
        let tally = Mutex::new(Tally::default());
        for first in (0..count).step_by(BATCH) {
            let last = (first + BATCH).min(count);
            self.watched(first..last, &read, &tally);
        }
        if asked.is_some() {
            self.tell(&tally);
        }
    }

    #[expect(clippy::print_stdout, reason = "the long form is run for its figures")]
    fn tell(&self, tally: &Mutex<Tally>) {
        println!("{}: {:?}", self.name, tally.lock().expect("all ended"));
    }

    /// Reads a batch in a separate thread; ends the process where an input takes for ever.
    fn watched(
        &self,
        batch: std::ops::Range<usize>,
        read: &(impl Fn(&[u8]) -> bool + Sync),
        tally: &Mutex<Tally>,
    ) {
        let name = format!("{}, inputs {}-{}", self.name, batch.start, batch.end);
        let (began, heard) = channel();
        thread::scope(|scope| {
            let work = move || {
                for index in batch {
                    // The receiver waits until this sender is dropped.
                    let _ = began.send(index);
                    self.one(index, read, tally);
                }
            };
            let reading = thread::Builder::new().name(name).stack_size(STACK);
            let reading = reading.spawn_scoped(scope, work).expect("a thread");
            let mut index = None;
            loop {
                match heard.recv_timeout(PATIENCE) {
                    Ok(next) => index = Some(next),
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => self.give_up(index),
                }
            }
            if let Err(panic) = reading.join() {
                resume_unwind(panic);
            }
        });
    }

    #[expect(clippy::print_stderr, reason = "the process ends here")]
    fn give_up(&self, index: Option<usize>) {
        let input = index.map_or_else(Vec::new, |index| self.input(index));
        let shown = shown(&input);
        eprintln!("{} does not end with input {index:?}: {shown}", self.name);
        std::process::abort();
    }

    fn one(&self, index: usize, read: impl Fn(&[u8]) -> bool, tally: &Mutex<Tally>) {
        let input = self.input(index);
        let started = Instant::now();
        let (read, memory) = peak_of(|| catch_unwind(AssertUnwindSafe(|| read(&input))));
        let name = self.name;
        let accepted = read.unwrap_or_else(|_| panic!("{name}, input {index}: {}", shown(&input)));
        let most = (self.justified)(&input);
        assert!(
            memory <= most,
            "{name}, input {index} of {} bytes took {memory} bytes: {}",
            input.len(),
            shown(&input)
        );
        let mut tally = tally.lock().expect("nobody panicked with it");
        tally.inputs += 1;
        tally.accepted += usize::from(accepted);
        tally.most_memory = tally.most_memory.max(memory);
        let per_byte = memory / input.len().max(1000);
        tally.most_per_byte = tally.most_per_byte.max(per_byte);
        tally.slowest = tally.slowest.max(started.elapsed());
    }

    fn input(&self, index: usize) -> Vec<u8> {
        Mutator::new(&self.corpus, &self.words).input(index)
    }
}

/// An input as text for a message: escaped, without the middle of a long one.
fn shown(input: &[u8]) -> String {
    const END: usize = 2000;
    if input.len() <= 2 * END {
        return input.escape_ascii().to_string();
    }
    let (start, end) = (&input[..END], &input[input.len() - END..]);
    format!("{} … {}", start.escape_ascii(), end.escape_ascii())
}

#[test]
#[should_panic(expected = "picky, input")]
fn a_reader_that_panics_is_found() {
    let target = Target {
        name: "picky",
        corpus: vec![b"fine".to_vec()],
        words: vec![],
        justified: |input| 1000 + 100 * input.len(),
        weight: 1,
    };
    target.run(|bytes| {
        assert!(bytes.is_ascii());
        true
    });
}

#[test]
#[should_panic(expected = "bytes took")]
fn a_reader_that_trusts_a_length_is_found() {
    let target = Target {
        name: "credulous",
        corpus: vec![vec![0, 0, 0, 2, 7, 7]],
        words: vec![],
        justified: |input| 1000 + 100 * input.len(),
        weight: 1,
    };
    target.run(|bytes| {
        let length = bytes.first_chunk().map_or(0, |&n| u32::from_be_bytes(n));
        let space: Vec<u8> = Vec::with_capacity(length as usize);
        space.capacity() == 2
    });
}
