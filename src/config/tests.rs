//! Tests of whole experiment files: the resulting experiments, or the rendered problems.

mod claim;
mod documentation;
mod fuzz;
mod norm;
mod promises;
mod random_sweeps;
mod refusals;
mod refused_sweeps;
mod round_trips;
mod sweep;
mod tune;
mod typos;

use std::path::Path;

use super::key_lookup;
use super::rule::Rule;
use super::spec::{
    Dataset, Experiment, Length, NormSettings, Placement, RunningVariance, Validation,
};
use super::value::Value;
use super::{Loaded, parse};

const README: &str = include_str!("../../configs/README.md");
const QUICKSTART: &str = include_str!("../../configs/quickstart.toml");
const QUICKSTART_JSON: &str = include_str!("../../configs/quickstart.json");
const MNIST: &str = include_str!("../../configs/mnist.toml");

/// Small files that together read every key.
const SAMPLES: &[&str] = &[
    QUICKSTART,
    MNIST,
    "data.dataset = 'glyphs'",
    "data.dataset = 'mnist'\nmodel.activation = 'leaky_relu'\nmodel.init = 'normal'\ntrain.optimizer = 'sgd'",
    "data.dataset = 'fashion-mnist'\ndata.validation = 0\nnorm.preset = 'pytorch'\ntrain.optimizer = 'momentum'",
    "data.dataset = 'glyphs'\ntrain.steps = 100\ntrain.optimizer = 'rmsprop'\nmodel.hidden = []",
    "data.dataset = 'glyphs'\n[sweep]\nnorm.placement = ['none', 'after']\nnorm.preset = ['keras', 'pytorch']\ntrain.optimizer = ['sgd', 'adam']",
    "question = \"two\\nlines, a \\\"quote\\\"\"\n[sweep]\ndata.dataset = ['glyphs', 'mnist']\ntrain.learning_rate = { from = 1e-7, to = 1e2, count = 4, scale = 'log' }\nmodel.hidden = [[], [64, 32]]",
    "data.dataset = 'glyphs'\n[[model.blocks]]\npool = 4\nchannels = 8\n[model]\nkind = 'convnet'\ndense = [16]\nhead = 'flatten'\ndropout = 0.5",
    "data.dataset = 'glyphs'\nmodel.kind = 'resnet'\n[sweep]\nmodel.depth = { from = 8, to = 20, count = 3 }\nmodel.shortcut = ['a', 'b']\nnorm.placement = ['before', 'pre-activation', 'after-addition']",
    "data.dataset = 'glyphs'\nmodel.kind = 'rnn'\n[sweep]\nmodel.cell = ['elman', 'gru']\nnorm.placement = ['none', 'before', 'after']\nnorm.recurrent = [false, true]",
    "data.dataset = 'glyphs'\nmodel.activation = 'elu'\nmodel.weight_decay = 1e-4\ntrain.optimizer = 'adamw'\ntrain.schedule = 'cosine'\ntrain.warmup_steps = 10\ntrain.clip_norm = 1",
    "data.dataset = 'glyphs'\ntrain.optimizer = 'nesterov'\ntrain.schedule = 'step'\ntrain.clip_value = 0.5",
    "data.dataset = 'glyphs'\n[sweep]\ntrain.schedule = ['constant', 'step', 'cosine']\ntrain.schedule_milestones = [[0.5], [0.3, 0.6]]",
    "[sweep]\ndata.dataset = ['mnist', 'glyphs']\ndata.validation = [0, 0.5, 100]\ndata.split = ['fixed', 'per_replicate']",
    "data.dataset = 'glyphs'\ntune = { key = 'train.learning_rate', per = 'norm.placement', budget = 3 }\n[sweep]\nnorm.placement = ['none', 'after']\ntrain.batch_size = [8, 16]\ntrain.learning_rate = { from = 0.01, to = 1, scale = 'log' }",
    "data.dataset = 'cifar10'\ndata.train_batches = [2, 1]\ndata.shift = 4\ndata.flip = true\ntrain.order = 'fixed'",
    "[data]\ndataset = 'csv'\nfile = 'a.csv'\nheader = false\nlabel = '5'",
    "[data]\ndataset = 'csv'\nfile = 'a.csv'\nheader = true\ninputs = ['b', 2]\nignore = ['id']\ncategorical = 'zip'\nmissing = ['?', 'NA', '']\nmissing_rows = 'drop'",
    "[data]\ndataset = 'csv'\nfile = 'a.csv'\ntest_file = 'b.csv'\ninput_scaling = 'standardize'\ntest_offset = -0.5",
    "data.dataset = 'glyphs'\ntrain.batch_size = 64\n[norm]\nvirtual_batch_size = 16\ngamma_constraint = 'max_norm'\nbeta_constraint = 'non_negative'\n[sweep]\nnorm.layers = ['all', 'first', [1, 0]]\nnorm.averaging = ['exponential', 'cumulative']",
    "data.dataset = 'glyphs'\n[norm]\npreset = 'paper'\naffine = false\n[sweep]\nnorm.scale = [true, false]\nnorm.track_running_stats = [true, false]",
    "data.dataset = 'glyphs'\n[norm]\nkind = 'renorm'\nr_max = 3\nd_max = 5\nrelax_from = 5000\nr_relaxed_at = 40000\nd_relaxed_at = 25000",
    "data.dataset = 'glyphs'\n[norm]\ngroups = 8\n[sweep]\nnorm.kind = ['batch', 'layer', 'group']",
    "data.dataset = 'glyphs'\n[sweep]\nnorm.placement = ['none', 'after']\nzip = [{ train.batch_size = [8, 16], train.beta_1 = [0.5, 0.6] }, { model.dropout = [0, 0.5] }]\nmodel.hidden = [[], [8, 4]]\ninclude = [{ norm.layers = [0, 1], train.batch_size = 128 }, { train.clip_norm = 1 }]\nexclude = [{ model.hidden = [[8, 4]], norm.placement = 'after' }]",
    "data.dataset = 'glyphs'\ntrain.learning_rate = 0.5\n[sweep]\nnorm.placement = ['none', 'after']\ntrain.optimizer = ['sgd', 'adam']\nwhen = [{ if = { norm.placement = 'none' }, train.learning_rate = [0.1, 0.2], norm.on_input = [true] }]\ninclude = { model.init_scale = 2 }",
    "data.dataset = 'glyphs'\nreplicates = 9\n[claim]\nstatement = 'a \"b\"'\ntests = [{ compare = ['after', 'none'], expect = 'same', where = { model.hidden = [[8]], train.batch_size = [8] } }, { by = 'train.batch_size', compare = [8, 16], expect = 'higher', metric = 'test_loss', margin = 1, over = 'train.learning_rate', take = 'reach', at_least = 2, label = 'x' }]\n[sweep]\nnorm.placement = ['none', 'after']\ntrain.batch_size = [8, 16]\nmodel.hidden = [[8], [4]]\ntrain.learning_rate = [0.1, 1e-5]",
    "[sweep]\ndata.dataset = ['badly-scaled', 'two-spirals', 'linear-teacher', 'glyphs']\ndata.scale_decades = [1, 3]",
];

