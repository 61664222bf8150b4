//! A results folder with one damaged file must be read, or refused with the file's name, by everything
//! that reads folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::format::schema::{EpochRow, csv_row};
use super::format::{checkpoint, compact, curves, manifest};
use super::recovery::{locks, runs, state};
use crate::compare::{self, Question};
use crate::config;
use crate::config::spec::Experiment;
use crate::event::{NamedTensor, Score};
use crate::fs;
use crate::fuzz_tests::Target;
use crate::plan::{self, Trial};
use crate::plot::{figures, render};
use crate::report;
use crate::results::format::layout::Layout;
use crate::results::format::numbers;
use crate::results::query::{Details, Results, TrialCurves, TrialStatus};
use crate::results::reader;
use crate::results::status::overview::Overview;
use crate::results::status::{account, live, unplanned};
use crate::results::transfer::publish::{self, Options};

/// The trials of the published folder that are copied into the test folder.
const TRIALS: [&str; 2] = ["d33de7a59357b356", "e18083315646c65a"];
/// A run that is not alive.
const RUN: &str = "0123456789abcdef0123456789abcdef";

/// A small copy of the published results.
struct Folder {
    root: TempDir,
    experiment: Experiment,
    plan: Vec<Arc<Trial>>,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/published/mnist");
        let copy = |name: &str, shorten: &dyn Fn(String) -> String| {
            let text = shorten(fs::read_text(&published.join(name)).unwrap());
            let path = root.path().join(name);
            fs::create_folder(path.parent().unwrap()).unwrap();
            fs::replace_unsynced(&path, text.as_bytes()).unwrap();
        };
        copy("experiment.toml", &|text| text);
        copy("manifest.json", &|text| text);
        copy("trials.csv", &|text| {
            let is_kept = |line: &&str| {
                line.starts_with("trial,") || TRIALS.iter().any(|id| line.starts_with(id))
            };
            text.split_inclusive('\n').filter(is_kept).collect()
        });
        for id in TRIALS {
            copy(&format!("trials/{id}/trial.json"), &|text| text);
            for table in ["epochs.csv", "timings.csv", "steps.csv"] {
                // Keeps the last rows, whose values are in `trials.csv`.
                let last = |text: String| {
                    let lines: Vec<&str> = text.split_inclusive('\n').collect();
                    [&lines[..1], &lines[lines.len() - 3..]].concat().concat()
                };
                copy(&format!("trials/{id}/{table}"), &last);
            }
        }
        let layers = root.path().join("trials").join(TRIALS[0]).join("layers.csv");
        fs::replace_unsynced(&layers, LAYERS.as_bytes()).unwrap();
        fs::create_folder(&root.path().join(".runs")).unwrap();
        fs::replace_unsynced(&root.path().join(".runs").join(RUN), b"bn-lab run\n").unwrap();
        let path = published.join("experiment.toml");
        let mut experiment = config::load(&path, &[]).unwrap().experiment;
        experiment.output.dir = root.path().to_owned();
        let version = numbers::version(&Layout::new(root.path()), &TRIALS).unwrap();
        let plan = plan::trials_of_version(&experiment, version);
        Self { root, experiment, plan }
    }

    /// A compact copy of it.
    fn compact() -> Self {
        let whole = Self::new();
        // The file of the run that is not alive, which the command deletes before it publishes.
        fs::remove_if_exists(&whole.path(&format!(".runs/{RUN}"))).unwrap();
        let root = tempfile::tempdir().unwrap();
        let options =
            Options { steps: true, layers: true, predictions: true, ..Options::default() };
        publish::publish(whole.root.path(), root.path(), &options).unwrap();
        Self { root, ..whole }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Reads the folder with every reader; returns whether all of them succeeded.
    fn reads(&self) -> bool {
        let layout = Layout::new(self.root.path());
        let details = Details {
            steps: true,
            layers: vec!["dead", "weight_norm"],
            predictions: true,
            ..Details::default()
        };
        let results = reader::read_with(self.root.path(), &details);
        if let Ok(results) = &results {
            report::conditions::table(results);
            report::tune::table(results);
            compare(results);
            figures::drawn(results, &figures::of_run(results));
        }
        if let Ok(results) = &results {
            let ids = results.trials.iter().map(|trial| trial.id.as_str());
            drop(account::read(self.root.path(), ids));
        }
        // A compact copy is recognised however damaged it is.
        let refused = compact::refuse(&layout, "");
        assert_eq!(refused.is_err(), compact::is_compact(&layout));
        let live = live::read(self.root.path());
        if let Ok(live) = &live {
            report::results::by_trial(live).json();
            report::results::by_condition(live).table();
            report::watch::picture(live, None);
        }
        let overview = Overview::read(&self.experiment, &self.plan);
        if let Ok(overview) = &overview {
            report::plan::table(overview, 2);
            report::plan::json(overview, 2);
        }
        let is_left = unplanned::records(&layout, &self.plan).is_ok();
        results.is_ok() && live.is_ok() && overview.is_ok() && is_left
    }

    /// Damages the file of this name; `corpus` are its valid contents.
    fn fuzz(&self, name: &str, corpus: &[&[u8]], words: &[&str]) {
        let path = self.path(name);
        let target = Target {
            name,
            corpus: corpus.iter().map(|bytes| bytes.to_vec()).collect(),
            words: words.iter().map(|word| word.as_bytes().to_vec()).collect(),
            justified: |input| (3 << 20) + 300 * input.len(),
            weight: 1,
        };
        target.run(|input| {
            std::fs::write(&path, input).unwrap();
            self.reads()
        });
    }

    /// Damages the existing file of this name.
    fn fuzz_file(&self, name: &str, words: &[&str]) {
        let bytes = fs::read(&self.path(name)).unwrap();
        self.fuzz(name, &[&bytes], words);
    }
}

