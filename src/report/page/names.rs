//! Settings as papers spell them.

use crate::results::query::title;
use crate::units;

/// How a value is spelled in prose: `MNIST`, `ReLU`, `1e-7`, `55 000`; as it is where it has no other
/// name.
pub(super) fn spelled(value: &str) -> String {
    let known = match value {
        "cpu" => Some("CPU"),
        word => title(word),
    };
    let known = known.map(str::to_owned);
    known.or_else(|| units::alike(value)).unwrap_or_else(|| number(value))
}

/// Whole numbers in groups of three, very small ones with their power of ten.
fn number(text: &str) -> String {
    if let Ok(whole) = text.parse::<usize>() {
        return grouped(whole);
    }
    match text.parse::<f64>() {
        Ok(small) if small != 0.0 && small.abs() < 1e-3 => format!("{small:e}"),
        _ => text.to_owned(),
    }
}

/// `55 000`, from five digits on, with a space that keeps the line together.
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
