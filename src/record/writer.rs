//! The observer that writes everything down.
//!
//! Rows of a trial are appended and flushed as they come; its `trial.json` is written last and
//! atomically, so that its presence means that the trial ended. Tables are replaced atomically.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::layout::Layout;
use super::manifest::{self, Manifest, RunEntry};
use super::reader;
use super::schema::{EpochRow, SCHEMA_VERSION, StepRow, TimingRow, TrialRecord};
use super::tables::{self, Records};
use crate::config::spec::Experiment;
use crate::error::{Error, Result};
use crate::event::{BatchResult, EpochResult, EpochSeconds, Event, Examples, Observer, Outcome};
use crate::fs::{self, Growing, Lock};
use crate::plan::Trial;

/// Tables are rewritten at most this often while trials end in quick succession.
const TABLE_INTERVAL: Duration = Duration::from_secs(1);

/// Writes one run into a results folder.
pub struct Writer {
    layout: Layout,
    experiment: Experiment,
    plan: Vec<Arc<Trial>>,
    records: Records,
    open: HashMap<String, OpenTrial>,
    manifest: Manifest,
    started: Instant,
    tables_written: Option<Instant>,
    _lock: Lock,
}

/// A trial whose files are growing.
struct OpenTrial {
    epochs: Growing,
    steps: Growing,
    timings: Growing,
    examples: Examples,
    parameters: usize,
    last: Option<EpochRow>,
    best: Option<EpochRow>,
}

impl Writer {
    /// Opens a results folder for one run: takes its lock, reads which trials are finished, and
    /// writes the experiment, the manifest and the tables, so that a folder that cannot be
    /// written is found before anything is trained.
    pub fn open(experiment: &Experiment, plan: &[Arc<Trial>], run: RunEntry) -> Result<Self> {
        let layout = Layout::new(&experiment.output.dir);
        fs::create_folder(layout.root())?;
        let lock = Lock::try_take(&layout.lock())?.ok_or_else(|| {
            Error::Results(format!(
                "another bn-lab is running into `{}`; wait for it, or choose another folder with `-o output.dir=…`",
                layout.root().display()
            ))
        })?;
        let mut manifest = manifest::read(&layout)?;
        manifest.runs.push(run);
        let writer = Self {
            records: reader::finished(&layout, plan),
            layout,
            experiment: experiment.clone(),
            plan: plan.to_vec(),
            open: HashMap::new(),
            manifest,
            started: Instant::now(),
            tables_written: None,
            _lock: lock,
        };
        fs::replace(&writer.layout.experiment(), experiment.resolved.as_bytes())?;
        manifest::write(&writer.layout, &writer.manifest)?;
        writer.write_tables()?;
        Ok(writer)
    }

    /// The trials that are not finished yet, in the plan's order.
    pub fn to_run(&self) -> Vec<Arc<Trial>> {
        let finished = |trial: &&Arc<Trial>| !self.records.contains_key(&trial.id);
        self.plan.iter().filter(finished).cloned().collect()
    }

    fn start(&mut self, trial: &Trial, examples: Examples, parameters: usize) -> Result<()> {
        let layout = self.layout.trial(&trial.id);
        fs::create_folder(layout.root())?;
        let open = OpenTrial {
            epochs: start_csv::<EpochRow>(&layout.epochs())?,
            steps: start_csv::<StepRow>(&layout.steps())?,
            timings: start_csv::<TimingRow>(&layout.timings())?,
            examples,
            parameters,
            last: None,
            best: None,
        };
        self.open.insert(trial.id.clone(), open);
        Ok(())
    }

    fn step(&mut self, trial: &Trial, step: usize, epoch: usize, batch: BatchResult) -> Result<()> {
        let every = self.experiment.output.log_every_steps;
        if step != 1 && !step.is_multiple_of(every) {
            return Ok(());
        }
        // A row keeps to finite numbers; a loss that is not ends the trial, and its record says so.
        if !batch.loss.is_finite() {
            return Ok(());
        }
        let row = StepRow {
            step,
            epoch,
            loss: batch.loss,
            accuracy: batch.correct as f64 / batch.examples as f64,
        };
        self.open
            .get_mut(&trial.id)
            .map_or(Ok(()), |open| open.steps.append(&csv_row(&row)))
    }

