//! Which examples are evaluated: test examples that are shifted, and training examples in addition.
//! A table is compared with the same rows given in another way.

use crate::harness::{Lab, rows};
use crate::trained::Trained;

/// Thirty rows for training. Dropout and a norm make training differ from evaluation.
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

/// Row `i` of the table, with its inputs shifted by `offset`.
fn row(i: usize, offset: f64) -> String {
    let (x, y) = ((i * 7) % 13, (i * 5) % 11);
    let class = ["a", "b", "c"][i % 3];
    format!("{},{},{class}\n", x as f64 + offset, y as f64 + offset)
}

fn table(from: std::ops::Range<usize>, offset: f64) -> String {
    let lines = from.map(|i| row(i, offset));
    format!("x,y,class\n{}", lines.collect::<String>())
}

/// A training on rows 0 to 29, tested with others, which are shifted by `offset` in their file.
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
        // The shift affects the test scores, and not the training.
        let plain = trained(30..50, 0.0, &asked);
        assert_ne!(curves(&moved, TEST)[0], curves(&plain, TEST)[0]);
        assert_eq!(moved.rows("steps.csv"), plain.rows("steps.csv"));
        // A shift by 0 has no effect.
        let unmoved = trained(30..50, 0.0, &[asked[0], asked[1], "data.test_offset=0"]);
        assert_eq!(unmoved.rows("epochs.csv"), plain.rows("epochs.csv"));
    }
}

#[test]
fn statistics_of_the_shifted_batch_itself_take_a_constant_shift_away() {
    // A norm on the inputs subtracts the batch's mean, and with it the offset.
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
        // The test rows are the training rows, in another random order: one batch contains all of them.
        let run = trained(0..30, 0.0, &[asked[0], asked[1], "train.batch_size=30"]);
        for (train, test) in curves(&run, TRAIN).iter().zip(&curves(&run, TEST)) {
            // Including the untrained network.
            assert_eq!(train.len(), 4);
            let mut pairs = train.iter().zip(test);
            assert!(pairs.all(|(train, test)| (train - test).abs() < 1e-6), "{train:?} {test:?}");
        }
        // It differs from the running mean of training.
        let running = &run.rows("epochs.csv")[3]["train_loss"];
        assert_ne!(*running, run.rows("epochs.csv")[3]["evaluated_train_loss"]);
        // As many as the test set has.
        let fewer = trained(0..11, 0.0, &asked);
        let correct = curves(&fewer, TRAIN)[1].iter().map(|share| share * 11.0).collect::<Vec<_>>();
        assert!(correct.iter().all(|count| (count - count.round()).abs() < 1e-9), "{correct:?}");
        // Neither other test rows nor their shift affect it.
        let all = trained(0..30, 0.0, &asked);
        let other = trained(20..60, 0.0, &[asked[0], asked[1], "data.test_offset=2"]);
        assert_eq!(curves(&other, TRAIN), curves(&all, TRAIN));
        assert_ne!(curves(&other, TEST), curves(&all, TEST));
    }
}

