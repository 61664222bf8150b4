//! A results folder, read: what the charts and the report are made from. Plain rows without any
//! knowledge of files; `record/reader.rs` fills them.

use crate::record::schema::{EpochRow, TimingRow};

pub use crate::plan::short_name;

/// Every trial of an experiment with its curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Results {
    /// The experiment's name.
    pub name: String,
    /// The question that it answers; may be empty.
    pub question: String,
    /// The accuracy whose first reaching is reported, as a share from 0 to 1.
    pub target_accuracy: f64,
    /// Dotted keys of the axes; `norm.placement` is always the first, whether or not it is swept.
    pub axes: Vec<String>,
    /// The trials, in the order of the plan.
    pub trials: Vec<TrialCurves>,
}

/// One trial and what was measured in each of its epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialCurves {
    /// The trial's id.
    pub id: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The value of each axis as text, in the order of [`Results::axes`]; empty where the axis
    /// means nothing in this condition.
    pub axes: Vec<String>,
    /// The repetition, from 1.
    pub replicate: u64,
    /// `completed`, `diverged`, `failed`, `interrupted`, or `pending` where it has not been run.
    pub outcome: String,
    /// The step at which it diverged.
    pub diverged_step: Option<usize>,
    /// One row an epoch, in order.
    pub epochs: Vec<EpochRow>,
    /// Wall-clock seconds of each epoch.
    pub seconds: Vec<TimingRow>,
}
