//! Compares a trial that resumes from a state with the same trial uninterrupted: all events of both
//! must be equal to the last bit.

mod features;
mod states;

use std::sync::OnceLock;

use super::*;
use crate::data::{self, Places};
use crate::device::OpenDevice;
use crate::device::spread::Devices;
use crate::plan;

/// Two epochs of four steps: three full batches and one of four examples. A state at every step.
const BASE: &str = "data.dataset = 'glyphs'
data.train_examples = 46
data.test_examples = 9
data.validation = 6
train.batch_size = 12
train.epochs = 2
checkpoint.every = 1
checkpoint.final = true
checkpoint.order = true
";

/// A small MLP; the test sets the other keys.
const MLP: &str = "model.hidden = [4, 3]";

fn trial(lines: &[&str]) -> Arc<Trial> {
    let text = format!("{BASE}{}", lines.join("\n"));
    plan::trials(&plan::tests::experiment(&text)).remove(0)
}

/// A trainer without state, as in a process that has just started.
fn trainer(trial: &Trial, arithmetic: Arithmetic) -> BurnTrainer {
    // Opened once: while a device is opened, panics are silent.
    static DEVICE: OnceLock<OpenDevice> = OnceLock::new();
    let open = || OpenDevice::open("cpu").expect("every build has a CPU device");
    let device = DEVICE.get_or_init(open).clone();
    let kernels = match arithmetic {
        Arithmetic::Fused => Kernels::Fused,
        Arithmetic::Tensors => Kernels::Composed,
    };
    let trainer = BurnTrainer::new(Devices::of(vec![device]), 1).with_kernels(kernels);
    let trainer = BurnTrainer { arithmetic, ..trainer };
    let load = || {
        let data = &trial.condition.settings.data;
        data::load(data, &Places::from_environment(None), &mut |_| {})
    };
    let loaded = trainer.provide(&trial.condition, load);
    loaded.expect("a dataset that is built in");
    trainer
}

/// Trains in a new trainer, and requests it to stop when it has emitted an event that `stops` selects.
fn train(
    trial: &Arc<Trial>,
    arithmetic: Arithmetic,
    from: Option<TrainingState>,
    stops: impl Fn(&Event) -> bool + Sync,
) -> (Result<Outcome>, Vec<Event>) {
    let (stop, mut events) = (Stop::default(), Vec::new());
    let mut tell = |event: Event| {
        if stops(&event) {
            stop.request();
        }
        events.push(event);
    };
    let outcome = trainer(trial, arithmetic).train(trial, from, &stop, &mut tell);
    (outcome, events)
}

/// Trains to the end.
fn undisturbed(trial: &Arc<Trial>, arithmetic: Arithmetic) -> Vec<Event> {
    let (outcome, events) = train(trial, arithmetic, None, |_| false);
    assert_eq!(outcome.expect("no error"), Outcome::Completed);
    events
}

/// The emitted states, with their positions among the events.
fn states(events: &[Event]) -> Vec<(usize, TrainingState)> {
    let states = events.iter().enumerate();
    states
        .filter_map(|(place, event)| match event {
            Event::State { state, .. } => Some((place, state.clone())),
            _ => None,
        })
        .collect()
}

/// The events of an uninterrupted training after `place`, preceded by the first event.
fn from_there(events: &[Event], place: usize) -> Vec<String> {
    let rest = events[..1].iter().chain(&events[place + 1..]);
    rest.map(words).collect()
}

/// An event as text, without its trial and its wall-clock time. A float's shortest digits are unique.
fn words(event: &Event) -> String {
    match event {
        Event::TrialStarted { steps, examples, parameters, data, .. } => {
            format!("started {steps} {examples:?} {parameters} {data}")
        }
        Event::Step { step, epoch, batch, .. } => format!("step {step} {epoch} {batch:?}"),
        Event::Order { step, epoch, examples, .. } => format!("order {step} {epoch} {examples:?}"),
        Event::Checkpoint { point, tensors, .. } => format!("checkpoint {point:?} {tensors:?}"),
        Event::Probed { step, readings, .. } => format!("probed {step} {readings:?}"),
        Event::Predicted { predictions, pictures, .. } => {
            format!("predicted {predictions:?} {pictures:?}")
        }
        Event::EpochEnded { epoch, .. } => format!("epoch {epoch:?}"),
        Event::State { state, .. } => format!("state {:?}", timeless(state)),
        other => panic!("a trainer tells of its trial alone: {other:?}"),
    }
}

fn timeless(state: &TrainingState) -> TrainingState {
    let mut state = state.clone();
    state.numbers.remove("epoch.seconds");
    state
}

/// The state after writing and parsing it as text.
fn reread(state: &TrainingState) -> TrainingState {
    let text = serde_json::to_string(&state.numbers).expect("numbers");
    TrainingState {
        numbers: serde_json::from_str(&text).expect("the same numbers"),
        tensors: state.tensors.clone(),
    }
}

#[track_caller]
fn assert_same(found: &[Event], expected: &[String], what: &str) {
    let found: Vec<String> = found.iter().map(words).collect();
    for (found, expected) in found.iter().zip(expected) {
        let is_same = found == expected;
        let start = |text: &str| text.chars().take(120).collect::<String>();
        assert!(is_same, "{what}: {} … {}", start(found), start(expected));
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}
