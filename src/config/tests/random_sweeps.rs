//! Random sweeps have the same points in every notation.

use super::{accepted, glyphs};
use crate::config::parse;
use crate::config::spec::Experiment;
use crate::plan;

/// A linear congruential generator (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Keys, each with values that TOML and JSON write in the same way.
const KEYS: [(&str, [&str; 4]); 6] = [
    ("norm.placement", ["\"none\"", "\"before\"", "\"after\"", "\"after\""]),
    ("train.batch_size", ["8", "16", "32", "64"]),
    ("train.learning_rate", ["0.1", "0.01", "0.001", "1e-4"]),
    ("model.hidden", ["[8]", "[4, 4]", "[]", "[16]"]),
    ("norm.decay", ["0.5", "0.9", "0.99", "0.999"]),
    ("model.activation", ["\"relu\"", "\"tanh\"", "\"gelu\"", "\"selu\""]),
];

/// Pairs of a word or key and its value as JSON; a value contains no key twice.
fn random_sweep(dice: &mut Dice) -> Vec<(String, String)> {
    let list = |dice: &mut Dice, key: usize, length: usize| {
        let first = dice.below(3);
        let values = (0..length).map(|n| KEYS[key].1[(first + n) % 3]);
        format!("[{}]", values.collect::<Vec<_>>().join(", "))
    };
    let value = |dice: &mut Dice, key: usize| KEYS[key].1[dice.below(4)];
    let mut parts = Vec::new();
    for key in [0, 3] {
        if dice.below(3) > 0 {
            let length = 1 + dice.below(3);
            parts.push((KEYS[key].0.to_owned(), list(dice, key, length)));
        }
    }
    if dice.below(2) == 0 {
        let length = 1 + dice.below(3);
        let (one, other) = (list(dice, 1, length), list(dice, 5, length));
        parts.push((
            "zip".to_owned(),
            format!("[{{\"train.batch_size\": {one}, \"model.activation\": {other}}}]"),
        ));
    }
    if dice.below(2) == 0 {
        let (pattern, rates) = (value(dice, 0), list(dice, 2, 2));
        parts.push((
            "when".to_owned(),
            format!(
                "[{{\"if\": {{\"norm.placement\": {pattern}}}, \"train.learning_rate\": {rates}}}]"
            ),
        ));
    }
    for word in ["include", "exclude"] {
        if dice.below(2) == 0 {
            let (one, other) = (dice.below(3), 3 + dice.below(3));
            let table = format!(
                "{{\"{}\": {}, \"{}\": {}}}",
                KEYS[one].0,
                value(dice, one),
                KEYS[other].0,
                value(dice, other)
            );
            parts.push((word.to_owned(), format!("[{table}]")));
        }
    }
    parts
}

fn toml(json: &str) -> String {
    json.replace("\": ", "\" = ")
}

fn ids(experiment: &Experiment) -> Vec<(String, String)> {
    let trials = plan::trials(experiment);
    trials.iter().map(|trial| (trial.id.clone(), trial.label.clone())).collect()
}

#[test]
fn a_sweep_is_the_same_in_toml_in_json_by_override_and_written_out() {
    let mut dice = Dice(7);
    let mut planned = 0;
    for _ in 0..400 {
        let parts = random_sweep(&mut dice);
        let lines = parts.iter().map(|(key, value)| format!("{key} = {}\n", toml(value)));
        let by_toml = glyphs(&format!("[sweep]\n{}", lines.collect::<String>()));
        let members = parts.iter().map(|(key, value)| format!("\"{key}\": {value}"));
        let members: Vec<String> = members.collect();
        let by_json = format!(
            "{{\"data\": {{\"dataset\": \"glyphs\"}}, \"sweep\": {{{}}}}}",
            members.join(", ")
        );
        let overrides: Vec<String> =
            parts.iter().map(|(key, value)| format!("sweep.{key}={}", toml(value))).collect();
        let path = std::path::Path::new;
        let by_override = parse(path("x.toml"), &glyphs(""), &overrides);
        let by_json = parse(path("x.json"), &by_json, &[]);
        let Ok(loaded) = parse(path("x.toml"), &by_toml, &[]) else {
            assert!(by_json.is_err() && by_override.is_err(), "{by_toml}");
            continue;
        };
        planned += 1;
        let experiment = loaded.experiment;
        assert_eq!(by_json.expect("as in TOML").experiment, experiment, "{by_toml}");
        assert_eq!(by_override.expect("as in TOML").experiment, experiment, "{by_toml}");
        let again = accepted("x.toml", &experiment.resolved, &[]).experiment;
        assert!(again == experiment, "{by_toml}\nwritten out\n{}", experiment.resolved);
        assert_eq!(ids(&again), ids(&experiment));
    }
    assert!(planned > 200, "{planned}");
}
