//! What the declarations say about each key, as text for people.

use super::key::{DefaultValue, Key};
use super::key_lookup;
use super::point::{GivenValues, Point};
use super::rule::Rule;
use super::spec::TEST_KEYS;
use super::value::Value;
use crate::units::joined;

/// A key of an experiment file, described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText {
    /// Its path: `train.batch_size`.
    pub path: &'static str,
    /// The values that it accepts.
    pub allowed: String,
    /// Its default.
    pub default: String,
    /// What it means, and where it applies.
    pub meaning: String,
}

impl KeyText {
    pub(in crate::config) fn of(key: &Key) -> Self {
        let only = match key.applies_text().as_str() {
            "" => String::new(),
            applies => format!(" Applies only {applies}."),
        };
        Self {
            path: key.path,
            allowed: key.rule.allowed(),
            default: default_text(&key.default),
            meaning: format!("{}{only}", key.meaning),
        }
    }
}

/// The keys whose path or description contains `word`, in any case; a whole path is that key alone. Those of a
/// claim's tests come last.
pub fn keys(word: Option<&str>) -> Vec<KeyText> {
    let all: Vec<KeyText> =
        key_lookup::all().chain(TEST_KEYS.iter().copied()).map(KeyText::of).collect();
    let Some(word) = word.map(str::to_lowercase) else { return all };
    let is_whole = |key: &&KeyText| key.path == word;
    let contains =
        |key: &&KeyText| key.path.contains(&word) || key.meaning.to_lowercase().contains(&word);
    match all.iter().find(is_whole) {
        Some(key) => vec![key.clone()],
        None => all.iter().filter(contains).cloned().collect(),
    }
}

/// The path of the key that is called `name`, such as `batch_size`; the first one of several.
pub fn named(name: &str) -> Option<&'static str> {
    key_lookup::same_end(name)
}

/// The hint for a word that no key has.
pub fn hint(word: &str) -> Option<String> {
    key_lookup::hint(word)
}

/// A default as the documentation states it.
pub(in crate::config) fn default_text(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Open(text)
        | DefaultValue::Required(text)
        | DefaultValue::Computed(text, _) => (*text).to_owned(),
        DefaultValue::PerWord(chooser, value) => per_word(chooser, *value),
        _ => default.literal().map_or(String::new(), |value| format!("`{}`", value.to_toml())),
    }
}

/// Defaults by word: `` keras and paper `0.99`, pytorch `0.9` ``.
fn per_word(chooser: &'static Key, value: fn(&Point<'_>) -> Value) -> String {
    let Rule::Choice(words) = chooser.rule else {
        return String::new();
    };
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for &word in words {
        let given = GivenValues::from([(chooser.path, Value::Text(word.to_owned()))]);
        let value = value(&Point::new(&given)).to_toml();
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, words)) => words.push(word.to_owned()),
            None => groups.push((value, vec![word.to_owned()])),
        }
    }
    let groups = groups.iter().map(|(value, words)| format!("{} `{value}`", joined(words, "and")));
    groups.collect::<Vec<_>>().join(", ")
}
