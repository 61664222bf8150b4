//! A plan as text: every trial with its state, counts by state, the time that the rest will take,
//! and why earlier trials do not count.

use std::collections::BTreeMap;

use serde::Serialize;

use super::dataset;
use super::sheet::{Columns, Object, Page, Sheet, digits, json_text};
use crate::description::DatasetDescription;
use crate::results::format::manifest::seconds_since;
use crate::results::query::TrialStatus;
use crate::results::recovery::locks::Running;
use crate::results::status::overview::{Memory, Overview, PlannedTrial};
use crate::results::status::plan::{Outcome, State};
use crate::results::status::speed::Basis;
use crate::units;

/// Version of the JSON form.
const VERSION: u32 = 1;

/// Most characters of a failed trial's message in its row.
const MESSAGE: usize = 60;

/// The plan as text, with a time estimate for `jobs` trials at a time.
pub fn table(overview: &Overview, jobs: usize) -> String {
    people(overview, jobs, Page::Text)
}

/// The plan in Markdown.
pub fn markdown(overview: &Overview, jobs: usize) -> String {
    people(overview, jobs, Page::Markdown)
}

fn people(overview: &Overview, jobs: usize, page: Page) -> String {
    let mut columns = Columns::new()
        .column("trial", |trial: &PlannedTrial| text(&trial.id))
        .column("condition", |trial| text(&trial.label))
        .column("replicate", |trial| trial.replicate.to_string())
        .column("state", |trial| trial.found.state.status().to_string());
    if overview.trials.iter().any(|trial| !remark(&trial.found.state).is_empty()) {
        columns = columns.column("remark", |trial| remark(&trial.found.state));
    }
    let sheet = columns.sheet(&overview.trials);
    let line = |line: &str| format!("{}\n", page.line(line));
    // A Markdown table needs an empty line after it.
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

/// The memory that trainings need: that of the largest condition, and how many conditions need too much.
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

/// CSV with one row for each trial and every column.
pub fn csv(overview: &Overview) -> String {
    sheet(overview).csv()
}

/// JSON with everything: trials, counts, estimated time and reasons.
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

/// A table of the trials with every column.
fn sheet(overview: &Overview) -> Sheet {
    let epoch = |trial: &PlannedTrial| trial.found.last.as_ref().map(|row| row.epoch);
    let step = |trial: &PlannedTrial| trial.found.last.as_ref().map(|row| row.step);
    let since = |running: &Running| seconds_since(&running.started).map(f64::round);
    Columns::new()
        .column("trial", |trial: &PlannedTrial| text(&trial.id))
        .column("condition", |trial| trial.condition.to_string())
        .column("replicate", |trial| trial.replicate.to_string())
        .column("seed", |trial| trial.seed.to_string())
        .axes(&overview.axes, |trial| &trial.axes)
        .column("label", |trial| text(&trial.label))
        .column("state", |trial| trial.found.state.status().to_string())
        .column("epoch", move |trial| digits(running(trial).map(|r| r.epoch).or(epoch(trial))))
        .column("step", move |trial| digits(running(trial).map(|r| r.step).or(step(trial))))
        .column("steps", |trial| digits(running(trial).map(|r| r.steps)))
        .column("host", |trial| digits(running(trial).map(|r| &r.host)))
        .column("process", |trial| digits(running(trial).map(|r| r.process)))
        .column("running_seconds", move |trial| digits(running(trial).and_then(since)))
        .column("message", |trial| text(message(&trial.found.state).unwrap_or_default()))
        .column("expected_seconds", |trial| digits(trial.expected.map(|e| e.seconds)))
        .column("expected_from", |trial| digits(trial.expected.map(|e| basis_name(e.basis))))
        .column("reason", |trial| reason(trial).unwrap_or_default())
        .sheet(&overview.trials)
}

fn text(cell: &str) -> String {
    cell.to_owned()
}

/// The claim of the run that trains the trial now.
fn running(trial: &PlannedTrial) -> Option<&Running> {
    match &trial.found.state {
        State::Running(running) => Some(running),
        _ => None,
    }
}

fn basis_name(basis: Basis) -> &'static str {
    match basis {
        Basis::Condition => "condition",
        Basis::Network => "network",
        Basis::Folder => "folder",
    }
}

/// The message of a trial that diverged or failed.
fn message(state: &State) -> Option<&str> {
    match state {
        State::Ended(Outcome::Diverged { reason, .. }) => Some(reason),
        State::Ended(Outcome::Failed { message }) => Some(message),
        _ => None,
    }
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

/// The number of trials with each status; statuses that none has are left out.
fn counts(overview: &Overview) -> Vec<(TrialStatus, usize)> {
    TrialStatus::count(overview.trials.iter().map(|trial| trial.found.state.status()))
}

/// The counts by name. Pending trials are also listed under their name in earlier versions, for programs
/// that were written for those.
fn counts_for_programs(overview: &Overview) -> BTreeMap<&'static str, usize> {
    let counts = counts(overview).into_iter();
    let mut counts: BTreeMap<&str, usize> = counts.map(|(s, trials)| (s.name(), trials)).collect();
    if let Some(&trials) = counts.get(TrialStatus::Pending.name()) {
        counts.insert("to do", trials);
    }
    counts
}

/// A line such as `6 trials (3 conditions × 2 replicates) into results/small: 4 completed, 2 pending`.
fn counted(overview: &Overview) -> String {
    let counts = counts(overview).into_iter();
    let counts: Vec<String> = counts
        .map(|(status, trials)| match status {
            TrialStatus::Failed => {
                format!("{trials} failed (kept; `run --retry-failed` trains them again)")
            }
            _ => format!("{trials} {status}"),
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

/// Seconds that the remaining trials take one after the other; `None` where none remain or nothing
/// was measured.
fn seconds(overview: &Overview) -> Option<f64> {
    let mut trials = to_do(overview).peekable();
    trials.peek()?;
    trials.map(|trial| Some(trial.expected?.seconds)).sum()
}

/// The same with `jobs` trials at a time.
fn at_a_time(overview: &Overview, seconds: f64, jobs: usize) -> f64 {
    seconds / to_do(overview).count().clamp(1, jobs.max(1)) as f64
}

/// A line such as `estimated time: about 2 min 10 s with --jobs 2, from the measured speed of 4 trials (…)`;
/// `None` where no trials remain.
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

/// Why a trial remains although a similar one was trained.
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
