//! When states are emitted, their content, and which are refused.

use serde_json::Value;

use super::*;
use crate::event::NamedTensor;

const ADAM: &str = "train.optimizer = 'adam'";
const RMS_PROP: &str = "train.optimizer = 'rmsprop'";
const CUMULATIVE: &str = "norm.averaging = 'cumulative'";
const RENORM: &str = "norm.kind = 'renorm'\nnorm.r_max = 2.0\nnorm.d_max = 1.0
norm.renorm_decay = 0.8";

fn is_step(event: &Event, wanted: usize) -> bool {
    matches!(event, Event::Step { step, .. } if *step == wanted)
}

fn is_epoch(event: &Event, wanted: usize) -> bool {
    matches!(event, Event::EpochEnded { epoch, .. } if epoch.epoch == wanted)
}

#[test]
fn a_request_to_stop_leaves_the_state_of_the_moment_once() {
    let trial = trial(&[MLP, ADAM, CUMULATIVE]);
    let kept = states(&undisturbed(&trial, Arithmetic::Fused));
    let mut unkept = Trial::clone(&trial);
    Arc::make_mut(&mut unkept.recording).checkpoint.every = None;
    let unkept = Arc::new(unkept);
    for step in [1, 3, 4, 5, 8] {
        for trial in [&trial, &unkept] {
            let (outcome, events) = train(trial, Arithmetic::Fused, None, |e| is_step(e, step));
            assert_eq!(outcome.expect("no error"), Outcome::Interrupted);
            let told = states(&events);
            let (place, last) = told.last().expect("a state");
            assert_eq!(*place, events.len() - 1, "nothing is told behind it");
            assert_eq!(timeless(last), timeless(&kept[step - 1].1));
            let every = trial.recording.checkpoint.every.is_some();
            assert_eq!(told.len(), if every { step } else { 1 });
        }
    }
}

#[test]
fn a_training_stopped_between_two_epochs_does_not_evaluate_the_first_again() {
    let trial = trial(&[MLP, ADAM]);
    let all = undisturbed(&trial, Arithmetic::Fused);
    let (_, events) = train(&trial, Arithmetic::Fused, None, |e| is_epoch(e, 1));
    let state = states(&events).pop().expect("a state").1;
    let (_, found) = train(&trial, Arithmetic::Fused, Some(reread(&state)), |_| false);
    let place = all.iter().position(|event| is_epoch(event, 1));
    let expected = from_there(&all, place.expect("evaluated"));
    assert_same(&found, &expected, "between two epochs");
}

#[test]
fn a_training_stopped_before_its_first_step_has_no_state() {
    let trial = trial(&[MLP]);
    let (outcome, events) = train(&trial, Arithmetic::Fused, None, |e| is_epoch(e, 0));
    assert_eq!(outcome.expect("no error"), Outcome::Interrupted);
    assert!(states(&events).is_empty());
}

#[test]
fn a_training_that_is_stopped_again_and_again_comes_to_the_same_end() {
    let trial = trial(&[MLP, ADAM, RENORM]);
    let all = undisturbed(&trial, Arithmetic::Fused);
    let (mut from, mut told) = (None, Vec::new());
    for step in 1..=9 {
        let stops = |event: &Event| is_step(event, step);
        let (outcome, mut events) = train(&trial, Arithmetic::Fused, from, stops);
        outcome.expect("no error");
        from = states(&events).pop().map(|(_, state)| reread(&state));
        events.drain(..usize::from(step > 1));
        told.append(&mut events);
    }
    let all: Vec<String> = all.iter().map(words).collect();
    assert_same(&told, &all, "stopped at every step");
}

#[test]
fn an_epochs_seconds_go_on_from_those_of_the_state() {
    let trial = trial(&[MLP]);
    let mut state = states(&undisturbed(&trial, Arithmetic::Fused)).remove(1).1;
    put(&mut state, "epoch.seconds", Value::from(1e6));
    let (_, events) = train(&trial, Arithmetic::Fused, Some(state), |_| false);
    let seconds = events.iter().filter_map(|event| match event {
        Event::EpochEnded { seconds, .. } => Some(seconds.train),
        _ => None,
    });
    let [first, second] = seconds.collect::<Vec<f64>>()[..] else { panic!("two epochs end") };
    assert!(first >= 1e6 && second < 1e6, "{first}, {second}");
}

