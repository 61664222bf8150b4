//! Paired differences, one row for each comparison: size, interval and verdict.
//!
//! An experiment with a claim shows the claim's own comparisons, as its tests judge them; any
//! other experiment, a part of one, and a requested metric, one metric by one axis.

mod asked;
mod claimed;
mod sheet;

use super::request::{Absent, Drawn, Request};
use crate::compare::claim;
use crate::compare::metric::Metric;
use crate::results::query::{Details, Results};

/// Requests the details that the metrics of the comparisons need.
pub(super) fn details(results: &Results, request: &Request) -> Details {
    match (&request.metric, &results.claim) {
        (Some(name), _) => Details {
            layers: Metric::named(name).map_or(Vec::new(), |metric| metric.needs().to_vec()),
            ..Details::default()
        },
        (None, Some(claim)) => claim::details(claim),
        (None, None) => Details::default(),
    }
}

/// The figure `differences`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    if request.metric.is_none() {
        let judged = claim::judge(results).map_err(|e| Absent(e.to_string()))?;
        if let Some(judgement) = judged {
            return claimed::draw(results, &judgement);
        }
    }
    asked::draw(results, request)
}

/// The reason why there is nothing to draw where no comparison has a pair.
fn no_pair() -> Absent {
    Absent(
        "no replicate has ended on both sides of any comparison; `bn-lab run` trains what is missing"
            .to_owned(),
    )
}
