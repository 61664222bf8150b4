//! The experiment of a results folder, for commands that compare its trials with the plan.

use std::path::Path;

use crate::config::{self, spec::Experiment};
use crate::error::{Error, Result};
use crate::results::format::layout::Layout;

/// The experiment of the results folder at `root`, with `overrides`. Refuses one of an earlier version that
/// identified a table by its path: the ids of its trials cannot be computed any more, so all of
/// them would seem to be of another one.
pub fn experiment(root: &Path, overrides: &[String]) -> Result<Experiment> {
    let experiment = config::load_stored(&Layout::new(root).experiment(), overrides)?.experiment;
    let unknown = experiment.tables.iter().find(|table| table.stored.is_none());
    let Some(table) = unknown else {
        return Ok(experiment);
    };
    Err(Error::Results(format!(
        "`{}` was written by an earlier version, which identified the table `{}` by its path: which of its trials the experiment still has cannot be told\n  hint: `bn-lab run` with the experiment file trains them as this version knows them; `results`, `compare` and `report` read the folder as it is",
        root.display(),
        table.kept
    )))
}
