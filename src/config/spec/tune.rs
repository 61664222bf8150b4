//! `[tune]`: a search for the best value of a swept key, with the same budget for everything that is
//! compared. It trains nothing of its own, so nothing here is part of a trial's id.

use crate::config::declare::{choices, keys};
use crate::config::key::Applies::Given;
use crate::config::key::Choice;
use crate::config::key::DefaultValue::{Open, Text};
use crate::config::rule::{List, Order, Rule};

keys! { TUNE_KEYS:
    TUNE_KEY: Option<String> = "tune.key", Rule::SweptKey, default Open("none: nothing is tuned");
        "The swept key of which the best value is looked for.";
    TUNE_PER: Option<Vec<String>> = "tune.per", Rule::List(&SWEPT_KEYS),
        default Open("`norm.placement` where it is swept, else `[]`"), only Given(TUNE_KEY.0);
        "The swept keys whose values are compared, each at its own best value.";
    TUNE_METRIC: Metric = "tune.metric", Rule::Choice(Metric::WORDS),
        default Text("validation_accuracy"), only Given(TUNE_KEY.0);
        "What decides, after the last epoch: the mean over the completed replicates.";
    TUNE_BUDGET: Option<usize> = "tune.budget", Rule::Whole { least: 2, most: 100_000 },
        default Open("as many as the sweep gives"), only Given(TUNE_KEY.0);
        "How many values of `tune.key` each group tries; the `count` of its range, where that is left out.";
}

const SWEPT_KEYS: List = List {
    item: Rule::SweptKey,
    length: (0, usize::MAX),
    order: Order::Distinct,
    single: true,
    allowed: "a key that can be swept, such as `\"norm.placement\"`, or a list of different ones",
};

/// The section `[tune]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tune {
    /// The key whose best value is searched; one of the axes.
    pub key: String,
    /// The axes whose values are compared, each at its own best value of `key`.
    pub per: Vec<String>,
    /// The metric that determines the best value.
    pub metric: Metric,
    /// Number of values of `key` that are tried in each group and setting of the remaining axes.
    pub budget: usize,
}

choices! {
    /// The metric that determines which value is best.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Metric {
        /// Higher is better.
        ValidationAccuracy = "validation_accuracy",
        /// Lower is better.
        ValidationLoss = "validation_loss",
    }
}
