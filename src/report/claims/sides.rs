//! The two sides of a comparison in words.

use crate::results::query::{Hypothesis, short_name};

/// `learning rate` of `train.learning_rate`.
pub(super) fn name_of(key: &str) -> String {
    short_name(key).replace('_', " ")
}

/// The two values; those of other axes than the placement with its name.
pub(super) fn sides(test: &Hypothesis) -> [String; 2] {
    test.compare.each_ref().map(|value| {
        if test.by == PLACEMENT { value.clone() } else { format!("{} {value}", name_of(&test.by)) }
    })
}

/// The axis whose values are said without its name.
const PLACEMENT: &str = "norm.placement";

/// `with the norm before the activation than without one`, with `than` or `as` between the sides.
pub(super) fn against(test: &Hypothesis, than: &str) -> String {
    let [a, b] = test.compare.each_ref().map(String::as_str);
    match (test.by.as_str(), a, b) {
        (PLACEMENT, "none", b) => format!("without a norm {than} with one {}", place(b)),
        (PLACEMENT, a, "none") => format!("with the norm {} {than} without one", place(a)),
        (PLACEMENT, a @ ("before" | "after"), b @ ("before" | "after")) => {
            format!("with the norm {a} {than} {b} the activation")
        }
        (PLACEMENT, a, b) => format!("with the norm {} {than} {}", place(a), place(b)),
        ("norm.kind", a, b) => format!("with {} {than} with {}", kind(a), kind(b)),
        (by, a, b) => format!("with {} {a} {than} with {b}", name_of(by)),
    }
}

fn place(value: &str) -> String {
    match value {
        "pre-activation" => "in pre-activation blocks".to_owned(),
        "after-addition" => "behind the addition".to_owned(),
        place => format!("{place} the activation"),
    }
}

fn kind(value: &str) -> String {
    match value {
        "renorm" => "batch renormalisation".to_owned(),
        kind => format!("{kind} normalisation"),
    }
}
