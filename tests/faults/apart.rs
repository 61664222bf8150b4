//! Hosts that do not see each other's locks, with the same name and different clocks, and processes that are
//! suspended for so long that others consider them dead. In debug builds, `BN_LAB_APART` hides all locks,
//! shortens the time after which an unchanged heartbeat counts as dead, and sets the clock forward.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Dice, RESULTS, asked, lab};
use crate::harness::{Lab, Ran, SMALL, assert_same, rows, runs_and_trained, tell};

/// Number of suspensions in the short form.
const FEW: usize = 2;

/// Starts a run that sees no lock: `apart` is its patience in milliseconds, and by how many seconds its
/// clock is ahead.
fn start(lab: &Lab, apart: &str, arguments: &[&str]) -> Child {
    lab.command(&[&["run", "experiment.toml"], arguments].concat())
        .env("BN_LAB_APART", apart)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn ended(child: Child) -> Ran {
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("`kill` exists").success());
}

/// Calls `look` every few milliseconds until it returns something.
fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited for {what} in vain");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The folders in `trials/*/` whose names begin with `.run-`.
fn folders_of_runs(lab: &Lab) -> Vec<PathBuf> {
    let entries = |path: PathBuf| {
        let entries = std::fs::read_dir(path).into_iter().flatten();
        entries.filter_map(Result::ok).map(|entry| entry.path())
    };
    let is_of_run = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(".run-")
    };
    let trials = entries(lab.path(RESULTS).join("trials"));
    trials.flat_map(entries).filter(is_of_run).collect()
}

/// Waits until a run trains a trial and has saved a state; returns its folder there.
fn under_way(lab: &Lab) -> PathBuf {
    let with_state = |folder: &PathBuf| folder.join("state.safetensors").is_file();
    wait_for("a trial under way", || folders_of_runs(lab).into_iter().find(with_state))
}

/// A fault at the first step of the trial in this folder, for a run that starts it from the beginning.
fn end_of_a_start(lab: &Lab, folder: &Path) -> String {
    let id = folder.parent().and_then(Path::file_name);
    let id = id.expect("a trial").to_string_lossy();
    let trials = rows(&lab.text(&format!("{RESULTS}/trials.csv")));
    let row = trials.iter().find(|row| row["trial"] == id);
    let row = row.expect("in the table");
    format!("panic:{}#{}@1", row["norm.placement"], row["replicate"])
}

#[test]
fn two_hosts_of_one_name_with_clocks_apart_that_see_no_lock_leave_the_bytes_of_one_run() {
    let undisturbed = lab(30);
    undisturbed.run(&[]);
    for clocks in [["0", "120"], ["-7200", "0"]] {
        let lab = lab(30);
        let children = clocks.map(|fast| start(&lab, &format!("3000:{fast}"), &["--jobs", "1"]));
        for child in children {
            ended(child);
        }
        assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
        assert!(!lab.path(RESULTS).join(".runs").exists());
        assert_eq!(runs_and_trained(&lab), (2, 6), "no trial was trained twice");
    }
}

#[test]
fn a_trial_whose_files_a_run_that_died_since_had_deleted_is_trained_again() {
    let undisturbed = lab(60);
    undisturbed.run(&[]);
    let lab = lab(60);
    let sleeper = start(&lab, "700:0", &["--jobs", "1"]);
    let folder = under_way(&lab);
    signal(&sleeper, "-STOP");
    let mut other = start(&lab, "700:120", &["--jobs", "1"]);
    wait_for("the trial to be taken over", || (!folder.exists()).then_some(()));
    other.kill().expect("a child of ours");
    other.wait().expect("it ends");
    // As the next run removes the claims of dead runs.
    let claim = folder.with_file_name("running.json");
    std::fs::remove_file(claim).expect("a claim");
    signal(&sleeper, "-CONT");
    ended(sleeper);
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
    assert_eq!(folders_of_runs(&lab), Vec::<PathBuf>::new());
}

#[test]
fn a_suspended_process_does_not_write_into_the_files_of_the_run_that_took_over() {
    let undisturbed = lab(60);
    undisturbed.run(&[]);
    let stops = asked("BN_LAB_KILLS").map_or(FEW, |kills| kills / 6);
    let mut dice = Dice(stops as u64);
    let mut told = 0;
    for index in 0..stops {
        let lab = lab(60);
        let sleeper = start(&lab, "700:0", &["--jobs", "1"]);
        let folder = under_way(&lab);
        std::thread::sleep(Duration::from_millis(dice.roll(300)));
        signal(&sleeper, "-STOP");
        let other = start(&lab, "700:120", &["--jobs", "1"]);
        if index % 2 == 0 {
            // Resumed while the other run trains the same trial.
            wait_for("the trial to be taken over", || (!folder.exists()).then_some(()));
            signal(&sleeper, "-CONT");
            ended(other);
        } else {
            // Resumed after everything is finished.
            ended(other);
            signal(&sleeper, "-CONT");
        }
        let slept = ended(sleeper);
        told += usize::from(slept.stderr.contains("another run has taken it over"));
        assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
        assert_eq!(folders_of_runs(&lab), Vec::<PathBuf>::new());
        for (name, bytes) in lab.files(RESULTS) {
            if name.ends_with("timings.csv") {
                let text = String::from_utf8(bytes).expect("text");
                let epochs = text.lines().skip(1).map(|line| {
                    let epoch = line.split(',').next().expect("a cell");
                    epoch.parse::<usize>().expect("an epoch")
                });
                assert!(epochs.eq(0..=60), "{name}: {text}");
            }
        }
    }
    tell(&format!("{stops} processes stood still, {told} were in a trial"));
    assert!(told > 0, "none was stopped in a trial");
}

