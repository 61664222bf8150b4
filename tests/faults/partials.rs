//! Partial files of killed processes, in all folders.

#![cfg(unix)]

use super::{RESULTS, lab};
use crate::harness::{Lab, SMALL};

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
    for folder in
        [RESULTS.to_owned(), format!("{RESULTS}/charts"), format!("{trial}/checkpoints"), trial]
    {
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
        (&["plot", "results/small"][..], &["results/small", "results/small/charts"][..]),
        (&["plot", "results/small", "--output", "figs"], &["figs"]),
        (&["report", "results/small"], &["results/small", "results/small/charts"]),
        (&["report", "results/small", "--output", "paper"], &["paper", "paper/charts"]),
        (&["report", "--splice", "docs/page.md"], &["docs"]),
        (&["merge", "results/small", "--into", "whole"], &["whole", "whole/charts"]),
        (&["publish", "results/small", "--into", "compact"], &["compact"]),
        (&["submit", "experiment.toml", "--engine", "slurm"], &["results/small.slurm"]),
        (&["submit", "experiment.toml", "--engine", "kubernetes"], &["results/small.kubernetes"]),
        // Without a network nothing is downloaded, but files of a killed download are removed.
        (&["data", "fetch", "mnist", "--data-dir", "data"], &["data/mnist"]),
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
