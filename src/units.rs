//! Formats of durations, shares, sizes and counts, for the progress display and for tables, and filters of
//! the characters that a file or a terminal accepts.

use std::borrow::Cow;

/// A share as a percentage: `97.3 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A duration in units that fit: `45 s`, `3 min 20 s`, `2 h 05 min`.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Bytes as hexadecimal digits, two for each byte: `0a1f`.
pub fn hexadecimal(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A size in powers of 1000: `812 bytes`, `14.2 kB`, `3.0 MB`.
pub fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        ..1e3 => format!("{bytes} bytes"),
        1e3..1e6 => format!("{:.1} kB", bytes / 1e3),
        1e6..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.1} GB", bytes / 1e9),
    }
}

/// The text with its first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// A count of trials: `1 trial`, `2 trials`.
pub fn trials(count: usize) -> String {
    counted(count, "trial", "trials")
}

/// A list in words: `a`, `a or b`, `a, b or c`, with `word` (here `or`) before the last.
pub fn joined<T: AsRef<str>>(texts: &[T], word: &str) -> String {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    match texts[..] {
        [] => String::new(),
        [only] => only.to_owned(),
        [ref first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// A number with the words for one or for several: `1 pair is`, `2 pairs are`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Text for SVG and HTML, not yet escaped. Characters that may not occur in them even escaped are replaced
/// by `�`: those outside XML's `Char` (U+FFFE, U+FFFF, most control characters) and the other control
/// characters, which HTML excludes.
pub fn for_markup(text: &str) -> Cow<'_, str> {
    let replaced = |letter: char| match letter {
        '\r' => ' ',
        '\n' | '\t' => letter,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    };
    if text.chars().all(|letter| replaced(letter) == letter) {
        return text.into();
    }
    text.chars().map(replaced).collect()
}

/// Whether a character may move a cursor, change the state of a terminal, or change the direction of the
/// text around it: control characters, and Unicode's embeddings, overrides and isolates.
fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text for a terminal: characters that would control it are replaced by `�`; line ends and tabs stay.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    let replaced = |letter: char| match letter {
        '\n' | '\t' => letter,
        '\r' => ' ',
        letter if steers(letter) => '\u{fffd}',
        letter => letter,
    };
    if text.chars().all(|letter| replaced(letter) == letter) {
        return text.into();
    }
    text.chars().map(replaced).collect()
}

/// JSON in which no string contains a raw character that would control a terminal, or that YAML reads as a
/// line end: these are escaped, which leaves the decoded values the same.
pub fn for_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |letter: char| {
        let is_layout = matches!(letter, '\n' | '\t' | '\r');
        (steers(letter) && !is_layout) || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    if !json.contains(is_escaped) {
        return json.into();
    }
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_escaped(letter) {
            // All of them are in Unicode's Basic Multilingual Plane.
            text.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            text.push(letter);
        }
    }
    text.into()
}

/// Text as one line of printable characters: line ends and tabs become spaces, other control characters
/// `�`, so that no text controls a terminal.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let line = for_markup(text);
    if line.contains(['\n', '\t']) { line.replace(['\n', '\t'], " ").into() } else { line }
}

/// Most columns of a terminal that a table's cell takes: longer text is cut. Widths of Rust's
/// `{:>width$}` must also stay below 65,536.
const WIDEST_CELL: usize = 400;

/// The first `most` characters of a text; the last of them is `…` where the text is longer.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.char_indices().nth(most).is_none() {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…").into()
}

/// A table's cell for a terminal: one line, and cut where it is very long.
pub fn for_table(text: &str) -> Cow<'_, str> {
    match one_line(text) {
        Cow::Borrowed(line) => cut(line, WIDEST_CELL),
        Cow::Owned(line) => cut(&line, WIDEST_CELL).into_owned().into(),
    }
}

/// A cell of a CSV file, not yet quoted. Spreadsheets run text that begins with `=`, `+`, `-` or `@` as
/// a formula, so it gets an apostrophe in front, as they write text themselves; numbers are left alone.
/// A cell is one line, and other control characters are replaced by `�`.
pub fn for_csv(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    if is_formula(&line) && line.parse::<f64>().is_err() { format!("'{line}").into() } else { line }
}

/// The text of a cell before [`for_csv`] put an apostrophe in front.
pub fn from_csv(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

/// Whether a text begins as a formula, or as one with apostrophes in front, which must be kept.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@'])
}

