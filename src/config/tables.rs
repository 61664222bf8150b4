//! The tables that an experiment names: their paths and checksums.
//!
//! A path in an experiment file is relative to that file's folder, one on the command line to the
//! working directory. Here each is made relative to the results folder, as the resolved experiment
//! stores it. In the ids of trials a table's checksum replaces its path, so that it may be moved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::key::SUMS;
use super::problem::Place;
use super::rule::sum_and_path;
use super::spec::{Data, Dataset, FILE, TEST_FILE, TableFile, TestRows};
use super::value::Value;
use super::wire::{Kind, Node};
use crate::error::Result;
use crate::fs;
use crate::units::hexadecimal;

/// The keys that name tables.
const PATHS: [&str; 2] = [FILE.0.path, TEST_FILE.0.path];

/// How the tables of an experiment are searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search<'a> {
    /// The folder of the experiment's file.
    pub(super) folder: &'a Path,
    /// The folder that stored paths are relative to, where it is not the results folder.
    pub(super) kept_in: Option<&'a Path>,
    /// Whether the tables are read.
    pub(super) looks: bool,
}

/// The folders that the paths of an experiment are relative to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home<'a> {
    /// The folder of its file.
    pub(super) folder: &'a Path,
    /// The folder that stored paths are relative to.
    pub(super) kept_in: &'a Path,
}

/// The known tables of one experiment, by their stored paths.
#[derive(Debug, Default)]
pub(super) struct Tables {
    known: BTreeMap<String, KnownTable>,
}

#[derive(Debug, Default)]
struct KnownTable {
    /// The path as the program opens it.
    path: PathBuf,
    /// The SHA-256 that the experiment stores.
    stored: Option<String>,
    /// The SHA-256 of the present file; `None` where it is missing or was not read.
    now: Option<String>,
}

impl KnownTable {
    fn sum(&self) -> Option<&String> {
        self.now.as_ref().or(self.stored.as_ref())
    }
}

impl Tables {
    /// Converts every path in `node`, the value of the key or of the part of the sweep at `path`,
    /// to its stored form. Without `home` paths stay as they are, and no file is read.
    pub(super) fn place(&mut self, path: &str, node: &mut Node, home: Option<Home<'_>>) {
        let place = node.place;
        match &mut node.kind {
            Kind::Plain(Value::Text(text)) if names(path, &PATHS) => {
                *text = self.placed(text, place, home);
            }
            Kind::Plain(Value::Text(text)) if names(path, &[SUMS]) => {
                let Some((sum, file)) = sum_and_path(text) else {
                    return;
                };
                let (sum, file) = (sum.to_owned(), file.to_owned());
                let kept = self.placed(&file, place, home);
                *text = format!("{sum}  {kept}");
                self.known.entry(kept).or_default().stored = Some(sum);
            }
            Kind::Plain(_) | Kind::Foreign(_) => {}
            Kind::List(items) => {
                for item in items {
                    self.place(path, item, home);
                }
            }
            Kind::Table(members) => {
                for (name, node) in members {
                    self.place(&format!("{path}.{name}"), node, home);
                }
            }
        }
    }

    /// The stored form of a path.
    fn placed(&mut self, given: &str, place: Place, home: Option<Home<'_>>) -> String {
        // Where the user's home folder is not known, the rule of the key refuses the path.
        let given = &*fs::from_home(given).unwrap_or(given.into());
        let (path, kept) = match home {
            None => (PathBuf::from(given), given.to_owned()),
            Some(home) => {
                let path = match place {
                    Place::File { .. } => shown(&home.folder.join(given)),
                    Place::Override(_) => PathBuf::from(given),
                };
                let kept = if Path::new(given).is_absolute() {
                    given.to_owned()
                } else {
                    fs::seen_from(home.kept_in, &path)
                };
                (path, kept)
            }
        };
        self.known.entry(kept.clone()).or_default().path = path;
        kept
    }

    /// Computes the checksums of the tables.
    pub(super) fn look(&mut self) -> Result<()> {
        for known in self.known.values_mut() {
            if let Some(bytes) = fs::read_if_exists(&known.path)? {
                known.now = Some(hexadecimal(&Sha256::digest(&bytes)));
            }
        }
        Ok(())
    }

