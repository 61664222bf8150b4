//! Results folders of a program of another numbers version: their trials have other ids.

use crate::harness::{Lab, SMALL, rows};

/// Changes `results/small` into a folder that an earlier version left: with other ids, and without the fields that it
/// did not record.
fn age(lab: &Lab) {
    let folder = lab.path("results/small");
    for trial in rows(&lab.text("results/small/trials.csv")) {
        let id = &trial["trial"];
        let other: String = id.chars().rev().collect();
        assert_ne!(*id, other);
        let rename =
            std::fs::rename(folder.join("trials").join(id), folder.join("trials").join(&other));
        rename.expect("a folder");
        for name in ["trials.csv".to_owned(), format!("trials/{other}/trial.json")] {
            let path = format!("results/small/{name}");
            let is_later = |line: &&str| {
                line.contains("\"kernels\": ") || line.contains("\"numbers_version\": ")
            };
            let text = lab.text(&path).replace(id, &other);
            let kept: Vec<&str> = text.lines().filter(|line| !is_later(line)).collect();
            lab.write(&path, format!("{}\n", kept.join("\n")).as_bytes());
        }
    }
}

#[test]
fn a_folder_of_an_earlier_version_is_read_and_published() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let commands: [&[&str]; 3] = [
        &["results", "results/small", "--by", "condition", "--format", "csv"],
        &["compare", "results/small", "--format", "json"],
        &["compare", "results/small", "--metric", "seconds_per_step"],
    ];
    let said = |command: &&[&str]| {
        let ran = lab.bn_lab(command);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let before: Vec<String> = commands.iter().map(said).collect();
    age(&lab);
    assert_eq!(commands.iter().map(said).collect::<Vec<_>>(), before);
    said(&&["publish", "results/small", "--into", "compact"][..]);
    assert!(lab.text("compact/compact.json").contains("\"numbers_version\": 2"));
    for folder in ["results/small", "compact"] {
        said(&&["report", folder][..]);
    }
    assert_eq!(lab.text("compact/report.md"), lab.text("results/small/report.md"));
}

#[test]
fn a_run_beside_trials_of_an_earlier_version_keeps_them_and_trains_its_own() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let table = lab.text("results/small/trials.csv");
    age(&lab);
    let plan = lab.bn_lab(&["plan", "experiment.toml"]).stdout;
    assert!(plan.contains("6 trials pending: trained by a bn-lab whose numbers"), "{plan}");
    // The kernels of the earlier trials are no matter: they are not of this plan.
    let ran = lab.run(&[]);
    assert!(ran.stderr.contains("[6/6]"), "{}", ran.stderr);
    assert_eq!(lab.text("results/small/trials.csv"), table);
    let trials = std::fs::read_dir(lab.path("results/small/trials")).expect("a folder");
    assert_eq!(trials.count(), 12);
    let clean = lab.bn_lab(&["clean", "experiment.toml", "--stale"]);
    assert_eq!(clean.code, Some(0), "{}", clean.stderr);
    assert!(clean.stdout.contains("6 stale trials"), "{}", clean.stdout);
}
