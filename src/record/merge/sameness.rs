//! Whether results folders are of the same experiment, and if not, in which key they differ.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config;
use crate::error::{Error, Result};
use crate::fs;
use crate::record::layout::Layout;

/// The bytes of the experiment that all folders share.
pub(super) fn same_experiment(sources: &[Layout], target: &Layout) -> Result<Vec<u8>> {
    let mut first: Option<(PathBuf, Vec<u8>)> = None;
    for folder in sources.iter().chain([target]) {
        let path = folder.experiment();
        let Some(bytes) = fs::read_if_exists(&path)? else {
            if folder == target {
                continue;
            }
            return Err(Error::Results(format!(
                "`{}` is not a results folder: it has no `experiment.toml`",
                folder.root().display()
            )));
        };
        match &first {
            None => first = Some((path, bytes)),
            Some((one, text)) if !config::mean_the_same(text, &bytes) => {
                return Err(different_experiments(one, text, &path, &bytes));
            }
            Some(_) => {}
        }
    }
    first
        .map(|(_, text)| text)
        .ok_or_else(|| Error::Usage("there is no folder to merge".to_owned()))
}

fn different_experiments(one: &Path, text: &[u8], other: &Path, bytes: &[u8]) -> Error {
    let difference = match (toml::from_slice(text), toml::from_slice(bytes)) {
        (Ok(one), Ok(other)) => {
            let [one, other] = [one, other].map(config::by_content);
            first_difference(&one, &other, "")
        }
        _ => None,
    };
    let difference = difference.unwrap_or_else(|| "their text".to_owned());
    Error::Results(format!(
        "`{}` and `{}` are different experiments: they differ in {difference}\n  hint: only results of the same experiment can be merged; nothing was written",
        one.display(),
        other.display()
    ))
}

/// The first key that two tables do not share, with both values.
fn first_difference(one: &toml::Table, other: &toml::Table, prefix: &str) -> Option<String> {
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        let dotted = format!("{prefix}{key}");
        match (one.get(key), other.get(key)) {
            (Some(toml::Value::Table(one)), Some(toml::Value::Table(other))) => {
                if let Some(found) = first_difference(one, other, &format!("{dotted}.")) {
                    return Some(found);
                }
            }
            (one, other) if one != other => {
                let value = |value: Option<&toml::Value>| {
                    value.map_or("nothing".to_owned(), |value| format!("`{value}`"))
                };
                return Some(format!("`{dotted}`: {} and {}", value(one), value(other)));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_that_differs_is_found_at_any_depth() {
        let difference = |one: &str, other: &str| {
            let table = |text: &str| text.parse::<toml::Table>().expect("TOML");
            first_difference(&table(one), &table(other), "")
        };
        assert_eq!(difference("a = 1\n[b]\nc = 2", "a = 1\n[b]\nc = 2"), None);
        assert_eq!(
            difference("z = 1\n[b]\nc = 2", "z = 2\n[b]\nc = 3").as_deref(),
            Some("`b.c`: `2` and `3`")
        );
        assert_eq!(
            difference("[b.c]\nd = [1]", "[b]").as_deref(),
            Some("`b.c`: `{ d = [1] }` and nothing")
        );
    }
}
