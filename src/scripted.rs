//! A trainer that emits scripted events instead of training, for tests of everything around training
//! (runner, records, progress, resuming) in milliseconds. It emits states and resumes from them as the
//! real trainer does.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::config::spec::{Length, Placement};
use crate::error::{Error, Result};
use crate::event::{
    BatchResult, EpochResult, EpochSeconds, Event, Examples, NamedTensor, Outcome, Point, Score,
    Stop, Trainer, TrainingState,
};
use crate::plan::Trial;

/// Number of steps in each epoch of the script.
const STEPS_PER_EPOCH: usize = 4;

/// Loss falls and accuracy rises on a fixed curve that depends on the placement and the replicate.
#[derive(Debug, Clone, Default)]
pub struct ScriptedTrainer {
    /// Trials whose label starts with this diverge in the first epoch.
    pub diverge: Option<String>,
    /// Trials whose label starts with this fail.
    pub fail: Option<String>,
    /// Trials whose label starts with this panic.
    pub panic: Option<String>,
    /// Limits the three fields above to this replicate.
    pub only_replicate: Option<u64>,
}

impl ScriptedTrainer {
    fn is_meant(&self, script: Option<&String>, trial: &Trial) -> bool {
        let replicate = self.only_replicate.is_none_or(|only| only == trial.replicate);
        replicate && script.is_some_and(|label| trial.label.starts_with(label))
    }
}

impl Trainer for ScriptedTrainer {
    fn train(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        stop: &Stop,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Outcome> {
        let epochs = match trial.condition.settings.train.length {
            Length::Epochs(epochs) => epochs,
            Length::Steps(steps) => steps.div_ceil(STEPS_PER_EPOCH),
        };
        let mut at = Place::of(trial, from.as_ref(), epochs)?;
        emit(Event::TrialStarted {
            trial: Arc::clone(trial),
            steps: epochs * STEPS_PER_EPOCH,
            examples: Examples { train: 8, validation: 4, test: 4 },
            parameters: 100,
            data: "scripted".to_owned(),
        });
        assert!(!self.is_meant(self.panic.as_ref(), trial), "as the script says");
        if self.is_meant(self.fail.as_ref(), trial) {
            return Err(Error::Data("failed as the script says".to_owned()));
        }
        if from.is_none() {
            emit(epoch_ended(trial, 0));
        }
        while at.epochs < epochs {
            if !steps(trial, &mut at, stop, emit) {
                return Ok(Outcome::Interrupted);
            }
            if self.is_meant(self.diverge.as_ref(), trial) {
                return Ok(Outcome::Diverged {
                    step: STEPS_PER_EPOCH,
                    reason: "as the script says".to_owned(),
                    last_finite_loss: Some(score(trial, 1).loss),
                });
            }
            at.epochs += 1;
            emit(epoch_ended(trial, at.epochs));
        }
        Ok(Outcome::Completed)
    }
}

/// The position of a trial in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    steps: usize,
    epochs: usize,
}

impl Place {
    /// The start of the script, or the position that the state `from` holds.
    fn of(trial: &Trial, from: Option<&TrainingState>, epochs: usize) -> Result<Self> {
        let Some(state) = from else {
            return Ok(Self::default());
        };
        let count = |name: &str| state.numbers.get(name)?.as_u64()?.try_into().ok();
        let place = count("steps").zip(count("epochs"));
        let place = place.map(|(steps, epochs)| Self { steps, epochs });
        let is_possible = |at: &Self| {
            let open = |steps: usize| steps.checked_sub(at.epochs * STEPS_PER_EPOCH);
            at.epochs <= epochs && open(at.steps).is_some_and(|steps| steps <= STEPS_PER_EPOCH)
        };
        let place = place.filter(is_possible);
        let place = place.filter(|at| at.state(trial) == *state);
        place.ok_or_else(|| {
            Error::Results("the state that the trial should go on from is not its own".to_owned())
        })
    }

    /// A state that only the same trial accepts.
    fn state(self, trial: &Trial) -> TrainingState {
        let numbers = [("steps", self.steps), ("epochs", self.epochs)];
        let numbers = numbers.map(|(name, count)| (name.to_owned(), Value::from(count)));
        let mut numbers = BTreeMap::from(numbers);
        numbers.insert("trial".to_owned(), Value::from(trial.label.clone()));
        numbers.insert("replicate".to_owned(), Value::from(trial.replicate));
        TrainingState { tensors: weights(self.steps), numbers }
    }
}