#[test]
fn an_evaluation_of_training_examples_changes_nothing_else_and_can_be_requested_later() {
    let lab = Lab::with(ONE);
    lab.write("train.csv", table(0..30, 0.0).as_bytes());
    lab.write("test.csv", table(30..50, 0.0).as_bytes());
    lab.run(&["--quiet", "-o", "probe.evaluations=true"]);
    let folder =
        format!("results/one/trials/{}", rows(&lab.text("results/one/trials.csv"))[0]["trial"]);
    let read = || rows(&lab.text(&format!("{folder}/epochs.csv")));
    let before = read();
    assert!(TRAIN.iter().all(|column| before[3][*column].is_empty()));

    // Earlier columns are kept beside the new ones.
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
    // So both exist, whatever is requested; and the files match their record.
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

const POPULATION: [&str; 2] = ["precise_test_loss", "precise_test_accuracy"];
const RUNNING: [&str; 2] = ["running_test_loss", "running_test_accuracy"];

#[test]
fn every_training_ends_with_its_test_score_under_population_statistics() {
    let plain = trained(30..50, 0.0, &[]);
    let precise = trained(30..50, 0.0, &["norm.evaluation=precise"]);
    // The same network, evaluated by the experiment itself in the other way.
    assert_eq!(plain.rows("steps.csv"), precise.rows("steps.csv"));
    let rows = plain.rows("epochs.csv");
    let last = rows.last().expect("a row");
    let other = precise.rows("epochs.csv");
    let other = other.last().expect("a row");
    for (ours, judged) in POPULATION.iter().zip(TEST) {
        assert_eq!(last[*ours], other[judged]);
    }
    for (ours, judged) in RUNNING.iter().zip(TEST) {
        assert_eq!(last[*ours], last[judged]);
    }
    assert_ne!(last["precise_test_loss"], last["test_loss"]);
    // Only the last row, and only these columns.
    let before = &rows[rows.len() - 2];
    assert!(POPULATION.iter().chain(&RUNNING).all(|column| before[*column].is_empty()));
    assert!(last["batch_test_loss"].is_empty());
    // A training that is judged with other statistics is not evaluated twice.
    assert!(POPULATION.iter().all(|column| other[*column].is_empty()));
}

#[test]
fn a_network_without_batches_has_one_score_and_one_without_averages_no_other() {
    let last = |changes: &[&str]| {
        let run = trained(30..50, 0.0, changes);
        run.rows("epochs.csv").pop().expect("a row")
    };
    for changes in [&["norm.placement=none"][..], &["norm.kind=layer"]] {
        let last = last(changes);
        for (ours, judged) in POPULATION.iter().zip(TEST) {
            assert_eq!(last[*ours], last[judged]);
        }
    }
    let last = last(&["norm.track_running_stats=false"]);
    assert!(POPULATION.iter().all(|column| last[*column].is_empty()));
}

/// 600 customers: one buys if older than 40 or richer than 60 000, and not both; every twentieth answer is
/// inverted. With its own generator, so that the table is the same everywhere.
fn people() -> String {
    let mut state: u32 = 12345;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut text = "age,income,bought\n".to_owned();
    for _ in 0..600 {
        let (age, income) = (18 + draw(50), 20_000 + 100 * draw(800));
        let turned = draw(20) == 0;
        let bought = ((age > 40) != (income > 60_000)) != turned;
        text.push_str(&format!("{age},{income},{}\n", if bought { "yes" } else { "no" }));
    }
    text
}

/// Few steps with slow averages: after the activation, scores depend more on the averages than on the
/// networks.
#[test]
fn a_loss_that_only_running_statistics_show_is_never_given_as_one_of_the_placement() {
    let lab = Lab::with(
        "name = \"people\"\nreplicates = 6\n[data]\ndataset = \"csv\"\nfile = \"people.csv\"\nlabel = \"bought\"\n\
         input_scaling = \"standardize\"\n[train]\nepochs = 20\n[sweep]\nnorm.placement = [\"none\", \"after\"]\n",
    );
    lab.write("people.csv", people().as_bytes());
    let ran = lab.run(&[]);
    let trials = rows(&lab.text("results/people/trials.csv"));
    let mean = |placement: &str, column: &str| {
        let cells = trials.iter().filter(|row| row["norm.placement"] == placement);
        let values: Vec<f64> = cells.map(|row| row[column].parse().expect("a number")).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let (with, without) = (mean("after", "test_accuracy"), mean("after", "precise_test_accuracy"));
    assert!(without - with > 0.03, "the case is one: {with} against {without}");
    assert!((mean("none", "precise_test_accuracy") - without).abs() < 0.03);
    let said = format!(
        "after: running statistics have not settled: test accuracy {:.2} % with them, {:.2} % with the population's",
        with * 100.0,
        without * 100.0
    );
    assert!(ran.stdout.contains(&said), "{}", ran.stdout);

    let compared = lab.bn_lab(&["compare", "results/people"]).stdout;
    assert!(compared.contains(&said), "{compared}");
    let effect = "an effect of how the network is evaluated";
    assert!(compared.contains(effect), "{compared}");
    assert!(!compared.contains("none better"), "{compared}");
    let csv = rows(&lab.bn_lab(&["compare", "results/people", "--format", "csv"]).stdout);
    assert_eq!(csv[0]["verdict"], "effect of evaluation");
    assert_eq!(csv[0]["better"], "");
    let population: f64 = csv[0]["population_difference_mean"].parse().expect("a number");
    let expected = mean("after", "precise_test_accuracy") - mean("none", "precise_test_accuracy");
    assert!((population - expected).abs() < 1e-12);

    lab.bn_lab(&["report", "results/people"]);
    let report = lab.text("results/people/report.md");
    assert!(report.contains(effect) && report.contains("not settled"), "{report}");
    let answer = report.find(effect).expect("there");
    assert!(answer < 700, "in the answer itself: {report}");
    let svg = lab.text("results/people/charts/overview.svg");
    assert!(svg.contains("have not settled"));
}
