//! The keys that decide a condition's numbers. A sweep has many conditions that differ in a few
//! keys, so what they share is kept once.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::config::keys;
use crate::config::value::Value;

/// The keys of one section that were read, with their values.
#[derive(Debug, PartialEq)]
pub struct Section {
    /// Ascending; `None` for a key that is left open.
    read: Vec<(&'static str, Option<Value>)>,
    /// Those that decide numbers, as canonical JSON without its braces.
    json: Arc<str>,
    /// Two sections of one experiment with the same JSON have the same number.
    number: u32,
}

impl Section {
    /// The canonical JSON of a section that was read: keys ascend, braces are left out.
    pub(in crate::config) fn json_of(read: &[(&'static str, Option<Value>)]) -> String {
        let deciding = read.iter().filter_map(deciding);
        // What came from a file cannot fail to be written into one.
        let members: Vec<String> = deciding
            .map(|(key, value)| {
                format!(
                    "\"{key}\":{}",
                    serde_json::to_value(value).unwrap_or_default()
                )
            })
            .collect();
        members.join(",")
    }

    /// A section of which `json` is the JSON.
    pub(in crate::config) fn new(
        read: Vec<(&'static str, Option<Value>)>,
        json: Arc<str>,
        number: u32,
    ) -> Self {
        Self { read, json, number }
    }

    /// The value of a key; `None` where it was not read or is left open.
    pub(in crate::config) fn value(&self, key: &str) -> Option<&Value> {
        self.get(key)?.as_ref()
    }

    /// The value of a key that was read; `Some(None)` for one left open.
    pub(in crate::config) fn get(&self, key: &str) -> Option<&Option<Value>> {
        let found = self.read.binary_search_by(|(known, _)| (*known).cmp(key));
        Some(&self.read[found.ok()?].1)
    }
}

/// The key and its value, where they decide numbers.
fn deciding<'a>(
    (key, value): &'a (&'static str, Option<Value>),
) -> Option<(&'static str, &'a Value)> {
    let value = value.as_ref()?;
    keys::find(key)?.decides_numbers().then_some((key, value))
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
        let sections = self.sections.iter();
        sections.flat_map(|section| section.read.iter().filter_map(deciding))
    }

    /// The canonical JSON of the keys in pieces: joined by commas, in braces, they are the object.
    /// Conditions that share a section share its piece.
    pub fn json_pieces(&self) -> impl Iterator<Item = &str> {
        let pieces = self.sections.iter().map(|section| &*section.json);
        pieces.filter(|piece| !piece.is_empty())
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
