//! How far the gradient changes along the gradient (Santurkar et al. 2018, figure 4b).

use super::along_gradient::Along;
use super::layers;
use super::request::{Absent, Drawn, Request};
use crate::results::query::{Details, Results};

const FIGURE: Along = Along {
    name: "predictiveness",
    shown: "Gradient predictiveness: how far the gradient moves along the gradient",
    label: "L2 distance of gradients",
    middle: None,
    edges: Some(["gradient_distance_min", "gradient_distance_max"]),
    band: "Band: from the smallest to the largest distance between the gradient and the gradients after steps \
           of `probe.landscape_steps` learning rates along it. Means over completed replicates.",
    note: "A low band means that the gradient still holds a step further (Santurkar et al. 2018, figure 4b).",
};

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&["gradient_distance_min", "gradient_distance_max"])
}

/// Draws the figure `predictiveness`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    FIGURE.draw(results, request)
}
