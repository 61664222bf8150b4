//! Files with mistakes, and their messages.

use super::{accepted, glyphs, load, problems, problems_with, refused};

#[test]
fn every_problem_of_a_file_is_reported_at_once_in_its_order() {
    let text = "replicates = 0\n\n[data]\ndataset = 'mnits'\n\n[train]\nbatch_size = 0\nlearning_rate = -1\nlerning_rate = 1\n[norm]\nepsilon = nan\ndecay = 1.5\non_input = 'true'\n";
    assert_eq!(
        problems(text),
        "x.toml:1: `replicates = 0`: must be a whole number from 1 to 10000
error: x.toml:4: `data.dataset = \"mnits\"`: must be one of `\"glyphs\"`, `\"mnist\"`, `\"fashion-mnist\"`, `\"cifar10\"`, `\"csv\"`, `\"badly-scaled\"`, `\"two-spirals\"`, `\"linear-teacher\"`
  hint: did you mean `\"mnist\"`?
error: x.toml:7: `train.batch_size = 0`: must be a whole number from 1 to 1000000
error: x.toml:8: `train.learning_rate = -1`: must be a number above 0
error: x.toml:9: unknown key `train.lerning_rate`
  hint: did you mean `train.learning_rate`?
error: x.toml:11: `norm.epsilon = NaN`: must be a number above 0
error: x.toml:12: `norm.decay = 1.5`: must be a number of at least 0 and below 1
error: x.toml:13: `norm.on_input = \"true\"`: must be `true` or `false`
  hint: write `true`, without quotes"
    );
}

#[test]
fn impossible_values_are_refused_one_by_one() {
    for bad in [
        "seed = -1",
        "seed = 99999999999999999999",
        "name = 'a/b'",
        "data.validation = 1.0",
        "data.validation = -1",
        "data.difficulty = 1.1",
        "data.test_offset = inf",
        "data.test_offset = nan",
        "data.test_offset = '0.5'",
        "data.test_offset = [0.5]",
        "probe.train_evaluation = 1",
        "model.hidden = [64, 0]",
        "model.hidden = 64",
        "model.hidden = [[64]]",
        "model.blocks = []",
        "model.blocks = [16]",
        "model.blocks = [{ channels = 0 }]",
        "model.dropout = 1",
        "model.depth = 18",
        "train.batch_size = 32.0",
        "train.batch_size = '32'",
        "train.beta_2 = 1",
        "train.schedule_milestones = 0.5",
        "train.schedule_milestones = [0.75, 0.5]",
        "train.schedule_milestones = [0.5, 1]",
        "train.schedule_factor = 0",
        "train.final_learning_rate_share = 1.5",
        "train.warmup_steps = -1",
        "train.clip_norm = 0",
        "model.weight_decay = -0.1",
        "model.elu_alpha = 0",
        "train.divergence_factor = 1",
        "train.learning_rate = inf",
        "train.learning_rate = 1979-05-27",
        "output.dir = ''",
        "output.target_accuracy = 0",
        "model = 3",
        "nonsense.deep.key = 3",
        "nonsense = {}",
    ] {
        let found = problems(&glyphs(bad));
        assert!(found.starts_with("x.toml:2: "), "{bad}: {found}");
    }
}

#[test]
fn an_offset_is_any_finite_number_and_an_evaluation_is_a_switch() {
    assert_eq!(
        problems(&glyphs(
            "data.test_offset = '0.5'\nprobe.train_evaluation = 'yes'\nsweep.probe.train_evaluation = [true]"
        )),
        "x.toml:2: `data.test_offset = \"0.5\"`: must be a number
  hint: write `0.5`, without quotes
error: x.toml:3: `probe.train_evaluation = \"yes\"`: must be `true` or `false`
error: x.toml:4: `sweep.probe.train_evaluation`: `probe.train_evaluation` cannot be swept
  hint: the keys of `[data]`, `[model]`, `[norm]` and `[train]` can; `replicates` repeats every condition"
    );
}

