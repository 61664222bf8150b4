//! Parses file names: a stem determines the figure and its options, as in
//! `to-target-by-seconds` (`--x seconds`), `final-test_loss` (`--metric test_loss`), `final-by-batch_size`
//! (`--x batch_size`), `heatmap-by-batch_size-and-placement` (`--x batch_size --y placement`) and `test_loss`
//! (`curves --metric test_loss`). And what is said of a name that means nothing to any figure.

use super::curve::Curve;
use super::request::{AND, BY, Horizontal, Request};
use super::{CATALOGUE, Figure, LAYER_FIGURES, TASK_FIGURES, named};
use crate::compare::metric::METRICS;
use crate::compare::unknown;
use crate::results::query::{Results, short_name};

/// The figure of this name, or the one whose file has this stem, with its options. Options that the stem
/// does not determine are those of `request`. `None` also where the figure does not use an option in the stem:
/// no file has that name.
pub fn asked(stem: &str, request: &Request) -> Option<(&'static Figure, Request)> {
    if let Some(figure) = named(stem) {
        return Some((figure, request.clone()));
    }
    let (what, x, along) = horizontal(stem);
    let (figure, metric) = figure_and_metric(what)?;
    let heeds = figure.heeds;
    let (along, up) = match along.filter(|_| heeds.axes > 1).and_then(|axes| axes.split_once(AND)) {
        Some((along, up)) => (Some(along), Some(up)),
        None => (along, None),
    };
    if (x.is_some() && !heeds.x) || (along.is_some() && heeds.axes == 0) {
        return None;
    }
    let mut request = request.clone();
    if let Some(x) = x {
        request.x = x;
    }
    request.along = match (x, along) {
        (_, Some(along)) => Some(along.to_owned()),
        (Some(_), None) => None,
        (None, None) => request.along,
    };
    request.up = up.map(str::to_owned).or(request.up);
    request.metric = metric.map(str::to_owned).or(request.metric);
    Some((figure, request))
}

/// A message that there is no figure of this name, with similar names.
pub fn no_such(name: &str) -> String {
    let known: Vec<&str> = CATALOGUE.iter().map(|figure| figure.name).collect();
    unknown("figure", name, &known)
}

/// An error on a requested name that no figure knows. A figure ignores options that do not apply to it,
/// so that a misspelt name would otherwise be ignored.
pub fn unheard(results: &Results, request: &Request) -> Option<String> {
    let is_axis = |name: &&String| {
        results.axes.iter().any(|axis| axis == *name || short_name(axis) == name.as_str())
    };
    if let Some(name) = request.facets.iter().find(|name| !is_axis(name)) {
        let axes: Vec<&str> = results.axes.iter().map(String::as_str).collect();
        return Some(unknown("axis", name, &axes));
    }
    let of_curves = Curve::ALL.map(|curve| curve.column);
    let of_scores = METRICS.map(|metric| metric.name);
    let mut known: Vec<&str> = of_scores.to_vec();
    known.extend(of_curves.iter().filter(|name| !of_scores.contains(name)));
    let metric = request.metric.as_deref().filter(|name| !known.contains(name))?;
    Some(unknown("metric", metric, &known))
}

/// Whether some folder of an experiment with these axes may have a chart with this stem. Where each setting
/// has its own chart, or units differ, the stem has a suffix.
pub fn may_have<'a>(stem: &str, axes: impl Iterator<Item = &'a str>) -> bool {
    if let Some((_, request)) = asked(stem, &Request::default()) {
        let axes: Vec<&str> = axes.collect();
        let is_there =
            |name: &String| axes.iter().any(|axis| axis == name || short_name(axis) == name);
        return [request.along, request.up].iter().flatten().all(is_there);
    }
    is_of_several(stem)
}

/// Whether this may be the stem of one of several charts of a figure, of which each shows one setting or one unit.
fn is_of_several(stem: &str) -> bool {
    let mut several = LAYER_FIGURES.iter().chain(&TASK_FIGURES).chain(&["differences"]);
    several.any(|name| {
        let rest = stem.strip_prefix(name);
        rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('-') && !rest.starts_with(BY))
    })
}

/// The stems of the charts that some run draws, as far as they do not depend on its settings.
pub fn of_every_run() -> impl Iterator<Item = String> {
    let figures = CATALOGUE.iter().map(|figure| figure.name);
    let figures = figures.filter(|name| !["curves", "to-target", "step-time"].contains(name));
    let curves = Curve::ALL.into_iter().map(|curve| curve.column);
    figures.chain(curves).flat_map(|stem| {
        let is_over_time = named(stem).is_none_or(|figure| figure.heeds.x);
        let by_step = is_over_time.then(|| format!("{stem}{}", Horizontal::Step.by()));
        std::iter::once(stem.to_owned()).chain(by_step)
    })
}

/// Whether a run may have drawn a chart with this stem.
pub fn is_of_run(stem: &str) -> bool {
    // A metric is requested by name, and no run does.
    let has_metric = || asked(stem, &Request::default()).is_some_and(|(_, r)| r.metric.is_some());
    of_every_run().any(|known| known == stem) || (is_of_several(stem) && !has_metric())
}

/// A stem without the horizontal axis, and that axis: a unit of training progress, or a swept axis.
fn horizontal(stem: &str) -> (&str, Option<Horizontal>, Option<&str>) {
    let Some((what, by)) = stem.rsplit_once(BY) else {
        return (stem, None, None);
    };
    let mut all = Horizontal::ALL.into_iter();
    match all.find(|(_, suffix)| suffix.strip_prefix(BY) == Some(by)) {
        Some((x, _)) => (what, Some(x), None),
        None => (what, None, Some(by)),
    }
}

/// `final-test_loss` is `final` with that metric, and `test_loss` is `curves` with it.
fn figure_and_metric(what: &str) -> Option<(&'static Figure, Option<&str>)> {
    if let Some(figure) = named(what) {
        return Some((figure, None));
    }
    if Curve::ALL.iter().any(|curve| curve.column == what) {
        return Some((named("curves")?, Some(what)));
    }
    CATALOGUE.iter().find_map(|figure| {
        let metric = what.strip_prefix(figure.name)?.strip_prefix('-')?;
        let is_known = METRICS.iter().any(|known| known.name == metric);
        // The stems of `curves` consist of the metric only.
        let is_ours = figure.heeds.metric && figure.name != "curves";
        (is_known && is_ours).then_some((figure, Some(metric)))
    })
}
