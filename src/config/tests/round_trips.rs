//! The resolved text that a results folder stores gives the same experiment with the same trials, whatever
//! was overridden.

use std::collections::BTreeSet;
use std::path::Path;

use super::SAMPLES;
use crate::config::key::Key;
use crate::config::key_lookup;
use crate::config::rule::{Bound, List, Order, Rule};
use crate::config::spec::Experiment;
use crate::config::{mean_the_same, parse, read_back};
use crate::{fs, plan};

/// A linear congruential generator (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A list of `least` to `most` values.
    fn list(&mut self, least: usize, most: usize, item: impl Fn(&mut Self) -> String) -> String {
        let length = least + self.below(most - least + 1);
        let items: Vec<String> = (0..length).map(|_| item(self)).collect();
        format!("[{}]", items.join(", "))
    }
}

/// Texts that have to be quoted in various ways.
const TEXTS: [&str; 14] = [
    "",
    "plain",
    "true",
    "2026",
    "a = [ , ]",
    "\"double\" and 'single'",
    "'''",
    "\"\"\"",
    "C:\\Users\\me",
    "two\nlines\r\nand a\ttab",
    "\u{1b}[31mred\u{7f}\u{0}",
    "ä → \u{fffe}\u{10ffff}",
    "# no comment",
    "~/x",
];

const NUMBERS: [&str; 14] = [
    "0",
    "-0.0",
    "1",
    "0.1",
    "1e-7",
    "5e-324",
    "1e300",
    "-3.5",
    "0.3333333333333333",
    "1e15",
    "17",
    "0.97",
    "1000",
    "2.2250738585072014e-308",
];

/// A value as TOML that the rule allows in most cases.
fn value(rule: &Rule, dice: &mut Dice) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    match rule {
        Rule::Name => text(dice.one_of(&["x", "2026", "a-1.b_c", "true"])),
        Rule::Text | Rule::Folder | Rule::File | Rule::Column { .. } => {
            text(dice.one_of(&TEXTS))
        }
        Rule::Flag => dice.one_of(&["true", "false"]).to_owned(),
        Rule::Whole { least, most } => {
            let middle = [*least, 1, 2, 16, 1000].map(|n| n.clamp(*least, *most));
            let all = [middle.as_slice(), &[*most]].concat();
            dice.one_of(&all).to_string()
        }
        Rule::Number { low, high } => number(*low, *high, dice),
        Rule::Choice(words) => text(dice.one_of(words)),
        Rule::List(List { order: Order::Rising, .. }) => {
            dice.one_of(&["[0.5]", "[0.25, 0.75]"]).to_owned()
        }
        Rule::List(List { item: Rule::SweptKey, .. }) => {
            dice.one_of(&["[]", "['norm.placement']", "'norm.placement'"]).to_owned()
        }
        Rule::List(list) => {
            let (least, most) = list.length;
            dice.list(least, most.min(least + 3), |dice| value(&list.item, dice))
        }
        Rule::Tables(_) => dice.list(1, 2, |dice| {
            dice.one_of(&["{ channels = 4 }", "{ pool = 2, channels = 8 }"]).to_owned()
        }),
        Rule::Positions => dice.one_of(&["'all'", "'last'", "[0]", "[1, 0]"]).to_owned(),
        Rule::ResnetDepth => dice.one_of(&["8", "20"]).to_owned(),
        Rule::Share => dice.one_of(&["0", "0.0", "5", "0.25"]).to_owned(),
        Rule::Sum => {
            "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  a.csv'".to_owned()
        }
        Rule::SweptKey => text(dice.one_of(&["train.learning_rate", "norm.placement"])),
        // The tests of a claim.
        Rule::Dependent(_) => dice.list(0, 2, |dice| {
            dice.one_of(&[
                "{ compare = ['before', 'none'], expect = 'higher', margin = 1e-7 }",
                "{ compare = ['after', 'none'], expect = 'same', label = \"a \\\"b\\\"\\n\" }",
                "{ compare = ['after', 'none'], expect = 'lower', where = { train.batch_size = [8], norm.decay = 0.9, train.epochs = 1 } }",
            ])
            .to_owned()
        }),
    }
}

fn number(low: Bound, high: Bound, dice: &mut Dice) -> String {
    let allows = |text: &&str| {
        let node = crate::config::wire::override_value(text, 0);
        Rule::Number { low, high }.accept(&node.kind).is_some()
    };
    let allowed: Vec<&str> = NUMBERS.into_iter().filter(allows).collect();
    dice.one_of(&allowed).to_owned()
}

