//! Tests in several settings: the median and the range, and the text where there is none.

use super::*;

const SIZES: [&str; 4] = ["2", "4", "8", "16"];

/// A claim with one setting for each pair of accuracies, before the activation and without a norm.
fn in_settings(sides: &[(&[f64], &[f64])], tests: Vec<Hypothesis>) -> Results {
    let trained = sides.iter().zip(SIZES).enumerate();
    let trained = trained.flat_map(|(index, ((before, none), size))| {
        [trials(&["none", size], 2 * index, none), trials(&["before", size], 2 * index + 1, before)]
    });
    let trained: Vec<_> = trained.collect();
    results(&["norm.placement", "train.batch_size"], &trained, tests)
}

fn higher() -> Vec<Hypothesis> {
    vec![test("test_accuracy", Expect::Higher)]
}

/// `BASE`, higher by this many points.
fn gained(points: f64) -> Vec<f64> {
    BASE.iter().map(|base| base + points / 100.0).collect()
}

#[test]
fn over_several_settings_the_median_is_printed_with_the_range() {
    let gains = [1.0, 6.0, 2.0].map(gained);
    let sides: Vec<(&[f64], &[f64])> = gains.iter().map(|gain| (&gain[..], &BASE[..])).collect();
    // The first setting is neither the median nor the largest one.
    assert_eq!(
        told(&in_settings(&sides, higher())),
        (
            "holds".to_owned(),
            "test accuracy: median of 3 settings 2.00 points higher with the norm before the activation than without one (1.00 to 6.00), n = 7 in each; as expected in 3 of 3 settings".to_owned()
        )
    );
    // For an even number, the mean of the two middle ones.
    let two = told(&in_settings(&sides[..2], higher())).1;
    assert!(two.contains("median of 2 settings 3.50 points higher"), "{two}");
    assert!(two.contains("(1.00 to 6.00)"), "{two}");
}

#[test]
fn fewer_epochs_are_a_range_below_zero() {
    let sides: [(&[f64], &[f64]); 2] = [(&[0.95; 7], &[0.95; 7]), (&[0.99; 7], &[0.81; 7])];
    let tests = vec![test("epochs_to_target", Expect::Lower)];
    // It reaches 0.8 after the third epoch, the second and the second; the other side after the second.
    assert_eq!(
        told(&in_settings(&sides, tests)).1,
        "epochs to 80 %: median of 2 settings 0.50 epochs fewer with the norm before the activation than without one (−1.00 to 0.00), n = 7 in each; as expected in 1 of 2 settings, no meaningful difference in 1"
    );
}

#[test]
fn settings_that_disagree_are_named_with_their_directions() {
    let (less, more) = (gained(-2.0), gained(3.0));
    let sides: [(&[f64], &[f64]); 2] = [(&less, &BASE), (&more, &BASE)];
    let (said, effect) = told(&in_settings(&sides, higher()));
    assert_eq!(said, "mixed: holds in 1 of 2 comparisons, the opposite in 1");
    assert_eq!(
        effect,
        "test accuracy: median of 2 settings 0.50 points higher with the norm before the activation than without one (−2.00 at batch size 2 to 3.00 at batch size 4), n = 7 in each; as expected in 1 of 2 settings, the opposite in 1"
    );
}

