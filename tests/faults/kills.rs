//! Kills at random moments.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Dice, RESULTS, asked, finished, lab};
use crate::harness::{Lab, assert_same, tell};

/// Number of kills in the short form.
const FEW: usize = 10;

/// Epochs of a trial: training takes most of a run, so that most kills happen during training.
const LONG: usize = 30;

/// Statistics of kills.
#[derive(Debug, Default)]
struct Count {
    killed: usize,
    /// Number of runs that had ended before the signal came.
    late: usize,
    /// Number of folders that were completed and compared.
    completed: usize,
}

#[test]
fn killed_at_any_moment_a_run_is_completed_by_the_next_ones_to_the_same_bytes() {
    let wanted = asked("BN_LAB_KILLS").unwrap_or(FEW);
    let undisturbed = lab(LONG);
    let started = Instant::now();
    undisturbed.run(&["--jobs", "1"]);
    let whole = started.elapsed();
    let expected = undisturbed.reproducible_files(RESULTS);
    let listing = undisturbed.listing(RESULTS);
    let mut dice = Dice(wanted as u64);
    let mut count = Count::default();
    while count.killed < wanted {
        let lab = lab(LONG);
        while count.killed < wanted && !try_to_kill(&lab, whole, &mut dice, &mut count) {}
        lab.run(&[]);
        assert_same(&expected, &lab.reproducible_files(RESULTS));
        assert_eq!(listing, lab.listing(RESULTS), "files and folders");
        count.completed += 1;
    }
    tell(&format!("{count:?}"));
}

/// Runs for a while and kills; returns `true` if the run had ended.
fn try_to_kill(lab: &Lab, whole: Duration, dice: &mut Dice, count: &mut Count) -> bool {
    let before = finished(lab);
    let claimed = claims(lab);
    let jobs = (1 + dice.roll(3)).to_string();
    let child = lab
        .command(&["run", "experiment.toml", "--jobs", &jobs])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (name, number) = [("-KILL", 9), ("-TERM", 15), ("-INT", 2)][dice.roll(3) as usize];
    std::thread::sleep(whole * dice.roll(1000) as u32 / 1500);
    signal(&child, name);
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    let status = output.status;
    let is_ended = status.code() == Some(0);
    // A signal before the program handles it ends the process at once, by the system's default.
    let is_killed = status.signal() == Some(number);
    let is_stopped = number != 9 && status.code() == Some(130);
    assert!(is_ended || is_killed || is_stopped, "{name}: {status:?}\n{stderr}");
    let after = finished(lab);
    for (name, record) in &before {
        assert_eq!(after.get(name), Some(record), "{name} was finished");
    }
    if is_stopped {
        let is_new = |run: &String| !claimed.contains(run);
        assert_eq!(claims(lab).into_iter().find(is_new), None, "its claim was left");
    }
    if is_ended {
        count.late += 1;
    } else {
        count.killed += 1;
    }
    is_ended
}

/// The runs that have claimed trials, including dead ones.
fn claims(lab: &Lab) -> BTreeSet<String> {
    if !lab.path(RESULTS).is_dir() {
        return BTreeSet::new();
    }
    let files = lab.files(RESULTS).into_iter();
    let claims = files.filter(|(name, _)| name.ends_with("running.json"));
    claims
        .filter_map(|(_, bytes)| {
            let claim: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
            Some(claim["run"].as_str()?.to_owned())
        })
        .collect()
}

/// One trial of some seconds.
fn one_trial() -> Lab {
    let lab = lab(400);
    let text = lab.text("experiment.toml");
    let text = text
        .replace("replicates = 2", "replicates = 1")
        .replace("[\"none\", \"before\", \"after\"]", "[\"before\"]")
        // Large enough that the training does not end before a signal arrives.
        .replace("hidden = [16]", "hidden = [192]");
    lab.write("experiment.toml", text.as_bytes());
    lab
}

#[test]
fn a_trial_resumes_from_its_state_and_does_not_start_again() {
    let undisturbed = one_trial();
    undisturbed.run(&[]);
    // When killed, it resumes from its last checkpoint; when stopped, from the present state, whether or not requested.
    for (name, asked) in [
        ("-KILL", "checkpoint.every=20"),
        ("-INT", "checkpoint.every=20"),
        ("-TERM", "checkpoint={}"),
    ] {
        let lab = one_trial();
        let arguments = ["run", "experiment.toml", "-o", asked];
        let child = lab.start(&arguments);
        let deadline = Instant::now() + Duration::from_mins(1);
        let steps = || {
            let files = lab.path(RESULTS).is_dir().then(|| lab.files(RESULTS));
            let mut files = files.into_iter().flatten();
            let found = files.find(|(name, _)| name.ends_with("steps.csv"));
            found.map_or(0, |(_, bytes)| bytes.split(|&byte| byte == b'\n').count())
        };
        // One row for every five steps.
        while steps() < 20 {
            assert!(Instant::now() < deadline, "it does not train");
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(&child, name);
        child.wait_with_output().expect("it ends");
        let left = lab.files(RESULTS);
        assert!(left.keys().any(|file| file.ends_with("state.safetensors")), "{name}");
        // A run that starts from the beginning would abort at the first step.
        let again = lab
            .command(&arguments)
            .env("BN_LAB_FAULT", "panic:before#1@1")
            .output()
            .expect("the program starts");
        assert_eq!(again.status.code(), Some(0), "{name}: it started anew");
        if asked == "checkpoint.every=20" {
            assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
        }
    }
}

fn signal(child: &Child, name: &str) {
    let status =
        Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status();
    // A child that has ended already is detected later.
    status.expect("`kill` exists");
}
