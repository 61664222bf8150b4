//! Synthetic folders in which running averages and population statistics give different accuracies.

use super::*;
use crate::compare::{self, Answer, Question};
use crate::event;
use crate::results::format::schema::ScoreCells;
use crate::results::query::{Claim, TrialStatus};

/// Trials of a placement: for each replicate the test accuracies with running averages and with
/// population statistics.
fn trials(
    placement: &str,
    condition: usize,
    steps: usize,
    scores: &[[f64; 2]],
) -> Vec<TrialCurves> {
    let trial = |(index, &[running, population]): (usize, &[f64; 2])| TrialCurves {
        condition,
        axes: vec![placement.to_owned()],
        replicate: index as u64 + 1,
        status: TrialStatus::Completed,
        epochs: vec![EpochRow {
            epoch: 1,
            step: steps,
            test: event::Score { accuracy: running, ..event::Score::default() },
            running_test: ScoreCells::of_accuracy(running),
            precise_test: ScoreCells::of_accuracy(population),
            ..EpochRow::default()
        }],
        ..TrialCurves::default()
    };
    scores.iter().enumerate().map(trial).collect()
}

fn folder(decay: f64, trials: &[Vec<TrialCurves>]) -> Results {
    let norm = [
        ("norm.kind", "batch".to_owned()),
        ("norm.evaluation", "running".to_owned()),
        ("norm.averaging", "exponential".to_owned()),
        ("norm.decay", decay.to_string()),
    ];
    Results {
        axes: vec!["norm.placement".to_owned()],
        norm: norm.map(|(key, value)| (key.to_owned(), value)).into(),
        trials: trials.concat(),
        ..Results::default()
    }
}

fn compared(results: &Results) -> Answer {
    let question = Question {
        metric: "test_accuracy".to_owned(),
        by: "norm.placement".to_owned(),
        margin: None,
    };
    compare::compare(results, &question).expect("compared")
}

fn verdict(results: &Results) -> Verdict {
    compared(results).comparisons[0].verdict
}

/// Six replicates near these two accuracies.
fn around(running: f64, population: f64) -> [[f64; 2]; 6] {
    [-2.0, -1.0, 0.0, 0.5, 1.0, 1.5].map(|k| [running + 0.002 * k, population + 0.001 * k])
}

#[test]
fn averages_that_still_hold_their_start_have_not_settled() {
    let results = folder(
        0.99,
        &[
            trials("none", 1, 280, &around(0.95, 0.95)),
            trials("after", 2, 280, &around(0.793, 0.943)),
        ],
    );
    let gaps = gaps(&results);
    assert_eq!(gaps.told.len(), 1, "a network without a norm has no averages");
    let left = 0.99_f64.powi(280);
    let unsettled = gaps.told[0].unsettled;
    assert!(
        matches!(unsettled, Some(Unsettled::Start { steps: 280, left: l }) if (l - left).abs() < 1e-12)
    );
    assert_eq!(
        gaps.sentences(),
        [
            "after: running statistics have not settled: test accuracy 79.30 % with them, 94.30 % with the \
          population's (6 % of their initial values are left after 280 steps)"
        ]
    );
    let summary = gaps.summary().expect("one");
    assert!(summary.starts_with("After: running statistics have not settled"), "{summary}");
}

#[test]
fn settled_averages_that_give_another_accuracy_differ() {
    let results = folder(0.9, &[trials("before", 1, 1890, &around(0.83, 0.844))]);
    assert_eq!(
        gaps(&results).sentences(),
        [
            "before: running statistics differ from the population's: test accuracy 83.00 % with them, 84.40 % \
          with the population's"
        ]
    );
}

#[test]
fn a_gap_that_is_closing_shows_averages_that_lag() {
    let gaps_of = |sizes: &[f64]| {
        let mut all = trials("before", 1, 100, &around(0.8, 0.9));
        for trial in &mut all {
            let row = |(epoch, gap): (usize, &f64)| EpochRow {
                epoch,
                step: 1000 * epoch,
                running_test: ScoreCells::of_accuracy(0.9 - gap),
                precise_test: ScoreCells::of_accuracy(0.9),
                ..EpochRow::default()
            };
            trial.epochs = sizes.iter().enumerate().map(row).collect();
        }
        gaps(&folder(0.9, &[all])).told[0].unsettled
    };
    assert_eq!(gaps_of(&[0.3, 0.3, 0.3, 0.2, 0.2, 0.05, 0.05]), Some(Unsettled::Closing));
    assert_eq!(gaps_of(&[0.3, 0.1, 0.1, 0.1, 0.1, 0.08, 0.08]), None);
    assert_eq!(gaps_of(&[0.3, 0.2, 0.1, 0.05]), None, "too few epochs to tell");
}