#[test]
fn settings_in_which_a_side_diverged_are_reported_by_wins_and_have_no_median() {
    let none = [0.90, 0.91, 0.92, 0.90, 0.91, 0.92, 0.90, 0.91];
    let (gain, diverged) = (none.map(|none| none + 0.03), [-1.0; 8]);
    let lost: (&[f64], &[f64]) = (&none, &diverged);
    let sides: [(&[f64], &[f64]); 4] = [lost, lost, (&gain, &none), (&gain, &none)];
    let effect = |sides: &[(&[f64], &[f64])]| told(&in_settings(sides, higher())).1;
    assert_eq!(
        effect(&sides[1..3]),
        "test accuracy: 3.00 points higher with the norm before the activation than without one [3.00, 3.00], n = 8, at batch size 4; in the other setting better in 8 of 8 pairs, worse in 0 (in 8 a side diverged); as expected in 2 of 2 settings"
    );
    assert_eq!(
        effect(&sides),
        "test accuracy: median of 2 of 4 settings 3.00 points higher with the norm before the activation than without one (3.00 to 3.00), n = 8 in each; in the other 2 settings better in 16 of 16 pairs, worse in 0 (in 16 a side diverged); as expected in 4 of 4 settings"
    );
    assert_eq!(
        effect(&sides[..2]),
        "test accuracy: over 2 settings better with the norm before the activation than without one in 16 of 16 pairs, worse in 0 (in 16 a side diverged); as expected in 2 of 2 settings"
    );
    let judgement = judge(&in_settings(&sides, higher()));
    let judgement = judgement.expect("judged").expect("claimed");
    let entry = Entry { folder: "x".to_owned(), judgement, figure: None, report: None };
    let json: serde_json::Value = serde_json::from_str(&json(&[entry])).expect("valid JSON");
    let tested = &json["claims"][0]["tests"][0];
    assert!(tested["difference_median"].is_null(), "{tested}");
    assert_eq!(tested["as_expected"], 4);
}

#[test]
fn every_test_has_a_line_and_the_headline_is_one_that_decides() {
    let noisy = [0.94, 0.89, 0.95, 0.87, 0.94, 0.88, 0.93];
    let of_loss = Hypothesis { label: Some("loss".to_owned()), ..test("test_loss", Expect::Same) };
    let tests = vec![test("test_accuracy", Expect::Higher), of_loss];
    let judgement = judge(&placements(&noisy, &BASE, tests));
    let judgement = judgement.expect("judged").expect("claimed");
    let told = lines(&judgement);
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("test accuracy: ") && told[0].ends_with("; undecided"));
    assert!(told[1].starts_with("loss: ") && told[1].ends_with("; as expected"));
    assert!(
        answer(&judgement).starts_with("loss: ")
            && answer(&judgement).ends_with(". The other test: undecided"),
        "{}",
        answer(&judgement)
    );
    let entry = Entry { folder: "x".to_owned(), judgement, figure: None, report: None };
    let row = markdown(std::slice::from_ref(&entry));
    assert!(row.contains("; undecided<br>loss: "), "{row}");
    assert!(details(&[entry]).contains("; undecided\n           loss: "));
}

#[test]
fn a_difference_where_none_is_expected_is_called_one() {
    let same = vec![test("test_accuracy", Expect::Same)];
    let (said, effect) = told(&placements(&GAIN, &BASE, same));
    assert_eq!(said, "does not hold: there is a difference");
    assert!(effect.ends_with("; the opposite: there is a difference"), "{effect}");
}

#[test]
fn for_far_too_few_replicates_no_number_of_needed_ones_is_printed() {
    let noisy = [0.94, 0.89, 0.95, 0.87, 0.94, 0.88, 0.93];
    let results = placements(&noisy, &BASE, higher());
    assert_eq!(told(&results).0, "inconclusive (n = 7; more than 100 pairs needed)");
    let judgement = judge(&results).expect("judged").expect("claimed");
    let needed = judgement.tests[0].comparisons[0].comparison.needed;
    assert!(needed.is_some_and(|needed| needed > 100), "{needed:?}");
    let entries = [Entry { folder: "x".to_owned(), judgement, figure: None, report: None }];
    assert!(details(&entries).contains("  more than 100\n"));
    let estimate = needed.map(|n| n.to_string()).unwrap_or_default();
    let table = csv(&entries);
    let rows = ::csv::Reader::from_reader(table.as_bytes()).into_records();
    let cells: Vec<String> = rows.map(|row| row.expect("a row")[28].to_owned()).collect();
    assert_eq!(cells.last(), Some(&estimate), "{table}");
}
