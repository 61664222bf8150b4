//! `probe.predictions`: what the trained networks say of the test set, from training to the report.

use std::collections::BTreeMap;

use crate::harness::{Lab, SMALL, assert_same, rows};

const ON: &str = "probe.predictions=true";

fn lab() -> Lab {
    Lab::with(SMALL)
}

/// The ids of all trials.
fn ids(lab: &Lab, folder: &str) -> Vec<String> {
    let trials = rows(&lab.text(&format!("{folder}/trials.csv")));
    trials.into_iter().map(|trial| trial["trial"].clone()).collect()
}

fn file(id: &str, name: &str) -> String {
    format!("results/small/trials/{id}/{name}")
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().expect("a number")
}

#[test]
fn predictions_are_those_of_the_last_evaluation_and_change_no_other_number() {
    let lab = lab();
    lab.run(&["--quiet", "-o", ON]);
    let plain = self::lab();
    plain.run(&["--quiet"]);
    assert_eq!(lab.text("results/small/trials.csv"), plain.text("results/small/trials.csv"));
    for id in ids(&lab, "results/small") {
        for name in ["epochs.csv", "steps.csv"] {
            assert_eq!(lab.text(&file(&id, name)), plain.text(&file(&id, name)), "{name}");
        }
        assert!(!plain.path(&file(&id, "predictions.csv")).exists());
        let predictions = rows(&lab.text(&file(&id, "predictions.csv")));
        let epochs = rows(&lab.text(&file(&id, "epochs.csv")));
        let last = epochs.last().unwrap();
        assert_eq!(predictions.len(), 100);
        let correct = predictions.iter().filter(|row| row["label"] == row["predicted"]).count();
        assert!((correct as f64 / 100.0 - number(last, "test_accuracy")).abs() < 1e-12);
        let losses = predictions.iter().map(|row| -number(row, "label_probability").ln());
        let loss = losses.sum::<f64>() / 100.0;
        assert!((loss - number(last, "test_loss")).abs() < 1e-5, "{loss}");
        let pictures = rows(&lab.text(&file(&id, "pictures.csv")));
        let of = |kind: &str| pictures.iter().filter(|row| row["kind"] == kind).count();
        assert_eq!((of("sample"), of("mistake"), of("weights")), (20, 8, 16));
        for mistake in pictures.iter().filter(|row| row["kind"] == "mistake") {
            let example: usize = mistake["number"].parse().unwrap();
            assert_eq!(predictions[example]["label"], mistake["label"]);
            assert_ne!(predictions[example]["label"], predictions[example]["predicted"]);
        }
    }
}

#[test]
fn switched_on_later_only_the_files_are_added_and_it_is_said_before() {
    let lab = lab();
    lab.run(&["--quiet"]);
    let before = lab.reproducible_files("results/small/trials");
    let ran = lab.run(&["-o", ON]);
    assert!(
        ran.stderr.contains("training 6 finished trials again, without the probes"),
        "{}",
        ran.stderr
    );
    let mut after = lab.reproducible_files("results/small/trials");
    let added: Vec<String> =
        after.keys().filter(|key| !before.contains_key(*key)).cloned().collect();
    assert_eq!(added.len(), 12, "{added:?}");
    for key in added {
        assert!(key.ends_with("predictions.csv") || key.ends_with("pictures.csv"), "{key}");
        after.remove(&key);
    }
    let is_record = |key: &str| key.ends_with("trial.json");
    for (key, bytes) in before {
        assert!(is_record(&key) || after[&key] == bytes, "{key}");
    }
    // The same bytes as of a run that kept them from the start, and nothing is trained a third time.
    let whole = self::lab();
    whole.run(&["--quiet", "-o", ON]);
    assert_same(
        &lab.reproducible_files("results/small/trials"),
        &whole.reproducible_files("results/small/trials"),
    );
    let ran = lab.run(&["-o", ON]);
    assert!(!ran.stderr.contains("again"), "{}", ran.stderr);
}

#[test]
fn a_file_that_was_cut_or_changed_is_refused_with_its_name_and_trained_again() {
    let lab = lab();
    lab.run(&["--quiet", "-o", ON]);
    let id = &ids(&lab, "results/small")[1];
    let path = file(id, "predictions.csv");
    let whole = lab.text(&path);
    let cut: String = whole.split_inclusive('\n').take(41).collect();
    let other = whole.replacen("\n3,", "\n4,", 1);
    for (damaged, says) in [
        (cut.as_str(), "its rows give a test accuracy of"),
        (&other, "it has the example 4 where 3 is due"),
        ("example,label\n0,1\n", "missing field"),
        (&whole.replacen("\n0,", "\n0,300", 1), "line: 2"),
    ] {
        lab.write(&path, damaged.as_bytes());
        let ran = lab.bn_lab(&["report", "results/small"]);
        ran.refused(1, &[&format!("{id}/predictions.csv` is damaged: "), says]);
    }
    // Other commands do not read it.
    assert_eq!(lab.bn_lab(&["compare", "results/small"]).code, Some(0));
    lab.run(&["--quiet", "-o", ON]);
    assert_eq!(lab.text(&path), whole);
    let path = file(id, "pictures.csv");
    let whole = lab.text(&path);
    lab.write(&path, whole.replacen("sample,", "photo,", 1).as_bytes());
    let ran = lab.bn_lab(&["plot", "results/small", "--figure", "samples"]);
    ran.refused(1, &["pictures.csv` is damaged: `kind` of the picture"]);
}

