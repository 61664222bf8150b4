//! How long something took of which some trainings never came to it: one phrase wherever it is told.

use super::compare::shown;
use crate::compare::metric::Unit;

/// Times to a target of one condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Until {
    /// [`crate::stats::median_time`]
    pub(super) median: Option<f64>,
    /// The longest time that a training was waited for in vain.
    pub(super) longest: Option<f64>,
    /// Trainings that got there.
    pub(super) reached: usize,
    /// All that came to an end.
    pub(super) all: usize,
    /// What it is counted in.
    pub(super) unit: Unit,
}

impl Until {
    /// `2.5`; `> 10` where more than half took longer; `not reached` where those diverged; `–` of nothing.
    pub(super) fn text(self) -> String {
        match (self.median, self.longest) {
            (Some(median), _) => number(median, self.unit),
            (None, Some(longest)) => format!("> {}", number(longest, self.unit)),
            (None, None) if self.all > 0 => "not reached".to_owned(),
            (None, None) => "–".to_owned(),
        }
    }

    /// Where it stands when rows are sorted by it: what was not reached comes last.
    pub(super) fn order(self) -> Option<f64> {
        self.median.or((self.all > 0).then_some(f64::MAX))
    }

    /// [`Self::text`] with how many got there, where some did and some did not: `2.5 (2 of 3)`.
    pub(super) fn counted(self) -> String {
        if (1..self.all).contains(&self.reached) {
            return format!("{} ({} of {})", self.text(), self.reached, self.all);
        }
        self.text()
    }
}

/// Epochs and steps are counted, and half a median lies between two of them.
pub(super) fn number(time: f64, unit: Unit) -> String {
    match unit {
        Unit::Epochs | Unit::Steps => format!("{time}"),
        unit => shown(time, unit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_with_those_that_never_got_there() {
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
        assert_eq!(number(1.256, Unit::Seconds), "1.26");
    }
}
