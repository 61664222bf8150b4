//! The keys that decide a condition's numbers. A sweep has many conditions that differ in a few
//! keys, so what they share is kept once.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::config::key_list::Key;
use crate::config::keys;
use crate::config::value::Value;

/// A key that was read, with its value. Sections of one experiment share their entries.
#[derive(Debug, PartialEq)]
pub struct Entry {
    key: &'static str,
    /// `None` for a key that is left open.
    value: Option<Value>,
    /// What stands for the value where something else decides the numbers: the content of a table.
    identity: Option<Value>,
    /// `"key":value` as canonical JSON, where it decides numbers.
    json: Option<String>,
    /// No other entry of its experiment has the same number.
    number: u32,
}

impl Entry {
    /// A key that was read; `identity` stands for its value in ids, where it does not itself.
    pub(in crate::config) fn new(
        key: &'static str,
        value: Option<Value>,
        identity: Option<Value>,
        number: u32,
    ) -> Self {
        let decides = keys::find(key).is_some_and(Key::decides_numbers);
        let json = identity.as_ref().or(value.as_ref()).filter(|_| decides).map(|value| {
            // What came from a file cannot fail to be written into one.
            let value = serde_json::to_value(value).unwrap_or_default();
            format!("\"{key}\":{value}")
        });
        Self { key, value, identity, json, number }
    }

    /// Dotted.
    pub(in crate::config) fn key(&self) -> &'static str {
        self.key
    }

    /// What stands for the value in ids, where it does not itself.
    pub(in crate::config) fn identity(&self) -> Option<&Value> {
        self.identity.as_ref()
    }

    /// The same for all entries of one experiment that decide the same.
    pub(in crate::config) fn number(&self) -> u32 {
        self.number
    }

    /// `None` for a key that is left open.
    pub(in crate::config) fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }
}

/// The keys of one section that were read, with their values.
#[derive(Debug, PartialEq)]
pub struct Section {
    /// The keys ascend.
    entries: Vec<Arc<Entry>>,
    /// Two sections of one experiment whose keys decide the same have the same number.
    number: u32,
}

impl Section {
    /// A section with these entries, whose keys ascend.
    pub(in crate::config) fn new(entries: Vec<Arc<Entry>>, number: u32) -> Self {
        Self { entries, number }
    }

    /// The entries.
    pub(in crate::config) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// What the section decides, in numbers of entries.
    pub(in crate::config) fn identity(entries: &[Arc<Entry>]) -> Box<[u32]> {
        let deciding = entries.iter().filter(|entry| entry.json.is_some());
        deciding.map(|entry| entry.number).collect()
    }

    /// The value of a key; `None` where it was not read or is left open.
    pub(in crate::config) fn value(&self, key: &str) -> Option<&Value> {
        let found = self.entries.binary_search_by(|entry| entry.key.cmp(key));
        self.entries[found.ok()?].value.as_ref()
    }
}

/// Every key that decides a condition's numbers, with its value, in ascending order.
#[derive(Clone)]
pub struct Keys {
    /// `data`, `model`, `norm`, `train`: ascending like the keys in them.
    sections: [Arc<Section>; 4],
}

impl Keys {
    /// The keys of these sections, which ascend.
    pub(in crate::config) fn new(sections: [Arc<Section>; 4]) -> Self {
        Self { sections }
    }

    /// The value of a key; `None` where it means nothing or is left open.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let (_, value) = self.iter().find(|(known, _)| *known == key)?;
        Some(value)
    }

    /// Whether the key has a value here.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The keys and their values, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let deciding = self.entries().filter(|entry| entry.json.is_some());
        deciding.filter_map(|entry| {
            let value = entry.identity.as_ref().or(entry.value.as_ref());
            Some((entry.key, value?))
        })
    }

    /// The canonical JSON of the keys in pieces: joined by commas, in braces, they are the object.
    pub fn json_pieces(&self) -> impl Iterator<Item = &str> {
        self.entries().filter_map(|entry| entry.json.as_deref())
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        let sections = self.sections.iter();
        sections.flat_map(|section| section.entries.iter().map(|entry| &**entry))
    }

    /// What tells these keys from others of the same experiment.
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
