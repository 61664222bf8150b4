//! The thread pool that reads folders of many trials and generates datasets, for all commands, with as many threads as
//! the system gives.
//!
//! rayon starts such a pool by itself when it is first used, and panics where a single one of its
//! threads cannot be started. So it is started here, with the threads that could be started; where there
//! is none, the main thread does the reading.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread::Builder;

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// Most threads of the pool, whatever `RAYON_NUM_THREADS` is: beyond a few for each core they only wait
/// for each other.
pub const MOST: usize = 256;

/// Starts the pool. Only the first call has an effect, and it must come from the main thread.
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
            // The thread is waiting for its work, so sending succeeds.
            next.send(work).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        pool.spawn_handler(hand_over).build_global()
    };
    // An error means that a pool exists already, which is used then.
    drop(started);
}

/// The number in `RAYON_NUM_THREADS`, at most [`MOST`]; without one, the number of cores.
fn wanted(asked: Option<&str>, cores: usize) -> usize {
    let asked = asked.and_then(|text| text.parse().ok());
    asked.filter(|&n| n > 0).unwrap_or(cores).min(MOST)
}

/// Starts up to `most` threads that wait for their work; fewer where the system gives no more.
fn hire(most: usize) -> Vec<Sender<ThreadBuilder>> {
    let thread = |n| {
        let (sender, receiver) = mpsc::channel::<ThreadBuilder>();
        let work = move || {
            // The sender was dropped: this thread is not needed.
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
    fn the_number_of_threads_is_limited_whatever_the_environment_variable_is() {
        assert_eq!(wanted(None, 8), 8);
        assert_eq!(wanted(Some("3"), 8), 3);
        assert_eq!(wanted(Some("100000"), 8), MOST);
        assert_eq!(wanted(None, 100_000), MOST);
        for nonsense in ["", "0", "-1", "many", "99999999999999999999999"] {
            assert_eq!(wanted(Some(nonsense), 8), 8, "{nonsense}");
        }
    }
}
