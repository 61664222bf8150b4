//! Comparisons on synthetic results.

use super::*;
use crate::compare::*;
use crate::event::Score;
use crate::report::snapshot;
use crate::results::format::schema::{EpochRow, ScoreCells, TimingRow};
use crate::results::query::{Results, TrialStatus};
use crate::results::query::{TrialCurves, Tuning};
use crate::stats::{Side, Verdict};

/// Trials with these accuracies, one for each replicate: below 0 for one that diverged, 0 for one that failed.
fn trials(axes: &[&str], condition: usize, accuracies: &[f64]) -> Vec<TrialCurves> {
    let row = |epoch: usize, accuracy: f64| EpochRow {
        epoch,
        step: epoch * 10,
        test: Score { accuracy, ..Score::default() },
        validation: ScoreCells::of_accuracy(accuracy / 2.0),
        ..EpochRow::default()
    };
    let trial = |(index, &accuracy): (usize, &f64)| TrialCurves {
        id: format!("{condition}-{index}"),
        condition,
        axes: axes.iter().map(|&cell| cell.to_owned()).collect(),
        replicate: index as u64 + 1,
        status: match accuracy {
            below if below < 0.0 => TrialStatus::Diverged,
            0.0 => TrialStatus::Failed,
            _ => TrialStatus::Completed,
        },
        diverged_step: None,
        epochs: vec![row(0, 0.1), row(1, accuracy / 2.0), row(2, accuracy)],
        seconds: vec![0, 1, 2]
            .into_iter()
            .map(|epoch| TimingRow {
                epoch,
                train_seconds: (epoch * condition) as f64,
                evaluation_seconds: 9.0,
            })
            .collect(),
        ..TrialCurves::default()
    };
    accuracies.iter().enumerate().map(trial).collect()
}

fn results(axes: &[&str], trials: &[Vec<TrialCurves>]) -> Results {
    Results {
        name: "x".to_owned(),
        question: String::new(),
        target_accuracy: 0.4,
        axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
        trials: trials.concat(),
        ..Results::default()
    }
}

fn ask(results: &Results, metric: &str, by: &str) -> Answer {
    let question = Question { metric: metric.to_owned(), by: by.to_owned(), margin: None };
    compare(results, &question).expect("an answer")
}

fn placements() -> Results {
    results(
        &["norm.placement", "norm.decay"],
        &[
            trials(&["none", ""], 1, &[0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.9]),
            trials(&["before", "0.9"], 2, &[0.93, 0.94, 0.95, 0.94, 0.93, 0.95, 0.94]),
            trials(&["before", "0.99"], 3, &[0.90, -1.0, 0.92, 0.0, 0.91, 0.92, 0.9]),
            trials(&["after", "0.9"], 4, &[0.90, 0.91, 0.93, 0.89, 0.91, 0.92, 0.9]),
        ],
    )
}

#[test]
fn every_pair_of_values_is_compared_in_every_setting_that_they_share() {
    let answer = ask(&placements(), "test_accuracy", "placement");
    let told: Vec<String> = answer
        .comparisons
        .iter()
        .map(|c| format!("{} {}-{} n{}", c.setting[0], c.a, c.b, c.paired.pairs))
        .collect();
    // The decay does not apply without a norm, and `after` was not trained at 0.99.
    let expected =
        ["0.9 before-none n7", "0.9 after-none n7", "0.9 after-before n7", "0.99 before-none n6"];
    assert_eq!(told, expected);
    assert_eq!(
        (&answer.by[..], &answer.others[..]),
        ("norm.placement", &["norm.decay".to_owned()][..])
    );
    let first = &answer.comparisons[0];
    assert_eq!(first.paired.test.map(|test| test.p), Some(2.0 / 128.0));
    assert_eq!(first.corrected, Some(4.0 * 2.0 / 128.0), "four comparisons were made");
    assert_eq!(first.better(), Some("before"));
    assert!(matches!(first.verdict, Verdict::SuggestsBetter(Side::A)));
    assert_eq!(first.needed, Some(8));
}

