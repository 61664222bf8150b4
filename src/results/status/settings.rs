//! Compares the settings of two experiments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config::{self, CONTENT};
use crate::error::Result;
use crate::results::format::files;
use crate::results::format::layout::Layout;

/// A setting in which two experiments differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The dotted key.
    pub key: String,
    /// The value in each, as TOML; `None` where the key is not set.
    pub values: [Option<String>; 2],
}

/// The sections that determine what is trained, in the order of a file; the others are listed after them.
const TRAINED: [&str; 4] = ["data", "model", "norm", "train"];

impl Setting {
    /// Whether the setting affects training.
    fn is_of_training(&self) -> bool {
        TRAINED.contains(&section(&self.key))
    }

    /// Whether it determines which data are used.
    pub fn names_data(&self) -> bool {
        let is_content = |value: &String| value.contains(CONTENT);
        self.key == "data.dataset" || self.values.iter().flatten().any(is_content)
    }
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [one, other] = self.values.each_ref().map(|value| match value {
            Some(value) => format!("`{value}`"),
            None => "not set".to_owned(),
        });
        write!(f, "`{}`: {one} and {other}", self.key)
    }
}

/// The settings that affect training and in which the experiments of two results folders differ, without their
/// axes, which have their own columns.
pub fn between(folders: [&Path; 2]) -> Result<Vec<Setting>> {
    let read = |folder: &Path| {
        let tree = files::experiment_tree(&Layout::new(folder))?;
        Ok(config::by_content(tree))
    };
    let (one, other) = (read(folders[0])?, read(folders[1])?);
    let mut settings = differing(&one, &other);
    settings.retain(Setting::is_of_training);
    Ok(settings)
}

/// Every setting in which two experiments differ.
pub(in crate::results) fn differing(one: &toml::Table, other: &toml::Table) -> Vec<Setting> {
    let [one, other] = [one, other].map(|tree| {
        let mut keys = BTreeMap::new();
        flatten(tree, "", &mut keys);
        keys
    });
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut settings: Vec<Setting> = keys
        .into_iter()
        .filter(|key| one.get(*key) != other.get(*key))
        .map(|key| Setting {
            key: key.clone(),
            values: [&one, &other].map(|keys| keys.get(key).cloned()),
        })
        .collect();
    settings.sort_by_key(|setting| rank(&setting.key));
    settings
}

/// Every key of a tree by its dotted name.
fn flatten(tree: &toml::Table, prefix: &str, keys: &mut BTreeMap<String, String>) {
    for (key, value) in tree {
        let dotted = format!("{prefix}{key}");
        match value {
            toml::Value::Table(members) => flatten(members, &format!("{dotted}."), keys),
            value => {
                keys.insert(dotted, value.to_string());
            }
        }
    }
}

fn section(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

/// Order of keys: top-level keys first, then those that affect training, then the rest.
fn rank(key: &str) -> usize {
    if !key.contains('.') {
        return 0;
    }
    let place = TRAINED.iter().position(|name| *name == section(key));
    1 + place.unwrap_or(TRAINED.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_differ_are_found_at_any_depth_the_training_before_the_rest() {
        let told = |one: &str, other: &str| -> Vec<String> {
            let table = |text: &str| text.parse::<toml::Table>().expect("TOML");
            differing(&table(one), &table(other)).iter().map(Setting::to_string).collect()
        };
        let one =
            "name = \"a\"\n[checkpoint]\nfinal = true\n[train]\nepochs = 2\n[data]\nflip = true";
        assert_eq!(told(one, one), Vec::<String>::new());
        let other = "name = \"b\"\n[train]\nepochs = 3\n[data]\nflip = false";
        assert_eq!(
            told(one, other),
            [
                "`name`: `\"a\"` and `\"b\"`",
                "`data.flip`: `true` and `false`",
                "`train.epochs`: `2` and `3`",
                "`checkpoint.final`: `true` and not set",
            ]
        );
    }
}
