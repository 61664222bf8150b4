//! The display on stderr while a sweep runs: bars on a terminal that can redraw, plain lines
//! elsewhere (also with `TERM=dumb`), only failures with `--quiet`. It only draws.

mod bars;
mod estimate;
mod failures;
mod layout;
mod lines;
pub mod messages;
mod screen;
mod training;

use std::path::PathBuf;

use crate::event::{Observer, Stop};
use crate::plan::Trial;

/// Gives the path of a failed trial's log.
type LogOf = Box<dyn Fn(&Trial) -> PathBuf>;

/// Printed once a request to stop was received.
const STOPPING: &str = "stopping after the current steps; Ctrl-C again stops at once";

/// The display that suits stderr. `failed` of the skipped trials failed before; it says when `stop` is requested;
/// `log_of` gives the path of a failed trial's log.
pub fn display(
    quiet: bool,
    failed: usize,
    stop: &Stop,
    log_of: impl Fn(&Trial) -> PathBuf + 'static,
) -> Box<dyn Observer> {
    let log_of: LogOf = Box::new(log_of);
    // Where indicatif draws nothing it prints nothing either, not even a failure.
    if !quiet && screen::is_there() {
        Box::new(bars::Bars::new(log_of, stop.clone()))
    } else {
        Box::new(lines::Lines::new(quiet, failed, log_of, stop.clone()))
    }
}

/// Printed with a failure, so that it can be examined while others run.
fn log_line(trial: &Trial, log_of: &LogOf) -> String {
    format!("\n  log: {}", log_of(trial).display())
}

/// Printed for a trial that another run has taken over.
fn taken_line(trial: &Trial) -> String {
    format!(
        "{} #{}: another run has taken it over, since this process was suspended for too long; continuing with the next",
        trial.label, trial.replicate
    )
}

/// Printed for a trial that is locked by a run which may have ended.
fn awaited_line(trial: &Trial) -> String {
    format!(
        "{} #{}: checking whether the run that trains it is alive, since its lock cannot be seen from here",
        trial.label, trial.replicate
    )
}
