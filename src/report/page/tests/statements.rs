//! The statements of a report: the answer, what was fixed, what was not tested.

use super::*;
use crate::report::selection::{Requested, select};
use crate::results::query::{Aggregate, Aggregation, Claim, Expect, Hypothesis, TrialStatus};
use document::{Block, Section};

const NONE: [f64; 6] = [0.90, 0.91, 0.92, 0.90, 0.91, 0.92];

fn answer(folder: &Folder) -> String {
    of(folder).answer.text()
}

fn shifted(by: &[f64]) -> Vec<f64> {
    NONE.iter().zip(by).map(|(accuracy, by)| accuracy + by).collect()
}

#[test]
fn a_clear_gain_is_called_better_and_a_clear_loss_worse() {
    let gain = [0.03, 0.031, 0.029, 0.03, 0.032, 0.028];
    let told = answer(&placements(&NONE, &shifted(&gain)));
    assert_eq!(
        told,
        "Before the activation, batch normalisation gave 94.00 % test accuracy, 3.00 points more than \
         without (95 % interval of the difference +2.85 to +3.15, 6 pairs): better (p = 0.0312 after Holm's correction)."
    );
    let loss = gain.map(|gain: f64| -gain);
    let told = answer(&placements(&NONE, &shifted(&loss)));
    assert!(
        told.contains("gave 88.00 % test accuracy, 3.00 points less than without (95 % interval of the difference −3.15 to −2.85, 6 pairs): worse"),
        "{told}"
    );
}

#[test]
fn an_undecided_difference_is_stated_as_plainly() {
    let noise = [0.03, -0.04, 0.02, -0.01, 0.04, -0.03];
    let told = answer(&placements(&NONE, &shifted(&noise)));
    assert!(told.contains(": inconclusive (n = 6; more than 100 pairs needed)."), "{told}");
    let told = answer(&placements(&NONE, &NONE));
    assert!(
        told.ends_with(": no meaningful difference, since up to 0.20 points do not matter."),
        "{told}"
    );
    let few = placements(&NONE[..3], &shifted(&[0.03, 0.031, 0.029])[..3]);
    assert!(
        answer(&few).ends_with(": suggestive only; at least 6 pairs are needed."),
        "{}",
        answer(&few)
    );
}

#[test]
fn a_side_that_diverged_is_reported_by_its_lost_pairs_and_not_by_a_mean() {
    let told = answer(&placements(&[-1.0, -1.0, 0.95, -1.0, -1.0, -1.0], &NONE));
    assert!(
        told.starts_with(
            "Before the activation, batch normalisation won 5 of 6 pairs against no normalisation, lost 1 (a side that diverged"
        ),
        "{told}"
    );
}

#[test]
fn the_best_value_against_the_first_leads_and_the_other_comparisons_follow() {
    let after = shifted(&[0.05; 6]);
    let folder = folder(
        &["norm.placement"],
        6,
        &[
            trials(1, &["none"], &NONE),
            trials(2, &["before"], &shifted(&[0.01; 6])),
            trials(3, &["after"], &after),
        ],
    );
    let report = of(&folder);
    assert!(report.answer.text().starts_with("After the activation"), "{}", report.answer.text());
    assert_eq!(report.remarks.len(), 2);
    assert!(report.remarks[0].text().starts_with("Before the activation"));
}

#[test]
fn another_axis_is_compared_where_the_placement_is_not_varied() {
    let folder = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[trials(1, &["before", "32"], &NONE), trials(2, &["before", "256"], &shifted(&[0.03; 6]))],
    );
    let told = answer(&folder);
    assert!(
        told.starts_with("The network with batch size 256 gave 94.00 % test accuracy, 3.00 points more than with 32"),
        "{told}"
    );
}

#[test]
fn a_report_of_a_claim_compares_by_the_axis_of_the_claim_and_marks_other_comparisons() {
    let mut folder = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[
            trials(1, &["none", "32"], &NONE),
            trials(2, &["none", "256"], &shifted(&[0.03; 6])),
            trials(3, &["before", "32"], &NONE),
            trials(4, &["before", "256"], &NONE),
        ],
    );
    let mut material = Material::new(&folder, None).expect("a report");
    let by = |material: &Material<'_>| material.compared.as_ref().map(|answer| answer.by.clone());
    assert_eq!(by(&material).as_deref(), Some("norm.placement"));
    let test = Hypothesis {
        compare: ["32".to_owned(), "256".to_owned()],
        by: "train.batch_size".to_owned(),
        metric: "test_accuracy".to_owned(),
        expect: Expect::Same,
        margin: None,
        only: vec![("norm.placement".to_owned(), vec!["before".to_owned()])],
        aggregate: None,
        label: None,
    };
    folder.results.claim = Some(Claim {
        statement: "It does not matter".to_owned(),
        source: None,
        figure: None,
        about_evaluation: false,
        tests: vec![test],
    });
    folder.judgement = claim::judge(&folder.results).expect("judged");
    material = Material::new(&folder, None).expect("a report");
    assert_eq!(by(&material).as_deref(), Some("train.batch_size"));
    let captions: Vec<String> = section(&of(&folder), "numbers")
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(table.caption.text()),
            _ => None,
        })
        .collect();
    assert_eq!(
        captions[2],
        "Not part of the claim: every two values of batch size. Test accuracy of A minus that of B, replicate by replicate; p is corrected for the 2 comparisons of this table."
    );
}

