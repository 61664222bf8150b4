//! Progress bars for a terminal: one for the sweep, and a line for each running trial.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar};

use super::estimate::Estimate;
use super::failures::Failures;
use super::layout::Layout;
use super::training::Training;
use super::{LogOf, STOPPING, awaited_line, log_line, screen, taken_line};
use crate::error::Result;
use crate::event::{Event, Observer, Outcome, Stop};
use crate::plan::Trial;
use crate::streams::{Ink, Painted};
use crate::units::{duration, for_terminal, one_line, trials};

/// Resolution of the overall bar.
const PARTS: u64 = 1000;

/// Least time between two changes of a line.
const INTERVAL: Duration = Duration::from_millis(50);

pub(super) struct Bars {
    all: MultiProgress,
    layout: Layout,
    overall: ProgressBar,
    running: HashMap<String, Line>,
    /// Columns of the longest name so far, so that what follows the names is aligned.
    widest: usize,
    estimate: Estimate,
    started: Instant,
    drawn: Instant,
    failures: Failures,
    log_of: LogOf,
    stop: Stop,
    is_stopping: bool,
}

/// The line of a running trial.
struct Line {
    name: String,
    bar: ProgressBar,
    training: Training,
    drawn: Instant,
}

impl Bars {
    pub(super) fn new(log_of: LogOf, stop: Stop) -> Self {
        let layout = Layout::of(screen::columns());
        let all = screen::bars();
        let overall = all.add(ProgressBar::new(PARTS).with_style(layout.style()));
        Self {
            all,
            layout,
            overall,
            running: HashMap::new(),
            widest: 0,
            estimate: Estimate::default(),
            started: Instant::now(),
            drawn: Instant::now(),
            failures: Failures::default(),
            log_of,
            stop,
            is_stopping: false,
        }
    }

    fn start(&mut self, trial: &Trial, steps: usize) {
        self.estimate.started(&trial.id, steps);
        let bar = ProgressBar::new(steps as u64).with_style(self.layout.style());
        let line = Line {
            name: self.layout.name(&name(trial)),
            bar: self.all.add(bar),
            training: Training::of(trial, steps),
            drawn: Instant::now(),
        };
        self.widest = self.widest.max(line.name.chars().count());
        line.bar.set_message(self.layout.trial(&line.name, self.widest, &line.training));
        self.running.insert(trial.id.clone(), line);
    }

    /// Draws the line of a trial after `change`: at once if `is_due`, else at most so often.
    fn update(&mut self, trial: &Trial, is_due: bool, change: impl FnOnce(&mut Training)) {
        let Some(line) = self.running.get_mut(&trial.id) else {
            return;
        };
        change(&mut line.training);
        self.estimate.stepped(&trial.id, line.training.step);
        if is_due || line.drawn.elapsed() >= INTERVAL {
            line.drawn = Instant::now();
            line.bar.set_position(line.training.step as u64);
            line.bar.set_message(self.layout.trial(&line.name, self.widest, &line.training));
        }
        if self.drawn.elapsed() >= INTERVAL {
            self.draw_overall();
        }
    }

    fn end(&mut self, trial: &Trial, outcome: &Outcome) {
        self.estimate.end(&trial.id);
        self.clear(trial);
        let (ink, remark) = match outcome {
            Outcome::Diverged { reason, .. } => (Ink::Yellow, format!("diverged: {reason}")),
            Outcome::Failed { message } if self.failures.is_new(message) => {
                (Ink::Red, format!("FAILED: {message}{}", log_line(trial, &self.log_of)))
            }
            Outcome::Failed { .. } | Outcome::Completed | Outcome::Interrupted => {
                return self.draw_overall();
            }
        };
        self.print(Some(ink), &format!("{}: {remark}", name(trial)));
        self.draw_overall();
    }

    fn clear(&mut self, trial: &Trial) {
        if let Some(line) = self.running.remove(&trial.id) {
            line.bar.finish_and_clear();
        }
    }

    /// Prints a line above the bars; where that fails there is no terminal.
    fn print(&self, ink: Option<Ink>, text: &str) {
        let mut painted = Painted::default();
        painted.push_in(ink, text);
        drop(self.all.println(painted.said()));
    }

    fn draw_overall(&mut self) {
        self.drawn = Instant::now();
        let elapsed = self.started.elapsed().as_secs_f64();
        self.overall.set_position((self.estimate.share() * PARTS as f64) as u64);
        let left = self.estimate.seconds_left(elapsed);
        let (ended, all) = (self.estimate.ended, self.estimate.trials);
        self.overall.set_message(self.layout.overall(ended, all, elapsed, left));
    }

    /// Says once that a request to stop was received.
    fn notice_stop(&mut self) {
        if self.stop.is_requested_by_user() && !self.is_stopping {
            self.is_stopping = true;
            self.print(Some(Ink::Yellow), STOPPING);
        }
    }
}

impl Observer for Bars {
    fn observe(&mut self, event: &Event) -> Result<()> {
        self.notice_stop();
        match event {
            Event::SweepStarted { to_run, .. } => {
                self.estimate = Estimate::new(*to_run);
                self.started = Instant::now();
                self.draw_overall();
            }
            Event::TrialStarted { trial, steps, .. } => self.start(trial, *steps),
            Event::Step { trial, step, epoch, batch } => {
                self.update(trial, false, |training| training.stepped(*epoch, *step, *batch));
            }
            Event::EpochEnded { trial, epoch, .. } => {
                self.update(trial, true, |training| training.evaluated(epoch));
            }
            Event::TrialEnded { trial, outcome, .. } => self.end(trial, outcome),
            Event::TrialPassed { trial, .. } | Event::TrialTooLarge { trial, .. } => {
                self.estimate.end(&trial.id);
            }
            Event::TrialTaken { trial } => {
                self.clear(trial);
                self.print(None, &taken_line(trial));
            }
            Event::TrialAwaited { trial } => self.print(None, &awaited_line(trial)),
            Event::Order { .. }
            | Event::Checkpoint { .. }
            | Event::State { .. }
            | Event::Probed { .. }
            | Event::Predicted { .. } => {}
            Event::SweepEnded => {
                for (_, line) in self.running.drain() {
                    line.bar.finish_and_clear();
                }
                self.overall.finish_and_clear();
                for line in self.failures.repeated() {
                    self.print(Some(Ink::Red), &line);
                }
                let took = duration(self.started.elapsed().as_secs_f64());
                if self.estimate.ended > 0 && !self.is_stopping {
                    self.print(None, &format!("{} trained in {took}", trials(self.estimate.ended)));
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
