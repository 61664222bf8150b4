//! Colours of text on a terminal. Text gets its colours here and nowhere else, after everything in it that would
//! control a terminal has been removed.

use std::sync::OnceLock;

use console::Term;

use crate::units::for_terminal;

/// When output is coloured: `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set; with `CLICOLOR_FORCE`, elsewhere as well
    #[default]
    Auto,
    /// Everywhere, also in files and pipes
    Always,
    /// Nowhere
    Never,
}

/// A colour or weight of text: one of the eight colours that every terminal has, as its user has chosen them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// In bold type.
    Bold,
    /// Less visible than other text.
    Faint,
    /// For failures.
    Red,
    /// For success.
    Green,
    /// For warnings.
    Yellow,
    /// Blue, in its bright form, which can be read on black.
    Blue,
    /// Magenta.
    Magenta,
    /// Cyan.
    Cyan,
}

/// Ends all colours.
const PLAIN: &str = "\x1b[0m";

impl Ink {
    const ALL: [Self; 8] = [
        Self::Bold,
        Self::Faint,
        Self::Red,
        Self::Green,
        Self::Yellow,
        Self::Blue,
        Self::Magenta,
        Self::Cyan,
    ];

    /// The control sequence that begins it (ECMA-48, "select graphic rendition").
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Red => "\x1b[31m",
            Self::Green => "\x1b[32m",
            Self::Yellow => "\x1b[33m",
            Self::Blue => "\x1b[94m",
            Self::Magenta => "\x1b[35m",
            Self::Cyan => "\x1b[36m",
        }
    }
}

/// Text of which parts have a colour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Painted(Vec<(Option<Ink>, String)>);

impl Painted {
    /// Appends text without a colour.
    pub fn push(&mut self, text: &str) {
        self.push_in(None, text);
    }

    /// Appends text in a colour.
    pub fn push_in(&mut self, ink: Option<Ink>, text: &str) {
        match self.0.last_mut() {
            Some((last, before)) if *last == ink => before.push_str(text),
            _ => self.0.push((ink, text.to_owned())),
        }
    }

    /// Appends another text.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The text without its colours, as it was given.
    pub fn plain(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// The text for a terminal, with its colours if `is_coloured`.
    fn written(&self, is_coloured: bool) -> String {
        let part = |(ink, text): &(Option<Ink>, String)| {
            let text = for_terminal(text);
            match ink.filter(|_| is_coloured) {
                Some(ink) => format!("{}{text}{PLAIN}", ink.code()),
                None => text.into_owned(),
            }
        };
        self.0.iter().map(part).collect()
    }

    /// The text for stdout.
    pub fn printed(&self) -> String {
        self.written(is_coloured(Stream::Stdout))
    }

    /// The text for stderr.
    pub fn said(&self) -> String {
        self.written(is_coloured(Stream::Stderr))
    }
}

/// Text for a terminal in which only the colours of [`Painted`] are kept of all control sequences.
pub fn painted_for_terminal(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        kept.push_str(&for_terminal(&rest[..at]));
        rest = &rest[at..];
        let codes = Ink::ALL.into_iter().map(Ink::code).chain([PLAIN]);
        let known = codes.into_iter().find(|code| rest.starts_with(code));
        let length = known.map_or(1, str::len);
        match known {
            Some(code) => kept.push_str(code),
            None => kept.push_str(&for_terminal(&rest[..length])),
        }
        rest = &rest[length..];
    }
    kept.push_str(&for_terminal(rest));
    kept
}

/// One of the two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Whether stdout and stderr are coloured; unset, as in tests, neither is.
static COLOURED: OnceLock<[bool; 2]> = OnceLock::new();

/// Decides for the whole process, once.
pub fn choose_colours(choice: ColourChoice) {
    let variable = |name: &str| std::env::var(name).ok();
    let is_coloured = |term: &Term| decide(choice, term.is_term(), &variable);
    COLOURED.get_or_init(|| [is_coloured(&Term::stdout()), is_coloured(&Term::stderr())]);
}

