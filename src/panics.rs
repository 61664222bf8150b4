//! Records where a trial panicked, since a panic's message does not contain its location. A panic in a
//! trial is an outcome of this trial, so it is not printed during the sweep; its location goes into the
//! trial's log.

use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use crate::event::panic_text;

/// Number of panics kept until they are requested; more than this at a time are not useful.
const MOST_KEPT: usize = 64;

/// The message and location of panics that have not been requested yet.
static KEPT: Mutex<VecDeque<(String, String)>> = Mutex::new(VecDeque::new());

/// Number of trials being trained.
static TRAINING: AtomicUsize = AtomicUsize::new(0);

/// Runs `work` as part of a trial: the location of a panic in it is kept for [`details`].
pub fn during_a_trial<T>(work: impl FnOnce() -> T) -> T {
    /// Decrements the counter even where the work panics.
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

/// From now on, panics outside the main thread print nothing while trials are trained, and their
/// location is kept for [`details`].
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

/// How a panic's message shows a system error: `… Os { code: 11, kind: WouldBlock, … }`.
const SYSTEM_ERROR: &str = "Os { code: ";

/// Whether the panic with this message was caused by a system error, as `thread::spawn` panics where there
/// are no more threads: caused by the machine, not by the trial that was being trained.
pub fn is_of_machine(message: &str) -> bool {
    message.contains(SYSTEM_ERROR)
}

/// Where the panic with this message happened, if it is known. Removes it from the list.
pub fn details(message: &str) -> Option<String> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let position = kept.iter().position(|(text, _)| text == message)?;
    kept.remove(position).map(|(_, details)| details)
}
