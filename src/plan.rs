//! Expands an experiment into its trials, in the order in which they run.

pub mod kernels;
pub mod shard;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::config::spec::{Condition, Experiment, Length, Recording};
use crate::config::value::Value;
use crate::seed::Streams;
use crate::units::hexadecimal;

/// Version of everything that determines a trial's numbers besides its settings: streams, formulas,
/// the order of operations. Raised when the same settings would give other numbers.
pub const NUMBERS_VERSION: u32 = 3;

/// The version of results that do not record it.
pub const fn unrecorded_numbers_version() -> u32 {
    2
}

/// One condition × one replicate: one training run.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Hash of everything that determines its numbers; names its folder.
    pub id: String,
    /// Its position in the plan, from 0.
    pub index: usize,
    /// The settings that it is trained with.
    pub condition: Arc<Condition>,
    /// Short text that distinguishes conditions: `before · batch_size 32`.
    pub label: String,
    /// The replicate's number, from 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// What is recorded besides its metrics; not part of its id.
    pub recording: Arc<Recording>,
}

impl Trial {
    /// The random streams of this trial: the same for every condition of its replicate.
    pub fn streams(&self) -> Streams {
        Streams::new(self.seed, self.replicate)
    }

    /// Number of epochs; `None` where a number of steps ends the training.
    pub fn epochs(&self) -> Option<usize> {
        match self.condition.settings.train.length {
            Length::Epochs(epochs) => Some(epochs),
            Length::Steps(_) => None,
        }
    }
}

/// All trials, ordered by replicate, so that every condition of an interrupted sweep has about as many.
pub fn trials(experiment: &Experiment) -> Vec<Arc<Trial>> {
    trials_of_version(experiment, NUMBERS_VERSION)
}

/// As [`trials`], with the ids that they have under another numbers version: those of published results.
pub fn trials_of_version(experiment: &Experiment, numbers_version: u32) -> Vec<Arc<Trial>> {
    let described = |condition: &Arc<Condition>| {
        let label = label(experiment, condition);
        (Arc::clone(condition), Identity::of(condition, numbers_version), label)
    };
    let conditions: Vec<(Arc<Condition>, Identity, String)> =
        experiment.conditions.iter().map(described).collect();
    let mut trials = Vec::with_capacity(conditions.len() * experiment.replicates as usize);
    for replicate in 1..=experiment.replicates {
        for (condition, identity, label) in &conditions {
            trials.push(Arc::new(Trial {
                id: identity.of_replicate(experiment.seed, replicate),
                index: trials.len(),
                condition: Arc::clone(condition),
                label: label.clone(),
                replicate,
                seed: experiment.seed,
                recording: Arc::clone(&experiment.recording),
            }));
        }
    }
    trials
}

/// The part of a trial id that depends on the condition only. An id is the first 16 hexadecimal digits of
/// `SHA-256` over the canonical JSON of keys (sorted, defaults filled in), version, replicate and seed. A key
/// that was added later is left out where it has its default (`config/key.rs`). The same id means the same
/// numbers, with the same kernels, device and data. The keys come first, so that they are hashed once for all replicates.
struct Identity(Sha256);

impl Identity {
    fn of(condition: &Condition, numbers_version: u32) -> Self {
        let mut digest = Sha256::new();
        digest.update("{\"keys\":{");
        for (index, piece) in condition.keys.json_pieces().enumerate() {
            if index > 0 {
                digest.update(",");
            }
            digest.update(piece);
        }
        digest.update(format!("}},\"numbers_version\":{numbers_version}"));
        Self(digest)
    }

    fn of_replicate(&self, seed: u64, replicate: u64) -> String {
        let mut digest = self.0.clone();
        digest.update(format!(",\"replicate\":{replicate},\"seed\":{seed}}}"));
        hexadecimal(&digest.finalize()[..8])
    }
}

/// The label of a condition: the placement, then every other axis with its value.
fn label(experiment: &Experiment, condition: &Condition) -> String {
    let mut parts = vec![condition.settings.norm.placement.name().to_owned()];
    for (axis, value) in experiment.axes.iter().zip(&condition.values) {
        if axis.key == "norm.placement" {
            continue;
        }
        let value = value.as_ref().map_or("–".to_owned(), Value::to_string);
        parts.push(format!("{} {value}", short_name(&axis.key)));
    }
    parts.join(" · ")
}

