//! The threads that read folders of many trials, for all commands: as many as the system gives.
//!
//! rayon starts such a pool by itself when it is first used, and panics where a single one of its
//! threads cannot be started. So it is started here, with the threads that there are; where there is
//! none, the main thread does the reading.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread::Builder;

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// The most threads of the pool, whatever `RAYON_NUM_THREADS` says: beyond a few for each core they
/// only wait for each other.
pub const MOST: usize = 256;

/// Starts the pool. Only the first call does anything, and it must come from the main thread.
pub fn start() {
    let asked = std::env::var("RAYON_NUM_THREADS").ok();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut waiting = hire(wanted(asked.as_deref(), cores));
    let pool = ThreadPoolBuilder::new().num_threads(waiting.len().max(1));
    let started = if waiting.is_empty() {
        pool.use_current_thread().build_global()
    } else {
        let hand_over = |work| {
            let next = waiting.pop().ok_or(io::ErrorKind::WouldBlock)?;
            // It waits for nothing else, so it is there.
            next.send(work).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        pool.spawn_handler(hand_over).build_global()
    };
    // An error says that there is a pool already, which does as well.
    drop(started);
}

/// What `RAYON_NUM_THREADS` says, as far as it is a number and not too many; else one for each core.
fn wanted(asked: Option<&str>, cores: usize) -> usize {
    let asked = asked.and_then(|text| text.parse().ok());
    asked.filter(|&n| n > 0).unwrap_or(cores).min(MOST)
}

/// Threads that wait for what they are to do: `most`, or as many as the system gives.
fn hire(most: usize) -> Vec<Sender<ThreadBuilder>> {
    let thread = |n| {
        let (sender, receiver) = mpsc::channel::<ThreadBuilder>();
        let work = move || {
            // Without a sender nobody needs it.
            if let Ok(work) = receiver.recv() {
                work.run();
            }
        };
        let started = Builder::new().name(format!("reader-{n}")).spawn(work);
        started.is_ok().then_some(sender)
    };
    (0..most).map_while(thread).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_threads_is_bounded_whatever_the_environment_says() {
        assert_eq!(wanted(None, 8), 8);
        assert_eq!(wanted(Some("3"), 8), 3);
        assert_eq!(wanted(Some("100000"), 8), MOST);
        assert_eq!(wanted(None, 100_000), MOST);
        for nonsense in ["", "0", "-1", "many", "99999999999999999999999"] {
            assert_eq!(wanted(Some(nonsense), 8), 8, "{nonsense}");
        }
    }
}