    fn epoch(&mut self, trial: &Trial, epoch: EpochResult, seconds: EpochSeconds) -> Result<()> {
        let Some(open) = self.open.get_mut(&trial.id) else {
            return Ok(());
        };
        let row = EpochRow {
            epoch: epoch.epoch,
            step: epoch.step,
            train_loss: epoch.train.map(|s| s.loss),
            train_accuracy: epoch.train.map(|s| s.accuracy),
            validation_loss: epoch.validation.map(|s| s.loss),
            validation_accuracy: epoch.validation.map(|s| s.accuracy),
            test_loss: epoch.test.loss,
            test_accuracy: epoch.test.accuracy,
        };
        open.epochs.append(&csv_row(&row))?;
        open.timings.append(&csv_row(&TimingRow {
            epoch: epoch.epoch,
            train_seconds: seconds.train,
            evaluation_seconds: seconds.evaluation,
        }))?;
        if is_better(&row, open.best.as_ref()) {
            open.best = Some(row.clone());
        }
        open.last = Some(row);
        Ok(())
    }

    fn end(&mut self, trial: &Trial, outcome: &Outcome) -> Result<()> {
        let open = self.open.remove(&trial.id);
        let (last, best) = open
            .as_ref()
            .map_or((None, None), |o| (o.last.clone(), o.best.clone()));
        let record = TrialRecord {
            schema: SCHEMA_VERSION,
            id: trial.id.clone(),
            label: trial.label.clone(),
            replicate: trial.replicate,
            seed: trial.seed,
            settings: settings(trial)?,
            examples: open.as_ref().map(|o| o.examples).unwrap_or_default(),
            parameters: open.as_ref().map_or(0, |o| o.parameters),
            outcome: outcome.clone(),
            last,
            best,
        };
        let layout = self.layout.trial(&trial.id);
        fs::create_folder(layout.root())?;
        fs::replace(&layout.trial(), &json(&record)?)?;
        self.records.insert(record.id.clone(), record);
        if let Some(run) = self.manifest.runs.last_mut() {
            run.trained += usize::from(outcome.is_finished());
        }
        if self
            .tables_written
            .is_none_or(|at| at.elapsed() > TABLE_INTERVAL)
        {
            self.write_tables()?;
            self.tables_written = Some(Instant::now());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.write_tables()?;
        if let Some(run) = self.manifest.runs.last_mut() {
            run.finished = manifest::now();
            run.wall_seconds = Some(self.started.elapsed().as_secs_f64());
        }
        manifest::write(&self.layout, &self.manifest)
    }

    fn write_tables(&self) -> Result<()> {
        let trials = tables::trials_csv(&self.experiment, &self.plan, &self.records);
        fs::replace(&self.layout.trials_table(), &trials)?;
        let summary = tables::summary_csv(&self.experiment, &self.plan, &self.records);
        fs::replace(&self.layout.summary_table(), &summary)
    }
}

impl Observer for Writer {
    fn observe(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { skipped, .. } => {
                if let Some(run) = self.manifest.runs.last_mut() {
                    run.skipped = *skipped;
                }
                Ok(())
            }
            Event::TrialStarted {
                trial,
                examples,
                parameters,
                ..
            } => self.start(trial, *examples, *parameters),
            Event::Step {
                trial,
                step,
                epoch,
                batch,
            } => self.step(trial, *step, *epoch, *batch),
            Event::EpochEnded {
                trial,
                epoch,
                seconds,
            } => self.epoch(trial, *epoch, *seconds),
            Event::TrialEnded { trial, outcome } => self.end(trial, outcome),
            Event::SweepEnded => self.finish(),
        }
    }
}

/// Whether `row` has a higher validation accuracy than the best so far. The untrained network
/// (epoch 0) does not compete.
fn is_better(row: &EpochRow, best: Option<&EpochRow>) -> bool {
    let Some(accuracy) = row.validation_accuracy else {
        return false;
    };
    row.epoch > 0
        && best
            .and_then(|b| b.validation_accuracy)
            .is_none_or(|b| accuracy > b)
}

fn settings(trial: &Trial) -> Result<std::collections::BTreeMap<String, serde_json::Value>> {
    let to_json = |(key, value): (&String, &crate::config::value::Value)| {
        serde_json::to_value(value)
            .map(|value| (key.clone(), value))
            .map_err(|e| Error::Results(format!("cannot write `{key}`: {e}")))
    };
    trial.condition.keys.iter().map(to_json).collect()
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|e| Error::Results(format!("cannot write a record: {e}")))?;
    text.push(b'\n');
    Ok(text)
}

/// A row struct that knows its own header.
trait Header {
    /// The first line of the file.
    const HEADER: &'static str;
}

impl Header for EpochRow {
    const HEADER: &'static str = "epoch,step,train_loss,train_accuracy,validation_loss,validation_accuracy,test_loss,test_accuracy\n";
}

impl Header for StepRow {
    const HEADER: &'static str = "step,epoch,loss,accuracy\n";
}

impl Header for TimingRow {
    const HEADER: &'static str = "epoch,train_seconds,evaluation_seconds\n";
}

fn start_csv<T: Header>(path: &std::path::Path) -> Result<Growing> {
    let mut file = Growing::create(path)?;
    file.append(T::HEADER.as_bytes())?;
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
