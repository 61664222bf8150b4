//! Claims on synthetic results.

mod evaluation;
mod settings;
mod taken;
mod words;

use super::*;
use crate::compare::claim::{ClaimVerdict, TestVerdict, judge};
use crate::event::Score;
use crate::report::snapshot;
use crate::results::format::schema::{CLAIM_COLUMNS, EpochRow, ScoreCells};
use crate::results::query::{
    Aggregate, Aggregation, Claim, Expect, Hypothesis, Results, TrialCurves, TrialStatus, Tuning,
};

/// Trials of a condition with these accuracies, one for each replicate; below 0 for one that diverged.
fn trials(axes: &[&str], condition: usize, accuracies: &[f64]) -> Vec<TrialCurves> {
    let row = |epoch: usize, accuracy: f64| EpochRow {
        epoch,
        step: epoch * 10,
        test: Score { accuracy, ..Score::default() },
        validation: ScoreCells::of_accuracy(accuracy),
        ..EpochRow::default()
    };
    let trial = |(index, &accuracy): (usize, &f64)| TrialCurves {
        id: format!("{condition}-{index}"),
        condition,
        axes: axes.iter().map(|&cell| cell.to_owned()).collect(),
        replicate: index as u64 + 1,
        status: if accuracy < 0.0 { TrialStatus::Diverged } else { TrialStatus::Completed },
        epochs: vec![row(0, 0.1), row(1, accuracy - 0.2), row(2, accuracy - 0.1), row(3, accuracy)],
        ..TrialCurves::default()
    };
    accuracies.iter().enumerate().map(trial).collect()
}

fn results(axes: &[&str], trials: &[Vec<TrialCurves>], tests: Vec<Hypothesis>) -> Results {
    Results {
        target_accuracy: 0.8,
        axes: axes.iter().map(|&axis| axis.to_owned()).collect(),
        trials: trials.concat(),
        claim: Some(Claim {
            statement: "It helps".to_owned(),
            source: Some("Somebody 2015".to_owned()),
            figure: Some("curves".to_owned()),
            about_evaluation: false,
            tests,
        }),
        ..Results::default()
    }
}

fn test(metric: &str, expect: Expect) -> Hypothesis {
    Hypothesis {
        compare: ["before", "none"].map(str::to_owned),
        by: "norm.placement".to_owned(),
        metric: metric.to_owned(),
        expect,
        margin: None,
        only: Vec::new(),
        aggregate: None,
        label: None,
    }
}

fn over(axis: &str, how: Aggregation, test: Hypothesis) -> Hypothesis {
    Hypothesis { aggregate: Some(Aggregate { axis: axis.to_owned(), how }), ..test }
}

fn told(results: &Results) -> (String, String) {
    let judgement = judge(results).expect("judged").expect("claimed");
    (verdict(&judgement), answer(&judgement))
}

const GAIN: [f64; 7] = [0.93, 0.94, 0.95, 0.94, 0.93, 0.95, 0.94];
const BASE: [f64; 7] = [0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.90];

fn placements(before: &[f64], none: &[f64], tests: Vec<Hypothesis>) -> Results {
    let trained = [trials(&["none"], 1, none), trials(&["before"], 2, before)];
    results(&["norm.placement"], &trained, tests)
}

#[test]
fn a_claim_holds_does_not_hold_or_is_undecided() {
    let of = |before: &[f64], none: &[f64], expect| {
        told(&placements(before, none, vec![test("test_accuracy", expect)])).0
    };
    assert_eq!(of(&GAIN, &BASE, Expect::Higher), "holds");
    assert_eq!(of(&GAIN, &BASE, Expect::Lower), "the opposite holds");
    assert_eq!(of(&GAIN, &BASE, Expect::Same), "does not hold: there is a difference");
    assert_eq!(of(&BASE, &BASE, Expect::Same), "holds");
    assert_eq!(of(&BASE, &BASE, Expect::Higher), "does not hold: no meaningful difference");
    assert_eq!(
        of(&GAIN[..4], &BASE[..4], Expect::Higher),
        "inconclusive: suggests that it holds (n = 4; 6 pairs needed)"
    );
    assert_eq!(
        of(&GAIN[..4], &BASE[..4], Expect::Lower),
        "inconclusive: suggests the opposite (n = 4; 6 pairs needed)"
    );
    let noisy = [0.94, 0.89, 0.95, 0.87, 0.94, 0.88, 0.93];
    let unknown = of(&noisy, &BASE, Expect::Higher);
    assert_eq!(unknown, "inconclusive (n = 7; more than 100 pairs needed)");
    let close = [0.904, 0.907, 0.922, 0.899, 0.913, 0.918, 0.901];
    let estimated = of(&close, &BASE, Expect::Higher);
    assert_eq!(estimated, "inconclusive (n = 7; about 30 pairs needed)");
    assert_eq!(of(&[], &[], Expect::Higher), "not tested yet");
}