/// Fragments of JSON records.
const JSON: &[&str] = &["null", "\"\"", "{}", "[]", "1e999", "\\ud800", "\\u0000", "\"schema\": 2"];
/// Fragments of tables.
const CSV: &[&str] = &[",", "\n", "\"", "\"\"", "NaN", "inf", "-inf", "1e308", "\r"];

/// The probes' measurements of a trial.
const LAYERS: &str = "trial,step,layer,quantity,value
d33de7a59357b356,0,layers.0,dead,0.5
d33de7a59357b356,0,layers.0,saturated,0.5
d33de7a59357b356,0,layers.1,weight_norm,12.25
d33de7a59357b356,50,layers.0,dead,1e-3
d33de7a59357b356,50,layers.1,weight_norm,13.5
";

/// Compares the replicates, also by the time until they reached the target.
fn compare(results: &Results) {
    for metric in ["best_test_accuracy", "seconds_to_target"] {
        let question =
            Question { metric: metric.to_owned(), by: "placement".to_owned(), margin: None };
        if let Ok(answer) = compare::compare(results, &question) {
            report::compare::table(&answer);
            report::compare::json(&answer);
        }
    }
}

#[test]
fn a_damaged_trial_json_leaves_every_reader_standing() {
    Folder::new().fuzz_file(&format!("trials/{}/trial.json", TRIALS[0]), JSON);
}

#[test]
fn a_damaged_manifest_leaves_every_reader_standing() {
    Folder::new().fuzz_file("manifest.json", JSON);
}

#[test]
fn a_damaged_resolved_experiment_leaves_every_reader_standing() {
    Folder::new().fuzz_file("experiment.toml", &["[tune]\nkey = \"\"\nper = [\"\"]\n", "1e308"]);
}

#[test]
fn a_damaged_table_of_trials_leaves_every_reader_standing() {
    Folder::new()
        .fuzz_file("trials.csv", &[CSV, &["completed", "diverged", "pending", "before"]].concat());
}

#[test]
fn a_damaged_table_of_epochs_leaves_every_reader_standing() {
    Folder::new().fuzz_file(&format!("trials/{}/epochs.csv", TRIALS[0]), CSV);
}

#[test]
fn a_damaged_table_of_times_leaves_every_reader_standing() {
    Folder::new().fuzz_file(&format!("trials/{}/timings.csv", TRIALS[0]), CSV);
}

#[test]
fn a_damaged_table_of_steps_leaves_every_reader_standing() {
    Folder::new().fuzz_file(&format!("trials/{}/steps.csv", TRIALS[0]), CSV);
}

#[test]
fn a_damaged_table_of_layers_leaves_every_reader_standing() {
    let words = [CSV, &["dead", "layers.0", "weight_norm"]].concat();
    Folder::new().fuzz_file(&format!("trials/{}/layers.csv", TRIALS[0]), &words);
}

