//! The effective smoothness along the gradient (Santurkar et al. 2018, figure 4c).

use super::along_gradient::Along;
use super::layers;
use super::request::{Absent, Drawn, Request};
use crate::results::query::{Details, Results};

const FIGURE: Along = Along {
    name: "smoothness",
    shown: "Effective β-smoothness along the gradient",
    label: "Effective smoothness",
    middle: Some("effective_smoothness"),
    edges: None,
    band: "",
    note: "The largest change of the gradient by the length of the step that made it: lower is smoother \
           (Santurkar et al. 2018, figure 4c).",
};

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&["effective_smoothness"])
}

/// Draws the figure `smoothness`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    FIGURE.draw(results, request)
}