/// Resumed while the other run copies the state.
#[test]
fn a_process_that_wakes_while_its_trial_is_taken_over_takes_nothing_from_the_other_run() {
    let text = SMALL.replace("hidden = [16]", "hidden = [512, 512]");
    let text = text.replace("replicates = 2", "replicates = 1");
    let text = format!("{text}\n[checkpoint]\nevery = 1\n");
    let undisturbed = Lab::with(&text);
    undisturbed.run(&[]);
    let tries = asked("BN_LAB_KILLS").map_or(3, |kills| kills / 6);
    for _ in 0..tries {
        let lab = Lab::with(&text);
        let sleeper = start(&lab, "700:0", &["--jobs", "1"]);
        let folder = under_way(&lab);
        signal(&sleeper, "-STOP");
        let claim = folder.with_file_name("running.json");
        let before = std::fs::read(&claim).ok();
        let other = start(&lab, "700:0", &["--jobs", "1"]);
        wait_for("another claim", || (std::fs::read(&claim).ok() != before).then_some(()));
        signal(&sleeper, "-CONT");
        ended(other);
        ended(sleeper);
        assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
        assert_eq!(folders_of_runs(&lab), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_killed_run_whose_lock_is_not_seen_is_watched_and_its_trial_resumes() {
    let undisturbed = lab(60);
    undisturbed.run(&[]);
    let lab = lab(60);
    let mut child = start(&lab, "700:0", &["--jobs", "1"]);
    let folder = under_way(&lab);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let ran = lab
        .command(&["run", "experiment.toml", "--jobs", "1"])
        .env("BN_LAB_APART", "700:-120")
        .env("BN_LAB_FAULT", end_of_a_start(&lab, &folder))
        .output()
        .expect("the program starts");
    let ran = Ran::from(ran);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
    assert!(!lab.path(RESULTS).join(".runs").exists(), "cleaned");
}

#[test]
fn what_dead_runs_of_other_hosts_left_is_cleaned_after_the_patience() {
    let lab = lab(60);
    // Without a line that counts its beats: it does not change either.
    let run = "0123456789abcdef0123456789abcdef";
    lab.write(&format!("{RESULTS}/.runs/{run}"), b"bn-lab run\n");
    ended(start(&lab, "300:0", &["--jobs", "1"]));
    assert!(!lab.path(RESULTS).join(".runs").exists());
}

/// A partly trained trial as the version before left it: its files are in the trial's own folder, and its claim
/// names the run by host and process, which this version does not read.
#[test]
fn a_partly_trained_folder_of_an_earlier_version_resumes_from_its_state() {
    let undisturbed = lab(60);
    undisturbed.run(&[]);
    for is_claimed in [false, true] {
        let lab = lab(60);
        let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
        let own = under_way(&lab);
        child.kill().expect("a child of ours");
        child.wait().expect("it ends");
        let trial = own.parent().expect("a trial").to_owned();
        for entry in std::fs::read_dir(&own).expect("a folder") {
            let entry = entry.expect("readable");
            std::fs::rename(entry.path(), trial.join(entry.file_name())).expect("writable");
        }
        std::fs::remove_dir(&own).expect("empty");
        std::fs::remove_dir_all(lab.path(RESULTS).join(".runs")).expect("a folder");
        let claim = trial.join("running.json");
        if is_claimed {
            let text = r#"{"schema":1,"run":"node-17-5f","host":"node","process":17,"started":"2026-01-01T00:00:00Z","heartbeat":1700000000,"epoch":3,"step":20,"steps":480}"#;
            std::fs::write(&claim, text).expect("writable");
        } else {
            std::fs::remove_file(&claim).expect("a claim");
        }
        let plan = lab.bn_lab(&["plan", "experiment.toml"]).stdout;
        assert!(plan.contains(" interrupted"), "{plan}");
        let mut run = lab.command(&["run", "experiment.toml", "--jobs", "1"]);
        run.env("BN_LAB_FAULT", end_of_a_start(&lab, &own));
        let ran = Ran::from(run.output().expect("the program starts"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
    }
}

#[test]
fn a_live_trial_and_a_killed_one_are_shown_from_the_folder_of_their_run() {
    let lab = lab(400);
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
    let folder = under_way(&lab);
    wait_for("some epochs", || {
        let epochs = std::fs::read_to_string(folder.join("epochs.csv")).unwrap_or_default();
        (epochs.lines().count() > 4).then_some(())
    });
    let shown = lab.bn_lab(&["results", RESULTS, "--format", "csv"]).stdout;
    let shown = rows(&shown);
    let row = shown.iter().find(|row| row["outcome"] == "running");
    assert!(!row.expect("a live trial")["test_accuracy"].is_empty());
    let watched = lab.bn_lab(&["watch", RESULTS, "--once"]).stdout;
    assert!(watched.contains("test accuracy"), "{watched}");
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let plan = lab.bn_lab(&["plan", "experiment.toml"]).stdout;
    assert!(plan.contains(" interrupted"), "{plan}");
    let cleaned = lab.bn_lab(&["clean", "experiment.toml", "--debris"]).stdout;
    assert!(!cleaned.contains(".run-"), "it goes on from there: {cleaned}");
}
