//! Reads the parts of a results folder that a report needs.

use std::borrow::Cow;
use std::path::Path;

use crate::compare::claim::{self, ClaimResult};
use crate::compare::metric::Metric;
use crate::compare::unknown;
use crate::error::{Error, Result};
use crate::plot::figures::{self, Absent, Drawn, Figure, Request};
use crate::results::query::{Details, Results};
use crate::results::reader;
use crate::results::status::account::{self, Account};

/// The content of a results folder, with its figures.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Every trial.
    pub results: Results,
    /// The provenance of the folder.
    pub account: Account,
    /// The verdict on the claim of the experiment, if it has one.
    pub judgement: Option<ClaimResult>,
    /// The figures, the most relevant first.
    pub charts: Vec<Drawn>,
}

impl Folder {
    /// Reads the folder at `root` with the figures of these names; where none are named, with those that suit the
    /// experiment. `select` is applied to the results: it selects conditions and their order.
    pub fn read(
        root: &Path,
        names: &[String],
        select: impl Fn(Results) -> Result<Results>,
    ) -> Result<Self> {
        let results = reader::read(root)?;
        let wanted = wanted(&results, names)?;
        let mut details = claim_details(&results);
        for (figure, request) in &wanted {
            details.add(figure.details(&results, request));
        }
        let results = reader::with_details(root, Cow::Owned(results), &details)?.into_owned();
        let results = select(results)?;
        let mut charts: Vec<Drawn> = Vec::new();
        for (figure, request) in &wanted {
            match figure.draw(&results, request) {
                Ok(drawn) => charts.extend(drawn),
                Err(absent) if !names.is_empty() => return Err(cannot(figure.name, &absent)),
                Err(_) => {}
            }
        }
        put_first(&mut charts, claimed_figure(&results));
        let mut known = std::collections::HashSet::new();
        charts.retain(|drawn| known.insert(drawn.stem.clone()));
        Self::with(root, results, charts)
    }

    /// Reads the folder at `root` with one figure: the one that its claim names, or else the first of
    /// those that suit the experiment.
    pub fn with_one_figure(root: &Path) -> Result<Self> {
        let folder = Self::without_figures(root)?;
        let charts = most_telling(root, &folder.results)?.into_iter().collect();
        Ok(Self { charts, ..folder })
    }

    /// Reads the folder at `root` without any figure.
    pub fn without_figures(root: &Path) -> Result<Self> {
        Self::of(root, reader::read(root)?)
    }

    /// As [`Self::without_figures`], for `results` that were read from the folder.
    pub fn of(root: &Path, results: Results) -> Result<Self> {
        let details = claim_details(&results);
        let results = reader::with_details(root, Cow::Owned(results), &details)?.into_owned();
        Self::with(root, results, Vec::new())
    }

    fn with(root: &Path, results: Results, charts: Vec<Drawn>) -> Result<Self> {
        let ids = results.trials.iter().map(|trial| trial.id.as_str());
        Ok(Self {
            account: account::read(root, ids)?,
            judgement: claim::judge(&results)?.map(|judged| judged.labelled(&results.labels)),
            charts,
            results,
        })
    }

    /// The figure that the claim names, if no chart here shows it.
    pub fn missing_figure(&self) -> Option<&str> {
        let named = claimed_figure(&self.results)?;
        let shows = |drawn: &Drawn| {
            let rest = drawn.stem.strip_prefix(named);
            // Where each setting has its own chart, the name has a suffix; another axis is another chart.
            rest.is_some_and(|rest| {
                rest.is_empty() || (rest.starts_with('-') && !rest.starts_with("-by-"))
            })
        };
        (!self.charts.iter().any(shows)).then_some(named)
    }