#[test]
fn several_settings_are_counted() {
    let folder = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[
            trials(1, &["none", "32"], &NONE),
            trials(2, &["before", "32"], &shifted(&[0.03; 6])),
            trials(3, &["none", "64"], &NONE),
            trials(4, &["before", "64"], &NONE),
        ],
    );
    let told = answer(&folder);
    assert!(told.contains("by test accuracy in 2 settings: "), "{told}");
    assert!(told.contains("no meaningful difference in 1"), "{told}");
}

#[test]
fn a_mean_of_only_surviving_pairs_neither_leads_nor_is_one_of_the_means() {
    let lucky = [0.99, -1.0, -1.0, -1.0, -1.0, -1.0];
    let led = folder(
        &["norm.placement"],
        6,
        &[
            trials(1, &["none"], &NONE),
            trials(2, &["before"], &lucky),
            trials(3, &["after"], &shifted(&[0.01; 6])),
        ],
    );
    let told = answer(&led);
    assert!(told.starts_with("After the activation"), "{told}");
    let settings = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[
            trials(1, &["none", "32"], &NONE),
            trials(2, &["before", "32"], &lucky),
            trials(3, &["none", "64"], &NONE),
            trials(4, &["before", "64"], &shifted(&[0.01; 6])),
        ],
    );
    let told = answer(&settings);
    assert!(
        told.contains("mean differences from +1.00 to +1.00 points, their median +1.00"),
        "{told}"
    );
    assert!(
        told.contains("in 1 of the settings not every pair has a difference")
            && told.contains("there it won 1 of 6 pairs, lost 5."),
        "{told}"
    );
}

#[test]
fn one_condition_and_none_that_ended_are_reported_too() {
    let one = folder(&["norm.placement"], 6, &[trials(1, &["before"], &NONE)]);
    assert!(answer(&one).contains("There is nothing to compare it with"), "{}", answer(&one));
    let mut none = placements(&NONE, &NONE);
    for trial in &mut none.results.trials {
        trial.status = TrialStatus::Pending;
        trial.epochs.clear();
    }
    let report = of(&none);
    assert!(
        report.remarks[0]
            .text()
            .starts_with("The experiment is not complete: 12 pending of 12 trials.")
    );
    let empty = folder(&["norm.placement"], 6, &[]);
    assert!(answer(&empty).starts_with("There is no answer yet"), "{}", answer(&empty));
}

fn section<'a>(report: &'a Report, id: &str) -> &'a Section {
    report.sections.iter().find(|section| section.id == id).expect("a section")
}

fn list(section: &Section) -> Vec<String> {
    let lists = section.blocks.iter().filter_map(|block| match block {
        Block::List(items) => Some(items.iter().map(Words::text)),
        _ => None,
    });
    lists.flatten().collect()
}

#[test]
fn a_part_says_what_the_whole_experiment_trained() {
    let mut part = placements(&NONE, &NONE);
    part.results.trials.extend(trials(3, &["after"], &NONE));
    part.results =
        part.results.part(vec!["placement != after".to_owned()], |trial| trial.axes[0] != "after");
    let gaps = list(section(&of(&part), "untested")).join("\n");
    assert!(!gaps.contains("Placements"), "all three were trained: {gaps}");
    let varied = list(section(&of(&part), "setup")).join("\n");
    assert!(varied.contains("none, before and after"), "{varied}");
    part.results = part.results.part(vec!["placement = none".to_owned()], |t| t.axes[0] == "none");
    assert!(answer(&part).ends_with(": one condition is shown."), "{}", answer(&part));
}

