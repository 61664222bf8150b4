//! Verbs write among other files, and never over them.

use std::collections::BTreeMap;

use crate::harness::{Lab, SMALL, assert_same};

fn trained() -> Lab {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab
}

#[test]
fn no_verb_writes_results_into_a_folder_of_other_files() {
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
    // Without its experiment, the manifest tells that it is one of ours.
    std::fs::remove_file(lab.path("empty/experiment.toml")).expect("a file");
    lab.run(&["--quiet", "-o", "output.dir=empty"]);
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
fn in_a_results_folder_somebody_elses_chart_or_table_stays_too() {
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
