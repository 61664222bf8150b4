//! The points of sweeps, their order, and what is refused.

use super::{axis, glyphs, load, load_with, problems_with};
use crate::config::Loaded;
use crate::config::spec::Experiment;
use crate::config::value::Value;

/// One line for each condition: the values of its axes, `-` where one does not apply.
fn points(experiment: &Experiment) -> Vec<String> {
    let cell = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
    let conditions = experiment.conditions.iter();
    conditions
        .map(|condition| condition.values.iter().map(cell).collect::<Vec<_>>().join(" "))
        .collect()
}

fn swept(sweep: &str) -> Loaded {
    load(&glyphs(sweep))
}

fn points_of(sweep: &str) -> Vec<String> {
    points(&swept(sweep).experiment)
}

fn keys_of(experiment: &Experiment) -> Vec<&str> {
    experiment.axes.iter().map(|axis| axis.key.as_str()).collect()
}

#[test]
fn keys_of_a_zip_group_move_together_as_one_dimension() {
    let groups = "[sweep]\nnorm.placement = ['none', 'after']\n[[sweep.zip]]\ntrain.batch_size = [16, 64]\ntrain.learning_rate = [0.01, 0.04]";
    let experiment = swept(groups).experiment;
    assert_eq!(keys_of(&experiment), ["norm.placement", "train.batch_size", "train.learning_rate"]);
    let expected = ["none 16 0.01", "none 64 0.04", "after 16 0.01", "after 64 0.04"];
    assert_eq!(points(&experiment), expected);
    let inline = "[sweep]\nzip = { \"train.batch_size\" = [16, 64], train.learning_rate = [0.01, 0.04] }\nnorm.placement = ['none', 'after']";
    assert_eq!(
        points_of(inline),
        ["16 0.01 none", "16 0.01 after", "64 0.04 none", "64 0.04 after"],
        "a group stands where it is written"
    );
    let repeated = "sweep.zip = [{ train.batch_size = [8, 8], train.learning_rate = { from = 1, to = 2, count = 2 } }]";
    assert_eq!(points_of(repeated), ["8 1.0", "8 2.0"], "rows differ, not columns");
}

#[test]
fn a_key_can_vary_only_where_a_pattern_holds() {
    let text = "train.learning_rate = 0.5\n[sweep]\nnorm.placement = ['none', 'before', 'after']\n[[sweep.when]]\nif.norm.placement = ['before', 'after']\ntrain.learning_rate = [0.1, 0.2]\n[[sweep.when]]\nif = { train.learning_rate = 0.2, norm.placement = 'after' }\ntrain.batch_size = [8]\ntrain.beta_1 = [0.5, 0.6]";
    assert_eq!(
        points_of(text),
        [
            "none 0.5 32 0.9",
            "before 0.1 32 0.9",
            "before 0.2 32 0.9",
            "after 0.1 32 0.9",
            "after 0.2 8 0.5",
            "after 0.2 8 0.6"
        ]
    );
    let own = "[sweep]\nnorm.placement = ['none', 'after']\nwhen = [{ if = { norm.placement = 'none' }, train.learning_rate = [0.1] }, { if = { norm.placement = 'after' }, train.learning_rate = [1, 2] }]";
    let experiment = swept(own).experiment;
    assert_eq!(points(&experiment), ["none 0.1", "after 1.0", "after 2.0"]);
    assert_eq!(axis(&experiment, "train.learning_rate"), ["0.1", "1.0", "2.0"]);
}

#[test]
fn points_are_dropped_and_added() {
    let text = "[sweep]\nnorm.placement = ['none', 'after']\ntrain.batch_size = [8, 16, 32]\ninclude = [{ train.batch_size = 8, norm.placement = 'none', model.activation = 'tanh' }, { train.learning_rate = 0.5 }]\nexclude = [{ norm.placement = 'none', train.batch_size = [8, 16] }, { train.batch_size = 16, model.activation = 'relu' }]";
    let loaded = swept(text);
    assert_eq!(
        points(&loaded.experiment),
        [
            "none 32 relu 0.001",
            "after 8 relu 0.001",
            "after 32 relu 0.001",
            "none 8 tanh 0.001",
            "before 32 relu 0.5"
        ],
        "included last, whatever is excluded, with defaults for keys that are not named"
    );
    assert_eq!(loaded.notes, Vec::<String>::new());
    assert_eq!(axis(&loaded.experiment, "train.batch_size"), ["8", "32"]);
    assert_eq!(axis(&loaded.experiment, "norm.placement"), ["none", "after", "before"]);
    assert_eq!(axis(&loaded.experiment, "model.activation"), ["relu", "tanh"]);
}