#[test]
fn divergence_is_judged_by_the_losses_of_the_state() {
    let trial = trial(&[MLP, "train.learning_rate = 300.0\ntrain.divergence_factor = 1.5"]);
    let (outcome, events) = train(&trial, Arithmetic::Fused, None, |_| false);
    let outcome = outcome.expect("no error");
    assert!(matches!(outcome, Outcome::Diverged { step: 2.., .. }));
    let (place, state) = states(&events).pop().expect("a state");
    let go_on = |state| train(&trial, Arithmetic::Fused, Some(state), |_| false);
    let (again, found) = go_on(state.clone());
    assert_eq!(again.expect("no error"), outcome);
    assert_same(&found, &from_there(&events, place), "divergence");
    for name in ["watch.first", "watch.last"] {
        let mut changed = state.clone();
        let loss = changed.numbers[name].as_f64().expect("a loss");
        put(&mut changed, name, Value::from(loss * 1.25));
        assert_ne!(go_on(changed).0.expect("no error"), outcome, "{name}");
    }
}

fn put(state: &mut TrainingState, name: &str, value: Value) {
    assert!(state.numbers.insert(name.to_owned(), value).is_some());
}

/// Trials whose states together contain everything that a state can contain.
fn rich() -> [(Arc<Trial>, Arithmetic); 5] {
    let rnn = "model.kind = 'rnn'\nmodel.units = 2\nnorm.recurrent = true";
    let nesterov = "train.optimizer = 'nesterov'";
    [
        (trial(&[MLP, ADAM, CUMULATIVE]), Arithmetic::Fused),
        (trial(&[MLP, ADAM, RENORM]), Arithmetic::Tensors),
        (trial(&[MLP, RMS_PROP, RENORM]), Arithmetic::Fused),
        (trial(&[MLP, RMS_PROP]), Arithmetic::Tensors),
        (trial(&[rnn, nesterov]), Arithmetic::Tensors),
    ]
}

/// Two values of divergence and the wall-clock times are tested above; and burn's
/// RMSprop keeps its mean square twice, and reads it once.
fn is_idle(name: &str) -> bool {
    ["epoch.seconds", "watch.first", "watch.last"].contains(&name)
        || name.ends_with(".centered.avg")
}

/// Every state that differs from `state` in one tensor or one number, with its name.
fn changed(state: &TrainingState) -> Vec<(String, TrainingState)> {
    let mut all = Vec::new();
    for (index, tensor) in state.tensors.iter().enumerate() {
        let mut changed = state.clone();
        for value in &mut changed.tensors[index].values {
            *value = *value * 1.5 + 0.01;
        }
        all.push((tensor.name.clone(), changed));
    }
    for (name, value) in &state.numbers {
        let others = match value.as_u64() {
            Some(0) => vec![Value::from(1)],
            Some(count) => vec![Value::from(count + 1), Value::from(count - 1)],
            None => vec![Value::from(value.as_f64().map(|x| x * 1.5 + 0.01))],
        };
        for other in others {
            let mut changed = state.clone();
            put(&mut changed, name, other);
            all.push((name.clone(), changed));
        }
    }
    all.retain(|(name, _)| !is_idle(name));
    all
}

#[test]
fn nothing_in_a_state_is_idle() {
    for (trial, arithmetic) in rich() {
        let events = undisturbed(&trial, arithmetic);
        let (place, state) = &states(&events)[2];
        let expected = from_there(&events, *place);
        for (name, changed) in changed(state) {
            let (outcome, found) = train(&trial, arithmetic, Some(changed), |_| false);
            let found: Vec<String> = found.iter().map(words).collect();
            assert!(outcome.is_err() || found != expected, "{name} is idle");
        }
    }
}

/// The error with which `state` is refused.
fn refusal(trial: &Arc<Trial>, arithmetic: Arithmetic, state: TrainingState) -> String {
    let (outcome, events) = train(trial, arithmetic, Some(state), |_| false);
    assert!(events.is_empty(), "nothing is told of a training that cannot be");
    let error = outcome.expect_err("refused");
    assert!(matches!(error, Error::Results(_)));
    error.to_string()
}

