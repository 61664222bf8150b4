//! Properties of every key and every file: the documentation, the resolved text, no panics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{
    MNIST, QUICKSTART, QUICKSTART_JSON, README, SAMPLES, accepted, load, load_with, parse_with,
};
use crate::config::key_lookup;
use crate::config::parse;
use crate::config::rule::Rule;
use crate::plan;

#[test]
fn no_two_keys_that_can_be_swept_share_their_short_name() {
    let mut names = BTreeSet::new();
    for key in key_lookup::all().filter(|key| key.can_be_swept()) {
        assert!(names.insert(plan::short_name(key.path)), "`{}` shares its name", key.path);
    }
}

#[test]
fn a_resolved_experiment_is_the_same_experiment_and_resolves_to_itself() {
    for sample in SAMPLES {
        let experiment = load(sample).experiment;
        let again = load(&experiment.resolved);
        assert_eq!(again.experiment, experiment, "{}", experiment.resolved);
        assert_eq!(again.notes, Vec::<String>::new());
    }
}

#[test]
fn a_resolved_experiment_spells_out_defaults_that_all_conditions_share() {
    let swept = load(SAMPLES[6]).experiment.resolved;
    assert!(swept.contains("\nbeta_1 = 0.9\n"), "{swept}");
    assert!(!swept.contains("\nlearning_rate ="), "{swept}");
    assert!(!swept.contains("\ndecay ="), "{swept}");
    let plain = load(SAMPLES[2]).experiment.resolved;
    assert!(plain.starts_with("# written by bn-lab; every default filled in\nname = \"x\"\n"));
    assert!(plain.contains(
        "\n[norm]\nplacement = \"before\"\nlayers = \"all\"\non_input = false\nkind = \"batch\"\npreset = \"keras\"\nepsilon = 0.001\n"
    ));
    assert!(!plain.contains("[sweep]"));
}

#[test]
fn every_word_of_every_choice_makes_its_own_settings() {
    for key in key_lookup::all() {
        let Rule::Choice(words) = key.rule else {
            continue;
        };
        let settings = |word: &&str| {
            let dataset = match key.path {
                "data.missing_rows" => "csv",
                _ => "mnist",
            };
            let file = format!(
                "data.dataset = '{dataset}'\ndata.file = 'a.csv'\n{}",
                where_it_applies(key.path)
            );
            let text = load_with(&file, &[&format!("{}={word}", key.path)]);
            let experiment = text.experiment;
            format!("{:?} {:?}", experiment.conditions[0].settings, experiment.tune)
        };
        let different: BTreeSet<String> = words.iter().map(settings).collect();
        assert_eq!(different.len(), words.len(), "{}", key.path);
    }
}

/// Switches on everything that a trial can record.
const RECORDED: &str = "data.dataset = 'glyphs'\ncheckpoint.every = 5\nprobe = { every = 10, landscape = true }\ntune.key = 'train.learning_rate'\nclaim = { statement = 'a', source = 'b', figure = 'c', about_evaluation = true, tests = [{ by = 'train.learning_rate', compare = [0.1, 0.2], expect = 'lower' }] }\nsweep.train.learning_rate = [0.1, 0.2]";
/// What a file must set for a choice to apply.
fn where_it_applies(path: &str) -> &'static str {
    match path {
        "model.shortcut" | "norm.placement" => "model.kind = 'resnet'",
        "tune.metric" => "tune.key = 'train.learning_rate'\nsweep.train.learning_rate = [1, 2]",
        "model.cell" => "model.kind = 'rnn'",
        "data.missing_rows" => "data.missing = '?'",
        "model.head" => "model.kind = 'convnet'",
        "norm.kind" => "model.kind = 'convnet'\nnorm = { groups = 4, r_max = 3, d_max = 5 }",
        _ => "",
    }
}

