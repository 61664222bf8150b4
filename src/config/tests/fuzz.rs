//! Experiments and overrides of damaged bytes must give an experiment or problems, and no panic.

use std::path::Path;

use super::SAMPLES;
use crate::config::key_lookup;
use crate::config::parse;
use crate::fs;
use crate::fuzz_tests::{Target, peak_of};
use crate::plan;

/// Only experiments with at most this number of conditions are checked further.
const FEW_CONDITIONS: usize = 50;

/// Every experiment file of the repository, and the samples.
fn experiments() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = fs::files(&root.join("configs")).expect("a folder");
    paths.push(root.join("results/published/mnist/experiment.toml"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let files = paths.iter().map(|path| fs::read_text(path).expect("text"));
    let samples = SAMPLES.iter().map(|&sample| sample.to_owned());
    files.chain(samples).collect()
}

/// Keys and other words that have a meaning in a sweep.
fn words() -> Vec<Vec<u8>> {
    let more = [
        "sweep.",
        "zip = ",
        "when = ",
        "include = ",
        "exclude = ",
        "if = ",
        "from = ",
        "to = ",
        "count = ",
        "step = ",
        "scale = \"log\"",
        "\"powers-of-two\"",
        "[sweep]\n",
        "\n[[",
        "]]\n",
        "\\u0000",
        "1979-05-27T07:32:00Z",
        "0x",
        "null",
        "true",
        "'''",
        "\u{feff}",
    ];
    let keys = key_lookup::all().map(|key| key.path);
    keys.chain(more).map(|word| word.as_bytes().to_vec()).collect()
}

/// Most memory for an input: a line may describe 100 000 conditions; an input without any is limited by its size.
fn justified(input: &[u8]) -> usize {
    let has_sweep = input.windows(5).any(|word| word == b"sweep");
    (1 << 20) + 256 * input.len() + if has_sweep { 1 << 29 } else { 0 }
}

/// Whether this is an experiment; if so, asserts that its resolved text gives the same one.
fn is_experiment(name: &str, text: &str, overrides: &[String]) -> bool {
    let loaded = match parse(Path::new(name), text, overrides) {
        Ok(loaded) => loaded,
        Err(error) => {
            assert_eq!(error.exit_code(), 3);
            // At most a hundred problems, each cut to a readable length.
            let message = error.to_string().len();
            assert!(message < 100_000, "a message of {message} bytes");
            return false;
        }
    };
    let experiment = loaded.experiment;
    if experiment.conditions.len() * experiment.replicates as usize > FEW_CONDITIONS {
        return true;
    }
    let again = parse(Path::new("again.toml"), &experiment.resolved, &[]);
    let mut again = again.expect("what was resolved is valid").experiment;
    assert_eq!(again.resolved, experiment.resolved);
    // The folder is not part of the resolved text.
    again.output.dir.clone_from(&experiment.output.dir);
    assert_eq!(again, experiment);
    let trials = plan::trials(&experiment);
    let ids: std::collections::BTreeSet<&str> = trials.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids.len(), trials.len(), "two trials share an id");
    true
}

#[test]
fn damaged_toml_is_an_experiment_or_refused() {
    let target = Target {
        name: "experiment.toml",
        corpus: experiments().into_iter().map(String::into_bytes).collect(),
        words: words(),
        justified,
        weight: 2,
    };
    target.run(|input| is_experiment("x.toml", &String::from_utf8_lossy(input), &[]));
}

#[test]
fn damaged_json_is_an_experiment_or_refused() {
    let json = |text: String| {
        let table: toml::Table = text.parse().expect("TOML");
        serde_json::to_vec_pretty(&table).expect("JSON")
    };
    let target = Target {
        name: "experiment.json",
        corpus: experiments().into_iter().map(json).collect(),
        words: words(),
        justified,
        weight: 2,
    };
    target.run(|input| is_experiment("x.json", &String::from_utf8_lossy(input), &[]));
}

