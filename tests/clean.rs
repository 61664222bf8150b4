//! `clean`: trials of earlier experiments and files of killed runs.

use crate::harness::{Lab, SMALL, assert_same};

fn trials(lab: &Lab) -> usize {
    let trials = std::fs::read_dir(lab.path("results/small/trials")).expect("a folder");
    trials.count()
}

#[test]
fn trials_of_an_earlier_experiment_are_listed_and_removed_only_on_request() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let clean = |arguments: &[&str]| lab.bn_lab(&[&["clean"], arguments].concat());
    let nothing = clean(&["experiment.toml"]);
    assert_eq!(nothing.stdout, "nothing to clean in results/small\n");
    lab.run(&["--quiet", "-o", "train.epochs=1", "-o", "replicates=1"]);
    let before = lab.files("results/small");
    let edited = ["experiment.toml", "-o", "train.epochs=1", "-o", "replicates=1"];
    let listed = clean(&edited);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    for text in [
        "`train.epochs` was 2, is 1\n",
        "`replicates` was 2 or more, is 1\n",
        "6 stale trials: ",
        "the same command with `--stale --remove` deletes them\n",
    ] {
        assert!(listed.stdout.contains(text), "{text}:\n{}", listed.stdout);
    }
    // The folder contains its own experiment.
    let of_folder = clean(&["results/small"]);
    assert_eq!(of_folder.stdout, listed.stdout);
    assert_same(&before, &lab.files("results/small"));
    clean(&["results/small", "--remove"]).refused(2, &["--stale", "--debris"]);
    assert_same(&before, &lab.files("results/small"));
    let removed = clean(&[&edited[..], &["--stale", "--remove"]].concat());
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert!(removed.stdout.contains("removed 6 stale trials: "), "{}", removed.stdout);
    assert_eq!(trials(&lab), 3);
    let plan =
        lab.bn_lab(&["plan", "experiment.toml", "-o", "train.epochs=1", "-o", "replicates=1"]);
    assert!(plan.stdout.contains(": 3 completed\n"), "{}", plan.stdout);
}

#[test]
fn partial_files_of_killed_runs_are_distinguished_from_results() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let id = lab.text("results/small/trials.csv").lines().nth(1).expect("a trial")[..16].to_owned();
    let before = lab.files("results/small");
    lab.write("results/small/.partial-xyz123", b"half of a table");
    lab.write(&format!("results/small/trials/{id}/again/epochs.csv"), b"epoch");
    lab.write("results/small/trials/0123456789abcdef/steps.csv", b"step");
    // A file that bn-lab did not write.
    lab.write("results/small/trials/notes/why.txt", b"mine");
    let listed = lab.bn_lab(&["clean", "results/small"]);
    for text in [
        ".partial-xyz123",
        &format!("trials/{id}/again"),
        "it never ended",
        "1 stale trial and 2 leftovers: ",
    ] {
        assert!(listed.stdout.contains(text), "{text}:\n{}", listed.stdout);
    }
    let removed = lab.bn_lab(&["clean", "results/small", "--stale", "--debris", "--remove"]);
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    let mut after = lab.files("results/small");
    assert!(after.remove("trials/notes/why.txt").is_some());
    assert_same(&before, &after);
}

#[test]
fn a_folder_without_an_experiment_is_refused() {
    let lab = Lab::with(SMALL);
    lab.write("elsewhere/trials/0123456789abcdef/trial.json", b"{}");
    lab.bn_lab(&["clean", "elsewhere", "--stale", "--remove"])
        .refused(1, &["`elsewhere` is not a results folder", "hint:"]);
    assert!(lab.path("elsewhere/trials/0123456789abcdef/trial.json").is_file());
}

#[cfg(unix)]
#[test]
fn a_link_or_a_pipe_as_the_experiment_is_named() {
    let lab = Lab::with(SMALL);
    lab.write("linked/manifest.json", b"");
    lab.write("piped/manifest.json", b"");
    std::os::unix::fs::symlink(lab.path("experiment.toml"), lab.path("linked/experiment.toml"))
        .expect("a link");
    let made = std::process::Command::new("mkfifo").arg(lab.path("piped/experiment.toml")).status();
    assert!(made.expect("`mkfifo` exists").success());
    for (folder, what) in [("linked", "is a link"), ("piped", "it is a pipe")] {
        let named = format!("{folder}/experiment.toml");
        lab.bn_lab(&["clean", folder]).refused(1, &[&named, what, "hint: "]);
    }
}
