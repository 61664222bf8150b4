//! The values of one key of a sweep: a list or a range.

use std::collections::HashSet;

use super::range;
use crate::config::checked::check;
use crate::config::key::Key;
use crate::config::problem::{Place, Problems};
use crate::config::typos;
use crate::config::value::Value;
use crate::config::wire::{self, Kind, Node};

/// The values, each checked; `None` where there is a problem. `budget` is the count of a
/// range that states none.
pub(super) fn values(
    key: &Key,
    node: &Node,
    budget: Option<usize>,
    problems: &mut Problems,
) -> Option<Vec<Value>> {
    can_be_swept(key, node.place, problems)?;
    let values = match &node.kind {
        Kind::List(items) => list(key, items, problems)?,
        Kind::Table(members) => range::values(key, node, members, budget, problems)?,
        other => {
            let shown = other.shown();
            let text = format!("`sweep.{} = {shown}`: must be a list of values", key.path);
            let list = values_in(key, other).unwrap_or_else(|| format!("[{shown}]"));
            problems.add_with_hint(node.place, text, Some(format!("write `{list}`")));
            return None;
        }
    };
    if values.is_empty() {
        let text = format!("`sweep.{}`: the list is empty; give at least one value", key.path);
        problems.add(node.place, text);
        return None;
    }
    Some(values)
}

/// The list that a text without quotes was probably meant to be: `[none, before]` or `none,before`;
/// `None` where the text is a valid value itself, or one of its words is not.
pub(in crate::config) fn values_in(key: &Key, kind: &Kind) -> Option<String> {
    let Kind::Plain(Value::Text(text)) = kind else {
        return None;
    };
    let is_several = text.starts_with('[') || text.contains(',');
    if !is_several || key.rule.accept(kind).is_some() {
        return None;
    }
    let list = typos::quoted_list(text).or_else(|| typos::quoted_list(&format!("[{text}]")))?;
    let Kind::List(items) = wire::override_value(&list, 0).kind else {
        return None;
    };
    let is_allowed = |item: &Node| key.rule.accept(&item.kind).is_some();
    items.iter().all(is_allowed).then_some(list)
}

/// Whether the sweep may vary `key`; `None` if that is a problem.
pub(super) fn can_be_swept(key: &Key, place: Place, problems: &mut Problems) -> Option<()> {
    if key.can_be_swept() {
        return Some(());
    }
    let text = format!("`sweep.{}`: `{}` cannot be swept", key.path, key.path);
    let hint = "the keys of `[data]`, `[model]`, `[norm]` and `[train]` can; `replicates` repeats every condition";
    problems.add_with_hint(place, text, Some(hint.to_owned()));
    None
}

fn list(key: &Key, items: &[Node], problems: &mut Problems) -> Option<Vec<Value>> {
    let check_item = |item: &Node| {
        let subject = format!("`{}` in `sweep.{}`", item.kind.shown(), key.path);
        if key.rule.takes_texts() && matches!(item.kind, Kind::Plain(_)) {
            // A list written below `[sweep]` by mistake, meant as one value for all conditions, would become an axis.
            let text = format!("{subject}: every value of the sweep must be a list of texts");
            let (section, name) = (key.section(), key.name());
            let hint = format!(
                "to set it for all conditions, put `{name} = […]` under `[{section}]`; to vary it, write a list of lists: `[[\"a\"], [\"a\", \"b\"]]`"
            );
            problems.add_with_hint(item.place, text, Some(hint));
            return None;
        }
        check(&key.rule, &subject, item, problems)
    };
    // All of them are checked before the first invalid one rejects the axis.
    let checked: Vec<Option<Value>> = items.iter().map(check_item).collect();
    checked.into_iter().collect()
}

/// Reports the first value that appears twice.
pub(super) fn all_different(key: &Key, node: &Node, values: &[Value], problems: &mut Problems) {
    let mut seen = HashSet::new();
    let again = values.iter().position(|value| !seen.insert(value.to_toml()));
    if let Some(index) = again {
        let value = values[index].to_toml();
        let text = format!("`sweep.{}`: the value `{value}` appears twice", key.path);
        problems.add(item_place(node, index), text);
    }
}

fn item_place(node: &Node, index: usize) -> Place {
    let item = match &node.kind {
        Kind::List(items) => items.get(index),
        _ => None,
    };
    item.map_or(node.place, |item| item.place)
}
