//! Simulates separate hosts on one machine, for tests of their interaction. Only builds with debug
//! assertions have it: `BN_LAB_APART=1500:120` hides every lock from every process, makes runs count as
//! dead after 1500 ms without a heartbeat, and sets the clock of heartbeats 120 s forward.

use std::sync::OnceLock;
use std::time::Duration;

/// The settings in `BN_LAB_APART`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart {
    /// How long an unchanged heartbeat is watched.
    pub patience: Duration,
    /// Number of seconds by which the clock is ahead.
    pub fast: i64,
}

/// The settings, if the variable is set.
pub fn apart() -> Option<Apart> {
    static ASKED: OnceLock<Option<Apart>> = OnceLock::new();
    if !cfg!(debug_assertions) {
        return None;
    }
    *ASKED.get_or_init(|| parse(&std::env::var("BN_LAB_APART").ok()?))
}

fn parse(text: &str) -> Option<Apart> {
    let (patience, fast) = text.split_once(':')?;
    Some(Apart {
        patience: Duration::from_millis(patience.parse().ok()?),
        fast: fast.parse().ok()?,
    })
}
