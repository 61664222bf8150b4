//! The loss along the gradient (Santurkar et al. 2018, section 3.1; Bjorck et al. 2018).
//!
//! With `g = ∇L(θ)` on the batch of the next step, in training mode, and `θ(η) = θ − η g`
//! for every step size `η = multiple × learning rate`:
//!
//! | quantity | over the step sizes |
//! |---|---|
//! | `landscape_loss_min`, `_max` | the range of `L(θ(η))` |
//! | `relative_loss_x<multiple>` | `L(θ(η)) / L(θ)` |
//! | `gradient_distance_min`, `_max` | the range of `‖g − ∇L(θ(η))‖`: gradient predictiveness |
//! | `gradient_relative_distance_max` | the same by `‖g‖`, as weights under a norm have no scale |
//! | `effective_smoothness` | the largest `‖g − ∇L(θ(η))‖ / (η ‖g‖)` |
//!
//! A quotient is left out where its divisor is only rounding error: a loss that the network has
//! already reduced to 0, a gradient that vanished, or a learning rate of 0.
//!
//! The papers' own grids of step sizes are not known. `learning_rate` is the step's own, from which the
//! step sizes can be computed; they are the same in conditions with the same learning rate and schedule.

use super::{LEAST_NORM, LOSS_ROUNDING, Moment, Readings, norm, quotient};
use crate::event::NamedTensor;

pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let Some((next, here)) = moment.next() else {
        return;
    };
    let size = length(&here.gradients);
    let (mut losses, mut distances) = (Vec::new(), Vec::new());
    // NaN represents the largest of no numbers, since `max` ignores it.
    let mut smoothness = f64::NAN;
    for multiple in &moment.settings.landscape {
        let step = multiple * next.learning_rate;
        let there = moment.network.descended(here, step);
        let there = there.slope(next.batch, next.step);
        let distance = apart(&here.gradients, &there.gradients);
        let quantity = format!("relative_loss_x{multiple}");
        let relative = quotient(there.loss, here.loss, LOSS_ROUNDING);
        readings.push("all", &quantity, relative);
        losses.push(there.loss);
        distances.push(distance);
        smoothness = smoothness.max(quotient(distance, step * size, LEAST_NORM));
    }
    readings.push("all", "learning_rate", next.learning_rate);
    readings.push("all", "loss", here.loss);
    readings.push("all", "gradient_norm", size);
    readings.push("all", "landscape_loss_min", least(&losses));
    readings.push("all", "landscape_loss_max", most(&losses));
    readings.push("all", "gradient_distance_min", least(&distances));
    readings.push("all", "gradient_distance_max", most(&distances));
    readings.push(
        "all",
        "gradient_relative_distance_max",
        quotient(most(&distances), size, LEAST_NORM),
    );
    readings.push("all", "effective_smoothness", smoothness);
}

fn length(gradients: &[NamedTensor]) -> f64 {
    let norms = gradients.iter().map(|g| norm(&g.values).powi(2));
    norms.sum::<f64>().sqrt()
}

fn apart(a: &[NamedTensor], b: &[NamedTensor]) -> f64 {
    let squares = a.iter().zip(b);
    squares.map(|(a, b)| super::distance(&a.values, &b.values).powi(2)).sum::<f64>().sqrt()
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}
