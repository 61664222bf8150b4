//! Keys and their values in sentences.

use crate::results::query::{Aggregation, short_name, title};
use crate::units;

/// The axis of the placement.
pub const PLACEMENT: &str = "norm.placement";

/// A key's name in words: `learning rate` for `train.learning_rate`.
pub fn spoken(key: &str) -> String {
    short_name(key).replace('_', " ")
}

/// A placement in words: `before the activation`; its label where it has one.
pub fn place(placement: &str) -> String {
    match placement {
        "pre-activation" => "in pre-activation blocks".to_owned(),
        "after-addition" => "behind the addition".to_owned(),
        "before" | "after" => format!("{placement} the activation"),
        label => label.to_owned(),
    }
}

/// Whether a placement is written as in experiment files, and not by a label.
pub fn is_placement(placement: &str) -> bool {
    ["none", "before", "after", "pre-activation", "after-addition"].contains(&placement)
}

/// A kind of normalisation in words: `batch normalisation` for `batch`.
pub fn norm_kind(kind: &str) -> String {
    match kind {
        "renorm" => "batch renormalisation".to_owned(),
        kind => format!("{} normalisation", title(kind).unwrap_or(kind)),
    }
}

/// A metric of which the scores at all values of an axis are one number: `the spread of test accuracy over init scale`.
pub fn aggregated(
    metric: &str,
    axis: &str,
    how: Aggregation,
    bound: impl Fn(f64) -> String,
) -> String {
    match how {
        Aggregation::Spread => format!("the spread of {metric} over {axis}"),
        Aggregation::Worst => format!("the worst {metric} over {axis}"),
        Aggregation::Best => format!("the best {metric} over {axis}"),
        Aggregation::Mean => format!("the mean {metric} over {axis}"),
        Aggregation::Change => format!("the change of {metric} from the first to the last {axis}"),
        Aggregation::Reach(least) => {
            format!("the largest {axis} where {metric} is as good as {}", bound(least))
        }
    }
}

/// A list in words: `a`, `a and b`, `a, b and c`.
pub fn listed<T: AsRef<str>>(texts: &[T]) -> String {
    units::joined(texts, "and")
}

/// The settings of the other axes: `batch size 2, activation relu`. Axes that do not apply are left out.
pub fn setting(
    axes: &[String],
    cells: &[String],
    written: impl Fn(&str, &str) -> String,
) -> String {
    let cells = axes.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    let cells: Vec<String> = cells.map(|(axis, cell)| written(axis, cell)).collect();
    cells.join(", ")
}
