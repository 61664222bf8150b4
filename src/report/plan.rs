//! A plan in words: every trial and how it stands, how many stand how, how long the rest will take,
//! and why earlier trials do not count.

use std::collections::BTreeMap;

use serde::Serialize;

use super::dataset;
use super::sheet::{Object, Page, Sheet, json_text};
use crate::description::DatasetDescription;
use crate::results::format::manifest::seconds_since;
use crate::results::status::overview::{Memory, Overview, PlannedTrial};
use crate::results::status::plan::{Outcome, State};
use crate::results::status::speed::Basis;
use crate::units;

/// Version of the JSON form.
const VERSION: u32 = 1;

/// The states in the order in which they are counted.
const STATES: [&str; 6] = ["completed", "diverged", "failed", "interrupted", "running", "pending"];

/// The most characters of a failed trial's message that its line in the table shows.
const MESSAGE: usize = 60;

/// For people; `jobs` trials at a time.
pub fn table(overview: &Overview, jobs: usize) -> String {
    people(overview, jobs, Page::Text)
}

/// The same in Markdown.
pub fn markdown(overview: &Overview, jobs: usize) -> String {
    people(overview, jobs, Page::Markdown)
}

fn people(overview: &Overview, jobs: usize, page: Page) -> String {
    let columns = ["trial", "condition", "replicate", "state", "remark"];
    let mut sheet = Sheet {
        columns: columns.map(str::to_owned).to_vec(),
        rows: overview.trials.iter().map(row_for_people).collect(),
    };
    // A column of dashes would only take room.
    if sheet.rows.iter().all(|row| row.last().is_some_and(String::is_empty)) {
        sheet.columns.pop();
        for row in &mut sheet.rows {
            row.pop();
        }
    }
    let line = |text: &str| format!("{}\n", page.line(text));
    // A table of Markdown ends with an empty line.
    let end = if page == Page::Markdown { "\n" } else { "" };
    let mut lines = vec![page.table(&sheet), end.to_owned(), line(&counted(overview))];
    lines.extend(estimate(overview, jobs).map(|text| line(&text)));
    let memory = overview.memory.iter().flat_map(memory);
    lines.extend(memory.map(|text| line(&text)));
    for (reason, trials) in reasons(overview) {
        lines.push(line(&format!("{} pending: {reason}", units::trials(trials))));
    }
    for data in &overview.data {
        lines.push(format!("\n{}{end}", dataset::columns(data, page)));
    }
    lines.extend(dataset::lines(&overview.data).iter().map(|text| line(text)));
    lines.concat()
}

/// What trainings take of memory: that of the largest condition, and how many find too little.
fn memory(memory: &Memory) -> Vec<String> {
    let mut lines = vec![format!(
        "memory: about {} for a training of `{}`, the largest",
        units::size(memory.bytes),
        memory.label
    )];
    if let Some(limit) = memory.limit.filter(|_| memory.too_large > 0) {
        lines.push(format!(
            "{} more memory than the {} that this machine or container has: `run` records their trials as failed and trains the others",
            units::counted(memory.too_large, "condition takes", "conditions take"),
            units::size(limit)
        ));
    }
    lines
}

/// One row a trial, with every column.
pub fn csv(overview: &Overview) -> String {
    sheet(overview).csv()
}

/// Everything: trials, counts, estimated time and reasons.
pub fn json(overview: &Overview, jobs: usize) -> String {
    let sheet = sheet(overview);
    let reasons = reasons(overview).into_iter();
    json_text(&Json {
        version: VERSION,
        folder: overview.folder.display().to_string(),
        axes: &overview.axes,
        conditions: overview.conditions,
        replicates: overview.replicates,
        counts: counts_for_programs(overview),
        estimate: seconds(overview).map(|seconds| Estimate {
            seconds: at_a_time(overview, seconds, jobs),
            jobs,
            measured_trials: overview.measured,
        }),
        memory: overview.memory.as_ref().map(|memory| JsonMemory {
            bytes: memory.bytes,
            condition: &memory.label,
            limit: memory.limit,
            conditions_too_large: memory.too_large,
        }),
        reasons: reasons.map(|(reason, trials)| Reason { reason, trials }).collect(),
        data: &overview.data,
        trials: sheet.objects(),
    })
}

