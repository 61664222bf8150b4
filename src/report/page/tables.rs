//! The numbers: every condition, every comparison, and what tuning chose.

mod tuned;

pub(super) use tuned::tuning;

use super::document::{Block, Cell, Column, Section, Table, columns};
use super::material::{Material, spoken};
use super::words::Words;
use crate::compare::metric::Metric;
use crate::compare::{Answer, Comparison, Description, descriptions, population};
use crate::report::compare::{
    MEDIAN_OF_TIMES, difference, figure, notes, said, target, told, until,
};
use crate::results::query::short_name;
use crate::stats::Interval;
use crate::units::counted;

/// All tables that there are.
pub(super) fn section(material: &Material<'_>) -> Section {
    let tuned = material.results.tuning.is_some().then(|| tuned::table(material));
    let compared = material.compared.as_ref().map(|answer| {
        if material.judgement.is_some() { besides(answer) } else { comparisons(answer) }
    });
    let claimed = material.judgement.map(super::claim::tests);
    let tables = [claimed, Some(conditions(material)), compared, tuned];
    Section {
        id: "numbers".to_owned(),
        title: "The numbers".to_owned(),
        blocks: tables.into_iter().flatten().map(Block::Table).collect(),
    }
}

/// All comparisons by an axis, where a claim is about some of them or about others.
fn besides(answer: &Answer) -> Table {
    let of_all = comparisons(answer);
    let tested = answer.comparisons.iter().filter(|c| c.paired.pairs > 0);
    let caption = format!("Not part of the claim: every two values of {}", spoken(&answer.by));
    let rest = format!(
        ". {} of A minus that of B, replicate by replicate; p is corrected for the {} of this table.",
        super::answer::capitalised(&spoken(answer.metric.name)),
        counted(tested.count(), "comparison", "comparisons")
    );
    Table { caption: Words::new().strong(caption).plain(rest), ..of_all }
}

/// A row a condition.
pub fn conditions(material: &Material<'_>) -> Table {
    let (results, metric) = (material.judged(), material.metric);
    let goal = target(results.target_accuracy);
    let beside = beside(metric);
    let told = beside.map(|beside| (beside, descriptions(results, beside)));
    let name = named(metric, &goal);
    let mut header = axes(results.axes.iter());
    header.extend(columns(&[], &["n", &format!("{name}: mean ± sd"), "95 % interval", "median"]));
    header.extend(beside.map(|beside| Column {
        name: format!("{}: {}", named(beside, &goal), summarised_by(beside)),
        is_of_numbers: true,
    }));
    header.extend(columns(&[], &["diverged"]));
    let row = |(index, described): (usize, &Description)| {
        let told = told.as_ref();
        let other = told.and_then(|(beside, told)| Some((told.get(index)?, *beside)));
        condition(described, metric, other)
    };
    Table {
        caption: Words::new().strong("Conditions").plain(format!(
            ". {} in the trainings that came to an end, of which there are n.",
            super::answer::capitalised(name.split(',').next().unwrap_or_default())
        )),
        columns: header,
        rows: descriptions(results, metric).iter().enumerate().map(row).collect(),
        notes: notes_on_conditions(material),
    }
}

/// What is told beside a metric: how soon, or else how good.
fn beside(metric: Metric) -> Option<Metric> {
    let name = match metric.name {
        "epochs_to_target" => "test_accuracy",
        _ => "epochs_to_target",
    };
    Metric::named(name).ok()
}

/// `test accuracy, %`, `epochs to 97 %`
fn named(metric: Metric, goal: &str) -> String {
    let name = spoken(metric.name);
    match name.strip_suffix(" to target") {
        Some(what) => format!("{what} to {goal}"),
        None => format!("{name}, {}", metric.unit.shown()),
    }
}

fn summarised_by(metric: Metric) -> &'static str {
    if metric.is_waited_for() { "median" } else { "mean ± sd" }
}

fn condition(
    described: &Description,
    metric: Metric,
    beside: Option<(&Description, Metric)>,
) -> Vec<Cell> {
    let all = described.n + described.beyond + described.diverged;
    let mut cells: Vec<Cell> = std::iter::once(&described.value)
        .chain(&described.setting)
        .map(|value| Cell::of(dashed(value)))
        .collect();
    cells.extend([
        Cell::of(all.to_string()),
        mean(described, metric),
        Cell::ordered(
            dashed(&interval(described.t, |end| figure(Some(end), metric.unit))),
            described.t.map(|t| t.low),
        ),
        median(described, metric),
    ]);
    cells.extend(beside.map(|(described, metric)| {
        if metric.is_waited_for() { median(described, metric) } else { mean(described, metric) }
    }));
    cells.push(Cell::ordered(
        format!("{} of {all}", described.diverged),
        Some(described.diverged as f64),
    ));
    cells
}