/// What a trained network says of four examples, half of them correctly.
const PREDICTIONS: &str = "example,label,predicted,probability,label_probability
0,1,1,0.75,0.75
1,0,1,0.5,0.25
2,2,2,0.999999,0.999999
3,2,0,0.4,0.3
";
/// A grey picture and a colour one.
const PICTURES: &str = "kind,number,label,channels,height,width,low,high,pixels
sample,0,1,1,2,2,0.0,255.0,00ff10a0
mistake,3,2,3,1,1,0.0,255.0,010203
weights,0,,1,1,2,-0.5,0.5,80ff
";

#[test]
fn damaged_predictions_and_pictures_are_read_or_refused() {
    let root = tempfile::tempdir().unwrap();
    let layout = Layout::new(root.path());
    let trial = layout.trial("a");
    fs::create_folder(trial.root()).unwrap();
    let test = Score { loss: 1.0, accuracy: 0.5 };
    let epoch = csv_row(&EpochRow { test, ..EpochRow::default() });
    let epochs = [EpochRow::HEADER.as_bytes(), &epoch].concat();
    fs::replace_unsynced(&trial.epochs(), &epochs).unwrap();
    let details = Details { predictions: true, ..Details::default() };
    let files = [(trial.predictions(), PREDICTIONS), (trial.pictures(), PICTURES)];
    for (path, whole) in &files {
        fs::replace_unsynced(path, whole.as_bytes()).unwrap();
    }
    for (path, whole) in files {
        let target = Target {
            name: "predictions and pictures",
            corpus: vec![whole.into()],
            words: CSV.iter().map(|word| word.as_bytes().to_vec()).collect(),
            justified: |input| (16 << 20) + 300 * input.len(),
            weight: 1,
        };
        target.run(|input| {
            std::fs::write(&path, input).unwrap();
            let Ok(mut curves) = curves::read(&layout, &["a"], &details) else {
                return false;
            };
            let curves = curves.remove(0);
            let results = Results {
                axes: vec!["norm.placement".to_owned()],
                trials: vec![TrialCurves {
                    axes: vec!["none".to_owned()],
                    status: TrialStatus::Completed,
                    epochs: curves.epochs,
                    predictions: curves.predictions,
                    pictures: curves.pictures,
                    ..TrialCurves::default()
                }],
                ..Results::default()
            };
            for name in figures::TASK_FIGURES {
                let figure = figures::named(name).unwrap();
                for drawn in figure.draw(&results, &figures::Request::default()).unwrap_or_default()
                {
                    drop(render::svg(&drawn.chart, &render::Style::default()));
                }
            }
            true
        });
        fs::replace_unsynced(&path, whole.as_bytes()).unwrap();
    }
}

#[test]
fn damaged_tables_of_a_compact_copy_leave_every_reader_standing() {
    let folder = Folder::compact();
    let words = [CSV, &["dead", "trial", TRIALS[0], TRIALS[1]]].concat();
    let tables = ["records.csv", "epochs.csv", "timings.csv", "steps.csv", "layers.csv"];
    for table in tables {
        let path = folder.path(table);
        let whole = fs::read(&path).unwrap();
        folder.fuzz_file(table, &words);
        fs::replace_unsynced(&path, &whole).unwrap();
    }
    folder.fuzz_file("compact.json", JSON);
}

#[test]
fn a_damaged_claim_leaves_every_reader_standing() {
    let running = |host: &str| locks::Running {
        schema: 1,
        run: RUN.to_owned(),
        host: host.to_owned(),
        process: 7,
        started: manifest::now(),
        heartbeat: 1_700_000_000,
        epoch: 1,
        step: 10,
        steps: 100,
    };
    let [here, elsewhere] =
        [&runs::host(), "elsewhere"].map(|host| serde_json::to_vec(&running(host)).unwrap());
    let folder = Folder::new();
    let id = TRIALS[0];
    // A claimed trial has no record yet, and is not in the table.
    fs::remove_if_exists(&folder.path(&format!("trials/{id}/trial.json"))).unwrap();
    let table = fs::read_text(&folder.path("trials.csv")).unwrap();
    let table = table.replacen(",completed,", ",pending,", 2);
    std::fs::write(folder.path("trials.csv"), table).unwrap();
    let words = [JSON, &["18446744073709551615", "0", "../"]].concat();
    folder.fuzz(&format!("trials/{id}/running.json"), &[&here, &elsewhere], &words);
}

