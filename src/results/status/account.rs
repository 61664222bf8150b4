//! The provenance of a results folder: settings, seeds, data, versions, machines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::config;
use crate::error::Result;
use crate::fs;
use crate::plan::kernels::Kernels;
use crate::results::format::compact;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::{self, Manifest};
use crate::results::format::schema::FactRow;
use crate::results::reader;

/// The provenance of a results folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Account {
    /// The value of every key of `experiment.toml`, by its dotted name, without those of
    /// `[sweep]`.
    pub settings: BTreeMap<String, String>,
    /// The base seed of all random numbers.
    pub seed: u64,
    /// Number of replicates of each condition.
    pub replicates: u64,
    /// The datasets that were used; one entry for each version in the records.
    pub data: BTreeSet<DataUsed>,
    /// The user's tables that the experiment reads, by their paths from the folder, with the SHA-256 of
    /// their content.
    pub tables: Vec<(String, String)>,
    /// The kinds of devices that were used.
    pub devices: BTreeSet<String>,
    /// The kernels that were used.
    pub kernels: BTreeSet<Kernels>,
    /// The vector instruction sets that were used, where records state them.
    pub instruction_sets: BTreeSet<String>,
    /// Trainable parameters of the smallest and of the largest network; `None` where no trial ended.
    pub parameters: Option<(usize, usize)>,
    /// Every run into the folder; empty where the manifest is missing.
    pub runs: Vec<manifest::RunEntry>,
    /// The text of `manifest.json`; empty where it is missing.
    pub manifest: String,
}

/// A dataset that trials used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataUsed {
    /// Its name in `data.dataset`.
    pub dataset: String,
    /// The digest of its content.
    pub digest: String,
    /// Numbers of training, validation and test examples.
    pub examples: [usize; 3],
}

/// Reads the provenance of the folder at `root`, for the trials with these ids.
pub fn read<'a>(root: &Path, trials: impl IntoIterator<Item = &'a str>) -> Result<Account> {
    let layout = Layout::new(root);
    let experiment = files::experiment_tree(&layout)?;
    let Manifest { runs, .. } = manifest::read(&layout)?;
    let text = fs::read_if_exists(&layout.manifest())?.unwrap_or_default();
    let whole = |key: &str| {
        let value = experiment.get(key).and_then(toml::Value::as_integer);
        value.and_then(|value| u64::try_from(value).ok())
    };
    let mut account = Account {
        seed: whole("seed").unwrap_or_default(),
        replicates: whole("replicates").unwrap_or(1),
        settings: settings(&experiment),
        tables: config::sums_of(&experiment),
        runs,
        manifest: String::from_utf8_lossy(&text).into_owned(),
        ..Account::default()
    };
    let ids: Vec<&str> = trials.into_iter().collect();
    for facts in facts(&layout, &ids)? {
        account.enter(facts);
    }
    Ok(account)
}

/// The facts in the records of trials that ended.
fn facts(layout: &Layout, ids: &[&str]) -> Result<Vec<FactRow>> {
    if compact::is_compact(layout) {
        return compact::facts(layout, ids);
    }
    let mut facts = Vec::new();
    for id in ids {
        facts.extend(files::record_of(layout, id)?.map(FactRow::of));
    }
    Ok(facts)
}

impl Account {
    /// Whether the files of a published dataset differed from what was published, according to the runs
    /// that recorded it.
    pub fn is_unpublished(&self, dataset: &str) -> bool {
        let files = self.runs.iter().filter_map(|run| run.datasets.get(dataset));
        files.into_iter().any(|files| !files.published)
    }

    /// Adds the facts of a trial's record.
    fn enter(&mut self, facts: FactRow) {
        self.data.insert(DataUsed {
            dataset: facts.dataset,
            digest: facts.data,
            examples: [facts.train_examples, facts.validation_examples, facts.test_examples],
        });
        self.devices.insert(facts.device);
        self.kernels.insert(facts.kernels);
        if !facts.instruction_set.is_empty() {
            self.instruction_sets.insert(facts.instruction_set);
        }
        let (low, high) = self.parameters.unwrap_or((usize::MAX, 0));
        let count = facts.parameters;
        self.parameters = Some((low.min(count), high.max(count)));
    }
}

/// The value of every key below `tree` as text, without tables of the sweep.
fn settings(tree: &toml::Table) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (section, value) in tree.iter().filter(|(section, _)| *section != "sweep") {
        match value {
            toml::Value::Table(keys) => found.extend(
                keys.iter().map(|(key, value)| (format!("{section}.{key}"), reader::shown(value))),
            ),
            value => {
                found.insert(section.clone(), reader::shown(value));
            }
        }
    }
    found
}