#[test]
fn the_table_has_the_compared_values_and_the_verdicts() {
    let mut results = placements();
    results.trials.retain(|trial| trial.condition != 3);
    let answer = ask(&results, "test_accuracy", "norm.placement");
    snapshot::check("comparison.txt", &table(&answer));
    snapshot::check("comparison.md", &markdown(&answer));
}

#[test]
fn diverged_and_failed_replicates_are_reported_and_the_diverged_ones_lose() {
    let mut results = placements();
    results.trials.retain(|trial| trial.condition % 2 == 1);
    let answer = ask(&results, "test_accuracy", "placement");
    let only = &answer.comparisons[0];
    assert_eq!((only.missing, only.diverged), (1, [1, 0]));
    assert_eq!((only.paired.tally.losses, only.paired.tally.ties), (1, 5));
    assert_eq!(only.paired.differences.len(), 5);
    assert_eq!(only.verdict, Verdict::Inconclusive, "equal where both were completed");
    let text = table(&answer);
    assert!(text.contains("in 1 of them a side diverged: it lost its pair"), "{text}");
    assert!(text.contains("1 pair is left out"), "{text}");
    assert!(text.contains("1 of 6"), "{text}");
}

#[test]
fn latex_counts_pairs_where_a_mean_would_leave_out_those_that_diverged() {
    let none = [0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.9];
    let after = [0.95, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0];
    let results =
        results(&["norm.placement"], &[trials(&["none"], 1, &none), trials(&["after"], 2, &after)]);
    let text = latex(&ask(&results, "test_accuracy", "placement"), "");
    assert!(text.contains("& 7 & won 1, lost 6 & -- &"), "{text}");
    assert!(text.contains("Won and lost: pairs in which the first"), "{text}");
    let text = latex(&ask(&results, "epochs_to_target", "placement"), "");
    assert!(text.contains("lost 6"), "{text}");
}

#[test]
fn times_to_a_target_keep_those_that_never_got_there() {
    let results = results(
        &["norm.placement"],
        &[
            trials(&["none"], 1, &[0.7, 0.7, 0.9, 0.7]),
            trials(&["before"], 2, &[0.9, 0.9, 0.9, -1.0]),
        ],
    );
    let answer = ask(&results, "epochs_to_target", "placement");
    let [none, before] = &answer.descriptions[..] else {
        panic!("two conditions");
    };
    assert_eq!((none.n, none.beyond, none.median, none.mean), (1, 3, None, None));
    assert_eq!((before.n, before.diverged, before.median), (3, 1, Some(2.0)));
    let tally = answer.comparisons[0].paired.tally;
    assert_eq!((tally.wins, tally.ties, tally.losses), (2, 1, 1));
    let text = table(&answer);
    assert!(text.starts_with("epochs_to_target of 40 % by norm.placement (epochs)\n"), "{text}");
    assert!(text.contains("  > 2  "), "{text}");
    assert!(text.contains("1 of 4"), "{text}");
    assert_eq!(
        (before.mean, before.std, before.max),
        (None, None, None),
        "one diverged: over the others it would flatter"
    );
    assert!(text.contains("and there is no mean difference"), "{text}");
    let row = text.lines().find(|line| line.starts_with("before − none"));
    let cells: Vec<&str> = row.unwrap_or_default().split_whitespace().collect();
    assert_eq!(cells[3..6], ["4", "–", "–"], "n, difference and interval");
    let seconds = ask(&results, "seconds_to_target", "placement");
    assert_eq!(seconds.descriptions[1].median, Some(6.0), "2 s and 4 s; evaluation is no part");
    let relative = ask(&results, "relative_seconds_per_step", "placement");
    assert_eq!(relative.descriptions[1].mean, Some(2.0));
    assert_eq!(relative.descriptions[0].mean, Some(1.0));
}