#[test]
fn the_answer_is_a_sentence_with_effect_interval_pairs_and_unit() {
    let of = |before: &[f64], none: &[f64], metric| {
        told(&placements(before, none, vec![test(metric, Expect::Higher)])).1
    };
    assert_eq!(
        of(&GAIN, &BASE, "test_accuracy"),
        "test accuracy: 3.14 points higher with the norm before the activation than without one [2.50, 3.78], n = 7; as expected"
    );
    // 0.94 reaches 0.8 after the first epoch's 0.74 and the second's 0.84; 0.81 only after the third.
    let slow = [0.81, 0.85, 0.85, 0.85, 0.85, 0.85];
    assert_eq!(
        of(&[0.95; 6], &[0.81, 0.95, 0.81, 0.95, 0.81, 0.81], "epochs_to_target"),
        "epochs to 80 %: 0.67 epochs fewer with the norm before the activation than without one [−1.21, −0.12], 25 % fewer, n = 6; undecided, suggests the opposite"
    );
    assert_eq!(
        of(&[0.95; 6], &[0.5, 0.5, 0.81, 0.81, 0.81, -1.0], "epochs_to_target"),
        "epochs to 80 %: better with the norm before the activation than without one in 6 of 6 pairs, worse in 0 (in 3 a side diverged or did not reach the target); the opposite"
    );
    assert_eq!(
        of(&slow, &slow, "test_accuracy"),
        "test accuracy: 0.00 points higher with the norm before the activation than without one [0.00, 0.00], n = 6; no meaningful difference"
    );
    assert_eq!(of(&[], &[], "test_accuracy"), "no two values were trained in the same setting");
}

#[test]
fn all_comparisons_of_a_claim_are_one_family_in_every_setting_that_counts() {
    let axes = ["norm.placement", "train.batch_size"];
    let trained = [
        trials(&["none", "2"], 1, &BASE),
        trials(&["none", "4"], 2, &BASE),
        trials(&["none", "8"], 3, &GAIN),
        trials(&["before", "2"], 4, &GAIN),
        trials(&["before", "4"], 5, &BASE),
        trials(&["before", "8"], 6, &BASE),
    ];
    let two = vec![test("test_accuracy", Expect::Higher), test("test_loss", Expect::Same)];
    let all = results(&axes, &trained, two);
    let judgement = judge(&all).expect("judged").expect("claimed");
    let first: Vec<_> = judgement.tests[0].comparisons.iter().collect();
    assert_eq!(judgement.comparisons().count(), 6);
    assert_eq!(first[0].comparison.corrected, Some(6.0 * 2.0 / 128.0));
    let outcomes: Vec<TestVerdict> = first.iter().map(|judged| judged.outcome).collect();
    assert!(
        matches!(outcomes[0], TestVerdict::Suggestive(_)),
        "six comparisons ask for more pairs"
    );
    assert_eq!(outcomes[1], TestVerdict::NoMeaningfulDifference);
    // Losses are 0 everywhere.
    assert_eq!(verdict(&judgement), "holds in 3 of 6 comparisons");
    assert_eq!(
        answer(&judgement),
        "test accuracy: median of 3 settings 0.00 points higher with the norm before the activation than without one (−3.14 at batch size 8 to 3.14 at batch size 2), n = 7 in each; as expected in 0 of 3 settings, no meaningful difference in 1, undecided in 2. The other test: as expected in 3 of 3 comparisons"
    );

    let only = |values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let only = vec![("train.batch_size".to_owned(), values)];
        vec![Hypothesis { only, ..test("test_accuracy", Expect::Higher) }]
    };
    let said = |values: &[&str]| told(&results(&axes, &trained, only(values))).0;
    assert_eq!(said(&["2"]), "holds");
    assert_eq!(said(&["2", "8"]), "mixed: holds in 1 of 2 comparisons, the opposite in 1");
    assert_eq!(said(&["4", "8"]), "does not hold: the opposite in 1 of 2 comparisons");
}

