//! The time of each condition to a target accuracy, in epochs, steps or seconds.

use super::conditions;
use super::request::{Absent, Drawn, Horizontal, Request};
use super::scored;
use crate::results::query::Results;

/// Draws the figure `to-target`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let name = match request.x {
        Horizontal::Epoch => "epochs_to_target",
        Horizontal::Step => "steps_to_target",
        Horizontal::Seconds => "seconds_to_target",
    };
    let request = Request { metric: None, ..request.clone() };
    let mut drawn = conditions::draw(results, &request, scored::named(name)?, "to-target")?;
    for chart in &mut drawn {
        chart.stem = format!("to-target{}{}", request.x.by(), request.suffix());
    }
    Ok(drawn)
}
