//! The same experiment gives the same bytes.

use crate::harness::{Lab, Ran, SMALL, assert_same, rows};

/// Several layers, a norm on the input, every optimiser: many features that take about a second.
const VARIED: &str = r#"
name = "varied"
replicates = 2
[data]
dataset = "glyphs"
train_examples = 200
test_examples = 60
input_scaling = "standardize"
[model]
hidden = [12, 8]
activation = "gelu"
init = "orthogonal"
[norm]
on_input = true
[train]
steps = 25
batch_size = 16
[sweep]
norm.placement = ["none", "before", "after"]
train.optimizer = ["sgd", "momentum", "rmsprop", "adam"]
"#;

#[test]
fn the_number_of_jobs_and_a_second_run_change_no_byte_but_timings() {
    for experiment in [SMALL, VARIED] {
        let labs =
            [["--jobs", "1"], ["--jobs", "2"], ["--jobs", "5"], ["--jobs", "2"]].map(|jobs| {
                let lab = Lab::with(experiment);
                lab.run(&["-o", "output.dir=out", jobs[0], jobs[1]]);
                lab
            });
        let first = labs[0].reproducible_files("out");
        assert!(first.len() > 20);
        for other in &labs[1..] {
            assert_same(&first, &other.reproducible_files("out"));
        }
    }
}

#[test]
fn threads_inside_a_trial_change_no_byte_but_timings() {
    // Wide enough that the kernels split their work.
    let run = |threads: &str| {
        let lab = Lab::with(SMALL);
        lab.run(&[
            "-o",
            "model.hidden=[512, 256]",
            "-o",
            "train.batch_size=128",
            "--threads",
            threads,
        ]);
        lab.reproducible_files("results/small")
    };
    assert_same(&run("1"), &run("2"));
}

#[test]
fn another_seed_gives_other_numbers() {
    let accuracies = |seed: &str| -> Vec<String> {
        let lab = Lab::with(SMALL);
        lab.run(&["-o", seed]);
        let trials = rows(&lab.text("results/small/trials.csv"));
        trials.into_iter().map(|trial| trial["test_loss"].clone()).collect()
    };
    let (zero, one) = (accuracies("seed=0"), accuracies("seed=1"));
    assert!(zero.iter().zip(&one).all(|(a, b)| a != b), "{zero:?} {one:?}");
}

#[test]
fn placements_of_a_replicate_are_paired_and_replicates_differ() {
    // Before training, a network without normalisation and one with fresh running statistics
    // (mean 0, variance 1) agree up to ε: the same weights, the same data.
    let lab = Lab::with(SMALL);
    lab.run(&["-o", "norm.epsilon=1e-9"]);
    let untrained: Vec<f64> = rows(&lab.text("results/small/trials.csv"))
        .iter()
        .map(|trial| {
            let epochs = lab.text(&format!("results/small/trials/{}/epochs.csv", trial["trial"]));
            rows(&epochs)[0]["test_loss"].parse().expect("a number")
        })
        .collect();
    assert!((untrained[0] - untrained[1]).abs() < 1e-5, "none and before: {untrained:?}");
    assert!((untrained[0] - untrained[2]).abs() < 1e-5, "none and after: {untrained:?}");
    assert!((untrained[0] - untrained[3]).abs() > 1e-4, "two replicates: {untrained:?}");
}

#[test]
fn a_resolved_experiment_repeats_the_run() {
    let lab = Lab::with(VARIED);
    lab.run(&[]);
    let resolved = lab.text("results/varied/experiment.toml");
    let second = Lab::with(&resolved);
    second.run(&[]);
    assert_same(
        &lab.reproducible_files("results/varied"),
        &second.reproducible_files("results/varied"),
    );
}

#[test]
fn probes_change_no_number_and_can_be_requested_later() {
    const LOOK: [&str; 10] = [
        "-o",
        "probe={every = 3, landscape = true, covariate_shift = true}",
        "-o",
        "probe.evaluations=true",
        "-o",
        "checkpoint={initial = true, final = true, every = 7}",
        "-o",
        "train.optimizer=momentum",
        "-o",
        "name=varied",
    ];
    let plain = Lab::with(VARIED);
    plain.run(&["-o", "train.optimizer=momentum"]);
    let losses = |lab: &Lab, column: &str| -> Vec<String> {
        rows(&lab.text("results/varied/trials.csv"))
            .into_iter()
            .map(|trial| format!("{} {}", trial["trial"], trial[column]))
            .collect()
    };
    let before = plain.reproducible_files("results/varied");
    let (test, train) = (losses(&plain, "test_loss"), losses(&plain, "train_loss"));

    // In the same folder, finished trials lack what is requested now, so they are trained again.
    let ran = plain.run(&LOOK);
    assert!(ran.stderr.contains("note: training 6 finished trials again"), "{}", ran.stderr);
    assert_eq!(losses(&plain, "test_loss"), test);
    assert_eq!(losses(&plain, "train_loss"), train);
    let after = plain.reproducible_files("results/varied");
    assert!(after.len() > before.len());
    let curves = |name: &&String| name.ends_with("steps.csv");
    for name in before.keys().filter(curves) {
        assert!(before[name] == after[name], "{name}");
    }
    let looked: Vec<&String> = after.keys().filter(|name| name.contains("step-7")).collect();
    assert_eq!(looked.len(), 6, "one a trial");

    // A separate folder has the same measurements, with any number of jobs.
    let own = Lab::with(VARIED);
    own.run(&[&LOOK[..], &["--jobs", "3"]].concat());
    let mut own = own.reproducible_files("results/varied");
    own.retain(|name, _| !name.starts_with("experiment"));
    let mut same = after;
    same.retain(|name, _| !name.starts_with("experiment"));
    assert_same(&own, &same);

    // With fewer requests, finished trials stay finished, and keep what they recorded.
    for less in ["probe.evaluations=true", "checkpoint.final=true"] {
        let ran = plain.run(&["-o", "train.optimizer=momentum", "-o", less]);
        assert!(ran.stderr.contains("nothing was trained"), "{}", ran.stderr);
    }
    let mut kept = plain.reproducible_files("results/varied");
    kept.retain(|name, _| !name.starts_with("experiment"));
    assert_same(&kept, &own);
}

/// Every element is computed in the same order whatever the vectors' width; without AVX-512, both runs are the same one.
#[test]
fn the_width_of_vectors_changes_no_byte() {
    for network in [
        "hidden = [16, 9]",
        "kind = 'convnet'\nblocks = [{ channels = 9, pool = 2 }, { channels = 20, stride = 2 }]",
        "kind = 'resnet'\ndepth = 8\nwidth = 4",
    ] {
        let files = |set: &str| {
            let lab = Lab::with(&SMALL.replace("hidden = [16]", network));
            let mut command = lab.command(&["run", "experiment.toml", "--quiet"]);
            let ran = command.env("BN_LAB_INSTRUCTION_SET", set).output();
            let ran = Ran::from(ran.expect("the program starts"));
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            lab.reproducible_files("results/small")
        };
        assert_same(&files(""), &files("avx2"));
    }
}
