//! `bn-lab merge`: folders of several machines become the folder of one run.

use std::collections::BTreeMap;

use crate::harness::{Lab, Ran, SMALL, assert_same, rows};

const PARTS: [&str; 3] = ["1/3", "2/3", "3/3"];

/// An experiment whose parts were trained into folders `part1` to `part3`.
fn parted(text: &str) -> Lab {
    let lab = Lab::with(text);
    for (part, number) in PARTS.iter().zip(1..) {
        let folder = format!("output.dir=part{number}");
        lab.run(&["--shard", part, "-o", &folder]);
    }
    lab
}

fn merge(lab: &Lab, folders: &[&str]) -> Ran {
    lab.bn_lab(&[&["merge"], folders, &["--into", "whole"]].concat())
}

fn merged(lab: &Lab, folders: &[&str]) -> Ran {
    let ran = merge(lab, folders);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// The files of one uninterrupted run.
fn one_run(text: &str) -> BTreeMap<String, Vec<u8>> {
    let lab = Lab::with(text);
    lab.run(&[]);
    lab.reproducible_files("results/small")
}

/// Two finished trials: the folder of a part and a record in it, first and last of all parts.
fn two_records(lab: &Lab) -> [(String, String); 2] {
    let mut found = Vec::new();
    for folder in ["part1", "part2", "part3"] {
        for trial in rows(&lab.text(&format!("{folder}/trials.csv"))) {
            if trial["outcome"] == "completed" {
                let record = format!("trials/{}/trial.json", trial["trial"]);
                found.push((folder.to_owned(), record));
            }
        }
    }
    let (first, last) = (found[0].clone(), found[found.len() - 1].clone());
    assert_ne!(first.0, last.0, "in different parts");
    [first, last]
}

#[test]
fn three_merged_parts_are_one_run_and_merging_again_changes_nothing() {
    let text = format!("{SMALL}\n[probe]\nevery = 5\n[checkpoint]\ninitial = true\nfinal = true\n");
    let lab = parted(&text);
    let ran = merged(&lab, &["part1", "part2", "part3"]);
    assert!(ran.stderr.contains("6 trials copied; 6 of 6"), "{}", ran.stderr);
    assert!(ran.stdout.contains("test accuracy %"), "{}", ran.stdout);
    assert_same(&one_run(&text), &lab.reproducible_files("whole"));

    let before = lab.files("whole");
    // In another order, too, and with the result among the sources.
    for again in [&["part1", "part2", "part3"][..], &["part3", "whole", "part1"]] {
        let ran = merged(&lab, again);
        assert!(ran.stderr.contains("0 trials copied; 6 of 6"), "{}", ran.stderr);
        assert_same(&before, &lab.files("whole"));
    }
}

#[test]
fn the_manifest_has_the_runs_of_all_folders_by_their_start() {
    let lab = parted(SMALL);
    merged(&lab, &["part3", "part1", "part2"]);
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.text("whole/manifest.json")).expect("JSON");
    let runs = manifest["runs"].as_array().expect("runs");
    let parts: Vec<&str> =
        runs.iter().filter_map(|run| run["argv"].as_array()?.get(4)?.as_str()).collect();
    assert_eq!(parts, PARTS);
}

#[test]
fn a_folder_of_another_experiment_is_refused_with_the_settings_that_differ() {
    let lab = parted(SMALL);
    lab.run(&[
        "--quiet",
        "-o",
        "train.epochs=1",
        "-o",
        "checkpoint.initial=true",
        "-o",
        "output.dir=other",
    ]);
    let ran = lab.bn_lab(&["merge", "part1", "--into", "other"]);
    ran.refused(
        1,
        &["differ in `train.epochs`: `2` and `1`; `checkpoint.initial`: `false` and `true`"],
    );
    lab.write("README.md", b"mine");
    let ran = lab.bn_lab(&["merge", "part1", "--into", "README.md"]);
    ran.refused(1, &["cannot go to `README.md`: `README.md` is a file", "`--into DIR`"]);
    assert_eq!(lab.text("README.md"), "mine");
}

#[test]
fn a_merge_that_was_cut_short_is_completed_by_the_same_merge() {
    let lab = parted(SMALL);
    merged(&lab, &["part1", "part2", "part3"]);
    let whole = lab.reproducible_files("whole");
    // As a kill leaves it: some records and the tables are missing, one file is incomplete.
    let [(_, one), (_, other)] = two_records(&lab);
    for file in [&one, &other, "trials.csv", "summary.csv", "manifest.json"] {
        std::fs::remove_file(lab.path(&format!("whole/{file}"))).expect("a file");
    }
    let partial = one.replace("trial.json", ".partial-aBc123");
    lab.write(&format!("whole/{partial}"), b"half a fi");
    lab.write(&format!("whole/{}", one.replace("trial.json", "steps.csv")), b"st");
    let ran = merged(&lab, &["part1", "part2", "part3"]);
    assert!(ran.stderr.contains("2 trials copied; 6 of 6"), "{}", ran.stderr);
    assert_same(&whole, &lab.reproducible_files("whole"));
}

