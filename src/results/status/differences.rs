//! Why a finished trial does not count for the present experiment: the keys in which it differs from the
//! trial that is planned.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::config::CONTENT;
use crate::plan::{NUMBERS_VERSION, Trial};
use crate::results::format::schema::TrialRecord;
use crate::results::status::fingerprints::{Fingerprint, Fingerprints};
use crate::results::status::nearest;

/// With more changed values than this, two trials are not compared.
const MOST_KEYS: usize = 3;

/// How a trial differs from the nearest other one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Difference {
    /// The values of these keys differ.
    Keys(Vec<Change>),
    /// Only in the program's version: its formulas or streams have changed since.
    Version,
}

/// A key whose value changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Change {
    /// The dotted key, or `seed`.
    pub key: String,
    /// The value on disk; `None` where the key did not exist.
    pub was: Option<String>,
    /// The value in the experiment; `None` where the key does not exist.
    pub is: Option<String>,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Keys(changes) => {
                let (told, untold) = told(changes);
                let told: Vec<String> = told.into_iter().map(Change::to_string).collect();
                f.write_str(&told.join("; "))?;
                match untold {
                    0 => Ok(()),
                    keys => write!(f, "; and {keys} keys that come or go with that"),
                }
            }
            Self::Version => write!(
                f,
                "trained by a bn-lab whose numbers are of another version than {NUMBERS_VERSION}, this one's"
            ),
        }
    }
}

/// The changes to report, and the number of others. An optimiser has its own constants:
/// where there are many changes, keys that only one side has are counted, not listed.
fn told(changes: &[Change]) -> (Vec<&Change>, usize) {
    let is_on_both_sides = |change: &&Change| change.was.is_some() && change.is.is_some();
    let both: Vec<&Change> = changes.iter().filter(is_on_both_sides).collect();
    if changes.len() <= MOST_KEYS || both.is_empty() {
        return (changes.iter().collect(), 0);
    }
    let untold = changes.len() - both.len();
    (both, untold)
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, was, is } = self;
        if let Some(text) = self.of_content() {
            return f.write_str(&text);
        }
        match (was, is) {
            (Some(was), Some(is)) => write!(f, "`{key}` was {was}, is {is}"),
            (Some(was), None) => write!(f, "`{key}` was {was}, is not there"),
            (None, is) => {
                write!(f, "`{key}` was not there, is {}", is.as_deref().unwrap_or_default())
            }
        }
    }
}

impl Change {
    /// A text where a table's content changed, or an earlier version identified it by its path.
    fn of_content(&self) -> Option<String> {
        let key = &self.key;
        let start = |sum: &str| sum.chars().take(12).collect::<String>();
        let is = start(self.is.as_deref()?.strip_prefix(CONTENT)?);
        let was = self.was.as_deref()?;
        Some(match was.strip_prefix(CONTENT) {
            Some(was) => format!(
                "the table of `{key}` has other content (its SHA-256 was {}…, is {is}…)",
                start(was)
            ),
            None => format!(
                "`{key}` was {was}, named by its path by an earlier version; a trial is now known by what its table holds (SHA-256 {is}…)"
            ),
        })
    }
}

/// How each of `planned` differs from the nearest of the `recorded` trials of its replicate; `None`
/// where none is near.
pub fn to_nearest_recorded(
    planned: &[&Trial],
    recorded: &[TrialRecord],
) -> Vec<Option<Difference>> {
    let (known, planned, recorded) = fingerprints(planned, recorded);
    nearest(&planned, &recorded)
        .into_par_iter()
        .zip(&planned)
        .map(|(near, planned)| difference(&known, near?, &planned.print))
        .collect()
}

/// How each of the `recorded` trials differs from the nearest of those that are `planned`.
pub fn to_nearest_planned(planned: &[&Trial], recorded: &[TrialRecord]) -> Vec<Option<Difference>> {
    let (known, planned, recorded) = fingerprints(planned, recorded);
    nearest(&recorded, &planned)
        .into_par_iter()
        .zip(&recorded)
        .map(|(near, recorded)| difference(&known, &recorded.print, near?))
        .collect()
}

/// A trial's replicate, seed and settings.
struct Point {
    replicate: u64,
    print: Fingerprint,
}

fn fingerprints(
    planned: &[&Trial],
    recorded: &[TrialRecord],
) -> (Fingerprints, Vec<Point>, Vec<Point>) {
    let mut known = Fingerprints::default();
    let recorded = recorded.iter().map(|record| {
        let settings = record.settings.iter();
        let seed = known.add([("seed", record.seed)]);
        Point { replicate: record.replicate, print: joined(seed, known.add(settings)) }
    });
    let recorded: Vec<Point> = recorded.collect();
    // All replicates of a condition have its settings.
    let mut conditions: HashMap<usize, Fingerprint> = HashMap::new();
    let planned = planned.iter().map(|trial| {
        let seed = known.add([("seed", trial.seed)]);
        let condition = &trial.condition;
        let settings =
            conditions.entry(condition.index).or_insert_with(|| known.add(condition.keys.iter()));
        Point { replicate: trial.replicate, print: joined(seed, settings.clone()) }
    });
    let planned = planned.collect();
    (known, planned, recorded)
}

