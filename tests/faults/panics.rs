//! A trial that panics is a failed trial, and the others are not affected.

use super::{RESULTS, lab};
use crate::harness::{Lab, Ran, assert_same, rows};

/// Runs with a trial that panics: `before` of replicate 1, at its step 5.
fn run_with_panic(lab: &Lab, arguments: &[&str]) -> Ran {
    let all: Vec<&str> = ["run", "experiment.toml"].iter().chain(arguments).copied().collect();
    let output = lab
        .command(&all)
        .env("BN_LAB_FAULT", "panic:before#1@5")
        .output()
        .expect("the program starts");
    Ran::from(output)
}

fn outcomes(lab: &Lab) -> Vec<String> {
    let rows = rows(&lab.text(&format!("{RESULTS}/trials.csv")));
    rows.into_iter().map(|row| row["outcome"].clone()).collect()
}

#[test]
fn a_panic_is_reported_at_once_with_its_log_and_affects_only_its_trial() {
    let undisturbed = lab(2);
    undisturbed.run(&[]);
    let lab = lab(2);
    let ran = run_with_panic(&lab, &[]);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    let says = "FAILED: the trial panicked: a fault on purpose at step 5";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 of 6 trials failed; the others are recorded"), "{}", ran.stderr);
    let log = ran.stderr.split("log: ").nth(1).and_then(|rest| rest.lines().next());
    let log = lab.text(log.expect("the log's path"));
    for text in ["before, replicate 1", "src/fault.rs", "norm.placement = \"before\""] {
        assert!(log.contains(text), "`{text}` is missing from:\n{log}");
    }
    assert_eq!(
        outcomes(&lab),
        ["completed", "failed", "completed", "completed", "completed", "completed"]
    );
    assert!(ran.stdout.contains("before"), "what is there is shown: {}", ran.stdout);

    let again = lab.bn_lab(&["run", "experiment.toml"]);
    assert_eq!(again.code, Some(5), "a failed trial stays failed until it is asked for");
    assert!(again.stderr.contains("--retry-failed"), "{}", again.stderr);
    assert!(again.stderr.contains("0 trials to train"), "{}", again.stderr);

    lab.run(&["--retry-failed"]);
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
}

#[test]
fn fail_fast_stops_at_the_first_failure_and_quiet_still_reports_it() {
    let lab = lab(2);
    let ran = run_with_panic(&lab, &["--fail-fast", "--jobs", "1", "--quiet"]);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("FAILED") && ran.stderr.contains("log: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("the sweep was stopped for that"), "{}", ran.stderr);
    assert_eq!(outcomes(&lab), ["completed", "failed", "pending", "pending", "pending", "pending"]);
    lab.run(&["--retry-failed"]);
}

#[test]
fn force_trains_the_named_trials_anew_and_no_others() {
    let lab = lab(2);
    lab.run(&[]);
    let whole = lab.reproducible_files(RESULTS);
    let ran = lab.run(&["--force=before"]);
    assert!(ran.stderr.contains("2 trials to train, 4 finished before"), "{}", ran.stderr);
    let ran = lab.run(&["--force"]);
    assert!(ran.stderr.contains("6 trials to train, 0 finished before"), "{}", ran.stderr);
    assert_same(&whole, &lab.reproducible_files(RESULTS));
    lab.bn_lab(&["run", "experiment.toml", "--force=befor e"])
        .refused(2, &["--force=befor e", "bn-lab plan"]);
}
