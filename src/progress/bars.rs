//! Progress bars for a terminal: one for the sweep, and a line for each running trial.

use std::collections::HashMap;
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::estimate::Estimate;
use super::failures::Failures;
use super::{LogOf, awaited_line, log_line, screen, taken_line};
use crate::error::Result;
use crate::event::{EpochResult, Event, Observer, Outcome};
use crate::plan::Trial;
use crate::units::{duration, for_terminal, one_line, percent, trials};

/// Resolution of the overall bar.
const PARTS: u64 = 1000;

pub(super) struct Bars {
    all: MultiProgress,
    overall: ProgressBar,
    running: HashMap<String, ProgressBar>,
    estimate: Estimate,
    started: Instant,
    failures: Failures,
    log_of: LogOf,
}

impl Bars {
    pub(super) fn new(log_of: LogOf) -> Self {
        let all = screen::bars();
        let overall = all.add(ProgressBar::new(PARTS).with_style(style("{bar:30} {msg}")));
        Self {
            all,
            overall,
            running: HashMap::new(),
            estimate: Estimate::default(),
            started: Instant::now(),
            failures: Failures::default(),
            log_of,
        }
    }

    fn start(&mut self, trial: &Trial, steps: usize) {
        self.estimate.started(&trial.id, steps);
        let bar = self
            .all
            .add(ProgressBar::new(steps as u64).with_style(style("{bar:30} {prefix} {msg}")));
        bar.set_prefix(name(trial));
        self.running.insert(trial.id.clone(), bar);
    }

    fn step(&mut self, trial: &Trial, step: usize) {
        self.estimate.stepped(&trial.id, step);
        if let Some(bar) = self.running.get(&trial.id) {
            bar.set_position(step as u64);
        }
        self.draw_overall();
    }

    fn epoch(&mut self, trial: &Trial, epoch: &EpochResult) {
        if let Some(bar) = self.running.get(&trial.id) {
            bar.set_message(format!(
                "epoch {}  test loss {:.4}  accuracy {}",
                epoch.epoch,
                epoch.test.loss,
                percent(epoch.test.accuracy)
            ));
        }
    }

    fn end(&mut self, trial: &Trial, outcome: &Outcome) {
        self.estimate.end(&trial.id);
        if let Some(bar) = self.running.remove(&trial.id) {
            bar.finish_and_clear();
        }
        let remark = match outcome {
            Outcome::Diverged { reason, .. } => Some(format!("diverged: {reason}")),
            Outcome::Failed { message } if !self.failures.is_new(message) => None,
            Outcome::Failed { message } => {
                Some(format!("FAILED: {message}{}", log_line(trial, &self.log_of)))
            }
            Outcome::Completed | Outcome::Interrupted => None,
        };
        if let Some(remark) = remark {
            // Drawn above the bars; where that fails there is no terminal.
            let text = format!("{}: {remark}", name(trial));
            drop(self.all.println(for_terminal(&text)));
        }
        self.draw_overall();
    }

    fn draw_overall(&self) {
        let elapsed = self.started.elapsed().as_secs_f64();
        let left = self
            .estimate
            .seconds_left(elapsed)
            .map_or(String::new(), |left| format!(", about {} left", duration(left)));
        self.overall.set_position((self.estimate.share() * PARTS as f64) as u64);
        self.overall.set_message(format!(
            "{} of {}, {} elapsed{left}",
            self.estimate.ended,
            trials(self.estimate.trials),
            duration(elapsed),
        ));
    }
}

impl Observer for Bars {
    fn observe(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { to_run, .. } => {
                self.estimate = Estimate::new(*to_run);
                self.started = Instant::now();
            }
            Event::TrialStarted { trial, steps, .. } => self.start(trial, *steps),
            Event::Step { trial, step, .. } => self.step(trial, *step),
            Event::EpochEnded { trial, epoch, .. } => self.epoch(trial, epoch),
            Event::TrialEnded { trial, outcome, .. } => self.end(trial, outcome),
            Event::TrialPassed { trial, .. } | Event::TrialTooLarge { trial, .. } => {
                self.estimate.end(&trial.id);
            }
            Event::TrialTaken { trial } => {
                if let Some(bar) = self.running.remove(&trial.id) {
                    bar.finish_and_clear();
                }
                drop(self.all.println(taken_line(trial)));
            }
            Event::TrialAwaited { trial } => drop(self.all.println(awaited_line(trial))),
            Event::Order { .. }
            | Event::Checkpoint { .. }
            | Event::State { .. }
            | Event::Probed { .. }
            | Event::Predicted { .. } => {}
            Event::SweepEnded => {
                for (_, bar) in self.running.drain() {
                    bar.finish_and_clear();
                }
                self.overall.finish_and_clear();
                for line in self.failures.repeated() {
                    drop(self.all.println(for_terminal(&line)));
                }
            }
        }
        Ok(())
    }
}

/// The name of a trial beside its bar. indicatif counts the columns of what it draws, so characters that
/// the screen would replace are replaced first.
fn name(trial: &Trial) -> String {
    let name = format!("{} #{}", trial.label, trial.replicate);
    one_line(&for_terminal(&name)).into_owned()
}

/// A bar with this template; an invalid one would fall back to indicatif's own.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
}
