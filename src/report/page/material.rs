//! The data of a report, with helpers that several of its sections use.

use std::borrow::Cow;

use super::folder::Folder;
use crate::compare::claim::ClaimResult;
use crate::compare::metric::Metric;
use crate::compare::tune;
use crate::compare::{self, Answer, Question};
use crate::error::Result;
use crate::results::query::Results;
use crate::results::status::account::Account;
use crate::wording::names::PLACEMENT;

/// An axis with more values is not compared pair by pair: there would be hundreds of
/// comparisons, and with Holm's correction hardly any would be significant.
const MOST_VALUES: usize = 12;

/// A results folder, with the metric of the report.
#[derive(Debug, Clone)]
pub struct Material<'a> {
    /// Every trial.
    pub results: &'a Results,
    /// The provenance of the folder.
    pub account: &'a Account,
    /// The metric of the report.
    pub metric: Metric,
    /// The verdict on the experiment's claim, if the metric is that of the claim.
    pub judgement: Option<&'a ClaimResult>,
    /// The trials that are compared: where something was tuned, those at the chosen values.
    pub judged: Cow<'a, Results>,
    /// The main comparison of the report; `None` where there is nothing to compare.
    pub compared: Option<Answer>,
    /// The path of the results folder as the user named it, where the report is written elsewhere.
    pub apart: Option<String>,
}

impl<'a> Material<'a> {
    /// Compares the values of the experiment's main axis by the requested metric, or by the one that suits the
    /// folder.
    pub fn new(folder: &'a Folder, asked: Option<&str>) -> Result<Self> {
        let metric = folder.metric(asked)?;
        let mut material = Self {
            results: &folder.results,
            account: &folder.account,
            metric,
            judgement: folder.judgement.as_ref().filter(|_| asked.is_none()),
            judged: tune::judged(&folder.results),
            compared: None,
            apart: None,
        };
        let Some(by) = material.compared_axis() else {
            return Ok(material);
        };
        let question = Question { metric: metric.name.to_owned(), by, margin: None };
        match compare::compare(&material.judged, &question) {
            Ok(answer) => material.compared = Some(answer.labelled(&folder.results.labels)),
            // A sweep may have no two values in the same setting.
            Err(crate::error::Error::Usage(_)) => {}
            Err(other) => return Err(other),
        }
        Ok(material)
    }

    /// All that was trained: of a part of an experiment, the whole experiment.
    pub fn trained(&self) -> &Results {
        self.results.whole.as_ref().map_or(self.results, |whole| &whole.results)
    }

    /// Axes with several values, and the labels of these in the experiment's order.
    pub fn varied(&self) -> Vec<(&str, Vec<&str>)> {
        let results = self.trained();
        let named = |axis: usize| {
            let key = results.axes[axis].as_str();
            let values = results.values(axis).into_iter();
            (key, values.map(|value| results.labels.shown(key, value)).collect())
        };
        results.varied().map(named).collect()
    }

    /// The value of a key that was not varied; `None` where it was varied or does not apply.
    pub fn fixed(&self, key: &str) -> Option<&str> {
        let Some(axis) = self.trained().axis(key) else {
            return self.account.settings.get(key).map(String::as_str);
        };
        match self.trained().values(axis)[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The datasets that were used, by their names in `data.dataset`.
    pub fn datasets(&self) -> Vec<&str> {
        match self.trained().axis(DATASET) {
            Some(axis) => self.trained().values(axis),
            None => self.fixed(DATASET).into_iter().collect(),
        }
    }

    /// Whether a key had several values.
    pub fn is_varied(&self, key: &str) -> bool {
        self.trained().axis(key).is_some_and(|axis| self.trained().values(axis).len() > 1)
    }

    /// Whether any condition normalises its hidden layers.
    pub fn normalises(&self) -> bool {
        let placements = self.trained().axis(PLACEMENT);
        placements.is_some_and(|axis| self.trained().values(axis).iter().any(|v| *v != "none"))
    }

    fn compared_axis(&self) -> Option<String> {
        let results = &*self.judged;
        let axis = compare::subject(results)?;
        let is_short = results.values(axis).len() <= MOST_VALUES;
        is_short.then(|| results.axes[axis].clone())
    }
}

/// The key with the dataset's name.
const DATASET: &str = "data.dataset";