/// The words that the key at `path` may have, for tests that take every one of them.
pub(crate) fn words(path: &str) -> &'static [&'static str] {
    match key_lookup::find(path).map(|key| &key.rule) {
        Some(Rule::Choice(words)) => words,
        _ => panic!("`{path}` is no choice among words"),
    }
}

fn load(text: &str) -> Loaded {
    load_with(text, &[])
}

fn load_with(text: &str, overrides: &[&str]) -> Loaded {
    accepted("x.toml", text, overrides)
}

fn accepted(name: &str, text: &str, overrides: &[&str]) -> Loaded {
    parse_with(name, text, overrides).unwrap_or_else(|problems| panic!("{problems}"))
}

fn problems(text: &str) -> String {
    problems_with(text, &[])
}

fn problems_with(text: &str, overrides: &[&str]) -> String {
    refused("x.toml", text, overrides)
}

fn refused(name: &str, text: &str, overrides: &[&str]) -> String {
    let loaded = parse_with(name, text, overrides);
    loaded.expect_err("this file should have been refused")
}

fn parse_with(name: &str, text: &str, overrides: &[&str]) -> Result<Loaded, String> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    parse(Path::new(name), text, &overrides).map_err(|error| error.to_string())
}

fn glyphs(rest: &str) -> String {
    format!("data.dataset = 'glyphs'\n{rest}")
}

