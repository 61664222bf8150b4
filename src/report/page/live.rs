//! The page of a sweep under way: its progress, the curves and the table so far. It has no verdict, since one that is
//! read again and again until it pleases says nothing.

use std::collections::HashMap;

use super::document::{Block, Cell, Report, Section};
use super::words::Words;
use super::{Folder, Material, figures, scope, tables, title};
use crate::error::Result;
use crate::plot::figures as plots;
use crate::plot::figures::{Drawn, Horizontal, Request};
use crate::report::results::tally;
use crate::report::sheet::Columns;
use crate::results::format::manifest::{VERSION, seconds_since};
use crate::results::query::{Results, TrialStatus};
use crate::results::status::live::{Durations, Live, LiveTrial};
use crate::shell;
use crate::units::{self, counted, percent};
use crate::wording::numbers::optional;

/// Ends the name of the author of every such page, by which the next one recognises what it may replace.
const SIGNATURE: &str = "(live page)";

/// Most running trials in the table.
const MOST_SHOWN: usize = 50;

/// A results folder at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Its content, without figures.
    pub folder: &'a Folder,
    /// The state of every trial.
    pub live: &'a Live,
    /// How long trials took.
    pub durations: &'a Durations,
    /// Seconds until all trials are trained, if they can be estimated.
    pub seconds_left: Option<f64>,
    /// The path of the folder as the user named it.
    pub path: &'a str,
}

/// The page of this moment.
pub fn report(moment: &Moment<'_>) -> Result<Report> {
    let Moment { folder, live, .. } = *moment;
    let material = Material::new(folder, None)?;
    let sections = [
        under_way(moment),
        curves(&folder.results, live),
        has_ended(live).then(|| so_far(&material)),
    ];
    Ok(Report {
        title: title(&folder.results.question, &folder.results.name),
        name: folder.results.name.clone(),
        scope: scope(&material),
        answer: answer(moment),
        remarks: vec![next(moment)],
        sections: sections.into_iter().flatten().collect(),
        origin: format!("the results folder “{}”", folder.results.name),
        author: format!("bn-lab {VERSION} {SIGNATURE}"),
    })
}

/// Whether these first bytes of a file are those of such a page.
pub fn is_live_page(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let head = text.split("<title>").next().unwrap_or_default();
    head.starts_with("<!DOCTYPE html>\n")
        && head.contains("<meta name=\"generator\" content=\"bn-lab ")
        && head.contains(&format!("{SIGNATURE}\">"))
}

fn has_ended(live: &Live) -> bool {
    live.trials.iter().any(|trial| trial.status.is_finished())
}

/// A sentence such as `4 of 9 trials have ended: 4 completed, 2 running, 3 pending; about 2 min 10 s left.`
fn answer(moment: &Moment<'_>) -> Words {
    let all = moment.live.trials.len();
    let ended = moment.live.trials.iter().filter(|trial| !trial.status.is_left()).count();
    let counts = tally(moment.live);
    let counts = counts.split_once(": ").map_or(counts.as_str(), |(_, counts)| counts);
    let left = moment.seconds_left.filter(|_| ended < all);
    let left = optional(left, |left| format!("; about {} left", units::duration(left)));
    let have = if all == 1 { "has" } else { "have" };
    Words::new()
        .strong(format!("{ended} of {}", counted(all, "trial", "trials")))
        .plain(format!(" {have} ended: {counts}{left}."))
}

/// What comes next: the report, or a run that completes the rest.
fn next(moment: &Moment<'_>) -> Words {
    let report = format!("bn-lab report {}", shell::pasted(moment.path).unwrap_or_default());
    let is_left = moment.live.trials.iter().any(|trial| trial.status.is_left());
    match (is_left, moment.live.has_run) {
        (false, _) => Words::from("The sweep is complete. ")
            .code(report)
            .plain(" writes the report with the comparison and its verdict."),
        (true, false) => Words::from("No run is alive in the folder. ")
            .code("bn-lab run")
            .plain(" with the same experiment completes the rest."),
        (true, true) => Words::from("There is no verdict before the end: ")
            .code(report)
            .plain(" writes it then."),
    }
}