/// An override: `-o key=value`, or `-o sweep.key=[…]`, or one of the words of a sweep.
fn random_override(keys: &[&'static Key], dice: &mut Dice) -> (String, &'static str) {
    let key = dice.one_of(keys);
    if dice.below(12) == 0 {
        let word = dice.one_of(&["when", "include", "exclude", "zip"]);
        return (format!("sweep.{word}=[]"), "");
    }
    if key.can_be_swept() && dice.below(3) == 0 {
        let values = dice.list(0, 2, |dice| value(&key.rule, dice));
        return (format!("sweep.{}={values}", key.path), "");
    }
    (format!("{}={}", key.path, value(&key.rule, dice)), key.path)
}

/// The samples, and every experiment file of the repository.
fn bases() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["configs", "configs/claims"];
    let paths = folders.map(|folder| fs::files(&root.join(folder)).expect("a folder"));
    let is_toml = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "toml");
    let paths = paths.into_iter().flatten().filter(is_toml);
    let files = paths.map(|path| fs::read_text(&path).expect("text"));
    files.chain(SAMPLES.iter().map(|&sample| sample.to_owned())).collect()
}

fn ids(experiment: &Experiment) -> Vec<(String, String)> {
    let trials = plan::trials(experiment);
    let named = trials.iter().map(|trial| (trial.id.clone(), trial.label.clone()));
    named.collect()
}

fn assert_is_stored(experiment: &Experiment, how: &str) {
    read_back(experiment).unwrap_or_else(|e| panic!("{how}\n{}\n{e}", experiment.resolved));
    if experiment.conditions.len() as u64 * experiment.replicates > 200 {
        return;
    }
    let again = parse(Path::new("again.toml"), &experiment.resolved, &[]).expect("as read back");
    assert_eq!(ids(&again.experiment), ids(experiment), "{how}");
}

#[test]
fn any_experiment_with_any_override_is_stored_as_itself() {
    let keys: Vec<&'static Key> = key_lookup::all().collect();
    let mut dice = Dice(11);
    let mut overridden = BTreeSet::new();
    let bases = bases();
    for round in 0..6000 {
        let base = &bases[round % bases.len()];
        let (overrides, paths): (Vec<String>, Vec<&str>) =
            (0..=dice.below(3)).map(|_| random_override(&keys, &mut dice)).unzip();
        let Ok(loaded) = parse(Path::new("x.toml"), base, &overrides) else {
            continue;
        };
        overridden.extend(paths);
        assert_is_stored(&loaded.experiment, &format!("{base}\n{overrides:#?}"));
    }
    let missing: Vec<&str> =
        keys.iter().map(|key| key.path).filter(|path| !overridden.contains(path)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "keys that were never overridden");
}

#[test]
fn a_claim_without_tests_is_stored_and_read_again() {
    let text = "data.dataset = 'glyphs'\nsweep.norm.placement = ['none', 'before']\n[claim]\nstatement = 'a'\ntests = [{ compare = ['before', 'none'], expect = 'higher' }]";
    let overrides = ["claim.tests=[]".to_owned()];
    let loaded = parse(Path::new("x.toml"), text, &overrides).expect("valid");
    let resolved = &loaded.experiment.resolved;
    assert!(resolved.contains("\ntests = []\n"), "{resolved}");
    assert_is_stored(&loaded.experiment, "without tests");
}

#[test]
fn a_sweep_whose_sections_are_torn_apart_keeps_the_order_of_its_points() {
    let text = "data.dataset = 'glyphs'\n[sweep]\nnorm.placement = ['none', 'after']\ntrain.batch_size = [8, 16]\nnorm.decay = [0.9, 0.99]";
    let loaded = parse(Path::new("x.toml"), text, &[]).expect("valid");
    assert_is_stored(&loaded.experiment, "torn apart");
}

#[test]
fn an_experiment_is_the_same_as_it_was_written_by_an_earlier_version() {
    let loaded = parse(Path::new("x.toml"), "data.dataset = 'glyphs'", &[]).expect("valid");
    let now = loaded.experiment.resolved;
    // With another layout, and without a key that was added later.
    let earlier = now
        .replace("optimizer_epsilon = 1e-7\n", "optimizer_epsilon = 0.0000001\n")
        .replace("order = \"reshuffled\"\n", "");
    assert_ne!(earlier, now);
    assert!(mean_the_same(earlier.as_bytes(), now.as_bytes()));
    let other = now.replace("seed = 0\n", "seed = 1\n");
    assert!(!mean_the_same(other.as_bytes(), now.as_bytes()));
    assert!(!mean_the_same(b"seed = [ , ]", now.as_bytes()));
}