#[test]
fn folders_can_be_merged_into_one_that_has_a_part_and_missing_trials_are_reported() {
    let lab = parted(SMALL);
    let ran = merged(&lab, &["part1"]);
    let missing = rows(&lab.text("whole/trials.csv"))
        .iter()
        .filter(|trial| trial["outcome"] == "pending")
        .count();
    let note = format!("{missing} pending, which no folder has finished");
    assert!(missing > 0 && ran.stderr.contains(&note), "{}", ran.stderr);
    merged(&lab, &["part2", "part3"]);
    assert_same(&one_run(SMALL), &lab.reproducible_files("whole"));
}

#[test]
fn what_an_unfinished_attempt_left_gives_way_to_the_finished_trial() {
    let lab = parted(SMALL);
    let [(folder, finished), (elsewhere, _)] = two_records(&lab);
    let interrupted =
        lab.text(&format!("{folder}/{finished}")).replace("\"completed\"", "\"interrupted\"");
    let file = |name: &str| finished.replace("trial.json", name);
    let experiment = lab.text("part1/experiment.toml");
    lab.write("whole/experiment.toml", experiment.as_bytes());
    for folder in [elsewhere.as_str(), "whole"] {
        lab.write(&format!("{folder}/{finished}"), interrupted.as_bytes());
        lab.write(&format!("{folder}/{}", file("state.safetensors")), b"a state");
        lab.write(&format!("{folder}/{}", file("steps.csv")), b"some steps");
    }
    merged(&lab, &["part3", "part1", "part2"]);
    assert_same(&one_run(SMALL), &lab.reproducible_files("whole"));
}

/// A run whose trial `before` of replicate 1 fails.
fn failing(lab: &Lab, arguments: &[&str]) {
    let all = [&["run", "experiment.toml", "--quiet"], arguments].concat();
    let output = lab
        .command(&all)
        .env("BN_LAB_FAULT", "panic:before#1@5")
        .output()
        .expect("the program starts");
    let ran = Ran::from(output);
    assert!(matches!(ran.code, Some(0 | 5)), "{}", ran.stderr);
}

#[test]
fn failed_trials_come_along_and_stay_failed_until_they_are_tried_again() {
    let one = Lab::with(SMALL);
    failing(&one, &[]);
    let lab = Lab::with(SMALL);
    for (part, folder) in PARTS.iter().zip(["part1", "part2", "part3"]) {
        let folder = format!("output.dir={folder}");
        failing(&lab, &["--shard", part, "-o", &folder]);
    }
    for copied in [6, 0] {
        let ran = merged(&lab, &["part1", "part2", "part3"]);
        let note = format!(
            "{copied} trials copied; 5 of 6 finished; 1 failed, and no folder has finished it: `bn-lab run --retry-failed` trains it again\n"
        );
        assert!(ran.stderr.contains(&note), "{}", ran.stderr);
        let whole = lab.reproducible_files("whole");
        assert!(whole.keys().any(|name| name.ends_with("/failure.log")));
        assert_same(&one.reproducible_files("results/small"), &whole);
    }
    lab.run(&["--quiet", "--retry-failed", "-o", "output.dir=whole"]);
    assert_same(&one_run(SMALL), &lab.reproducible_files("whole"));
}

#[test]
fn where_the_target_can_go_on_with_an_attempt_a_failure_elsewhere_does_not_replace_it() {
    let lab = Lab::with(SMALL);
    failing(&lab, &["-o", "output.dir=failed"]);
    merged(&lab, &["failed"]);
    let files = lab.files("whole");
    let log = files.keys().find(|name| name.ends_with("/failure.log")).expect("a failed trial");
    let trial = log.strip_suffix("/failure.log").expect("its name");
    std::fs::remove_dir_all(lab.path(&format!("whole/{trial}"))).expect("our own folder");
    let state = format!("whole/{trial}/.run-0123/state.safetensors");
    lab.write(&state, b"of a run that was killed");
    merged(&lab, &["failed"]);
    assert_eq!(lab.text(&state), "of a run that was killed");
}

#[test]
fn a_trial_that_failed_in_one_folder_is_taken_from_the_one_that_finished_it() {
    let lab = Lab::with(SMALL);
    failing(&lab, &["-o", "output.dir=failed"]);
    lab.run(&["--quiet", "-o", "output.dir=finished"]);
    merged(&lab, &["failed"]);
    let ran = merged(&lab, &["failed", "finished"]);
    assert!(ran.stderr.contains("1 trial copied; 6 of 6 finished\n"), "{}", ran.stderr);
    assert_same(&one_run(SMALL), &lab.reproducible_files("whole"));
}