#[derive(Serialize)]
struct Json<'a> {
    version: u32,
    folder: String,
    axes: &'a [String],
    conditions: usize,
    replicates: u64,
    counts: BTreeMap<&'static str, usize>,
    estimate: Option<Estimate>,
    memory: Option<JsonMemory<'a>>,
    reasons: Vec<Reason>,
    data: &'a [DatasetDescription],
    trials: Vec<Object<'a>>,
}

#[derive(Serialize)]
struct Estimate {
    seconds: f64,
    jobs: usize,
    measured_trials: usize,
}

#[derive(Serialize)]
struct JsonMemory<'a> {
    bytes: u64,
    condition: &'a str,
    limit: Option<u64>,
    conditions_too_large: usize,
}

#[derive(Serialize)]
struct Reason {
    reason: String,
    trials: usize,
}

/// Columns after the axes.
const COLUMNS: [&str; 12] = [
    "label",
    "state",
    "epoch",
    "step",
    "steps",
    "host",
    "process",
    "running_seconds",
    "message",
    "expected_seconds",
    "expected_from",
    "reason",
];

fn sheet(overview: &Overview) -> Sheet {
    let first = ["trial", "condition", "replicate", "seed"].map(str::to_owned);
    Sheet {
        columns: [&first[..], &overview.axes, &COLUMNS.map(str::to_owned)].concat(),
        rows: overview.trials.iter().map(row).collect(),
    }
}

fn row(trial: &PlannedTrial) -> Vec<String> {
    let state = &trial.found.state;
    let running = match state {
        State::Running(running) => Some(running),
        _ => None,
    };
    let last = trial.found.last.as_ref();
    let mut cells = vec![
        trial.id.clone(),
        trial.condition.to_string(),
        trial.replicate.to_string(),
        trial.seed.to_string(),
    ];
    cells.extend(trial.axes.iter().cloned());
    cells.extend([
        trial.label.clone(),
        state.name().to_owned(),
        cell(running.map(|r| r.epoch).or(last.map(|row| row.epoch))),
        cell(running.map(|r| r.step).or(last.map(|row| row.step))),
        cell(running.map(|r| r.steps)),
        cell(running.map(|r| &r.host)),
        cell(running.map(|r| r.process)),
        cell(running.and_then(|r| seconds_since(&r.started)).map(f64::round)),
        message(state).unwrap_or_default().to_owned(),
        cell(trial.expected.map(|expected| expected.seconds)),
        cell(trial.expected.map(|expected| basis_name(expected.basis))),
        reason(trial).unwrap_or_default(),
    ]);
    cells
}

fn cell<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Condition => "condition",
        Basis::Network => "network",
        Basis::Folder => "folder",
    }
}

/// What a trial that diverged or failed says of itself.
fn message(state: &State) -> Option<&str> {
    match state {
        State::Ended(Outcome::Diverged { reason, .. }) => Some(reason),
        State::Ended(Outcome::Failed { message }) => Some(message),
        _ => None,
    }
}

fn row_for_people(trial: &PlannedTrial) -> Vec<String> {
    vec![
        trial.id.clone(),
        trial.label.clone(),
        trial.replicate.to_string(),
        trial.found.state.name().to_owned(),
        remark(&trial.found.state),
    ]
}

fn remark(state: &State) -> String {
    let running = match state {
        State::Running(running) => running,
        other => {
            let first = message(other).and_then(|text| text.lines().next());
            let first = first.unwrap_or_default();
            return units::cut(first, MESSAGE + 1).into_owned();
        }
    };
    let since = seconds_since(&running.started);
    let since = since.map_or(String::new(), |s| format!(" for {}", units::duration(s)));
    let far = match running.steps {
        0 => String::new(),
        steps => format!(", step {} of {steps}", running.step),
    };
    format!("{} process {}{since}{far}", running.host, running.process)
}

