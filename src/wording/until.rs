//! Times to a target that some trials did not reach.

use super::numbers::{of, value};
use crate::compare::metric::Unit;
use crate::stats::{self, Score};

/// The times to a target in one condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Until {
    /// The median, by [`stats::median_time`].
    pub median: Option<f64>,
    /// The length of the longest training that did not reach the target.
    pub longest: Option<f64>,
    /// Number of trials that reached it.
    pub reached: usize,
    /// Number of trials that ended.
    pub all: usize,
    /// The unit of time.
    pub unit: Unit,
}

impl Until {
    /// The times of trials that ended.
    pub fn of(scores: &[Score], unit: Unit) -> Self {
        let beyond = scores.iter().filter_map(|score| match score {
            Score::Beyond(end) => Some(*end),
            _ => None,
        });
        Self {
            median: stats::median_time(scores),
            longest: beyond.reduce(f64::max),
            reached: scores.iter().filter(|score| matches!(score, Score::Value(_))).count(),
            all: scores.len(),
            unit,
        }
    }

    /// The median: `2.5`; `> 10` where more than half took longer; `not reached` where those diverged; `–` for none.
    pub fn text(self) -> String {
        match (self.median, self.longest) {
            (Some(median), _) => time(median, self.unit),
            (None, Some(longest)) => format!("> {}", time(longest, self.unit)),
            (None, None) if self.all > 0 => "not reached".to_owned(),
            (None, None) => "–".to_owned(),
        }
    }

    /// The number by which rows are sorted: a target that was not reached comes last.
    pub fn order(self) -> Option<f64> {
        self.median.or((self.all > 0).then_some(f64::MAX))
    }

    /// [`Self::text`] with the number that reached the target, where not all did: `2.5 (2 of 3)`.
    pub fn counted(self) -> String {
        if (1..self.all).contains(&self.reached) {
            return format!("{} ({})", self.text(), of(self.reached, self.all));
        }
        self.text()
    }
}

/// A time as text. Epochs and steps are whole numbers, but a median may lie between two of them.
pub fn time(time: f64, unit: Unit) -> String {
    match unit {
        Unit::Epochs | Unit::Steps => format!("{time}"),
        unit => value(time, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_printed_with_the_number_of_trials_that_reached_the_target() {
        let until = |median, longest, reached| Until {
            median,
            longest,
            reached,
            all: 3,
            unit: Unit::Epochs,
        };
        let said = |until: Until| [until.text(), until.counted()];
        assert_eq!(said(until(Some(2.5), None, 3)), ["2.5", "2.5"]);
        assert_eq!(said(until(Some(4.0), Some(10.0), 2)), ["4", "4 (2 of 3)"]);
        assert_eq!(said(until(None, Some(10.0), 1)), ["> 10", "> 10 (1 of 3)"]);
        assert_eq!(said(until(None, Some(10.0), 0)), ["> 10", "> 10"]);
        assert_eq!(said(until(None, None, 0)), ["not reached", "not reached"]);
        let nothing = Until { all: 0, ..until(None, None, 0) };
        assert_eq!(said(nothing), ["–", "–"]);
        assert_eq!(time(1.256, Unit::Seconds), "1.26");
    }
}