    /// The metric of the report: the requested one; else that of the claim's headline; else test
    /// accuracy.
    pub fn metric(&self, asked: Option<&str>) -> Result<Metric> {
        let claimed = self.results.claim.as_ref().and_then(|claim| claim.tests.first());
        let claimed = claimed.map(|test| test.metric.as_str());
        Metric::named(asked.or(claimed).unwrap_or("test_accuracy"))
    }
}

/// The chart of a folder with this file name stem, and the name of the experiment.
pub fn chart(root: &Path, stem: &str) -> Result<(Drawn, String)> {
    let results = reader::read(root)?;
    let mut known = Vec::new();
    let asked = figures::asked(stem, &Request::default());
    for (figure, request) in asked.into_iter().chain(figures::defaults(&results)) {
        let Ok(drawn) = draw(root, &results, figure, &request)? else {
            continue;
        };
        if let Some(found) = drawn.iter().find(|drawn| drawn.stem == stem) {
            return Ok((found.clone(), results.name));
        }
        known.extend(drawn.into_iter().map(|drawn| drawn.stem));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Err(Error::Usage(unknown("figure", stem, &known)))
}

/// The charts that the claim names; empty where it names none, and an error with the reason where it names
/// one that cannot be drawn.
pub fn claimed_charts(root: &Path, results: &Results) -> Result<Vec<Drawn>> {
    let Some(stem) = claimed_figure(results) else {
        return Ok(Vec::new());
    };
    let Some((figure, request)) = figures::asked(stem, &Request::default()) else {
        return Ok(vec![chart(root, stem)?.0]);
    };
    draw(root, results, figure, &request)?.map_err(|absent| cannot(stem, &absent))
}

/// Reads the details that a figure needs, and draws it.
fn draw(
    root: &Path,
    results: &Results,
    figure: &Figure,
    request: &Request,
) -> Result<std::result::Result<Vec<Drawn>, Absent>> {
    let details = figure.details(results, request);
    let results = reader::with_details(root, Cow::Borrowed(results), &details)?;
    Ok(figure.draw(&results, request))
}

/// The figure that the claim names, if it can be drawn; else the first that can.
fn most_telling(root: &Path, results: &Results) -> Result<Option<Drawn>> {
    match claimed_charts(root, results) {
        Ok(charts) if !charts.is_empty() => return Ok(charts.into_iter().next()),
        // It cannot be drawn here, or the claim names none.
        Ok(_) | Err(Error::Usage(_)) => {}
        Err(other) => return Err(other),
    }
    for (figure, request) in figures::defaults(results) {
        let drawn = draw(root, results, figure, &request)?.unwrap_or_default();
        if let Some(first) = drawn.into_iter().next() {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

/// The requested figures, or those that suit the experiment.
fn wanted(results: &Results, names: &[String]) -> Result<Vec<(&'static Figure, Request)>> {
    if names.is_empty() {
        // The claim's figure may not be one of those that suit every such experiment.
        let claimed = claimed_figure(results);
        let claimed = claimed.and_then(|stem| figures::asked(stem, &Request::default()));
        let defaults = figures::defaults(results);
        return Ok(claimed.into_iter().chain(defaults).collect());
    }
    names
        .iter()
        .map(|name| {
            let asked = figures::asked(name, &Request::default());
            asked.ok_or_else(|| Error::Usage(figures::no_such(name)))
        })
        .collect()
}

fn cannot(name: &str, absent: &Absent) -> Error {
    Error::Usage(format!("there is no figure `{name}` of this folder: {absent}"))
}

fn claim_details(results: &Results) -> Details {
    results.claim.as_ref().map(claim::details).unwrap_or_default()
}

fn claimed_figure(results: &Results) -> Option<&str> {
    results.claim.as_ref()?.figure.as_deref()
}

/// Moves the chart with this file name stem to the front.
fn put_first(charts: &mut Vec<Drawn>, stem: Option<&str>) {
    if let Some(at) = charts.iter().position(|drawn| Some(drawn.stem.as_str()) == stem) {
        let first = charts.remove(at);
        charts.insert(0, first);
    }
}
