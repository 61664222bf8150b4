//! Measurements by epoch as lines in panels, shared by curves, overview, gap and evaluations.

use super::arrangement::{Arrangement, Facet};
use super::axes;
use super::request::{Horizontal, Request};
use super::sheet::Strip;
use super::{notes, series};
use crate::plot::chart::{Axis, Panel, Point, Series};
use crate::plot::scale::Extent;
use crate::results::format::schema::EpochRow;
use crate::results::query::{Results, TrialCurves, TrialStatus};

/// A function that gives the curve of a trial.
pub(super) type Reading<'r> = &'r dyn Fn(&TrialCurves) -> Vec<Point>;

/// Draws the progress of training.
pub(super) struct Progress<'a> {
    /// The experiment's results.
    pub(super) results: &'a Results,
    /// The requested options.
    pub(super) request: &'a Request,
    /// The first epoch that is drawn. The untrained network (0) is drawn only where there is little else, since its
    /// loss would compress everything after it.
    pub(super) first_epoch: usize,
}

impl<'a> Progress<'a> {
    /// For these results, with these options.
    pub(super) fn new(results: &'a Results, request: &'a Request) -> Self {
        let fewest = last_epochs(results).into_iter().min().unwrap_or(0);
        Self { results, request, first_epoch: usize::from(fewest > 1) }
    }

    /// The points of a trial: the drawn epochs, with the values of `of`.
    pub(super) fn curve(
        &self,
        trial: &TrialCurves,
        of: impl Fn(&EpochRow) -> Option<f64>,
    ) -> Vec<Point> {
        let rows = trial.epochs.iter().filter(|row| row.epoch >= self.first_epoch);
        let points = rows.filter_map(|row| {
            let y = of(row).filter(|y| y.is_finite())?;
            let x = self.place(trial, row);
            Some(Point { x, y })
        });
        points.collect()
    }

    fn place(&self, trial: &TrialCurves, row: &EpochRow) -> f64 {
        match self.request.x {
            Horizontal::Epoch => row.epoch as f64,
            Horizontal::Step => row.step as f64,
            Horizontal::Seconds => {
                let until_then = trial.seconds.iter().filter(|time| time.epoch <= row.epoch);
                until_then.map(|time| time.train_seconds).sum()
            }
        }
    }

    /// A line of the completed trials among these, with marks where the others diverged.
    pub(super) fn line(
        &self,
        (label, key): (&str, crate::plot::palette::Key),
        trials: &[&TrialCurves],
        reading: Reading<'_>,
        bounds: Extent,
    ) -> Series {
        let curves = series::completed(trials).map(reading);
        let curves = curves.map(|curve| series::smoothed(&curve, self.request.smooth));
        let curves: Vec<Vec<Point>> = curves.filter(|curve| !curve.is_empty()).collect();
        let alike = if self.request.x == Horizontal::Seconds {
            series::on_one_grid(&curves)
        } else {
            Some(curves.clone())
        };
        let is_apart = alike.is_none();
        let mut line = series::mean_line(label, key, &alike.unwrap_or_default(), bounds);
        if is_apart || (self.request.replicates && curves.len() > 1) {
            line.singles = curves;
        }
        line.ended = self.ended(trials);
        line
    }

    /// A panel with every line of the arrangement.
    pub(super) fn panel(
        &self,
        arrangement: &Arrangement<'_>,
        facet: &Facet,
        reading: Reading<'_>,
        bounds: Extent,
    ) -> Panel {
        let lines = arrangement.lines.iter().map(|line| {
            let trials = arrangement.trials(line, facet);
            self.line((&line.label, line.key), &trials, reading, bounds)
        });
        Panel {
            title: facet.title.clone(),
            note: notes::panel(arrangement, facet),
            series: lines.collect(),
            ..Panel::default()
        }
    }

    /// The horizontal axis of these panels.
    pub(super) fn axis(&self, strips: &[Strip]) -> Axis {
        let columns = strips.iter().map(|strip| strip.panels.len()).max();
        let panels: Vec<&Panel> = strips.iter().flat_map(|strip| &strip.panels).collect();
        let log = self.request.log_x;
        axes::training(self.request.x, &panels, columns.unwrap_or(1), log)
    }

    /// Notes on how the lines were computed.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let over = self.request.smooth;
        if over > 1 {
            notes.push(format!(
                "Smoothed: each point is the mean of it and up to {} before it.",
                over - 1
            ));
        }
        if self.request.x == Horizontal::Seconds {
            notes.push(
                "Seconds of training, evaluation not among them; replicates are compared at equal times, up \
                 to where the first of them ended. Where they have no time in common, each is drawn by itself, \
                 faintly, without a mean."
                    .to_owned(),
            );
        }
        notes
    }

    fn ended(&self, trials: &[&TrialCurves]) -> Vec<Point> {
        let steps = trials.iter().find_map(|trial| steps_an_epoch(trial));
        let diverged = trials.iter().filter(|trial| trial.status == TrialStatus::Diverged);
        let place = |trial: &&TrialCurves| match self.request.x {
            Horizontal::Epoch => ended_at(trial, steps),
            Horizontal::Step => trial.diverged_step.unwrap_or(0) as f64,
            Horizontal::Seconds => trial.seconds.iter().map(|time| time.train_seconds).sum(),
        };
        let points = diverged.map(|trial| Point { x: place(trial), y: 0.0 });
        points.collect()
    }
}

/// The last epoch of each completed trial; of all trials where none was completed.
fn last_epochs(results: &Results) -> Vec<usize> {
    let last = |trial: &TrialCurves| trial.epochs.last().map(|row| row.epoch);
    let completed = results.trials.iter().filter(|trial| trial.status == TrialStatus::Completed);
    let found: Vec<usize> = completed.filter_map(last).collect();
    if found.is_empty() { results.trials.iter().filter_map(last).collect() } else { found }
}

/// The most suitable horizontal axis: steps where the conditions differ in the number of their epochs, or
/// have one, which would be a single dot; epochs otherwise.
pub(super) fn best_measure(results: &Results) -> Horizontal {
    let last = last_epochs(results);
    let (fewest, most) = (last.iter().min(), last.iter().max());
    if fewest != most || most.is_none_or(|most| *most <= 1) {
        Horizontal::Step
    } else {
        Horizontal::Epoch
    }
}

/// Number of optimiser steps in an epoch, from the first trained epoch.
fn steps_an_epoch(trial: &TrialCurves) -> Option<f64> {
    let row = trial.epochs.iter().find(|row| row.epoch > 0 && row.step > 0)?;
    Some(row.step as f64 / row.epoch as f64)
}

/// The epoch, a fraction where it is known, at which a diverged trial ended: at most one after
/// its last complete epoch.
fn ended_at(trial: &TrialCurves, steps_an_epoch: Option<f64>) -> f64 {
    let last = trial.epochs.last().map_or(0, |row| row.epoch) as f64;
    match (trial.diverged_step, steps_an_epoch) {
        (Some(step), Some(steps)) => (step as f64 / steps).clamp(last, last + 1.0),
        _ => last,
    }
}
