//! One unit's walk through one batch as a page: each quantity on a line, its formula beside it and its
//! values behind it, decimal points under each other. What a lecturer puts on a slide.
//!
//! Given numbers stand as they were given, computed ones to four places; an exact 0 is `0`. As in
//! many courses, `dx` is short for ∂L/∂x.

mod backward;
mod forward;
mod lines;
mod notes;
mod numbers;

use self::lines::Section;
use self::numbers::exact;
use super::sheet::json_text;
use crate::explain::{BatchTrace, Place};

/// How far below the numbers that it is made of a result is rounding and no more.
const ROUNDING: f64 = 1e-13;

/// Aligned lines.
pub fn table(walk: &BatchTrace) -> String {
    let page = lines::text(&sections(walk));
    let notes = notes::all(walk).join("\n");
    format!("{}\n{}\n{page}\n{notes}\n", title(walk), settings(walk, "   "))
}

/// The same, in Markdown.
pub fn markdown(walk: &BatchTrace) -> String {
    let page = lines::markdown(&sections(walk));
    let notes = notes::all(walk).join("\n- ");
    format!("### {}\n\n{}\n{page}\n- {notes}\n", title(walk), settings(walk, ", "))
}

/// Every digit.
pub fn json(walk: &BatchTrace) -> String {
    json_text(walk)
}

/// What is walked through.
fn title(walk: &BatchTrace) -> String {
    let count = match walk.x.len() {
        1 => "one value".to_owned(),
        count => format!("{count} values"),
    };
    let what = match (&walk.unit.activation, walk.unit.placement) {
        (None, _) => "batch normalisation".to_owned(),
        (Some(name), Place::Before) => format!("batch normalisation → {name}"),
        (Some(name), Place::After) => format!("{name} → batch normalisation"),
    };
    format!("One unit, a batch of {count}: {what}")
}

fn settings(walk: &BatchTrace, between: &str) -> String {
    let unit = &walk.unit;
    let all = [
        ("γ", unit.gamma),
        ("β", unit.beta),
        ("ε", unit.epsilon),
        ("decay", unit.decay),
        ("m", walk.x.len() as f64),
    ];
    all.map(|(name, value)| format!("{name} = {}", exact(value))).join(between)
}

fn sections(walk: &BatchTrace) -> [Section; 4] {
    [
        forward::training(walk),
        backward::section(walk),
        forward::running(walk),
        forward::evaluation(walk),
    ]
}

/// The letter of what goes into the normalisation.
fn norm_input(walk: &BatchTrace) -> &'static str {
    match (walk.unit.placement, &walk.unit.activation) {
        (Place::After, Some(_)) => "a",
        _ => "x",
    }
}

/// The letter of what leaves the unit.
fn out(walk: &BatchTrace) -> &'static str {
    match (walk.unit.placement, &walk.unit.activation) {
        (Place::Before, Some(_)) => "a",
        _ => "y",
    }
}

/// The largest magnitude.
fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |most, number| most.max(number.abs()))
}

/// The size of what `x̂` is a difference of, in units of the `deviation` that it was divided by.
fn size_of_terms(walk: &BatchTrace, deviation: f64) -> f64 {
    largest(walk.norm_input()) / deviation
}

#[cfg(test)]
mod tests;
