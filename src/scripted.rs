//! A trainer that follows a script instead of training: the fake behind the trait, for tests of
//! everything around training (runner, archive, progress, resume) in milliseconds.

use std::sync::Arc;

use crate::config::spec::{Length, Placement};
use crate::error::{Error, Result};
use crate::event::{
    BatchResult, EpochResult, EpochSeconds, Event, Examples, Outcome, Score, Stop, Trainer,
    TrainingState,
};
use crate::plan::Trial;

/// Steps that each epoch of the script has.
const STEPS_PER_EPOCH: usize = 4;

/// Loss falls and accuracy rises on a fixed curve that depends on the placement and the replicate.
#[derive(Debug, Clone, Default)]
pub struct ScriptedTrainer {
    /// Trials whose label starts so diverge in the first epoch.
    pub diverge: Option<String>,
    /// Trials whose label starts so fail.
    pub fail: Option<String>,
    /// Trials whose label starts so panic.
    pub panic: Option<String>,
    /// The three above hold for this replicate only.
    pub only_replicate: Option<u64>,
}

impl ScriptedTrainer {
    fn is_meant(&self, script: Option<&String>, trial: &Trial) -> bool {
        let replicate = self
            .only_replicate
            .is_none_or(|only| only == trial.replicate);
        replicate && script.is_some_and(|label| trial.label.starts_with(label))
    }
}

impl Trainer for ScriptedTrainer {
    fn train(
        &self,
        trial: &Arc<Trial>,
        _from: Option<TrainingState>,
        stop: &Stop,
        tell: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Outcome> {
        let epochs = match trial.condition.settings.train.length {
            Length::Epochs(epochs) => epochs,
            Length::Steps(steps) => steps.div_ceil(STEPS_PER_EPOCH),
        };
        tell(Event::TrialStarted {
            trial: Arc::clone(trial),
            steps: epochs * STEPS_PER_EPOCH,
            examples: Examples {
                train: 8,
                validation: 4,
                test: 4,
            },
            parameters: 100,
            data: "scripted".to_owned(),
        });
        assert!(
            !self.is_meant(self.panic.as_ref(), trial),
            "as the script says"
        );
        if self.is_meant(self.fail.as_ref(), trial) {
            return Err(Error::Data("failed as the script says".to_owned()));
        }
        for epoch in 0..=epochs {
            // Epoch 0 is the untrained network: it takes no step.
            let taken = epoch * STEPS_PER_EPOCH;
            for step in taken.saturating_sub(STEPS_PER_EPOCH) + 1..=taken {
                if stop.is_requested() {
                    return Ok(Outcome::Interrupted);
                }
                let batch = BatchResult {
                    loss: score(trial, epoch).loss,
                    correct: 1,
                    examples: 2,
                };
                tell(Event::Step {
                    trial: Arc::clone(trial),
                    step,
                    epoch,
                    batch,
                });
            }
            if epoch > 0 && self.is_meant(self.diverge.as_ref(), trial) {
                return Ok(Outcome::Diverged {
                    step: STEPS_PER_EPOCH,
                    reason: "as the script says".to_owned(),
                    last_finite_loss: Some(score(trial, 1).loss),
                });
            }
            tell(Event::EpochEnded {
                trial: Arc::clone(trial),
                epoch: EpochResult {
                    epoch,
                    step: epoch * STEPS_PER_EPOCH,
                    train: (epoch > 0).then(|| score(trial, epoch)),
                    validation: Some(score(trial, epoch)),
                    test: score(trial, epoch),
                    evaluations: None,
                },
                seconds: EpochSeconds {
                    train: 0.5,
                    evaluation: 0.25,
                },
            });
        }
        Ok(Outcome::Completed)
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
    Score {
        loss,
        accuracy: 1.0 - loss / 2.5,
    }
}
