//! Determines axes from the data.

use super::arrangement::shown;
use super::request::Horizontal;
use crate::plot::chart::{Along, Axis, Panel, Scale, Tick};
use crate::plot::scale::{self, Data, Extent, MARGIN};

/// Most ticks on an axis of values.
const MARKS: usize = 9;

/// The quantity of an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quantity {
    /// Name and unit: `Accuracy (%)`.
    pub(super) label: String,
    /// Limits that its values cannot exceed.
    pub(super) bounds: Extent,
    /// Whether the mark of a diverged training belongs at the upper end.
    pub(super) worse_is_higher: bool,
    /// Whether the axis is logarithmic; where `None`, it is if the lines span more than a factor of ten and the
    /// quantity spans decades.
    pub(super) log: Option<bool>,
    /// The kind of quantity, which determines the range of the axis around the data.
    pub(super) kind: Kind,
    /// Whether it is a count, which has whole values only.
    pub(super) is_count: bool,
}

/// Kinds of quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In percent, with a range close to the data.
    Accuracy,
    /// Logarithmic where it spans decades.
    Loss,
    /// With a range close to the data, on round steps.
    Plain,
    /// With a range from 0.
    FromZero,
}

/// Any number.
pub(super) const ANY: Extent = Extent { low: f64::MIN, high: f64::MAX };

/// No number below 0.
pub(super) const POSITIVE: Extent = Extent { low: 0.0, high: f64::MAX };

impl Quantity {
    /// A quantity of this kind.
    pub(super) fn new(label: &str, kind: Kind) -> Self {
        Self {
            label: label.to_owned(),
            bounds: match kind {
                Kind::Accuracy => Extent { low: 0.0, high: 100.0 },
                Kind::Loss | Kind::FromZero => POSITIVE,
                Kind::Plain => ANY,
            },
            worse_is_higher: kind != Kind::Accuracy,
            log: None,
            kind,
            is_count: false,
        }
    }

    /// The quantity on this scale, if one is requested.
    pub(super) fn on(mut self, log: Option<bool>) -> Self {
        self.log = log.or(self.log);
        self
    }

    /// An axis whose range includes the data of the panels.
    pub(super) fn axis<'p>(&self, panels: impl IntoIterator<Item = &'p Panel>) -> Axis {
        self.around(data(panels))
    }

    /// An axis whose range includes these numbers.
    pub(super) fn around(&self, data: Data) -> Axis {
        match (self.kind, self.log) {
            (Kind::Accuracy, None | Some(false)) => {
                Axis { label: self.label.clone(), ..scale::accuracy(data) }
            }
            (Kind::Loss, None) => {
                let axis = scale::loss(data);
                let log = axis.scale == Scale::Logarithmic;
                Axis { label: self.label_on(log), ..axis }
            }
            (_, Some(true)) => self.logarithmic(data),
            _ => self.linear(data),
        }
    }

    fn label_on(&self, log: bool) -> String {
        match (log, self.label.strip_suffix(')')) {
            (false, _) => self.label.clone(),
            (true, Some(unit)) => format!("{unit}, log scale)"),
            (true, None) => format!("{} (log scale)", self.label),
        }
    }

    fn linear(&self, data: Data) -> Axis {
        let mut all = data.all().unwrap_or(Extent { low: 0.0, high: 1.0 });
        if self.kind == Kind::FromZero {
            all.low = all.low.min(0.0);
        }
        let span = (all.high - all.low).max(all.high.abs() * 0.02).max(1e-9);
        let (low, high) = if self.worse_is_higher {
            (MARGIN, data.bad_margin())
        } else {
            (data.bad_margin(), MARGIN)
        };
        let mut axis = scale::linear(
            &self.label,
            Extent {
                low: (all.low - span * low).max(self.bounds.low),
                high: (all.high + span * high).min(self.bounds.high.max(all.high)),
            },
        );
        if self.is_count {
            axis.ticks.retain(|tick| (tick.value - tick.value.round()).abs() < 1e-9);
            for tick in axis.ticks.iter_mut().filter(|tick| tick.label.contains('.')) {
                tick.label = format!("{:.0}", tick.value);
            }
        }
        axis
    }

    /// A band that includes 0, which has no logarithm, ends at a quarter of the lowest point.
    fn logarithmic(&self, data: Data) -> Axis {
        let lines = data.lines.filter(|lines| lines.low > 0.0);
        let Some((all, lines)) = data.all().zip(lines) else {
            return self.linear(data);
        };
        let low = all.low.max(lines.low / 4.0);
        let span = (all.high / low).max(1.2);
        let (below, above) = if self.worse_is_higher {
            (MARGIN, data.bad_margin())
        } else {
            (data.bad_margin(), MARGIN)
        };
        let extent = Extent { low: low / span.powf(below), high: all.high * span.powf(above) };
        let mut axis = scale::logarithmic(&self.label_on(true), extent);
        if axis.ticks.len() < 2 {
            axis.ticks = scale::linear("", extent).ticks;
        }
        axis
    }
}

