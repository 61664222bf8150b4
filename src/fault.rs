//! Deliberate faults, for tests of recovery. Only builds with debug assertions have them:
//! `BN_LAB_FAULT=panic:before#2@5` makes a trial panic, namely replicate 2 of the condition labelled
//! `before`, at its step 5. With `abort:` it aborts the process, as happens where memory runs out, and with
//! `machine:` it panics as where no thread can be started.

use std::sync::OnceLock;

use crate::event::Event;

/// The system's error where it starts no more threads: `EAGAIN` of Linux.
const NO_MORE: i32 = 11;

/// A fault that was requested.
struct Fault {
    kind: Kind,
    label: String,
    replicate: u64,
    step: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Panic,
    Abort,
    Machine,
}

impl Fault {
    fn from_environment() -> Option<Self> {
        let text = std::env::var("BN_LAB_FAULT").ok()?;
        let (kind, fault) = text.split_once(':')?;
        let kind = match kind {
            "panic" => Kind::Panic,
            "abort" => Kind::Abort,
            "machine" => Kind::Machine,
            _ => return None,
        };
        let (trial, step) = fault.rsplit_once('@')?;
        let (label, replicate) = trial.rsplit_once('#')?;
        Some(Self {
            kind,
            label: label.to_owned(),
            replicate: replicate.parse().ok()?,
            step: step.parse().ok()?,
        })
    }
}

/// Triggers the fault if `event` is the requested one.
///
/// # Panics
///
/// If the fault is `panic` or `machine`.
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
        match fault.kind {
            _ if !is_meant => {}
            Kind::Panic => panic!("a fault on purpose at step {step}"),
            Kind::Abort => std::process::abort(),
            Kind::Machine => {
                let error = std::io::Error::from_raw_os_error(NO_MORE);
                panic!("a fault on purpose at step {step}: {error:?}");
            }
        }
    }
}
