//! `plan`: the state of every trial, the time that the rest takes, and why earlier trials do not count.

use serde_json::Value;

use crate::harness::{Lab, SMALL, rows};

fn json(lab: &Lab, arguments: &[&str]) -> Value {
    let all = [&["plan", "experiment.toml", "--format", "json"], arguments].concat();
    let ran = lab.bn_lab(&all);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("valid JSON")
}

fn table(lab: &Lab, arguments: &[&str]) -> String {
    let all = [&["plan", "experiment.toml"], arguments].concat();
    let ran = lab.bn_lab(&all);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn a_plan_lists_the_state_of_every_trial_and_that_nothing_was_measured_yet() {
    let lab = Lab::with(SMALL);
    let before = table(&lab, &[]);
    assert_eq!(before.matches("  pending\n").count(), 6, "{before}");
    assert!(
        before.contains("6 trials (3 conditions × 2 replicates) into results/small: 6 pending\n"),
        "{before}"
    );
    assert!(
        before.contains("estimated time: unknown; nothing has been measured here yet\n"),
        "{before}"
    );
    assert!(!lab.path("results").exists(), "a plan writes nothing");
    lab.run(&["--quiet"]);
    let after = table(&lab, &[]);
    assert_eq!(after.matches("  completed\n").count(), 6, "{after}");
    assert!(!after.contains("estimated"), "nothing is left to do:\n{after}");
}

#[test]
fn changes_of_an_edited_experiment_are_listed_once_with_the_number_of_trials() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    for (changed, expected) in [
        ("train.batch_size=64", "6 trials pending: `train.batch_size` was 32, is 64\n"),
        ("seed=3", "6 trials pending: `seed` was 0, is 3\n"),
        (
            "norm={epsilon=0.1, decay=0.5}",
            "4 trials pending: `norm.decay` was 0.99, is 0.5; `norm.epsilon` was 0.001, is 0.1\n",
        ),
        (
            "train.optimizer=sgd",
            "6 trials pending: `train.learning_rate` was 0.001, is 0.01; `train.optimizer` was adam, is sgd; and 3 keys that come or go with that\n",
        ),
        ("train.clip_norm=1.0", "6 trials pending: `train.clip_norm` was not there, is 1.0\n"),
        (
            "checkpoint.initial=true",
            "6 trials pending: the result is there, but not `checkpoint.initial`, `checkpoint.order`, asked for now\n",
        ),
    ] {
        let table = table(&lab, &["-o", changed]);
        assert!(table.contains(expected), "{changed}:\n{table}");
    }
    let more = table(&lab, &["-o", "replicates=3"]);
    assert!(more.contains("6 completed, 3 pending"), "{more}");
    assert!(!more.contains("trials pending:"), "a new replicate was never trained:\n{more}");
    let other = table(
        &lab,
        &["-o", "train={epochs=1, batch_size=8, learning_rate=0.5, rho=0.3, last_batch='drop'}"],
    );
    assert!(!other.contains("was 32"), "four keys are another experiment:\n{other}");
}

#[test]
fn a_trial_of_another_numbers_version_is_known_by_having_no_other_difference() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    // As a program of another numbers version leaves it: the same settings with another id.
    let trials = lab.path("results/small/trials");
    let id = json(&lab, &[])["trials"][0]["trial"].as_str().expect("an id").to_owned();
    let other = "0123456789abcdef";
    std::fs::rename(trials.join(&id), trials.join(other)).expect("a folder");
    let record = lab.text(&format!("results/small/trials/{other}/trial.json"));
    let record = record.replace(&id, other);
    lab.write(&format!("results/small/trials/{other}/trial.json"), record.as_bytes());
    let table = table(&lab, &[]);
    assert!(table.contains("5 completed, 1 pending"), "{table}");
    assert!(
        table.contains("1 trial pending: trained by a bn-lab whose numbers are of another version"),
        "{table}"
    );
}

#[test]
fn the_estimated_time_is_the_measured_time_of_the_nearest_trials() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    // Every trial takes 10 s for its 20 steps, and those of the first condition 40 s.
    for (index, trial) in rows(&lab.text("results/small/trials.csv")).iter().enumerate() {
        let train = if index % 3 == 0 { 19.0 } else { 4.0 };
        let timings = format!(
            "epoch,train_seconds,evaluation_seconds\n0,0.0,1.0\n1,{train},0.5\n2,{train},0.5\n"
        );
        let path = format!("results/small/trials/{}/timings.csv", trial["trial"]);
        lab.write(&path, timings.as_bytes());
    }
    let estimate = |arguments: &[&str]| {
        let plan = json(&lab, arguments);
        let trial = plan["trials"].as_array().expect("trials").last().cloned();
        let trial = trial.expect("a trial");
        (
            plan["estimate"]["seconds"].as_f64(),
            trial["expected_seconds"].as_f64(),
            trial["expected_from"].as_str().map(str::to_owned),
        )
    };
    let about = |seconds: Option<f64>, expected: f64| {
        let seconds = seconds.expect("an estimate");
        assert!((seconds - expected).abs() < 1e-6, "{seconds}, not {expected}");
    };
    // A third replicate of the same conditions: 40 + 10 + 10 s, two at a time.
    let (total, last, from) = estimate(&["-o", "replicates=3", "--jobs", "2"]);
    about(total, 30.0);
    about(last, 10.0);
    assert_eq!(from.as_deref(), Some("condition"));
    // Twice the epochs: twice the steps of the same networks.
    let (total, last, from) = estimate(&["-o", "train.epochs=4", "--jobs", "1"]);
    about(total, 2.0 * 2.0 * (80.0 + 20.0 + 20.0) / 2.0);
    about(last, 20.0);
    assert_eq!(from.as_deref(), Some("network"));
    // Another network: 120 s for 120 steps in all.
    let (total, last, from) = estimate(&["-o", "model.hidden=[8]", "--jobs", "100"]);
    about(total, 20.0);
    about(last, 20.0);
    assert_eq!(from.as_deref(), Some("folder"));
    let table = table(&lab, &["-o", "replicates=3", "--jobs", "2"]);
    assert!(
        table.contains("estimated time: about 30 s with --jobs 2, from the speed of 6 trials measured here (by trials of the same condition)\n"),
        "{table}"
    );
}

#[test]
fn every_format_of_a_plan_has_the_same_trials() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let csv = lab.bn_lab(&["plan", "experiment.toml", "--format", "csv", "-o", "replicates=3"]);
    let csv = rows(&csv.stdout);
    let json = json(&lab, &["-o", "replicates=3"]);
    let trials = json["trials"].as_array().expect("trials");
    assert_eq!((csv.len(), trials.len()), (9, 9));
    for (row, trial) in csv.iter().zip(trials) {
        assert_eq!(row["trial"], trial["trial"].as_str().expect("text"));
        assert_eq!(row["state"], trial["state"].as_str().expect("text"));
        assert_eq!(row["norm.placement"], trial["norm.placement"].as_str().expect("text"));
    }
    assert_eq!(json["version"], 1);
    assert_eq!(json["counts"]["completed"], 6);
    assert_eq!(json["counts"]["pending"], 3);
    // The name in earlier versions.
    assert_eq!(json["counts"]["to do"], 3);
    let markdown = table(&lab, &["--format", "md"]);
    assert!(
        markdown.starts_with("| trial | condition | replicate | state |\n| --- |"),
        "{markdown}"
    );
}
