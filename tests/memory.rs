//! Estimated and measured memory of trainings, and trials that need too much.

use crate::harness::{Lab, SMALL, assert_same, rows};

/// Small networks, and one that is too large for any machine.
fn with_a_giant() -> Lab {
    let text = SMALL.replace(
        "norm.placement = [\"none\", \"before\", \"after\"]",
        "model.hidden = [[16], [65536], [8]]",
    );
    let text = text.replace("[model]\nhidden = [16]\n", "");
    Lab::with(&text)
}

#[test]
fn what_does_not_fit_is_not_trained_and_all_others_are() {
    let lab = with_a_giant();
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(plan.stdout.contains("memory: about "), "{}", plan.stdout);
    assert!(plan.stdout.contains("65536"), "{}", plan.stdout);

    let ran = lab.bn_lab(&["run", "experiment.toml", "--memory", "512M", "--jobs", "2"]);
    ran.refused(5, &["2 of 6 trials were not trained: it takes about ", "536.9 MB", "--memory"]);
    let rows = rows(&lab.text("results/small/trials.csv"));
    let mut open = 0;
    for row in &rows {
        if row["model.hidden"].contains("65536") {
            open += 1;
            assert_eq!(row["outcome"], "pending");
            // No cell may look like a measurement.
            for (column, cell) in row {
                let is_measured = column.contains("accuracy") || column.contains("loss");
                assert!(!is_measured || cell.is_empty(), "{column} = {cell}");
            }
        } else {
            assert_eq!(row["outcome"], "completed");
        }
    }
    assert_eq!((open, rows.len()), (2, 6));
    let again = lab.bn_lab(&["run", "experiment.toml", "--memory", "512MB"]);
    again.refused(5, &["2 trials to train, 4 finished before", "2 of 6 trials"]);
    let ran = lab.bn_lab(&["run", "experiment.toml", "--memory", "-5"]);
    ran.refused(2, &["write it as `512M`"]);
    assert!(!ran.stderr.contains("-- -5"), "{}", ran.stderr);
}

#[test]
fn more_memory_than_there_is_is_noted() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&["--memory", "4000000T"]);
    let is_known = cfg!(target_os = "linux");
    assert_eq!(ran.stderr.contains("note: `--memory` says "), is_known, "{}", ran.stderr);
}

#[test]
fn a_small_machine_leaves_what_a_large_one_trains_and_nothing_else_changes() {
    let text = SMALL.replace(
        "norm.placement = [\"none\", \"before\", \"after\"]",
        "model.hidden = [[16], [2048, 2048]]",
    );
    let text = text.replace("[model]\nhidden = [16]\n", "");
    let (lab, undisturbed) = (Lab::with(&text), Lab::with(&text));
    undisturbed.run(&[]);
    lab.bn_lab(&["run", "experiment.toml", "--memory", "100M"]).refused(5, &["2 of 4 trials"]);
    lab.run(&["--memory", "4G"]);
    let files = |lab: &Lab| lab.reproducible_files("results/small");
    assert_same(&files(&undisturbed), &files(&lab));
    // Results of another machine are kept, even with `--force` on a small one.
    let ran = lab.bn_lab(&["run", "experiment.toml", "--force", "--memory", "1M"]);
    assert!(ran.stderr.contains("4 trials are not trained here"), "{}", ran.stderr);
    assert_same(&files(&undisturbed), &files(&lab));
}

#[test]
fn what_does_not_fit_keeps_the_state_of_an_earlier_attempt() {
    let text = SMALL.replace("epochs = 2", "epochs = 3000");
    let lab = Lab::with(&text.replace("[\"none\", \"before\", \"after\"]", "[\"before\"]"));
    let states = || {
        let files = lab.files("results").into_keys();
        files.filter(|name| name.ends_with("state.safetensors")).count()
    };
    let mut child = lab.start(&["run", "experiment.toml", "-o", "checkpoint.every=20"]);
    while !lab.path("results").is_dir() || states() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let kept = states();
    let run = ["run", "experiment.toml", "-o", "checkpoint.every=20", "--memory", "1M"];
    lab.bn_lab(&run).refused(5, &["2 of 2 trials were not trained"]);
    assert_eq!(states(), kept);
}

#[test]
fn fewer_trials_at_a_time_are_trained_where_that_is_all_that_fits() {
    let lab = Lab::with(&SMALL.replace("hidden = [16]", "hidden = [2048]"));
    let ran = lab.run(&["--jobs", "6", "--memory", "256M"]);
    assert!(ran.stderr.contains("fewer than 6 of them are trained at a time"), "{}", ran.stderr);
    let ran = lab.run(&["--jobs", "6", "--memory", "64G", "--force"]);
    assert!(!ran.stderr.contains("at a time"), "{}", ran.stderr);
}

/// The peak memory of a run, in bytes.
#[cfg(target_os = "linux")]
fn measured(lab: &Lab) -> u64 {
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1", "--quiet"]);
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("our child").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        most = most.max(kilobytes.map_or(0, |kilobytes: u64| kilobytes * 1024));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    most
}

#[cfg(target_os = "linux")]
fn estimated(lab: &Lab) -> u64 {
    let plan = lab.bn_lab(&["plan", "experiment.toml", "--format", "json"]);
    let (_, rest) = plan.stdout.split_once("\"memory\":").expect("an estimate");
    let (_, rest) = rest.split_once("\"bytes\":").expect("its bytes");
    let digits: String = rest.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Networks and batches from the smallest to hundreds of megabytes. The estimate must be at least
/// 0.8 of the measured memory, and at most twice as much.
#[cfg(target_os = "linux")]
const TRAININGS: [(&str, &str); 9] = [
    ("small", "model.hidden = [16]"),
    ("a large matrix, Adam", "model.hidden = [3072, 1024]"),
    ("the same, SGD", "model.hidden = [3072, 1024]\ntrain.optimizer = 'sgd'"),
    ("the same, momentum", "model.hidden = [3072, 1024]\ntrain.optimizer = 'momentum'"),
    ("a large batch", "model.hidden = [1024, 1024, 1024]\ntrain.batch_size = 2048"),
    (
        "a large batch, dropout",
        "model.hidden = [1024, 1024]\nmodel.dropout = 0.5\ntrain.batch_size = 2048",
    ),
    ("convolutions", "model.kind = 'convnet'\ntrain.batch_size = 256"),
    ("residual", "model.kind = 'resnet'\nmodel.depth = 8\nmodel.width = 8\ntrain.batch_size = 64"),
    (
        "recurrent",
        "model.kind = 'rnn'\nmodel.cell = 'gru'\nmodel.units = 128\ntrain.batch_size = 256",
    ),
];

#[cfg(target_os = "linux")]
#[test]
fn an_estimate_is_near_what_trainings_take() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for (name, text) in TRAININGS {
        let lab = Lab::with(&format!(
            "name = 'small'\ndata.dataset = 'glyphs'\ndata.train_examples = 2100\ndata.test_examples = 510\n\
             data.validation = 0\nnorm.placement = 'before'\ntrain.steps = 2\n{text}"
        ));
        let (estimated, measured) = (estimated(&lab) as f64, measured(&lab) as f64);
        let factor = estimated / measured;
        table.push_str(&format!(
            "{name:24} {:8.0} MB estimated, {:8.0} MB measured, {factor:.2}\n",
            estimated / 1e6,
            measured / 1e6
        ));
        if !(0.8..=2.0).contains(&factor) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}\n{table}");
    crate::harness::tell(&table);
}
