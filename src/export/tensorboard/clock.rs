//! The time of a training at each of its steps, for the axis "Relative" of `TensorBoard`.

use crate::results::query::TrialCurves;

/// Seconds since a training began, by step. Between two evaluations the steps are taken to be equally long.
pub(super) struct Clock {
    /// Steps with the seconds at which they and their evaluation were done, both ascending.
    moments: Vec<(f64, f64)>,
}

impl Clock {
    /// The clock of a trial; it stays at 0 where no times were recorded.
    pub(super) fn of(trial: &TrialCurves) -> Self {
        let mut seconds = 0.0;
        let mut timed = trial.seconds.iter().peekable();
        let moment = |row: &crate::results::format::schema::EpochRow| {
            while let Some(timing) = timed.next_if(|timing| timing.epoch <= row.epoch) {
                seconds += timing.train_seconds + timing.evaluation_seconds;
            }
            (row.step as f64, seconds)
        };
        Self { moments: trial.epochs.iter().map(moment).collect() }
    }

    /// Seconds until this step.
    pub(super) fn at(&self, step: usize) -> f64 {
        let step = step as f64;
        let next = self.moments.iter().position(|(at, _)| *at >= step);
        match next {
            None => self.end(),
            Some(0) => self.moments[0].1,
            Some(next) => {
                let ((from, begin), (to, end)) = (self.moments[next - 1], self.moments[next]);
                begin + (end - begin) * (step - from) / (to - from)
            }
        }
    }

    /// Seconds of the whole training.
    pub(super) fn end(&self) -> f64 {
        self.moments.last().map_or(0.0, |(_, seconds)| *seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::schema::{EpochRow, TimingRow};

    #[test]
    fn time_passes_evenly_between_evaluations() {
        let row = |epoch, step| EpochRow { epoch, step, ..EpochRow::default() };
        let timing =
            |epoch| TimingRow { epoch, train_seconds: 2.0, evaluation_seconds: 0.5 * epoch as f64 };
        let trial = TrialCurves {
            epochs: vec![row(0, 0), row(1, 10), row(2, 20)],
            seconds: vec![timing(0), timing(1), timing(2)],
            ..TrialCurves::default()
        };
        let clock = Clock::of(&trial);
        let at = [0, 5, 10, 20, 25].map(|step| clock.at(step));
        let expected = [2.0, 3.25, 4.5, 7.5, 7.5_f64];
        assert_eq!(at.map(f64::to_bits), expected.map(f64::to_bits));
        let untimed = TrialCurves { seconds: Vec::new(), ..trial };
        assert_eq!(Clock::of(&untimed).at(7).to_bits(), 0.0_f64.to_bits());
        assert_eq!(Clock::of(&TrialCurves::default()).at(7).to_bits(), 0.0_f64.to_bits());
    }
}