#[test]
fn gaps_within_the_noise_or_the_margin_are_not_reported() {
    let told =
        |scores: &[[f64; 2]]| gaps(&folder(0.9, &[trials("before", 1, 900, scores)])).told.len();
    assert_eq!(told(&around(0.9, 0.901)), 0, "within 0.2 points");
    assert_eq!(told(&around(0.9, 0.903)), 1);
    // Replicates differ by points, but each network gains about one.
    let alike = [[0.90, 0.92], [0.94, 0.95], [0.86, 0.87], [0.92, 0.93]];
    assert_eq!(told(&alike), 1);
    let at_random = [[0.95, 0.95], [0.95, 0.95], [0.95, 0.95], [0.93, 0.95]];
    assert_eq!(told(&at_random), 0);
    assert_eq!(told(&[[0.900, 0.908]]), 0, "one replicate alone");
    assert_eq!(told(&[[0.900, 0.911]]), 1);
}

#[test]
fn a_difference_that_vanishes_or_turns_round_is_an_effect_of_the_evaluation() {
    let against = |running: f64, population: f64| {
        verdict(&folder(
            0.9,
            &[
                trials("none", 1, 900, &around(0.95, 0.95)),
                trials("after", 2, 900, &around(running, population)),
            ],
        ))
    };
    assert_eq!(against(0.793, 0.943), Verdict::EffectOfEvaluation, "it vanishes");
    assert_eq!(against(0.94, 0.954), Verdict::EffectOfEvaluation, "it turns round");
    assert_eq!(against(0.9495, 0.96), Verdict::EffectOfEvaluation, "it was hidden");
    assert_eq!(against(0.93, 0.935), Verdict::Better(Side::B), "most of it stays");
    let unsure = |gap: f64| {
        let scores = [-9.0, -3.0, 1.0, 4.0, 6.0, 12.0];
        let scores = scores.map(|k| [0.95 + 0.01 * k - gap, 0.95 + 0.01 * k]);
        let without = trials("none", 1, 900, &around(0.95, 0.95));
        verdict(&folder(0.9, &[without, trials("after", 2, 900, &scores)]))
    };
    assert_eq!(unsure(0.0), Verdict::Inconclusive, "the same under both");
    assert_eq!(
        unsure(0.08),
        Verdict::EffectOfEvaluation,
        "neither is sure, but all networks change alike"
    );
    let noisy = |running: [f64; 6]| {
        let population = [0.95; 6];
        let scores: Vec<[f64; 2]> =
            running.into_iter().zip(population).map(|(r, p)| [r, p]).collect();
        let without = trials("none", 1, 900, &[[0.94, 0.94]; 6]);
        verdict(&folder(0.9, &[without, trials("after", 2, 900, &scores)]))
    };
    let change = noisy([0.99, 0.90, 0.95, 0.97, 0.91, 0.95]);
    assert_ne!(change, Verdict::EffectOfEvaluation, "what changes at random is noise");
    assert_eq!(against(0.90, 0.93), Verdict::Better(Side::B), "both speak for the same side");
    assert_eq!(against(0.948, 0.9495), Verdict::Better(Side::B), "within the margin of 0.2 points");
}

#[test]
fn a_comparison_has_the_numbers_of_both_evaluations_and_no_better_side() {
    let results = folder(
        0.99,
        &[
            trials("none", 1, 280, &around(0.95, 0.95)),
            trials("after", 2, 280, &around(0.793, 0.943)),
        ],
    );
    let comparison = &compared(&results).comparisons[0];
    assert_eq!((comparison.better(), comparison.needed), (None, None));
    let population = comparison.population.as_deref().expect("measured");
    let mean = population.paired.mean.expect("complete");
    assert!((mean + 0.007).abs() < 1e-9, "{mean}");
    assert_eq!(population.verdict, Verdict::Better(Side::B));
}

#[test]
fn what_an_earlier_version_trained_is_called_not_measured_and_judged_as_before() {
    let mut results = folder(
        0.99,
        &[
            trials("none", 1, 280, &around(0.95, 0.95)),
            trials("after", 2, 280, &around(0.793, 0.943)),
        ],
    );
    for row in results.trials.iter_mut().flat_map(|trial| &mut trial.epochs) {
        row.running_test.accuracy = None;
        row.precise_test.accuracy = None;
    }
    assert_eq!(verdict(&results), Verdict::Better(Side::B));
    assert_eq!(
        gaps(&results).sentences(),
        [
            "test accuracy with the population's statistics: not measured in 6 trials, trained by an earlier \
          version"
        ]
    );
}