#[test]
fn a_pattern_takes_a_list_as_one_value_where_it_is_one() {
    let text = |pattern: &str| {
        format!(
            "[sweep]\nmodel.hidden = [[8, 4], [8], []]\nexclude = {{ model.hidden = {pattern} }}"
        )
    };
    assert_eq!(points_of(&text("[8, 4]")), ["[8]", "[]"]);
    assert_eq!(points_of(&text("[[8, 4], []]")), ["[8]"]);
    assert_eq!(points_of(&text("[]")), ["[8, 4]", "[8]"]);
    // Where a key does not apply, no pattern that names it holds.
    let nothing = "[sweep]\nnorm.placement = ['none', 'after']\nnorm.decay = [0.5, 0.9]\nexclude = [{ norm.decay = 0.5 }]";
    assert_eq!(points_of(nothing), ["none -", "after 0.9"]);
}

#[test]
fn ranges_by_step_and_by_powers_of_two_are_exact() {
    let values = |key: &str, range: &str| {
        let experiment = swept(&format!("[sweep]\n{key} = {{ {range} }}")).experiment;
        axis(&experiment, key)
    };
    let difficulty = |range: &str| values("data.difficulty", range);
    assert_eq!(difficulty("from = 0.1, to = 0.3, step = 0.1"), ["0.1", "0.2", "0.3"]);
    assert_eq!(difficulty("from = 0.1, to = 0.35, step = 0.1"), ["0.1", "0.2", "0.3"]);
    assert_eq!(difficulty("from = 0.3, to = 0.1, step = -0.1"), ["0.3", "0.2", "0.1"]);
    assert_eq!(difficulty("from = 0, to = 1, step = 0.05").last().map(String::as_str), Some("1.0"));
    let batches = |range: &str| values("train.batch_size", range);
    assert_eq!(batches("from = 8, to = 24, step = 8"), ["8", "16", "24"]);
    let powers = "scale = 'powers-of-two'";
    assert_eq!(
        batches(&format!("from = 16, to = 256, {powers}")),
        ["16", "32", "64", "128", "256"]
    );
    assert_eq!(batches(&format!("from = 4, to = 1, {powers}")), ["4", "2", "1"]);
    let large = "from = 9007199254740993, to = 9007199254740995, step = 1";
    assert_eq!(
        values("data.seed", large),
        ["9007199254740993", "9007199254740994", "9007199254740995"],
        "beyond the whole numbers of a float"
    );
}

#[test]
fn what_holds_nowhere_is_noted() {
    let text = "[sweep]\ntrain.batch_size = [8, 16]\ninclude = [{ train.batch_size = 8, norm.placement = 'before' }, { train.batch_size = 64 }]\nexclude = [{ train.batch_size = 9 }]\nwhen = [{ if = { norm.placement = 'none' }, train.beta_1 = [0.5] }]";
    let loaded = swept(text);
    assert_eq!(
        points(&loaded.experiment),
        ["8 0.9", "16 0.9", "64 0.9"],
        "a key that only `include` names and that does not vary is no axis"
    );
    assert_eq!(
        loaded.notes,
        [
            "x.toml:4: a point of `sweep.include` is in the sweep already",
            "x.toml:5: `sweep.exclude` has no effect: no point matches",
            "x.toml:6: `sweep.when` has no effect: its `if` holds nowhere"
        ]
    );
}

#[test]
fn overrides_replace_groups_and_cannot_be_undone_by_them() {
    let text = glyphs(
        "[sweep]\nnorm.placement = ['none', 'after']\nzip = [{ train.batch_size = [8, 16], train.learning_rate = [0.1, 0.2] }]\nexclude = [{ norm.placement = 'none' }]\nwhen = [{ if = { train.batch_size = 8 }, train.beta_1 = [0.5] }]",
    );
    let with = |overrides: &[&str]| points(&load_with(&text, overrides).experiment);
    let zip = "sweep.zip=[{ train.batch_size = [8], data.seed = [4] }]";
    assert_eq!(with(&[zip]), ["after 8 4 0.5"]);
    assert_eq!(with(&["sweep.exclude=[]", "sweep.when=[]", zip]), ["none 8 4", "after 8 4"]);
    assert_eq!(
        with(&["sweep.zip=[]", "train.batch_size=4", "sweep.include=[{norm.placement='none'}]"]),
        ["after 0.9", "none 0.9"]
    );
    let refused = problems_with(&text, &["train.batch_size=4"]);
    assert!(
        refused.contains("`train.batch_size` is set by an override and swept on line 4; keep one"),
        "{refused}"
    );
    let refused = problems_with(&text, &["train.beta_1=0.4"]);
    assert!(
        refused.contains(
            "`train.beta_1` would still have other values on line 6\n  hint: `-o 'sweep.when=[]'`"
        ),
        "{refused}"
    );
    let refused = problems_with(&text, &["sweep.train.batch_size=[4]"]);
    assert!(refused.contains("hint: `-o 'sweep.zip=[]'`"), "{refused}");
}
