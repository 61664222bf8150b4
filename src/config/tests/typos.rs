//! Messages for typing mistakes and for words of other tools.

use super::{glyphs, load, problems, problems_with, refused};

#[test]
fn typos_that_a_parser_does_not_explain_have_a_hint() {
    for (line, hint) in [
        (
            "data.file = \"C:\\Users\\me\\data.csv\"",
            "hint: a `\\` in double quotes begins an escape; put the path into single quotes: `'C:\\Users\\me\\data.csv'`",
        ),
        ("train.learning_rate = 0,001", "hint: write `0.001`, with a decimal point"),
        ("norm.scale = True", "hint: write `true`, in lower case"),
        ("train.learning_rate = .001", "hint: write `0.001`, with a digit before the point"),
        ("name = “x”", "hint: quotes must be straight: `name = \"x\"`"),
    ] {
        let found = problems(&glyphs(line));
        assert!(found.starts_with("x.toml:2: not valid TOML: "), "{found}");
        assert!(found.ends_with(hint), "{found}");
    }
    for (line, hint) in [
        (
            "\"train\": { \"learning_rate\": .001 }",
            "hint: write `0.001`, with a digit before the point",
        ),
        ("\"norm.scale\": True", "hint: write `true`, in lower case"),
    ] {
        let found = refused("x.json", &format!("{{\n{line}\n}}"), &[]);
        assert!(found.starts_with("x.json:2: not valid JSON: "), "{found}");
        assert!(found.contains(hint), "{found}");
    }
}

#[test]
fn typos_in_overrides_have_the_same_hints() {
    for (given, hint) in [
        ("train.learning_rate=0,001", "write `0.001`, with a decimal point"),
        ("norm.scale=True", "write `true`, in lower case"),
        ("norm.placement=“befor”", "did you mean `\"before\"`?"),
        ("sweep.norm.placement=[before,after]", "write `[\"before\", \"after\"]`"),
        ("sweep.train.batch_size=[8,16", "write `[\"[8,16\"]`"),
        ("sweep.norm.placement=none,before", "write `[\"none\", \"before\"]`"),
        (
            "norm.placement=none,before",
            "several are a sweep: `sweep.norm.placement = [\"none\", \"before\"]`",
        ),
        (
            "data.file=\"C:\\temp\\Data.csv\"",
            "a `\\` in double quotes begins an escape; put the path into single quotes: `'C:\\temp\\Data.csv'`",
        ),
        ("tune.per=[norm.placement]", "write `[\"norm.placement\"]`"),
        ("data.ignore=[id,name]", "write `[\"id\", \"name\"]`"),
        ("train.learning_rate='0.1'", "write `0.1`, without quotes"),
    ] {
        let found = problems_with(&glyphs(""), &[given]);
        assert!(found.ends_with(&format!("\n  hint: {hint}")), "{found}");
    }
}

#[test]
fn keys_of_other_tools_are_reported_as_absent() {
    for (line, hint) in [
        ("train.label_smoothing = 0.1", "there is no label smoothing; `model.dropout` and"),
        ("train.early_stopping = true", "there is no early stopping; "),
        ("patience = 5", "there is no early stopping; "),
        ("class_weight = 'balanced'", "there is no weight of classes or examples; "),
        ("data.sep = ';'", "there is no choice of separators; "),
        ("data.na_values = ['NA']", "there is no key of this name; `data.missing`"),
        ("group = 'a'", "there is no group or project of runs; "),
        ("sweep.train.label_smoothing = [0, 0.1]", "there is no label smoothing; "),
        ("sweep.include = [{ train.patience = 3 }]", "there is no early stopping; "),
    ] {
        let found = problems(&format!("{line}\n{}", glyphs("")));
        assert!(found.contains(&format!("\n  hint: {hint}")), "{found}");
    }
}

#[test]
fn a_seed_beyond_toml_is_refused_with_the_bound() {
    let bound = "must be a whole number from 0 to 9223372036854775807\n  hint: 2^63 − 1 is the largest whole number that TOML can hold";
    for key in ["seed", "data.seed"] {
        let found = problems(&glyphs(&format!("{key} = 9223372036854775808")));
        assert!(found.ends_with(bound), "{found}");
        let given = format!("{key}=18446744073709551615");
        let found = problems_with(&glyphs(""), &[&given]);
        assert!(found.ends_with(bound), "{found}");
    }
    let json = "{ \"data\": { \"dataset\": \"glyphs\" }, \"seed\": 9223372036854775808 }";
    assert!(refused("x.json", json, &[]).ends_with(bound));
    let largest = load(&glyphs("seed = 9223372036854775807")).experiment;
    assert_eq!(largest.seed, i64::MAX as u64);
    assert!(largest.resolved.contains("\nseed = 9223372036854775807\n"));
}

#[test]
fn a_path_with_an_escape_in_it_is_refused() {
    let found = problems("data.dataset = 'csv'\ndata.file = \"C:\\temp\\new.csv\"");
    assert!(
        found.ends_with(
            "must be the path of a file\n  hint: in double quotes `\\t` is a tab and `\\n` a line end; put the path into single quotes"
        ),
        "{found}"
    );
}

#[test]
fn a_table_without_its_dataset_has_a_hint_on_the_dataset() {
    let found = problems("data.file = 'x.csv'");
    let hint = "the key `data.dataset` is missing\n  hint: `dataset = \"csv\"` under `[data]`";
    assert!(found.contains(hint), "{found}");
}

#[test]
fn a_list_of_texts_below_the_sweep_is_no_axis() {
    for list in ["missing = ['NA', '?']", "ignore = ['id']"] {
        let found = problems(&format!("{}\n[sweep]\ndata.{list}", glyphs("")));
        let says = "every value of the sweep must be a list of texts\n  hint: to set it for all conditions, put `";
        assert!(found.contains(says), "{found}");
    }
    let table = "data.dataset = 'csv'\ndata.file = 'x.csv'\n[sweep]\ndata.ignore = [['a'], []]";
    assert_eq!(load(table).experiment.conditions.len(), 2);
}

#[test]
fn a_dataset_of_the_product_is_none_of_an_included_point() {
    let text = "[sweep]\ndata.dataset = ['glyphs']\ninclude = [{ train.batch_size = 8 }]";
    let found = problems(text);
    assert!(
        found.starts_with("x.toml:3: `data.dataset` is missing in a point of `sweep.include`"),
        "{found}"
    );
}
