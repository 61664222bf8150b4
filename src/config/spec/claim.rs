//! `[claim]`: what people say, and the tests that it must pass. It trains nothing, so nothing here is
//! part of a trial's id.

/// `[claim]`
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What people say, in a sentence.
    pub statement: String,
    /// Who says it.
    pub source: Option<String>,
    /// The chart that shows it, by the name of its file without the ending.
    pub figure: Option<String>,
    /// Whether it is about how networks are evaluated, so that a difference which only running averages
    /// show is what it looks for.
    pub about_evaluation: bool,
    /// What must be true if it holds; at least one, and the first is the headline.
    pub tests: Vec<Hypothesis>,
}

/// One of a claim's tests: something about the first of two values of an axis against the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// The two values, as tables write them: differences are the first minus the second.
    pub compare: [String; 2],
    /// The axis whose values they are.
    pub by: String,
    /// What is measured: one of [`METRICS`].
    pub metric: String,
    /// What is expected of the first against the second.
    pub expect: Expect,
    /// Differences up to this do not matter: in percentage points for shares, else in the unit of
    /// what is compared; none for the metric's own margin.
    pub margin: Option<f64>,
    /// Axes, and the values of each that count; all of every other axis do.
    pub only: Vec<(String, Vec<String>)>,
    /// An axis whose values are taken together first, within each replicate.
    pub over: Option<Over>,
    /// What the table of tests calls it.
    pub label: Option<String>,
}

/// An axis whose values are taken together.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// The axis.
    pub key: String,
    /// How.
    pub take: Take,
}

/// What becomes of a replicate's scores at all values of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Take {
    /// The largest minus the smallest.
    Spread,
    /// The worst of them.
    Worst,
    /// The best of them.
    Best,
    /// Their mean.
    Mean,
    /// That at the last value minus that at the first.
    Change,
    /// The largest value of the axis at which the metric is at least as good as this.
    Reach(f64),
}

/// What is expected of the first value against the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// More.
    Higher,
    /// Less.
    Lower,
    /// No difference that matters.
    Same,
}

/// What a test may measure; `compare::metric` says how.
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
