//! `[claim]`: its defaults, and the checks against the sweep.

use std::path::Path;

use super::{glyphs, load, load_with, problems};
use crate::config::claim_of;
use crate::config::spec::{Aggregate, Aggregation, Expect, Hypothesis};

const SWEEP: &str = "[sweep]\nnorm.placement = ['none', 'before']\ntrain.batch_size = [2, 4]\nmodel.init_scale = [0.01, 1]";

fn with_test(test: &str) -> String {
    glyphs(&format!(
        "replicates = 9\n[claim]\nstatement = 'It helps'\n[[claim.tests]]\n{test}\n{SWEEP}"
    ))
}

#[test]
fn a_claim_is_read_with_its_defaults_and_written_out_whole() {
    let text = with_test(
        "compare = ['before', 'none']\nexpect = 'lower'\nover = 'model.init_scale'\ntake = 'reach'\nat_least = 0.9\nwhere = { train = { batch_size = 2 } }",
    );
    let loaded = load(&text);
    assert_eq!(loaded.notes, Vec::<String>::new());
    let claim = loaded.experiment.claim.clone().expect("a claim");
    let expected = Hypothesis {
        compare: ["before", "none"].map(str::to_owned),
        by: "norm.placement".to_owned(),
        metric: "test_accuracy".to_owned(),
        expect: Expect::Lower,
        margin: None,
        only: vec![("train.batch_size".to_owned(), vec!["2".to_owned()])],
        aggregate: Some(Aggregate {
            axis: "model.init_scale".to_owned(),
            how: Aggregation::Reach(0.9),
        }),
        label: None,
    };
    assert_eq!((&claim.statement[..], &claim.tests[..]), ("It helps", &[expected][..]));
    let resolved = &loaded.experiment.resolved;
    assert!(
        resolved.contains("\n[claim]\nstatement = \"It helps\"\ntests = [\n    { compare = [\"before\", \"none\"], by = \"norm.placement\", metric = \"test_accuracy\", expect = \"lower\", where = { train.batch_size = [2] }, over = \"model.init_scale\", take = \"reach\", at_least = 0.9 },\n]\n"),
        "{resolved}"
    );
    let again = claim_of(Path::new("experiment.toml"), resolved).expect("readable");
    assert_eq!(again, Some(claim), "the text alone says it");
}

#[test]
fn a_claim_is_no_part_of_a_trials_identity_and_can_be_taken_away() {
    let claimed = load(&with_test("compare = ['before', 'none']\nexpect = 'higher'"));
    let plain = load(&glyphs(SWEEP)).experiment;
    assert_eq!(claimed.experiment.conditions, plain.conditions);
    let text = with_test("compare = ['before', 'none']\nexpect = 'higher'");
    let away = load_with(&text, &["claim.tests=[]", "norm.placement=before"]);
    assert_eq!(away.experiment.claim, None);
    assert_eq!(
        away.notes,
        ["x.toml:4: `claim.statement` has no effect: it applies only with `claim.tests`"]
    );
    let none = claim_of(Path::new("x"), &plain.resolved).expect("readable");
    assert_eq!(none, None);
}

