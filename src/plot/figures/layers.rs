//! Shared parts of the figures of probes' measurements by layer.

use super::arrangement::{Arrangement, Facet, unique};
use super::axes::{self, Quantity};
use super::notes;
use super::request::{Absent, Drawn, Horizontal, Request};
use super::series;
use super::sheet::{self, Frame, Rows, Strip};
use crate::plot::chart::{Axis, Panel, Point, Series, Span};
use crate::plot::palette::Key;
use crate::plot::scale::Extent;
use crate::results::query::{Details, Results, TrialCurves, TrialStatus};

/// Most charts of one figure: one for each combination of the axes that are not lines.
const SHEETS: usize = 6;

/// The details for these quantities.
pub(super) fn details(quantities: &[&'static str]) -> Details {
    Details { layers: quantities.to_vec(), ..Details::default() }
}

/// The completed trials with probes; where none was completed, those that diverged, as far as they got.
pub(super) fn probed<'a>(trials: &[&'a TrialCurves]) -> Vec<&'a TrialCurves> {
    let of = |status: TrialStatus| -> Vec<&'a TrialCurves> {
        let trials = trials.iter().copied();
        let ended = trials.filter(|trial| trial.status == status);
        ended.filter(|trial| !trial.layers.is_empty()).collect()
    };
    let completed = of(TrialStatus::Completed);
    if completed.is_empty() { of(TrialStatus::Diverged) } else { completed }
}

/// The layers for which a quantity was measured, in the order of the network.
pub(super) fn names<'a>(results: &'a Results, quantity: &str) -> Vec<&'a str> {
    let layers = results.trials.iter().flat_map(|trial| &trial.layers);
    let layers = layers.filter(|layer| layer.quantity == quantity);
    let mut names = unique(layers.map(|layer| layer.layer.as_str()));
    // `layers.10` comes after `layers.9`, whatever the order of the file.
    let place = |name: &&str| name.rsplit('.').next().and_then(|n| n.parse::<usize>().ok());
    if names.iter().all(|name| name.starts_with("layers.")) {
        names.sort_by_key(place);
    }
    names
}

/// At most this many items at equal distances, including the first and the last.
pub(super) fn spaced<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    let all = items.len();
    if all <= most || most < 2 {
        return items.to_vec();
    }
    let places = (0..most).map(|i| i * (all - 1) / (most - 1));
    places.map(|place| items[place].clone()).collect()
}

/// The name of a layer: `layers.2` is the third from the input.
pub(super) fn shown(layer: &str) -> String {
    let place = layer.strip_prefix("layers.").and_then(|n| n.parse::<usize>().ok());
    match place {
        Some(place) => format!("layer {}", place + 1),
        None if layer == "all" => "whole network".to_owned(),
        None => layer.replace('.', " "),
    }
}

/// A quantity of a layer of a trial over the steps; `None` where it was not measured.
pub(super) fn curve(trial: &TrialCurves, layer: &str, quantity: &str) -> Vec<Point> {
    let mut layers = trial.layers.iter();
    let found = layers.find(|series| series.layer == layer && series.quantity == quantity);
    let points = found.map_or(&[][..], |series| series.points.as_slice());
    let points = points.iter().map(|&(step, y)| Point { x: step as f64, y });
    points.filter(|point| point.y.is_finite()).collect()
}

/// The curves of all probed trials that have one.
pub(super) fn curves(trials: &[&TrialCurves], layer: &str, quantity: &str) -> Vec<Vec<Point>> {
    let trials = probed(trials).into_iter();
    let curves = trials.map(|trial| curve(trial, layer, quantity));
    curves.filter(|curve| !curve.is_empty()).collect()
}

/// The mean of a quantity over the probed trials, with its interval.
pub(super) fn line(
    (label, key): (&str, Key),
    curves: &[Vec<Point>],
    request: &Request,
    bounds: Extent,
) -> Series {
    let smoothed: Vec<Vec<Point>> =
        curves.iter().map(|curve| series::smoothed(curve, request.smooth)).collect();
    let mut line = series::mean_line(label, key, &smoothed, bounds);
    if request.replicates && curves.len() > 1 {
        line.singles = smoothed;
    }
    line
}

/// The geometric mean, with the interval of the mean logarithm: an arithmetic mean over several decades would be
/// that of the largest replicate. Values that are not above 0 have no logarithm and are left out.
pub(super) fn geometric_line(
    name: (&str, Key),
    curves: &[Vec<Point>],
    request: &Request,
) -> Series {
    let logarithms = |curve: &Vec<Point>| -> Vec<Point> {
        let points = curve.iter().filter(|point| point.y > 0.0);
        let logarithm = |point: &Point| Point { x: point.x, y: point.y.ln() };
        points.map(logarithm).collect()
    };
    let curves: Vec<Vec<Point>> = curves.iter().map(logarithms).collect();
    let mut line = line(name, &curves, request, axes::ANY);
    let points = line.points.iter_mut().chain(line.singles.iter_mut().flatten());
    for point in points {
        point.y = point.y.exp();
    }
    for span in &mut line.band {
        (span.low, span.high) = (span.low.exp(), span.high.exp());
    }
    line
}

