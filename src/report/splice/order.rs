//! Parses the first line of a block, which requests its content.

use std::path::PathBuf;

use crate::compare::unknown;
use crate::error::{Error, Result};
use crate::shell;

/// The content that a block requests. Folders are relative to the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// The answer in words.
    Answer { folder: PathBuf },
    /// The table of conditions.
    Conditions { folder: PathBuf, metric: String },
    /// The table of comparisons, with notes; without `by` by the axis of the folder's report.
    Compare { folder: PathBuf, metric: String, by: Option<String> },
    /// The table of claims.
    Claims { folders: Vec<PathBuf> },
    /// A chart, by its name without the extension, which is `svg` or `png`.
    Figure { folder: PathBuf, name: String, extension: &'static str },
}

/// The kinds of content, with their arguments.
const KINDS: [(&str, &str); 5] = [
    ("claims", "claims DIR…"),
    ("answer", "answer DIR"),
    ("conditions", "conditions DIR [--metric NAME]"),
    ("compare", "compare DIR [--by AXIS] [--metric NAME]"),
    ("figure", "figure DIR NAME"),
];

impl Order {
    /// Parses the text in a block's first line.
    pub(super) fn read(asks: &str) -> Result<Self> {
        let words = shell::words(asks);
        let words =
            words.ok_or_else(|| Error::Usage(format!("a quote is not closed in `{asks}`")))?;
        let Some((kind, rest)) = words.split_first() else {
            let kinds = KINDS.map(|(kind, _)| kind).join(", ");
            return Err(Error::Usage(format!(
                "the block names no content\n  hint: the blocks are {kinds}"
            )));
        };
        let Some((_, form)) = KINDS.iter().find(|(known, _)| known == kind) else {
            return Err(Error::Usage(unknown("block", kind, &KINDS.map(|(kind, _)| kind))));
        };
        let mut taken = Arguments::of(rest, form)?;
        let order = match kind.as_str() {
            "claims" => Self::Claims { folders: taken.folders()? },
            "answer" => Self::Answer { folder: taken.folder()? },
            "conditions" => Self::Conditions { folder: taken.folder()?, metric: taken.metric() },
            "compare" => Self::Compare {
                folder: taken.folder()?,
                by: taken.option("--by"),
                metric: taken.metric(),
            },
            _ => {
                let folder = taken.folder()?;
                let name = taken.next()?;
                let (name, extension) = match name.rsplit_once('.') {
                    Some((name, "png")) => (name.to_owned(), "png"),
                    Some((name, "svg")) => (name.to_owned(), "svg"),
                    _ => (name, "svg"),
                };
                Self::Figure { folder, name, extension }
            }
        };
        taken.nothing_left()?;
        Ok(order)
    }
}

/// Arguments that are consumed one by one.
struct Arguments<'a> {
    form: &'a str,
    places: std::collections::VecDeque<String>,
    options: Vec<(String, String)>,
}

impl<'a> Arguments<'a> {
    fn of(words: &[String], form: &'a str) -> Result<Self> {
        let mut taken =
            Self { form, places: std::collections::VecDeque::new(), options: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                taken.places.push_back(word.clone());
                continue;
            }
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), words.next().cloned()),
            };
            let Some(value) = value else {
                return Err(taken.wrong(&format!("`{name}` has no value")));
            };
            taken.options.push((name.to_owned(), value));
        }
        Ok(taken)
    }

    fn next(&mut self) -> Result<String> {
        let next = self.places.pop_front();
        next.ok_or_else(|| self.wrong("a word is missing"))
    }

    fn folder(&mut self) -> Result<PathBuf> {
        self.next().map(PathBuf::from)
    }

    fn folders(&mut self) -> Result<Vec<PathBuf>> {
        let first = self.folder()?;
        let others = std::mem::take(&mut self.places);
        let others = others.into_iter().map(PathBuf::from);
        Ok(std::iter::once(first).chain(others).collect())
    }

    fn option(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(known, _)| known == name)?;
        Some(self.options.remove(at).1)
    }

    fn metric(&mut self) -> String {
        self.option("--metric").unwrap_or_else(|| "test_accuracy".to_owned())
    }

    fn nothing_left(&self) -> Result<()> {
        let option = self.options.first().map(|(name, _)| name);
        match option.or(self.places.front()) {
            Some(word) => Err(self.wrong(&format!("`{word}` is one too many"))),
            None => Ok(()),
        }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::Usage(format!("{what}\n  hint: `{}`", self.form))
    }
}