    /// Sets the paths in `data` to those that the program opens.
    pub(super) fn locate(&self, data: &mut Data) {
        let Dataset::Csv(table) = &mut data.dataset else {
            return;
        };
        let locate = |path: &mut PathBuf| {
            let known = path.to_str().and_then(|kept| self.known.get(kept));
            if let Some(known) = known {
                path.clone_from(&known.path);
            }
        };
        locate(&mut table.file);
        if let TestRows::File(file) = &mut table.test {
            locate(file);
        }
    }

    /// What replaces the value of `key` in the ids of trials, if anything does.
    pub(super) fn identity(&self, key: &str, value: Option<&Value>) -> Option<Value> {
        let Some(Value::Text(kept)) = value.filter(|_| PATHS.contains(&key)) else {
            return None;
        };
        let sum = self.known.get(kept)?.sum()?;
        Some(Value::Text(format!("{CONTENT}{sum}")))
    }

    /// The tables that these conditions' data are read from.
    pub(super) fn used<'a>(&self, data: impl Iterator<Item = &'a Data>) -> Vec<TableFile> {
        let mut paths: Vec<(&'static str, &Path)> = Vec::new();
        for data in data {
            if let Dataset::Csv(table) = &data.dataset {
                paths.push((PATHS[0], &table.file));
                if let TestRows::File(file) = &table.test {
                    paths.push((PATHS[1], file));
                }
            }
        }
        paths.sort_unstable();
        paths.dedup();
        let file = |(key, path): (&'static str, &Path)| {
            let (kept, known) = self.known.iter().find(|(_, known)| known.path == path)?;
            Some(TableFile {
                key,
                kept: kept.clone(),
                path: path.to_owned(),
                stored: known.stored.clone(),
                now: known.now.clone(),
            })
        };
        paths.into_iter().filter_map(file).collect()
    }

    /// The value of [`SUMS`] in the resolved experiment; `None` where no checksum is known.
    pub(super) fn sums(&self, used: &[TableFile]) -> Option<Value> {
        let line = |(kept, known): (&String, &KnownTable)| {
            let is_used = used.iter().any(|file| file.kept == *kept);
            let sum = known.sum().filter(|_| is_used)?;
            Some(Value::Text(format!("{sum}  {kept}")))
        };
        let lines: Vec<Value> = self.known.iter().filter_map(line).collect();
        (!lines.is_empty()).then_some(Value::List(lines))
    }
}

/// A path without `.` and `..` in it.
fn shown(path: &Path) -> PathBuf {
    if path.is_absolute() { fs::physical(path) } else { fs::seen_from(Path::new("."), path).into() }
}

/// Prefix of a table's content in the settings of a trial; the checksum follows.
pub const CONTENT: &str = "sha256:";

fn names(path: &str, keys: &[&str]) -> bool {
    keys.iter().any(|key| {
        let rest = path.strip_suffix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The checksums of the tables of a resolved experiment, by their paths relative to its folder.
pub fn sums_of(experiment: &toml::Table) -> Vec<(String, String)> {
    let data = experiment.get("data").and_then(toml::Value::as_table);
    let lines = data.and_then(|data| data.get("sha256")?.as_array());
    let lines = lines.into_iter().flatten();
    lines
        .filter_map(|line| sum_and_path(line.as_str()?))
        .map(|(sum, path)| (path.to_owned(), sum.to_owned()))
        .collect()
}

/// The experiment with its tables named by their checksums.
pub fn by_content(mut experiment: toml::Table) -> toml::Table {
    let sums: BTreeMap<String, String> = sums_of(&experiment).into_iter().collect();
    if sums.is_empty() {
        return experiment;
    }
    if let Some(toml::Value::Table(data)) = experiment.get_mut("data") {
        data.remove("sha256");
    }
    for (name, value) in &mut experiment {
        name_by_content(name, value, &sums);
    }
    experiment
}

fn name_by_content(path: &str, value: &mut toml::Value, sums: &BTreeMap<String, String>) {
    match value {
        toml::Value::String(text) if names(path, &PATHS) => {
            if let Some(sum) = sums.get(text.as_str()) {
                *text = format!("{CONTENT}{sum}");
            }
        }
        toml::Value::Array(items) => {
            for item in items {
                name_by_content(path, item, sums);
            }
        }
        toml::Value::Table(members) => {
            for (name, value) in members {
                name_by_content(&format!("{path}.{name}"), value, sums);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
