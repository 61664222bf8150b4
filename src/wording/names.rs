//! Keys and their values in sentences.

use crate::results::query::{Aggregation, short_name};
use crate::units;

/// The axis that the program is about.
pub const PLACEMENT: &str = "norm.placement";

/// `learning rate` of `train.learning_rate`.
pub fn spoken(key: &str) -> String {
    short_name(key).replace('_', " ")
}

/// Where a norm is placed: `before the activation`.
pub fn place(placement: &str) -> String {
    match placement {
        "pre-activation" => "in pre-activation blocks".to_owned(),
        "after-addition" => "behind the addition".to_owned(),
        place => format!("{place} the activation"),
    }
}

/// `batch normalisation` of `batch`.
pub fn norm_kind(kind: &str) -> String {
    match kind {
        "renorm" => "batch renormalisation".to_owned(),
        kind => format!("{kind} normalisation"),
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

/// `a`, `a and b`, `a, b and c`
pub fn listed<T: AsRef<str>>(texts: &[T]) -> String {
    units::joined(texts, "and")
}

/// The settings of the other axes: `batch size 2, activation relu`. Axes that mean nothing are left out.
pub fn setting(
    axes: &[String],
    cells: &[String],
    written: impl Fn(&str, &str) -> String,
) -> String {
    let cells = axes.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    let cells: Vec<String> = cells.map(|(axis, cell)| written(axis, cell)).collect();
    cells.join(", ")
}
