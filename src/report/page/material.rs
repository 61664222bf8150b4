//! What a report is made from, and the few things that several of its parts ask about it.

use super::folder::Folder;
use crate::compare::claim::Judgement;
use crate::compare::metric::Metric;
use crate::compare::tune;
use crate::compare::{self, Answer, Question};
use crate::error::Result;
use crate::results::query::{Results, short_name};
use crate::results::status::account::Account;
pub(super) use crate::units::counted;

/// Values of an axis beyond which not every two of them are compared: there would be hundreds of
/// comparisons, and Holm's correction would leave nothing to find.
const MOST_VALUES: usize = 12;

/// A results folder, and what is asked of it.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// Every trial.
    pub results: &'a Results,
    /// How the folder came about.
    pub account: &'a Account,
    /// What decides.
    pub metric: Metric,
    /// What came of the experiment's claim, where that is what is asked.
    pub judgement: Option<&'a Judgement>,
    /// The trials at the chosen values, where something was tuned.
    pub chosen: Option<Results>,
    /// What is compared, and what came of it; none where there is nothing to compare.
    pub compared: Option<Answer>,
    /// The results folder as its user names it, where the report is not written into it.
    pub apart: Option<String>,
}

impl<'a> Material<'a> {
    /// Compares, by the metric that is asked for or that suits the folder, the values of the axis that the
    /// experiment is about.
    pub fn new(folder: &'a Folder, asked: Option<&str>) -> Result<Self> {
        let metric = folder.metric(asked)?;
        let mut material = Self {
            results: &folder.results,
            account: &folder.account,
            metric,
            judgement: folder.judgement.as_ref().filter(|_| asked.is_none()),
            chosen: tune::at_chosen(&folder.results),
            compared: None,
            apart: None,
        };
        let Some(by) = material.compared_axis() else {
            return Ok(material);
        };
        let question = Question { metric: metric.name.to_owned(), by, margin: None };
        match compare::compare(material.judged(), &question) {
            Ok(answer) => material.compared = Some(answer),
            // No two values in the same setting: a sweep may be so.
            Err(crate::error::Error::Usage(_)) => {}
            Err(other) => return Err(other),
        }
        Ok(material)
    }

    /// The trials that are compared: where something was tuned, those at the chosen values.
    pub fn judged(&self) -> &Results {
        self.chosen.as_ref().unwrap_or(self.results)
    }

    /// Axes that have several values.
    pub fn varied(&self) -> Vec<(&str, Vec<&str>)> {
        varied(self.results)
    }

    /// The value of a key that was the same throughout; none where it was varied or means nothing.
    pub fn fixed(&self, key: &str) -> Option<&str> {
        let Some(axis) = self.results.axes.iter().position(|name| name == key) else {
            return self.account.settings.get(key).map(String::as_str);
        };
        let values = values(self.results, axis);
        match values[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The datasets that were used, by their names in `data.dataset`.
    pub fn datasets(&self) -> Vec<&str> {
        let axis = self.results.axes.iter().position(|axis| axis == DATASET);
        let Some(axis) = axis else {
            return self.fixed(DATASET).into_iter().collect();
        };
        values(self.results, axis)
    }

    /// Whether a key had several values.
    pub fn is_varied(&self, key: &str) -> bool {
        self.varied().iter().any(|(axis, _)| *axis == key)
    }

    /// Whether any condition normalises its hidden layers.
    pub fn normalises(&self) -> bool {
        let placements = self.results.axes.iter().position(|axis| axis == PLACEMENT);
        placements.is_some_and(|axis| values(self.results, axis).iter().any(|v| *v != "none"))
    }

    fn compared_axis(&self) -> Option<String> {
        let results = self.judged();
        let axis = compare::subject(results)?;
        let is_short = values(results, axis).len() <= MOST_VALUES;
        is_short.then(|| results.axes[axis].clone())
    }
}

/// The axis that the program is about.
pub const PLACEMENT: &str = "norm.placement";

/// The key that names the data.
const DATASET: &str = "data.dataset";

/// Axes that have several values, with these in the experiment's order.
fn varied(results: &Results) -> Vec<(&str, Vec<&str>)> {
    let axes = results.axes.iter().enumerate();
    let all = axes.map(|(axis, name)| (name.as_str(), values(results, axis)));
    all.filter(|(_, values)| values.len() > 1).collect()
}

/// The values of an axis, in the experiment's order; those it has where it means something.
fn values(results: &Results, axis: usize) -> Vec<&str> {
    let mut known = std::collections::HashSet::new();
    let cells = results.trials.iter().filter_map(|trial| trial.axes.get(axis));
    cells.map(String::as_str).filter(|cell| !cell.is_empty() && known.insert(*cell)).collect()
}

/// `learning rate` of `train.learning_rate`.
pub(super) fn spoken(key: &str) -> String {
    short_name(key).replace('_', " ")
}

/// `a`, `a and b`, `a, b and c`
pub(super) fn listed(texts: &[String]) -> String {
    match texts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