/// `97.84 ± 0.12`; no deviation of a single value.
fn mean(described: &Description, metric: Metric) -> Cell {
    let written = |number| figure(number, metric.unit);
    let text = match (described.mean, described.std) {
        (mean @ Some(_), std @ Some(_)) => format!("{} ± {}", written(mean), written(std)),
        (mean, _) => written(mean),
    };
    Cell::ordered(dashed(&text), described.mean)
}

fn median(described: &Description, metric: Metric) -> Cell {
    if metric.is_waited_for() {
        let until = until(described, metric.unit);
        return Cell::ordered(until.counted(), until.order());
    }
    let text = dashed(&figure(described.median, metric.unit));
    Cell::ordered(text, described.median)
}

fn notes_on_conditions(material: &Material<'_>) -> Vec<Words> {
    let validation =
        if material.fixed("data.validation") == Some("0") { "test" } else { "validation" };
    let mut notes = vec![Words::from(format!(
        "95 % intervals for the mean by Student's t. Epochs until the {validation} accuracy first reached {}; {MEDIAN_OF_TIMES}.",
        target(material.results.target_accuracy)
    ))];
    let gaps = population::gaps(material.judged()).sentences();
    notes.extend(gaps.iter().map(|note| sentence(note)));
    if let Some(tuning) = &material.results.tuning {
        notes.push(
            Words::from("Each condition at its own best value of ").code(&tuning.key).plain("."),
        );
    }
    notes
}

/// A row a comparison.
pub fn comparisons(answer: &Answer) -> Table {
    let unit = answer.metric.unit;
    let mut header = columns(&["comparison"], &[]);
    header.extend(axes(answer.others.iter()));
    header.extend(columns(&["verdict"], &[]));
    header.extend(columns(
        &[],
        &[
            "pairs",
            &format!("difference, {}", unit.of_differences()),
            "95 % interval",
            "p",
            "Holm's p",
            "wins / ties / losses",
            "P(A > B)",
        ],
    ));
    Table {
        caption: Words::new().strong("Comparisons").plain(format!(
            ". {} of A minus that of B, replicate by replicate.",
            super::answer::capitalised(&spoken(answer.metric.name))
        )),
        columns: header,
        rows: answer.comparisons.iter().map(|c| comparison(c, answer)).collect(),
        notes: notes(answer).iter().map(|note| sentence(note)).collect(),
    }
}

fn comparison(comparison: &Comparison, answer: &Answer) -> Vec<Cell> {
    let (paired, unit) = (&comparison.paired, answer.metric.unit);
    let mut cells = vec![Cell::of(format!("{} − {}", comparison.a, comparison.b))];
    cells.extend(comparison.setting.iter().map(|value| Cell::of(dashed(value))));
    let share = |share: Option<f64>, places: usize| match share {
        Some(share) => Cell::ordered(format!("{share:.places$}"), Some(share)),
        None => Cell::of("–"),
    };
    let tally = paired.tally;
    let ends = told(comparison, answer).and(paired.interval);
    cells.extend([
        Cell::of(said(comparison)),
        Cell::of(paired.pairs.to_string()),
        match told(comparison, answer) {
            Some(mean) => Cell::ordered(minus(&difference(mean, unit)), Some(mean)),
            None => Cell::of("–"),
        },
        Cell::ordered(
            dashed(&minus(&interval(ends, |end| difference(end, unit)))),
            ends.map(|interval| interval.low),
        ),
        share(paired.test.map(|test| test.p), 4),
        share(comparison.corrected, 4),
        Cell::ordered(
            format!("{} / {} / {}", tally.wins, tally.ties, tally.losses),
            Some(tally.wins as f64),
        ),
        share(paired.superiority, 2),
    ]);
    cells
}

/// The columns of axes.
fn axes<'a>(keys: impl Iterator<Item = &'a String>) -> Vec<Column> {
    let column = |key: &String| Column { name: short_name(key).to_owned(), is_of_numbers: false };
    keys.map(column).collect()
}

/// `97.42 to 97.97`
fn interval(interval: Option<Interval>, written: impl Fn(f64) -> String) -> String {
    let ends = interval.map(|i| format!("{} to {}", written(i.low), written(i.high)));
    ends.unwrap_or_default()
}

fn dashed(text: &str) -> String {
    if text.is_empty() { "–" } else { text }.to_owned()
}

/// With the sign that printers use.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// A note as a sentence.
fn sentence(note: &str) -> Words {
    // A letter by itself stays what it is.
    if note.starts_with("p:") {
        return Words::from(format!("{note}."));
    }
    Words::from(format!("{}.", super::answer::capitalised(note)))
}
