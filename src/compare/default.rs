//! The comparison that every run writes beside the other tables.

use std::collections::HashSet;

use super::{Answer, Question, answer, tune};
use crate::error::Result;
use crate::results::query::Results;

/// The axis that every experiment has.
const PLACEMENT: &str = "norm.placement";

/// Most comparisons that are made without request: more are hardly read, and take time at the end of a run.
pub const MOST_UNASKED: usize = 2000;

/// Compares test accuracy by the axis that the experiment is about: that of the claim's first test, else the
/// placement, else the first axis that varies. At chosen values where something is tuned. `None` where
/// there is nothing to compare, or more than [`MOST_UNASKED`].
///
/// Conditions are not described separately, since that takes longer.
pub fn default_comparison(results: &Results) -> Result<Option<Answer>> {
    let results = &*tune::judged(results);
    let Some(by) = subject(results) else {
        return Ok(None);
    };
    let conditions: HashSet<usize> = results.trials.iter().map(|trial| trial.condition).collect();
    // Each condition is compared with at most one of every other value.
    if conditions.len().saturating_mul(results.values(by).len() - 1) / 2 > MOST_UNASKED {
        return Ok(None);
    }
    let question =
        Question { metric: "test_accuracy".to_owned(), by: results.axes[by].clone(), margin: None };
    answer(results, &question)
}

/// The position of the axis that an experiment is about, of those that vary: that of its claim's first
/// test, else the placement, else the first that has several values. It is the default of every table, figure
/// and page that compares.
pub fn subject(results: &Results) -> Option<usize> {
    let claimed = results.claim.as_ref().and_then(|claim| claim.tests.first());
    let first = [claimed.map(|test| test.by.as_str()), Some(PLACEMENT)];
    let first = first.into_iter().flatten().filter_map(|key| results.axis(key));
    let varied: Vec<usize> = results.varied().collect();
    first.chain(varied.clone()).find(|axis| varied.contains(axis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::schema::EpochRow;
    use crate::results::query::{Claim, Expect, Hypothesis, TrialCurves, TrialStatus};

    fn folder(axes: &[&str], cells: impl IntoIterator<Item = Vec<String>>) -> Results {
        let trial = |(index, cells): (usize, Vec<String>)| TrialCurves {
            condition: index + 1,
            replicate: 1,
            axes: cells,
            status: TrialStatus::Completed,
            epochs: vec![EpochRow::default()],
            ..TrialCurves::default()
        };
        Results {
            axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
            trials: cells.into_iter().enumerate().map(trial).collect(),
            ..Results::default()
        }
    }

    fn cells(all: &[&str]) -> Vec<String> {
        all.iter().map(|&cell| cell.to_owned()).collect()
    }

    fn by(results: &Results) -> Option<String> {
        default_comparison(results).expect("compared").map(|answer| answer.by)
    }

    #[test]
    fn the_placement_is_compared_or_else_the_first_axis_that_varies() {
        let axes = ["norm.placement", "train.batch_size"];
        let both = [["none", "8"], ["none", "16"], ["after", "8"]].map(|c| cells(&c));
        assert_eq!(by(&folder(&axes, both)).as_deref(), Some("norm.placement"));
        let sizes = [["none", "8"], ["none", "16"]].map(|c| cells(&c));
        assert_eq!(by(&folder(&axes, sizes)).as_deref(), Some("train.batch_size"));
        assert_eq!(by(&folder(&axes, [cells(&["none", "8"])])), None);
        let apart = [["none", "8"], ["after", "16"]].map(|c| cells(&c));
        assert_eq!(by(&folder(&axes, apart)), None, "no setting in common");
    }

    #[test]
    fn the_axis_of_a_claim_comes_before_the_placement() {
        let all = [["none", "8"], ["none", "16"], ["after", "8"], ["after", "16"]];
        let mut results = folder(&["norm.placement", "train.batch_size"], all.map(|c| cells(&c)));
        let test = Hypothesis {
            compare: ["8".to_owned(), "16".to_owned()],
            by: "train.batch_size".to_owned(),
            metric: "test_accuracy".to_owned(),
            expect: Expect::Same,
            margin: None,
            only: Vec::new(),
            aggregate: None,
            label: None,
        };
        results.claim = Some(Claim {
            statement: "It does not matter.".to_owned(),
            source: None,
            figure: None,
            about_evaluation: false,
            tests: vec![test],
        });
        assert_eq!(by(&results).as_deref(), Some("train.batch_size"));
    }

    #[test]
    fn a_sweep_of_a_hundred_thousand_is_compared_only_on_request() {
        let many = (0..100_000).map(|index| cells(&["none", &index.to_string()]));
        assert_eq!(by(&folder(&["norm.placement", "train.batch_size"], many)), None);
        let placements = |index: usize| {
            if index.is_multiple_of(2) { "none" } else { "after" }
        };
        let most = (0..2 * MOST_UNASKED).map(|i| cells(&[placements(i), &(i / 2).to_string()]));
        let answer = default_comparison(&folder(&["norm.placement", "data.seed"], most));
        let answer = answer.expect("compared").expect("not too many");
        assert_eq!(answer.comparisons.len(), MOST_UNASKED);
    }
}
