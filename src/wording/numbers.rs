//! Number formats for people. CSV and JSON have every digit instead.

use crate::compare::metric::Unit;
use crate::stats::{Interval, Tally};

/// A share in percent: `97 %`. Rounded, since 0.57 · 100 is 56.99999999999999.
pub fn share(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}

/// The value of a metric in the unit for text.
pub fn value(number: f64, unit: Unit) -> String {
    let number = number * unit.scale();
    match unit {
        Unit::Steps => format!("{number:.0}"),
        Unit::Nats => format!("{number:.4}"),
        Unit::Seconds if number.abs() < 1e-3 => format!("{number:.2e}"),
        Unit::Seconds if number.abs() < 0.1 => format!("{number:.4}"),
        _ => format!("{number:.2}"),
    }
}

/// A difference in the unit for text, with its sign.
pub fn difference(number: f64, unit: Unit) -> String {
    let sign = if number > 0.0 { "+" } else { "" };
    format!("{sign}{}", value(number, unit))
}

/// An optional value as text; empty where there is none.
pub fn optional<T>(value: Option<T>, written: impl Fn(T) -> String) -> String {
    value.map(written).unwrap_or_default()
}

/// An interval in brackets: `[97.42, 97.97]`.
pub fn bracketed(interval: Option<Interval>, written: impl Fn(f64) -> String) -> String {
    optional(interval, |i| format!("[{}, {}]", written(i.low), written(i.high)))
}

/// An interval in words: `97.42 to 97.97`.
pub fn range(interval: Option<Interval>, written: impl Fn(f64) -> String) -> String {
    optional(interval, |i| format!("{} to {}", written(i.low), written(i.high)))
}

/// Mean and standard deviation: `97.84 ± 0.12`; without a deviation for a single value.
pub fn mean_and_deviation(
    mean: Option<f64>,
    deviation: Option<f64>,
    written: impl Fn(f64) -> String,
) -> String {
    let deviation = optional(deviation, |deviation| format!(" ± {}", written(deviation)));
    optional(mean, |mean| written(mean) + &deviation)
}

/// A p-value with four decimals.
pub fn p_value(p: f64) -> String {
    format!("{p:.4}")
}

/// A count out of a total: `1 of 3`.
pub fn of(count: usize, all: usize) -> String {
    format!("{count} of {all}")
}

/// Wins, ties and losses: `5/0/1`.
pub fn tally(tally: Tally, between: &str) -> String {
    [tally.wins, tally.ties, tally.losses].map(|count| count.to_string()).join(between)
}

/// The text, or a dash where it is empty.
pub fn dashed(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// A formatted number with a typographic minus sign.
pub fn minus(text: &str) -> String {
    text.replace('-', "−")
}