#[test]
fn an_experiment_about_the_evaluation_is_judged_plainly() {
    let mut results = folder(
        0.99,
        &[
            trials("none", 1, 280, &around(0.95, 0.95)),
            trials("after", 2, 280, &around(0.793, 0.943)),
        ],
    );
    results.claim = Some(about_evaluation());
    assert_eq!(verdict(&results), Verdict::Better(Side::B));
    results.claim = None;
    assert_eq!(verdict(&results), Verdict::EffectOfEvaluation);
    results.axes.push("norm.evaluation".to_owned());
    for trial in &mut results.trials {
        trial.axes.push("running".to_owned());
    }
    let mut precise: Vec<TrialCurves> = results.trials[6..].to_vec();
    for trial in &mut precise {
        trial.condition = 3;
        trial.axes[1] = "precise".to_owned();
    }
    results.trials.extend(precise);
    assert_eq!(verdict(&results), Verdict::Better(Side::B));
}

#[test]
fn two_folders_are_each_judged_by_their_own_settings() {
    let scores = around(0.793, 0.943);
    let running = folder(0.99, &[trials("after", 1, 280, &scores)]);
    let without = folder(0.99, &[trials("after", 1, 280, &around(0.95, 0.95))]);
    let asked = |one: &Results, other: &Results| {
        let both = compare::together(("one", one), ("other", other)).expect("the same axes");
        let question = Question {
            metric: "test_accuracy".to_owned(),
            by: compare::FOLDER.to_owned(),
            margin: None,
        };
        let answer = compare::compare(&both, &question).expect("compared");
        (gaps(&both).told.len(), answer.comparisons[0].verdict)
    };
    // In either order, the averages of the folder that uses them are doubted.
    let vanishes = (1, Verdict::EffectOfEvaluation);
    assert_eq!(asked(&running, &without), vanishes);
    assert_eq!(asked(&without, &running), vanishes);
    let mut layer = without.clone();
    layer.norm.insert("norm.kind".to_owned(), "layer".to_owned());
    assert_eq!(asked(&running, &layer), vanishes);
    assert_eq!(asked(&layer, &running), vanishes);
    let mut doubtless = running.clone();
    doubtless.norm.insert("norm.kind".to_owned(), "layer".to_owned());
    assert_eq!(asked(&doubtless, &without).0, 0, "no averages in either");
    // Folders with different evaluations are compared for that reason, and so are those with such a claim.
    let mut precise = without.clone();
    precise.norm.insert("norm.evaluation".to_owned(), "precise".to_owned());
    assert_eq!(asked(&running, &precise).1, Verdict::Better(Side::A));
    assert_eq!(asked(&precise, &running).1, Verdict::Better(Side::B));
    let mut claimed = without.clone();
    claimed.claim = Some(about_evaluation());
    assert_eq!(asked(&running, &claimed).1, Verdict::Better(Side::A));
    assert_eq!(asked(&claimed, &running).1, Verdict::Better(Side::B));
}

fn about_evaluation() -> Claim {
    Claim {
        statement: "Running statistics lose accuracy".to_owned(),
        source: None,
        figure: None,
        about_evaluation: true,
        tests: Vec::new(),
    }
}

#[test]
fn what_a_preset_decides_is_known_where_the_experiment_writes_no_value() {
    let mut results = folder(0.99, &[trials("after", 1, 280, &around(0.793, 0.943))]);
    results.norm.remove("norm.evaluation");
    results.norm.remove("norm.decay");
    assert_eq!(gaps(&results).told.len(), 1);
    results.axes.push("norm.preset".to_owned());
    let mut told = |preset: &str| {
        for trial in &mut results.trials {
            trial.axes.truncate(1);
            trial.axes.push(preset.to_owned());
        }
        gaps(&results).told.first().map(|gap| gap.unsettled.is_some())
    };
    assert_eq!(told("keras"), Some(true), "0.99 to the power of 280 is left");
    assert_eq!(told("pytorch"), Some(false), "of 0.9 nothing is");
    assert_eq!(told("paper"), None, "it evaluates with the population's");
}

#[test]
fn what_is_evaluated_otherwise_has_no_averages_to_doubt() {
    let scores = around(0.793, 0.943);
    for (key, value) in [
        ("norm.kind", "layer"),
        ("norm.evaluation", "batch"),
        ("norm.track_running_stats", "false"),
    ] {
        let mut results = folder(0.99, &[trials("after", 1, 280, &scores)]);
        results.norm.insert(key.to_owned(), value.to_owned());
        assert_eq!(gaps(&results), Gaps::default(), "{key} = {value}");
    }
}