#[test]
fn merge_and_publish_carry_them_and_the_copy_gives_the_same_report() {
    let lab = lab();
    for part in ["1/2", "2/2"] {
        let dir = format!("output.dir=part{}", &part[..1]);
        lab.run(&["--quiet", "-o", ON, "-o", &dir, "--shard", part]);
    }
    let whole = self::lab();
    whole.run(&["--quiet", "-o", ON]);
    let merged = lab.bn_lab(&["merge", "part1", "part2", "--into", "results/small"]);
    assert_eq!(merged.code, Some(0), "{}", merged.stderr);
    assert_same(
        &lab.reproducible_files("results/small/trials"),
        &whole.reproducible_files("results/small/trials"),
    );
    let published = lab.bn_lab(&["publish", "results/small", "--into", "compact"]);
    assert_eq!(published.code, Some(0), "{}", published.stderr);
    for folder in ["results/small", "compact"] {
        let ran = lab.bn_lab(&["report", folder]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    for page in ["report.md", "report.html"] {
        let [one, other] =
            ["results/small", "compact"].map(|folder| lab.text(&format!("{folder}/{page}")));
        assert!(one == other, "{page} differs");
        assert!(one.contains("What the networks predict"), "{page}");
    }
    for name in ["samples", "confusion", "confusion-differences", "mistakes", "weights"] {
        for kind in ["svg", "png"] {
            assert!(lab.path(&format!("compact/charts/{name}.{kind}")).is_file(), "{name}");
        }
    }
    let less = ["publish", "results/small", "--into", "compact", "--no-predictions"];
    assert_eq!(lab.bn_lab(&less).code, Some(0));
    assert!(!lab.path("compact/predictions.csv").exists());
    assert!(!lab.path("compact/pictures.csv").exists());
    let ran = lab.bn_lab(&["plot", "compact", "--figure", "confusion"]);
    ran.refused(2, &["no figure `confusion`: not recorded: add `[probe] predictions = true`"]);
}

#[test]
fn a_table_has_confusions_and_no_pictures() {
    let mut table = String::from("size,colour,kind\n");
    for row in 0..120 {
        let kind = ["apple", "pear", "plum"][row % 3];
        table.push_str(&format!("{},{},{kind}\n", row % 7 + row % 3, row % 5));
    }
    let lab = Lab::with(
        "name = \"small\"\nreplicates = 2\n[data]\ndataset = \"csv\"\nfile = \"fruit.csv\"\nlabel = \"kind\"\n\
         [train]\nepochs = 1\n[probe]\npredictions = true\n[sweep]\nnorm.placement = [\"none\", \"before\"]\n",
    );
    lab.write("fruit.csv", table.as_bytes());
    lab.run(&["--quiet"]);
    let id = &ids(&lab, "results/small")[0];
    assert!(lab.path(&file(id, "predictions.csv")).is_file());
    assert!(!lab.path(&file(id, "pictures.csv")).exists());
    let ran = lab.bn_lab(&["plot", "results/small", "--figure", "confusion", "--format", "svg"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let chart = lab.text("results/small/charts/confusion.svg");
    assert!(chart.contains("true apple, predicted pear: "), "named as in the table");
    for (figure, why) in [
        ("samples", "the inputs of this experiment are no images"),
        ("mistakes", "the inputs are no images"),
        ("weights", "it takes images"),
    ] {
        let ran = lab.bn_lab(&["plot", "results/small", "--figure", figure]);
        ran.refused(2, &[&format!("no figure `{figure}`: "), why]);
    }
    let ran = lab.bn_lab(&["report", "results/small"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn recurrent_networks_have_no_weights_to_show_and_diverged_trials_no_predictions() {
    let lab = lab();
    let recurrent = "model={kind = \"rnn\", units = 8}";
    lab.run(&["--quiet", "-o", ON, "-o", recurrent]);
    let id = &ids(&lab, "results/small")[0];
    let pictures = lab.text(&file(id, "pictures.csv"));
    assert!(pictures.contains("\nsample,") && !pictures.contains("\nweights,"));
    let lab = self::lab();
    let steep = ["train.optimizer=sgd", "train.learning_rate=1e9", "norm.placement=none"];
    let arguments = steep.map(|setting| ["-o", setting]).concat();
    let ran = lab.bn_lab(&[&["run", "experiment.toml", "-o", ON], &arguments[..]].concat());
    drop(ran);
    for id in ids(&lab, "results/small") {
        let record = lab.text(&file(&id, "trial.json"));
        let is_diverged = record.contains("\"kind\": \"diverged\"");
        assert_eq!(is_diverged, !lab.path(&file(&id, "predictions.csv")).exists());
    }
}
