//! The text of verdicts and effects.

use super::*;

#[test]
fn a_verdict_states_what_is_not_trained_yet() {
    let tests = vec![test("test_accuracy", Expect::Higher)];
    let whole = placements(&[0.9; 8], &[0.5; 8], tests);
    assert_eq!(told(&whole).0, "holds");
    let mut partial = whole.clone();
    partial.trials.truncate(partial.trials.len() - 1);
    let last = partial.trials.last_mut().expect("a trial");
    last.status = TrialStatus::Pending;
    last.epochs.clear();
    let (verdict, _) = told(&partial);
    assert!(verdict.contains("(so far: "), "{verdict}");
}

#[test]
fn sides_are_named_in_words() {
    let said = |by: &str, a: &str, b: &str| {
        let compared = Hypothesis {
            by: by.to_owned(),
            compare: [a.to_owned(), b.to_owned()],
            ..test("test_accuracy", Expect::Higher)
        };
        super::sides::against(&compared, "than")
    };
    let placed = |a, b| said("norm.placement", a, b);
    assert_eq!(placed("none", "after"), "without a norm than with one after the activation");
    assert_eq!(placed("before", "after"), "with the norm before than after the activation");
    assert_eq!(
        placed("pre-activation", "before"),
        "with the norm in pre-activation blocks than before the activation"
    );
    assert_eq!(said("model.bias", "always", "never"), "with a bias than without");
    assert_eq!(
        said("norm.kind", "renorm", "batch"),
        "with batch renormalisation than with batch normalisation"
    );
    assert_eq!(
        said("data.input_scaling", "none", "standardize"),
        "with input scaling none than with standardize"
    );
}

#[test]
fn a_label_names_the_test_and_a_report_is_linked_in_place_of_a_figure() {
    let labelled = Hypothesis {
        label: Some("accuracy | at rest".to_owned()),
        ..test("test_accuracy", Expect::Higher)
    };
    let judgement = judge(&placements(&GAIN, &BASE, vec![labelled]));
    let judgement = judgement.expect("judged").expect("claimed");
    assert!(answer(&judgement).starts_with("accuracy | at rest: 3.14 points higher"));
    let row = |figure: Option<&str>, report: Option<&str>| {
        let entry = Entry {
            folder: "results/x".to_owned(),
            judgement: judgement.clone(),
            figure: figure.map(str::to_owned),
            report: report.map(str::to_owned),
        };
        let text = markdown(&[entry]);
        let row = text.lines().nth(2).expect("a row").to_owned();
        assert!(row.contains("accuracy \\| at rest"), "{row}");
        row.rsplit(" | ").next().expect("a cell").to_owned()
    };
    assert_eq!(row(None, None), "– |");
    assert_eq!(row(None, Some("my x/report.md")), "[report](my%20x/report.md) |");
    assert_eq!(
        row(Some("x/charts/curves.svg"), Some("x/report.md")),
        "[curves](x/charts/curves.svg) |"
    );
}

#[test]
fn each_claim_has_a_line_of_at_most_80_columns_with_its_verdict_first() {
    let entry = |statement: &str, before: &[f64], none: &[f64]| {
        let mut results = placements(before, none, vec![test("test_accuracy", Expect::Higher)]);
        statement.clone_into(&mut results.claim.as_mut().expect("claimed").statement);
        let judgement = judge(&results).expect("judged").expect("claimed");
        Entry { folder: "x".to_owned(), judgement, figure: None, report: None }
    };
    let long = "It prevents vanishing and exploding gradients in deep sigmoid and tanh networks";
    let mut partial = entry("It helps", &GAIN, &BASE);
    partial.judgement.tests[0].comparisons[0].comparison.missing = 1;
    let text = table(&[
        entry(long, &GAIN, &BASE),
        partial,
        entry("It helps", &BASE, &GAIN),
        entry("It helps", &GAIN[..3], &BASE[..3]),
        entry("It helps", &[], &[]),
    ]);
    assert_eq!(
        text,
        "\
verdict         as expected    claim
holds           1 of 1         It prevents vanishing and exploding gradients …
holds           1 of 1 so far  It helps
does not hold   0 of 1         It helps
inconclusive    0 of 1         It helps
not tested yet  0 of 0         It helps
"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_verdict_has_a_word_and_details_and_its_effect_is_told_in_numbers() {
    let parts = |before: &[f64], none: &[f64], expect| {
        let results = placements(before, none, vec![test("test_accuracy", expect)]);
        let judgement = judge(&results).expect("judged").expect("claimed");
        (verdict_parts(&judgement).concat(), brief(&judgement))
    };
    let (said, effect) = parts(&BASE, &GAIN, Expect::Higher);
    assert_eq!(said, "does not hold: the opposite holds");
    assert_eq!(effect, "test accuracy, before − none: −3.14 points [−3.78, −2.50]");
    assert_eq!(parts(&GAIN, &BASE, Expect::Higher).0, "holds");
    let (said, effect) = parts(&GAIN[..4], &BASE[..4], Expect::Higher);
    assert_eq!(said, "inconclusive: suggests that it holds (n = 4; 6 pairs needed)");
    assert!(effect.contains("+3."), "{effect}");
    let diverged = [-1.0; 7];
    let (_, effect) = parts(&GAIN, &diverged, Expect::Higher);
    assert_eq!(effect, "test accuracy: before better than none in 7 of 7 pairs");
    assert_eq!(parts(&[], &[], Expect::Higher), ("not tested yet".to_owned(), String::new()));
}

#[test]
fn a_paper_has_a_row_for_each_claim_and_a_mark_for_each_conclusive_test() {
    let tests =
        vec![test("test_accuracy", Expect::Higher), test("epochs_to_target", Expect::Lower)];
    let judgement = judge(&placements(&GAIN, &BASE, tests)).expect("judged").expect("claimed");
    let entry = Entry { folder: "results/x".to_owned(), judgement, figure: None, report: None };
    let text = latex(&[entry], "bn-lab claims x --format latex");
    for part in [
        r"\raggedright It helps (Somebody 2015) & \raggedright holds",
        r"as expected.$^{*}$ \newline",
        r"$^{*}$ Conclusive in every setting: p $\leq$ 0.05",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
