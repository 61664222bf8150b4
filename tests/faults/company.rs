//! Several runs of one experiment into one folder, started at the same moment.

use std::process::Stdio;

use super::{RESULTS, lab};
use crate::harness::{Ran, assert_same};

#[test]
fn three_runs_at_once_do_every_trial_once_and_leave_the_bytes_of_one() {
    let undisturbed = lab(10);
    undisturbed.run(&[]);
    let lab = lab(10);
    let start = |jobs: &str| {
        lab.command(&["run", "experiment.toml", "--jobs", jobs])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    };
    let children = [start("1"), start("2"), start("1")];
    for child in children {
        let ran = Ran::from(child.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    assert_same(
        &undisturbed.reproducible_files(RESULTS),
        &lab.reproducible_files(RESULTS),
    );
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.text(&format!("{RESULTS}/manifest.json"))).expect("JSON");
    let runs = manifest["runs"].as_array().expect("a list");
    let trained = runs.iter().filter_map(|run| run["trained"].as_u64());
    assert_eq!((runs.len(), trained.sum::<u64>()), (3, 6));
}
