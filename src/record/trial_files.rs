//! The files of one trial while it runs: rows are appended and flushed as they come, and
//! `trial.json` is written last and atomically, so that its presence means that the trial ended.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::again;
use super::checkpoint;
use super::layout::TrialLayout;
use super::schema::{
    EpochRow, LayerRow, OrderRow, SCHEMA_VERSION, StepRow, TimingRow, TrialRecord,
};
use crate::config::value::Value;
use crate::error::{Error, Result};
use crate::event::{
    BatchResult, EpochResult, EpochSeconds, Examples, NamedTensor, Outcome, Point, Reading,
};
use crate::fs::{self, Growing};
use crate::plan::Trial;

/// What a trial tells of itself when it starts.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// The device that trains it.
    pub(super) device: String,
    /// Digest of its dataset.
    pub(super) data: String,
    /// Counts of examples.
    pub(super) examples: Examples,
    /// Trainable parameters.
    pub(super) parameters: usize,
}

/// A trial whose files are growing.
pub(super) struct TrialFiles {
    epochs: Growing,
    steps: Growing,
    timings: Growing,
    /// Where they grow: the trial's folder, or a folder in it if the trial has its result already.
    layout: TrialLayout,
    /// Started with their first rows: most trials have none.
    layers: Option<Growing>,
    order: Option<Order>,
    facts: Facts,
    last: Option<EpochRow>,
    best: Option<EpochRow>,
}

/// The batch order of a trial, as far as it is known.
struct Order {
    batches: Growing,
    examples: Growing,
    /// Examples so far.
    written: usize,
}

impl TrialFiles {
    /// Starts the files of a trial anew; what an earlier attempt left goes, its record first. The
    /// files of a trial that `has_result` stay as they are: the new ones grow beside them.
    pub(super) fn start(layout: &TrialLayout, has_result: bool, facts: Facts) -> Result<Self> {
        let again = layout.again();
        fs::remove_folder(again.root())?;
        let layout = if has_result { &again } else { layout };
        fs::create_folder(layout.root())?;
        fs::remove_if_exists(&layout.trial())?;
        fs::remove_partials(layout.root())?;
        for stale in [layout.layers(), layout.order(), layout.order_examples()] {
            fs::remove_if_exists(&stale)?;
        }
        fs::remove_folder(&layout.checkpoints())?;
        Ok(Self {
            layout: layout.clone(),
            layers: None,
            order: None,
            epochs: start_csv(&layout.epochs(), EpochRow::HEADER)?,
            steps: start_csv(&layout.steps(), StepRow::HEADER)?,
            timings: start_csv(&layout.timings(), TimingRow::HEADER)?,
            facts,
            last: None,
            best: None,
        })
    }

    pub(super) fn step(&mut self, step: usize, epoch: usize, batch: BatchResult) -> Result<()> {
        // A row keeps to finite numbers; a loss that is not ends the trial, and its record says so.
        if !batch.loss.is_finite() {
            return Ok(());
        }
        let accuracy = batch.correct as f64 / batch.examples as f64;
        self.steps.append(&csv_row(&StepRow {
            step,
            epoch,
            loss: batch.loss,
            accuracy,
        }))
    }

    pub(super) fn readings(
        &mut self,
        trial: &str,
        step: usize,
        readings: &[Reading],
    ) -> Result<()> {
        let mut file = match self.layers.take() {
            Some(file) => file,
            None => start_csv(&self.layout.layers(), LayerRow::HEADER)?,
        };
        let rows = readings.iter().flat_map(|reading| {
            csv_row(&LayerRow {
                trial: trial.to_owned(),
                step,
                layer: reading.layer.clone(),
                quantity: reading.quantity.clone(),
                value: reading.value,
            })
        });
        file.append(&rows.collect::<Vec<u8>>())?;
        self.layers = Some(file);
        Ok(())
    }

    pub(super) fn order(&mut self, step: usize, epoch: usize, examples: &[u32]) -> Result<()> {
        let mut order = match self.order.take() {
            Some(order) => order,
            None => Order {
                batches: start_csv(&self.layout.order(), OrderRow::HEADER)?,
                examples: Growing::create(&self.layout.order_examples())?,
                written: 0,
            },
        };
        let bytes: Vec<u8> = examples.iter().flat_map(|e| e.to_le_bytes()).collect();
        order.examples.append(&bytes)?;
        order.batches.append(&csv_row(&OrderRow {
            step,
            epoch,
            first: order.written,
            examples: examples.len(),
        }))?;
        order.written += examples.len();
        self.order = Some(order);
        Ok(())
    }