/// The meaning of a geometric line and its band.
pub(super) fn geometric_band(counts: &[usize]) -> String {
    let band = notes::band(counts, "Line", "Band");
    band.replacen("mean over", "geometric mean over", 1)
}

/// Two means, as the edges of a band.
pub(super) fn between(low: &Series, high: &Series) -> Vec<Span> {
    let edges = low.points.iter().zip(&high.points);
    let spans = edges.map(|(low, high)| Span { x: low.x, low: low.y, high: high.y });
    spans.collect()
}

/// The reason why a figure is absent: the probe was off.
pub(super) fn absent(probe: &str) -> Absent {
    Absent(format!(
        "not recorded: add `[probe] every = 100`{}",
        if probe.is_empty() { String::new() } else { format!(" and `{probe} = true`") }
    ))
}

/// The horizontal axis in steps.
pub(super) fn steps(strips: &[Strip], request: &Request) -> Axis {
    let columns = strips.iter().map(|strip| strip.panels.len()).max();
    let panels: Vec<&Panel> = strips.iter().flat_map(|strip| &strip.panels).collect();
    axes::training(Horizontal::Step, &panels, columns.unwrap_or(1), request.log_x)
}

/// A chart for each facet, from the rows that `rows` makes of its trials; facets without data are left out.
pub(super) fn sheets(
    results: &Results,
    arrangement: &Arrangement<'_>,
    stem: &str,
    make: impl Fn(&Facet) -> Option<(Frame, Axis, Vec<Strip>)>,
) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let all = arrangement.facets.len();
    for facet in &arrangement.facets {
        let Some((mut frame, x, strips)) = make(facet) else {
            continue;
        };
        if drawn.len() == SHEETS {
            break;
        }
        if !facet.title.is_empty() {
            frame.shown = format!("{} · {}", frame.shown, facet.title);
        }
        frame.notes.extend(arrangement.left_out.iter().cloned());
        if all > SHEETS {
            frame.notes.push(format!("Charts of the first {SHEETS} of {all} settings are drawn."));
        }
        let chart = sheet::chart(results, frame, x, strips, Rows::EachOnItsOwn);
        let stem = match slug(&facet.title) {
            slug if slug.is_empty() => stem.to_owned(),
            slug => format!("{stem}-{slug}"),
        };
        drawn.push(Drawn { stem, chart });
    }
    drawn
}

/// A title as part of a file name.
pub(super) fn slug(title: &str) -> String {
    let letters = title.chars().map(|c| if c.is_alphanumeric() || c == '.' { c } else { ' ' });
    let words: String = letters.collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}

/// The frame of a layer figure.
pub(super) fn frame(arrangement: &Arrangement<'_>, shown: &str, band: String, note: &str) -> Frame {
    let mut legend = notes::legend(arrangement);
    legend.truncate(arrangement.lines.len());
    let mut notes = Vec::new();
    if !note.is_empty() {
        notes.push(note.to_owned());
    }
    let none_completed = arrangement.lines.iter().any(|line| {
        let trials = arrangement.all_trials(line);
        let completed = series::completed(&trials).count();
        completed == 0 && !probed(&trials).is_empty()
    });
    if none_completed {
        notes.push(
            "Where no trial was completed, those that diverged are drawn as far as they came."
                .to_owned(),
        );
    }
    Frame {
        shown: shown.to_owned(),
        legend_title: arrangement.legend_title.clone(),
        legend,
        band,
        notes,
    }
}

/// A row with one panel for each facet, each with every line.
pub(super) fn strip(
    arrangement: &Arrangement<'_>,
    heading: &str,
    quantity: Quantity,
    line: impl Fn((&str, Key), &[&TrialCurves]) -> Series,
) -> Strip {
    let panel = |facet: &Facet| {
        let lines = arrangement.lines.iter().map(|l| {
            let trials = arrangement.trials(l, facet);
            line((&l.label, l.key), &trials)
        });
        Panel {
            title: facet.title.clone(),
            note: notes::panel(arrangement, facet),
            series: lines.collect(),
            ..Panel::default()
        }
    };
    Strip {
        heading: heading.to_owned(),
        quantity,
        panels: arrangement.facets.iter().map(panel).collect(),
    }
}
