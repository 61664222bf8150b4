//! The frame that all figures share: panels on common axes, with legend and notes.

use super::arrangement::{Arrangement, Facet};
use super::metric::Metric;
use super::{notes, series};
use crate::plot::chart::{Axis, Chart, Panel, Row};
use crate::plot::scale::{self, Extent};
use crate::record::results::Results;

/// A figure in the making.
pub(super) struct Sheet<'a> {
    results: &'a Results,
    arrangement: &'a Arrangement<'a>,
    first_epoch: usize,
}

/// A row of panels before its axis is known.
pub(super) struct Strip {
    /// What the panels have in common; may be empty.
    pub(super) heading: String,
    /// What the panels show: losses or accuracies, not both, since they share an axis.
    pub(super) metrics: Vec<Metric>,
    /// The panels, with bands uncut and marks without height.
    pub(super) panels: Vec<Panel>,
}

impl<'a> Sheet<'a> {
    /// Begins a figure. The untrained network is drawn only where there is nothing else, since its
    /// loss would squash all that follows.
    pub(super) fn new(results: &'a Results, arrangement: &'a Arrangement<'a>) -> Self {
        let rows = results.trials.iter().flat_map(|trial| &trial.epochs);
        let last = rows.map(|row| row.epoch).max().unwrap_or(0);
        Self {
            results,
            arrangement,
            first_epoch: last.min(1),
        }
    }

    /// One panel: every line of `facet`.
    pub(super) fn panel(&self, title: &str, metric: Metric, facet: &Facet) -> Panel {
        let line = |line: &super::arrangement::Line| {
            let trials = self.arrangement.trials(line, facet);
            series::series(&line.label, line.key, &trials, metric, self.first_epoch)
        };
        Panel {
            title: title.to_owned(),
            note: notes::panel(self.arrangement, facet),
            series: self.arrangement.lines.iter().map(line).collect(),
            ..Panel::default()
        }
    }

    /// Puts the strips, each with an axis of its own, on one horizontal axis.
    pub(super) fn chart(&self, subtitle: &str, strips: Vec<Strip>) -> Chart {
        let axes = strips
            .iter()
            .map(|strip| axis(strip.is_loss(), &strip.panels))
            .collect();
        self.finish(subtitle, strips, axes)
    }

    /// Likewise, but all strips share one vertical axis as well.
    pub(super) fn chart_on_one_axis(&self, subtitle: &str, strips: Vec<Strip>) -> Chart {
        let panels = strips.iter().flat_map(|strip| &strip.panels);
        let shared = axis(strips.iter().any(Strip::is_loss), panels);
        let axes = vec![shared; strips.len()];
        self.finish(subtitle, strips, axes)
    }

    fn finish(&self, subtitle: &str, strips: Vec<Strip>, axes: Vec<Axis>) -> Chart {
        let columns = strips
            .iter()
            .map(|strip| strip.panels.len())
            .max()
            .unwrap_or(1);
        let x = epochs(&strips, columns);
        let mut metrics: Vec<Metric> = Vec::new();
        let mut band_is_cut = false;
        let mut rows = Vec::new();
        for (strip, y) in strips.into_iter().zip(axes) {
            let bad_end = if strip.is_loss() { y.high } else { y.low };
            for metric in &strip.metrics {
                if !metrics.contains(metric) {
                    metrics.push(*metric);
                }
            }
            let mut panels = strip.panels;
            for panel in &mut panels {
                band_is_cut |= settle(panel, &x, &y, bad_end);
            }
            rows.push(Row {
                heading: strip.heading,
                y,
                panels,
            });
        }
        Chart {
            title: self.title().to_owned(),
            subtitle: subtitle.to_owned(),
            legend_title: self.arrangement.legend_title.clone(),
            legend: notes::legend(self.arrangement),
            x,
            rows,
            band: notes::band(self.arrangement),
            shade: None,
            footnote: notes::footnote(self.arrangement, &metrics, self.first_epoch, band_is_cut),
        }
    }

    fn title(&self) -> &str {
        if self.results.question.trim().is_empty() {
            &self.results.name
        } else {
            &self.results.question
        }
    }
}

impl Strip {
    fn is_loss(&self) -> bool {
        self.metrics.iter().any(|metric| metric.is_loss())
    }
}

fn axis<'p>(is_loss: bool, panels: impl IntoIterator<Item = &'p Panel>) -> Axis {
    let series: Vec<_> = panels.into_iter().flat_map(|panel| &panel.series).collect();
    let lines = series
        .iter()
        .flat_map(|series| &series.points)
        .map(|point| point.y);
    let bands = series.iter().flat_map(|series| &series.band);
    let data = scale::Data {
        lines: Extent::of(lines),
        bands: Extent::of(bands.flat_map(|span| [span.low, span.high])),
        marks: series.iter().any(|series| !series.ended.is_empty()),
    };
    if is_loss {
        scale::loss(data)
    } else {
        scale::accuracy(data)
    }
}

/// From the first to the last point; marks of diverged trials decide only where there is no line.
fn epochs(strips: &[Strip], columns: usize) -> Axis {
    let series: Vec<_> = strips
        .iter()
        .flat_map(|strip| &strip.panels)
        .flat_map(|panel| &panel.series)
        .collect();
    let points = series
        .iter()
        .flat_map(|series| &series.points)
        .map(|point| point.x);
    let ended = series
        .iter()
        .flat_map(|series| &series.ended)
        .map(|point| point.x);
    let ended = || Extent::of(ended.map(f64::round));
    let ticks = match columns {
        0..=2 => 10,
        3 => 6,
        _ => 5,
    };
    scale::epochs(Extent::of(points).or_else(ended), ticks)
}

/// Cuts bands at the axis and puts marks of diverged trials on its bad end (a high loss, a low
/// accuracy); tells whether a band was cut.
fn settle(panel: &mut Panel, x: &Axis, y: &Axis, bad_end: f64) -> bool {
    let mut cut = false;
    for series in &mut panel.series {
        for span in &mut series.band {
            cut |= span.low < y.low || span.high > y.high;
            span.low = span.low.clamp(y.low, y.high);
            span.high = span.high.clamp(y.low, y.high);
        }
        for point in &mut series.ended {
            point.x = point.x.clamp(x.low, x.high);
            point.y = bad_end;
        }
    }
    cut
}
