//! Writes the experiment with every default filled in, so that a results folder is complete and stays valid
//! when a default changes.

use std::sync::Arc;

use super::conditions::{Conditions, Open};
use super::draft::Draft;
use super::key::{Key, SUMS};
use super::key_lookup;
use super::point::AppliedKeys;
use super::spec::{Condition, OUTPUT_DIR, TESTS, TableFile};
use super::sweep;
use super::value::Value;
use super::written::{self, Member, Written};

/// A TOML text that gives the same experiment. `outside` are the keys that cannot be swept.
pub(super) fn text(
    draft: &Draft,
    found: &Conditions,
    outside: &AppliedKeys,
    tables: &[TableFile],
) -> String {
    let mut out = String::new();
    written::comment(&mut out, "written by bn-lab; every default filled in");
    for section in ["", "data", "model", "norm", "train"] {
        let members = members(section, |key| {
            if key.path == SUMS {
                return draft.tables.sums(tables);
            }
            let outside = outside.get(key.path).and_then(|(_, value)| value.clone());
            outside.or_else(|| match draft.sweep.axis(key.path) {
                None => found.read.common(key.path),
                Some(_) if draft.sweep.is_in_product(key.path) => None,
                Some(_) => elsewhere(key.path, draft, found),
            })
        });
        written::section(&mut out, section, &members);
    }
    let swept = sweep::write(&draft.sweep, included(found));
    written::section(&mut out, "sweep", &swept);
    for section in ["tune", "claim", "checkpoint", "probe", "output"] {
        // Without the folder: when the text is run again under another name, it must not write into the same
        // results.
        let members = members(section, |key| {
            let (_, value) = outside.get(key.path).filter(|_| key.path != OUTPUT_DIR.0.path)?;
            value.clone()
        });
        written::section(&mut out, section, &members);
    }
    out
}

/// The value of a key that only `when` or `include` varies, at all other points; `None` where these
/// have different values.
fn elsewhere(path: &str, draft: &Draft, found: &Conditions) -> Option<Value> {
    if let Some(given) = draft.base.get(path) {
        return Some(given.value.clone());
    }
    if found.axes.iter().all(|axis| axis.key != path) {
        return found.read.common(path);
    }
    let axes = draft.sweep.axes.iter();
    let mut open = axes.zip(&found.open).filter(|(axis, _)| axis.key.path == path);
    match open.next()? {
        (_, Open::Same(value)) => Some(value.clone()),
        _ => None,
    }
}

/// The points that `include` adds, each with all its keys and their values.
fn included(found: &Conditions) -> Vec<Vec<(String, Value)>> {
    let included = &found.all[found.all.len() - found.included..];
    let named = |condition: &Arc<Condition>| {
        let cells = found.axes.iter().zip(&condition.values);
        let cells = cells.filter_map(|(axis, value)| Some((axis.key.clone(), value.clone()?)));
        cells.collect()
    };
    included.iter().map(named).collect()
}

/// The keys of a section that have a value, in the order of the list of keys.
fn members(section: &str, value: impl Fn(&Key) -> Option<Value>) -> Vec<Member> {
    let member = |key: &&'static Key| {
        let value = value(key)?;
        let written = match value {
            Value::List(tests) if key.path == TESTS.0.path => {
                Written::Lines(tests.into_iter().map(Written::Value).collect())
            }
            value => Written::Value(value),
        };
        Some((key.name().to_owned(), written))
    };
    key_lookup::in_sections(&[section]).iter().filter_map(member).collect()
}
