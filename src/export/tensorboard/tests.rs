//! Exports of synthetic results, read back.

use prost::Message;

use super::messages::{Content, Event, Hyperparameters, Session, SettingKind};
use super::*;
use crate::event::Score;
use crate::results::format::schema::{EpochRow, StepRow, TimingRow};
use crate::results::query::{LayerSeries, TrialStatus};

fn trial(condition: usize, placement: &str, replicate: u64, status: TrialStatus) -> TrialCurves {
    let row = |epoch: usize, loss: f64| EpochRow {
        epoch,
        step: epoch * 10,
        test: Score { loss, accuracy: 0.5 },
        ..EpochRow::default()
    };
    let timing = |epoch| TimingRow { epoch, train_seconds: 1.0, evaluation_seconds: 0.25 };
    TrialCurves {
        id: format!("{condition}-{replicate}"),
        condition,
        axes: vec![placement.to_owned(), "0.1".to_owned()],
        replicate,
        status,
        epochs: vec![row(0, 2.5), row(1, f64::INFINITY)],
        seconds: vec![timing(0), timing(1)],
        steps: vec![StepRow { step: 5, epoch: 1, loss: 1.5, accuracy: 0.25 }],
        layers: vec![LayerSeries {
            layer: "layers.0".to_owned(),
            quantity: "dead".to_owned(),
            points: vec![(0, 0.125), (10, 0.5)],
        }],
        ..TrialCurves::default()
    }
}

fn results(name: &str, trials: Vec<TrialCurves>) -> Results {
    Results {
        name: name.to_owned(),
        axes: vec!["norm.placement".to_owned(), "train.learning_rate".to_owned()],
        trials,
        ..Results::default()
    }
}

fn both() -> Vec<TrialCurves> {
    use TrialStatus::{Completed, Diverged, Pending};
    let mut trials = vec![
        trial(1, "none", 1, Completed),
        trial(1, "none", 2, Diverged),
        trial(2, "before", 1, Completed),
        trial(2, "before", 2, Pending),
    ];
    trials[3].axes[1] = "1".to_owned();
    trials[2].axes[1] = "1".to_owned();
    trials
}

fn events(file: &Path) -> Vec<Event> {
    let bytes = fs::read(file).unwrap();
    let mut rest = &bytes[..];
    let mut events = Vec::new();
    while let Some((data, after)) = records::first(rest) {
        events.push(Event::decode(data).unwrap());
        rest = after;
    }
    assert!(rest.is_empty(), "every byte belongs to a record");
    events
}

/// Every scalar: its tag, its step, its time and its value.
fn scalars(events: &[Event]) -> Vec<(String, i64, f64, f32)> {
    let mut scalars = Vec::new();
    for event in events {
        if let Some(Content::Summary(summary)) = &event.content {
            for value in &summary.values {
                let scalar =
                    value.scalar.map(|v| (value.tag.clone(), event.step, event.wall_time, v));
                scalars.extend(scalar);
            }
        }
    }
    scalars
}

const FIRST: &str = "placement=none,learning_rate=0.1/replicate-1";

#[test]
fn every_recorded_value_is_a_scalar_of_the_trial() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(write(&results("x", both()), folder.path()).unwrap(), 3);
    let events = events(&folder.path().join(FIRST).join(FILE));
    assert_eq!(events[0].content, Some(Content::FileVersion("brain.Event:2".to_owned())));
    let found = scalars(&events);
    let expected = [
        ("epoch/test_loss", 0, 1.25, 2.5),
        ("epoch/test_accuracy", 0, 1.25, 0.5),
        ("epoch/train_seconds", 0, 1.25, 1.0),
        ("epoch/evaluation_seconds", 0, 1.25, 0.25),
        ("step/test_loss", 0, 1.25, 2.5),
        ("step/test_accuracy", 0, 1.25, 0.5),
        ("epoch/test_loss", 1, 2.5, f32::INFINITY),
        ("epoch/test_accuracy", 1, 2.5, 0.5),
        ("epoch/train_seconds", 1, 2.5, 1.0),
        ("epoch/evaluation_seconds", 1, 2.5, 0.25),
        ("step/test_loss", 10, 2.5, f32::INFINITY),
        ("step/test_accuracy", 10, 2.5, 0.5),
        ("batch/loss", 5, 1.875, 1.5),
        ("batch/accuracy", 5, 1.875, 0.25),
        ("dead/layers.0", 0, 1.25, 0.125),
        ("dead/layers.0", 10, 2.5, 0.5),
    ];
    let expected = expected.map(|(tag, step, time, value)| (tag.to_owned(), step, time, value));
    assert_eq!(found, expected);
}

