//! `{ norm.placement = ["before", "after"], train.learning_rate = 0.1 }`: which points are meant.

use super::groups::Member;
use crate::config::key_list::Key;
use crate::config::problem::Problems;
use crate::config::value::Value;
use crate::config::wire::{Kind, Node, Place};

/// Keys, each with the values that it may have.
pub(in crate::config) struct Pattern {
    pub(super) terms: Vec<(&'static Key, Vec<Value>)>,
    /// Where it was given.
    pub(in crate::config) place: Place,
}

impl Pattern {
    /// Whether every key has one of its values. `value` gives the value of a key; `None` where the
    /// key means nothing, and then the pattern does not hold.
    pub(in crate::config) fn holds<'a>(
        &self,
        mut value: impl FnMut(&'static str) -> Option<&'a Value>,
    ) -> bool {
        let mut terms = self.terms.iter();
        terms.all(|(key, allowed)| value(key.path).is_some_and(|value| allowed.contains(value)))
    }

    /// The pattern of these members, checked; `None` where there is a problem.
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
        for member in members {
            let values = allowed(member.key, member.node, word, problems);
            terms.push((member.key, values?));
        }
        Some(Self { terms, place })
    }
}

/// One value, or a list of several. A list that is itself a value of the key is one value.
fn allowed(key: &Key, node: &Node, word: &str, problems: &mut Problems) -> Option<Vec<Value>> {
    super::values::can_be_swept(key, node.place, problems)?;
    if let Some(value) = key.rule.accept(&node.kind) {
        return Some(vec![value]);
    }
    let one = std::slice::from_ref(node);
    let items = match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        _ => one,
    };
    let check = |item: &Node| {
        let shown = item.kind.shown();
        let subject = format!("`{} = {shown}` in `sweep.{word}`", key.path);
        key.rule.check(&subject, item, problems)
    };
    items.iter().map(check).collect()
}
