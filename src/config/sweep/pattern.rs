//! Patterns such as `{ norm.placement = ["before", "after"], train.learning_rate = 0.1 }`, which select points.

use super::part::Member;
use super::values::can_be_swept;
use crate::config::checked::check_one_or_several;
use crate::config::key::Key;
use crate::config::problem::{Place, Problems};
use crate::config::value::Value;

/// Keys, each with the values that it may have.
pub(in crate::config) struct Pattern {
    pub(super) terms: Vec<(&'static Key, Vec<Value>)>,
    pub(in crate::config) place: Place,
}

impl Pattern {
    /// Whether every key has one of its values. `value` gives the value of a key; `None` where the
    /// key does not apply, and then the pattern does not hold.
    pub(in crate::config) fn holds<'a>(
        &self,
        mut value: impl FnMut(&'static str) -> Option<&'a Value>,
    ) -> bool {
        let mut terms = self.terms.iter();
        terms.all(|(key, allowed)| value(key.path).is_some_and(|value| allowed.contains(value)))
    }

    /// Checks these members and returns their pattern; `None` where there is a problem.
    pub(super) fn read(
        members: &[Member<'_>],
        place: Place,
        word: &str,
        problems: &mut Problems,
    ) -> Option<Self> {
        if members.is_empty() {
            let text = format!("`sweep.{word}`: names no key, so it would hold everywhere");
            problems.add(place, text);
            return None;
        }
        let mut terms = Vec::new();
        let within = format!("in `sweep.{word}`");
        for Member { key, node } in members {
            can_be_swept(key, node.place, problems)?;
            terms.push((*key, check_one_or_several(key, node, &within, problems)?));
        }
        Some(Self { terms, place })
    }
}