/// Both fingerprints in one; they have no key in common.
fn joined(one: Fingerprint, mut other: Fingerprint) -> Fingerprint {
    if other.len() < one.len() {
        other.resize(one.len(), 0);
    }
    for (to, from) in other.iter_mut().zip(one) {
        *to = (*to).max(from);
    }
    other
}

/// For each of `from`, the nearest of `among` in the same replicate. In a tie, it is the
/// one whose values come first, so that a whole sweep is explained by the same trial.
fn nearest<'a>(from: &[Point], among: &'a [Point]) -> Vec<Option<&'a Fingerprint>> {
    let mut known: HashMap<u64, Vec<&Fingerprint>> = HashMap::new();
    for point in among {
        known.entry(point.replicate).or_default().push(&point.print);
    }
    let mut asked: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, point) in from.iter().enumerate() {
        asked.entry(point.replicate).or_default().push(at);
    }
    let mut found = vec![None; from.len()];
    for (replicate, places) in asked {
        let prints: Vec<&Fingerprint> = places.iter().map(|&at| &from[at].print).collect();
        let among = known.get(&replicate).map_or(&[][..], Vec::as_slice);
        for (at, near) in places.into_iter().zip(nearest::nearest(&prints, among)) {
            found[at] = near;
        }
    }
    found
}

/// The changed keys; `None` where there are too many.
fn difference(known: &Fingerprints, was: &[u32], is: &[u32]) -> Option<Difference> {
    let changes =
        known.differences(was, is).map(|(key, was, is)| Change { key: key.to_owned(), was, is });
    let mut changes: Vec<Change> = changes.collect();
    changes.sort();
    if changes.is_empty() {
        return Some(Difference::Version);
    }
    let is_near = told(&changes).0.len() <= MOST_KEYS;
    is_near.then_some(Difference::Keys(changes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::config;
    use crate::event::{Examples, Outcome};
    use crate::plan;

    fn planned(overrides: &[&str]) -> Vec<Arc<Trial>> {
        let text =
            "replicates = 2\n[data]\ndataset = \"glyphs\"\n[sweep]\ntrain.batch_size = [8, 16]\n";
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let loaded = config::parse(Path::new("x.toml"), text, &overrides).expect("valid");
        plan::trials(&loaded.experiment)
    }

    fn record(trial: &Trial) -> TrialRecord {
        let text = serde_json::to_string(&trial.condition.keys).expect("plain values");
        let record = serde_json::json!({
            "schema": 1, "id": trial.id, "replicate": trial.replicate, "seed": trial.seed,
            "settings": serde_json::from_str::<serde_json::Value>(&text).expect("valid"),
            "device": "cpu", "data": "", "examples": Examples::default(), "parameters": 0,
            "outcome": Outcome::Completed, "last": null, "best": null,
        });
        serde_json::from_value(record).expect("a record")
    }

    /// How the trials with `now` differ from those that were trained with `before`.
    fn told(before: &[&str], now: &[&str]) -> Vec<Option<String>> {
        let records: Vec<TrialRecord> = planned(before).iter().map(|t| record(t)).collect();
        let now = planned(now);
        let now: Vec<&Trial> = now.iter().map(Arc::as_ref).collect();
        let differences = to_nearest_recorded(&now, &records).into_iter();
        differences.map(|difference| difference.map(|difference| difference.to_string())).collect()
    }

    #[test]
    fn every_trial_is_compared_with_the_nearest_one_of_its_own_replicate() {
        let rho = Some("`train.learning_rate` was 0.5, is 0.25".to_owned());
        assert_eq!(told(&["train.learning_rate=0.5"], &["train.learning_rate=0.25"]), vec![rho; 4]);
        assert_eq!(told(&["replicates=1"], &[])[2..], [None, None]);
        assert_eq!(told(&[], &["seed=9"])[0].as_deref(), Some("`seed` was 0, is 9"));
    }

    #[test]
    fn of_equally_near_trials_the_same_one_explains_all() {
        let told = told(&[], &["sweep.train.batch_size=[32, 64]"]);
        let expected = ["is 32", "is 64"].map(|is| Some(format!("`train.batch_size` was 8, {is}")));
        assert_eq!(told[..2], expected);
    }

    #[test]
    fn a_new_key_is_reported_and_trials_that_differ_in_all_are_not_compared() {
        let clip = Some("`train.clip_norm` was not there, is 1.0".to_owned());
        assert_eq!(told(&[], &["train.clip_norm=1.0"])[0], clip);
        let other =
            ["train.epochs=77", "model.hidden=[3]", "train.learning_rate=0.77", "norm.epsilon=0.7"];
        assert_eq!(told(&[], &other), vec![None; 4]);
    }

    #[test]
    fn without_a_difference_in_settings_it_is_the_program_that_changed() {
        let told = told(&[], &[]);
        assert!(told[0].as_ref().is_some_and(|text| text.contains("another version")));
    }

    #[test]
    fn both_directions_report_the_same_difference() {
        let records: Vec<TrialRecord> = planned(&["seed=4"]).iter().map(|t| record(t)).collect();
        let now = planned(&[]);
        let now: Vec<&Trial> = now.iter().map(Arc::as_ref).collect();
        assert_eq!(to_nearest_planned(&now, &records), to_nearest_recorded(&now, &records));
    }
}
