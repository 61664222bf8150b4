//! Half-written files of killed processes, wherever they lie.

#![cfg(unix)]

use std::process::Stdio;
use std::time::Instant;

use super::{Dice, RESULTS, asked, lab};
use crate::harness::{Lab, SMALL, assert_same, tell};

/// As an earlier version, and a killed process of this one, leaves it.
fn leave_partial(lab: &Lab, folder: &str) {
    lab.write(&format!("{folder}/.partial-aBc123"), b"half a fi");
}

#[test]
fn a_run_clears_partial_files_away_wherever_they_are_in_its_folder() {
    let lab = lab(2);
    lab.run(&[]);
    let whole = lab.listing(RESULTS);
    let trial = whole.iter().find(|name| name.ends_with("trial.json"));
    let trial = trial.and_then(|name| name.strip_suffix("/trial.json"));
    let trial = format!("{RESULTS}/{}", trial.expect("a trial"));
    for folder in [
        RESULTS.to_owned(),
        format!("{RESULTS}/charts"),
        format!("{trial}/checkpoints"),
        trial,
    ] {
        leave_partial(&lab, &folder);
    }
    lab.run(&[]);
    assert_eq!(whole, lab.listing(RESULTS));
}

#[test]
fn every_verb_clears_the_folder_that_it_writes_into() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let page = b"<!-- bn-lab: conditions ../results/small -->\nold\n<!-- bn-lab: end -->\n";
    for (command, folders) in [
        (
            &["plot", "results/small"][..],
            &["results/small", "results/small/charts"][..],
        ),
        (&["plot", "results/small", "--output", "figs"], &["figs"]),
        (
            &["report", "results/small"],
            &["results/small", "results/small/charts"],
        ),
        (
            &["report", "results/small", "--output", "paper"],
            &["paper", "paper/charts"],
        ),
        (&["report", "--splice", "docs/page.md"], &["docs"]),
        (
            &["merge", "results/small", "--into", "whole"],
            &["whole", "whole/charts"],
        ),
        (
            &["publish", "results/small", "--into", "compact"],
            &["compact"],
        ),
        (
            &["submit", "experiment.toml", "--engine", "slurm"],
            &["results/small.slurm"],
        ),
        (
            &["submit", "experiment.toml", "--engine", "kubernetes"],
            &["results/small.kubernetes"],
        ),
        // There is no network, and what a killed download left goes all the same.
        (
            &["data", "fetch", "mnist", "--data-dir", "data"],
            &["data/mnist"],
        ),
    ] {
        lab.write("docs/page.md", page);
        lab.bn_lab(command);
        for folder in folders {
            leave_partial(&lab, folder);
        }
        lab.write("docs/page.md", page);
        lab.bn_lab(command);
        for folder in folders {
            let left = lab.listing(folder);
            let is_partial = |name: &String| name.contains(".partial-");
            assert!(!left.iter().any(is_partial), "{command:?}: {left:?}");
        }
    }
}

#[test]
fn verbs_that_are_killed_leave_nothing_behind_once_they_are_repeated() {
    let lab = lab(2);
    lab.run(&["--quiet"]);
    let mut dice = Dice(7);
    // A few in the short form.
    let kills = asked("BN_LAB_KILLS").map_or(3, |kills| kills / 2);
    let mut killed = 0;
    for (arguments, folder) in [
        (&["report", RESULTS, "--output"][..], "paper"),
        (&["plot", RESULTS, "--output"], "figs"),
        (&["publish", RESULTS, "--into"], "compact"),
        (&["merge", RESULTS, "--quiet", "--into"], "whole"),
    ] {
        let command = |folder: &'static str| [arguments, &[folder]].concat();
        let started = Instant::now();
        let ran = lab.bn_lab(&command("undisturbed"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let whole = started.elapsed();
        let expected = (lab.listing("undisturbed"), lab.files("undisturbed"));
        for _ in 0..kills {
            let mut child = lab
                .command(&command(folder))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts");
            std::thread::sleep(whole * dice.roll(1000) as u32 / 1000);
            child.kill().expect("a child of ours");
            killed += usize::from(!child.wait().expect("it ends").success());
        }
        let ran = lab.bn_lab(&command(folder));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(expected.0, lab.listing(folder), "{folder}");
        let mut files = [expected.1, lab.files(folder)];
        for files in &mut files {
            files.remove("manifest.json");
        }
        assert_same(&files[0], &files[1]);
        std::fs::remove_dir_all(lab.path("undisturbed")).expect("our own folder");
    }
    tell(&format!("{killed} verbs killed"));
}