#[test]
fn a_torn_record_is_reported_and_not_copied() {
    let lab = parted(SMALL);
    let [(folder, record), _] = two_records(&lab);
    let torn = format!("{folder}/{record}");
    let text = lab.text(&torn);
    lab.write(&torn, &text.as_bytes()[..text.len() / 2]);
    let ran = merged(&lab, &["part1", "part2", "part3"]);
    assert!(ran.stderr.contains(&format!("`{torn}` is damaged")), "{}", ran.stderr);
    assert!(ran.stderr.contains("5 of 6"), "{}", ran.stderr);
    assert!(!lab.path(&format!("whole/{record}")).exists());
}

#[test]
fn folders_of_different_experiments_are_refused_by_the_key_that_differs() {
    let lab = parted(SMALL);
    lab.run(&["-o", "train.epochs=1", "-o", "output.dir=other"]);
    merge(&lab, &["part1", "other"]).refused(
        1,
        &["`part1/experiment.toml`", "`other/experiment.toml`", "`train.epochs`: `2` and `1`"],
    );
    assert!(!lab.path("whole").exists(), "nothing is written");
    // A target of another experiment is refused, too, and one that is no results folder at all.
    lab.bn_lab(&["merge", "part1", "--into", "other"]).refused(1, &["`train.epochs`"]);
    merge(&lab, &["part1", "nowhere"]).refused(1, &["`nowhere` is not a results folder"]);
}

#[test]
fn a_trial_with_two_results_is_refused_with_both_of_its_places() {
    let lab = parted(SMALL);
    let [(folder, record), (elsewhere, _)] = two_records(&lab);
    let text = lab.text(&format!("{folder}/{record}"));
    let second = format!("{elsewhere}/{record}");
    let trial = record.trim_end_matches("trial.json");
    for (name, bytes) in lab.files(&format!("{folder}/{trial}")) {
        lab.write(&format!("{elsewhere}/{trial}{name}"), &bytes);
    }
    merged(&lab, &["part1", "part2", "part3"]);

    let loss = text.find("\"test_loss\": ").expect("a loss") + "\"test_loss\": ".len();
    let other = format!("{}9{}", &text[..loss], &text[loss..]);
    lab.write(&second, other.as_bytes());
    let before = lab.files("whole");
    let [one, two] = ["whole", &elsewhere].map(|folder| format!("`{folder}/{record}`"));
    merge(&lab, &["part1", "part2", "part3"]).refused(1, &[&one, &two, "different figures"]);
    assert_same(&before, &lab.files("whole"));
}

#[test]
fn trials_of_different_devices_kernels_or_data_are_not_paired() {
    for (field, other, says) in [
        ("device", "another", "on device"),
        ("kernels", "composed", "with kernels"),
        ("data", "another", "on data with digest"),
    ] {
        let lab = parted(SMALL);
        let [(folder, record), _] = two_records(&lab);
        let record = format!("{folder}/{record}");
        let text = lab.text(&record);
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("  \"{field}\": ")))
            .expect("a field");
        let changed = text.replace(line, &format!("  \"{field}\": \"{other}\","));
        lab.write(&record, changed.as_bytes());
        let other = format!("`{other}`");
        merge(&lab, &["part1", "part2", "part3"])
            .refused(1, &[says, &other, "not paired", &record]);
        assert!(!lab.path("whole").exists(), "nothing is written");
    }
}

#[test]
fn trials_of_different_instruction_sets_are_merged_with_a_note() {
    let lab = parted(SMALL);
    let [(folder, record), _] = two_records(&lab);
    let path = format!("{folder}/{record}");
    let text = lab.text(&path);
    let ours = text.split("\"instruction_set\": \"").nth(1);
    let ours = ours.and_then(|rest| rest.split('"').next()).expect("named");
    assert!(!ours.is_empty());
    lab.write(&path, text.replace(ours, "sve512").as_bytes());
    let ran = merged(&lab, &["part1", "part2", "part3"]);
    assert!(
        ran.stderr.contains("vector instruction sets") && ran.stderr.contains("sve512"),
        "{}",
        ran.stderr
    );
    assert_eq!(lab.bn_lab(&["report", "whole"]).code, Some(0));
    let report = lab.text("whole/report.md");
    assert!(report.contains("different vector instruction sets"));
    assert!(report.contains("no single machine gives the same bytes"));

    // The same trial twice, with other metrics: the message states how the machines differ.
    let whole = format!("whole/{record}");
    let text = lab.text(&whole);
    let (before, rest) = text.split_once("\"test_loss\": ").expect("figures");
    let (_, rest) = rest.split_once(',').expect("more figures");
    let changed = format!("{before}\"test_loss\": 9.5,{rest}");
    lab.write(&whole, changed.replace("sve512", ours).as_bytes());
    let ran = merge(&lab, &["part1", "part2", "part3"]);
    ran.refused(1, &["the same trial", "the other with sve512"]);
}