#[test]
fn a_tuned_setting_is_tested_at_its_best_unless_the_test_names_the_tuned_key() {
    let axes = ["norm.placement", "train.learning_rate"];
    let trained = [
        trials(&["none", "0.01"], 1, &BASE),
        trials(&["none", "0.1"], 2, &[0.2; 7]),
        trials(&["before", "0.01"], 3, &[0.2; 7]),
        trials(&["before", "0.1"], 4, &GAIN),
    ];
    let higher = test("test_accuracy", Expect::Higher);
    let mut tuned = results(&axes, &trained, vec![higher.clone()]);
    tuned.tuning = Some(Tuning {
        key: "train.learning_rate".to_owned(),
        per: vec!["norm.placement".to_owned()],
        metric: "validation_accuracy".to_owned(),
        higher_is_better: true,
    });
    let (said, effect) = told(&tuned);
    assert_eq!(said, "holds");
    assert!(effect.starts_with("test accuracy: 3.14 points"), "{effect}");
    let only = vec![("train.learning_rate".to_owned(), vec!["0.01".to_owned()])];
    let claim = tuned.claim.as_mut().expect("claimed");
    claim.tests = vec![Hypothesis { only, ..higher }];
    assert_eq!(told(&tuned).0, "the opposite holds");
}

#[test]
fn claims_are_written_as_text_and_as_csv_and_json() {
    let results = placements(&GAIN, &BASE, vec![test("test_accuracy", Expect::Higher)]);
    let judgement = judge(&results).expect("judged").expect("claimed");
    assert_eq!(judgement.ruling(), ClaimVerdict::Holds);
    let entries = [Entry {
        folder: "results/x".to_owned(),
        judgement,
        figure: Some("results/x/charts/curves.svg".to_owned()),
        report: None,
    }];
    snapshot::check("claims.md", &markdown(&entries));
    snapshot::check("claims.txt", &details(&entries));
    let csv = csv(&entries);
    assert!(csv.starts_with(&CLAIM_COLUMNS.join(",")), "{csv}");
    snapshot::check("claims.csv", &csv);
    let json: serde_json::Value = serde_json::from_str(&json(&entries)).expect("valid JSON");
    assert_eq!(json["claims"][0]["verdict"], "holds");
    let tested = &json["claims"][0]["tests"][0];
    assert_eq!((&tested["settings"], &tested["as_expected"]), (&1.into(), &1.into()));
    assert_eq!(tested["difference_median"], json["claims"][0]["comparisons"][0]["difference_mean"]);
    assert_eq!(json["claims"][0]["comparisons"][0]["pairs"], 7);
    assert_eq!(json["claims"][0]["comparisons"][0]["outcome"], "supported");
}

#[test]
fn pairs_count_for_the_claim_whichever_side_it_expects_to_be_better() {
    let tally = |metric: &str, expect| {
        let results = placements(&GAIN, &BASE, vec![test(metric, expect)]);
        let judgement = judge(&results).expect("judged").expect("claimed");
        let tested = &judgement.tests[0];
        tested.tally(&tested.comparisons[0])
    };
    assert_eq!(tally("test_accuracy", Expect::Higher), [7, 0, 0]);
    assert_eq!(tally("test_accuracy", Expect::Lower), [0, 0, 7]);
    assert_eq!(tally("test_accuracy", Expect::Same), [7, 0, 0], "the first did better");
    // For times less is better.
    let faster = [0.95; 7];
    let slower = [0.81; 7];
    let results = |expect| placements(&faster, &slower, vec![test("epochs_to_target", expect)]);
    for (expect, expected) in [(Expect::Lower, [7, 0, 0]), (Expect::Higher, [0, 0, 7])] {
        let judgement = judge(&results(expect)).expect("judged").expect("claimed");
        let tested = &judgement.tests[0];
        assert_eq!(tested.tally(&tested.comparisons[0]), expected);
    }
}

#[test]
fn what_is_reached_within_the_first_epoch_is_no_multiple_of_it() {
    // Five of six networks were above 80 % before training: a mean of a sixth of an epoch.
    let mut results =
        placements(&[0.95; 6], &[0.85; 6], vec![test("epochs_to_target", Expect::Lower)]);
    let before = results.trials.iter_mut().filter(|t| t.condition == 2);
    for trial in before.skip(1) {
        trial.epochs[0].validation.accuracy = Some(0.9);
    }
    let (_, answer) = told(&results);
    assert!(answer.contains("epochs fewer"), "{answer}");
    assert!(!answer.contains(" % fewer"), "{answer}");
}