#[test]
fn a_margin_may_be_given_and_is_in_points_for_accuracies() {
    let mut question = Question {
        metric: "test_accuracy".to_owned(),
        by: "placement".to_owned(),
        margin: Some(5.0),
    };
    let answer = compare(&placements(), &question).expect("an answer");
    let first = &answer.comparisons[0];
    assert!((first.margin - 0.05).abs() < 1e-12);
    assert_eq!(answer.comparisons[0].verdict, Verdict::NoMeaningfulDifference);
    question.metric = "seconds_per_step".to_owned();
    question.margin = None;
    let answer = compare(&placements(), &question).expect("an answer");
    // 3 s for each replicate and condition, over 20 steps: 0.15 and 0.30; 5 % of their mean.
    assert!((answer.comparisons[0].margin - 0.225 / 20.0).abs() < 1e-12);
    assert_eq!(answer.comparisons[0].better(), Some("none"));
    let text = table(&answer);
    assert!(text.contains("“none” is better"), "not that nothing is better: {text}");
}

#[test]
fn two_folders_are_compared_in_the_conditions_that_both_have() {
    let one = results(
        &["norm.placement", "train.batch_size"],
        &[trials(&["none", "8"], 1, &[0.5; 6]), trials(&["none", "16"], 2, &[0.6; 6])],
    );
    let other = results(
        &["norm.placement", "train.batch_size"],
        &[
            trials(&["none", "16"], 1, &[0.7, 0.71, 0.7, 0.7, 0.7, 0.7]),
            trials(&["none", "32"], 2, &[0.8; 6]),
        ],
    );
    let both = together(("a", &one), ("b", &other)).expect("the same axes");
    let answer = ask(&both, "test_accuracy", FOLDER);
    assert_eq!(answer.comparisons.len(), 1);
    let only = &answer.comparisons[0];
    assert_eq!(
        (&only.a[..], &only.b[..], &only.setting[..]),
        ("b", "a", &["none".to_owned(), "16".to_owned()][..])
    );
    assert_eq!(only.better(), Some("b"));

    let third = results(&["norm.placement"], &[trials(&["none"], 1, &[0.5; 6])]);
    let error = together(("a", &one), ("c", &third)).expect_err("other axes").to_string();
    assert!(
        error.contains("`c` varies norm.placement: they have no conditions in common"),
        "{error}"
    );
}

#[test]
fn what_does_not_exist_is_refused_with_what_does() {
    let refused = |results: &Results, metric: &str, by: &str| {
        let question = Question { metric: metric.to_owned(), by: by.to_owned(), margin: None };
        compare(results, &question).expect_err("refused").to_string()
    };
    let placements = placements();
    let metric = refused(&placements, "test_acuracy", "placement");
    assert!(
        metric.contains("no metric `test_acuracy`\n  hint: did you mean `test_accuracy`?"),
        "{metric}"
    );
    let axis = refused(&placements, "test_loss", "momentum");
    assert!(axis.contains("no axis `momentum`"), "{axis}");
    let mut only = placements.clone();
    only.trials.retain(|trial| trial.axes[0] == "before");
    let same = refused(&only, "test_loss", "placement");
    assert!(
        same.contains("`norm.placement` is `before` throughout\n  hint: `--by decay`"),
        "{same}"
    );
    only.trials.retain(|trial| trial.condition == 2);
    assert!(refused(&only, "test_loss", "placement").contains("compare two folders"));
}

#[test]
fn programs_get_every_column_and_the_json_every_condition() {
    let answer = ask(&placements(), "test_accuracy", "placement");
    let csv = csv(&answer);
    assert!(csv.starts_with("norm.decay,by,metric,a,b,pairs,measured,"), "{csv}");
    assert!(
        csv.contains(
            "\n0.99,norm.placement,test_accuracy,before,none,6,5,1,1,0,0,0,0,0,sign,1,1,1,4,0,5,1,"
        ),
        "{csv}"
    );
    let json: serde_json::Value = serde_json::from_str(&json(&answer)).expect("valid JSON");
    assert_eq!(json["conditions"].as_array().map(Vec::len), Some(4));
    assert_eq!(json["comparisons"][0]["verdict"], "suggests better");
    assert_eq!(json["comparisons"][0]["better"], "before");
    assert_eq!(json["conditions"][0]["norm.decay"], serde_json::Value::Null);
    let bca = json["conditions"][0]["bca_low"].as_f64().expect("a number");
    assert!(0.90 < bca && bca < 0.9086, "{bca}");
}

