//! A search for the best learning rate, from its file to its table.

use crate::harness::{Lab, SMALL, assert_same};

const TUNED: [&str; 6] = [
    "-o",
    "tune={key = \"train.learning_rate\", budget = 3}",
    "-o",
    "sweep.train.learning_rate={from = 1e-4, to = 1, scale = \"log\"}",
    "-o",
    "replicates=1",
];

#[test]
fn a_tuned_run_prints_and_writes_its_choices_and_plot_does_so_again() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&TUNED);
    let title = "`train.learning_rate` tuned by validation accuracy";
    assert!(ran.stdout.contains(title), "{}", ran.stdout);
    let tuned = lab.text("results/small/tuned.csv");
    assert!(
        tuned.starts_with("norm.placement,tuned,metric,values,chosen,edge,largest_stable,"),
        "{tuned}"
    );
    assert_eq!(tuned.lines().count(), 4, "a row a placement");
    assert!(tuned.contains("\nbefore,train.learning_rate,validation_accuracy,3,"));

    std::fs::remove_file(lab.path("results/small/tuned.csv")).expect("a file");
    let plotted = lab.bn_lab(&["plot", "results/small"]);
    assert!(plotted.stdout.contains(title), "{}", plotted.stdout);
    assert_eq!(lab.text("results/small/tuned.csv"), tuned);

    let again = lab.bn_lab(&["run", "results/small/experiment.toml", "-o", "output.dir=again"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_same(&lab.reproducible_files("results/small"), &lab.reproducible_files("again"));

    lab.run(&["--quiet"]);
    assert!(!lab.path("results/small/tuned.csv").exists(), "no longer tuned");
}