/// How many trials stand how, states that none is in left out.
fn counts(overview: &Overview) -> Vec<(&'static str, usize)> {
    let count = |state: &'static str| {
        let is_in = |trial: &&PlannedTrial| trial.found.state.name() == state;
        (state, overview.trials.iter().filter(is_in).count())
    };
    let counted = STATES.into_iter().map(count);
    counted.filter(|(_, trials)| *trials > 0).collect()
}

/// Likewise; what is pending stands there by the name of earlier versions as well, which is kept.
fn counts_for_programs(overview: &Overview) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&str, usize> = counts(overview).into_iter().collect();
    if let Some(&trials) = counts.get("pending") {
        counts.insert("to do", trials);
    }
    counts
}

/// `6 trials (3 conditions × 2 replicates) into results/small: 4 completed, 2 pending`
fn counted(overview: &Overview) -> String {
    let counts = counts(overview).into_iter();
    let counts: Vec<String> = counts
        .map(|(state, trials)| match state {
            "failed" => format!("{trials} failed (kept; `run --retry-failed` trains them again)"),
            _ => format!("{trials} {state}"),
        })
        .collect();
    format!(
        "{} ({} × {}) into {}: {}",
        units::trials(overview.trials.len()),
        units::counted(overview.conditions, "condition", "conditions"),
        units::counted(overview.replicates as usize, "replicate", "replicates"),
        overview.folder.display(),
        counts.join(", ")
    )
}

fn to_do(overview: &Overview) -> impl Iterator<Item = &PlannedTrial> {
    let trials = overview.trials.iter();
    trials.filter(|trial| trial.found.state.is_to_do())
}

/// Seconds that the trials to do take, one after the other; `None` where nothing is to do or nothing
/// was measured.
fn seconds(overview: &Overview) -> Option<f64> {
    let mut trials = to_do(overview).peekable();
    trials.peek()?;
    trials.map(|trial| Some(trial.expected?.seconds)).sum()
}

/// The same, `jobs` at a time.
fn at_a_time(overview: &Overview, seconds: f64, jobs: usize) -> f64 {
    seconds / to_do(overview).count().clamp(1, jobs.max(1)) as f64
}

/// `estimated time: about 2 min 10 s with --jobs 2, from the measured speed of 4 trials (…)`; `None`
/// where nothing is to do.
fn estimate(overview: &Overview, jobs: usize) -> Option<String> {
    to_do(overview).next()?;
    let Some(seconds) = seconds(overview) else {
        return Some("estimated time: unknown; nothing has been measured here yet".to_owned());
    };
    let mut bases: BTreeMap<Basis, usize> = BTreeMap::new();
    for expected in to_do(overview).filter_map(|trial| trial.expected) {
        *bases.entry(expected.basis).or_default() += 1;
    }
    let only = bases.len() == 1;
    let bases = bases.into_iter().map(|(basis, trials)| {
        if only {
            format!("by {}", basis.words())
        } else {
            format!("{trials} by {}", basis.words())
        }
    });
    Some(format!(
        "estimated time: about {} with --jobs {jobs}, from the speed of {} measured here ({})",
        units::duration(at_a_time(overview, seconds, jobs)),
        units::trials(overview.measured),
        bases.collect::<Vec<_>>().join(", ")
    ))
}

/// Why a trial is to do although something like it was trained.
fn reason(trial: &PlannedTrial) -> Option<String> {
    match &trial.found.state {
        State::Lacking(items) => {
            let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
            Some(format!("the result is there, but not {}, asked for now", items.join(", ")))
        }
        State::Damaged => Some("it was finished, but files of it are missing or torn".to_owned()),
        _ => trial.difference.as_ref().map(ToString::to_string),
    }
}

/// Every reason with the number of its trials, the most frequent first.
fn reasons(overview: &Overview) -> Vec<(String, usize)> {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for reason in overview.trials.iter().filter_map(reason) {
        *reasons.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<(String, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, trials)| std::cmp::Reverse(*trials));
    reasons
}
