//! The trace of one unit over one batch as a page: one line for each quantity, with its formula and its
//! values, aligned at the decimal point; suitable for a lecture slide.
//!
//! Given numbers are printed as given, computed ones with four decimals; an exact 0 is `0`. As in
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

/// A result that is smaller than its terms by this factor is rounding error.
const ROUNDING: f64 = 1e-13;

/// The page as aligned text.
pub fn table(walk: &BatchTrace) -> String {
    let page = lines::text(&sections(walk));
    let notes = notes::all(walk).join("\n");
    format!("{}\n{}\n{page}\n{notes}\n", title(walk), settings(walk, "   "))
}

/// The page in Markdown.
pub fn markdown(walk: &BatchTrace) -> String {
    let page = lines::markdown(&sections(walk));
    let notes = notes::all(walk).join("\n- ");
    format!("### {}\n\n{}\n{page}\n- {notes}\n", title(walk), settings(walk, ", "))
}

/// The trace as JSON, with every digit.
pub fn json(walk: &BatchTrace) -> String {
    json_text(walk)
}

/// The title of the page.
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

/// The symbol of the normalisation's input.
fn norm_input(walk: &BatchTrace) -> &'static str {
    match (walk.unit.placement, &walk.unit.activation) {
        (Place::After, Some(_)) => "a",
        _ => "x",
    }
}

/// The symbol of the unit's output.
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

/// The size of the terms whose difference is `x̂`, in units of the `deviation` that it was divided by.
fn size_of_terms(walk: &BatchTrace, deviation: f64) -> f64 {
    largest(walk.norm_input()) / deviation
}

#[cfg(test)]
mod tests;
