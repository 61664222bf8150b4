//! Commands write beside other files, and never over them.

use std::collections::BTreeMap;

use crate::harness::{Lab, SMALL, assert_same};

fn trained() -> Lab {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab
}

#[test]
fn no_command_writes_results_into_a_folder_of_other_files() {
    let lab = trained();
    lab.write("mine/trials.csv", b"mine");
    lab.write("mine/charts/overview.svg", b"mine");
    lab.write("mine/trials/0123456789abcdef/notes.md", b"mine");
    let before = lab.files("mine");
    let with = |verb: &[&'static str], rest: &[&'static str]| [verb, rest].concat();
    let output = ["-o", "output.dir=mine"];
    let run = with(&["run", "experiment.toml"], &output);
    let submit = with(&["submit", "experiment.toml", "--engine", "slurm"], &output);
    let clean = with(&["clean", "experiment.toml", "--stale", "--remove"], &output);
    for (command, option) in [
        (run, "-o output.dir=DIR"),
        (submit, "-o output.dir=DIR"),
        (clean, "-o output.dir=DIR"),
        (vec!["merge", "results/small", "--into", "mine"], "--into DIR"),
        (vec!["publish", "results/small", "--into", "mine"], "--into DIR"),
    ] {
        let says = ["`mine` is not empty", "it holds `charts`", option];
        lab.bn_lab(&command).refused(1, &says);
        assert_same(&before, &lab.files("mine"));
    }
    assert!(!lab.path("mine.slurm").exists());
}

#[test]
fn a_folder_that_a_killed_run_left_at_its_start_is_gone_on_with() {
    let lab = Lab::with(SMALL);
    std::fs::create_dir_all(lab.path("results/small/.runs")).expect("a folder");
    for name in [".lock", ".lock-charts", ".runs/elsewhere-1-1", ".partial-abc123"] {
        lab.write(&format!("results/small/{name}"), b"");
    }
    lab.run(&["--quiet"]);
    std::fs::create_dir(lab.path("empty")).expect("a folder");
    lab.run(&["--quiet", "-o", "output.dir=empty"]);
    // Without its experiment, the manifest identifies it as one of bn-lab's.
    std::fs::remove_file(lab.path("empty/experiment.toml")).expect("a file");
    lab.run(&["--quiet", "-o", "output.dir=empty"]);
}

#[test]
fn an_experiment_of_the_users_own_is_neither_replaced_nor_the_mark_of_results() {
    let lab = trained();
    lab.write("mine/trials.csv", b"mine");
    lab.write("mine/experiment.toml", SMALL.as_bytes());
    lab.write("web/manifest.json", b"{\"name\": \"a page\"}");
    let before = [lab.files("mine"), lab.files("web")];
    for (command, option) in [
        (&["run", "mine/experiment.toml", "-o", "output.dir=mine"][..], "-o output.dir=DIR"),
        (&["run", "experiment.toml", "-o", "output.dir=."], "-o output.dir=DIR"),
        (&["run", "experiment.toml", "-o", "output.dir=web"], "-o output.dir=DIR"),
        (&["merge", "results/small", "--into", "mine"], "--into DIR"),
    ] {
        lab.bn_lab(command).refused(1, &["was not written by bn-lab", option]);
        assert_eq!([lab.files("mine"), lab.files("web")], before);
        assert_eq!(lab.text("experiment.toml"), SMALL);
    }
}

