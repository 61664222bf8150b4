//! `[tune]`: a search for the best value of a swept key, with the same budget for all that is
//! compared. It trains nothing of its own, so nothing here is part of a trial's id.

/// `[tune]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tune {
    /// The key whose best value is looked for; one of the axes.
    pub key: String,
    /// The axes whose values are compared, each at its own best value of `key`.
    pub per: Vec<String>,
    /// What decides.
    pub metric: Metric,
    /// How many values of `key` are tried in each group and setting of the remaining axes.
    pub budget: usize,
}

/// What decides which value is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The higher the better.
    ValidationAccuracy,
    /// The lower the better.
    ValidationLoss,
}