/// The trials that are being trained; `None` where there are none.
fn under_way(moment: &Moment<'_>) -> Option<Section> {
    let running: Vec<&LiveTrial> =
        moment.live.trials.iter().filter(|trial| trial.running.is_some()).collect();
    if running.is_empty() {
        return None;
    }
    let shown = &running[..running.len().min(MOST_SHOWN)];
    let columns = Columns::new()
        .column("trial", |trial: &&LiveTrial| trial.label.clone())
        .column("progress", |trial| progress(trial))
        .number("epoch", |trial| {
            optional(trial.running.as_ref().filter(|r| r.epoch > 0), |r| r.epoch.to_string())
        })
        .number("test accuracy, %", |trial| accuracy(trial))
        .number("running for", |trial| {
            let since = trial.running.as_ref().and_then(|running| seconds_since(&running.started));
            Cell::ordered(optional(since, units::duration), since)
        })
        .number("left, about", |trial| {
            let left = moment.durations.left_of(trial).or_else(|| at_its_pace(trial));
            Cell::ordered(optional(left, units::duration), left)
        });
    let caption = Words::new()
        .strong("Trials under way")
        .plain(". Accuracy after the last epoch that was evaluated.");
    let mut notes = Vec::new();
    if shown.len() < running.len() {
        notes.push(format!("The first {MOST_SHOWN} of {}.", running.len()).into());
    }
    Some(Section {
        id: "under-way".to_owned(),
        title: "Under way".to_owned(),
        blocks: vec![Block::Table(columns.table(caption, shown, notes))],
    })
}

/// The share of its steps that a trial has taken, as a bar: `30 %`.
fn progress(trial: &LiveTrial) -> Cell {
    let share = trial.share();
    let is_begun = trial.running.as_ref().is_some_and(|running| running.steps > 0);
    let text = if is_begun { format!("{:.0} %", share * 100.0) } else { "starting".to_owned() };
    Cell { share: Some(share), ..Cell::ordered(text, Some(share)) }
}

/// Seconds that a trial still takes if it goes on as fast as so far.
fn at_its_pace(trial: &LiveTrial) -> Option<f64> {
    let since = seconds_since(&trial.running.as_ref()?.started)?;
    let share = trial.share();
    (share > 0.0).then(|| since * (1.0 - share) / share)
}

fn accuracy(trial: &LiveTrial) -> Cell {
    let text = optional(trial.accuracy, |accuracy| percent(accuracy).replace(" %", ""));
    Cell::ordered(text, trial.accuracy)
}

/// One line for each training, those under way included; `None` where no epoch has been evaluated.
fn curves(results: &Results, live: &Live) -> Option<Section> {
    let mut drawn = each_training(&with_running(results, live))?;
    "Each line is one training, up to its last epoch so far.".clone_into(&mut drawn.chart.band);
    let figure = figures::figure(drawn, &results.name);
    Some(Section {
        id: "curves".to_owned(),
        title: "Curves so far".to_owned(),
        blocks: vec![Block::Figure(Box::new(figure))],
    })
}

/// The same results in which trials that are being trained have the epochs that they have trained.
fn with_running(results: &Results, live: &Live) -> Results {
    let running = live.trials.iter().filter(|trial| !trial.epochs.is_empty());
    let running: HashMap<&str, &LiveTrial> =
        running.map(|trial| (trial.id.as_str(), trial)).collect();
    let mut trials = results.trials.clone();
    for trial in &mut trials {
        if let Some(running) = running.get(trial.id.as_str()) {
            trial.epochs.clone_from(&running.epochs);
            // Figures draw the lines of completed trials.
            trial.status = TrialStatus::Completed;
        }
    }
    results.with_trials(trials)
}

/// The test accuracy of every training against the epoch, without means.
fn each_training(results: &Results) -> Option<Drawn> {
    let last = results.trials.iter().filter_map(|trial| trial.epochs.last());
    let epochs = last.map(|row| row.epoch).max()?;
    let request = Request {
        metric: Some("test_accuracy".to_owned()),
        x: if epochs > 1 { Horizontal::Epoch } else { Horizontal::Step },
        replicates: true,
        ..Request::default()
    };
    let mut drawn = plots::named("curves")?.draw(results, &request).ok()?.into_iter().next()?;
    let panels = drawn.chart.rows.iter_mut().flat_map(|row| &mut row.panels);
    for series in panels.flat_map(|panel| &mut panel.series) {
        series.band.clear();
        // A single training is its own mean.
        if !series.singles.is_empty() {
            series.points.clear();
        }
    }
    Some(drawn)
}

/// The table of conditions over the trials that ended.
fn so_far(material: &Material<'_>) -> Section {
    let mut section = Section {
        id: "so-far".to_owned(),
        title: "Results so far".to_owned(),
        blocks: vec![Block::Table(tables::conditions(material))],
    };
    super::fold::fold(&mut section);
    section
}
