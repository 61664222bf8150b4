//! The backward pass: the gradients of the loss.

use super::lines::{Line, Section};
use super::{ROUNDING, largest, norm_input, out, size_of_terms};
use crate::explain::{BatchTrace, Place};

/// The section from the unit's output to its input.
pub(super) fn section(walk: &BatchTrace) -> Section {
    let out = out(walk);
    let loss = if walk.gradients.is_largest_output {
        format!("L is the largest {out} alone")
    } else {
        format!("d{out} is given")
    };
    let (last, first) = activated(walk);
    let lines = std::iter::once(start(walk)).chain(last);
    let lines = lines.chain(parameters(walk)).chain([normalised(walk)]);
    Section {
        title: format!("Backward, dx for ∂L/∂x; {loss}"),
        lines: lines.chain(first).collect(),
    }
}

/// The gradient with respect to the unit's output.
fn start(walk: &BatchTrace) -> Line {
    let out = out(walk);
    let line = Line::given(&format!("d{out}"), &walk.gradients.out);
    if walk.gradients.is_largest_output {
        return Line { formula: format!("1 for the largest {out}, else 0"), ..line };
    }
    line
}

/// The gradient through the activation, which is after the normalisation or before it.
fn activated(walk: &BatchTrace) -> (Option<Line>, Option<Line>) {
    let back = &walk.gradients;
    let Some(name) = &walk.unit.activation else {
        return (None, None);
    };
    match walk.unit.placement {
        Place::Before => {
            let line = Line::several("dy", format!("= da · {name}′(y)"), &back.y, 0.0);
            (Some(line), None)
        }
        Place::After => {
            let formula = format!("= da · {name}′(x)");
            let line = Line::several("dx", formula, &back.x, rounding(walk));
            (None, Some(line))
        }
    }
}

fn parameters(walk: &BatchTrace) -> [Line; 2] {
    let back = &walk.gradients;
    let sum: f64 = back.y.iter().map(|gradient| gradient.abs()).sum();
    let rounding = ROUNDING * sum;
    let of_gamma = rounding * size_of_terms(walk, walk.batch.deviation);
    [
        Line::single("dγ", "= Σ dy x̂", back.gamma, of_gamma),
        Line::single("dβ", "= Σ dy", back.beta, rounding),
    ]
}

/// The gradient through the normalisation.
fn normalised(walk: &BatchTrace) -> Line {
    let symbol = format!("d{}", norm_input(walk));
    let formula = "= γ/σ̂ · (dy − (dβ + x̂ dγ) / m)";
    Line::several(&symbol, formula, &walk.gradients.norm_input, rounding(walk))
}

/// The magnitude up to which that gradient is rounding error: its terms often cancel.
fn rounding(walk: &BatchTrace) -> f64 {
    let x_hat = largest(&walk.training.x_hat);
    let factor = walk.unit.gamma.abs() / walk.batch.deviation;
    ROUNDING * factor * largest(&walk.gradients.y) * (1.0 + x_hat * x_hat)
}