/// The name of a key in tables and charts: its last part, or the whole key where another key ends in the
/// same part (`model.kind`, `norm.kind`). A test of the key list checks that no two keys share a name.
pub fn short_name(key: &str) -> &str {
    match key.rsplit('.').next() {
        Some(last) if last != "kind" => last,
        _ => key,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::config;
    use crate::config::spec::Settings;
    use std::path::Path;

    pub(crate) fn experiment(text: &str) -> Experiment {
        let loaded = config::parse(Path::new("x.toml"), text, &[]);
        loaded.expect("a valid experiment").experiment
    }

    /// The settings of an experiment without a sweep.
    pub(crate) fn settings(text: &str) -> Settings {
        experiment(text).conditions[0].settings.clone()
    }

    fn planned(sweep: &str) -> Vec<Arc<Trial>> {
        planned_of_version(sweep, NUMBERS_VERSION)
    }

    fn planned_of_version(sweep: &str, numbers_version: u32) -> Vec<Arc<Trial>> {
        let text = format!("replicates = 2\n[data]\ndataset = \"glyphs\"\n[sweep]\n{sweep}");
        trials_of_version(&experiment(&text), numbers_version)
    }

    #[test]
    fn labels_name_the_placement_and_every_other_axis_shortly() {
        let labels = |sweep: &str| -> Vec<String> {
            planned(sweep).iter().take(2).map(|trial| trial.label.clone()).collect()
        };
        assert_eq!(
            labels("train.batch_size = [8, 16]"),
            ["before · batch_size 8", "before · batch_size 16"]
        );
        assert_eq!(
            labels("norm.epsilon = [0.1, 0.2]\nnorm.placement = [\"none\", \"after\"]"),
            ["none · epsilon –", "after · epsilon 0.1"]
        );
    }

    #[test]
    fn an_id_depends_on_settings_and_replicate_and_not_on_the_rest_of_the_sweep() {
        let wide = planned("train.batch_size = [8, 16]");
        let narrow = planned("train.batch_size = [16]");
        assert_eq!(wide.len(), 4);
        assert_eq!(wide[1].id, narrow[0].id, "the same settings and replicate");
        assert_eq!(wide[3].id, narrow[1].id);
        let mut ids: Vec<&str> = wide.iter().map(|trial| trial.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4, "all different");
    }

    #[test]
    fn an_id_is_the_digest_of_the_canonical_json() {
        let sweep = "norm.placement = [\"none\", \"after\"]\nmodel.kind = [\"convnet\"]";
        let of_version =
            |version| planned_of_version(sweep, version).into_iter().map(move |t| (version, t));
        for (version, trial) in [2, 3].into_iter().flat_map(of_version) {
            let identity = serde_json::json!({
                "numbers_version": version,
                "seed": trial.seed,
                "replicate": trial.replicate,
                "keys": trial.condition.keys,
            });
            let digest = Sha256::digest(identity.to_string().as_bytes());
            assert_eq!(trial.id, hexadecimal(&digest[..8]));
        }
    }

    #[test]
    fn a_shift_of_the_test_inputs_makes_another_trial_and_its_absence_none() {
        let plain = planned("train.batch_size = [8]");
        assert!(!plain[0].condition.keys.contains_key("data.test_offset"));
        let shifted = planned("train.batch_size = [8]\ndata.test_offset = [0, -0.5]");
        assert_eq!(shifted[0].label, "before · batch_size 8 · test_offset 0.0");
        // A shift by 0 that the experiment states is a setting like any other.
        let ids = [&plain[0].id, &shifted[0].id, &shifted[1].id];
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
        assert_eq!(plain[0].condition.settings, shifted[0].condition.settings);
    }

    #[test]
    fn settings_of_a_tables_columns_are_part_of_an_id_only_where_they_are_given() {
        let keys = |more: &str| {
            let text = format!("[data]\ndataset = \"csv\"\nfile = \"x.csv\"\n{more}");
            let keys = &experiment(&text).conditions[0].keys;
            let of_data = keys.iter().filter(|(key, _)| key.starts_with("data."));
            of_data.map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
        };
        let always = [
            "data.dataset",
            "data.file",
            "data.header",
            "data.input_scaling",
            "data.seed",
            "data.split",
            "data.stratify",
            "data.test_share",
            "data.validation",
        ];
        assert_eq!(keys(""), always);
        assert_eq!(keys("header = true"), always);
        let said = keys("ignore = [\"id\"]\nmissing = \"?\"");
        for key in ["data.ignore", "data.missing", "data.missing_rows"] {
            assert!(said.iter().any(|known| known == key), "{key}");
        }
    }

    #[test]
    fn ids_are_the_same_in_every_build() {
        // Recorded once: finished trials on disk are found by their ids.
        let planned = planned_of_version("train.batch_size = [8]", 2);
        assert_eq!(planned[0].id, "f1e72e2e1862730e");
    }
}
