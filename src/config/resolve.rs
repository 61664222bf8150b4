//! The experiment written out again, with every default filled in, so that a results folder says
//! everything and stays true when a default changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::conditions::{Conditions, Open};
use super::draft::Draft;
use super::key_list::{self, Key};
use super::rule::Rule;
use super::spec::{Condition, Entry, TableFile};
use super::sweep;
use super::tables::SUMS;
use super::value::Value;
use super::written::{self, Member, Written};

/// The keys that were read, with their values; `None` for one left open.
pub(super) type Log = BTreeMap<&'static str, Option<Value>>;

/// What was read at the points of a sweep: for each key, its different values.
#[derive(Default)]
pub(super) struct ReadKeys(BTreeMap<&'static str, Vec<Option<Value>>>);

impl FromIterator<Arc<Entry>> for ReadKeys {
    fn from_iter<I: IntoIterator<Item = Arc<Entry>>>(entries: I) -> Self {
        let mut read: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in entries {
            let values = read.entry(entry.key()).or_default();
            // Two are enough to know that they differ.
            if values.len() < 2 {
                values.push(entry.value().cloned());
            }
        }
        Self(read)
    }
}

impl ReadKeys {
    /// Whether a key was read anywhere.
    pub(super) fn read(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether a key has different values.
    pub(super) fn vary(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|values| values.len() > 1)
    }

    /// The value that a key has wherever it is read. None where points disagree: the key's default
    /// depends on the sweep there, so it has to stay a default. Points that are dropped count:
    /// another default might bring them back.
    fn common(&self, path: &str) -> Option<Value> {
        match self.0.get(path)?.as_slice() {
            [value] => value.clone(),
            _ => None,
        }
    }
}

/// A TOML text that gives the same experiment. `outside` are the keys outside the sweep's reach.
pub(super) fn text(
    draft: &Draft,
    found: &Conditions,
    outside: &Log,
    tables: &[TableFile],
) -> String {
    let mut out = String::new();
    written::comment(&mut out, "written by bn-lab; every default filled in");
    for section in ["", "data", "model", "norm", "train"] {
        let members = members(section, |key| {
            if key.path == SUMS {
                return draft.tables.sums(tables);
            }
            let outside = outside.get(key.path).cloned().flatten();
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
        // Without the folder: run again under another name, the experiment must not fall on its own
        // results.
        let is_written = |key: &Key| key.path != "output.dir";
        let members = members(section, |key| {
            let value = outside.get(key.path)?.clone();
            value.filter(|_| is_written(key))
        });
        written::section(&mut out, section, &members);
    }
    out
}

/// The value of a key that only `when` or `include` varies, at all other points; `None` where these
/// disagree.
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
    let member = |key: &Key| {
        let (in_section, name) = key.path.split_once('.').unwrap_or(("", key.path));
        let value = Some(key).filter(|_| in_section == section).and_then(&value)?;
        let written = match (key.rule, value) {
            (Rule::Hypotheses, Value::List(tests)) => {
                Written::Lines(tests.into_iter().map(Written::Value).collect())
            }
            (_, value) => Written::Value(value),
        };
        Some((name.to_owned(), written))
    };
    key_list::all().filter_map(member).collect()
}