/// The value of an axis in a sentence: `“none”` in quotes, since "none is better" would mean something else.
pub fn named(value: &str) -> String {
    if value == "none" { format!("“{value}”") } else { value.to_owned() }
}

/// `20 × 64` for a list of twenty times 64; `None` for a list of different values.
pub fn alike(text: &str) -> Option<String> {
    let items = text.strip_prefix('[')?.strip_suffix(']')?;
    let items: Vec<&str> = items.split(", ").collect();
    let (first, rest) = items.split_first()?;
    let is_alike = items.len() > 1 && rest.iter().all(|item| item == first);
    is_alike.then(|| format!("{} × {first}", items.len()))
}

/// A formatted number with a typographic minus sign, and with no sign where it rounds to zero.
pub fn signed(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_fitting_units() {
        let written: Vec<String> = [0.4, 59.4, 59.6, 200.0, 7500.0].map(duration).into();
        assert_eq!(written, ["0 s", "59 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"]);
    }

    #[test]
    fn sizes_keep_three_figures_or_so() {
        let written: Vec<String> = [812, 14_200, 3_000_000, 5_120_000_000].map(size).into();
        assert_eq!(written, ["812 bytes", "14.2 kB", "3.0 MB", "5.1 GB"]);
    }

    #[test]
    fn one_is_singular() {
        let written = [0, 1, 2].map(|count| counted(count, "pair", "pairs"));
        assert_eq!(written, ["0 pairs", "1 pair", "2 pairs"]);
    }

    #[test]
    fn what_xml_forbids_is_replaced() {
        let text = for_markup("a\u{fffe}\u{ffff}\u{0}\u{1b}\u{7f}\u{9f}\r\n\tü\u{10ffff}");
        assert_eq!(text, "a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd} \n\tü\u{10ffff}");
        assert!(matches!(for_markup("plain <text>"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_texts_are_cut_and_short_ones_stay() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
        assert_eq!(cut("", 0), "");
        let cell = for_table(&"x\n".repeat(70_000)).into_owned();
        assert_eq!(cell.chars().count(), WIDEST_CELL);
        assert!(cell.starts_with("x x ") && cell.ends_with('…'));
    }

    #[test]
    fn no_text_controls_a_terminal_or_changes_its_direction() {
        let text = "a\u{1b}[2J\u{9b}1m\u{7f}\u{202e}b\u{2066}c\r\n\td";
        assert_eq!(for_terminal(text), "a\u{fffd}[2J\u{fffd}1m\u{fffd}\u{fffd}b\u{fffd}c \n\td");
        let plain = "−0.83 × “ü” 日本\n";
        assert!(matches!(for_terminal(plain), Cow::Borrowed(_)));
    }

    #[test]
    fn escaped_json_has_the_same_values() {
        let text = "a\u{1b}\u{7f}\u{85}\u{202e}\u{2028}\u{feff}\"\\\n\u{1f600}";
        let json = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = for_json(&json);
        assert!(escaped.contains("\\u007f\\u0085\\u202e\\u2028\\ufeff"));
        assert_eq!(for_terminal(&escaped), escaped);
        let read: Vec<String> = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read, [text]);
    }

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+3 points", "'+3 points"),
            ("-- none", "'-- none"),
            ("@a", "'@a"),
            ("'=a", "''=a"),
            ("-0.5", "-0.5"),
            ("+1e-7", "+1e-7"),
            ("'tis", "'tis"),
            ("a = b", "a = b"),
            ("\u{1b}[31ma\r\nb", "\u{fffd}[31ma  b"),
        ] {
            assert_eq!(for_csv(text), cell);
        }
        for text in ["=1", "-x", "'=a", "''@", "'tis", "plain", "-0.5", ""] {
            assert_eq!(from_csv(&for_csv(text)), text);
        }
    }

    #[test]
    fn nothing_has_no_sign() {
        assert_eq!(["-0.00", "-0.01", "2", "-1e-7"].map(signed), ["0.00", "−0.01", "2", "−1e-7"]);
    }

    #[test]
    fn lists_that_repeat_themselves_are_counted() {
        let written = ["[64, 64, 64]", "[128, 64]", "[64]", "relu"].map(alike);
        assert_eq!(written, [Some("3 × 64".to_owned()), None, None, None]);
    }
}
