//! Tests that aggregate the values of an axis.

use super::*;

#[test]
fn values_of_an_axis_are_taken_together_within_each_replicate() {
    let axes = ["norm.placement", "train.learning_rate"];
    let lower = BASE.map(|accuracy| accuracy - 0.3);
    let trained = [
        trials(&["none", "0.01"], 1, &BASE),
        trials(&["none", "0.1"], 2, &lower),
        trials(&["none", "1"], 3, &[-1.0; 7]),
        trials(&["before", "0.01"], 4, &BASE),
        trials(&["before", "0.1"], 5, &GAIN),
        trials(&["before", "1"], 6, &lower),
    ];
    let ask = |take, expect, where_: &[&str]| {
        let values: Vec<String> = where_.iter().map(|value| (*value).to_owned()).collect();
        let mut test = over("train.learning_rate", take, test("test_accuracy", expect));
        if !values.is_empty() {
            test.only = vec![("train.learning_rate".to_owned(), values)];
        }
        told(&results(&axes, &trained, vec![test]))
    };
    let (said, effect) = ask(Aggregation::Reach(0.85), Expect::Higher, &[]);
    assert_eq!(said, "holds");
    assert_eq!(
        effect,
        "the largest learning rate where test accuracy is as good as 85 %: 10.0 times as high with the norm before the activation as without one [10.0, 10.0], on a grid with steps of up to × 10.0, n = 7; as expected"
    );
    let (said, effect) = ask(Aggregation::Spread, Expect::Lower, &["0.01", "0.1"]);
    assert_eq!(said, "holds");
    assert!(effect.starts_with("the spread of test accuracy over learning rate: 26.9 points lower with the norm before the activation than without one ["), "{effect}");
    let (said, effect) = ask(Aggregation::Spread, Expect::Lower, &[]);
    assert_eq!(said, "holds");
    assert_eq!(
        effect,
        "the spread of test accuracy over learning rate: better with the norm before the activation than without one in 7 of 7 pairs, worse in 0 (in 7 a side diverged); as expected"
    );
    // One is good at the last value that was tried: it may be so beyond.
    let (_, effect) = ask(Aggregation::Reach(0.92), Expect::Higher, &["0.01", "0.1"]);
    assert!(!effect.contains("at least"), "no pair has a number on both sides: {effect}");
    let (_, effect) = ask(Aggregation::Reach(0.85), Expect::Higher, &["0.01", "0.1"]);
    assert!(
        effect.contains(
            "learning rate where test accuracy is as good as 85 %: at least 10.0 times as high"
        ),
        "{effect}"
    );
    let turned = |bound| {
        let test = over(
            "train.learning_rate",
            Aggregation::Reach(bound),
            test("test_accuracy", Expect::Lower),
        );
        let turned = Hypothesis {
            compare: ["none", "before"].map(str::to_owned),
            only: vec![(
                "train.learning_rate".to_owned(),
                vec!["0.01".to_owned(), "0.1".to_owned()],
            )],
            ..test
        };
        told(&results(&axes, &trained, vec![turned])).1
    };
    assert!(turned(0.85).contains(": at most 0.10 times as high"), "{}", turned(0.85));
    assert!(!turned(0.5).contains("at most"), "both are at the end: {}", turned(0.5));
    // Both are good at the last value that was tried: nobody knows which goes further.
    let (said, effect) = ask(Aggregation::Reach(0.5), Expect::Same, &["0.01", "0.1"]);
    assert_eq!(said, "inconclusive (both reach the end of the grid; extend it)");
    assert!(effect.ends_with("n = 7; in 7 both reach the end of the grid; undecided"), "{effect}");
    let (said, effect) = ask(Aggregation::Reach(0.92), Expect::Higher, &["0.1"]);
    assert_eq!(said, "holds");
    assert!(effect.contains("a side was good enough nowhere on the grid"), "{effect}");
}