    pub(super) fn checkpoint(&self, point: Point, tensors: &[NamedTensor]) -> Result<()> {
        checkpoint::write(&self.layout, point, tensors)
    }

    pub(super) fn epoch(&mut self, epoch: EpochResult, seconds: EpochSeconds) -> Result<()> {
        let told = epoch.evaluations;
        let running = told.and_then(|told| told.running);
        let precise = told.and_then(|told| told.precise);
        let batch = told.and_then(|told| told.batch);
        let row = EpochRow {
            epoch: epoch.epoch,
            step: epoch.step,
            train_loss: epoch.train.map(|s| s.loss),
            train_accuracy: epoch.train.map(|s| s.accuracy),
            validation_loss: epoch.validation.map(|s| s.loss),
            validation_accuracy: epoch.validation.map(|s| s.accuracy),
            test_loss: epoch.test.loss,
            test_accuracy: epoch.test.accuracy,
            running_test_loss: running.map(|score| score.loss),
            running_test_accuracy: running.map(|score| score.accuracy),
            precise_test_loss: precise.map(|score| score.loss),
            precise_test_accuracy: precise.map(|score| score.accuracy),
            batch_test_loss: batch.map(|score| score.loss),
            batch_test_accuracy: batch.map(|score| score.accuracy),
        };
        self.epochs.append(&csv_row(&row))?;
        self.timings.append(&csv_row(&TimingRow {
            epoch: epoch.epoch,
            train_seconds: seconds.train,
            evaluation_seconds: seconds.evaluation,
        }))?;
        if is_better(&row, self.best.as_ref()) {
            self.best = Some(row.clone());
        }
        self.last = Some(row);
        Ok(())
    }
}

/// Writes the record of a trial that ended. `files` is `None` if it failed before it started.
/// `earlier` is the record of a trial that had its result before: it stays, and gains what was left
/// behind now.
pub(super) fn end(
    layout: &TrialLayout,
    trial: &Trial,
    files: Option<TrialFiles>,
    outcome: &Outcome,
    earlier: Option<&TrialRecord>,
) -> Result<TrialRecord> {
    let record = record(trial, files, outcome)?;
    let record = match earlier {
        None => record,
        Some(earlier) if !outcome.is_finished() => {
            fs::remove_folder(layout.again().root())?;
            return Ok(earlier.clone());
        }
        Some(earlier) => again::merge(layout, earlier, record)?,
    };
    let mut text = serde_json::to_vec_pretty(&record)
        .map_err(|e| Error::Results(format!("cannot write the record of a trial: {e}")))?;
    text.push(b'\n');
    fs::create_folder(layout.root())?;
    fs::replace(&layout.trial(), &text)?;
    Ok(record)
}

fn record(trial: &Trial, files: Option<TrialFiles>, outcome: &Outcome) -> Result<TrialRecord> {
    let mut recording = trial.recording.items();
    recording.sort();
    let (facts, last, best) = files.map_or_else(
        || (Facts::default(), None, None),
        |files| (files.facts, files.last, files.best),
    );
    Ok(TrialRecord {
        schema: SCHEMA_VERSION,
        id: trial.id.clone(),
        replicate: trial.replicate,
        seed: trial.seed,
        settings: settings(trial)?,
        device: facts.device,
        data: facts.data,
        examples: facts.examples,
        parameters: facts.parameters,
        recording,
        outcome: outcome.clone(),
        last,
        best,
    })
}

/// Whether `row` has a higher validation accuracy than the best so far. The untrained network
/// (epoch 0) does not compete.
fn is_better(row: &EpochRow, best: Option<&EpochRow>) -> bool {
    let Some(accuracy) = row.validation_accuracy else {
        return false;
    };
    let earlier = best.and_then(|best| best.validation_accuracy);
    row.epoch > 0 && earlier.is_none_or(|earlier| accuracy > earlier)
}

fn settings(trial: &Trial) -> Result<BTreeMap<String, serde_json::Value>> {
    let to_json = |(key, value): (&String, &Value)| {
        serde_json::to_value(value)
            .map(|value| (key.clone(), value))
            .map_err(|e| Error::Results(format!("cannot write `{key}`: {e}")))
    };
    trial.condition.keys.iter().map(to_json).collect()
}

fn start_csv(path: &Path, header: &str) -> Result<Growing> {
    let mut file = Growing::create(path)?;
    file.append(header.as_bytes())?;
    Ok(file)
}

fn csv_row<T: Serialize>(row: &T) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    // Plain numbers into memory: neither serialising nor flushing can fail.
    drop(writer.serialize(row));
    writer.into_inner().unwrap_or_default()
}
