//! Deliberate crashes, for tests of recovery. Only builds with debug assertions have them:
//! `BN_LAB_CRASH=7` ends the process before its seventh change of a file or a folder, as a power failure
//! or `kill -9` may. No destructor runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// To be called before every change.
pub(super) fn before_a_change() {
    static AT: OnceLock<Option<u64>> = OnceLock::new();
    static CHANGES: AtomicU64 = AtomicU64::new(0);
    if !cfg!(debug_assertions) {
        return;
    }
    let asked = || std::env::var("BN_LAB_CRASH").ok()?.parse().ok();
    if let Some(at) = AT.get_or_init(asked)
        && CHANGES.fetch_add(1, Ordering::Relaxed) + 1 == *at
    {
        std::process::abort();
    }
}
