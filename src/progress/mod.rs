//! What a person sees on stderr while a sweep runs: bars on a terminal, plain lines elsewhere,
//! failures alone with `--quiet`. It draws what the events tell and decides nothing.

mod bars;
mod estimate;
mod lines;

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

/// `97.3 %`
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `45 s`, `3 min 20 s`, `2 h 05 min`
fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let written: Vec<String> = [0.4, 59.4, 59.6, 200.0, 7500.0].map(duration).into();
        assert_eq!(
            written,
            ["0 s", "59 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"]
        );
    }
}
