//! What a person sees on stderr while a sweep runs: bars on a terminal, plain lines elsewhere,
//! failures alone with `--quiet`. It draws what the events tell and decides nothing.

mod bars;
mod estimate;
mod lines;
pub mod messages;

use std::io::IsTerminal;
use std::path::PathBuf;

use crate::event::Observer;
use crate::plan::Trial;

/// Where the log of a failed trial is.
type LogOf = Box<dyn Fn(&Trial) -> PathBuf>;

/// The display that fits where stderr goes. `log_of` gives the log of a failed trial.
pub fn display(quiet: bool, log_of: impl Fn(&Trial) -> PathBuf + 'static) -> Box<dyn Observer> {
    let log_of: LogOf = Box::new(log_of);
    if !quiet && std::io::stderr().is_terminal() {
        Box::new(bars::Bars::new(log_of))
    } else {
        Box::new(lines::Lines::new(std::io::stderr(), quiet, log_of))
    }
}

/// Told with a failure, so that it can be looked into while others run.
fn log_line(trial: &Trial, log_of: &LogOf) -> String {
    format!("\n  log: {}", log_of(trial).display())
}
