//! Where a trial panicked: its message alone would not say. A panic in a trial is an outcome of this
//! trial, so nothing of it is printed while the sweep goes on; its place is kept for the trial's log.

use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use crate::event::panic_text;

/// Panics that are kept until somebody asks; more at a time than trials can run is a flood.
const MOST_KEPT: usize = 64;

/// The panics that nobody has asked for yet: message and place.
static KEPT: Mutex<VecDeque<(String, String)>> = Mutex::new(VecDeque::new());

/// Trials that are being trained.
static TRAINING: AtomicUsize = AtomicUsize::new(0);

/// Does what may panic as a trial may: what it panics with is kept for [`details`].
pub fn during_a_trial<T>(work: impl FnOnce() -> T) -> T {
    /// Counts down even where the work panics.
    struct Under;
    impl Drop for Under {
        fn drop(&mut self) {
            TRAINING.fetch_sub(1, Ordering::Relaxed);
        }
    }
    TRAINING.fetch_add(1, Ordering::Relaxed);
    let _under = Under;
    work()
}

/// From now on, panics outside the main thread print nothing while trials are trained, and where they
/// happened is kept for [`details`].
pub fn keep_quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_main = std::thread::current().name() == Some("main");
            if is_main || TRAINING.load(Ordering::Relaxed) == 0 {
                return usual(panic);
            }
            let text = panic_text(panic.payload());
            let place = panic.location().map(ToString::to_string);
            let place = place.unwrap_or_else(|| "an unknown place".to_owned());
            let backtrace = Backtrace::force_capture();
            let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push_back((text, format!("panicked at {place}\n\n{backtrace}")));
            if kept.len() > MOST_KEPT {
                kept.pop_front();
            }
        }));
    });
}

/// What a system error looks like in the message of a panic: `… Os { code: 11, kind: WouldBlock, … }`.
const SYSTEM_ERROR: &str = "Os { code: ";

/// Whether a panic with this message met a system error, as `thread::spawn` does where there are no more
/// threads: a fault of the machine, and none of the trial that was being trained.
pub fn is_of_machine(message: &str) -> bool {
    message.contains(SYSTEM_ERROR)
}

/// Where the panic with this message happened, if it is known. Told once.
pub fn details(message: &str) -> Option<String> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let position = kept.iter().position(|(text, _)| text == message)?;
    kept.remove(position).map(|(_, details)| details)
}