#[test]
fn a_state_without_one_of_its_parts_is_refused_with_the_parts_name() {
    for (trial, arithmetic) in rich() {
        let state = states(&undisturbed(&trial, arithmetic)).remove(2).1;
        for index in 0..state.tensors.len() {
            let mut less = state.clone();
            let lost = less.tensors.remove(index).name;
            let error = refusal(&trial, arithmetic, less);
            assert!(error.contains(&format!("it has no `{lost}`")), "{error}");
            let mut wider = state.clone();
            wider.tensors[index].shape.push(1);
            let error = refusal(&trial, arithmetic, wider);
            assert!(error.contains(&format!("its `{lost}` has")), "{error}");
        }
        for lost in state.numbers.keys() {
            let mut less = state.clone();
            less.numbers.remove(lost);
            let error = refusal(&trial, arithmetic, less);
            assert!(error.contains(&format!("it has no `{lost}`")), "{error}");
        }
    }
}

#[test]
fn a_state_of_another_trial_is_refused() {
    let state_of = |trial: &Arc<Trial>| {
        let mut states = states(&undisturbed(trial, Arithmetic::Fused));
        states.pop().expect("a state at every step").1
    };
    let adam = trial(&[MLP, ADAM]);
    for (lines, why) in [
        (
            &["model.hidden = [4, 5]", ADAM][..],
            "its `network.layers.1.weight` has 20 values in the shape [4, 5], where the shape [4, 3] is needed",
        ),
        (&[MLP, "train.optimizer = 'sgd'"], "it has no `optimiser.layers.0.weight.first`"),
        (&[MLP, ADAM, CUMULATIVE], "it has `network.norms.0.batches`, which is not known here"),
        (
            &[MLP, ADAM, "train.last_batch = 'drop'"],
            "its `epoch.examples` is 36, where 24 is needed",
        ),
    ] {
        let error = refusal(&adam, Arithmetic::Fused, state_of(&trial(lines)));
        assert!(error.contains(why), "{error}");
        assert!(error.contains("hint: "), "{error}");
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_and_never_panic() {
    let trial = trial(&[MLP, ADAM, CUMULATIVE]);
    let state = states(&undisturbed(&trial, Arithmetic::Fused)).remove(2).1;
    let kinds = ["null", "-1", "1.5", "\"3\"", "[]", "18446744073709551615"];
    for name in state.numbers.keys() {
        for kind in kinds {
            let value: Value = serde_json::from_str(kind).expect("valid JSON");
            let is_number = value.is_number() && state.numbers[name].is_f64();
            let mut changed = state.clone();
            put(&mut changed, name, value);
            if is_number {
                let (outcome, _) = train(&trial, Arithmetic::Fused, Some(changed), |_| false);
                outcome.expect("a number is a number");
            } else {
                let error = refusal(&trial, Arithmetic::Fused, changed);
                assert!(error.contains(&format!("its `{name}` is")), "{error}");
            }
        }
    }
}

#[test]
fn a_state_holds_every_tensor_under_a_name_of_its_own() {
    for (trial, arithmetic) in rich() {
        let state = states(&undisturbed(&trial, arithmetic)).remove(0).1;
        let names = |tensors: &[NamedTensor]| {
            let names = tensors.iter().map(|tensor| tensor.name.clone());
            names.collect::<std::collections::BTreeSet<String>>()
        };
        let all = names(&state.tensors);
        assert_eq!(all.len(), state.tensors.len());
        let events = undisturbed(&trial, arithmetic);
        let checkpoint = events.iter().find_map(|event| match event {
            Event::Checkpoint { tensors, .. } => Some(names(tensors)),
            _ => None,
        });
        for name in checkpoint.expect("kept") {
            assert!(all.contains(&format!("network.{name}")), "{name}");
        }
    }
}

#[test]
fn a_training_that_is_to_stop_while_it_is_evaluated_emits_nothing_of_the_evaluation() {
    let trial = trial(&[MLP]);
    let starts = |event: &Event| matches!(event, Event::TrialStarted { .. });
    let (outcome, events) = train(&trial, Arithmetic::Fused, None, starts);
    assert_eq!(outcome.expect("no error"), Outcome::Interrupted);
    assert!(!events.iter().any(|event| is_epoch(event, 0)), "the evaluation goes on to its end");
}
