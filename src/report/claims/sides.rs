//! The two sides of a comparison in words.

use crate::results::query::Hypothesis;
use crate::wording::names::{PLACEMENT, is_placement, norm_kind, place, spoken};

/// The names of the two values; for axes other than the placement with the axis's name.
pub(super) fn sides(test: &Hypothesis) -> [String; 2] {
    test.compare.each_ref().map(|value| {
        if test.by == PLACEMENT { value.clone() } else { format!("{} {value}", spoken(&test.by)) }
    })
}

/// Both sides: `with the norm before the activation than without one`, with `than` or `as` between them.
pub(super) fn against(test: &Hypothesis, than: &str) -> String {
    let [a, b] = test.compare.each_ref().map(String::as_str);
    match (test.by.as_str(), a, b) {
        (PLACEMENT, a, b) if !is_placement(a) || !is_placement(b) => {
            format!("with {a} {than} with {b}")
        }
        (PLACEMENT, "none", b) => format!("without a norm {than} with one {}", place(b)),
        (PLACEMENT, a, "none") => format!("with the norm {} {than} without one", place(a)),
        (PLACEMENT, a @ ("before" | "after"), b @ ("before" | "after")) => {
            format!("with the norm {a} {than} {b} the activation")
        }
        (PLACEMENT, a, b) => format!("with the norm {} {than} {}", place(a), place(b)),
        ("model.bias", "always", "never") => format!("with a bias {than} without"),
        ("model.bias", "never", "always") => format!("without a bias {than} with one"),
        ("norm.kind", a, b) => format!("with {} {than} with {}", norm_kind(a), norm_kind(b)),
        (by, a, b) => format!("with {} {a} {than} with {b}", spoken(by)),
    }
}
