//! Limits concurrent trainings to those that fit into memory together.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::{Reservation, Stop};

/// Time between two checks for a request to stop.
const LOOK: Duration = Duration::from_millis(100);

/// The memory that the trainings under way take.
#[derive(Debug, Default)]
pub(super) struct Budget {
    taken: Mutex<Taken>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Taken {
    trials: usize,
    bytes: u64,
}

/// The memory of one training, reserved until it is dropped.
#[derive(Debug)]
pub(super) struct Share<'b> {
    budget: &'b Budget,
    bytes: u64,
}

impl Budget {
    /// Waits until `bytes` more fit into `most`, or nothing else is under way; `None` where the sweep was
    /// stopped meanwhile.
    pub(super) fn take(&self, bytes: u64, most: u64, stop: &Stop) -> Option<Share<'_>> {
        let mut taken = self.lock();
        while taken.trials > 0 && taken.bytes.saturating_add(bytes) > most {
            if stop.is_requested() {
                return None;
            }
            let waited = self.freed.wait_timeout(taken, LOOK);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        taken.trials += 1;
        taken.bytes = taken.bytes.saturating_add(bytes);
        Some(Share { budget: self, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        // No code between its two changes can panic.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation for Share<'_> {}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut taken = self.budget.lock();
        taken.trials -= 1;
        taken.bytes = taken.bytes.saturating_sub(self.bytes);
        drop(taken);
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn no_more_are_under_way_than_fit_and_one_always_is() {
        let (budget, stop) = (Budget::default(), Stop::default());
        for (each, fit) in [(40, 2), (100, 1), (1000, 1)] {
            let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            std::thread::scope(|scope| {
                for _ in 0..6 {
                    scope.spawn(|| {
                        let _share = budget.take(each, 100, &stop).expect("not stopped");
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(5));
                        now.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            });
            assert!(most.load(Ordering::SeqCst) <= fit, "{each} bytes each");
        }
    }

    #[test]
    fn a_wait_ends_with_a_request_to_stop() {
        let (budget, stop) = (Budget::default(), Stop::default());
        let first = budget.take(80, 100, &stop);
        stop.request();
        assert!(budget.take(80, 100, &stop).is_none());
        drop(first);
        assert!(budget.take(80, 100, &stop).is_some());
    }
}
