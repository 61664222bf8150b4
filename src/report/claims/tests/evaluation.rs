//! Claims on networks that give another result with population statistics.

use super::*;

/// Gives every trial a test accuracy with population statistics.
fn evaluate_both(folder: &mut Results, population: impl Fn(&TrialCurves) -> f64) {
    for (key, value) in [("norm.kind", "batch"), ("norm.evaluation", "running")] {
        folder.norm.insert(key.to_owned(), value.to_owned());
    }
    for trial in &mut folder.trials {
        let score = population(trial);
        let row = trial.epochs.last_mut().expect("rows");
        row.running_test.accuracy = Some(row.test.accuracy);
        row.precise_test.accuracy = Some(score);
    }
}

#[test]
fn what_only_running_statistics_show_counts_neither_for_a_claim_nor_against_it() {
    let told_with = |population: f64| {
        let mut folder = placements(&GAIN, &BASE, vec![test("test_accuracy", Expect::Lower)]);
        for key in ["norm.kind", "norm.evaluation"] {
            let value = key.strip_prefix("norm.kind").map_or("running", |_| "batch");
            folder.norm.insert(key.to_owned(), value.to_owned());
        }
        for trial in &mut folder.trials {
            // Both placements are equal, except for the requested gain.
            let gain = if trial.axes == ["before"] { population } else { 0.0 };
            let score = BASE[trial.replicate as usize - 1] + gain;
            let row = trial.epochs.last_mut().expect("rows");
            row.running_test.accuracy = Some(row.test.accuracy);
            row.precise_test.accuracy = Some(score);
        }
        let judgement = judge(&folder).expect("judged").expect("claimed");
        let entry = Entry { folder: "results/x".to_owned(), judgement, figure: None, report: None };
        let table = csv(std::slice::from_ref(&entry));
        let mut reader = ::csv::Reader::from_reader(table.as_bytes());
        let row = reader.records().next().expect("a row").expect("a row");
        let last: Vec<f64> = row.iter().skip(29).map(|c| c.parse().unwrap()).collect();
        let code = row[27].to_owned();
        (verdict(&entry.judgement), code, last)
    };
    let (verdict, code, population) = told_with(-0.01);
    assert!(verdict.contains("an effect of how the network is evaluated"), "{verdict}");
    assert_eq!(code, "effect of evaluation");
    for number in population {
        assert!((number + 0.01).abs() < 1e-9, "{number}");
    }
    let (verdict, code, population) = told_with(0.03);
    assert_eq!((verdict.as_str(), code.as_str()), ("the opposite holds", "opposite"));
    assert!((population[0] - 0.03).abs() < 1e-9);
}

#[test]
fn a_setting_that_is_an_effect_of_the_evaluation_is_no_part_of_the_median() {
    let worse = BASE.map(|accuracy| accuracy - 0.05);
    let folder_of = |artefacts: [bool; 3]| {
        let optimizers = ["sgd", "momentum", "rmsprop"];
        let trained = optimizers.iter().zip(artefacts).enumerate();
        let trained = trained.flat_map(|(index, (optimizer, is_artefact))| {
            let before = if is_artefact { &worse } else { &GAIN };
            [
                trials(&["none", optimizer], 2 * index + 1, &BASE),
                trials(&["before", optimizer], 2 * index + 2, before),
            ]
        });
        let trained: Vec<Vec<TrialCurves>> = trained.collect();
        let mut folder = results(
            &["norm.placement", "train.optimizer"],
            &trained,
            vec![test("test_accuracy", Expect::Higher)],
        );
        evaluate_both(&mut folder, |trial| {
            let at = trial.replicate as usize - 1;
            if trial.axes[0] == "before" { GAIN[at] } else { BASE[at] }
        });
        told(&folder).1
    };
    let gain = "3.14 points higher with the norm before the activation than without one";
    assert_eq!(
        folder_of([false, false, true]),
        format!(
            "test accuracy: median of 2 of 3 settings {gain} (3.14 to 3.14), n = 7 in each; with running statistics, at optimizer rmsprop, 5.00 points lower with the norm before the activation than without one [−5.00, −5.00], n = 7; with the population's statistics {gain} [2.50, 3.78]; as expected in 2 of 3 settings, an effect of how the network is evaluated in 1"
        )
    );
    let all = folder_of([true; 3]);
    assert_eq!(
        all,
        "test accuracy: no setting in which both evaluations show the same; as expected in 0 of 3 settings, an effect of how the network is evaluated in 3"
    );
}
