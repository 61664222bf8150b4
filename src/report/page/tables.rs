//! The tables of numbers: every condition, every comparison, and the choices of tuning.

mod tuned;

pub(super) use tuned::tuning;

use super::document::{Block, Cell, Section, Table};
use super::material::Material;
use super::words::Words;
use crate::compare::metric::Metric;
use crate::compare::{Answer, Comparison, Description, descriptions, population};
use crate::report::compare::{MEDIAN_OF_TIMES, mean_difference, notes, until};
use crate::report::sheet::Columns;
use crate::units::{capitalised, counted};
use crate::wording::names::spoken;
use crate::wording::numbers::{
    difference, mean_and_deviation, minus, of, optional, p_value, range, share, tally, value,
};
use crate::wording::verdicts::said;

/// The section with all tables.
pub(super) fn section(material: &Material<'_>) -> Section {
    let compared = material.compared.as_ref().map(|answer| {
        if material.judgement.is_some() { besides(answer) } else { comparisons(answer) }
    });
    let claimed = material.judgement.map(super::claim::tests);
    let tables = [claimed, Some(conditions(material)), compared, tuned::table(material)];
    Section {
        id: "numbers".to_owned(),
        title: "The numbers".to_owned(),
        blocks: tables.into_iter().flatten().map(Block::Table).collect(),
    }
}

/// All comparisons by an axis, where the claim concerns only some of them or others.
fn besides(answer: &Answer) -> Table {
    let tested = answer.comparisons.iter().filter(|c| c.paired.pairs > 0);
    let caption = format!("Not part of the claim: every two values of {}", spoken(&answer.by));
    let rest = format!(
        ". {}; p is corrected for the {} of this table.",
        differences_of(answer),
        counted(tested.count(), "comparison", "comparisons")
    );
    Table { caption: Words::new().strong(caption).plain(rest), ..comparisons(answer) }
}

fn differences_of(answer: &Answer) -> String {
    let metric = capitalised(&spoken(answer.metric.name));
    format!("{metric} of A minus that of B, replicate by replicate")
}

/// The statistics of a condition for the metric of the report and for a second one.
struct Row {
    described: Description,
    beside: Option<Description>,
}

/// The table of conditions.
pub fn conditions(material: &Material<'_>) -> Table {
    let (results, metric) = (&*material.judged, material.metric);
    let goal = share(results.target_accuracy);
    let name = named(metric, &goal);
    let beside = beside(metric);
    let mut columns = Columns::new()
        .axes(results.axes.get(..1).unwrap_or_default(), |row: &Row| {
            std::slice::from_ref(&row.described.value)
        })
        .axes(results.axes.get(1..).unwrap_or_default(), |row| &row.described.setting)
        .number("n", |row| row.described.ended().to_string())
        .number(&format!("{name}: mean ± sd"), move |row| mean(&row.described, metric))
        .number("95 % interval", move |row| {
            let interval = row.described.t;
            let text = range(interval, |end| value(end, metric.unit));
            Cell::ordered(text, interval.map(|t| t.low))
        })
        .number("median", move |row| median(&row.described, metric));
    if let Some(beside) = beside {
        let middle = if beside.is_waited_for() { median } else { mean };
        let by = if beside.is_waited_for() { "median" } else { "mean ± sd" };
        columns = columns.number(&format!("{}: {by}", named(beside, &goal)), move |row| {
            row.beside.as_ref().map(|described| middle(described, beside)).unwrap_or_default()
        });
    }
    let columns = columns.number("diverged", |row| {
        let Description { diverged, .. } = row.described;
        Cell::ordered(of(diverged, row.described.ended()), Some(diverged as f64))
    });
    let axes = results.axes.split_first();
    let labelled = |described: Description| match axes {
        Some((by, others)) => described.labelled(by, others, &results.labels),
        None => described,
    };
    let mut others = beside.map(|beside| descriptions(results, beside)).into_iter().flatten();
    let rows = descriptions(results, metric).into_iter().map(labelled);
    let rows: Vec<Row> = rows.map(|described| Row { described, beside: others.next() }).collect();
    let caption = Words::new().strong("Conditions").plain(format!(
        ". {} in the trainings that came to an end, of which there are n.",
        capitalised(name.split(',').next().unwrap_or_default())
    ));
    columns.table(caption, &rows, notes_on_conditions(material))
}

