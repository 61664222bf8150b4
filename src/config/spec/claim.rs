//! `[claim]`: a common claim, and the tests that it must pass. It trains nothing, so nothing here is
//! part of a trial's id.

use crate::config::declare::{choices, keys};
use crate::config::key::Applies::{self, Where};
use crate::config::key::Choice;
use crate::config::key::DefaultValue::{Open, Required, Text};
use crate::config::point::{FromValue, GivenValues, Point};
use crate::config::rule::{ANY, NOT_NEGATIVE, Rule};
use crate::config::value::Value;

keys! { CLAIM_KEYS:
    STATEMENT: Option<String> = "claim.statement", Rule::Text, default Open("required with `claim.tests`"), only CLAIMED;
        "What people say, in a sentence: \"Batch normalisation needs fewer epochs\".";
    SOURCE: Option<String> = "claim.source", Rule::Text, default Open("none"), only CLAIMED;
        "Who says it.";
    FIGURE: Option<String> = "claim.figure", Rule::Name, default Open("none"), only CLAIMED;
        "The chart that shows it, by its file's name in `charts/` without the ending: `differences`, or with what `bn-lab plot` is asked, `final-by-batch_size` and `to-target-by-seconds`.";
    // Has no default, so it is not written out: it does not concern most claims.
    ABOUT_EVALUATION: Option<bool> = "claim.about_evaluation", Rule::Flag, default Open("`false`"), only CLAIMED;
        "Whether the claim is about how networks are evaluated. Without it, a difference between test scores that turns round or loses more than half under the population's statistics is given as an effect of how the network is evaluated, and counts neither for the claim nor against it.";
    TESTS: Option<Vec<Hypothesis>> = "claim.tests", TESTS_RULE, default Open("`[]`: nothing is claimed");
        "What must be true if it holds, described below; the first is the headline, whose effect is shown.";
}

const CLAIMED: Applies =
    Where("with `claim.tests`", |point| point.get(TESTS).is_some_and(|tests| !tests.is_empty()));

/// Most tests of a claim.
pub(in crate::config) const MOST_TESTS: usize = 100;
const TESTS_RULE: Rule = Rule::Dependent(
    "a list of at most 100 tests such as `{ compare = [\"before\", \"none\"], metric = \"epochs_to_target\", expect = \"lower\" }`, or `[]`",
);

// The keys of a test, in the order in which they are written out.
keys! { TEST_KEYS:
    COMPARE: Vec<Shown> = "compare", Rule::Dependent("a list of two different values of `by`"), default Required("required");
        "The two values that are compared: differences are the first minus the second.";
    BY: String = "by", Rule::SweptKey, default Text("norm.placement");
        "The swept key whose values they are.";
    METRIC: String = "metric", Rule::Choice(&METRICS), default Text("test_accuracy");
        "What is measured of each trial.";
    EXPECT: Expect = "expect", Rule::Choice(Expect::WORDS), default Required("required");
        "What the claim says of the first value against the second: more of it, less, or no difference that matters.";
    MARGIN: Option<f64> = "margin", NOT_NEGATIVE, default Open("the metric's own");
        "Differences up to this do not matter: in percentage points for accuracies and shares, else in the unit of what is compared, as `bn-lab compare --margin`.";
    WHERE: Option<Terms> = "where", Rule::Dependent("a table such as `{ \"train.batch_size\" = [2, 4] }` of swept keys, each with one of its values or a list of several"),
        default Open("all of every key");
        "Only these values of the other swept keys count.";
    OVER: Option<String> = "over", Rule::SweptKey, default Open("none");
        "The values of this swept key are taken together first, within each replicate, as `take` says.";
    TAKE: Option<Aggregation> = "take", Rule::Choice(Aggregation::WORDS),
        default Open("required with `over`");
        "Of the scores at all values of `over`: the largest minus the smallest, the worst, the best, the mean, the last minus the first; or the largest value at which the metric is at least as good as `at_least`, compared in powers of ten (decades).";
    AT_LEAST: f64 = "at_least", ANY, default Required("required with `take = \"reach\"`");
        "How good the metric must be, in its own unit (an accuracy from 0 to 1); of what is better the lower it is, at most this.";
    LABEL_OF_TEST: Option<String> = "label", Rule::Text, default Open("made from the other keys");
        "What the table of tests calls it.";
}

/// A value as tables print it.
pub(in crate::config) struct Shown(String);

impl FromValue for Shown {
    fn from_value(value: Option<&Value>, _: &Point<'_>) -> Option<Self> {
        value.map(|value| Self(value.to_string()))
    }
}

fn shown_all(values: Vec<Shown>) -> Vec<String> {
    values.into_iter().map(|shown| shown.0).collect()
}

/// Axes, with the values of each that are included.
pub(in crate::config) struct Terms(Vec<(String, Vec<String>)>);

