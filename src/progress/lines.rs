//! Plain lines for a log file or a pipe: one when a trial ends, and its progress in between; with `--quiet`,
//! only failures.

use std::time::{Duration, Instant};

use super::estimate::Estimate;
use super::failures::Failures;
use super::{LogOf, awaited_line, log_line, taken_line};
use crate::error::Result;
use crate::event::{Event, Observer, Outcome};
use crate::plan::Trial;
use crate::streams;
use crate::units::{duration, percent, trials};

/// A running trial is reported at the end of an epoch, but not more often than this.
const INTERVAL: Duration = Duration::from_secs(10);

pub(super) struct Lines {
    estimate: Estimate,
    started: Instant,
    last_line: Instant,
    last_accuracy: std::collections::HashMap<String, f64>,
    /// Whether only failures are reported.
    quiet: bool,
    /// Number of trials that failed before and are not trained again.
    failed_before: usize,
    failures: Failures,
    log_of: LogOf,
}

impl Lines {
    pub(super) fn new(quiet: bool, failed_before: usize, log_of: LogOf) -> Self {
        Self {
            estimate: Estimate::default(),
            started: Instant::now(),
            last_line: Instant::now(),
            last_accuracy: std::collections::HashMap::default(),
            quiet,
            failed_before,
            failures: Failures::default(),
            log_of,
        }
    }

    fn say(&mut self, text: &str) {
        if self.quiet {
            return;
        }
        self.say_always(text);
    }

    fn say_always(&mut self, text: &str) {
        streams::say(text);
        self.last_line = Instant::now();
    }

    fn time_left(&self) -> String {
        self.estimate
            .seconds_left(self.started.elapsed().as_secs_f64())
            .filter(|_| self.estimate.ended < self.estimate.trials)
            .map_or(String::new(), |left| format!("; about {} left", duration(left)))
    }

    fn trial_ended(&mut self, trial: &Trial, outcome: &Outcome) {
        self.estimate.end(&trial.id);
        let ending = match outcome {
            Outcome::Completed => match self.last_accuracy.get(&trial.id) {
                Some(&accuracy) => format!("completed, test accuracy {}", percent(accuracy)),
                None => "completed".to_owned(),
            },
            Outcome::Diverged { reason, .. } => format!("diverged: {reason}"),
            Outcome::Failed { message } => format!("FAILED: {message}"),
            Outcome::Interrupted => "interrupted".to_owned(),
        };
        let line = format!(
            "[{}/{}] {} #{}: {ending}{}",
            self.estimate.ended,
            self.estimate.trials,
            trial.label,
            trial.replicate,
            self.time_left()
        );
        self.last_accuracy.remove(&trial.id);
        match outcome {
            Outcome::Failed { message } if !self.failures.is_new(message) => {}
            Outcome::Failed { .. } => {
                self.say_always(&format!("{line}{}", log_line(trial, &self.log_of)));
            }
            _ => self.say(&line),
        }
    }
}

/// The first line: `2 trials to train, 3 finished before, 1 failed before`.
fn beginning(to_run: usize, skipped: usize, failed_before: usize) -> String {
    let finished = skipped.saturating_sub(failed_before);
    let failed = match failed_before {
        0 => String::new(),
        failed => format!(", {failed} failed before and not trained again"),
    };
    format!("{} to train, {finished} finished before{failed}", trials(to_run))
}

impl Observer for Lines {
    fn observe(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { to_run, skipped } => {
                self.estimate = Estimate::new(*to_run);
                self.started = Instant::now();
                self.say(&beginning(*to_run, *skipped, self.failed_before));
            }
            Event::TrialStarted { trial, steps, .. } => self.estimate.started(&trial.id, *steps),
            Event::Step { trial, step, .. } => self.estimate.stepped(&trial.id, *step),
            Event::EpochEnded { trial, epoch, .. } => {
                self.last_accuracy.insert(trial.id.clone(), epoch.test.accuracy);
                if self.last_line.elapsed() >= INTERVAL {
                    let line = format!(
                        "{} #{}: epoch {}, test loss {:.4}, test accuracy {}{}",
                        trial.label,
                        trial.replicate,
                        epoch.epoch,
                        epoch.test.loss,
                        percent(epoch.test.accuracy),
                        self.time_left()
                    );
                    self.say(&line);
                }
            }
            Event::TrialEnded { trial, outcome, .. } => self.trial_ended(trial, outcome),
            Event::TrialPassed { trial, .. } | Event::TrialTooLarge { trial, .. } => {
                self.estimate.end(&trial.id);
            }
            Event::TrialTaken { trial } => self.say_always(&taken_line(trial)),
            Event::TrialAwaited { trial } => self.say(&awaited_line(trial)),
            Event::Order { .. }
            | Event::Checkpoint { .. }
            | Event::State { .. }
            | Event::Probed { .. }
            | Event::Predicted { .. } => {}
            Event::SweepEnded => {
                let repeated: Vec<String> = self.failures.repeated().collect();
                for line in &repeated {
                    self.say_always(line);
                }
                let took = duration(self.started.elapsed().as_secs_f64());
                if self.estimate.trials > 0 {
                    self.say(&format!("trained for {took}"));
                }
            }
        }
        Ok(())
    }
}
