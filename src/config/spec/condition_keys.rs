//! The keys that determine a condition's numbers. A sweep has many conditions that differ in a few
//! keys, so their common parts are stored once.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::config::key::Key;
use crate::config::value::Value;

/// A key that was read, with its value. Sections of one experiment share their entries.
#[derive(Debug)]
pub struct Entry {
    key: &'static Key,
    /// `None` for a key without a value.
    value: Option<Value>,
    /// Replaces the value in ids where something else determines the numbers: the content of a table.
    identity: Option<Value>,
    /// `"key":value` as canonical JSON, where it is part of ids.
    json: Option<String>,
    /// Unique among the entries of its experiment.
    number: u32,
}

impl Entry {
    /// A key that was read; `identity` replaces its value in ids, where it is given.
    pub(in crate::config) fn new(
        key: &'static Key,
        value: Option<Value>,
        identity: Option<Value>,
        number: u32,
    ) -> Self {
        let value_is_part = value.as_ref().is_some_and(|value| key.identifies(value));
        let json = identity.as_ref().or(value.as_ref()).filter(|_| value_is_part).map(|value| {
            // A value that was read from a file can be serialised.
            let value = serde_json::to_value(value).unwrap_or_default();
            format!("\"{}\":{value}", key.path)
        });
        Self { key, value, identity, json, number }
    }

    /// The key's dotted path.
    pub(in crate::config) fn key(&self) -> &'static str {
        self.key.path
    }

    /// What replaces the value in ids, if anything does.
    pub(in crate::config) fn identity(&self) -> Option<&Value> {
        self.identity.as_ref()
    }

    /// A number that two entries of one experiment share if they have the same effect.
    pub(in crate::config) fn number(&self) -> u32 {
        self.number
    }

    /// `None` for a key without a value.
    pub(in crate::config) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}

/// The keys of one section that were read, with their values.
#[derive(Debug)]
pub struct Section {
    /// Sorted by key.
    entries: Vec<Arc<Entry>>,
    /// A number that two sections of one experiment share if they have the same effect.
    number: u32,
}

impl Section {
    /// A section with these entries, which are sorted by key.
    pub(in crate::config) fn new(entries: Vec<Arc<Entry>>, number: u32) -> Self {
        Self { entries, number }
    }

    pub(in crate::config) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// What the section's effect is identified by: the numbers of its entries.
    pub(in crate::config) fn identity(entries: &[Arc<Entry>]) -> Box<[u32]> {
        let deciding = entries.iter().filter(|entry| entry.json.is_some());
        deciding.map(|entry| entry.number).collect()
    }

    /// The value of a key; `None` where it was not read or has no value.
    pub(in crate::config) fn value(&self, key: &str) -> Option<&Value> {
        let found = self.entries.binary_search_by(|entry| entry.key.path.cmp(key));
        self.entries[found.ok()?].value.as_ref()
    }
}

/// Every key that determines a condition's numbers, with its value, sorted by key.
#[derive(Clone)]
pub struct Keys {
    /// `data`, `model`, `norm`, `train`, in this order, so that all keys are sorted.
    sections: [Arc<Section>; 4],
}

impl Keys {
    /// The keys of these sections, which are sorted.
    pub(in crate::config) fn new(sections: [Arc<Section>; 4]) -> Self {
        Self { sections }
    }

    /// The value of a key; `None` where it does not apply or has no value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let (_, value) = self.iter().find(|(known, _)| *known == key)?;
        Some(value)
    }

    /// Whether the key has a value here.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The keys and their values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let deciding = self.entries().filter(|entry| entry.json.is_some());
        deciding.filter_map(|entry| {
            let value = entry.identity.as_ref().or(entry.value.as_ref());
            Some((entry.key.path, value?))
        })
    }

    /// The canonical JSON of the keys in pieces: joined by commas and put in braces, they form the object.
    pub fn json_pieces(&self) -> impl Iterator<Item = &str> {
        self.entries().filter_map(|entry| entry.json.as_deref())
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        let sections = self.sections.iter();
        sections.flat_map(|section| section.entries.iter().map(|entry| &**entry))
    }

    /// Numbers that distinguish these keys from others of the same experiment.
    pub(in crate::config) fn numbers(&self) -> [u32; 4] {
        self.sections.each_ref().map(|section| section.number)
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::declare::keys;
    use crate::config::key::DefaultValue::{Number, Open};
    use crate::config::key_lookup;
    use crate::config::rule::ANY;

    keys! { KEYS:
        FROM_THE_START: f64 = "train.from_the_start", ANY, default Number(0.5); "Known to every id.";
        LATER: f64 = "train.later", ANY, default Number(0.5), added later; "Unknown to older ids.";
        LATER_AND_OPEN: Option<f64> = "train.later_and_open", ANY, default Open("none"), added later;
            "Unknown to older ids, and without a default.";
    }

    fn hashed(key: &'static Key, value: Option<f64>) -> Option<String> {
        Entry::new(key, value.map(Value::Float), None, 0).json
    }

    #[test]
    fn a_key_that_was_added_later_enters_an_id_only_where_it_differs_from_its_default() {
        assert_eq!(KEYS.len(), 3);
        let written = |key: &str, value: &str| Some(format!("\"train.{key}\":{value}"));
        assert_eq!(hashed(FROM_THE_START.0, Some(0.5)), written("from_the_start", "0.5"));
        assert_eq!(hashed(LATER.0, Some(0.5)), None);
        assert_eq!(hashed(LATER.0, Some(0.25)), written("later", "0.25"));
        assert_eq!(hashed(LATER_AND_OPEN.0, None), None);
        assert_eq!(hashed(LATER_AND_OPEN.0, Some(0.5)), written("later_and_open", "0.5"));
    }

    #[test]
    fn a_later_key_at_its_default_does_not_distinguish_two_sections() {
        let entry =
            |key, value, number| Arc::new(Entry::new(key, Some(Value::Float(value)), None, number));
        let before = [entry(FROM_THE_START.0, 0.1, 1)];
        let at_default = [entry(FROM_THE_START.0, 0.1, 1), entry(LATER.0, 0.5, 2)];
        let changed = [entry(FROM_THE_START.0, 0.1, 1), entry(LATER.0, 0.6, 3)];
        assert_eq!(Section::identity(&at_default), Section::identity(&before));
        assert_ne!(Section::identity(&changed), Section::identity(&before));
    }

    #[test]
    fn the_default_of_a_later_key_is_the_same_everywhere() {
        for key in key_lookup::all().filter(|key| key.added_later) {
            let is_fixed = key.default.literal().is_some() || matches!(key.default, Open(_));
            assert!(is_fixed, "`{}`", key.path);
        }
    }
}
