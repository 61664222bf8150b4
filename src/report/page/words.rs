//! Lines of text with markup, which both formats support.

use super::tone::Tone;

/// Text in pieces, not yet escaped: each writer escapes it for its format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<Piece>);

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain text.
    Plain(String),
    /// A key, a value or a command.
    Code(String),
    /// Strong emphasis.
    Strong(String),
    /// A verdict in a word or two, marked by its colour.
    Badge {
        /// The word.
        text: String,
        /// What decides its colour.
        tone: Tone,
    },
    /// A link.
    Link {
        /// The text of the link.
        text: String,
        /// `#` with a section's id, or an address relative to the report, made by [`address`].
        to: String,
    },
}

impl Words {
    /// Empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The program's own text, in which backticks enclose keys and commands.
    pub fn marked(text: &str) -> Self {
        let mut words = Self::new();
        for (place, part) in text.split('`').enumerate() {
            if !part.is_empty() {
                let is_code = place % 2 == 1;
                words = if is_code { words.code(part) } else { words.plain(part) };
            }
        }
        words
    }

    /// Appends plain text.
    #[must_use]
    pub fn plain(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Plain(text.into()));
        self
    }

    /// Appends a key, a value or a command.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Code(text.into()));
        self
    }

    /// Appends text with strong emphasis.
    #[must_use]
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(text.into()));
        self
    }

    /// Appends a verdict in a word or two.
    #[must_use]
    pub fn badge(mut self, text: impl Into<String>, tone: impl Into<Tone>) -> Self {
        self.0.push(Piece::Badge { text: text.into(), tone: tone.into() });
        self
    }

    /// Appends a link; see [`Piece::Link`].
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, to: impl Into<String>) -> Self {
        let (text, to) = (text.into(), to.into());
        self.0.push(Piece::Link { text, to });
        self
    }

    /// Appends other text.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text without markup.
    pub fn text(&self) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Plain(text)
            | Piece::Code(text)
            | Piece::Strong(text)
            | Piece::Badge { text, .. }
            | Piece::Link { text, .. } => text.clone(),
        };
        self.0.iter().map(text).collect()
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

/// A path with forward slashes as the address of a link: characters with another meaning there are encoded.
pub fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                address.push(char::from(byte));
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}

/// An effect with its interval and its `n = 8`, with non-breaking spaces inside both.
pub(super) fn unbroken(text: &str) -> String {
    let mut within = false;
    let kept = text.chars().map(|letter| {
        within = (within || letter == '[') && letter != ']';
        if within && letter == ' ' { '\u{a0}' } else { letter }
    });
    let kept: String = kept.collect();
    kept.replace("n = ", "n\u{a0}=\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::{address, unbroken};

    #[test]
    fn an_interval_and_a_count_stay_in_one_line() {
        assert_eq!(
            unbroken("0.5 more [−1.0, 2.0], n = 8, at hidden 2 × 64"),
            "0.5 more [−1.0,\u{a0}2.0], n\u{a0}=\u{a0}8, at hidden 2 × 64"
        );
    }

    #[test]
    fn an_address_means_the_path_and_nothing_else() {
        let written = ["01-a/report.html", "my (x)/a#b?c%d", "../é", "javascript:x"].map(address);
        let expected =
            ["01-a/report.html", "my%20%28x%29/a%23b%3Fc%25d", "../%C3%A9", "javascript%3Ax"];
        assert_eq!(written, expected);
    }
}
