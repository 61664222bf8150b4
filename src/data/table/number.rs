//! Defines what a number in a table is.
//!
//! A number is a plain decimal: an optional sign, digits with an optional point, an optional
//! exponent (`-12`, `.5`, `1.2e-3`), finite in 64 bits. Everything else is text; two kinds of text
//! are recognised, so that a column of numbers with a few of them is not mistaken for categories.

use std::cmp::Ordering;

/// The kind of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// A number in an unsupported notation: `12%`, `1,234`, `0x1F`, `1.5D3`, `−5`, `1e999`.
    Notation,
    /// A common mark of a missing number: `NA`, `?`, `null`, `nan`, `-`.
    Missing,
    /// Any other text.
    Text,
}

/// The number in a cell; 0 has no sign.
pub(super) fn number(cell: &str) -> Option<f64> {
    decimal(cell).filter(|value| value.is_finite())
}

/// A plain decimal, finite or not.
fn decimal(cell: &str) -> Option<f64> {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let value: f64 = cell.bytes().all(is_part).then(|| cell.parse().ok())??;
    Some(value + 0.0)
}

/// The kind of a cell.
pub(super) fn kind(cell: &str) -> Kind {
    if number(cell).is_some() {
        Kind::Number
    } else if is_missing_word(cell) {
        Kind::Missing
    } else if decimal(cell).is_some() || is_other_notation(cell) {
        Kind::Notation
    } else {
        Kind::Text
    }
}

/// Marks of a missing or undefined number besides an empty cell; in lower case.
const MISSING_WORDS: &str = "na n/a #n/a n.a. <na> nan -nan null (null) none nil nd ? - -- – — . .. ... * \
     inf +inf -inf infinity -infinity missing nat";

fn is_missing_word(cell: &str) -> bool {
    // Spreadsheets write `#DIV/0!`, `#VALUE!`, `#REF!` and similar errors.
    let is_sheet_error = cell.starts_with('#') && cell.ends_with('!');
    let lower = cell.to_lowercase();
    lower.is_empty() || is_sheet_error || MISSING_WORDS.split(' ').any(|word| word == lower)
}

/// Minus signs other than ASCII's.
const MINUS: [char; 4] = ['−', '–', '﹣', '－'];
/// Separators of thousands: also non-breaking and narrow spaces, and quotes.
const GROUPING: [char; 9] = [',', '\'', '’', '_', ' ', '\u{a0}', '\u{202f}', '\u{2009}', '.'];

