//! Reports on synthetic folders, as data and as text.

mod alternatives;
mod collections;
mod data;
mod pages;
mod statements;
mod under_way;

use super::*;
use crate::compare::claim;
use crate::event::Score;
use crate::results::format::schema::{EpochRow, ScoreCells};
use crate::results::query::{Results, TrialCurves, TrialStatus};
use crate::results::status::account::{Account, DataUsed};

/// Trials of one condition with these accuracies; below 0 for one that diverged.
fn trials(condition: usize, axes: &[&str], accuracies: &[f64]) -> Vec<TrialCurves> {
    let row = |epoch: usize, accuracy: f64| EpochRow {
        epoch,
        step: epoch * 10,
        train: ScoreCells { loss: (epoch > 0).then_some(1.0 - accuracy), accuracy: None },
        validation: ScoreCells::of_accuracy(accuracy),
        test: Score { loss: 1.0 - accuracy, accuracy },
        ..EpochRow::default()
    };
    let trial = |(index, &accuracy): (usize, &f64)| TrialCurves {
        id: format!("{condition}-{index}"),
        condition,
        axes: axes.iter().map(|&cell| cell.to_owned()).collect(),
        replicate: index as u64 + 1,
        status: if accuracy < 0.0 { TrialStatus::Diverged } else { TrialStatus::Completed },
        epochs: vec![row(0, 0.1), row(1, accuracy.abs() / 2.0), row(2, accuracy.abs())],
        ..TrialCurves::default()
    };
    accuracies.iter().enumerate().map(trial).collect()
}

fn folder(axes: &[&str], replicates: u64, trials: &[Vec<TrialCurves>]) -> Folder {
    let results = Results {
        name: "x".to_owned(),
        question: "Does it <help>?".to_owned(),
        target_accuracy: 0.9,
        axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
        trials: trials.concat(),
        ..Results::default()
    };
    let settings = [
        ("data.dataset", "mnist"),
        ("data.validation", "5000"),
        ("model.kind", "mlp"),
        ("model.hidden", "[128, 64]"),
        ("model.activation", "relu"),
        ("norm.kind", "batch"),
        ("norm.preset", "keras"),
        ("train.optimizer", "adam"),
        ("train.learning_rate", "0.001"),
        ("train.batch_size", "32"),
    ];
    let account = Account {
        settings: settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        replicates,
        data: [DataUsed {
            dataset: "mnist".to_owned(),
            digest: "0123".to_owned(),
            examples: [55_000, 5000, 10_000],
        }]
        .into(),
        devices: ["cpu".to_owned()].into(),
        ..Account::default()
    };
    Folder {
        judgement: claim::judge(&results).expect("no claim"),
        results,
        account,
        charts: Vec::new(),
    }
}

fn placements(none: &[f64], before: &[f64]) -> Folder {
    let (none, before) = (trials(1, &["none"], none), trials(2, &["before"], before));
    folder(&["norm.placement"], 6, &[none, before])
}

fn of(folder: &Folder) -> Report {
    let material = Material::new(folder, None).expect("a report");
    report(&material, folder.charts.clone())
}