fn axis(experiment: &Experiment, key: &str) -> Vec<String> {
    let axis = experiment.axes.iter().find(|axis| axis.key == key);
    axis.map_or(Vec::new(), |axis| axis.values.iter().map(Value::to_string).collect())
}

#[test]
fn one_line_is_an_experiment() {
    let experiment = load("data.dataset = 'glyphs'").experiment;
    assert_eq!((experiment.name.as_str(), experiment.replicates), ("x", 3));
    assert_eq!(experiment.output.dir, Path::new("results/x"));
    assert_eq!(experiment.conditions.len(), 1);
    let settings = &experiment.conditions[0].settings;
    assert_eq!(settings.data.train_examples, Some(6000));
    assert_eq!(settings.data.validation, Validation::Fraction(0.1));
    assert_eq!(settings.norm.placement, Placement::Before);
    assert_eq!(settings.train.length, Length::Epochs(10));
}

#[test]
fn toml_and_json_give_the_same_experiment() {
    let toml = accepted("quickstart.toml", QUICKSTART, &[]);
    let json = accepted("quickstart.json", QUICKSTART_JSON, &[]);
    assert_eq!(toml, json);
    assert_eq!(toml.experiment.conditions.len(), 3);
    assert_eq!(toml.notes, Vec::<String>::new());
}

#[test]
fn mnist_is_the_network_of_its_title() {
    let experiment = load(MNIST).experiment;
    assert_eq!(axis(&experiment, "norm.placement"), ["none", "before", "after"]);
    let settings = &experiment.conditions[1].settings;
    assert_eq!(settings.data.dataset, Dataset::Mnist);
    assert_eq!(settings.data.train_examples, None);
    assert_eq!(settings.data.validation, Validation::Count(5000));
    let layer = settings.norm.layer.expect("a normalised condition");
    assert_eq!(layer, NormSettings::batch(0.99, 1e-3, RunningVariance::Biased));
}

#[test]
fn ranges_give_round_numbers_with_both_ends() {
    let text = glyphs(
        "[sweep]\ntrain.learning_rate = { from = 1e-4, to = 1e-1, count = 4, scale = 'log' }\ndata.difficulty = { from = 0, to = 0.3, count = 4 }\ntrain.batch_size = { from = 8, to = 128, count = 3, scale = 'log' }",
    );
    let experiment = load(&text).experiment;
    assert_eq!(axis(&experiment, "train.learning_rate"), ["0.0001", "0.001", "0.01", "0.1"]);
    assert_eq!(axis(&experiment, "data.difficulty"), ["0.0", "0.1", "0.2", "0.3"]);
    assert_eq!(axis(&experiment, "train.batch_size"), ["8", "32", "128"]);
}

#[test]
fn the_last_axis_varies_fastest_in_the_order_of_the_file() {
    let text = glyphs(
        "[sweep]\ntrain.batch_size = [8, 16]\n\"norm.placement\" = ['after', 'before']\ntrain.beta_1 = [0.5]",
    );
    let experiment = load(&text).experiment;
    let order: Vec<&str> = experiment.axes.iter().map(|axis| axis.key.as_str()).collect();
    assert_eq!(order, ["train.batch_size", "norm.placement", "train.beta_1"]);
    let points: Vec<(usize, &str)> = experiment
        .conditions
        .iter()
        .map(|c| (c.settings.train.batch_size, c.settings.norm.placement.name()))
        .collect();
    assert_eq!(points, [(8, "after"), (8, "before"), (16, "after"), (16, "before")]);
}

