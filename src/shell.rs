//! Quoting of POSIX shell words by a library, so that any text remains a single word.

/// Quotes a word for a script; `None` where it contains NUL, which no word can.
pub fn word(text: &str) -> Option<String> {
    shlex::try_quote(text).ok().map(std::borrow::Cow::into_owned)
}

/// Quotes a word that people paste into a terminal; `None` also where it contains another control
/// character, on which the terminal would act.
pub fn pasted(text: &str) -> Option<String> {
    let is_text = crate::units::for_terminal(text) == text && !text.contains(['\n', '\t']);
    if is_text { word(text) } else { None }
}

/// Splits a line into words; `None` where a quote is not closed.
pub fn words(line: &str) -> Option<Vec<String>> {
    shlex::split(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        for text in
            ["", "plain/a.b-c_d", "it's $(touch x) `y` \"z\" % # \\ !a ^b", "a\nb; echo c", "ü日本"]
        {
            let word = word(text).expect("no NUL");
            assert_eq!(shlex::split(&word).expect("closed"), [text], "{word}");
        }
        assert_eq!(word("results/x").as_deref(), Some("results/x"));
        assert_eq!(word("a\0b"), None);
        assert_eq!(pasted("cpu; echo x").as_deref(), Some("'cpu; echo x'"));
        for steers in ["a\0", "a\nb", "a\u{1b}[A", "a\u{202e}b", "a\rb"] {
            assert_eq!(pasted(steers), None);
        }
    }
}
