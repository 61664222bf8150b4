//! The time of a step, relative to the network without a norm in the same setting and replicate.

use super::conditions;
use super::request::{Absent, Drawn, Request};
use super::scored;
use crate::results::query::Results;

/// Draws the figure `step-time`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let name = request.metric.as_deref();
    let metric = scored::named(name.unwrap_or("relative_seconds_per_step"))?;
    conditions::draw(results, request, metric, "step-time").map_err(|absent| match name {
        Some(_) => absent,
        None => Absent(
            "no network without a norm was trained beside the others: add `none` to `norm.placement`, or see \
             `--metric seconds_per_step`"
                .to_owned(),
        ),
    })
}
