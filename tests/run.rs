//! `run`, `plan` and `plot` on a small experiment.

use crate::harness::{Lab, SMALL, assert_same, rows};

#[test]
fn a_run_leaves_every_promised_file_and_ends_with_a_table() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&[]);
    for file in [
        "experiment.toml",
        "manifest.json",
        "trials.csv",
        "summary.csv",
        "charts/overview.png",
        "charts/overview.svg",
    ] {
        assert!(lab.path("results/small").join(file).is_file(), "{file} is missing");
    }
    let trials = rows(&lab.text("results/small/trials.csv"));
    assert_eq!(trials.len(), 6);
    for trial in &trials {
        assert_eq!(trial["outcome"], "completed");
        assert_eq!(trial["epochs"], "2");
        // 330 examples less a tenth for validation: 297, nine batches of 32 and one of 9.
        assert_eq!(trial["steps"], "20");
        let folder = format!("results/small/trials/{}", trial["trial"]);
        assert_eq!(rows(&lab.text(&format!("{folder}/epochs.csv"))).len(), 3, "epochs 0, 1 and 2");
        assert_eq!(rows(&lab.text(&format!("{folder}/timings.csv"))).len(), 3);
        let steps: Vec<String> = rows(&lab.text(&format!("{folder}/steps.csv")))
            .into_iter()
            .map(|row| row["step"].clone())
            .collect();
        assert_eq!(steps, ["1", "5", "10", "15", "20"]);
        assert!(lab.text(&format!("{folder}/trial.json")).contains("\"completed\""));
    }
    let summary = rows(&lab.text("results/small/summary.csv"));
    let placements: Vec<&str> = summary.iter().map(|row| row["norm.placement"].as_str()).collect();
    assert_eq!(placements, ["none", "before", "after"]);
    assert!(summary.iter().all(|row| row["n"] == "2" && row["diverged"] == "0"));
    assert!(ran.stdout.contains("placement") && ran.stdout.contains("before"), "{}", ran.stdout);
    assert!(ran.stdout.contains("results/small/charts/overview.png"), "{}", ran.stdout);
    assert!(ran.stderr.contains("[6/6]"), "progress goes to stderr:\n{}", ran.stderr);
}

#[test]
fn a_summary_is_the_statistics_of_its_trials() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let trials = rows(&lab.text("results/small/trials.csv"));
    for row in rows(&lab.text("results/small/summary.csv")) {
        let values: Vec<f64> = trials
            .iter()
            .filter(|trial| trial["condition"] == row["condition"])
            .map(|trial| trial["test_accuracy"].parse().expect("a number"))
            .collect();
        let mean = f64::midpoint(values[0], values[1]);
        let std = (values[0] - values[1]).abs() / 2f64.sqrt();
        let cell = |name: &str| row[name].parse::<f64>().expect("a number");
        assert!((cell("test_accuracy_mean") - mean).abs() < 1e-12);
        assert!((cell("test_accuracy_std") - std).abs() < 1e-12);
        assert!((cell("test_accuracy_min") - values[0].min(values[1])).abs() < 1e-12);
        assert!((cell("test_accuracy_median") - mean).abs() < 1e-12);
        // The 97.5 % quantile of t with one degree of freedom.
        let half = 12.706_204_736_432_095 * std / 2f64.sqrt();
        assert!((cell("test_accuracy_high") - mean - half).abs() < 1e-9);
        assert!((mean - cell("test_accuracy_low") - half).abs() < 1e-9);
    }
}

#[test]
fn quiet_prints_nothing_without_errors() {
    let lab = Lab::with(SMALL);
    // The second run has nothing to do, the third has a key without effect.
    for arguments in [&["--quiet"][..], &["--quiet"], &["--quiet", "-o", "train.rho=0.5"]] {
        let ran = lab.run(arguments);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    }
}

#[test]
fn running_again_trains_nothing_and_changes_nothing() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    let before = lab.reproducible_files("results/small");
    let again = lab.run(&[]);
    assert!(again.stderr.contains("nothing was trained"), "{}", again.stderr);
    assert_same(&before, &lab.reproducible_files("results/small"));
}

#[test]
fn a_trial_whose_record_is_gone_or_torn_is_trained_again_to_the_same_bytes() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    let before = lab.reproducible_files("results/small");
    let trials = rows(&lab.text("results/small/trials.csv"));
    let record = |i: usize| format!("results/small/trials/{}/trial.json", trials[i]["trial"]);
    std::fs::remove_file(lab.path(&record(0))).expect("it was there");
    lab.write(&record(3), b"{\"schema\": 1, \"id");
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert!(plan.stdout.contains("4 completed, 2 pending"), "{}", plan.stdout);
    let again = lab.run(&[]);
    assert!(again.stderr.contains("2 trials to train, 4 finished before"), "{}", again.stderr);
    assert_same(&before, &lab.reproducible_files("results/small"));
}

