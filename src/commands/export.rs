//! `bn-lab export`: writes the results of a folder in the format of another program.

use crate::cli::{self, ExportFormat};
use crate::commands::{print, say};
use crate::error::{Error, Result};
use crate::export::tensorboard;
use crate::results::format::files;
use crate::results::query::{Results, TrialStatus};
use crate::results::reader;
use crate::results::recovery::ownership;
use crate::shell;
use crate::units;

/// Writes the files, and prints their folder.
pub fn run(arguments: &cli::Export) -> Result<()> {
    let ExportFormat::Tensorboard = arguments.to;
    let folder = match &arguments.output {
        Some(folder) => folder.clone(),
        None => arguments.results.join("tensorboard"),
    };
    ownership::check_apart(&folder, Some(&files::name(&arguments.results)?))?;
    let results = reader::read_with(&arguments.results, &tensorboard::details())?;
    let left = left_out(&results);
    if results.trials.iter().all(|trial| !trial.status.is_finished()) {
        return Err(Error::Results(format!(
            "`{}`: there is nothing to export yet: no trial has come to its end ({left})\n  hint: `bn-lab run` trains them, or `bn-lab watch {}` shows how far a run is",
            arguments.results.display(),
            arguments.results.display()
        )));
    }
    let written = tensorboard::write(&results, &folder)?;
    print(&format!("{} in {}\n", units::trials(written), folder.display()))?;
    if !left.is_empty() {
        say(&format!("note: left out, since they have not come to their end: {left}"));
    }
    if let Some(note) = results.note_of_untimed() {
        say(&format!("note: {note}"));
    }
    let shown = folder.display().to_string();
    say(&format!(
        "`tensorboard --logdir {}` shows them (`pip install tensorboard`)",
        shell::pasted(&shown).unwrap_or(shown)
    ));
    Ok(())
}

/// The trials without an end: `2 pending, 1 failed`; empty where there are none.
fn left_out(results: &Results) -> String {
    let counts = TrialStatus::count(results.trials.iter().map(|trial| trial.status));
    let left = counts.into_iter().filter(|(status, _)| !status.is_finished());
    let left: Vec<String> = left.map(|(status, trials)| format!("{trials} {status}")).collect();
    left.join(", ")
}