fn is_other_notation(cell: &str) -> bool {
    let bare = cell.trim_start_matches(['$', '€', '£', '¥']);
    let bare = bare.trim_end_matches(['%', '‰', '$', '€', '£', '¥']).trim();
    let in_brackets = bare.strip_prefix('(').and_then(|bare| bare.strip_suffix(')'));
    let unsigned = bare.strip_prefix(MINUS).or(in_brackets).unwrap_or(bare);
    let (_, size) = split_sign(unsigned);
    let is_hex = |text: &str| {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let with_e = || unsigned.replacen(['d', 'D'], "e", 1);
    let was_changed = unsigned != cell;
    (was_changed && decimal(unsigned).is_some())
        || is_hex(size)
        || decimal(&with_e()).is_some()
        || decimal(&unsigned.replacen(',', ".", 1)).is_some()
        || GROUPING.iter().any(|&mark| is_grouped(size, mark))
}

/// Whether the text is a grouped number such as `1,234,567.8`, with the separator `mark`.
fn is_grouped(size: &str, mark: char) -> bool {
    let point = if mark == '.' { ',' } else { '.' };
    let (whole, fraction) = size.split_once(point).unwrap_or((size, "0"));
    let mut groups = whole.split(mark);
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_some()
        && (1..=3).contains(&first.len())
        && are_digits(first)
        && rest.all(|group| group.len() == 3 && are_digits(group))
        && are_digits(fraction)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The value of a number, exactly: ± 0.`digits` · 10^`point`, however many digits it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exact {
    is_negative: bool,
    point: i64,
    /// Neither begins nor ends with a zero; empty for 0.
    digits: String,
}

impl Exact {
    /// The value of a text that [`number`] accepts.
    pub(super) fn of(cell: &str) -> Self {
        let (is_negative, size) = split_sign(cell);
        let (mantissa, exponent) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            let (is_negative, point) = (false, 0);
            return Self { is_negative, point, digits };
        }
        let leading = length(&all) - length(significant);
        // An exponent that overflows 64 bits belongs to a number that rounds to 0.
        let exponent: i64 = exponent.parse().unwrap_or(i64::MIN / 2);
        let point = exponent + length(whole) - leading;
        Self { is_negative, point, digits }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => (self.point, &self.digits).cmp(&(other.point, &other.digits)),
        }
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn length(text: &str) -> i64 {
    // No text in memory is longer.
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

/// Whether a number is written without exponent and without leading zeros. `1`, `1.0` and
/// `1.00` always mean the same; `7` and `007`, or `1e3` and `1000`, may not.
pub(super) fn is_plain(cell: &str) -> bool {
    let (_, size) = split_sign(cell);
    let whole = size.split('.').next().unwrap_or_default();
    let is_padded = whole.len() > 1 && whole.starts_with('0');
    !is_padded && !size.contains(['e', 'E'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_plain_decimal_that_64_bits_can_hold() {
        for (cell, value) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("+1", 1.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("007", 7.0),
            ("-1.5e-3", -1.5e-3),
            ("1E300", 1e300),
        ] {
            let read = number(cell).unwrap();
            assert_eq!((read, read.is_sign_negative()), (value, value < 0.0), "{cell}");
            assert_eq!(kind(cell), Kind::Number, "{cell}");
        }
    }

    #[test]
    fn other_notations_and_words_for_missing_numbers_are_known() {
        for cell in "12%|1,234|1,234,567.8|1.234,5|0,5|1 234|1\u{a0}234|1'234|−5|–0.5|0x1F|-0x1f|1.5D3|1d-3|$5|5 €|(12)|1e400|-1e999".split('|') {
            assert_eq!(kind(cell), Kind::Notation, "{cell}");
        }
        for cell in "NA|N/A|#N/A|None|null|-|.|?|nan|NaN|inf|-Infinity||#DIV/0!".split('|') {
            assert_eq!(kind(cell), Kind::Missing, "{cell}");
        }
        for cell in
            "Ulm|e|e5|+|1-2|2020-01-01|12:30|1.2.3|10 cm|d|x1|D|0x|1,2,3|1,23,456|v1.0|<5|3+|%"
                .split('|')
        {
            assert_eq!(kind(cell), Kind::Text, "{cell}");
        }
    }

    #[test]
    fn numbers_are_compared_digit_by_digit() {
        let ascending = [
            "-1e30",
            "-9007199254740993",
            "-9007199254740992",
            "-0.5",
            "0",
            "1e-7",
            "0.5",
            "0.50001",
            "3",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e30",
        ];
        for pair in ascending.windows(2) {
            assert!(Exact::of(pair[0]) < Exact::of(pair[1]), "{pair:?}");
        }
        for (a, b) in
            [("1", "1.00"), ("-0.0", "0"), ("1e3", "1000"), ("+0.120e2", "12"), (".5", "0.5")]
        {
            assert_eq!(Exact::of(a), Exact::of(b));
        }
    }

    #[test]
    fn zeros_in_front_and_exponents_are_not_plain() {
        let plain = ["1", "1.0", "-1.00", "+2", "0", "0.5", ".5", "10"];
        assert!(plain.iter().all(|cell| is_plain(cell)));
        let others = ["007", "00", "-01.5", "1e3", "1E0"];
        assert!(!others.iter().any(|cell| is_plain(cell)));
    }
}
