//! Faults on purpose, for the tests of what survives them. Only builds with debug assertions listen:
//! `BN_LAB_FAULT=panic:before#2@5` makes a trial panic, namely replicate 2 of the condition labelled
//! `before`, at its step 5.

use std::sync::OnceLock;

use crate::event::Event;

/// A fault that was asked for.
struct Fault {
    label: String,
    replicate: u64,
    step: usize,
}

impl Fault {
    fn from_environment() -> Option<Self> {
        let text = std::env::var("BN_LAB_FAULT").ok()?;
        let (trial, step) = text.strip_prefix("panic:")?.rsplit_once('@')?;
        let (label, replicate) = trial.rsplit_once('#')?;
        Some(Self {
            label: label.to_owned(),
            replicate: replicate.parse().ok()?,
            step: step.parse().ok()?,
        })
    }
}

/// Strikes if `event` is what was asked for.
///
/// # Panics
///
/// That is what it is for.
pub fn strike(event: &Event) {
    static ASKED: OnceLock<Option<Fault>> = OnceLock::new();
    if !cfg!(debug_assertions) {
        return;
    }
    if let (Some(fault), Event::Step { trial, step, .. }) =
        (ASKED.get_or_init(Fault::from_environment), event)
    {
        let is_meant =
            trial.label == fault.label && trial.replicate == fault.replicate && *step == fault.step;
        assert!(!is_meant, "a fault on purpose at step {step}");
    }
}