/// Takes the remaining steps of the epoch; `false` if a stop was requested before its end.
fn steps(
    trial: &Arc<Trial>,
    at: &mut Place,
    stop: &Stop,
    emit: &mut (dyn FnMut(Event) + Send),
) -> bool {
    let epoch = at.epochs + 1;
    let mut emitted = None;
    loop {
        if stop.is_requested() {
            if at.steps > 0 && emitted != Some(*at) {
                emit(state(trial, *at));
            }
            return false;
        }
        if at.steps == epoch * STEPS_PER_EPOCH {
            return true;
        }
        at.steps += 1;
        emit(Event::Step {
            trial: Arc::clone(trial),
            step: at.steps,
            epoch,
            batch: BatchResult { loss: score(trial, epoch).loss, correct: 1, examples: 2 },
        });
        let every = trial.recording.checkpoint.every;
        if every.is_some_and(|every| at.steps.is_multiple_of(every)) {
            emit(Event::Checkpoint {
                trial: Arc::clone(trial),
                point: Point::Step(at.steps),
                tensors: weights(at.steps),
            });
            emit(state(trial, *at));
            emitted = Some(*at);
        }
    }
}

fn state(trial: &Arc<Trial>, at: Place) -> Event {
    Event::State { trial: Arc::clone(trial), state: at.state(trial) }
}

/// A checkpoint of one weight: the number of steps taken.
fn weights(steps: usize) -> Vec<NamedTensor> {
    vec![NamedTensor { name: "weight".to_owned(), shape: vec![1], values: vec![steps as f32] }]
}

fn epoch_ended(trial: &Arc<Trial>, epoch: usize) -> Event {
    Event::EpochEnded {
        trial: Arc::clone(trial),
        epoch: EpochResult {
            epoch,
            step: epoch * STEPS_PER_EPOCH,
            // Epoch 0 is the untrained network: it takes no step.
            train: (epoch > 0).then(|| score(trial, epoch)),
            validation: Some(score(trial, epoch)),
            test: score(trial, epoch),
            balanced_test: Some(score(trial, epoch).accuracy),
            evaluations: None,
            evaluated_train: None,
        },
        seconds: EpochSeconds { train: 0.5, evaluation: 0.25 },
    }
}

/// `loss = 2.3 · e^(−rate · epoch)`, with a rate by placement; accuracy is `1 − loss / 2.5`.
fn score(trial: &Trial, epoch: usize) -> Score {
    let rate = match trial.condition.settings.norm.placement {
        Placement::None => 0.3,
        Placement::Before => 0.5,
        Placement::After => 0.45,
        Placement::PreActivation => 0.55,
        Placement::AfterAddition => 0.4,
    };
    let rate = rate + 0.01 * trial.replicate as f64;
    let loss = 2.3 * (-rate * epoch as f64).exp();
    Score { loss, accuracy: 1.0 - loss / 2.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;

    fn trial() -> Arc<Trial> {
        let text = "data.dataset = 'glyphs'\ntrain.epochs = 2\ncheckpoint.every = 3";
        plan::trials(&plan::tests::experiment(text)).remove(0)
    }

    /// The emitted events as text, and the last state.
    fn emitted(
        from: Option<TrainingState>,
        stops: impl Fn(&Event) -> bool + Sync,
    ) -> (Result<Outcome>, Vec<String>, Option<TrainingState>) {
        let (stop, mut words, mut last) = (Stop::default(), Vec::new(), None);
        let mut emit = |event: Event| {
            if stops(&event) {
                stop.request();
            }
            words.push(format!("{event:?}"));
            if let Event::State { state, .. } = event {
                last = Some(state);
            }
        };
        let outcome = ScriptedTrainer::default().train(&trial(), from, &stop, &mut emit);
        (outcome, words, last)
    }

    #[test]
    fn a_script_that_resumes_from_a_state_emits_the_remaining_events() {
        let (_, all, _) = emitted(None, |_| false);
        for step in 1..=8 {
            let is_step =
                |event: &Event| matches!(event, Event::Step { step: s, .. } if *s == step);
            let (outcome, first, state) = emitted(None, is_step);
            assert_eq!(outcome.expect("no error"), Outcome::Interrupted);
            let (outcome, rest, _) = emitted(state, |_| false);
            assert_eq!(outcome.expect("no error"), Outcome::Completed);
            let states_kept = usize::from(step % 3 == 0);
            let first = &first[..first.len() - 1 + states_kept];
            assert_eq!([first, &rest[1..]].concat(), all, "{step}");
        }
    }

    #[test]
    fn a_script_refuses_the_state_of_another_trial() {
        let (_, _, state) = emitted(None, |event| matches!(event, Event::Step { .. }));
        let mut state = state.expect("interrupted");
        state.numbers.insert("replicate".to_owned(), Value::from(2));
        let (outcome, words, _) = emitted(Some(state), |_| false);
        assert!(matches!(outcome, Err(Error::Results(_))));
        assert!(words.is_empty());
    }
}
