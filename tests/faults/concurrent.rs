//! Several runs of one experiment into one folder, started at the same moment.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{RESULTS, lab};
use crate::harness::{Lab, Ran, SMALL, assert_same, rows, runs_and_trained};

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
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
    assert_eq!(runs_and_trained(&lab), (3, 6));
}

#[test]
fn runs_that_share_second_trainings_end_with_what_these_left_in_the_tables() {
    let text = SMALL.replace("[model]\n", "[norm]\nevaluation = \"batch\"\n[model]\n");
    let lab = Lab::with(&text.replace("epochs = 2", "epochs = 20"));
    lab.run(&[]);
    let start =
        || lab.start(&["run", "experiment.toml", "--jobs", "1", "-o", "probe.evaluations=true"]);
    for mut child in [start(), start()] {
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
    assert_eq!(runs_and_trained(&lab), (3, 12));
    for row in rows(&lab.text("results/small/trials.csv")) {
        assert!(!row["precise_test_accuracy"].is_empty(), "{row:?}");
    }
}

#[test]
fn runs_that_share_what_an_interruption_left_end_with_whole_tables() {
    let undisturbed = lab(10);
    undisturbed.run(&[]);
    let lab = lab(10);
    lab.run(&["--jobs", "1"]);
    // As a graceful stop leaves them: the records of two trials have the outcome `interrupted`.
    let records = super::finished(&lab);
    for name in records.keys().take(2) {
        let path = format!("{RESULTS}/{name}");
        let text = lab.text(&path).replace("\"completed\"", "\"interrupted\"");
        lab.write(&path, text.as_bytes());
    }
    for part in ["1/2", "2/2", "1/2"] {
        lab.run(&["--shard", part]);
        let id_of = |name: &String| name.split('/').nth(1).map(str::to_owned);
        let trials = rows(&lab.text(&format!("{RESULTS}/trials.csv")));
        for (name, record) in super::finished(&lab) {
            let row = trials.iter().find(|row| Some(&row["trial"]) == id_of(&name).as_ref());
            assert_eq!(row.expect("in the plan")["outcome"], "completed", "{record:?}");
        }
    }
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
}

#[test]
fn a_concurrent_run_on_other_data_is_refused_though_nothing_is_finished_yet() {
    let table = |rows: usize| {
        let row = |i: usize| format!("{},{},{}\n", i % 7, (i * i) % 5, i % 2);
        "a,b,label\n".to_owned() + &(0..rows).map(row).collect::<String>()
    };
    let lab = Lab::with(
        "name = \"small\"\n[data]\ndataset = \"csv\"\nfile = \"x.csv\"\n[train]\nepochs = 3000\n",
    );
    lab.write("x.csv", table(200).as_bytes());
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    while !lab.path(RESULTS).join("trials").is_dir() {
        assert!(Instant::now() < deadline, "it does not train");
        std::thread::sleep(Duration::from_millis(5));
    }
    lab.write("x.csv", table(210).as_bytes());
    lab.bn_lab(&["run", "experiment.toml"])
        .refused(1, &["a run of another experiment is writing to `results/small`", "output.dir"]);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
}