#[test]
fn a_table_that_bn_lab_did_not_write_is_refused_before_anything_is_trained_or_copied() {
    let lab = trained();
    lab.bn_lab(&["publish", "results/small", "--into", "copy"]);
    lab.bn_lab(&["merge", "results/small", "--into", "merged"]);
    let run = ["run", "experiment.toml", "-o", "replicates=3"];
    let merge = ["merge", "results/small", "--into", "merged"];
    let publish = ["publish", "results/small", "--into", "copy"];
    for (command, folder, names) in [
        (&merge[..], "merged", &["trials.csv", "tuned.csv"][..]),
        (&publish, "copy", &["trials.csv", "epochs.csv", "layers.csv", "manifest.json"]),
        (&run, "results/small", &["trials.csv", "summary.csv", "manifest.json"]),
    ] {
        for name in names {
            let path = format!("{folder}/{name}");
            let ours = std::fs::read(lab.path(&path)).ok();
            lab.write(&path, b"mine");
            let before = lab.files(folder);
            lab.bn_lab(command).refused(1, &[name, "was not written by bn-lab"]);
            assert_same(&before, &lab.files(folder));
            match ours {
                Some(bytes) => lab.write(&path, &bytes),
                None => std::fs::remove_file(lab.path(&path)).expect("a file"),
            }
        }
        let ran = lab.bn_lab(command);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

/// The folder of some trial.
fn a_trial(lab: &Lab, folder: &str) -> String {
    let table = lab.text(&format!("{folder}/trials.csv"));
    let id = &table.lines().nth(1).expect("a trial")[..16];
    format!("{folder}/trials/{id}")
}

#[test]
fn other_files_in_the_folder_of_a_trial_are_kept() {
    let lab = trained();
    let trial = a_trial(&lab, "results/small");
    let notes =
        ["notes.md", "checkpoints/mine.txt", "again/mine.txt", "again/checkpoints/mine.txt"];
    let write_notes = |trial: &str| {
        for name in notes {
            lab.write(&format!("{trial}/{name}"), b"mine");
        }
    };
    let has_notes = |trial: &str| {
        for name in notes {
            assert_eq!(lab.text(&format!("{trial}/{name}")), "mine");
        }
    };
    write_notes(&trial);
    lab.write(&format!("{trial}/again/epochs.csv"), b"epoch\n");
    lab.write(&format!("{trial}/checkpoints/step-7.safetensors"), b"");
    lab.run(&["--quiet", "--force", "-o", "checkpoint.final=true"]);
    has_notes(&trial);
    assert!(!lab.path(&format!("{trial}/again/epochs.csv")).exists());
    assert!(!lab.path(&format!("{trial}/checkpoints/step-7.safetensors")).exists());
    assert!(lab.path(&format!("{trial}/checkpoints/final.safetensors")).exists());
    // A merge copies beside them.
    let merged = trial.replace("results/small", "merged");
    std::fs::create_dir_all(lab.path("merged")).expect("a folder");
    let experiment = lab.text("results/small/experiment.toml");
    lab.write("merged/experiment.toml", experiment.as_bytes());
    write_notes(&merged);
    lab.write(&format!("{merged}/steps.csv"), b"step\n");
    lab.write(&format!("{trial}/notes.md"), b"of the source");
    let ran = lab.bn_lab(&["merge", "results/small", "--into", "merged"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    has_notes(&merged);
    assert_eq!(lab.text(&format!("{merged}/steps.csv")), lab.text(&format!("{trial}/steps.csv")));
    // So does clean.
    lab.write("merged/trials/0123456789abcdef/thesis.tex", b"mine");
    let edited = ["-o", "output.dir=merged", "-o", "train.epochs=1"];
    lab.run(&[&["--quiet"][..], &edited].concat());
    let clean = [&["clean", "merged", "--stale"][..], &["--remove"]].concat();
    let ran = lab.bn_lab(&clean);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("removed 6 stale trials"), "{}", ran.stdout);
    for name in ["notes.md", "checkpoints/mine.txt"] {
        let says = format!("stays, since bn-lab did not write it: {merged}/{name}\n");
        assert!(ran.stdout.contains(&says), "{says}: {}", ran.stdout);
    }
    has_notes(&merged);
    assert_eq!(lab.files(&merged).len(), notes.len());
    assert_eq!(lab.text("merged/trials/0123456789abcdef/thesis.tex"), "mine");
    let again = lab.bn_lab(&["clean", "merged"]);
    assert_eq!(again.stdout, "nothing to clean in merged\n");
}

#[cfg(unix)]
#[test]
fn conflicting_files_in_the_folder_of_a_trial_are_named_before_anything_is_deleted() {
    let lab = trained();
    let trial = a_trial(&lab, "results/small");
    lab.write("elsewhere.csv", b"mine");
    std::fs::remove_file(lab.path(&format!("{trial}/steps.csv"))).expect("a file");
    std::os::unix::fs::symlink(lab.path("elsewhere.csv"), lab.path(&format!("{trial}/steps.csv")))
        .expect("a link");
    let before = lab.files("results/small");
    let run = ["run", "experiment.toml", "--force"];
    lab.bn_lab(&run).refused(1, &["steps.csv", "stands in the way", "hint: "]);
    assert_same(&before, &lab.files("results/small"));
}

#[test]
fn a_folder_whose_trials_are_gone_is_not_published_and_not_judged() {
    let lab = trained();
    let publish = ["publish", "results/small", "--into", "copy"];
    let good = written(&lab, &publish, "copy");
    assert!(!good.contains_key(".lock"), "{:?}", good.keys());
    std::fs::rename(lab.path("results/small/trials"), lab.path("kept")).expect("a folder");
    for command in [
        &publish[..],
        &["compare", "results/small"],
        &["report", "results/small"],
        &["plot", "results/small"],
    ] {
        let says = ["6 trials that ended", "6 of them are missing", "hint: "];
        lab.bn_lab(command).refused(1, &says);
    }
    assert_same(&good, &lab.files("copy"));
}

#[test]
fn reports_and_charts_do_not_go_into_the_results_of_another_experiment() {
    let lab = trained();
    lab.run(&["--quiet", "-o", "name=other", "-o", "output.dir=other"]);
    lab.run(&["--quiet", "-o", "output.dir=same"]);
    let before = lab.files("other");
    for command in [
        &["report", "results/small", "--output", "other"][..],
        &["report", "results/small", "same", "--output", "other"],
        &["plot", "results/small", "--output", "other"],
        &["plot", "results/small", "--output", "other/charts"],
    ] {
        lab.bn_lab(command)
            .refused(1, &["other` is the results folder of `other`", "--output DIR"]);
        assert_same(&before, &lab.files("other"));
    }
    for command in [
        &["report", "results/small", "--output", "same"][..],
        &["plot", "results/small", "--output", "same/charts"],
    ] {
        let ran = lab.bn_lab(command);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[test]
fn a_report_on_a_folder_of_results_passes_over_what_is_none() {
    let lab = trained();
    lab.bn_lab(&["submit", "experiment.toml", "--engine", "slurm"]);
    assert!(lab.path("results/small.slurm/experiment.toml").exists());
    let hidden = lab.text("results/small/experiment.toml");
    lab.write("results/.old/experiment.toml", hidden.as_bytes());
    lab.write("results/.old/trials.csv", b"");
    let ran = lab.bn_lab(&["report", "results"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

/// The files that a command writes into `folder`.
fn written(lab: &Lab, command: &[&str], folder: &str) -> BTreeMap<String, Vec<u8>> {
    let ran = lab.bn_lab(command);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    lab.files(folder)
}

#[test]
fn reports_and_plots_replace_what_they_wrote_and_nothing_else() {
    let lab = trained();
    let report = ["report", "results/small", "--output", "paper"];
    let plot = ["plot", "results/small", "--output", "figs"];
    let tiny = [
        "plot",
        "results/small",
        "--output",
        "tiny",
        "--figure",
        "overview",
        "--format",
        "png",
        "--dpi",
        "24",
    ];
    for (command, folder) in [(&report[..], "paper"), (&plot, "figs"), (&tiny, "tiny")] {
        let path = |name: &str| format!("{folder}/{name}");
        lab.write(&path("notes.md"), b"mine");
        let first = written(&lab, command, folder);
        assert_same(&first, &written(&lab, command, folder));
        assert_eq!(first["notes.md"], b"mine");
        // One of each kind.
        let kinds: BTreeMap<_, _> = first
            .keys()
            .filter(|name| *name != "notes.md")
            .map(|name| (name.rsplit('.').next(), name))
            .collect();
        for name in kinds.into_values() {
            std::fs::remove_dir_all(lab.path(folder)).expect("our own folder");
            lab.write(&path(name), b"mine");
            let says = [&path(name)[..], "was not written by bn-lab", "--output DIR"];
            lab.bn_lab(command).refused(1, &says);
            let left = lab.files(folder);
            assert_eq!(left.len(), 1, "{name}: {:?}", left.keys());
            assert_eq!(left[name], b"mine");
            std::fs::remove_file(lab.path(&path(name))).expect("a file");
        }
    }
}

#[test]
fn other_charts_and_tables_in_a_results_folder_are_kept_too() {
    let lab = trained();
    for name in ["charts/overview.png", "charts/test_loss.svg", "comparisons.csv"] {
        let path = format!("results/small/{name}");
        let ours = std::fs::read(lab.path(&path)).expect("written by the run");
        lab.write(&path, b"mine");
        let before = lab.files("results/small");
        lab.bn_lab(&["plot", "results/small"])
            .refused(1, &[name, "was not written by bn-lab", "--output DIR"]);
        // Before anything is trained.
        lab.bn_lab(&["run", "experiment.toml", "-o", "replicates=3"])
            .refused(1, &[name, "was not written by bn-lab", "-o output.dir=DIR"]);
        assert_same(&before, &lab.files("results/small"));
        lab.write(&path, &ours);
    }
    // A figure that this experiment does not have would be deleted as one of an earlier experiment.
    lab.write("results/small/charts/validation_loss.svg", b"mine");
    lab.write("results/small/tuned.csv", b"");
    lab.bn_lab(&["plot", "results/small"]);
    assert_eq!(lab.text("results/small/charts/validation_loss.svg"), "mine");
    // So would a chart that a page shows.
    lab.write("results/small/charts/test_loss.svg", b"mine");
    lab.write(
        "page.md",
        b"<!-- bn-lab: figure results/small test_loss.png -->\n<!-- bn-lab: end -->\n",
    );
    lab.bn_lab(&["report", "--splice", "page.md"])
        .refused(1, &["charts/test_loss.svg", "was not written by bn-lab"]);
    assert_eq!(lab.text("results/small/charts/test_loss.svg"), "mine");
}

#[test]
fn the_files_of_a_job_are_replaced_and_others_of_their_names_are_not() {
    let lab = Lab::with(SMALL);
    for (engine, names) in [
        ("slurm", &["array.sh", "finish.sh", "experiment.toml"][..]),
        ("kubernetes", &["job.yaml"]),
    ] {
        let command = ["submit", "experiment.toml", "--engine", engine];
        let folder = format!("results/small.{engine}");
        let first = written(&lab, &command, &folder);
        assert_same(&first, &written(&lab, &command, &folder));
        for name in names {
            let path = format!("{folder}/{name}");
            lab.write(&path, b"mine");
            lab.bn_lab(&command).refused(1, &[name, "was not written by bn-lab"]);
            assert_eq!(lab.text(&path), "mine");
            lab.write(&path, &first[*name]);
        }
    }
}
