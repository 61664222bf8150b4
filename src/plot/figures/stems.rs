//! The names of files, read backwards: a stem says which figure it is and what was asked of it, as in
//! `to-target-by-seconds` (`--x seconds`), `final-test_loss` (`--metric test_loss`), `final-by-batch_size`
//! (`--x batch_size`) and `test_loss` (`curves --metric test_loss`).

use super::curve::Curve;
use super::request::{BY, Horizontal, Request};
use super::{CATALOGUE, Figure, LAYER_FIGURES, named};
use crate::compare::metric::METRICS;
use crate::compare::unknown;
use crate::results::query::short_name;

/// The figure of this name, or the one whose file has this stem, with what was asked of it. What the stem
/// does not say is as in `request`. `None` also where the figure does not heed what the stem says: no file
/// has that name.
pub fn asked(stem: &str, request: &Request) -> Option<(&'static Figure, Request)> {
    if let Some(figure) = named(stem) {
        return Some((figure, request.clone()));
    }
    let (what, x, along) = horizontal(stem);
    let (figure, metric) = figure_and_metric(what)?;
    let heeds = figure.heeds;
    if (x.is_some() && !heeds.x) || (along.is_some() && !heeds.along) {
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
    request.metric = metric.map(str::to_owned).or(request.metric);
    Some((figure, request))
}

/// That there is no figure of this name, and which may have been meant.
pub fn no_such(name: &str) -> String {
    let known: Vec<&str> = CATALOGUE.iter().map(|figure| figure.name).collect();
    unknown("figure", name, &known)
}

/// Whether some folder of an experiment with these axes may have a chart with this stem: where each setting
/// has a chart of its own, or units differ, the stem goes on behind the figure's name.
pub fn may_have<'a>(stem: &str, mut axes: impl Iterator<Item = &'a str>) -> bool {
    if let Some((_, request)) = asked(stem, &Request::default()) {
        return request
            .along
            .is_none_or(|along| axes.any(|axis| axis == along || short_name(axis) == along));
    }
    let mut several = LAYER_FIGURES.iter().chain(&["differences"]);
    several.any(|name| {
        let rest = stem.strip_prefix(name);
        rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('-') && !rest.starts_with(BY))
    })
}

/// A stem without what it says of the horizontal axis, and that: what training is measured by, or an axis.
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

/// `final-test_loss` is `final` of that metric, and `test_loss` the `curves` of it.
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
        // Curves are named by their metric alone.
        let is_ours = figure.heeds.metric && figure.name != "curves";
        (is_known && is_ours).then_some((figure, Some(metric)))
    })
}