#[test]
fn the_order_for_readers_leaves_the_verdict_as_it_is() {
    let mut folder = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[
            trials(1, &["none", "2"], &shifted(&[-0.2; 6])),
            trials(2, &["none", "128"], &NONE),
            trials(3, &["before", "2"], &shifted(&[-0.1; 6])),
            trials(4, &["before", "128"], &NONE),
        ],
    );
    let how = Aggregation::Change;
    let test = Hypothesis {
        compare: ["before".to_owned(), "none".to_owned()],
        by: "norm.placement".to_owned(),
        metric: "test_accuracy".to_owned(),
        expect: Expect::Lower,
        margin: None,
        only: Vec::new(),
        aggregate: Some(Aggregate { axis: "train.batch_size".to_owned(), how }),
        label: None,
    };
    folder.results.claim = Some(Claim {
        statement: "It gains less".to_owned(),
        source: None,
        figure: None,
        about_evaluation: false,
        tests: vec![test],
    });
    let mut answers = Vec::new();
    for order in [&[][..], &["batch_size=128,2".to_owned()][..]] {
        let requested = Requested { filters: &[], orders: order, labels: &[] };
        folder.results = select(folder.results.clone(), requested).expect("selected");
        folder.judgement = claim::judge(&folder.results).expect("judged");
        let mean = folder.judgement.as_ref().expect("a claim").tests[0].comparisons[0]
            .comparison
            .paired
            .mean;
        assert!((mean.expect("a mean") + 0.1).abs() < 1e-9, "{mean:?}");
        answers.push(answer(&folder));
    }
    assert_eq!(folder.results.values(1), ["128", "2"], "readers see the requested order");
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn what_was_not_tested_is_derived_from_what_was() {
    let mut few = placements(&NONE[..3], &NONE[..3]);
    few.account.replicates = 3;
    let gaps = list(section(&of(&few), "untested")).join("\n");
    for gap in [
        "3 replicates: with fewer than 6 pairs",
        "Placements: after was not trained.",
        "Learning rates: every condition had 0.001",
        "Other data: MNIST only.",
        "Other networks: only a perceptron, hidden layers [128, 64] and the activation ReLU.",
        "Other training: only Adam and batches of 32.",
        "the same 10\u{202f}000 test examples",
    ] {
        assert!(gaps.contains(gap), "{gap} is missing in\n{gaps}");
    }
    let wide = folder(
        &["norm.placement", "train.learning_rate", "data.dataset"],
        6,
        &[
            trials(1, &["none", "0.1", "mnist"], &NONE),
            trials(2, &["before", "0.2", "cifar10"], &NONE),
            trials(3, &["after", "0.2", "cifar10"], &NONE),
        ],
    );
    let gaps = list(section(&of(&wide), "untested")).join("\n");
    for gap in ["replicates:", "Placements", "Learning rates", "Other data"] {
        assert!(!gaps.contains(gap), "{gap} was tested:\n{gaps}");
    }
}

#[test]
fn a_report_that_lies_elsewhere_names_the_results_folder() {
    let folder = placements(&NONE, &NONE);
    let mut material = Material::new(&folder, None).expect("a report");
    let place = |material: &Material<'_>| {
        let report = report(material, Vec::new());
        match &section(&report, "repeat").blocks[0] {
            Block::Paragraph(words) => words.text(),
            _ => String::new(),
        }
    };
    assert!(place(&material).starts_with("From the folder that holds this report;"));
    material.apart = Some("results/mnist".to_owned());
    let told = place(&material);
    assert!(told.starts_with("From the results folder results/mnist;"), "{told}");
}

#[test]
fn what_was_varied_is_listed_with_its_values() {
    let folder = folder(
        &["norm.placement", "train.batch_size"],
        6,
        &[trials(1, &["before", "32"], &NONE), trials(2, &["before", "256"], &NONE)],
    );
    let report = of(&folder);
    assert_eq!(list(section(&report, "setup")), ["batch size (train.batch_size): 32 and 256"]);
    let fixed = markdown::write(&report);
    assert!(fixed.contains("; batch size varied;"), "{fixed}");
}

#[test]
fn long_tables_are_cut_with_a_note_on_where_the_rest_is() {
    let conditions: Vec<Vec<TrialCurves>> =
        (1..=60).map(|number| trials(number, &["before", &number.to_string()], &[0.9])).collect();
    let folder = folder(&["norm.placement", "train.batch_size"], 1, &conditions);
    let report = of(&folder);
    let tables = section(&report, "numbers").blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let [conditions] = tables.collect::<Vec<_>>()[..] else {
        panic!("one table: so many values are not compared two by two");
    };
    assert_eq!(conditions.rows.len(), fold::MOST_ROWS);
    assert!(
        conditions.notes[0].text().starts_with("The first 50 of 60 rows. All of them: summary.csv")
    );
}

#[test]
fn the_vector_instruction_set_is_named_where_the_same_bytes_are_promised() {
    let mut folder = placements(&[0.5; 6], &[0.6; 6]);
    let repeated = |folder: &Folder| {
        let text = markdown::write(&of(folder));
        let at = text.find("How to repeat it").expect("a section");
        (text[at..].to_owned(), text)
    };
    let (unknown, _) = repeated(&folder);
    assert!(unknown.contains("vector instruction set (not recorded here)"));
    folder.account.instruction_sets = ["avx2".to_owned()].into();
    let (one, whole) = repeated(&folder);
    assert!(one.contains("vector instruction set (avx2) gives the same bytes"), "{one}");
    assert!(!whole.contains("different vector instruction sets"));
    folder.account.instruction_sets.insert("avx512".to_owned());
    let (mixed, whole) = repeated(&folder);
    assert!(mixed.contains("no single machine gives the same bytes"), "{mixed}");
    assert_eq!(whole.matches("different vector instruction sets").count(), 2);
}
