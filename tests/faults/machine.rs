//! A machine that runs out of threads, files or memory: this is never recorded as the result of a trial.

use std::process::Command;

use super::{RESULTS, finished, lab};
use crate::harness::{Lab, Ran, SMALL, assert_same, rows};

fn outcomes(lab: &Lab) -> Vec<String> {
    let rows = rows(&lab.text(&format!("{RESULTS}/trials.csv")));
    rows.into_iter().map(|row| row["outcome"].clone()).collect()
}

fn run_with_fault(lab: &Lab, fault: &str, arguments: &[&str]) -> Ran {
    let mut command = lab.command(&["run", "experiment.toml"]);
    command.args(arguments).env("BN_LAB_FAULT", fault);
    Ran::from(command.output().expect("the program starts"))
}

#[test]
fn a_trial_without_a_thread_stays_unfinished_and_the_run_reports_it() {
    let undisturbed = lab(2);
    undisturbed.run(&[]);
    let lab = lab(2);
    let ran = run_with_fault(&lab, "machine:before#1@5", &["--jobs", "1"]);
    ran.refused(1, &["the machine ran out of something", "code: 11", "hint: "]);
    assert!(!ran.stderr.contains("FAILED"), "{}", ran.stderr);
    assert!(!outcomes(&lab).contains(&"failed".to_owned()));
    lab.run(&[]);
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
}

/// Runs the program with this limit on the threads of its user, as a user without other processes; `None` where
/// this user cannot change to another one.
#[cfg(unix)]
fn with_threads(lab: &Lab, threads: usize) -> Option<Ran> {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    // An unused number: a user without processes, so that the limit applies to the program only.
    const NOBODY: u32 = 54_321;
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(lab.path("."), open).expect("our own folder");
    let program = lab.command(&["run", "experiment.toml", "--jobs", "2"]);
    // Not every `sh` supports the limit of threads.
    let mut shell = Command::new("bash");
    shell
        .current_dir(lab.path("."))
        .args(["-c", "ulimit -u $0 && exec \"$@\"", &threads.to_string()])
        .arg(program.get_program())
        .args(program.get_args())
        .env("XDG_CACHE_HOME", lab.path("cache"))
        .uid(NOBODY);
    let output = shell.output().ok()?;
    let ran = Ran::from(output);
    // The program may be in a folder that other users cannot read.
    (ran.code != Some(126) && ran.code != Some(127)).then_some(ran)
}

#[cfg(unix)]
#[test]
fn with_few_threads_a_run_succeeds_or_reports_the_reason_and_no_trial_fails() {
    let undisturbed = Lab::with(SMALL);
    undisturbed.run(&[]);
    let (mut refused, mut complete) = (0, 0);
    for threads in 1..=12 {
        let lab = Lab::with(SMALL);
        let Some(ran) = with_threads(&lab, threads) else {
            crate::harness::tell("no other user to run as: threads are not starved here");
            return;
        };
        assert!(!ran.stderr.contains("panicked"), "{threads}: {}", ran.stderr);
        assert!(!ran.stderr.contains("FAILED"), "{threads}: {}", ran.stderr);
        match ran.code {
            Some(0) => complete += 1,
            Some(1) => {
                assert!(ran.stderr.contains("cannot start a thread"), "{}", ran.stderr);
                assert!(ran.stderr.contains("ulimit -u"), "{}", ran.stderr);
                refused += 1;
            }
            other => panic!("{threads} threads: exit code {other:?}\n{}", ran.stderr),
        }
        lab.run(&[]);
        assert_same(
            &undisturbed.reproducible_files("results/small"),
            &lab.reproducible_files("results/small"),
        );
    }
    assert!(refused > 0 && complete > 0, "{refused} refused, {complete} complete");
}

#[cfg(target_os = "linux")]
#[test]
fn more_trials_at_a_time_than_files_can_be_open_for_are_fewer() {
    let text = SMALL.replace("replicates = 2", "replicates = 14");
    let lab = Lab::with(&text);
    let program = lab.command(&["run", "experiment.toml", "--jobs", "400"]);
    let mut shell = Command::new("sh");
    shell
        .current_dir(lab.path("."))
        .args(["-c", "ulimit -n 128 && exec \"$@\"", "sh"])
        .arg(program.get_program())
        .args(program.get_args());
    let ran = Ran::from(shell.output().expect("a shell"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let says = "note: 8 trials at a time instead of 400";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn of_trials_that_were_under_way_together_only_the_one_that_ends_its_process_is_kept_from_training()
{
    let lab = lab(2);
    let jobs = ["--jobs", "6"];
    // All are under way in the first two runs. In the third each is trained alone, until the one that causes the
    // abort; from then on it is the last, after all others are recorded.
    let mut done = Vec::new();
    for _ in 0..4 {
        let ran = run_with_fault(&lab, "abort:before#1@1", &jobs);
        assert_eq!(ran.code, None, "{}", ran.stderr);
        done.push(finished(&lab).len());
    }
    assert_eq!(done[3], 5, "{done:?}");
}

#[test]
fn a_second_training_that_ended_its_process_twice_comes_last_as_well() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    // The first of the plan, which would otherwise precede all others.
    for _ in 0..3 {
        let arguments = ["--jobs", "1", "-o", "probe.every=5"];
        let ran = run_with_fault(&lab, "abort:none#1@5", &arguments);
        assert_eq!(ran.code, None, "{}", ran.stderr);
    }
    let files = lab.files(RESULTS).into_keys();
    // Files of the aborted training are in the folder of its run.
    let is_published = |name: &String| name.ends_with("layers.csv") && !name.contains(".run-");
    let probed = files.filter(is_published).count();
    assert_eq!(probed, 5);
}

#[test]
fn a_trial_that_ended_its_process_twice_comes_last() {
    let undisturbed = lab(2);
    undisturbed.run(&[]);
    let lab = lab(2);
    // The second of the plan.
    let fault = "abort:before#1@5";
    let mut done = Vec::new();
    for _ in 0..3 {
        let ran = run_with_fault(&lab, fault, &["--jobs", "1"]);
        assert_eq!(ran.code, None, "{}", ran.stderr);
        done.push(finished(&lab).len());
    }
    // The ends of the last trials before the abort may not have been recorded yet.
    assert!(done[1] <= 1, "the first two runs come no further: {done:?}");
    assert!(done[2] >= 2, "the third run trains others before it: {done:?}");
    let ran = run_with_fault(&lab, "none", &["--jobs", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // The trial before it is trained last, too, where its end was not recorded.
    let says = "last and by itself: the process was killed twice while training";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
}
