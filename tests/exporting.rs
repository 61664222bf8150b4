//! `export`, and tables for papers: from trained folders to files of other programs.

use crate::harness::{Lab, SMALL};

const TO: [&str; 4] = ["export", "results/small", "--to", "tensorboard"];

#[test]
fn trials_become_runs_of_tensorboard_and_exporting_twice_changes_nothing() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let before = lab.files("results/small");
    let ran = lab.bn_lab(&TO);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "6 trials in results/small/tensorboard\n");
    assert!(
        ran.stderr.contains("`tensorboard --logdir results/small/tensorboard`"),
        "{}",
        ran.stderr
    );
    let exported = lab.files("results/small/tensorboard");
    assert_eq!(exported.len(), 6);
    assert!(
        exported.contains_key("placement=before/replicate-2/events.out.tfevents.0.bn-lab"),
        "{:?}",
        exported.keys()
    );
    lab.bn_lab(&TO);
    assert!(exported == lab.files("results/small/tensorboard"), "the same bytes");
    let mut after = lab.files("results/small");
    after.retain(|name, _| !name.starts_with("tensorboard"));
    assert!(before == after, "nothing else is written");
    // A folder with an export is still a results folder that can be used.
    lab.run(&["--quiet"]);
}

#[test]
fn an_unfinished_or_damaged_folder_is_told() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "--shard", "1/2"]);
    let ran = lab.bn_lab(&TO);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let left = "note: left out, since they have not come to their end: ";
    assert!(ran.stderr.contains(left), "{}", ran.stderr);

    lab.run(&["--quiet"]);
    let trials = lab.listing("results/small/trials");
    let epochs = trials.iter().find(|path| path.ends_with("epochs.csv")).expect("a table");
    lab.write(&format!("results/small/trials/{epochs}"), b"epoch,step\nx,y\n");
    let damaged = lab.bn_lab(&TO);
    assert_eq!(damaged.code, Some(1), "{}", damaged.stderr);
    assert!(damaged.stderr.contains("epochs.csv"), "{}", damaged.stderr);
    let nowhere = lab.bn_lab(&["export", "nothing", "--to", "tensorboard"]);
    assert_eq!(nowhere.code, Some(1), "{}", nowhere.stderr);
}

#[test]
fn a_folder_of_another_experiment_is_not_overwritten() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab.run(&["--quiet", "-o", "name=\"other\""]);
    let into =
        |folder: &str| lab.bn_lab(&["export", folder, "--to", "tensorboard", "--output", "runs"]);
    assert_eq!(into("results/small").code, Some(0));
    let exported = lab.files("runs");
    let refused = into("results/other");
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("is of the experiment `small`"), "{}", refused.stderr);
    assert!(exported == lab.files("runs"));
}

#[test]
fn tables_for_papers_name_their_command_and_need_booktabs() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "replicates=6"]);
    for arguments in [
        &["results", "results/small", "--by", "condition"][..],
        &["results", "results/small"],
        &["compare", "results/small", "--filter", "placement != after"],
    ] {
        let ran = lab.bn_lab(&[arguments, &["--format", "latex"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(
            ran.stdout.contains(&format!(": bn-lab {}", arguments[..2].join(" "))),
            "{}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains("\n% In the preamble: \\usepackage{booktabs}\n"),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("\\toprule"), "{}", ran.stdout);
    }
}

#[test]
fn a_part_is_shown_as_one_and_apart() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "replicates=6", "-o", "sweep.train.batch_size=[16, 32]"]);
    let text = lab.bn_lab(&["compare", "results/small", "--filter", "batch_size = 16"]).stdout;
    let scope = "3 of 6 conditions, where batch_size = 16";
    assert!(text.contains(scope), "{text}");
    assert!(text.contains("3 of 6 comparisons shown, p corrected for all of them"), "{text}");
    let whole = lab.bn_lab(&["compare", "results/small"]).stdout;
    for row in text.lines().filter(|line| line.starts_with("16 ") && line.contains(" − ")) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let same = whole.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == cells);
        assert!(same, "{row} is not in\n{whole}");
    }
    let before = lab.files("results/small");
    for arguments in [&["report", "results/small"][..], &["plot", "results/small"]] {
        let filtered = [arguments, &["--filter", "batch_size = 16"]].concat();
        let refused = lab.bn_lab(&filtered);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("`--output DIR`"), "{}", refused.stderr);
        let ran = lab.bn_lab(&[&filtered[..], &["--output", "part"]].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    assert!(before == lab.files("results/small"));
    assert!(lab.text("part/report.md").contains(&format!("In {scope}: ")));
    assert!(lab.text("part/overview.svg").contains("shown: 3 of"));
    let ordered =
        lab.bn_lab(&["compare", "results/small", "--order", "placement=after,before,none"]);
    assert!(ordered.stdout.contains("before − after"), "{}", ordered.stdout);
}

#[test]
fn readers_see_labels_and_programs_values() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "replicates=6"]);
    let labels = ["--label", "before=BN → ReLU", "--label", "none=no norm"];
    let shown = |arguments: &[&str]| {
        let ran = lab.bn_lab(&[arguments, &labels].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    assert!(shown(&["compare", "results/small"]).contains("BN → ReLU − no norm"));
    let latex = shown(&["compare", "results/small", "--format", "latex"]);
    assert!(latex.contains("BN $\\to$ ReLU $-$ no norm"), "{latex}");
    assert!(shown(&["show", "results/small"]).contains("BN → ReLU"));
    let table = shown(&["results", "results/small", "--filter", "placement = before"]);
    assert!(table.contains("BN → ReLU"), "{table}");
    for command in ["compare", "results"] {
        let csv = shown(&[command, "results/small", "--format", "csv"]);
        assert!(csv.contains("before") && !csv.contains("ReLU"), "{csv}");
    }
    shown(&[
        "plot",
        "results/small",
        "--figure",
        "curves,differences",
        "--format",
        "svg",
        "--output",
        "drawn",
    ]);
    assert!(lab.text("drawn/test_accuracy.svg").contains("BN → ReLU"));
    assert!(lab.text("drawn/differences.svg").contains("BN → ReLU"));
    shown(&["report", "results/small", "--format", "md", "--output", "reported"]);
    let report = lab.text("reported/report.md");
    assert!(report.contains("BN → ReLU") && report.contains("no norm"), "{report}");
    assert!(!report.contains("before − none"), "{report}");
    for (label, says) in [
        ("befor=x", "no axis has the value `befor`"),
        ("before=after", "would both be shown as `after`"),
    ] {
        let refused = lab.bn_lab(&["compare", "results/small", "--label", label]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
    }
}
