//! The names of run folders: `TensorBoard` shows them in its list of runs and in every legend.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::results::query::{Results, TrialCurves, short_name};

/// Longest name of a condition; longer ones are cut and get the condition's number. File systems allow 255.
const LONGEST: usize = 150;

/// The names of all conditions.
pub(super) struct Names(BTreeMap<usize, String>);

impl Names {
    /// Names every condition by the axes that vary.
    pub(super) fn of(results: &Results) -> Self {
        let keys = keys(results);
        let conditions = results.conditions();
        let each = conditions
            .iter()
            .filter_map(|(condition, trials)| Some((*condition, name(&keys, trials.first()?))));
        let mut names: BTreeMap<usize, String> = each.collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for name in names.values() {
            // Some file systems do not distinguish upper and lower case.
            *counts.entry(name.to_lowercase()).or_default() += 1;
        }
        for (condition, name) in &mut names {
            let is_shared = counts.get(&name.to_lowercase()).is_some_and(|count| *count > 1);
            if is_shared || name.len() > LONGEST {
                // All characters are ASCII.
                name.truncate(LONGEST);
                name.push_str(&format!(",condition={condition}"));
            }
        }
        Self(names)
    }

    /// The name of a trial's condition: `placement=before,batch_size=32`.
    pub(super) fn condition(&self, trial: &TrialCurves) -> &str {
        self.0.get(&trial.condition).map_or("", String::as_str)
    }

    /// The relative path of a trial's run folder.
    pub(super) fn run(&self, trial: &TrialCurves) -> PathBuf {
        PathBuf::from(self.condition(trial)).join(format!("replicate-{}", trial.replicate))
    }
}

/// The axes in a condition's name, each with its short name, or with its full one where two have the same; the
/// placement where nothing varies.
pub(super) fn keys(results: &Results) -> Vec<(usize, String)> {
    let mut axes: Vec<usize> = results.varied().collect();
    if axes.is_empty() {
        axes.push(0);
    }
    let name = |&axis: &usize| {
        let key = results.axes.get(axis)?;
        let short = short_name(key);
        let alike = results.axes.iter().filter(|other| short_name(other) == short).count();
        Some((axis, if alike > 1 { key.as_str() } else { short }.to_owned()))
    };
    axes.iter().filter_map(name).collect()
}

/// The values with their keys; those of axes that do not apply are left out.
fn name(keys: &[(usize, String)], trial: &TrialCurves) -> String {
    let parts = keys.iter().filter_map(|(axis, key)| {
        let value = trial.axes.get(*axis).filter(|value| !value.is_empty())?;
        Some(format!("{}={}", safe(key), safe(value)))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "condition".to_owned() } else { parts.join(",") }
}

/// A text that every file system allows inside a name: spaces are dropped, and other characters replaced.
fn safe(text: &str) -> String {
    let is_safe = |letter: char| letter.is_ascii_alphanumeric() || "-_+.[]()=,".contains(letter);
    let letters = text.chars().filter(|letter| *letter != ' ');
    letters.map(|letter| if is_safe(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(axes: &[&str], conditions: &[&[&str]]) -> Results {
        let trial = |(index, cells): (usize, &&[&str])| TrialCurves {
            condition: index + 1,
            replicate: 1,
            axes: cells.iter().map(|&cell| cell.to_owned()).collect(),
            ..TrialCurves::default()
        };
        Results {
            axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
            trials: conditions.iter().enumerate().map(trial).collect(),
            ..Results::default()
        }
    }

    fn named(axes: &[&str], conditions: &[&[&str]]) -> Vec<String> {
        let results = results(axes, conditions);
        let names = Names::of(&results);
        results.trials.iter().map(|trial| names.condition(trial).to_owned()).collect()
    }

    #[test]
    fn a_condition_is_named_by_what_varies() {
        let axes = ["norm.placement", "model.hidden", "train.batch_size"];
        let conditions: [&[&str]; 3] =
            [&["none", "[64, 64]", "8"], &["before", "[64, 64]", "8"], &["none", "[64, 64]", "16"]];
        let names = named(&axes, &conditions);
        let expected = [
            "placement=none,batch_size=8",
            "placement=before,batch_size=8",
            "placement=none,batch_size=16",
        ];
        assert_eq!(names, expected);
        assert_eq!(named(&axes, &conditions[..1]), ["placement=none"]);
        let hidden: [&[&str]; 2] = [&["none", "[64, 64]", "8"], &["none", "[8]", ""]];
        assert_eq!(named(&axes[..2], &hidden), ["hidden=[64,64]", "hidden=[8]"]);
    }

    #[test]
    fn names_differ_and_are_allowed_everywhere() {
        let axes = ["norm.placement", "data.file"];
        let conditions: [&[&str]; 3] =
            [&["none", "a/b.csv"], &["none", "a:b.csv"], &["none", ".."]];
        let expected = ["file=a_b.csv,condition=1", "file=a_b.csv,condition=2", "file=.."];
        assert_eq!(named(&axes, &conditions), expected);
        let long = "x".repeat(400);
        let conditions: [&[&str]; 2] = [&["none", &long], &["none", "y"]];
        assert!(named(&axes, &conditions)[0].len() < 200);
        let twice: [&[&str]; 2] = [&["none", "1"], &["none", "2"]];
        assert_eq!(named(&["norm.seed", "data.seed"], &twice), ["data.seed=1", "data.seed=2"]);
    }
}