/// The second metric in the table: the time to the target, or else an accuracy.
fn beside(metric: Metric) -> Option<Metric> {
    let name = match metric.name {
        "epochs_to_target" => "test_accuracy",
        _ => "epochs_to_target",
    };
    Metric::named(name).ok()
}

/// The name of a column: `test accuracy, %`, `epochs to 97 %`.
fn named(metric: Metric, goal: &str) -> String {
    let name = spoken(metric.name);
    match name.strip_suffix(" to target") {
        Some(what) => format!("{what} to {goal}"),
        None => format!("{name}, {}", metric.unit.shown()),
    }
}

fn mean(described: &Description, metric: Metric) -> Cell {
    let written = |number| value(number, metric.unit);
    Cell::ordered(mean_and_deviation(described.mean, described.std, written), described.mean)
}

fn median(described: &Description, metric: Metric) -> Cell {
    if metric.is_waited_for() {
        let until = until(described, metric.unit);
        return Cell::ordered(until.counted(), until.order());
    }
    Cell::ordered(optional(described.median, |m| value(m, metric.unit)), described.median)
}

fn notes_on_conditions(material: &Material<'_>) -> Vec<Words> {
    let validation =
        if material.fixed("data.validation") == Some("0") { "test" } else { "validation" };
    let mut notes = vec![Words::from(format!(
        "95 % intervals for the mean by Student's t. Epochs until the {validation} accuracy first reached {}; {MEDIAN_OF_TIMES}.",
        share(material.results.target_accuracy)
    ))];
    let gaps = population::gaps(&material.judged).sentences();
    notes.extend(gaps.iter().map(|note| sentence(note)));
    if let Some(tuning) = &material.results.tuning {
        notes.push(
            Words::from("Each condition at its own best value of ").code(&tuning.key).plain("."),
        );
    }
    notes
}

/// The table of comparisons.
pub fn comparisons(answer: &Answer) -> Table {
    let unit = answer.metric.unit;
    let ordered = |number: Option<f64>, written: fn(f64) -> String| {
        Cell::ordered(optional(number, written), number)
    };
    let columns = Columns::new()
        .column("comparison", |c: &Comparison| format!("{} − {}", c.a, c.b))
        .axes(&answer.others, |c| &c.setting)
        .column("verdict", |c| Cell::verdict(&said(c), c.verdict))
        .number("pairs", |c| c.paired.pairs.to_string())
        .number(&format!("difference, {}", unit.of_differences()), move |c| {
            let mean = mean_difference(c, answer);
            Cell::ordered(minus(&optional(mean, |mean| difference(mean, unit))), mean)
        })
        .number("95 % interval", move |c| {
            let ends = mean_difference(c, answer).and(c.paired.interval);
            let text = minus(&range(ends, |end| difference(end, unit)));
            Cell::ordered(text, ends.map(|interval| interval.low))
        })
        .number("p", move |c| ordered(c.paired.test.map(|test| test.p), p_value))
        .number("Holm's p", move |c| ordered(c.corrected, p_value))
        .number("wins / ties / losses", |c| {
            Cell::ordered(tally(c.paired.tally, " / "), Some(c.paired.tally.wins as f64))
        })
        .number("P(A > B)", move |c| ordered(c.paired.superiority, |share| format!("{share:.2}")));
    let caption =
        Words::new().strong("Comparisons").plain(format!(". {}.", differences_of(answer)));
    columns.table(caption, &answer.comparisons, notes(answer).iter().map(|n| sentence(n)).collect())
}

/// A note as a sentence.
fn sentence(note: &str) -> Words {
    // A symbol keeps its lower case.
    if note.starts_with("p:") {
        return Words::from(format!("{note}."));
    }
    Words::from(format!("{}.", capitalised(note)))
}
