//! What a report is made from, and the few things that several of its parts ask about it.

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
    /// The verdict on the experiment's claim, where that is what is asked.
    pub judgement: Option<&'a ClaimResult>,
    /// The trials that are compared: where something was tuned, those at the chosen values.
    pub judged: Cow<'a, Results>,
    /// The comparison that the report is about; none where there is nothing to compare.
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
            judged: tune::judged(&folder.results),
            compared: None,
            apart: None,
        };
        let Some(by) = material.compared_axis() else {
            return Ok(material);
        };
        let question = Question { metric: metric.name.to_owned(), by, margin: None };
        match compare::compare(&material.judged, &question) {
            Ok(answer) => material.compared = Some(answer),
            // No two values in the same setting: a sweep may be so.
            Err(crate::error::Error::Usage(_)) => {}
            Err(other) => return Err(other),
        }
        Ok(material)
    }

    /// Axes that have several values, with these in the experiment's order.
    pub fn varied(&self) -> Vec<(&str, Vec<&str>)> {
        let results = self.results;
        let named = |axis: usize| (results.axes[axis].as_str(), results.values(axis));
        results.varied().map(named).collect()
    }

    /// The value of a key that was the same throughout; none where it was varied or means nothing.
    pub fn fixed(&self, key: &str) -> Option<&str> {
        let Some(axis) = self.results.axis(key) else {
            return self.account.settings.get(key).map(String::as_str);
        };
        match self.results.values(axis)[..] {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The datasets that were used, by their names in `data.dataset`.
    pub fn datasets(&self) -> Vec<&str> {
        match self.results.axis(DATASET) {
            Some(axis) => self.results.values(axis),
            None => self.fixed(DATASET).into_iter().collect(),
        }
    }

    /// Whether a key had several values.
    pub fn is_varied(&self, key: &str) -> bool {
        self.results.axis(key).is_some_and(|axis| self.results.values(axis).len() > 1)
    }

    /// Whether any condition normalises its hidden layers.
    pub fn normalises(&self) -> bool {
        let placements = self.results.axis(PLACEMENT);
        placements.is_some_and(|axis| self.results.values(axis).iter().any(|v| *v != "none"))
    }

    fn compared_axis(&self) -> Option<String> {
        let results = &*self.judged;
        let axis = compare::subject(results)?;
        let is_short = results.values(axis).len() <= MOST_VALUES;
        is_short.then(|| results.axes[axis].clone())
    }
}

/// The key that names the data.
const DATASET: &str = "data.dataset";
