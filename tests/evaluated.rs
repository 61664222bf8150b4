//! What an evaluation is taken on: test examples that are shifted, and training examples beside them.
//! A table is checked against the same rows given in another way.

use crate::harness::{Lab, rows};
use crate::trained::Trained;

/// Thirty rows to train on. Dropout and a norm make training differ from evaluation.
const ONE: &str = r#"
name = "one"
replicates = 1
[data]
dataset = "csv"
file = "train.csv"
test_file = "test.csv"
input_scaling = "none"
validation = 0
[model]
hidden = [8, 6]
dropout = 0.25
[train]
epochs = 3
batch_size = 7
learning_rate = 0.02
"#;

/// Row `i` of the table, its inputs moved by `offset`.
fn row(i: usize, offset: f64) -> String {
    let (x, y) = ((i * 7) % 13, (i * 5) % 11);
    let class = ["a", "b", "c"][i % 3];
    format!("{},{},{class}\n", x as f64 + offset, y as f64 + offset)
}

fn table(from: std::ops::Range<usize>, offset: f64) -> String {
    let lines = from.map(|i| row(i, offset));
    format!("x,y,class\n{}", lines.collect::<String>())
}

/// Trained on rows 0 to 29, tested with others, which are moved by `offset` in their file.
fn trained(test: std::ops::Range<usize>, offset: f64, changes: &[&str]) -> Trained {
    let lab = Lab::with(ONE);
    lab.write("train.csv", table(0..30, 0.0).as_bytes());
    lab.write("test.csv", table(test, offset).as_bytes());
    Trained::within(lab, changes)
}

const TEST: [&str; 2] = ["test_loss", "test_accuracy"];
const TRAIN: [&str; 2] = ["evaluated_train_loss", "evaluated_train_accuracy"];

fn curves(run: &Trained, names: [&str; 2]) -> [Vec<f64>; 2] {
    names.map(|name| run.column("epochs.csv", name))
}

#[test]
fn an_offset_does_what_other_test_rows_would() {
    for evaluation in ["running", "precise", "batch"] {
        let judged = format!("norm.evaluation={evaluation}");
        let asked = [judged.as_str(), "probe.evaluations=true"];
        let moved = trained(30..50, 0.0, &[asked[0], asked[1], "data.test_offset=1.5"]);
        let other = trained(30..50, 1.5, &asked);
        assert_eq!(moved.rows("epochs.csv"), other.rows("epochs.csv"));
        assert_eq!(moved.rows("steps.csv"), other.rows("steps.csv"));
        // It is not nothing, and it is nothing to the training.
        let plain = trained(30..50, 0.0, &asked);
        assert_ne!(curves(&moved, TEST)[0], curves(&plain, TEST)[0]);
        assert_eq!(moved.rows("steps.csv"), plain.rows("steps.csv"));
        // By nothing, it changes nothing.
        let unmoved = trained(30..50, 0.0, &[asked[0], asked[1], "data.test_offset=0"]);
        assert_eq!(unmoved.rows("epochs.csv"), plain.rows("epochs.csv"));
    }
}

#[test]
fn statistics_of_the_shifted_batch_itself_take_a_constant_shift_away() {
    // A norm on the raw input subtracts the batch's mean, and with it the offset.
    let changes = ["norm.on_input=true", "probe.evaluations=true"];
    let plain = trained(30..50, 0.0, &changes);
    let moved = trained(30..50, 0.0, &[changes[0], changes[1], "data.test_offset=4"]);
    let last = |run: &Trained, name: &str| run.column("epochs.csv", name)[3];
    let distance = |name: &str| (last(&plain, name) - last(&moved, name)).abs();
    assert!(distance("batch_test_loss") < 1e-4);
    assert!(distance("precise_test_loss") > 1e-2);
    assert!(distance("running_test_loss") > 1e-2);
}

#[test]
fn training_examples_are_evaluated_as_test_examples_are() {
    for evaluation in ["running", "precise", "batch"] {
        let judged = format!("norm.evaluation={evaluation}");
        let asked = [judged.as_str(), "probe.train_evaluation=true"];
        // The test rows are the training rows: as many, or the first of them.
        for test in [0..30, 0..11] {
            let run = trained(test, 0.0, &asked);
            assert_eq!(curves(&run, TRAIN), curves(&run, TEST));
            // The untrained network as well, and not the running means of training.
            assert_eq!(curves(&run, TRAIN)[0].len(), 4);
            let running = &run.rows("epochs.csv")[3]["train_loss"];
            assert_ne!(*running, run.rows("epochs.csv")[3]["evaluated_train_loss"]);
        }
        // Neither other test rows nor their shift change what it says.
        let all = trained(0..30, 0.0, &asked);
        let other = trained(20..60, 0.0, &[asked[0], asked[1], "data.test_offset=2"]);
        assert_eq!(curves(&other, TRAIN), curves(&all, TRAIN));
        assert_ne!(curves(&other, TEST), curves(&all, TEST));
    }
}

#[test]
fn an_evaluation_of_training_examples_changes_nothing_else_and_can_be_asked_for_later() {
    let lab = Lab::with(ONE);
    lab.write("train.csv", table(0..30, 0.0).as_bytes());
    lab.write("test.csv", table(30..50, 0.0).as_bytes());
    lab.run(&["--quiet", "-o", "probe.evaluations=true"]);
    let folder = format!(
        "results/one/trials/{}",
        rows(&lab.text("results/one/trials.csv"))[0]["trial"]
    );
    let read = || rows(&lab.text(&format!("{folder}/epochs.csv")));
    let before = read();
    assert!(TRAIN.iter().all(|column| before[3][*column].is_empty()));

    // What was told before stays beside what is told now.
    let ran = lab.run(&["-o", "probe.train_evaluation=true"]);
    let again = "note: training 1 finished trial again";
    assert!(ran.stderr.contains(again), "{}", ran.stderr);
    let after = read();
    for (before, after) in before.iter().zip(&after) {
        assert!(TRAIN.iter().all(|column| !after[*column].is_empty()));
        let mut rest = after.clone();
        rest.extend(TRAIN.map(|column| (column.to_owned(), String::new())));
        assert_eq!(rest, *before);
    }
    // So both are there, whatever is asked for; and the files are what their record says.
    let record = lab.text(&format!("{folder}/trial.json"));
    assert!(!record.contains("evaluated_train_loss\": null"), "{record}");
    for asked in ["probe.evaluations=true", "probe.train_evaluation=true"] {
        let ran = lab.run(&["-o", asked]);
        assert!(ran.stderr.contains("nothing was trained"), "{}", ran.stderr);
    }
    let own = Lab::with(ONE);
    own.write("train.csv", table(0..30, 0.0).as_bytes());
    own.write("test.csv", table(30..50, 0.0).as_bytes());
    let both = ["probe.evaluations=true", "probe.train_evaluation=true"];
    own.run(&["--quiet", "-o", both[0], "-o", both[1]]);
    for file in ["epochs.csv", "trial.json"] {
        let path = format!("{folder}/{file}");
        assert!(own.text(&path) == lab.text(&path), "{file} differs");
    }
}
