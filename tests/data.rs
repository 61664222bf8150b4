//! Real MNIST, where it is at hand; loudly skipped where it is not.

use std::path::PathBuf;

use crate::harness::{Lab, assert_same, rows};

/// The folder with the real files: `$BN_LAB_DATA`, or `../shared/data` beside the checkout.
fn real_data() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("BN_LAB_DATA").map_or(beside, PathBuf::from);
    let is_there = folder.join("mnist/train-images-idx3-ubyte.gz").is_file();
    if !is_there {
        #[expect(
            clippy::print_stderr,
            reason = "a skipped test must not look like a passed one"
        )]
        {
            eprintln!("SKIPPED: no real MNIST files; set BN_LAB_DATA to test with them");
        }
    }
    is_there.then_some(folder)
}

#[test]
fn one_epoch_of_real_mnist_reaches_what_everybody_reaches() {
    let Some(data) = real_data() else { return };
    let lab = Lab::with(include_str!("../configs/mnist.toml"));
    lab.run(&[
        "-o",
        "train.epochs=1",
        "-o",
        "replicates=1",
        "--data-dir",
        &data.display().to_string(),
    ]);
    let trials = rows(&lab.text("results/mnist/trials.csv"));
    assert_eq!(trials.len(), 3);
    for trial in trials {
        let accuracy: f64 = trial["test_accuracy"].parse().expect("a number");
        assert!(
            (0.94..0.985).contains(&accuracy),
            "{} {accuracy}",
            trial["norm.placement"]
        );
    }
}

#[test]
fn data_list_says_where_each_dataset_is() {
    let lab = Lab::new();
    let list = lab.bn_lab(&["data", "list"]);
    assert_eq!(list.code, Some(0), "{}", list.stderr);
    for text in [
        "glyphs",
        "mnist",
        "fashion-mnist",
        "cifar10",
        "two-spirals",
        "bn-lab data fetch mnist",
    ] {
        assert!(list.stdout.contains(text), "{}", list.stdout);
    }
}

#[test]
fn data_verify_names_a_damaged_file_and_exits_with_4() {
    let lab = Lab::new();
    for part in [
        "train-images-idx3",
        "train-labels-idx1",
        "t10k-images-idx3",
        "t10k-labels-idx1",
    ] {
        lab.write(&format!("mnist/{part}-ubyte.gz"), b"not what was published");
    }
    lab.bn_lab(&["data", "verify", "--data-dir", "."])
        .refused(4, &["4 of 14 files are damaged", "data fetch mnist"]);
    let Some(data) = real_data() else { return };
    let verify = lab.bn_lab(&["data", "verify", "--data-dir", &data.display().to_string()]);
    assert_eq!(verify.code, Some(0), "{}", verify.stderr);
    // Of CIFAR-10, some files do.
    let sound = verify.stdout.matches("  ok").count();
    assert!(sound >= 8, "{}", verify.stdout);
}

#[test]
fn fetching_what_cannot_be_fetched_says_so() {
    let lab = Lab::new();
    lab.bn_lab(&["data", "fetch", "imagenet"])
        .refused(2, &["imagenet", "mnist"]);
    lab.bn_lab(&["data", "fetch", "mnist"])
        .refused(4, &["train-images-idx3-ubyte.gz"]);
}

#[test]
fn a_second_look_at_finished_trials_needs_the_data_that_they_were_trained_on() {
    let table = |shift: i32| -> String {
        let row = |i: i32| format!("{},{},{}\n", i % 7 + shift, i % 5, i % 2);
        (0..60).map(row).collect()
    };
    let lab = Lab::with(
        "name = 'table'\nreplicates = 1\n[data]\ndataset = 'csv'\nfile = 't.csv'\nheader = false\n[train]\nepochs = 2\n",
    );
    lab.write("t.csv", table(0).as_bytes());
    lab.run(&[]);
    let before = lab.reproducible_files("results/table");
    lab.write("t.csv", table(1).as_bytes());
    lab.bn_lab(&["run", "experiment.toml", "-o", "checkpoint.final=true"])
        .refused(1, &["were trained on data with digest"]);
    assert_same(&before, &lab.reproducible_files("results/table"));
}
