//! The lines of the bars, by the width of the terminal: words are left out where there is no room for them.

use indicatif::ProgressStyle;

use super::training::Training;
use crate::streams::{self, Ink, Painted};
use crate::units::{cut, duration, percent, trials};

/// From this number of columns on, a trial's line has words.
const MEDIUM: usize = 60;
/// From this number of columns on, the words are whole.
const WIDE: usize = 100;

/// How the lines are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    columns: usize,
    is_unicode: bool,
}

impl Layout {
    pub(super) fn of(columns: usize) -> Self {
        Self { columns, is_unicode: streams::is_unicode() }
    }

    /// The style of every line: a bar, and a message that is cut at the end of the line.
    pub(super) fn style(self) -> ProgressStyle {
        let bar = match self.columns {
            ..MEDIUM => 6,
            MEDIUM..WIDE => 10,
            _ => 20,
        };
        let template = format!("{{bar:{bar}.cyan/dim}} {{wide_msg}}");
        // A template that indicatif refuses would give its own style instead.
        ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars(if self.is_unicode { "━╸─" } else { "=>-" })
    }

    /// A trial's name, cut to a third of the line.
    pub(super) fn name(self, name: &str) -> String {
        cut(name, (self.columns / 3).max(8)).into_owned()
    }

    /// The message of a trial's line, whose name takes `width` columns.
    pub(super) fn trial(self, name: &str, width: usize, training: &Training) -> String {
        let epoch = training.epoch();
        let loss = training.loss();
        let accuracy = training.accuracy();
        let tested = training.tested.map(percent);
        let words = match self.columns {
            ..MEDIUM => [""; 4],
            MEDIUM..WIDE => ["epoch ", "loss ", "acc ", "test acc "],
            _ => ["epoch ", "loss ", "accuracy ", "test accuracy "],
        };
        let gap = if self.columns < MEDIUM { " " } else { "  " };
        // A narrow line has room for one accuracy.
        let tested = tested.filter(|_| self.columns >= MEDIUM);
        let values = [Some(epoch), loss, accuracy, tested];
        let mut line = Painted::default();
        line.push_in(Some(Ink::Bold), name);
        line.push(&" ".repeat(width.saturating_sub(name.chars().count())));
        for (word, value) in words.into_iter().zip(values) {
            let Some(value) = value else { continue };
            let value = if value.ends_with('%') { format!("{value:>7}") } else { value };
            line.push(gap);
            line.push_in(Some(Ink::Faint), word);
            line.push(&value);
        }
        line.said()
    }

    /// The message of the sweep's line.
    pub(super) fn overall(
        self,
        ended: usize,
        all: usize,
        elapsed: f64,
        left: Option<f64>,
    ) -> String {
        let elapsed = duration(elapsed);
        let left = left.filter(|_| ended < all).map(duration);
        let is_narrow = self.columns < MEDIUM;
        let (done, time) = match left {
            None if is_narrow => (format!("{ended}/{all}"), elapsed),
            Some(left) if is_narrow => {
                (format!("{ended}/{all}"), format!("{elapsed}, {left} left"))
            }
            None => (format!("{ended} of {}", trials(all)), format!("{elapsed} elapsed")),
            Some(left) => (
                format!("{ended} of {}", trials(all)),
                format!("{elapsed} elapsed, about {left} left"),
            ),
        };
        let mut line = Painted::default();
        line.push_in(Some(Ink::Bold), &done);
        line.push(&format!("  {time}"));
        line.said()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{BatchResult, EpochResult, Score};

    #[test]
    fn what_is_left_out_depends_on_the_width() {
        let mut training = Training::default();
        let batch = BatchResult { loss: 0.25, correct: 9, examples: 10 };
        let line = |columns, training: &Training| {
            let layout = Layout { columns, is_unicode: true };
            layout.trial("before #1", 10, training)
        };
        assert_eq!(line(80, &training), "before #1   epoch 0");
        training.stepped(3, 30, batch);
        let test = Score { loss: 0.3, accuracy: 0.875 };
        training.evaluated(&EpochResult {
            epoch: 2,
            step: 20,
            train: None,
            validation: None,
            test,
            balanced_test: None,
            evaluations: None,
            evaluated_train: None,
        });
        for (columns, expected) in [
            (120, "before #1   epoch 3  loss 0.2500  accuracy  90.0 %  test accuracy  87.5 %"),
            (80, "before #1   epoch 3  loss 0.2500  acc  90.0 %  test acc  87.5 %"),
            (40, "before #1  3 0.2500  90.0 %"),
        ] {
            assert_eq!(line(columns, &training), expected);
        }
    }

    #[test]
    fn the_line_of_the_sweep_has_the_time_that_is_left() {
        let line = |columns, ended, left| {
            Layout { columns, is_unicode: true }.overall(ended, 12, 75.0, left)
        };
        assert_eq!(line(80, 3, None), "3 of 12 trials  1 min 15 s elapsed");
        assert_eq!(
            line(80, 3, Some(200.0)),
            "3 of 12 trials  1 min 15 s elapsed, about 3 min 20 s left"
        );
        assert_eq!(line(40, 3, Some(200.0)), "3/12  1 min 15 s, 3 min 20 s left");
        assert_eq!(line(80, 12, Some(0.0)), "12 of 12 trials  1 min 15 s elapsed");
    }
}
