//! Hosts apart on one machine, for the tests of what they do to each other. Only builds with debug
//! assertions listen: `BN_LAB_APART=1500:120` hides every lock from every process, makes runs count as
//! dead after 1500 ms without a heartbeat, and puts the clock of heartbeats 120 s forward.

use std::sync::OnceLock;
use std::time::Duration;

/// What `BN_LAB_APART` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Apart {
    /// How long a heartbeat that does not change is watched.
    pub patience: Duration,
    /// Seconds by which the clock is fast.
    pub fast: i64,
}

/// What is asked for, if anything.
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
