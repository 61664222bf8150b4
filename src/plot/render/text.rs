//! Text sizes, and breaking of text into lines of a given width.

use crate::units::cut;

/// A size and weight of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    /// Height of the em square in pixels.
    pub(super) size: f64,
    /// Whether the font is bold.
    pub(super) bold: bool,
    /// Distance from one line to the next, in pixels.
    pub(super) leading: f64,
}

/// The chart's title.
pub(super) const TITLE: Face = face(15.0, true, 20.0);
/// Headings of rows and titles of panels.
pub(super) const HEADING: Face = face(12.0, true, 16.0);
/// Legend and axis labels.
pub(super) const PLAIN: Face = face(12.0, false, 18.0);
/// Tick labels and notes: the smallest size.
pub(super) const SMALL: Face = face(11.0, false, 15.0);

const fn face(size: f64, bold: bool, leading: f64) -> Face {
    Face { size, bold, leading }
}

/// The width of a text in a face, in pixels.
pub(super) type Measure = dyn Fn(&str, Face) -> f64;

/// Most characters of a text in a picture. A longer one is unreadable there, and enlarges the picture.
pub(super) const LONGEST: usize = 2000;

/// Breaks a text into lines no wider than `width`: between words, inside of what belongs together (`n = 6`) and
/// inside a word only where it does not fit a single line. Control characters, which XML forbids, become spaces.
pub(super) fn wrap(text: &str, face: Face, width: f64, measure: &Measure) -> Vec<String> {
    let text = &*cut(text, LONGEST);
    let mut lines = Vec::new();
    let mut line = String::new();
    for part in parts(text) {
        let longer = if line.is_empty() { part.clone() } else { format!("{line} {part}") };
        if measure(&longer, face) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut pieces = split(&part, face, width, measure);
        line = pieces.pop().unwrap_or_default();
        lines.append(&mut pieces);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Characters between two words that stay on one line.
const JOINTS: [char; 2] = ['\u{a0}', '\u{202f}'];

/// Signs that belong to what is before and after them.
const SIGNS: [&str; 9] = ["=", "<", ">", "≤", "≥", "±", "×", "−", "+"];

/// The parts of a text between which a line may break: words, and words that belong together.
fn parts(text: &str) -> Vec<String> {
    let is_gap = |c: char| c.is_control() || (c.is_whitespace() && !JOINTS.contains(&c));
    let mut parts: Vec<String> = Vec::new();
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        match parts.last_mut() {
            Some(part) if belongs(part, word) => {
                part.push(' ');
                part.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

/// Whether no line breaks between a part and the word after it.
fn belongs(part: &str, word: &str) -> bool {
    let last = part.rsplit(' ').next().unwrap_or(part);
    let is_percentage = word.starts_with('%') && last.ends_with(|c: char| c.is_ascii_digit());
    is_percentage || word == "·" || SIGNS.contains(&word) || SIGNS.contains(&last)
}

/// Breaks a text like [`wrap`], but where possible between the parts that ` · ` separates.
pub(super) fn wrap_parts(text: &str, face: Face, width: f64, measure: &Measure) -> Vec<String> {
    const SEPARATOR: &str = " · ";
    let mut lines: Vec<String> = Vec::new();
    for part in cut(text, LONGEST).split(SEPARATOR) {
        let mut pieces = wrap(part, face, width, measure);
        if let (Some(line), [piece]) = (lines.last_mut(), pieces.as_slice()) {
            let longer = format!("{line}{SEPARATOR}{piece}");
            if measure(&longer, face) <= width {
                *line = longer;
                continue;
            }
        }
        lines.append(&mut pieces);
    }
    lines
}

/// The width of the longest part of a text that no line breaks.
pub(super) fn longest(text: &str, face: Face, measure: &Measure) -> f64 {
    let words = text.split_whitespace().map(|word| measure(word, face));
    words.fold(0.0, f64::max)
}

/// Breaks a part into pieces no wider than `width`: between its words, or else inside them, each of at least one
/// character.
fn split(part: &str, face: Face, width: f64, measure: &Measure) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for word in part.split(' ') {
        let last = pieces.len() - 1;
        let longer = format!("{} {word}", pieces[last]);
        if pieces[last].is_empty() {
            pieces.pop();
        } else if measure(&longer, face) <= width {
            pieces[last] = longer;
            continue;
        }
        pieces.append(&mut letters(word, face, width, measure));
    }
    pieces
}

/// Breaks a word into pieces no wider than `width`, each of at least one character.
fn letters(word: &str, face: Face, width: f64, measure: &Measure) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let last = pieces.len() - 1;
        let longer = format!("{}{letter}", pieces[last]);
        if pieces[last].is_empty() || measure(&longer, face) <= width {
            pieces[last] = longer;
        } else {
            pieces.push(letter.to_string());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten_pixels_a_letter(text: &str, _: Face) -> f64 {
        10.0 * text.chars().count() as f64
    }

    fn wrapped(text: &str) -> Vec<String> {
        wrap(text, PLAIN, 60.0, &ten_pixels_a_letter)
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two three"), ["one", "two", "three"]);
        assert_eq!(wrapped("a b c d"), ["a b c", "d"]);
        assert!(wrapped(" \n ").is_empty());
    }

    #[test]
    fn a_word_that_fits_no_line_is_broken() {
        assert_eq!(wrapped("a normalisation b"), ["a", "normal", "isatio", "n b"]);
    }

    #[test]
    fn what_belongs_together_stays_on_one_line() {
        let wrapped = |text| wrap(text, PLAIN, 100.0, &ten_pixels_a_letter);
        assert_eq!(wrapped("over the n = 6 runs"), ["over the", "n = 6 runs"]);
        assert_eq!(wrapped("interval 95 % here"), ["interval", "95 % here"]);
        assert_eq!(wrapped("a difference before − none"), ["a", "difference", "before −", "none"]);
        assert_eq!(wrapped("batches 8\u{a0}of 9"), ["batches", "8\u{a0}of 9"]);
        assert_eq!(wrapped("one two · three"), ["one two ·", "three"]);
        assert!((longest("one three two", PLAIN, &ten_pixels_a_letter) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn titles_break_between_their_parts() {
        let wrapped = |text| wrap_parts(text, PLAIN, 100.0, &ten_pixels_a_letter);
        assert_eq!(wrapped("batch 8 · lr 0.1"), ["batch 8", "lr 0.1"]);
        assert_eq!(wrapped("a 1 · b 2 · c 3"), ["a 1 · b 2", "c 3"]);
        assert_eq!(wrapped("hidden layers 3 · b 2"), ["hidden", "layers 3", "b 2"]);
    }

    #[test]
    fn of_a_long_text_the_beginning_is_kept() {
        let text = "word ".repeat(20_000);
        for lines in [wrapped(&text), wrap_parts(&text, PLAIN, 60.0, &ten_pixels_a_letter)] {
            assert_eq!(lines.len(), LONGEST / 5);
            assert!(lines.last().is_some_and(|line| line.ends_with('…')));
        }
        let parts = "part · ".repeat(20_000);
        let lines = wrap_parts(&parts, PLAIN, 60.0, &ten_pixels_a_letter);
        assert!(lines.len() <= LONGEST / 7 + 1, "{}", lines.len());
    }

    #[test]
    fn control_characters_become_spaces() {
        assert_eq!(wrapped("a\u{0}b\u{1b}c"), ["a b c"]);
    }
}
