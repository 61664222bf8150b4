//! Plain lines for a log file or a pipe: one when a trial ends, and its progress in between; with `--quiet`,
//! only failures.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::estimate::Estimate;
use super::failures::Failures;
use super::training::Training;
use super::{LogOf, STOPPING, awaited_line, log_line, taken_line};
use crate::error::Result;
use crate::event::{EpochResult, Event, Observer, Outcome, Stop};
use crate::plan::Trial;
use crate::streams;
use crate::units::{duration, percent, trials};

/// A running trial is reported at the end of an epoch, but not more often than this.
const INTERVAL: Duration = Duration::from_secs(10);

/// Within an epoch, it is reported once nothing has been printed for so long.
const LONG: Duration = Duration::from_secs(30);

pub(super) struct Lines {
    estimate: Estimate,
    started: Instant,
    last_line: Instant,
    running: HashMap<String, Training>,
    /// Whether only failures are reported.
    quiet: bool,
    /// Number of trials that failed before and are not trained again.
    failed_before: usize,
    failures: Failures,
    log_of: LogOf,
    stop: Stop,
    is_stopping: bool,
}

impl Lines {
    pub(super) fn new(quiet: bool, failed_before: usize, log_of: LogOf, stop: Stop) -> Self {
        Self {
            estimate: Estimate::default(),
            started: Instant::now(),
            last_line: Instant::now(),
            running: HashMap::new(),
            quiet,
            failed_before,
            failures: Failures::default(),
            log_of,
            stop,
            is_stopping: false,
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

    /// The time since the start, and what is left where that can be estimated.
    fn time(&self) -> String {
        let elapsed = self.started.elapsed().as_secs_f64();
        let left = self.estimate.seconds_left(elapsed);
        let left = left.filter(|_| self.estimate.ended < self.estimate.trials);
        let left = left.map_or(String::new(), |left| format!(", about {} left", duration(left)));
        format!("; {} elapsed{left}", duration(elapsed))
    }

    /// Reports a trial within an epoch, or at its end with the scores on the test set.
    fn report(&mut self, trial: &Trial, epoch: Option<&EpochResult>) {
        let Some(training) = self.running.get(&trial.id) else {
            return;
        };
        let number = training.epoch();
        let mut parts = vec![format!("epoch {}", number.trim_start())];
        if epoch.is_none() {
            parts.push(format!("step {} of {}", training.step, training.steps));
        }
        parts.extend(training.loss().map(|loss| format!("loss {loss}")));
        parts.extend(training.accuracy().map(|accuracy| format!("accuracy {accuracy}")));
        if let Some(EpochResult { test, .. }) = epoch {
            parts.push(format!("test loss {:.4}", test.loss));
            parts.push(format!("test accuracy {}", percent(test.accuracy)));
        }
        let (label, replicate) = (&trial.label, trial.replicate);
        self.say(&format!("{label} #{replicate}: {}{}", parts.join(", "), self.time()));
    }

    /// Says once that a request to stop was received.
    fn notice_stop(&mut self) {
        if self.stop.is_requested_by_user() && !self.is_stopping {
            self.is_stopping = true;
            self.say(STOPPING);
        }
    }

    fn trial_ended(&mut self, trial: &Trial, outcome: &Outcome) {
        self.estimate.end(&trial.id);
        let ended = self.running.remove(&trial.id);
        let ending = match outcome {
            Outcome::Completed => match ended.and_then(|training| training.tested) {
                Some(accuracy) => format!("completed, test accuracy {}", percent(accuracy)),
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
            self.time()
        );
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
        self.notice_stop();
        match event {
            Event::SweepStarted { to_run, skipped } => {
                self.estimate = Estimate::new(*to_run);
                self.started = Instant::now();
                self.say(&beginning(*to_run, *skipped, self.failed_before));
            }
            Event::TrialStarted { trial, steps, .. } => {
                self.estimate.started(&trial.id, *steps);
                self.running.insert(trial.id.clone(), Training::of(trial, *steps));
            }
            Event::Step { trial, step, epoch, batch } => {
                self.estimate.stepped(&trial.id, *step);
                if let Some(training) = self.running.get_mut(&trial.id) {
                    training.stepped(*epoch, *step, *batch);
                }
                if self.last_line.elapsed() >= LONG {
                    self.report(trial, None);
                }
            }
            Event::EpochEnded { trial, epoch, .. } => {
                if let Some(training) = self.running.get_mut(&trial.id) {
                    training.evaluated(epoch);
                }
                if self.last_line.elapsed() >= INTERVAL {
                    self.report(trial, Some(epoch));
                }
            }
            Event::TrialEnded { trial, outcome, .. } => self.trial_ended(trial, outcome),
            Event::TrialPassed { trial, .. } | Event::TrialTooLarge { trial, .. } => {
                self.estimate.end(&trial.id);
            }
            Event::TrialTaken { trial } => {
                self.running.remove(&trial.id);
                self.say_always(&taken_line(trial));
            }
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
