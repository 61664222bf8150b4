//! `[tune]`: unequal budgets are refused.

use super::{glyphs, load, problems};
use crate::config::spec::{Metric, Tune};

const SWEEP: &str = "[sweep]\nnorm.placement = ['none', 'after']\ntrain.batch_size = [8, 16]\ntrain.learning_rate = [0.1, 0.2, 0.4]";

#[test]
fn tuning_is_per_placement_and_takes_its_budget_from_the_sweep() {
    let tuned =
        |tune: &str, sweep: &str| load(&glyphs(&format!("{tune}\n{sweep}"))).experiment.tune;
    let expected = Tune {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned()],
        metric: Metric::ValidationAccuracy,
        budget: 3,
    };
    assert_eq!(tuned("tune.key = 'train.learning_rate'", SWEEP), Some(expected.clone()));
    let full = "tune = { key = 'train.learning_rate', per = ['norm.placement', 'train.batch_size'], metric = 'validation_loss', budget = 3 }";
    let given = tuned(full, SWEEP).expect("tuned");
    assert_eq!((given.metric, given.per.len()), (Metric::ValidationLoss, 2));
    let range = "[sweep]\nnorm.placement = ['none', 'after']\ntrain.learning_rate = { from = 0.01, to = 1, scale = 'log' }";
    let experiment =
        load(&glyphs(&format!("tune = {{ key = 'train.learning_rate', budget = 3 }}\n{range}")))
            .experiment;
    assert_eq!(super::axis(&experiment, "train.learning_rate"), ["0.01", "0.1", "1.0"]);
    assert_eq!(experiment.tune, Some(expected));
    let own = "[sweep]\nnorm.placement = ['none', 'after']\nwhen = [{ if = { norm.placement = 'none' }, train.learning_rate = [0.1, 0.2] }, { if = { norm.placement = 'after' }, train.learning_rate = [1, 2] }]";
    assert_eq!(tuned("tune.key = 'train.learning_rate'", own).map(|tune| tune.budget), Some(2));
}

#[test]
fn tuning_is_no_part_of_a_trials_identity() {
    let plain = load(&glyphs(SWEEP)).experiment;
    let tuned = load(&glyphs(&format!("tune.key = 'train.learning_rate'\n{SWEEP}"))).experiment;
    assert_eq!(tuned.conditions, plain.conditions);
    assert!(tuned.resolved.contains("\n[tune]\nkey = \"train.learning_rate\"\nper = [\"norm.placement\"]\nmetric = \"validation_accuracy\"\nbudget = 3\n"), "{}", tuned.resolved);
    assert!(!plain.resolved.contains("[tune]"));
}

#[test]
fn what_is_not_fair_is_refused_with_the_counts() {
    let rate = "tune.key = 'train.learning_rate'";
    for (tune, more, message) in [
        (
            rate,
            "\nexclude = [{ norm.placement = 'none', train.learning_rate = 0.4 }]",
            "x.toml:2: `tune.key = \"train.learning_rate\"`: what is compared must try equally many values of it, and does not (norm.placement after, train.batch_size 16: 3; norm.placement after, train.batch_size 8: 3; norm.placement none, train.batch_size 16: 2; norm.placement none, train.batch_size 8: 2)",
        ),
        (
            "tune = { key = 'train.learning_rate', budget = 5 }",
            "",
            "x.toml:2: `tune.budget = 5`: the sweep gives each group 3 values of `train.learning_rate`",
        ),
        (
            "tune.key = 'train.beta_1'",
            "",
            "`tune.key`: `train.beta_1` is not swept\n  hint: give it values under `[sweep]`",
        ),
        ("tune.key = 'learning_rate'", "", "did you mean `\"train.learning_rate\"`?"),
        (
            "tune = { key = 'train.learning_rate', per = 'model.bias' }",
            "",
            "`tune.per`: `model.bias` is not swept",
        ),
        (
            "tune = { key = 'train.learning_rate', per = 'train.learning_rate' }",
            "",
            "`train.learning_rate` is what is tuned",
        ),
        (
            "tune = { key = 'train.learning_rate', metric = 'test_accuracy' }",
            "",
            "must be one of `\"validation_accuracy\"`, `\"validation_loss\"`",
        ),
        ("tune.key = 'norm.decay'", "\nnorm.decay = [0.5, 0.9]", "train.learning_rate 0.4: 0"),
        (
            "tune.key = 'model.bias'",
            "\nzip = [{ model.bias = ['always', 'never'], train.beta_1 = [0.5, 0.6] }]",
            "a single value of it; a key that moves together",
        ),
        (
            "tune.key = 'train.learning_rate'\ndata.validation = 0",
            "",
            "x.toml:3: `[tune]` chooses by the validation set, and `data.validation` holds no example out for one\n  hint: for example `data.validation = 0.1`",
        ),
    ] {
        let found = problems(&glyphs(&format!("{tune}\n{SWEEP}{more}")));
        assert!(found.contains(message), "{tune}: {found}");
    }
    let noted = load(&glyphs(&format!("tune.budget = 3\n{SWEEP}")));
    assert_eq!(
        noted.notes,
        ["x.toml:2: `tune.budget` has no effect: it applies only with `tune.key`"]
    );
}