#[test]
fn a_changed_experiment_keeps_the_old_trials_beside_the_new() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    let count = || std::fs::read_dir(lab.path("results/small/trials")).expect("trials").count();
    assert_eq!(count(), 6);
    let resolved = lab.text("results/small/experiment.toml");
    let changed = lab.run(&["-o", "train.epochs=1"]);
    assert_eq!(count(), 12);
    assert!(changed.stderr.contains("another experiment ran here before"), "{}", changed.stderr);
    let kept =
        lab.files("results/small").into_iter().find(|(name, _)| name.starts_with("experiment-"));
    assert_eq!(kept.expect("the earlier experiment").1, resolved.into_bytes());
    let back = lab.run(&[]);
    assert!(back.stderr.contains("nothing was trained"), "{}", back.stderr);
}

#[test]
fn plan_names_the_trials_and_writes_nothing() {
    let lab = Lab::with(SMALL);
    let plan = lab.bn_lab(&["plan", "experiment.toml", "-o", "sweep.train.batch_size=[16, 64]"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(plan.stdout.contains("12 trials (6 conditions × 2 replicates)"), "{}", plan.stdout);
    assert!(plan.stdout.contains(": 12 pending"), "{}", plan.stdout);
    assert!(plan.stdout.contains("before · batch_size 64"), "{}", plan.stdout);
    assert!(!lab.path("results").exists());
}

#[test]
fn plot_draws_the_same_charts_again_from_the_files() {
    let lab = Lab::with(SMALL);
    lab.run(&["-o", "sweep.train.batch_size=[16, 64]"]);
    let before = lab.files("results/small/charts");
    std::fs::remove_dir_all(lab.path("results/small/charts")).expect("they were there");
    std::fs::rename(lab.path("results/small"), lab.path("moved")).expect("a folder can be moved");
    let plot = lab.bn_lab(&["plot", "moved"]);
    assert_eq!(plot.code, Some(0), "{}", plot.stderr);
    assert_same(&before, &lab.files("moved/charts"));
    assert!(plot.stdout.contains("overview.png"));
    let picture = &before["overview.png"];
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{} bytes", picture.len());
    let text = String::from_utf8_lossy(&before["overview.svg"]).into_owned();
    for word in ["Training loss", "Validation accuracy", "before", "after", "Epoch"] {
        assert!(text.contains(word), "`{word}` is missing from the chart");
    }
}

#[test]
fn divergence_is_a_result_and_the_sweep_continues() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&[
        "-o",
        "train.optimizer=sgd",
        "-o",
        "train.learning_rate=1e4",
        "-o",
        "model.activation=identity",
    ]);
    let trials = rows(&lab.text("results/small/trials.csv"));
    let outcome = |placement: &str| -> Vec<&str> {
        let of = trials.iter().filter(|t| t["norm.placement"] == placement);
        of.map(|t| t["outcome"].as_str()).collect()
    };
    assert_eq!(outcome("none"), ["diverged", "diverged"]);
    let diverged = trials.iter().find(|t| t["outcome"] == "diverged").expect("one");
    assert!(diverged["diverged_step"].parse::<usize>().expect("a step") >= 1);
    let summary = rows(&lab.text("results/small/summary.csv"));
    assert_eq!((summary[0]["n"].as_str(), summary[0]["diverged"].as_str()), ("0", "2"));
    assert!(ran.stdout.contains("2 of 2"), "{}", ran.stdout);
    let again = lab.run(&[
        "-o",
        "train.optimizer=sgd",
        "-o",
        "train.learning_rate=1e4",
        "-o",
        "model.activation=identity",
    ]);
    assert!(
        again.stderr.contains("nothing was trained"),
        "a divergence is final:\n{}",
        again.stderr
    );
}

#[test]
fn charts_that_the_experiment_no_longer_has_are_deleted() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    assert!(lab.path("results/small/charts/validation_loss.png").is_file());
    lab.run(&["-o", "data.validation=0"]);
    assert!(!lab.path("results/small/charts/validation_loss.png").exists());
    assert!(lab.path("results/small/charts/test_loss.png").is_file());
    // Initial weights so large that nothing can be evaluated: all diverged, no curve, no error.
    let ran = lab.run(&["-o", "model.init_scale=1e30"]);
    assert!(ran.stderr.contains("no chart drawn"), "{}", ran.stderr);
    assert!(!lab.path("results/small/charts/overview.png").exists());
    assert_eq!(lab.bn_lab(&["plot", "results/small"]).code, Some(0));
}

#[test]
fn json_and_toml_of_the_same_experiment_share_their_trials() {
    let lab = Lab::with(
        "name = \"both\"\nreplicates = 1\n[data]\ndataset = \"glyphs\"\ntrain_examples = 100\ntest_examples = 20\n[train]\nepochs = 1\n",
    );
    lab.run(&[]);
    lab.write(
        "experiment.json",
        br#"{"name": "both", "replicates": 1, "data": {"dataset": "glyphs", "train_examples": 100, "test_examples": 20}, "train": {"epochs": 1}}"#,
    );
    let again = lab.bn_lab(&["run", "experiment.json"]);
    assert!(again.stderr.contains("nothing was trained"), "{}", again.stderr);
}

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_error() {
    let lab = Lab::with(SMALL);
    let mut child = lab
        .command(&["plan", "experiment.toml", "-o", "replicates=2000"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
