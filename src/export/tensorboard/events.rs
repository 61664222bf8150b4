//! The events of one trial.
//!
//! | tag | horizontal axis | value |
//! |---|---|---|
//! | `epoch/COLUMN` | epochs | a column of `epochs.csv` or `timings.csv` |
//! | `step/COLUMN` | optimiser steps | a column of `epochs.csv` |
//! | `batch/COLUMN` | optimiser steps | a column of `steps.csv` |
//! | `QUANTITY/LAYER` | optimiser steps | a quantity of `layers.csv` |
//!
//! Values are 32-bit, as the format demands.

use prost::Message;

use super::clock::Clock;
use super::messages::{Content, Event, Source, Summary, Value};
use super::{hyperparameters, records};
use crate::results::format::schema::{EpochRow, TimingRow};
use crate::results::query::{Results, TrialCurves};

/// The version of the format, which is the content of the first event.
const FILE_VERSION: &str = "brain.Event:2";

/// The writer that the first event names, in front of the experiment's name.
const WRITER: &str = "bn-lab ";

/// The bytes of the event file of a trial in the condition named `group`.
pub(super) fn of_trial(results: &Results, trial: &TrialCurves, group: &str) -> Vec<u8> {
    let clock = Clock::of(trial);
    let mut file = File(Vec::new());
    file.push(&Event {
        content: Some(Content::FileVersion(FILE_VERSION.to_owned())),
        source: Some(Source { writer: format!("{WRITER}{}", results.name) }),
        ..Event::default()
    });
    file.summary(0.0, 0, vec![hyperparameters::start(results, trial, group)]);
    for row in &trial.epochs {
        let seconds = clock.at(row.step);
        let timing = trial.seconds.iter().find(|timing| timing.epoch == row.epoch);
        file.summary(seconds, row.epoch, of_epoch(row, timing));
        file.summary(seconds, row.step, columns("step", row));
    }
    for row in &trial.steps {
        let values = vec![scalar("batch/loss", row.loss), scalar("batch/accuracy", row.accuracy)];
        file.summary(clock.at(row.step), row.step, values);
    }
    for series in &trial.layers {
        let tag = format!("{}/{}", series.quantity, series.layer);
        for &(step, value) in &series.points {
            file.summary(clock.at(step), step, vec![scalar(&tag, value)]);
        }
    }
    file.summary(clock.end(), 0, vec![hyperparameters::end(trial, clock.end())]);
    file.0
}

/// The name of the experiment of which these bytes begin an export; `None` where another program wrote them.
pub(super) fn experiment(file: &[u8]) -> Option<String> {
    let (first, _) = records::first(file)?;
    let writer = Event::decode(first).ok()?.source?.writer;
    writer.strip_prefix(WRITER).map(str::to_owned)
}

fn of_epoch(row: &EpochRow, timing: Option<&TimingRow>) -> Vec<Value> {
    let mut values = columns("epoch", row);
    if let Some(timing) = timing {
        values.push(scalar("epoch/train_seconds", timing.train_seconds));
        values.push(scalar("epoch/evaluation_seconds", timing.evaluation_seconds));
    }
    values
}

/// The columns of `epochs.csv` that are not empty in this row.
fn columns(group: &str, row: &EpochRow) -> Vec<Value> {
    let columns = EpochRow::COLUMNS.iter();
    let value = |column: &&str| Some(scalar(&format!("{group}/{column}"), row.value(column)?));
    columns.filter_map(value).collect()
}

fn scalar(tag: &str, value: f64) -> Value {
    Value { tag: tag.to_owned(), scalar: Some(value as f32), metadata: None }
}

/// An event file in memory.
struct File(Vec<u8>);

impl File {
    fn push(&mut self, event: &Event) {
        records::push(&mut self.0, &event.encode_to_vec());
    }

    fn summary(&mut self, wall_time: f64, step: usize, values: Vec<Value>) {
        if !values.is_empty() {
            let step = i64::try_from(step).unwrap_or(i64::MAX);
            let content = Some(Content::Summary(Summary { values }));
            self.push(&Event { wall_time, step, content, source: None });
        }
    }
}