/// Every key that the samples read, with its values.
fn read_by_samples() -> BTreeMap<String, BTreeSet<String>> {
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sample in SAMPLES {
        for condition in load(sample).experiment.conditions {
            for (key, value) in condition.keys.iter() {
                let values = read.entry(key.to_owned()).or_default();
                values.insert(value.to_toml());
            }
        }
    }
    read
}

#[test]
fn every_listed_key_is_read_somewhere() {
    let read = read_by_samples();
    let deciding = key_lookup::all().filter(|key| key.decides_numbers());
    let unread: Vec<&str> =
        deciding.map(|key| key.path).filter(|path| !read.contains_key(*path)).collect();
    assert_eq!(unread, Vec::<&str>::new());
    let resolved = load(RECORDED).experiment.resolved;
    let written: toml::Table = resolved.parse().expect("TOML");
    for key in key_lookup::all().filter(|key| !key.decides_numbers()) {
        let (section, name) = (key.section(), key.name());
        let is_written = match section {
            "" => written.contains_key(name),
            _ => written[section].get(name).is_some(),
        };
        // The folder is left out on purpose, so that a repetition does not write into the same results. Checksums
        // exist for tables only.
        let is_left_out = ["output.dir", "data.sha256"].contains(&key.path);
        assert_eq!(is_written, !is_left_out, "{}", key.path);
    }
}

#[test]
fn the_readmes_worked_example_is_the_same_in_both_languages() {
    let block = |language: &str| {
        let (_, rest) = README.split_once(&format!("```{language}\n")).expect("as written");
        rest.split_once("```").expect("as written").0
    };
    let toml = accepted("x.toml", block("toml"), &[]);
    let json = accepted("x.json", block("json"), &[]);
    assert_eq!(toml, json);
    assert_eq!(toml.experiment.conditions.len(), 6);
}

/// A linear congruential generator (Knuth's MMIX constants): reproducible noise without a crate.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    fn mutate(&mut self, text: &[u8]) -> Vec<u8> {
        const PIECES: [&str; 16] = [
            "[",
            "]",
            "{",
            "}",
            "=",
            ".",
            ",",
            "\"",
            "\n",
            "ä",
            "\u{0}",
            "-",
            "1e999",
            "sweep",
            "nan",
            "99999999999999999999",
        ];
        let mut bytes = text.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.below(256) as u8),
                2 => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].bytes())),
                3 if !bytes.is_empty() => bytes[at] = self.below(128) as u8,
                _ => drop(bytes.drain(at..bytes.len().min(at + 9))),
            }
        }
        bytes
    }
}

#[test]
fn no_garbage_makes_it_panic() {
    let mut noise = Noise(1);
    let mut refused = 0;
    for round in 0..4000 {
        let (name, text) = match round % 4 {
            0 => ("x.json", QUICKSTART_JSON),
            1 => ("x.toml", QUICKSTART),
            2 => ("x.toml", MNIST),
            _ => ("x.toml", SAMPLES[7]),
        };
        let bytes = noise.mutate(text.as_bytes());
        let text = String::from_utf8_lossy(&bytes);
        let overrides: &[&str] = if round % 7 == 0 { &["a", &text] } else { &[] };
        refused += usize::from(parse_with(name, &text, overrides).is_err());
    }
    // Some inputs stay valid (a comment was changed), most do not.
    assert!((1000..4000).contains(&refused), "{refused}");
}

#[test]
fn the_problems_shown_in_the_readme_are_what_the_program_prints() {
    let text = "data.dataset = 'mnist'\n\n\n\n\n[train]\nbatch_size = 0\n\nlerning_rate = 0.1\n";
    let overrides = ["norm.placement=befor".to_owned()];
    let problems = parse(Path::new("configs/x.toml"), text, &overrides).map_err(|e| e.to_string());
    let shown = format!("error: {}\n", problems.expect_err("three problems"));
    assert!(README.contains(&shown), "{shown}");
}
