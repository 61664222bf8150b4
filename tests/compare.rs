//! `compare`: from trained folders to verdicts.

use serde_json::Value;

use crate::harness::{Lab, SMALL, rows};

/// Six pairs of each of three comparisons, in two settings.
const SIX: [&str; 5] = ["--quiet", "-o", "replicates=6", "-o", "sweep.train.batch_size=[16, 32]"];

fn compare(lab: &Lab, arguments: &[&str]) -> String {
    let ran = lab.bn_lab(&[&["compare"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn a_trained_folder_is_compared_by_any_axis_and_nothing_is_written() {
    let lab = Lab::with(SMALL);
    lab.run(&SIX);
    let before = lab.files("results/small");
    let text = compare(&lab, &["results/small"]);
    assert!(text.starts_with("test_accuracy by norm.placement (%)\n"), "{text}");
    assert!(text.contains("6 comparisons, paired by replicate"), "{text}");
    assert!(text.contains("none below 0.0312"), "{text}");

    let csv = compare(&lab, &["results/small", "--format", "csv"]);
    let comparisons = rows(&csv);
    assert_eq!(comparisons.len(), 6);
    let trials = rows(&lab.text("results/small/trials.csv"));
    for row in &comparisons {
        let accuracy = |placement: &str, replicate: usize| -> f64 {
            let mut trials = trials.iter().filter(|trial| {
                trial["norm.placement"] == placement
                    && trial["train.batch_size"] == row["train.batch_size"]
                    && trial["replicate"] == replicate.to_string()
            });
            let trial = trials.next().expect("a trial");
            trial["test_accuracy"].parse().expect("a number")
        };
        let differences = (1..=6).map(|k| accuracy(&row["a"], k) - accuracy(&row["b"], k));
        let mean: f64 = differences.sum::<f64>() / 6.0;
        let told: f64 = row["difference_mean"].parse().expect("a number");
        assert!((told - mean).abs() < 1e-12, "{told} is not {mean}");
        assert_eq!((&row["pairs"][..], &row["measured"][..]), ("6", "6"));
    }
    let sizes = compare(
        &lab,
        &["results/small", "--by", "batch_size", "--metric", "test_loss", "--format", "json"],
    );
    let sizes: Value = serde_json::from_str(&sizes).expect("valid JSON");
    assert_eq!(sizes["by"], "train.batch_size");
    assert_eq!(sizes["higher_is_better"], false);
    assert_eq!(sizes["comparisons"].as_array().map(Vec::len), Some(3));
    let again = compare(&lab, &["results/small"]);
    assert_eq!(text, again, "the resamples are the same every time");
    let markdown =
        compare(&lab, &["results/small", "--format", "md", "--metric", "seconds_per_step"]);
    assert!(
        markdown.contains("\n| batch_size | comparison | n | difference, seconds |"),
        "{markdown}"
    );
    assert!(lab.files("results/small") == before, "nothing is written");
}

#[test]
fn two_folders_of_one_seed_are_paired_and_of_two_seeds_refused() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let rmsprop = ["--quiet", "-o", "train.optimizer=rmsprop", "-o", "output.dir=other"];
    lab.run(&rmsprop);
    let text = compare(&lab, &["results/small/", "other"]);
    assert!(text.starts_with("test_accuracy by folder (%)\n"), "{text}");
    assert!(text.contains("other − results/small"), "{text}");
    assert!(text.contains("3 comparisons"), "{text}");
    assert!(text.contains("n = 2"), "{text}");
    let differs = "`train.optimizer`: `\"adam\"` and `\"rmsprop\"`";
    // An optimiser has keys of its own.
    let lead = text.lines().nth(1).expect("a line");
    assert!(lead.starts_with("the folders differ in ") && lead.contains(differs), "{lead}");
    assert!(!text.contains("different data"), "{text}");

    lab.run(&["--quiet", "-o", "data={dataset=\"two-spirals\"}", "-o", "output.dir=spirals"]);
    let text = compare(&lab, &["results/small", "spirals"]);
    let (lead, tables) = text.split_once("verdict").expect("a table of verdicts");
    assert!(lead.contains("`data.dataset`: `\"glyphs\"` and `\"two-spirals\"`"), "{lead}");
    assert!(lead.contains("trained and tested on different data"), "{lead}");
    assert!(!tables.contains("different data"), "{tables}");
    let csv = lab.bn_lab(&["compare", "results/small", "spirals", "--format", "csv"]);
    assert!(csv.stderr.contains("note: the folders differ in "), "{}", csv.stderr);
    assert!(!csv.stdout.contains("differ in"), "{}", csv.stdout);
    let same = lab.bn_lab(&["compare", "results/small", "results/../results/small/"]);
    same.refused(2, &["are the same folder", "hint: name another one"]);

    lab.run(&["--quiet", "-o", "seed=1", "-o", "output.dir=seeded"]);
    let refused = lab.bn_lab(&["compare", "results/small", "seeded"]);
    refused.refused(2, &["has seed 0 and `seeded` has seed 1", "hint: train one of them again"]);
    let swept = ["--quiet", "-o", "sweep.train.batch_size=[16]", "-o", "output.dir=swept"];
    lab.run(&swept);
    let refused = lab.bn_lab(&["compare", "results/small", "swept"]);
    refused.refused(2, &["`swept` varies norm.placement, train.batch_size", "hint:"]);
}

#[test]
fn a_tuned_folder_is_compared_at_the_chosen_values() {
    let lab = Lab::with(SMALL);
    lab.run(&[
        "--quiet",
        "-o",
        "tune={key = \"train.learning_rate\"}",
        "-o",
        "sweep.train.learning_rate=[1e-4, 1e-2]",
    ]);
    let text = compare(&lab, &["results/small"]);
    assert!(text.contains("3 comparisons"), "{text}");
    assert!(text.contains("`train.learning_rate` tuned by"), "{text}");
    let tuned = rows(&lab.text("results/small/tuned.csv"));
    let json = compare(&lab, &["results/small", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("valid JSON");
    for (condition, chosen) in json["conditions"].as_array().expect("a list").iter().zip(&tuned) {
        assert_eq!(condition["norm.placement"], chosen["norm.placement"].as_str());
        let mean: f64 = chosen["test_accuracy_mean"].parse().expect("a number");
        assert_eq!(condition["mean"], mean);
    }
}

#[test]
fn what_is_asked_for_wrongly_is_refused_with_the_way_out() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let refused = |arguments: &[&str], code: i32, says: &[&str]| {
        let ran = lab.bn_lab(&[&["compare"], arguments].concat());
        ran.refused(code, says);
        assert_eq!(ran.stdout, "");
    };
    let folder = "results/small";
    refused(
        &[folder, "--metric", "test_acc"],
        2,
        &["no metric `test_acc`", "did you mean `test_accuracy`?"],
    );
    refused(
        &[folder, "--by", "plaement"],
        2,
        &["no axis `plaement`", "did you mean `norm.placement`?"],
    );
    refused(&[folder, "--margin=-1"], 2, &["`--margin`", "hint:"]);
    refused(&[folder, "--margin", "-1"], 2, &["`--margin`", "hint:"]);
    refused(&[folder, folder, "--by", "placement"], 2, &["cannot be used with"]);
    refused(&["nowhere"], 1, &["`nowhere` is not a results folder"]);
    refused(&[folder, "nowhere"], 1, &["`nowhere` is not a results folder"]);
}