#[test]
fn damaged_overrides_make_an_experiment_or_are_refused() {
    let lines = |lines: &str| lines.as_bytes().to_vec();
    let target = Target {
        name: "-o",
        corpus: vec![
            lines("train.batch_size=64\ntrain.steps=10"),
            lines("name=2026\noutput.dir=a b"),
            lines(
                "sweep.\"train.learning_rate\"={ from = 1e-3, to = 1, count = 4, scale = 'log' }",
            ),
            lines("sweep.norm.placement=['none', \"after\"]\nsweep.train.batch_size=[8,16]"),
            lines("sweep.zip=[{ train.batch_size = [8, 16], train.beta_1 = [0.5, 0.6] }]"),
            lines(
                "sweep.norm.placement=[\"none\",\"after\"]\nsweep.when={ if = { norm.placement = 'none' }, train.learning_rate = [0.1, 0.2] }",
            ),
            lines(
                "sweep.include={ model.init_scale = 2 }\nsweep.train.batch_size=[8]\nsweep.exclude={train.batch_size=16}",
            ),
            lines(
                "model={ kind = 'convnet', dense = [16], blocks = [{ pool = 4, channels = 8 }] }",
            ),
        ],
        words: words(),
        justified,
        weight: 1,
    };
    target.run(|input| {
        let text = String::from_utf8_lossy(input);
        let overrides: Vec<String> = text.lines().map(str::to_owned).collect();
        is_experiment("x.toml", "data.dataset = 'glyphs'", &overrides)
    });
}

/// Reads the text with the stack of a normal thread; returns the memory used, in bytes.
fn memory_for(name: &'static str, text: String, overrides: Vec<String>) -> usize {
    let read = move || peak_of(|| is_experiment(name, &text, &overrides));
    let (is_experiment, peak) = std::thread::spawn(read).join().expect("it ends");
    assert!(!is_experiment);
    peak
}

#[test]
fn dotted_keys_and_tables_in_each_other_do_not_exhaust_the_stack() {
    let path = ["a"; 79].join(".");
    let deep = format!("{path} = {}1{}", format!("{{{path} = ").repeat(78), "}".repeat(78));
    let text = format!("data.dataset = 'glyphs'\n{deep}");
    let length = text.len();
    let peak = memory_for("x.toml", text, vec![]);
    assert!(peak < 1000 * length, "{peak} bytes for {length}");
    let glyphs = "data.dataset = 'glyphs'".to_owned();
    memory_for("x.toml", glyphs, vec![deep]);
}

#[test]
fn a_hundred_thousand_brackets_do_not_exhaust_the_stack() {
    for opener in ["[", "{\"a\":", "{a=", "a.", "[[", "{a=["] {
        let deep = opener.repeat(100_000);
        memory_for("x.json", deep.clone(), vec![]);
        memory_for("x.toml", format!("a = {deep}"), vec![]);
        memory_for("x.toml", deep.clone(), vec![]);
        let glyphs = "data.dataset = 'glyphs'".to_owned();
        memory_for("x.toml", glyphs, vec![format!("model.hidden={deep}")]);
    }
}

#[test]
fn a_file_with_a_mistake_on_every_line_is_refused_with_the_first_of_them() {
    let lines: Vec<String> = (0..5000).map(|line| format!("key_{line} = 1\n")).collect();
    let members: Vec<String> = (0..5000).map(|key| format!("\"key_{key}\": 1")).collect();
    let inline: Vec<String> = (0..5000).map(|key| format!("k{key} = 1")).collect();
    let inline = format!("data={{ {} }}", inline.join(", "));
    let glyphs = "data.dataset = 'glyphs'".to_owned();
    for (name, text, overrides) in [
        ("x.toml", lines.concat(), vec![]),
        ("x.json", format!("{{ {} }}", members.join(", ")), vec![]),
        ("x.toml", glyphs, vec![inline]),
    ] {
        memory_for(name, text, overrides);
    }
}

#[test]
fn the_points_of_many_whens_are_counted_together() {
    let when = |key: &str| {
        format!(
            "{{ if = {{ norm.placement = 'before' }}, {key} = {{ from = 1e-9, to = 1, count = 2000 }} }}"
        )
    };
    let whens = ["train.learning_rate", "norm.epsilon", "model.init_scale"].map(when);
    let text = format!("data.dataset = 'glyphs'\n[sweep]\nwhen = [{}]", whens.join(", "));
    let error = parse(Path::new("x.toml"), &text, &[]).expect_err("8e9 points");
    assert!(error.to_string().contains("more than 1000000 points"), "{error}");
}
