//! `results`: the metrics of a folder as a table.

use serde_json::Value;

use crate::harness::{Lab, SMALL, rows};

fn results(lab: &Lab, arguments: &[&str]) -> String {
    let ran = lab.bn_lab(&[&["results", "results/small"], arguments].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn for_a_finished_sweep_it_prints_the_tables_on_disk() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "sweep.train.batch_size=[16, 32]"]);
    assert_eq!(results(&lab, &["--format", "csv"]), lab.text("results/small/trials.csv"));
    let conditions = rows(&results(&lab, &["--format", "csv", "--by", "condition"]));
    let summary = rows(&lab.text("results/small/summary.csv"));
    assert_eq!(conditions.len(), summary.len());
    for (condition, summary) in conditions.iter().zip(&summary) {
        for (column, cell) in summary {
            assert_eq!(&condition[column], cell, "{column}");
        }
    }
}

#[test]
fn rows_and_columns_are_chosen_and_ordered_by_short_names() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let chosen = results(
        &lab,
        &[
            "--filter",
            "placement != none",
            "--filter",
            "replicate = 2",
            "--sort",
            "-placement",
            "--columns",
            "placement,replicate",
        ],
    );
    let expected = "\
placement  replicate
before             2
after              2
6 trials: 6 completed; 2 of 6 rows shown
";
    assert_eq!(chosen, expected);
    let json = results(&lab, &["--format", "json", "--sort", "-test_accuracy"]);
    let json: Value = serde_json::from_str(&json).expect("valid JSON");
    let accuracies: Vec<f64> = json
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["test_accuracy"].as_f64().expect("a number"))
        .collect();
    assert_eq!(accuracies.len(), 6);
    assert!(accuracies.is_sorted_by(|a, b| a >= b), "{accuracies:?}");
    let markdown = results(&lab, &["--format", "md", "--columns", "trial,outcome"]);
    assert!(markdown.starts_with("| trial | outcome |\n| --- | --- |\n"), "{markdown}");
}

#[test]
fn what_has_no_result_is_counted_and_shown() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "train.optimizer=sgd", "-o", "train.learning_rate=1e30"]);
    let text = results(&lab, &[]);
    assert!(text.contains("diverged"), "{text}");
    // One more trial has ended than the table lists, and one is as if it had never been trained.
    let trials = rows(&lab.text("results/small/trials.csv"));
    let folder = |i: usize| format!("results/small/trials/{}", trials[i]["trial"]);
    std::fs::remove_file(lab.path(&folder(0)).join("trial.json")).expect("it was there");
    let table = lab.text("results/small/trials.csv");
    let pending: Vec<String> = table
        .lines()
        .map(|line| {
            let known =
                line.starts_with(&trials[0]["trial"]) || line.starts_with(&trials[1]["trial"]);
            if known {
                let cells: Vec<&str> = line.split(',').take(5).collect();
                format!("{},pending{}", cells.join(","), ",".repeat(16))
            } else {
                line.to_owned()
            }
        })
        .collect();
    lab.write("results/small/trials.csv", (pending.join("\n") + "\n").as_bytes());
    let now = rows(&results(&lab, &["--format", "csv"]));
    assert_eq!(now[0]["outcome"], "pending");
    assert_eq!(now[1], trials[1], "its record is newer than the table");
    let text = results(&lab, &["--by", "condition"]);
    let diverged = trials.iter().filter(|trial| trial["outcome"] == "diverged").count()
        - usize::from(trials[0]["outcome"] == "diverged");
    assert!(text.contains(&format!("{diverged} diverged")), "{text}");
    assert!(text.contains(", 1 pending\n"), "{text}");
}

#[test]
fn what_is_asked_for_wrongly_is_refused_with_the_way_out() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let refused = |arguments: &[&str], code: i32, says: &[&str]| {
        let ran = lab.bn_lab(&[&["results"], arguments].concat());
        ran.refused(code, says);
        assert_eq!(ran.stdout, "");
    };
    let folder = "results/small";
    refused(
        &[folder, "--sort", "test_acuracy"],
        2,
        &["no column `test_acuracy`", "did you mean `test_accuracy`?"],
    );
    refused(&[folder, "--columns", "qqq"], 2, &["the columns are trial, condition"]);
    refused(&[folder, "--filter", "placement"], 2, &["there is no operator", "hint:"]);
    refused(&[folder, "--filter", "plaement = none"], 2, &["did you mean `norm.placement`?"]);
    refused(&["nowhere"], 1, &["`nowhere` is not a results folder"]);
    refused(&["experiment.toml"], 1, &["`experiment.toml` is not a results folder"]);
    lab.write("results/small/trials.csv", b"a,b\n1,2\n");
    refused(&[folder], 1, &["trials.csv` is damaged"]);
}

#[test]
fn a_table_that_was_edited_is_refused_by_every_verb_and_a_run_writes_it_anew() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let folders = ["results/small", "copy"];
    assert_eq!(lab.bn_lab(&["publish", folders[0], "--into", folders[1]]).code, Some(0));
    let sound = lab.text("results/small/trials.csv");
    let accuracy = rows(&sound)[0]["test_accuracy"].clone();
    for folder in folders {
        let table = format!("{folder}/trials.csv");
        lab.write(&table, sound.replacen(&accuracy, "0.999", 1).as_bytes());
        let says = ["trials.csv` is damaged: it was changed", "`test_accuracy` of trial", "0.999"];
        for verb in ["results", "compare", "show", "plot", "report"] {
            lab.bn_lab(&[verb, folder]).refused(1, &says);
        }
        // Numbers of the same value with other digits, as a spreadsheet may write them, are accepted.
        lab.write(&table, sound.replacen(&accuracy, &format!("{accuracy}000"), 1).as_bytes());
        assert_eq!(lab.bn_lab(&["compare", folder]).code, Some(0));
        lab.write(&table, sound.replacen(&accuracy, "0.999", 1).as_bytes());
    }
    lab.bn_lab(&["watch", "--once", folders[0]]).refused(1, &["trials.csv` is damaged"]);
    lab.bn_lab(&["publish", folders[0], "--into", "again"]).refused(1, &["trials.csv` is damaged"]);
    lab.run(&["--quiet"]);
    assert_eq!(lab.text("results/small/trials.csv"), sound);
}
