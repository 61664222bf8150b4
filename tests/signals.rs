//! Requests to stop a run are handled at any time, and nothing that was trained is lost.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{Lab, SMALL, assert_same, slow};

const PATIENCE: Duration = Duration::from_mins(1);

/// One trial of some seconds.
fn long_lab() -> Lab {
    let long =
        slow().replace("epochs = 2", "epochs = 400").replace("replicates = 2", "replicates = 1");
    Lab::with(&long)
}

/// The program in `lab`, started by a shell that runs `before` first.
fn by_shell(lab: &Lab, before: &str, arguments: &[&str]) -> Command {
    let program = lab.command(&[]).get_program().to_owned();
    let mut command = Command::new("sh");
    command
        .current_dir(lab.path(""))
        .args(["-c", &format!("{before}; exec \"$0\" \"$@\"")])
        .arg(program)
        .args(arguments)
        .env("XDG_CACHE_HOME", lab.path("cache"))
        .env_remove("BN_LAB_DATA")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(status.expect("`kill` exists").success());
}

/// The exit code, which must come soon.
fn ends(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            return status.code();
        }
        if Instant::now() > deadline {
            child.kill().expect("a child of ours");
            panic!("it did not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the child has printed a line that contains `what`.
fn said(child: &mut Child, what: &str) {
    let stderr = child.stderr.take().expect("piped");
    let mut lines = BufReader::new(stderr).lines();
    let heard = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(what)));
    assert!(heard.is_some(), "it never said {what:?}");
    // Writing to a closed pipe would be an error, so the rest is read and discarded.
    std::thread::spawn(move || lines.for_each(drop));
}

/// Whether some trial has written a row of its steps.
fn is_training(lab: &Lab) -> bool {
    let below = |name: &str| lab.files("results/small").keys().any(|path| path.contains(name));
    lab.path("results/small").exists() && below("steps.csv")
}

fn training(lab: &Lab, child: &mut Child) {
    let deadline = Instant::now() + PATIENCE;
    while !is_training(lab) {
        let ended = child.try_wait().expect("a child of ours");
        assert!(ended.is_none() && Instant::now() < deadline, "{ended:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether this test itself ignores hang-ups, as under `nohup`: then its children do so, too.
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & 1 != 0)
}

#[test]
fn every_signal_that_stops_a_run_keeps_the_state_of_its_trial() {
    for name in ["-HUP", "-USR1", "-XCPU"] {
        if name == "-HUP" && ignores_hangups() {
            continue;
        }
        let lab = long_lab();
        let mut child = by_shell(&lab, ":", &["run", "experiment.toml", "--jobs", "1"])
            .spawn()
            .expect("a shell");
        said(&mut child, "trials to train");
        training(&lab, &mut child);
        signal(&child, name);
        if name == "-XCPU" {
            // The system repeats it.
            signal(&child, name);
        }
        assert_eq!(ends(&mut child), Some(130), "{name}");
        let files = lab.files("results/small");
        let is_kept = files.keys().any(|path| path.ends_with("state.safetensors"));
        let is_finished = files.keys().any(|path| path.ends_with("trial.json"));
        assert!(is_kept || is_finished, "{name}: {:?}", files.keys());
    }
}

#[test]
fn a_signal_that_the_run_was_started_to_ignore_does_not_stop_it() {
    for name in ["HUP", "INT", "TERM", "USR1"] {
        let lab = Lab::with(&slow().replace("epochs = 2", "epochs = 60"));
        let ignoring = format!("trap '' {name}");
        let mut child =
            by_shell(&lab, &ignoring, &["run", "experiment.toml"]).spawn().expect("a shell");
        said(&mut child, "trials to train");
        training(&lab, &mut child);
        signal(&child, &format!("-{name}"));
        assert_eq!(ends(&mut child), Some(0), "{name}");
    }
}

#[test]
fn a_waiting_run_prints_what_it_waits_for_and_ends_at_the_first_signal() {
    let lab = Lab::with(SMALL);
    std::fs::create_dir_all(lab.path("results/small")).expect("a folder");
    for held in [".lock", ".lock-charts"] {
        let file = std::fs::File::create(lab.path(&format!("results/small/{held}")));
        let file = file.expect("a file");
        file.lock().expect("a lock");
        let mut child = by_shell(&lab, ":", &["run", "experiment.toml"]).spawn().expect("a shell");
        said(&mut child, &format!("waiting for another run that holds `results/small/{held}`"));
        signal(&child, "-INT");
        assert_eq!(ends(&mut child), Some(130), "{held}");
    }
    // Before the training nothing is printed; after it, its result is printed.
    let file = std::fs::File::create(lab.path("results/small/.lock-charts")).expect("a file");
    file.lock().expect("a lock");
    let mut child = by_shell(&lab, ":", &["run", "experiment.toml"]).spawn().expect("a shell");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let mut says = |what: &str| lines.any(|line| line.is_ok_and(|line| line.contains(what)));
    assert!(says("waiting for another run that holds"));
    signal(&child, "-INT");
    assert!(says("interrupted while the charts were drawn; all trials are recorded"));
    assert_eq!(ends(&mut child), Some(130));
    drop(file);
    lab.run(&[]);
}

#[test]
fn a_run_that_waits_for_a_lock_while_it_trains_ends_after_a_signal_and_goes_on_later() {
    let undisturbed = long_lab();
    undisturbed.run(&["--jobs", "1"]);
    let lab = long_lab();
    let mut child =
        by_shell(&lab, ":", &["run", "experiment.toml", "--jobs", "1"]).spawn().expect("a shell");
    training(&lab, &mut child);
    let file = std::fs::File::open(lab.path("results/small/.lock")).expect("a lock");
    file.lock().expect("a lock");
    said(&mut child, "a second Ctrl-C at once");
    signal(&child, "-INT");
    assert_eq!(ends(&mut child), Some(130));
    drop(file);
    let path = "results/small";
    lab.run(&["--jobs", "1"]);
    assert_same(&undisturbed.reproducible_files(path), &lab.reproducible_files(path));
}

#[test]
fn a_run_that_makes_a_large_dataset_ends_at_the_first_signal() {
    let large = SMALL.replace("train_examples = 330", "train_examples = 1000000");
    assert_ne!(large, SMALL);
    let lab = Lab::with(&large);
    for name in ["-INT", "-TERM"] {
        let mut child = by_shell(&lab, ":", &["run", "experiment.toml"]).spawn().expect("a shell");
        std::thread::sleep(Duration::from_millis(300));
        signal(&child, name);
        let code = ends(&mut child);
        // A signal before the program handles it ends the process as well.
        assert!(code.is_none_or(|code| code == 130), "{code:?}");
        assert!(!lab.path("results/small/trials.csv").exists());
    }
}

#[test]
fn a_file_that_may_not_grow_longer_is_an_error_like_a_full_disk() {
    let undisturbed = long_lab();
    undisturbed.run(&[]);
    let lab = long_lab();
    // In blocks of 512 bytes.
    let limited =
        by_shell(&lab, "ulimit -f 16", &["run", "experiment.toml"]).output().expect("a shell");
    let stderr = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("`ulimit -f`"), "{stderr}");
    lab.run(&[]);
    assert_same(
        &undisturbed.reproducible_files("results/small"),
        &lab.reproducible_files("results/small"),
    );
}