/// Tests that are refused, and their messages.
const REFUSED: &[(&str, &str)] = &[
    (
        "compare = ['before', 'none']",
        "x.toml:5: test 1 of `claim.tests`: `expect` is missing: `\"higher\"`, `\"lower\"` or `\"same\"`",
    ),
    ("expect = 'same'", "test 1 of `claim.tests`: `compare` is missing: two values"),
    (
        "compare = ['before', 'befor']\nexpect = 'same'",
        "`\"befor\"` in `compare` of `claim.tests`: must be one of",
    ),
    (
        "compare = ['before', 'before']\nexpect = 'same'",
        "`compare = [\"before\", \"before\"]` in `claim.tests`: must be a list of two different values of `norm.placement`",
    ),
    (
        "compare = 'before'\nexpect = 'same'",
        "`compare = \"before\"` in `claim.tests`: must be a list of two different values",
    ),
    (
        "compare = ['before', 'after']\nexpect = 'same'",
        "test 1 of `claim.tests`: `by`: `after` is not among the values of `norm.placement`\n  hint: the sweep has none, before; `-o 'claim.tests=[]'`",
    ),
    (
        "compare = ['relu', 'tanh']\nby = 'model.activation'\nexpect = 'same'",
        "`by`: `model.activation` is not swept\n  hint: give it values under `[sweep]`",
    ),
    (
        "compare = ['relu', 'tanh']\nby = 'activation'\nexpect = 'same'",
        "`by = \"activation\"` in test 1 of `claim.tests`: must be a key that can be swept, such as `\"train.learning_rate\"`\n  hint: did you mean `\"model.activation\"`?",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'more'",
        "`expect = \"more\"` in test 1 of `claim.tests`: must be one of",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nmetric = 'tst_accuracy'",
        "did you mean `\"test_accuracy\"`?",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nmargin = -1",
        "`margin = -1` in test 1 of `claim.tests`: must be a number of at least 0",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nmetrik = 'x'",
        "unknown key `metrik` in `claim.tests`\n  hint: did you mean `metric`?",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nwhere = 2",
        "`where = 2` in `claim.tests`: must be a table such as",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nwhere.batch_size = 2",
        "unknown key `batch_size` in `where` of `claim.tests`\n  hint: did you mean `train.batch_size`?",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nwhere.train.batch_size = [0]",
        "`train.batch_size = 0` in `where` of `claim.tests`: must be a whole number from 1",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nwhere.train.batch_size = [8]",
        "`where`: `8` is not among the values of `train.batch_size`\n  hint: the sweep has 2, 4",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nwhere.norm.placement = 'none'",
        "`where`: `norm.placement` is what is compared",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nover = 'model.init_scale'",
        "`take` is missing",
    ),
    ("compare = ['before', 'none']\nexpect = 'same'\ntake = 'spread'", "`over` is missing"),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nover = 'norm.placement'\ntake = 'best'",
        "`over = \"norm.placement\"`: that is what is compared",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nover = 'model.init_scale'\ntake = 'reach'",
        "`at_least` is missing",
    ),
    (
        "compare = ['before', 'none']\nexpect = 'same'\nat_least = 0.5",
        "`at_least` means something only with `take = \"reach\"`",
    ),
    (
        "by = 'train.batch_size'\ncompare = [2, 4]\nexpect = 'same'\nover = 'norm.placement'\ntake = 'reach'\nat_least = 1",
        "`take = \"reach\"`: the values of `norm.placement` are not all numbers above 0",
    ),
];

#[test]
fn what_cannot_be_tested_is_refused_with_a_way_out() {
    for (test, message) in REFUSED {
        let found = problems(&with_test(test));
        assert!(found.contains(message), "{test}:\n{found}");
    }
}

#[test]
fn an_invalid_or_empty_list_of_tests_is_refused() {
    let test = "tests = { compare = ['before', 'none'], expect = 'same' }";
    for (claim, message) in [
        ("tests = [1]", "`1` in `claim.tests`: must be a table of `compare`, `expect`"),
        (test, "`claim.tests = { … }`: must be a list of at most 100 tests"),
        (
            "tests = [{ compare = ['before', 'none'], expect = 'same' }]",
            "the key `claim.statement` is missing",
        ),
    ] {
        let found = problems(&glyphs(&format!("[claim]\n{claim}\n{SWEEP}")));
        assert!(found.contains(message), "{claim}:\n{found}");
    }
}

#[test]
fn too_few_replicates_for_any_verdict_are_noted_before_training() {
    let text = with_test("compare = ['before', 'none']\nexpect = 'higher'");
    let noted = |overrides: &[&str]| load_with(&text, overrides).notes;
    // Two batch sizes by two scales; four comparisons need 2/2ⁿ · 4 ≤ 0.05.
    assert_eq!(
        noted(&["replicates=7"]),
        [
            "x.toml:5: `claim.tests` make 4 comparisons, and with 7 replicates no p-value is below 0.05 after Holm's correction: `replicates = 8` can tell, or fewer settings (`where`)"
        ]
    );
    assert_eq!(noted(&["replicates=8"]), Vec::<String>::new());
    let one = with_test(
        "compare = ['before', 'none']\nexpect = 'higher'\nover = 'model.init_scale'\ntake = 'best'\nwhere.train.batch_size = 2",
    );
    let noted = |overrides: &[&str]| load_with(&one, overrides).notes;
    assert_eq!(noted(&["replicates=6"]), Vec::<String>::new());
    assert_eq!(noted(&["replicates=5"]).len(), 1);
}
