//! Text as Markdown, used by everything that writes Markdown, so that no text from a file can end a
//! cell, begin a table or insert a picture, a link or HTML.

use crate::units::for_terminal;

/// A table: cells are Markdown already, numbers are aligned to the right.
pub(super) fn table(header: &[String], is_of_numbers: &[bool], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let side = |is_of_numbers: &bool| if *is_of_numbers { "---:" } else { "---" }.to_owned();
    let sides: Vec<String> = is_of_numbers.iter().map(side).collect();
    let mut text = line(header) + &line(&sides);
    text.extend(rows.iter().map(|row| line(row)));
    text
}

/// A line of text in which backticks enclose code. Whatever the text contains, every part of it is either
/// text or code.
pub(super) fn line(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Opening and closing backticks are balanced.
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let written = parts.iter().enumerate().map(|(place, part)| {
        if place % 2 == 0 {
            escape_inside(part)
        } else if part.is_empty() {
            "\\`\\`".to_owned()
        } else {
            code_span(part)
        }
    });
    guarded(written.collect())
}

/// An image with its alternative text.
pub fn image(alternative: &str, path: &str) -> String {
    format!("![{}]({})", escape(alternative), destination(path))
}

/// The destination of a link or an image.
pub(super) fn destination(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '<' => written.push_str("%3C"),
            '>' => written.push_str("%3E"),
            // A pipe would end the cell, and a backslash would escape the next character.
            '|' => written.push_str("%7C"),
            '\\' => written.push_str("%5C"),
            letter if is_hidden(letter) => written.push(' '),
            letter => written.push(letter),
        }
    }
    if written.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')')) {
        format!("<{written}>")
    } else {
        written
    }
}

/// A code block whose fence no line inside can close.
pub(super) fn code(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    let text = for_terminal(text);
    format!("{fence}text\n{text}\n{fence}\n\n")
}

/// A link with this text.
pub fn link(text: &str, to: &str) -> String {
    format!("[{}]({})", escape_inside(text), destination(to))
}

/// A code span.
pub(super) fn code_span(code: &str) -> String {
    let code = code.replace(is_hidden, " ");
    let fence = "`".repeat(longest_run(&code) + 1);
    let room = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{}{room}{fence}", code.replace('|', "\\|"))
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

/// Whether a character must not occur in a line: those that end one, and those that control a terminal.
fn is_hidden(letter: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = letter.encode_utf8(&mut buffer);
    letter.is_control() || for_terminal(text) != text
}

/// Text with everything escaped that has a meaning in Markdown.
pub fn escape(text: &str) -> String {
    guarded(escape_inside(text))
}

/// Text escaped for the inside of a line.
pub(super) fn escape_inside(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for (place, &letter) in letters.iter().enumerate() {
        let is_word = |place: Option<usize>| {
            let neighbour = place.and_then(|place| letters.get(place));
            neighbour.is_some_and(|letter| letter.is_alphanumeric())
        };
        match letter {
            // Inside a word it has no meaning.
            '_' if is_word(place.checked_sub(1)) && is_word(Some(place + 1)) => escaped.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            // It could begin an entity.
            '&' if is_word(Some(place + 1)) || letters.get(place + 1) == Some(&'#') => {
                escaped.push_str("&amp;");
            }
            letter if is_hidden(letter) => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Escapes the start of a line, so that it begins no heading, quotation or list.
pub(super) fn guarded(text: String) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let numbered =
        digits > 0 && text[digits..].starts_with(['.', ')']) && text[digits + 1..].starts_with(' ');
    if numbered {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['#', '>', '+', '=']) || text.starts_with("- ") {
        return format!("\\{text}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_a_line_stays_code_and_everything_else_is_text() {
        for (text, written) in [
            ("`seed` was 0, is <b>", "`seed` was 0, is \\<b>"),
            ("`a`<b>`", "\\`a\\`\\<b>\\`"),
            ("a `` b", "a \\`\\` b"),
            ("# `a|b`\n", "\\# `a\\|b` "),
        ] {
            assert_eq!(line(text), written);
        }
    }

    #[test]
    fn no_text_leaves_its_place() {
        let hostile = "a|b\n\u{1b}[2J\u{202e}![x](javascript:y)<script>";
        let escaped = escape(hostile);
        assert_eq!(escaped, "a\\|b  [2J !\\[x\\](javascript:y)\\<script>".replace("[2J", "\\[2J"));
        assert_eq!(link("x", "a b)|c"), "[x](<a b)%7Cc>)");
        assert_eq!(code_span("a\n`b"), "``a `b``");
        assert!(!code(hostile).contains('\u{1b}'));
    }
}
