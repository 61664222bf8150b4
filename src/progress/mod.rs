//! What a person sees on stderr while a sweep runs: bars on a terminal, plain lines elsewhere,
//! nothing with `--quiet`. It draws what the events tell and decides nothing.

mod bars;
mod estimate;
mod lines;

use std::io::IsTerminal;

use crate::event::{Event, Observer};

/// The display that fits where stderr goes.
pub fn display(quiet: bool) -> Box<dyn Observer> {
    if quiet {
        Box::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Box::new(bars::Bars::default())
    } else {
        Box::new(lines::Lines::new(std::io::stderr()))
    }
}

/// Says nothing.
struct Silent;

impl Observer for Silent {
    fn observe(&mut self, _: &Event) -> crate::error::Result<()> {
        Ok(())
    }
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
