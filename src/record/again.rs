//! A trial that had its result and was trained again, to leave probes or checkpoints that were not
//! asked for before. The same trial gives the same numbers; so its figures stay, and only what was
//! missing is added.

use super::layout::TrialLayout;
use super::schema::{EpochRow, TrialRecord};
use crate::config::spec::EVALUATIONS;
use crate::error::{Error, Result};
use crate::fs;

/// Moves what was left behind in the folder `again` to its place and returns the record of both
/// trainings. Refuses, and leaves the folder for a look, where the numbers are not the same.
pub(super) fn merge(
    layout: &TrialLayout,
    earlier: &TrialRecord,
    now: TrialRecord,
) -> Result<TrialRecord> {
    if !same_figures(earlier, &now) {
        return Err(Error::Results(format!(
            "a trial that was trained again gave other numbers than before: its files are in `{}`, and the earlier ones stay as they are\n  hint: was it trained by another version of the program, or on another kind of processor? choose another folder with `-o output.dir=…`",
            layout.again().root().display()
        )));
    }
    let again = layout.again();
    for file in fs::files(&again.checkpoints())? {
        fs::create_folder(&layout.checkpoints())?;
        let name = file.file_name().unwrap_or_default();
        fs::rename(&file, &layout.checkpoints().join(name))?;
    }
    let told = now.recording.iter().any(|item| item == EVALUATIONS);
    let looked = fs::is_file(&again.layers());
    for (is_new, from, to) in [
        (true, again.order_examples(), layout.order_examples()),
        (true, again.order(), layout.order()),
        (looked, again.layers(), layout.layers()),
        (told, again.epochs(), layout.epochs()),
    ] {
        if is_new && fs::is_file(&from) {
            fs::rename(&from, &to)?;
        }
    }
    fs::remove_folder(again.root())?;
    Ok(both(earlier, now, looked, told))
}

/// What the record says of both trainings. New probes replace what earlier ones read.
fn both(earlier: &TrialRecord, now: TrialRecord, looked: bool, told: bool) -> TrialRecord {
    let is_kept = |item: &&String| !(looked && item.starts_with("probe every"));
    let mut recording: Vec<String> = earlier.recording.iter().filter(is_kept).cloned().collect();
    recording.extend(now.recording);
    recording.sort();
    recording.dedup();
    let mut files = earlier.files.clone();
    files.extend(
        now.files
            .into_iter()
            .filter(|(name, _)| match name.as_str() {
                "steps.csv" => false,
                "epochs.csv" => told,
                _ => true,
            }),
    );
    let (last, best) = if told {
        (now.last, now.best)
    } else {
        (earlier.last.clone(), earlier.best.clone())
    };
    TrialRecord {
        recording,
        last,
        best,
        files,
        ..earlier.clone()
    }
}

/// Whether both trainings ended alike, with the same figures.
fn same_figures(one: &TrialRecord, other: &TrialRecord) -> bool {
    one.outcome == other.outcome
        && figures(one.last.as_ref()) == figures(other.last.as_ref())
        && figures(one.best.as_ref()) == figures(other.best.as_ref())
}

/// What every training tells of an epoch, whatever else it leaves behind.
pub(super) fn figures(row: Option<&EpochRow>) -> Option<EpochRow> {
    row.map(|row| EpochRow {
        epoch: row.epoch,
        step: row.step,
        train_loss: row.train_loss,
        train_accuracy: row.train_accuracy,
        validation_loss: row.validation_loss,
        validation_accuracy: row.validation_accuracy,
        test_loss: row.test_loss,
        test_accuracy: row.test_accuracy,
        ..EpochRow::default()
    })
}
