//! Crashes before every single change of a file or a folder, one after the other, since random kills cover these
//! only by chance. The long form tries every change, the short one a part of them.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;

use super::{Dice, RESULTS, asked};
use crate::harness::{Lab, SMALL, assert_same_after, tell};

/// Two trials that record everything that a trial can record.
fn lab() -> Lab {
    let text = SMALL
        .replace("replicates = 2", "replicates = 1")
        .replace("[\"none\", \"before\", \"after\"]", "[\"none\", \"before\"]");
    let looking = "\n[checkpoint]\nfinal = true\nevery = 6\norder = true\n[probe]\nevery = 8\n";
    Lab::with(&format!("{text}{looking}"))
}

/// Distance between two changes that are tried.
fn stride(short: usize) -> usize {
    asked("BN_LAB_KILLS").map_or(short, |_| 1)
}

/// Runs the program and ends it before its change number `at`; `false` if it made fewer.
fn crash(lab: &Lab, arguments: &[&str], at: usize) -> bool {
    let mut command = lab.command(arguments);
    let command = command.env("BN_LAB_CRASH", at.to_string());
    let output = command.output().expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "at change {at}: {stderr}");
    let is_over = output.status.success();
    let is_crashed = output.status.signal().is_some();
    assert!(is_over || is_crashed, "at change {at}: {stderr}");
    is_crashed
}

/// The compared state: all files and folders by their names, and the bytes of those that are reproducible.
struct Left {
    listing: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Left {
    fn of(lab: &Lab, folder: &str) -> Self {
        Self { listing: lab.listing(folder), files: lab.reproducible_files(folder) }
    }
}

fn assert_left(what: &str, expected: &Left, lab: &Lab, folder: &str) {
    let left = Left::of(lab, folder);
    assert_eq!(expected.listing, left.listing, "{what}");
    assert_same_after(what, &expected.files, &left.files);
}

#[test]
fn a_run_that_crashes_before_any_change_is_completed_by_the_next_to_the_same_bytes() {
    let undisturbed = lab();
    undisturbed.run(&["--jobs", "1"]);
    let expected = Left::of(&undisturbed, RESULTS);
    let arguments = ["run", "experiment.toml", "--jobs", "1"];
    let mut dice = Dice(3);
    let mut crashes = 0;
    let stride = stride(23);
    for at in (1 + dice.roll(stride as u64) as usize..).step_by(stride) {
        let lab = lab();
        if !crash(&lab, &arguments, at) {
            break;
        }
        crashes += 1;
        // The next run takes over, and may crash as well.
        crashes += usize::from(crash(&lab, &arguments, 1 + dice.roll(at as u64) as usize));
        let ran = lab.bn_lab(&arguments);
        assert_eq!(ran.code, Some(0), "at change {at}: {}", ran.stderr);
        assert_left(&format!("at change {at}"), &expected, &lab, RESULTS);
    }
    assert!(crashes > 0, "no build with debug assertions: nothing crashed");
    tell(&format!("{crashes} crashes of a run"));
}

#[test]
fn verbs_that_crash_before_any_change_leave_nothing_behind_once_they_are_repeated() {
    let lab = lab();
    lab.run(&["--quiet"]);
    let mut crashes = 0;
    for (arguments, folder) in [
        (&["report", RESULTS, "--output"][..], "paper"),
        (&["plot", RESULTS, "--output"], "figs"),
        (&["publish", RESULTS, "--into"], "compact"),
        (&["merge", RESULTS, "--quiet", "--into"], "whole"),
    ] {
        let command = |folder: &'static str| [arguments, &[folder]].concat();
        let ran = lab.bn_lab(&command("undisturbed"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let expected = Left::of(&lab, "undisturbed");
        for at in (1..).step_by(stride(11)) {
            if !crash(&lab, &command(folder), at) {
                break;
            }
            crashes += 1;
            let ran = lab.bn_lab(&command(folder));
            assert_eq!(ran.code, Some(0), "{folder} at {at}: {}", ran.stderr);
            assert_left(&format!("{folder} at change {at}"), &expected, &lab, folder);
            std::fs::remove_dir_all(lab.path(folder)).expect("our own folder");
        }
        std::fs::remove_dir_all(lab.path("undisturbed")).expect("our own folder");
    }
    assert!(crashes > 0, "no build with debug assertions: nothing crashed");
    tell(&format!("{crashes} crashes of verbs"));
}

#[test]
fn a_second_training_that_crashes_before_any_change_leaves_the_results_of_the_first() {
    let more =
        ["-o", "probe.every=4", "-o", "probe.evaluations=true", "-o", "checkpoint.order=true"];
    let arguments = [&["run", "experiment.toml", "--jobs", "1"][..], &more].concat();
    let first = || {
        let text = SMALL.replace("replicates = 2", "replicates = 1");
        let lab = Lab::with(&text.replace("[\"none\", \"before\", \"after\"]", "[\"before\"]"));
        lab.run(&["--jobs", "1", "-o", "probe.every=8"]);
        lab
    };
    let undisturbed = first();
    undisturbed.run(&[&["--jobs", "1"][..], &more].concat());
    let expected = Left::of(&undisturbed, RESULTS);
    let mut crashes = 0;
    for at in (1..).step_by(stride(2)) {
        let lab = first();
        if !crash(&lab, &arguments, at) {
            break;
        }
        crashes += 1;
        let ran = lab.bn_lab(&["compare", RESULTS]);
        assert_eq!(ran.code, Some(0), "at change {at}: {}", ran.stderr);
        let ran = lab.bn_lab(&arguments);
        assert_eq!(ran.code, Some(0), "at change {at}: {}", ran.stderr);
        assert!(!ran.stderr.contains("damaged"), "at change {at}: {}", ran.stderr);
        assert!(!ran.stderr.contains("torn"), "at change {at}: {}", ran.stderr);
        assert_left(&format!("at change {at}"), &expected, &lab, RESULTS);
    }
    assert!(crashes > 0, "no build with debug assertions: nothing crashed");
    tell(&format!("{crashes} crashes of a second training"));
}