#[test]
fn the_axes_are_hyperparameters_and_the_condition_is_the_group() {
    let folder = tempfile::tempdir().unwrap();
    write(&results("x", both()), folder.path()).unwrap();
    let events = events(&folder.path().join(FIRST).join(FILE));
    let sessions = events.iter().filter_map(|event| match &event.content {
        Some(Content::Summary(summary)) => summary.values[0].metadata.clone(),
        _ => None,
    });
    let sessions = sessions.map(|metadata| {
        let content = metadata.plugin.unwrap().content;
        Hyperparameters::decode(&content[..]).unwrap().session.unwrap()
    });
    let [Session::Start(start), Session::End(end)] = &sessions.collect::<Vec<_>>()[..] else {
        panic!("a start and an end");
    };
    let kinds: Vec<_> =
        start.values.iter().map(|(key, value)| (&key[..], value.kind.clone())).collect();
    let expected = [
        ("learning_rate", Some(SettingKind::Number(0.1))),
        ("placement", Some(SettingKind::Text("none".to_owned()))),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(start.group, "placement=none,learning_rate=0.1");
    assert_eq!(end.status, 1);
}

#[test]
fn exporting_again_leaves_one_copy_and_what_is_not_ours() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let files = || -> Vec<PathBuf> {
        let runs = fs::folders(root).unwrap().into_iter().flat_map(|c| fs::folders(&c).unwrap());
        runs.flat_map(|run| fs::files(&run).unwrap()).collect()
    };
    write(&results("x", both()), root).unwrap();
    let first: Vec<Vec<u8>> = files().iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(first.len(), 3);
    write(&results("x", both()), root).unwrap();
    let second: Vec<Vec<u8>> = files().iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(first == second, "the same bytes");

    // Another program's run, and a file of the user's beside one of ours.
    let foreign = root.join("mine/run-1/events.out.tfevents.1");
    fs::create_folder(foreign.parent().unwrap()).unwrap();
    fs::replace(&foreign, b"theirs").unwrap();
    let note = root.join("placement=before,learning_rate=1/replicate-1/note.txt");
    fs::replace(&note, b"a note").unwrap();
    let empty = root.join("empty");
    fs::create_folder(&empty).unwrap();
    let fewer = both().into_iter().take(2).collect();
    write(&results("x", fewer), root).unwrap();
    assert!(fs::is_folder(&empty), "it held no export");
    assert!(!fs::is_there(&root.join("placement=none,learning_rate=0.1")), "it held exports alone");
    let left = files();
    assert!(left.contains(&foreign) && left.contains(&note), "{left:?}");
    // With one condition left, nothing varies but its placement names it.
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn another_experiment_or_program_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(&results("x", both()), root).unwrap();
    let refused = |name: &str| write(&results(name, both()), root).unwrap_err().to_string();
    let error = refused("y");
    assert!(error.contains("is of the experiment `x` and would be replaced"), "{error}");
    let file = root.join(FIRST).join(FILE);
    fs::replace(&file, b"theirs").unwrap();
    let error = refused("x");
    assert!(error.contains("was not written by bn-lab and would be replaced"), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"theirs");
}
