//! The parts of `[sweep]`.

use crate::config::key::Key;
use crate::config::wire::Node;

/// A part of `[sweep]`: a key, or one of four words.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) enum Part {
    /// A key with its values.
    Key(&'static Key),
    /// Keys that vary together.
    Zip,
    /// Keys that vary only where a pattern holds.
    When,
    /// Points that are added to the sweep.
    Include,
    /// Points that are removed from the sweep.
    Exclude,
}

impl Part {
    /// The part of that name, if it is one of [`SWEEP_WORDS`](crate::config::key_lookup::SWEEP_WORDS).
    pub(in crate::config) fn of_word(word: &str) -> Option<Self> {
        let parts = [Self::Zip, Self::When, Self::Include, Self::Exclude];
        parts.into_iter().find(|part| part.name() == word)
    }

    /// The part's name after `sweep.` in a file.
    pub(in crate::config) fn name(self) -> &'static str {
        match self {
            Self::Key(key) => key.path,
            Self::Zip => "zip",
            Self::When => "when",
            Self::Include => "include",
            Self::Exclude => "exclude",
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

/// A key in a table, with its value.
pub(super) struct Member<'a> {
    pub(super) key: &'static Key,
    pub(super) node: &'a Node,
}