#[test]
fn syntax_errors_name_their_line() {
    let found = problems("data.dataset = 'glyphs'\nseed = \n[train\n");
    assert!(found.starts_with("x.toml:2: not valid TOML: "), "{found}");
    assert!(found.contains("\nerror: x.toml:3: not valid TOML: "), "{found}");
    for (text, message) in [
        ("{\n \"seed\": 1,\n}", "x.json:2: not valid JSON: trailing commas are not allowed"),
        ("{\n // why\n}", "x.json:2: not valid JSON: comments are not allowed"),
        ("{\n \"seed\": 1,\n \"seed\": 2 }", "x.json:3: the key \"seed\" appears twice"),
        ("", "x.json:1: not valid JSON: the file is empty"),
        ("\n[1]", "x.json:2: the file must hold an object"),
    ] {
        let found = refused("x.json", text, &[]);
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn contradictions_name_both_lines() {
    let twice = glyphs(
        "[train]\nbatch_size = 8\nepochs = 3\nsteps = 4\n[sweep]\ntrain.batch_size = [8, 16]",
    );
    assert_eq!(
        problems(&twice),
        "x.toml:5: training has two lengths, `train.epochs` on line 4 and `train.steps` on line 5; keep one
error: x.toml:7: `train.batch_size` is set on line 3 and swept on line 7; keep one"
    );
    let found = problems("seed = 3\n");
    assert!(found.starts_with("x.toml: the key `data.dataset` is missing"), "{found}");
    let json = r#"{"data": {"dataset": "glyphs"}, "data.dataset": "mnist"}"#;
    let found = refused("x.json", json, &[]);
    assert!(found.contains("`data.dataset` is given here and on line 1"), "{found}");
}

#[test]
fn an_invalid_sweep_is_refused_with_the_reason() {
    for (sweep, message) in [
        ("train.batch_size = []", "the list is empty"),
        ("train.batch_size = [32, 32]", "the value `32` appears twice"),
        ("train.learning_rate = [1e-3, 0.001]", "the value `0.001` appears twice"),
        ("train.batch_size = [16, 0]", "`0` in `sweep.train.batch_size`: must be a whole number"),
        ("train.batch_size = 16", "must be a list of values\n  hint: write `[16]`"),
        ("norm.placement = ['befor']", "did you mean `\"before\"`?"),
        ("placement = ['none']", "did you mean `sweep.norm.placement`?"),
        ("seed = [1, 2]", "`seed` cannot be swept"),
        ("replicates = [1, 2]", "`replicates` cannot be swept"),
        ("output.dir = ['a']", "`output.dir` cannot be swept"),
        ("norm.placement = { from = 1, to = 2, count = 2 }", "give a list"),
        ("train.batch_size = { from = 1, to = 2, cuont = 2 }", "did you mean `count`?"),
        ("train.batch_size = { from = 1, to = 2 }", "lacks `count`"),
        ("train.batch_size = { from = 1, to = 2, count = 1 }", "a whole number from 2 to 100000"),
        ("train.batch_size = { from = 1, to = 2, count = 3 }", "`1.5` in the range"),
        ("train.batch_size = { from = 1, to = 2, count = 9, scale = 'log' }", "appears twice"),
        ("train.learning_rate = { from = 0, to = 1, count = 2, scale = 'log' }", "above 0"),
        ("train.learning_rate = { from = 'a', to = 1, count = 2 }", "`from = \"a\"`"),
        ("train.epochs = [1]\ntrain.steps = [2]", "two lengths"),
    ] {
        let found = problems(&glyphs(&format!("[sweep]\n{sweep}")));
        assert!(found.contains(message), "{sweep}: {found}");
    }
    let wide = (1..=1001).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let found =
        problems(&glyphs(&format!("[sweep]\ntrain.batch_size = [{wide}]\ndata.seed = [{wide}]")));
    assert!(found.contains("more than 1000000 points"), "{found}");
    let found = problems(&glyphs(&format!("replicates = 2000\n[sweep]\ndata.seed = [{wide}]")));
    assert!(found.starts_with("x.toml:2: 1001 conditions × 2000 replicates"), "{found}");
}

#[test]
fn a_probe_of_a_unit_that_is_not_there_is_refused() {
    let text = glyphs("model.hidden = [8]\nprobe = { every = 5, unit = 8 }");
    let said = problems(&text);
    assert!(said.contains("`probe.unit = 8`: the last hidden layer has 8 units"), "{said}");
    load(&text.replace("unit = 8", "unit = 7"));
}

#[test]
fn nothing_to_train_on_is_refused_where_the_number_of_examples_is_known() {
    let found = problems(&glyphs("data.validation = 6000"));
    assert!(found.starts_with("x.toml:2: `data.validation = 6000`: holds out all"), "{found}");
    let found = problems(&glyphs("data.train_examples = 20\ntrain.last_batch = 'drop'"));
    assert!(found.starts_with("x.toml:2: `train.batch_size = 32`: the 18"), "{found}");
    load(&glyphs("data.train_examples = 20"));
    load("data.dataset = 'mnist'\ndata.validation = 6000");
}

#[test]
fn a_table_needs_a_file_and_has_no_pixels() {
    let csv = "data.dataset = 'csv'\n";
    assert_eq!(
        problems(csv),
        "x.toml: `data.file`: is missing; with `data.dataset = \"csv\"` it names the table"
    );
    let found = problems(&format!("{csv}data.file = 'a.csv'\ndata.input_scaling = 'binary'"));
    assert!(
        found.starts_with("x.toml:3: `data.input_scaling = \"binary\"`: is for the pixels of images, and `csv` is a table"),
        "{found}"
    );
    let shifted = load(&format!("{csv}data.file = 'a.csv'\ndata.shift = 2"));
    assert_eq!(
        shifted.notes,
        ["x.toml:3: `data.shift` has no effect: it applies only with a dataset of images"]
    );
}

#[test]
fn a_warm_up_must_end_before_a_training_of_known_length() {
    let found = problems(&glyphs("train.steps = 10\ntrain.warmup_steps = 10"));
    assert_eq!(
        found,
        "x.toml:3: `train.warmup_steps = 10`: must be below the 10 of `train.steps`, or no step has the whole learning rate"
    );
    load(&glyphs("train.steps = 10\ntrain.warmup_steps = 9"));
    load(&glyphs("train.warmup_steps = 1_000_000"));
}

#[test]
fn bad_overrides_are_quoted() {
    let overrides = ["train.batch_size=abc", "lr=1", "batch", "sweep.train.epochs=[]"];
    assert_eq!(
        problems_with(&glyphs(""), &overrides),
        "-o train.batch_size=abc: `train.batch_size = \"abc\"`: must be a whole number from 1 to 1000000
error: -o lr=1: unknown key `lr`
  hint: did you mean `train.learning_rate`?
error: -o batch: must be `key=value`, such as `-o train.batch_size=64`
error: -o sweep.train.epochs=[]: `sweep.train.epochs`: the list is empty; give at least one value"
    );
}

#[test]
fn a_key_without_effect_is_noted_with_the_reason() {
    let text = glyphs(
        "train.optimizer = 'sgd'\ntrain.beta_1 = 0.5\nnorm.placement = 'none'\nsweep.norm.decay = [0.1, 0.2]",
    );
    let loaded = load(&text);
    assert_eq!(loaded.experiment.conditions.len(), 1);
    assert_eq!(
        loaded.notes[0],
        "x.toml:3: `train.beta_1` has no effect: it applies only with `train.optimizer = \"adam\"` or `\"adamw\"`"
    );
    assert!(
        loaded.notes[1].starts_with("x.toml:5: `norm.decay` has no effect: it applies only where")
    );
    assert_eq!(loaded.notes.len(), 2);
}

#[test]
fn a_file_whose_name_cannot_name_a_folder_needs_a_name() {
    let found = refused("my file.toml", &glyphs(""), &[]);
    assert!(found.contains("the name `my file`") && found.contains("hint: set `name`"), "{found}");
    accepted("my file.toml", "name = 'a'\ndata.dataset = 'mnist'", &[]);
}

#[test]
fn a_convnet_that_outgrows_its_images_is_refused_with_the_block_and_the_size() {
    let blocks = "[{ channels = 8, stride = 2, pool = 4 }, { channels = 8, pool = 4 }]";
    let found = problems(&glyphs(&format!("model.kind = 'convnet'\nmodel.blocks = {blocks}")));
    assert!(
        found.starts_with("x.toml:3: `model.blocks = [{ channels = 8, stride = 2, pool = 4 }, { channels = 8, stride = 1, pool = 4 }]`: block 2 pools over 4 × 4 values, and its feature map has 3 × 3 left of 28 × 28;"),
        "{found}"
    );
}

#[test]
fn a_mistake_in_a_block_is_reported_with_its_number() {
    let found = problems(&glyphs("[[model.blocks]]\nchannels = 8\n[[model.blocks]]\nchanels = 8"));
    assert!(
        found.starts_with(
            "x.toml:2: `model.blocks = [{ … }, { … }]`: must be a list of 1 to 100 blocks such as"
        ),
        "{found}"
    );
    assert!(
        found.ends_with("hint: block 2: unknown key `chanels`; did you mean `channels`?"),
        "{found}"
    );
}

#[test]
fn a_placement_at_a_sum_is_refused_where_nothing_is_added() {
    for placement in ["pre-activation", "after-addition"] {
        let text = format!("model.kind = 'convnet'\nnorm.placement = '{placement}'");
        let found = problems(&glyphs(&text));
        let expected = format!(
            "x.toml:3: `norm.placement = \"{placement}\"`: stands relative to the sum of a residual block"
        );
        assert!(found.starts_with(&expected), "{found}");
    }
}

#[test]
fn columns_with_two_roles_are_refused() {
    let told = |rest: &str| problems(&format!("[data]\ndataset = 'csv'\nfile = 'a.csv'\n{rest}"));
    for (rest, expected) in [
        (
            "inputs = ['a', 'b']\nignore = 'b'",
            "x.toml:5: `data.ignore = [\"b\"]`: column `b` is in `data.inputs` as well; keep it in one of them",
        ),
        (
            "label = 'a'\nignore = ['a']",
            "x.toml:5: `data.ignore = [\"a\"]`: column `a` is the label (`data.label`)",
        ),
        (
            "label = 'a'\ninputs = ['a']",
            "x.toml:5: `data.inputs = [\"a\"]`: column `a` is the label (`data.label`)",
        ),
        ("inputs = []", "x.toml:4: `data.inputs = []`: leaves no input; name at least one column"),
    ] {
        assert_eq!(told(rest), expected);
    }
}

#[test]
fn missing_rows_is_required_only_where_missing_cells_are_listed() {
    let text = "[data]\ndataset = 'csv'\nfile = 'a.csv'\nmissing_rows = 'drop'";
    let notes = load(text).notes;
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("where `data.missing` is not empty"), "{notes:?}");
}
