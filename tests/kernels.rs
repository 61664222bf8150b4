//! `--kernels`: recorded like the device, and never mixed in one folder.

use crate::harness::{Lab, Ran, SMALL, rows};

fn run(lab: &Lab, further: &[&str]) -> Ran {
    lab.bn_lab(&[&["run", "experiment.toml", "--quiet"], further].concat())
}

/// The paths of all records below `results/small`.
fn records(lab: &Lab) -> Vec<String> {
    let files = lab.files("results/small/trials").into_keys();
    let records = files.filter(|path| path.ends_with("trial.json"));
    records.map(|path| format!("results/small/trials/{path}")).collect()
}

/// Every file that names the kernels as an earlier version left it.
fn forget(lab: &Lab) {
    for path in records(lab).into_iter().chain(["results/small/manifest.json".to_owned()]) {
        let text = lab.text(&path);
        let kept = text.lines().filter(|line| !line.contains("\"kernels\": "));
        let kept: Vec<&str> = kept.collect();
        assert_ne!(kept.len(), text.lines().count(), "{path} names the kernels");
        lab.write(&path, format!("{}\n", kept.join("\n")).as_bytes());
    }
}

#[test]
fn the_kernels_are_recorded_and_reported() {
    for (option, word) in [(&[][..], "fused"), (&["--kernels", "composed"], "composed")] {
        let lab = Lab::with(SMALL);
        assert_eq!(run(&lab, option).code, Some(0));
        let line = format!("\"kernels\": \"{word}\"");
        assert!(lab.text("results/small/manifest.json").contains(&line));
        let records = records(&lab);
        assert_eq!(records.len(), 6);
        assert!(records.iter().all(|path| lab.text(path).contains(&line)));

        let published = lab.bn_lab(&["publish", "results/small", "--into", "compact"]);
        assert_eq!(published.code, Some(0), "{}", published.stderr);
        let facts = rows(&lab.text("compact/records.csv"));
        assert!(facts.iter().all(|row| row["kernels"] == word));
        for folder in ["results/small", "compact"] {
            assert_eq!(lab.bn_lab(&["report", folder]).code, Some(0));
            let report = lab.text(&format!("{folder}/report.md"));
            assert!(report.contains(&format!(", {word} kernels")), "{report}");
            let is_asked = report.contains("-o output.dir=again --kernels composed");
            assert_eq!(is_asked, word == "composed", "{report}");
        }
    }
}

#[test]
fn one_folder_does_not_mix_kernels() {
    let lab = Lab::with(SMALL);
    assert_eq!(run(&lab, &[]).code, Some(0));
    let before = lab.files("results/small");
    let more = ["-o", "replicates=3", "--kernels", "composed"];
    run(&lab, &more).refused(
        1,
        &[
            "finished trials in `results/small` were trained with kernels `fused`, and this run would use `composed`",
            "use `--kernels fused`, or choose another folder with `-o output.dir=…`",
        ],
    );
    assert_eq!(before["trials.csv"], lab.files("results/small")["trials.csv"]);
    assert_eq!(run(&lab, &[&more[..], &["-o", "output.dir=other"]].concat()).code, Some(0));
    assert_eq!(run(&lab, &more[..2]).code, Some(0), "the same kernels");
}

#[test]
fn trials_of_earlier_versions_are_composed() {
    let lab = Lab::with(SMALL);
    assert_eq!(run(&lab, &["--kernels", "composed"]).code, Some(0));
    forget(&lab);
    for verb in ["results", "compare", "report"] {
        let read = lab.bn_lab(&[verb, "results/small"]);
        assert_eq!(read.code, Some(0), "{}", read.stderr);
    }
    assert!(lab.text("results/small/report.md").contains(", composed kernels"));
    let more = ["-o", "replicates=3"];
    run(&lab, &more).refused(1, &["trained with kernels `composed`", "use `--kernels composed`"]);
    assert_eq!(run(&lab, &[&more[..], &["--kernels", "composed"]].concat()).code, Some(0));
}

#[test]
fn other_words_are_refused_and_tasks_get_the_option() {
    let lab = Lab::with(SMALL);
    let submit = ["submit", "experiment.toml", "--engine", "slurm", "--", "--kernels"];
    run(&lab, &["--kernels", "fast"]).refused(2, &["fast", "fused", "composed"]);
    let refused = lab.bn_lab(&[&submit[..], &["fast"]].concat());
    refused.refused(2, &["`--kernels fast` behind `--`"]);
    let made = lab.bn_lab(&[&submit[..], &["composed"]].concat());
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(lab.text("results/small.slurm/array.sh").contains(" --kernels composed"));
}