/// The range of the panels' data.
fn data<'p>(panels: impl IntoIterator<Item = &'p Panel>) -> Data {
    let panels: Vec<&Panel> = panels.into_iter().collect();
    let references = panels.iter().flat_map(|panel| &panel.references);
    let references = references.filter(|reference| reference.of == Along::Y);
    let references = references.flat_map(|reference| [reference.low, reference.high]);
    let series: Vec<_> = panels.iter().flat_map(|panel| &panel.series).collect();
    let points = series.iter().flat_map(|s| {
        let singles = s.singles.iter().flatten();
        s.points.iter().chain(&s.dots).chain(singles)
    });
    let bands = series.iter().flat_map(|s| {
        let bands = s.band.iter().flat_map(|span| [span.low, span.high]);
        bands.chain(s.bars.iter().flat_map(|bar| [bar.low, bar.high]))
    });
    let bands = Extent::of(bands.chain(references));
    Data {
        lines: Extent::of(points.map(|point| point.y)).or(bands),
        bands,
        marks: series.iter().any(|s| !s.ended.is_empty()),
    }
}

/// The axis of the progress of training, from the first to the last point of the panels; marks of diverged trials
/// count only where there is no line.
pub(super) fn training(
    by: Horizontal,
    panels: &[&Panel],
    columns: usize,
    log: Option<bool>,
) -> Axis {
    let label = match by {
        Horizontal::Epoch => "Epoch",
        Horizontal::Step => "Optimiser step",
        Horizontal::Seconds => "Training time (seconds)",
    };
    let series = || panels.iter().flat_map(|panel| &panel.series);
    let points = series().flat_map(|s| s.points.iter().chain(s.singles.iter().flatten()));
    let ended = series().flat_map(|s| &s.ended);
    let bands = series().flat_map(|s| &s.band).map(|span| span.x);
    let extent = Extent::of(points.map(|point| point.x).chain(bands))
        .or_else(|| Extent::of(ended.map(|point| point.x.round())));
    if let (Some(true), Some(extent)) = (log, extent.filter(|extent| extent.high > 0.0)) {
        let low = if extent.low > 0.0 { extent.low } else { extent.high.min(1.0) };
        let high = extent.high.max(low * 2.0);
        return scale::logarithmic(&format!("{label} (log scale)"), Extent { low, high });
    }
    let ticks = match columns {
        0..=1 => 10,
        2 => 8,
        3 => 5,
        _ => 4,
    };
    let axis = match extent {
        Some(extent) if by == Horizontal::Seconds && extent.high > extent.low => {
            let margin = (extent.high - extent.low) * MARGIN / 2.0;
            let low = (extent.low - margin).max(0.0);
            let high = extent.high + margin;
            let mut axis = scale::linear(label, Extent { low, high });
            thin(&mut axis.ticks, ticks);
            axis
        }
        _ => scale::epochs(extent, ticks),
    };
    Axis { label: label.to_owned(), ..axis }
}

/// An axis of a swept key's values, each with a tick: logarithmic where they are all above 0 and span
/// more than a factor of five.
pub(super) fn values(label: &str, values: &[(f64, String)], log: Option<bool>) -> Axis {
    let extent = Extent::of(values.iter().map(|(value, _)| *value))
        .unwrap_or(Extent { low: 0.0, high: 1.0 });
    let spans = extent.low > 0.0 && extent.high / extent.low > 5.0;
    let log = log.unwrap_or(spans) && extent.low > 0.0;
    let numbers: Vec<f64> = values.iter().map(|(value, _)| *value).collect();
    let labels = scale::of_values(&numbers, |index| shown(&values[index].1));
    let ticks = numbers.into_iter().zip(labels);
    let mut ticks: Vec<Tick> = ticks.map(|(value, label)| Tick { value, label }).collect();
    ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
    thin(&mut ticks, MARKS);
    let (low, high) = if log {
        let room = (extent.high / extent.low).max(2.0).powf(0.06);
        (extent.low / room, extent.high * room)
    } else {
        let room = (extent.high - extent.low).max(extent.high.abs() * 0.1).max(1e-9) * 0.06;
        (extent.low - room, extent.high + room)
    };
    Axis {
        label: if log { format!("{label} (log scale)") } else { label.to_owned() },
        scale: if log { Scale::Logarithmic } else { Scale::Linear },
        low,
        high,
        ticks,
    }
}

/// An axis of names, from the left or from the top.
pub(super) fn categories(label: &str, names: &[String]) -> Axis {
    let tick = |(index, name): (usize, &String)| Tick { value: index as f64, label: shown(name) };
    Axis {
        label: label.to_owned(),
        scale: Scale::Categorical,
        low: -0.5,
        high: names.len().max(1) as f64 - 0.5,
        ticks: names.iter().enumerate().map(tick).collect(),
    }
}

/// Drops every second tick until no more than `most` are left.
pub(super) fn thin(ticks: &mut Vec<Tick>, most: usize) {
    while ticks.len() > most.max(2) {
        let mut index = 0;
        ticks.retain(|_| {
            index += 1;
            index % 2 == 1
        });
    }
}
