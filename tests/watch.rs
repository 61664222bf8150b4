//! `watch`, and the other commands on a folder into which a run is writing.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::harness::{Lab, Ran, SMALL, slow};

/// An experiment that trains for some seconds.
fn long_lab() -> Lab {
    Lab::with(&slow().replace("epochs = 2", "epochs = 400"))
}

/// Starts a run and waits until a trial is under way.
fn started(lab: &Lab) -> Child {
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    while !lab.bn_lab(&["plan", "experiment.toml"]).stdout.contains(" running") {
        assert!(child.try_wait().expect("a child of ours").is_none(), "it ended too soon");
        assert!(Instant::now() < deadline, "no trial began in a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn after_a_finished_sweep_it_prints_a_note_and_ends() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let watched = lab.bn_lab(&["watch", "results/small"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert_eq!(watched.stdout, "6 trials: 6 completed\ncomplete: 6 trials: 6 completed\n");
    lab.bn_lab(&["watch", "experiment.toml"]).refused(1, &["not a results folder"]);
}

#[test]
fn a_live_run_is_seen_by_every_verb_and_a_killed_one_is_not_taken_for_it() {
    let lab = long_lab();
    let mut child = started(&lab);
    let once = lab.bn_lab(&["watch", "results/small", "--once"]);
    assert!(once.stdout.contains("6 trials: "), "{}", once.stdout);
    assert!(once.stdout.contains("1 running"), "{}", once.stdout);
    let shown = lab.bn_lab(&["results", "results/small", "--format", "csv"]);
    assert!(shown.stdout.contains(",running,"), "{}", shown.stdout);
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert!(plan.stdout.contains(&format!("process {}", child.id())), "{}", plan.stdout);
    // Every trial is stale for another experiment, and nothing may be removed now.
    let before = lab.files("results/small").len();
    lab.bn_lab(&["clean", "experiment.toml", "-o", "seed=9", "--stale", "--remove"])
        .refused(1, &["a run is alive", "hint: wait for it"]);
    assert!(lab.files("results/small").len() >= before);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let watched = lab.bn_lab(&["watch", "results/small"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(watched.stdout.contains("no run is alive here"), "{}", watched.stdout);
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert!(!plan.stdout.contains(" running"), "{}", plan.stdout);
}

#[test]
fn it_follows_a_run_to_its_end_line_by_line() {
    let lab = long_lab();
    let mut child = started(&lab);
    let watching = lab.command(&["watch", "results/small"]).output().expect("the program starts");
    let watched = Ran::from(watching);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(watched.stdout.ends_with("complete: 6 trials: 6 completed\n"), "{}", watched.stdout);
    assert!(
        watched.stdout.contains("[6/6] after #2: completed, test accuracy "),
        "{}",
        watched.stdout
    );
}
