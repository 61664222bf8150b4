//! Combines the curves of a condition's replicates into one line with its band.

use crate::plot::chart::{Point, Series, Span};
use crate::plot::palette::Key;
use crate::plot::scale::Extent;
use crate::results::query::{TrialCurves, TrialStatus};
use crate::stats;

/// The confidence level of the band around a mean.
pub(super) const CONFIDENCE: f64 = 0.95;

/// Number of points at which curves without common positions, such as times, are compared.
const GRID: usize = 100;

/// The trials that were completed.
pub(super) fn completed<'t, 'a: 't>(
    trials: &'t [&'a TrialCurves],
) -> impl Iterator<Item = &'a TrialCurves> + 't {
    let trials = trials.iter().copied();
    trials.filter(|trial| trial.status == TrialStatus::Completed)
}

/// Mean and band of the curves, one for each replicate, at every position that any of them has; points that are not
/// finite are left out. The band is cut at the limits of the quantity.
pub(super) fn mean_line(label: &str, key: Key, curves: &[Vec<Point>], bounds: Extent) -> Series {
    let mut all: Vec<Point> = curves.iter().flatten().copied().collect();
    all.retain(|point| point.y.is_finite());
    all.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut points = Vec::new();
    let mut band = Vec::new();
    for place in all.chunk_by(|a, b| a.x.total_cmp(&b.x).is_eq()) {
        let x = place[0].x;
        let values: Vec<f64> = place.iter().map(|point| point.y).collect();
        let Some(y) = stats::mean(&values).filter(|mean| mean.is_finite()) else {
            continue;
        };
        points.push(Point { x, y });
        band.extend(spread(&values, bounds).map(|(low, high)| Span { x, low, high }));
    }
    Series { label: label.to_owned(), key, points, band, ..Series::default() }
}

/// `None` for one replicate, the two values for two, and from three on the t interval of the mean, cut
/// at the limits of the quantity.
pub(super) fn spread(values: &[f64], bounds: Extent) -> Option<(f64, f64)> {
    let (low, high) = match values.len() {
        0 | 1 => return None,
        2 => (stats::minimum(values)?, stats::maximum(values)?),
        _ => {
            let interval = stats::t_interval(values, CONFIDENCE)?;
            (interval.low, interval.high)
        }
    };
    let (low, high) = (low.max(bounds.low), high.min(bounds.high));
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// The mean of each point and up to `over − 1` before it.
pub(super) fn smoothed(curve: &[Point], over: usize) -> Vec<Point> {
    let over = over.max(1);
    let one = |end: usize| {
        let window = &curve[end.saturating_sub(over - 1)..=end];
        let values: Vec<f64> = window.iter().map(|point| point.y).collect();
        Point { x: curve[end].x, y: stats::mean(&values).unwrap_or(curve[end].y) }
    };
    (0..curve.len()).map(one).collect()
}

/// The curves interpolated at positions that all of them reach; `None` where there
/// are several curves and no such positions.
pub(super) fn on_one_grid(curves: &[Vec<Point>]) -> Option<Vec<Vec<Point>>> {
    if curves.len() < 2 {
        return Some(curves.to_vec());
    }
    let first = curves.iter().filter_map(|curve| curve.first());
    let last = curves.iter().filter_map(|curve| curve.last());
    let from = first.map(|point| point.x).reduce(f64::max);
    let to = last.map(|point| point.x).reduce(f64::min);
    let longest = curves.iter().map(Vec::len).max().unwrap_or(0);
    let (from, to) = from.zip(to).filter(|(from, to)| from < to)?;
    let places = longest.clamp(2, GRID);
    let at = |i: usize| from + (to - from) * i as f64 / (places - 1) as f64;
    let place = |curve: &Vec<Point>| (0..places).map(|i| between(curve, at(i))).collect();
    Some(curves.iter().map(place).collect())
}

fn between(curve: &[Point], x: f64) -> Point {
    let after = curve.partition_point(|point| point.x < x);
    let y = match (after.checked_sub(1).map(|i| curve[i]), curve.get(after)) {
        (Some(a), Some(b)) if b.x > a.x => a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x),
        (_, Some(b)) => b.y,
        (Some(a), None) => a.y,
        (None, None) => f64::NAN,
    };
    Point { x, y }
}
