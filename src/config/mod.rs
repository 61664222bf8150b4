//! The study: from an experiment file to a checked [`Experiment`].
//!
//! ```text
//! text ─wire─▶ tree with line numbers ─draft─▶ checked values and axes ─check─▶ Experiment
//! ```
//!
//! A file is refused before anything is trained, and all its problems are reported at once. Nothing
//! here looks at data, devices or results folders.

mod blocks;
mod check;
mod claim;
mod combinations;
mod conditions;
mod draft;
mod hypotheses;
mod key_list;
mod keys;
mod problem;
mod read;
mod reading;
mod resolve;
mod rule;
pub mod spec;
mod sweep;
mod tune;
pub mod value;
mod wire;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use self::claim::of_text as claim_of;

use self::draft::Draft;
use self::problem::Problems;
use self::spec::Experiment;
use crate::error::Result;
use crate::fs;

/// An experiment, and what its author may not have meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The checked experiment.
    pub experiment: Experiment,
    /// One line for every key that was given and has no effect in any condition; not an error.
    pub notes: Vec<String>,
}

/// Reads and checks an experiment file. `overrides` are the `-o key=value` texts, in order.
pub fn load(path: &Path, overrides: &[String]) -> Result<Loaded> {
    parse(path, &fs::read_text(path)?, overrides)
}

/// Checks an experiment given as text. `name` is shown in messages and gives the default of the
/// key `name`; its extension `.json` selects JSON, everything else is TOML.
pub fn parse(name: &Path, text: &str, overrides: &[String]) -> Result<Loaded> {
    let mut problems = Problems::new(name, overrides);
    let draft = wire::document(name, text, &mut problems)
        .map(|document| Draft::new(document, overrides, &mut problems));
    let loaded = draft
        .filter(|_| problems.is_empty())
        .and_then(|draft| check::experiment(name, &draft, &mut problems));
    match loaded {
        Some(loaded) if problems.is_empty() => Ok(loaded),
        _ => Err(problems.into_error()),
    }
}