/// Whether text on a stream is coloured.
pub fn is_coloured(stream: Stream) -> bool {
    COLOURED.get().is_some_and(|coloured| coloured[stream as usize])
}

/// The user's choice; else the conventions of no-color.org and bixense.com/clicolors.
fn decide(
    choice: ColourChoice,
    is_terminal: bool,
    variable: &impl Fn(&str) -> Option<String>,
) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let is_on = |name: &str| set(name).is_some_and(|value| value != "0");
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if set("NO_COLOR").is_some() => false,
        ColourChoice::Auto if is_on("CLICOLOR_FORCE") => true,
        ColourChoice::Auto => {
            let is_refused = set("CLICOLOR").is_some_and(|value| value == "0");
            is_terminal && !is_refused && variable("TERM").as_deref() != Some("dumb")
        }
    }
}

/// Whether the locale has the characters of Unicode: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set names
/// UTF-8 (POSIX, "Environment Variables"). Windows has no such variables, and always has them.
pub fn is_unicode() -> bool {
    cfg!(windows) || names_utf8(&|name| std::env::var(name).ok())
}

fn names_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The width of the terminal on stdout: `COLUMNS` if it is set, else what the terminal says; `None` without a terminal.
pub fn columns() -> Option<usize> {
    let given = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let term = Term::stdout();
    let size = || term.is_term().then(|| term.size_checked()).flatten();
    given.or_else(|| size().map(|(_, columns)| usize::from(columns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An environment of `NAME=value` pairs.
    fn environment(pairs: &'static str) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let pairs = pairs.split(' ').filter_map(|pair| pair.split_once('='));
            pairs.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
        }
    }

    #[test]
    fn the_option_precedes_the_environment_and_the_environment_the_terminal() {
        use ColourChoice::{Always, Auto, Never};
        for (choice, is_terminal, pairs, expected) in [
            (Auto, true, "TERM=xterm", true),
            (Auto, false, "TERM=xterm", false),
            (Auto, true, "TERM=dumb", false),
            (Auto, true, "NO_COLOR=1", false),
            (Auto, true, "NO_COLOR=", true),
            (Auto, true, "CLICOLOR=0", false),
            (Auto, false, "CLICOLOR_FORCE=1", true),
            (Auto, false, "CLICOLOR_FORCE=0", false),
            (Auto, false, "CLICOLOR_FORCE=1 NO_COLOR=1", false),
            (Always, false, "NO_COLOR=1 TERM=dumb", true),
            (Never, true, "CLICOLOR_FORCE=1", false),
        ] {
            let decided = decide(choice, is_terminal, &environment(pairs));
            assert_eq!(decided, expected, "{choice:?} {is_terminal} {pairs}");
        }
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_characters() {
        for (pairs, expected) in [
            ("LANG=de_DE.UTF-8", true),
            ("LANG=C.utf8", true),
            ("LC_CTYPE=UTF-8", true),
            ("LC_ALL=C LANG=de_DE.UTF-8", false),
            ("LC_ALL= LANG=de_DE.UTF-8", true),
            ("LANG=de_DE.ISO-8859-1", false),
            ("", false),
        ] {
            assert_eq!(names_utf8(&environment(pairs)), expected, "{pairs}");
        }
    }

    #[test]
    fn painted_text_has_its_own_colours_and_no_others() {
        let mut text = Painted::default();
        text.push("a\x1b[31m ");
        text.push_in(Some(Ink::Green), "b\x1b[2J");
        assert_eq!(text.written(false), "a\u{fffd}[31m b\u{fffd}[2J");
        let coloured = "a\u{fffd}[31m \x1b[32mb\u{fffd}[2J\x1b[0m";
        assert_eq!(text.written(true), coloured);
        assert_eq!(painted_for_terminal(coloured), coloured);
        assert_eq!(
            painted_for_terminal("\x1b[2J\x1b[36m|\x1b[0m\x1b"),
            "\u{fffd}[2J\x1b[36m|\x1b[0m\u{fffd}"
        );
    }
}