#[test]
fn at_tuned_values_each_side_is_at_its_own_best() {
    let mut results = results(
        &["norm.placement", "train.learning_rate"],
        &[
            trials(&["none", "0.1"], 1, &[0.8; 6]),
            trials(&["none", "1"], 2, &[0.5; 6]),
            trials(&["before", "0.1"], 3, &[0.7; 6]),
            trials(&["before", "1"], 4, &[0.9; 6]),
        ],
    );
    results.tuning = Some(Tuning {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned()],
        metric: "validation_accuracy".to_owned(),
        higher_is_better: true,
    });
    let chosen = crate::compare::tune::at_chosen(&results).expect("tuned");
    let answer = ask(&chosen, "test_accuracy", "placement");
    assert_eq!(answer.comparisons.len(), 1);
    let mean = answer.comparisons[0].paired.mean.expect("a mean");
    assert!((mean - 0.1).abs() < 1e-12, "0.9 at 1 against 0.8 at 0.1: {mean}");
}

#[test]
fn a_paper_has_marks_of_significance_and_bold_only_where_the_test_says_so() {
    let mut results = placements();
    results.trials.retain(|trial| trial.condition != 3);
    let answer = ask(&results, "test_accuracy", "norm.placement");
    // Better than both others, before and after Holm's correction for three comparisons.
    assert!(latex::is_best(&answer, "before", &answer.descriptions[1].setting));
    assert!(!latex::is_best(&answer, "none", &answer.descriptions[0].setting));
    let text = latex(&answer, "bn-lab compare x --format latex");
    let parts =
        [r"before & 7 & \textbf{94.00} & {[}", "$^{*}$ & {[}", "Bold: significantly better"];
    for part in parts {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    // With four comparisons, the p of seven pairs is not small enough: nothing is bold.
    let answer = ask(&placements(), "test_accuracy", "norm.placement");
    let text = latex(&answer, "");
    assert!(!text.contains("textbf"), "{text}");
    assert!(text.contains("No value is bold"), "{text}");
}

#[test]
fn a_part_has_the_tests_of_the_whole_experiment() {
    let whole = ask(&placements(), "test_accuracy", "placement");
    let part = placements().part(vec!["placement != after".to_owned()], |t| t.axes[0] != "after");
    let shown = ask(&part, "test_accuracy", "placement");
    let names = |answer: &Answer| -> Vec<String> {
        let comparisons = answer.comparisons.iter();
        comparisons.map(|c| format!("{} {} {}", c.setting[0], c.a, c.b)).collect()
    };
    assert_eq!(names(&shown), ["0.9 before none", "0.99 before none"]);
    assert_eq!(shown.comparisons[0], whole.comparisons[0], "with p corrected for four");
    assert_eq!((shown.family, whole.family), (4, 4));
    let described: Vec<&str> = shown.descriptions.iter().map(|d| &d.value[..]).collect();
    assert_eq!(described, ["none", "before", "before"]);
    let text = table(&shown);
    assert!(
        text.contains("2 of 4 comparisons shown, p corrected for all of them; paired"),
        "{text}"
    );
    let alone = placements().part(vec!["placement = before".to_owned()], |t| t.axes[0] == "before");
    let question =
        Question { metric: "test_accuracy".to_owned(), by: "placement".to_owned(), margin: None };
    let error = compare(&alone, &question).expect_err("one value").to_string();
    assert!(error.contains("`norm.placement` is `before` throughout"), "{error}");
}
