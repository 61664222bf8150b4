//! Requested scales that are not possible: values of 0 or less have no logarithm, and neither have
//! names. The file's name states what was drawn, and a message gives the reason.

use super::request::{Drawn, Request};
use crate::plot::chart::{Along, Axis, Chart, Panel, Scale};

/// A note on a chart whose logarithmic axis cannot show some points.
const AT_THE_EDGE: &str = "What is 0 or less has no logarithm and stands on the edge of its panel.";

/// Removes a logarithmic scale that was not drawn from the stem of the file, and adds a note to the chart
/// where points have no logarithm.
pub(super) fn agree(drawn: &mut Drawn, request: &Request) {
    for (letter, along, wish) in wishes(request) {
        if wish == Some(true) && !is_logarithmic(&drawn.chart, along) {
            let suffix = format!("-log-{letter}");
            if let Some(at) = drawn.stem.rfind(&suffix) {
                drawn.stem.replace_range(at..at + suffix.len(), "");
            }
        } else if is_logarithmic(&drawn.chart, along)
            && wish.is_some()
            && lowest(&drawn.chart, along).is_some_and(|low| low <= 0.0)
        {
            let space = if drawn.chart.footnote.is_empty() { "" } else { " " };
            drawn.chart.footnote.push_str(&format!("{space}{AT_THE_EDGE}"));
        }
    }
}

/// Why a chart has another scale than the requested one, in a sentence for each axis.
pub fn unmet(drawn: &Drawn, request: &Request) -> Vec<String> {
    let unmet = wishes(request).into_iter().filter_map(|(letter, along, wish)| {
        let is_unmet = wish == Some(true) && !is_logarithmic(&drawn.chart, along);
        is_unmet.then(|| {
            format!(
                "`--log-{letter}` has no effect on `{}`: {}",
                drawn.stem,
                why(&drawn.chart, along)
            )
        })
    });
    unmet.collect()
}

fn wishes(request: &Request) -> [(char, Along, Option<bool>); 2] {
    [('x', Along::X, request.log_x), ('y', Along::Y, request.log_y)]
}

fn why(chart: &Chart, along: Along) -> &'static str {
    let is_named = |axis: &Axis| axis.scale == Scale::Categorical;
    if axes(chart, along).iter().all(|axis| is_named(axis)) {
        "its axis has names, not numbers"
    } else if lowest(chart, along).is_some_and(|low| low <= 0.0) {
        "it shows 0 or less, which has no logarithm; its axis is linear"
    } else {
        "this figure chooses its scale itself"
    }
}

fn axes(chart: &Chart, along: Along) -> Vec<&Axis> {
    match along {
        Along::X => vec![&chart.x],
        Along::Y => chart.rows.iter().map(|row| &row.y).collect(),
    }
}

fn is_logarithmic(chart: &Chart, along: Along) -> bool {
    axes(chart, along).iter().all(|axis| axis.scale == Scale::Logarithmic)
}

/// The lowest value that is drawn, without intervals.
fn lowest(chart: &Chart, along: Along) -> Option<f64> {
    let panels = chart.rows.iter().flat_map(|row| &row.panels);
    panels.flat_map(|panel| values(panel, along)).reduce(f64::min)
}

fn values(panel: &Panel, along: Along) -> impl Iterator<Item = f64> {
    let points = panel.series.iter().flat_map(|series| {
        let singles = series.singles.iter().flatten();
        series.points.iter().chain(&series.dots).chain(singles)
    });
    points.map(move |point| match along {
        Along::X => point.x,
        Along::Y => point.y,
    })
}
