//! Names and values as publications write them.

use crate::results::query::title;
use crate::units;

/// A value in prose: `MNIST`, `ReLU`, `1e-7`, `55 000`; unchanged where it has no other
/// name.
pub(super) fn spelled(value: &str) -> String {
    let known = match value {
        "cpu" => Some("CPU"),
        word => title(word),
    };
    let known = known.map(str::to_owned);
    known.or_else(|| units::alike(value)).unwrap_or_else(|| number(value))
}

/// Whole numbers in groups of three digits, very small ones with a power of ten.
fn number(text: &str) -> String {
    if let Ok(whole) = text.parse::<usize>() {
        return grouped(whole);
    }
    match text.parse::<f64>() {
        Ok(small) if small != 0.0 && small.abs() < 1e-3 => format!("{small:e}"),
        _ => text.to_owned(),
    }
}

/// A number in groups of three digits, from five digits on: `55 000`, with a non-breaking space.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_in_papers() {
        let spelled: Vec<String> = [
            "mnist",
            "relu",
            "0.0000001",
            "0.01",
            "55000",
            "1024",
            "[128, 64]",
            "[64, 64, 64, 64]",
            "[64]",
        ]
        .map(spelled)
        .into();
        let expected = [
            "MNIST",
            "ReLU",
            "1e-7",
            "0.01",
            "55\u{202f}000",
            "1024",
            "[128, 64]",
            "4 × 64",
            "[64]",
        ];
        assert_eq!(spelled, expected);
    }
}
