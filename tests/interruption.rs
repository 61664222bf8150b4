//! A run that is stopped or killed loses nothing that it has finished.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::harness::{Lab, SMALL, assert_same, rows, slow};

/// Long enough to be interrupted: some seconds of training.
fn long_lab() -> Lab {
    Lab::with(
        &slow().replace("epochs = 2", "epochs = 120").replace("replicates = 2", "replicates = 3"),
    )
}

/// Starts a run and waits until one trial is recorded.
fn started(lab: &Lab) -> Child {
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    while finished(lab) == 0 {
        let ended = child.try_wait().expect("a child of ours");
        assert!(ended.is_none(), "it ended before it was interrupted: {ended:?}");
        assert!(Instant::now() < deadline, "no trial was finished in a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn finished(lab: &Lab) -> usize {
    let Ok(folders) = std::fs::read_dir(lab.path("results/small/trials")) else {
        return 0;
    };
    folders
        .filter_map(Result::ok)
        .filter(|folder| folder.path().join("trial.json").is_file())
        .count()
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("`kill` exists").success());
}

#[cfg(unix)]
#[test]
fn a_forced_run_that_is_interrupted_prints_how_to_continue() {
    let lab = long_lab();
    let mut command = lab.command(&["run", "experiment.toml", "--jobs", "1", "--force"]);
    let child = command.stderr(std::process::Stdio::piped()).spawn().expect("the program starts");
    let deadline = Instant::now() + Duration::from_mins(1);
    while finished(&lab) == 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-INT");
    let ended = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{stderr}");
    let says = "run experiment.toml --jobs 1` (without `--force`, which would begin all anew) completes the rest";
    assert!(stderr.contains(says), "{stderr}");
    let trained = lab.run(&[]).stderr;
    assert!(!trained.contains("9 trials to train"), "{trained}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_how_to_go_on_and_prints_no_table() {
    let lab = long_lab();
    let mut command = lab.command(&["run", "experiment.toml", "--jobs", "1", "--report"]);
    let piped = || std::process::Stdio::piped();
    let child = command.stdout(piped()).stderr(piped()).spawn().expect("the program starts");
    let deadline = Instant::now() + Duration::from_mins(1);
    while finished(&lab) == 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-INT");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "");
    assert!(!lab.path("results/small/report.html").exists(), "the report would be on a part");
    let stderr = String::from_utf8_lossy(&ended.stderr);
    let said = stderr.find("interrupted: ").expect("it says so");
    let said = &stderr[said..];
    assert!(said.contains(" of 9 trials are finished and recorded in `results/small`"), "{said}");
    assert!(said.contains("run experiment.toml --jobs 1 --report` completes the rest"), "{said}");
    assert!(!stderr.contains("error:"), "{stderr}");
    assert!(stderr.contains("stopping after the current steps"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_signal_lets_the_step_end_marks_the_trial_and_exits_with_130() {
    let undisturbed = long_lab();
    undisturbed.run(&[]);
    for name in ["-INT", "-TERM"] {
        let lab = long_lab();
        let mut child = started(&lab);
        signal(&child, name);
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{name}");
        let outcomes: Vec<String> = rows(&lab.text("results/small/trials.csv"))
            .into_iter()
            .map(|trial| trial["outcome"].clone())
            .collect();
        let count = |outcome: &str| outcomes.iter().filter(|o| *o == outcome).count();
        // None is interrupted if the signal comes between two trials.
        assert!(count("interrupted") <= 1, "{outcomes:?}");
        assert!(!lab.path("results/small/.runs").exists(), "no claim is left");
        assert!(count("pending") >= 1 && count("completed") >= 1, "{outcomes:?}");
        lab.run(&[]);
        assert_same(
            &undisturbed.reproducible_files("results/small"),
            &lab.reproducible_files("results/small"),
        );
    }
}

#[cfg(unix)]
#[test]
fn stopping_a_second_training_of_finished_trials_keeps_their_results() {
    let lab = Lab::with(&slow().replace("epochs = 2", "epochs = 60"));
    lab.run(&[]);
    let before = lab.reproducible_files("results/small");
    let mut child = lab.start(&[
        "run",
        "experiment.toml",
        "--jobs",
        "1",
        "-o",
        "probe={every = 1, landscape = true, covariate_shift = true}",
    ]);
    let deadline = Instant::now() + Duration::from_mins(1);
    let looking = || {
        let trials = std::fs::read_dir(lab.path("results/small/trials")).expect("a folder");
        let mut trials = trials.filter_map(Result::ok);
        trials.any(|trial| {
            let folders = std::fs::read_dir(trial.path()).expect("a folder");
            let mut folders = folders.filter_map(Result::ok).map(|folder| folder.path());
            folders.any(|folder| folder.is_dir() && folder.join("layers.csv").is_file())
        })
    };
    while !looking() {
        assert!(Instant::now() < deadline, "nothing was looked at");
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-INT");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let mut after = lab.reproducible_files("results/small");
    // The experiment requests more now; nothing else may have changed.
    let mut before = before;
    before.remove("experiment.toml");
    after.retain(|name, _| before.contains_key(name));
    assert_same(&before, &after);
}

#[test]
fn a_killed_run_is_completed_by_the_next_to_the_same_bytes() {
    let undisturbed = long_lab();
    undisturbed.run(&[]);
    let lab = long_lab();
    let mut child = started(&lab);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let again = lab.run(&[]);
    assert!(!again.stderr.contains(", 0 finished before"), "{}", again.stderr);
    assert_eq!(
        undisturbed.reproducible_files("results/small"),
        lab.reproducible_files("results/small")
    );
}

#[test]
fn two_runs_into_one_folder_share_the_trials_and_none_is_done_twice() {
    let undisturbed = long_lab();
    undisturbed.run(&[]);
    let lab = long_lab();
    let mut child = started(&lab);
    let other = lab.run(&["--jobs", "1"]);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    // The run that ended last has written complete tables and charts.
    assert_same(
        &undisturbed.reproducible_files("results/small"),
        &lab.reproducible_files("results/small"),
    );
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.text("results/small/manifest.json")).expect("JSON");
    let trained = |run: usize| manifest["runs"][run]["trained"].as_u64().expect("a number");
    assert!(trained(0) > 0 && trained(1) > 0, "{}", other.stderr);
    assert_eq!(trained(0) + trained(1), 9, "each trial once");
}

#[test]
fn another_experiment_is_not_run_into_a_folder_where_one_is_running() {
    let lab = long_lab();
    let mut child = started(&lab);
    lab.bn_lab(&["run", "experiment.toml", "-o", "train.epochs=1"])
        .refused(1, &["a run of another experiment is writing to", "results/small"]);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    lab.run(&["-o", "train.epochs=1"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_with_probes_and_checkpoints_is_completed_to_the_same_bytes() {
    let looking = || {
        let text = "[checkpoint]\ninitial = true\nfinal = true\nevery = 50\n[probe]\nevery = 50\n";
        let small =
            slow().replace("epochs = 2", "epochs = 60").replace("replicates = 2", "replicates = 1");
        Lab::with(&format!("{small}{text}"))
    };
    let undisturbed = looking();
    undisturbed.run(&[]);
    let lab = looking();
    let mut child = started(&lab);
    signal(&child, "-INT");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    lab.run(&[]);
    assert_same(
        &undisturbed.reproducible_files("results/small"),
        &lab.reproducible_files("results/small"),
    );
}

#[test]
fn checkpoints_that_cannot_be_written_end_the_run_and_what_is_finished_is_kept() {
    let asked = "\n[checkpoint]\nfinal = true\n";
    let lab = Lab::with(&format!("{SMALL}{asked}"));
    lab.run(&["--jobs", "1"]);
    let whole = lab.reproducible_files("results/small");
    let last = rows(&lab.text("results/small/trials.csv")).pop().expect("six trials");
    // A file has the path of the last trial's folder of checkpoints.
    let folder = format!("results/small/trials/{}", last["trial"]);
    std::fs::remove_dir_all(lab.path(&folder)).expect("our own folder");
    lab.write(&format!("{folder}/checkpoints"), b"in the way");
    lab.bn_lab(&["run", "experiment.toml"]).refused(1, &[&format!("{folder}/checkpoints")]);
    assert_eq!(finished(&lab), 5);
    std::fs::remove_dir_all(lab.path(&folder)).expect("our own folder");
    lab.run(&[]);
    assert_same(&whole, &lab.reproducible_files("results/small"));
}