#[test]
fn a_claim_with_a_heartbeat_at_the_end_of_time_or_an_impossible_run_is_read() {
    let folder = Folder::new();
    let layout = Layout::new(folder.root.path());
    let id = TRIALS[0];
    let claim = |run: &str, heartbeat: u64| {
        let text = serde_json::json!({
            "schema": 1, "run": run, "host": "elsewhere", "process": 7, "started": "",
            "heartbeat": heartbeat, "epoch": 1, "step": 1, "steps": 2,
        });
        let path = layout.trial(id).running();
        fs::replace_unsynced(&path, text.to_string().as_bytes()).unwrap();
        locks::live(&layout, id).unwrap().is_some()
    };
    // Independent of another host's clock.
    assert!(claim(RUN, u64::MAX));
    assert!(claim(RUN, 0));
    for run in ["", "..", "../manifest.json", "a\0b", &"a".repeat(5000)] {
        assert!(!claim(run, u64::MAX), "{run:?}");
    }
}

#[test]
fn a_table_that_names_a_trial_many_times_is_refused() {
    let folder = Folder::new();
    let path = folder.path("trials.csv");
    let table = fs::read_text(&path).unwrap();
    let last = table.lines().last().unwrap();
    fs::replace_unsynced(&path, format!("{table}{last}\n").as_bytes()).unwrap();
    let error = reader::read(folder.root.path()).unwrap_err().to_string();
    assert!(error.contains("twice"), "{error}");
    assert!(live::read(folder.root.path()).is_err());
}

fn tensors() -> Vec<NamedTensor> {
    let tensor = |name: &str, shape: Vec<usize>, values: Vec<f32>| NamedTensor {
        name: name.to_owned(),
        shape,
        values,
    };
    vec![
        tensor("a.weight", vec![2, 3], vec![0.0, -1.0, 1e-30, 2.5, f32::MAX, 1.0]),
        tensor("b", vec![0], vec![]),
        tensor("scalar", vec![], vec![3.0]),
    ]
}

/// The content of a state besides its tensors.
const SAVED: &str = r#"{"schema":1,"origin":{"id":"a","device":"cpu","processor":"avx2","program":"0.1.0","data":"d","recording":["checkpoint.every = 5"],"log_every_steps":1},"files":{"steps.csv":{"bytes":7,"sha256":"00"}},"ordered":3,"last":{"epoch":1,"step":2,"train_loss":0.5,"train_accuracy":null,"validation_loss":null,"validation_accuracy":null,"test_loss":1.5,"test_accuracy":0.25,"running_test_loss":null,"running_test_accuracy":null,"precise_test_loss":null,"precise_test_accuracy":null,"batch_test_loss":null,"batch_test_accuracy":null},"best":null,"numbers":{"sum":0.30000000000000004,"list":[1,2]}}"#;

/// A state with this text and a valid checksum.
fn state(text: &str) -> Vec<u8> {
    let note = format!("{}{text}", state::digest(text, &tensors()));
    checkpoint::encode(&tensors(), Some((state::NOTE.to_owned(), note))).unwrap()
}

#[test]
fn a_damaged_state_is_none() {
    let target = Target {
        name: "state.safetensors",
        corpus: vec![state(SAVED)],
        words: ["\"F32\"", "\"F64\"", "\"shape\":[", "\"data_offsets\":[0,24]", "__metadata__"]
            .map(|word| word.as_bytes().to_vec())
            .into(),
        justified: |input| (1 << 16) + 300 * input.len(),
        weight: 1,
    };
    let whole = state::decode(&state(SAVED));
    target.run(|input| {
        let decoded = state::decode(input);
        assert!(decoded.is_none() || decoded == whole, "another state passed the digest");
        decoded.is_some()
    });
    let target = Target {
        name: "state.safetensors, inside",
        corpus: vec![SAVED.into()],
        words: JSON.iter().map(|word| word.as_bytes().to_vec()).collect(),
        ..target
    };
    target.run(|input| state::decode(&state(&String::from_utf8_lossy(input))).is_some());
}