#[test]
fn points_that_differ_only_in_keys_that_do_not_apply_are_one_condition() {
    let text = glyphs("[sweep]\nnorm.placement = ['none', 'before']\nnorm.decay = [0.9, 0.99]");
    let experiment = load(&text).experiment;
    let values: Vec<Vec<Option<String>>> = experiment
        .conditions
        .iter()
        .map(|c| c.values.iter().map(|v| v.as_ref().map(Value::to_string)).collect())
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        values,
        [
            vec![some("none"), None],
            vec![some("before"), some("0.9")],
            vec![some("before"), some("0.99")]
        ]
    );
    assert_eq!(experiment.conditions[2].index, 2);
    assert!(!experiment.conditions[0].keys.contains_key("norm.decay"));
}

#[test]
fn without_hidden_layers_there_is_no_placement_and_no_activation() {
    let text = glyphs("[sweep]\nnorm.placement = ['none', 'before']\nmodel.hidden = [[], [8]]");
    let experiment = load(&text).experiment;
    assert_eq!(experiment.conditions.len(), 3);
    let linear = &experiment.conditions[0];
    assert_eq!(linear.values[0], None);
    assert_eq!(linear.settings.norm.placement, Placement::None);
    assert!(!linear.keys.contains_key("model.activation"));
    assert!(linear.settings.norm.layer.is_none());
}

#[test]
fn a_preset_is_no_part_of_a_conditions_identity_but_what_it_sets_is() {
    let swept = load(&glyphs("sweep.norm.preset = ['keras', 'pytorch']")).experiment;
    assert_eq!(swept.conditions[1].values, [Some(Value::Text("pytorch".to_owned()))]);
    assert!(!swept.conditions[1].keys.contains_key("norm.preset"));
    let spelt_out = glyphs("[norm]\ndecay = 0.9\nepsilon = 1e-5\nrunning_variance = 'unbiased'");
    assert_eq!(swept.conditions[1].keys, load(&spelt_out).experiment.conditions[0].keys);

    let found = problems(&format!("{spelt_out}\n[sweep]\nnorm.preset = ['keras', 'pytorch']"));
    assert!(
        found.starts_with("x.toml:7: two points of the sweep are the same experiment: `norm.preset = \"keras\"` and `norm.preset = \"pytorch\"`"),
        "{found}"
    );
}

#[test]
fn overrides_win_over_the_file_and_later_ones_over_earlier_ones() {
    let text = glyphs(
        "train.epochs = 3\ntrain.batch_size = 0\n[sweep]\nnorm.placement = ['none', 'after']",
    );
    let overrides = [
        "train.batch_size=8",
        "train.batch_size = 16",
        "norm.placement=before",
        "train.steps=7",
        "name=2026",
        "sweep.\"train.learning_rate\"=[1e-3, 1]",
        "data={difficulty=1}",
    ];
    let experiment = load_with(&text, &overrides).experiment;
    let settings = &experiment.conditions[1].settings;
    assert_eq!((settings.train.batch_size, settings.train.length), (16, Length::Steps(7)));
    assert_eq!(settings.norm.placement, Placement::Before);
    assert_eq!(experiment.name, "2026");
    assert_eq!(experiment.axes.len(), 1);
    assert_eq!(axis(&experiment, "train.learning_rate"), ["0.001", "1.0"]);
    let glyphs = Dataset::Glyphs { difficulty: 1.0, seed: 0 };
    assert_eq!(settings.data.dataset, glyphs);
}

#[test]
fn an_override_of_an_axis_keeps_its_position() {
    let text = glyphs("[sweep]\ntrain.batch_size = [8]\ntrain.beta_1 = [0.5]");
    let experiment = load_with(&text, &["sweep.train.batch_size=[1, 2]"]).experiment;
    assert_eq!(experiment.axes[0].key, "train.batch_size");
    assert_eq!(axis(&experiment, "train.batch_size"), ["1", "2"]);
}
