//! How much the loss varies along the gradient (Santurkar et al. 2018, figure 4a).

use super::along_gradient::Along;
use super::layers;
use super::request::{Absent, Drawn, Request};
use crate::results::query::{Details, Results};

const FIGURE: Along = Along {
    name: "landscape",
    shown: "Range of the loss along the gradient",
    label: "Loss (nats)",
    middle: Some("loss"),
    edges: Some(["landscape_loss_min", "landscape_loss_max"]),
    band: "Line: loss of the batch. Band: from the smallest to the largest loss after steps of \
           `probe.landscape_steps` learning rates along its gradient. Means over completed replicates.",
    note: "A narrow band is a smooth landscape (Santurkar et al. 2018, figure 4a).",
};

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&["loss", "landscape_loss_min", "landscape_loss_max"])
}

/// Draws the figure `landscape`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    FIGURE.draw(results, request)
}