impl FromValue for Terms {
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self> {
        let Value::Table(terms) = value? else {
            return None;
        };
        let term = |(key, values): &(&str, Value)| {
            Some(((*key).to_owned(), shown_all(Vec::from_value(Some(values), point)?)))
        };
        terms.iter().map(term).collect::<Option<_>>().map(Self)
    }
}

/// The section `[claim]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The claim, in a sentence.
    pub statement: String,
    /// The publication that makes it.
    pub source: Option<String>,
    /// The chart that illustrates it, by the name of its file without the extension.
    pub figure: Option<String>,
    /// Whether it is about how networks are evaluated, so that a difference that exists only with running
    /// averages supports it.
    pub about_evaluation: bool,
    /// What must be true for the claim to hold; at least one, and the first is the headline.
    pub tests: Vec<Hypothesis>,
}

impl Claim {
    /// Reads `[claim]`; `None` without tests.
    pub(in crate::config) fn read(point: &Point<'_>) -> Option<Self> {
        let tests = point.get(TESTS).filter(|tests| !tests.is_empty())?;
        Some(Self {
            statement: point.get(STATEMENT).unwrap_or_default(),
            source: point.get(SOURCE),
            figure: point.get(FIGURE),
            about_evaluation: point.get(ABOUT_EVALUATION).unwrap_or(false),
            tests,
        })
    }
}

/// One of a claim's tests: compares the first of two values of an axis with the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// The two values, as tables write them: differences are the first minus the second.
    pub compare: [String; 2],
    /// The axis that they are values of.
    pub by: String,
    /// The metric: one of [`METRICS`].
    pub metric: String,
    /// The expected difference between the first and the second.
    pub expect: Expect,
    /// Differences up to this do not matter: in percentage points for shares, else in the metric's
    /// unit; `None` for the metric's own margin.
    pub margin: Option<f64>,
    /// Axes, with the values of each that are included; of every other axis all values are.
    pub only: Vec<(String, Vec<String>)>,
    /// The aggregate that is compared instead of the scores themselves, if any.
    pub aggregate: Option<Aggregate>,
    /// Its label in the table of tests.
    pub label: Option<String>,
}

impl FromValue for Hypothesis {
    /// Converts a checked test.
    fn from_value(value: Option<&Value>, _: &Point<'_>) -> Option<Self> {
        let Value::Table(members) = value? else {
            return None;
        };
        let given: GivenValues = members.iter().cloned().collect();
        let test = Point::new(&given);
        let mut compare = shown_all(test.get(COMPARE)).into_iter();
        Some(Self {
            compare: [compare.next()?, compare.next()?],
            by: test.get(BY),
            metric: test.get(METRIC),
            expect: test.get(EXPECT),
            margin: test.get(MARGIN),
            only: test.get(WHERE).map_or_else(Vec::new, |terms| terms.0),
            aggregate: test
                .get(OVER)
                .zip(test.get(TAKE))
                .map(|(axis, how)| Aggregate { axis, how }),
            label: test.get(LABEL_OF_TEST),
        })
    }
}

/// One number per replicate, computed from its scores at all values of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The axis, by its dotted key (`over` in experiment files).
    pub axis: String,
    /// How the number is computed (`take` in experiment files).
    pub how: Aggregation,
}

choices! {
    /// How the scores of a replicate at all values of an axis are aggregated.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Aggregation {
        /// The largest minus the smallest.
        Spread = "spread",
        /// The worst score.
        Worst = "worst",
        /// The best score.
        Best = "best",
        /// The mean score.
        Mean = "mean",
        /// The score at the last value minus that at the first.
        Change = "change",
        /// The largest value of the axis at which the metric is at least as good as this.
        Reach = "reach" [f64 = AT_LEAST],
    }
}

choices! {
    /// The expected difference between the first value and the second.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Expect {
        /// The first is higher.
        Higher = "higher",
        /// The first is lower.
        Lower = "lower",
        /// The difference is within the margin.
        Same = "same",
    }
}

/// The metrics of tests; `compare::metric` defines them.
pub const METRICS: [&str; 32] = [
    "test_accuracy",
    "validation_accuracy",
    "train_accuracy",
    "test_balanced_accuracy",
    "test_loss",
    "validation_loss",
    "train_loss",
    "best_test_accuracy",
    "best_validation_accuracy",
    "test_accuracy_area",
    "validation_accuracy_area",
    "epochs_to_target",
    "steps_to_target",
    "seconds_to_target",
    "seconds_per_step",
    "relative_seconds_per_step",
    "accuracy_gap",
    "loss_gap",
    "running_test_accuracy",
    "precise_test_accuracy",
    "precise_test_loss",
    "batch_test_accuracy",
    "running_gap",
    "gradient_decades",
    "gradient_decades_mean",
    "weight_gradient_decades",
    "median_drift",
    "activation_drift",
    "covariate_shift",
    "covariate_shift_cosine",
    "dead_share",
    "saturated_share",
];
