//! Checks a value against the rule of its key; a forbidden value becomes a problem with a likely fix.

use super::key::Key;
use super::key_lookup;
use super::problem::Problems;
use super::rule::Rule;
use super::typos;
use super::value::Value;
use super::wire::{self, Kind, Node};

/// The value in its normal form; `None`, with the reason among the problems, where the rule forbids it.
/// `subject` names the value in messages.
pub(super) fn check(
    rule: &Rule,
    subject: &str,
    node: &Node,
    problems: &mut Problems,
) -> Option<Value> {
    let accepted = rule.accept(&node.kind).filter(|value| !rule.names_keys() || names_keys(value));
    if accepted.is_none() {
        let text = format!("{subject}: must be {}", rule.allowed());
        problems.add_with_hint(node.place, text, fix(rule, &node.kind));
    }
    accepted
}

/// The values of a key, given one by one or as a list of several. A list that is itself a value of the
/// key is one value. `within` names the table that is read.
pub(super) fn check_one_or_several(
    key: &Key,
    node: &Node,
    within: &str,
    problems: &mut Problems,
) -> Option<Vec<Value>> {
    if let Some(value) = key.rule.accept(&node.kind) {
        return Some(vec![value]);
    }
    let items = match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        _ => std::slice::from_ref(node),
    };
    let subject = |item: &Node| format!("`{} = {}` {within}", key.path, item.kind.shown());
    check_all(&key.rule, items, subject, problems)
}

/// The values of a list; `None` if one is forbidden, after all have been checked.
pub(super) fn check_all(
    rule: &Rule,
    items: &[Node],
    subject: impl Fn(&Node) -> String,
    problems: &mut Problems,
) -> Option<Vec<Value>> {
    let values = items.iter().map(|item| check(rule, &subject(item), item, problems));
    values.collect::<Vec<_>>().into_iter().collect()
}

/// Whether a value names only keys that can be swept.
fn names_keys(value: &Value) -> bool {
    match value {
        Value::Text(path) => key_lookup::find(path).is_some_and(Key::can_be_swept),
        Value::List(paths) => paths.iter().all(names_keys),
        _ => false,
    }
}

fn fix(rule: &Rule, kind: &Kind) -> Option<String> {
    match kind {
        Kind::Plain(Value::Text(path)) if rule.names_keys() && !path.starts_with('[') => {
            let known = key_lookup::suggestion(path).filter(|known| known != path)?;
            Some(format!("did you mean `\"{known}\"`?"))
        }
        // A list from which a shell has removed the quotes.
        Kind::Plain(Value::Text(list)) if rule.names_keys() => {
            let list = wire::override_value(&typos::quoted_list(list)?, 0);
            rule.accept(&list.kind).filter(names_keys).and_then(|_| rule.fix(kind))
        }
        _ => rule.fix(kind),
    }
}
