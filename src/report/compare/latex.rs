//! A comparison for a LaTeX document: the conditions, and their differences.

use super::words::{notes, until};
use crate::compare::{Answer, CONFIDENCE, Comparison, Description};
use crate::report::latex::{self, Alignment, Table};
use crate::results::query::short_name;
use crate::stats::{FEWEST_PAIRS, SIGNIFICANCE, Tally, Verdict};
use crate::wording::names::spoken;
use crate::wording::numbers::{bracketed, difference, of, optional, p_value, share, value};

/// Both tables, for the `command` that made them.
pub fn latex(answer: &Answer, command: &str) -> String {
    latex::document(command, &[conditions(answer), differences(answer)])
}

/// The statistics of every condition. A value is bold only where [`is_best`].
fn conditions(answer: &Answer) -> Table {
    let unit = answer.metric.unit;
    let is_waited_for = answer.metric.is_waited_for();
    let settings: Vec<&Vec<String>> = answer.descriptions.iter().map(|d| &d.setting).collect();
    let axes = Axes::of(answer, &settings);
    let has_diverged = answer.descriptions.iter().any(|d| d.diverged > 0);
    let statistic = if is_waited_for { "median" } else { "mean" };
    let mut columns = axes.columns();
    columns.push((latex::text(&spoken(&answer.by)), Alignment::Left));
    columns.push(("$n$".to_owned(), Alignment::Right));
    let heading = format!("{statistic} ({})", unit.shown());
    columns.push((latex::text(&heading), Alignment::Right));
    columns.push(if is_waited_for {
        ("reached".to_owned(), Alignment::Right)
    } else {
        (interval_heading(), Alignment::Right)
    });
    if has_diverged {
        columns.push(("diverged".to_owned(), Alignment::Right));
    }
    let row = |d: &Description| {
        let middle = if is_waited_for {
            until(d, unit).text()
        } else {
            optional(d.mean, |mean| value(mean, unit))
        };
        let middle = dashed(&latex::number(&middle));
        let is_best = is_best(answer, &d.value, &d.setting);
        let mut cells = axes.cells(&d.setting);
        cells.push(latex::text(&d.value));
        cells.push(d.ended().to_string());
        cells.push(if is_best { latex::bold(&middle) } else { middle });
        cells.push(if is_waited_for {
            of(d.n, d.ended())
        } else {
            dashed(&latex::number(&bracketed(d.t, |end| value(end, unit))))
        });
        cells.extend(has_diverged.then(|| of(d.diverged, d.ended())));
        cells
    };
    let any_best = answer.descriptions.iter().any(|d| is_best(answer, &d.value, &d.setting));
    let mut notes: Vec<String> =
        answer.remarks.iter().map(|remark| latex::sentence(remark)).collect();
    notes.push(latex::sentence(&meaning_of_bold(answer, any_best)));
    if !is_waited_for {
        notes.push(format!("{} intervals of means by Student's $t$.", confidence()));
    }
    if has_diverged && !is_waited_for {
        notes.push(latex::sentence(
            "mean and interval are over the replicates that did not diverge",
        ));
    }
    Table {
        caption: latex::sentence(&subject(answer)) + &axes.fixed(),
        label: label(answer, "conditions"),
        columns,
        rows: answer.descriptions.iter().map(row).collect(),
        notes,
    }
}

/// Whether a condition is significantly better than every other value of the compared axis in its setting: each of
/// these comparisons is conclusive after Holm's correction. A condition that is compared with no other is not.
pub(in crate::report) fn is_best(answer: &Answer, value: &str, setting: &[String]) -> bool {
    let meets = |c: &&Comparison| {
        let mut cells = c.setting.iter().zip(setting);
        cells.all(|(one, other)| one.is_empty() || other.is_empty() || one == other)
    };
    let involved = |c: &&Comparison| c.a == value || c.b == value;
    let mut comparisons = answer.comparisons.iter().filter(meets).filter(involved).peekable();
    let is_won =
        |c: &Comparison| matches!(c.verdict, Verdict::Better(_)) && c.better() == Some(value);
    comparisons.peek().is_some() && comparisons.all(is_won)
}

/// The meaning of bold values, or why there are none.
pub(in crate::report) fn meaning_of_bold(answer: &Answer, any: bool) -> String {
    let family = answer.family;
    let corrected = answer.comparisons.iter().filter(|c| c.corrected.is_some()).count();
    let shown = if corrected < family { " that is shown" } else { "" };
    let by = format!("{}{shown}", spoken(&answer.by));
    if any {
        return format!(
            "bold: significantly better than every other {by} in the same setting (paired tests, p ≤ {SIGNIFICANCE} after Holm's correction for {family} {}, at least {FEWEST_PAIRS} pairs)",
            if family == 1 { "comparison" } else { "comparisons" }
        );
    }
    format!(
        "no value is bold, since none is significantly better than every other {by} in its setting"
    )
}

/// A mark, the verdicts that have it, and its meaning.
type Mark = (&'static str, fn(Verdict) -> bool, &'static str);

/// Marks of verdicts, with their meanings.
const MARKS: [Mark; 3] = [
    ("*", |verdict| matches!(verdict, Verdict::Better(_)), "significant"),
    (
        "=",
        |verdict| matches!(verdict, Verdict::NoMeaningfulDifference),
        "no meaningful difference: the interval is within the margin",
    ),
    (
        "\\dagger",
        |verdict| matches!(verdict, Verdict::EffectOfEvaluation),
        "an effect of how the network is evaluated: there is none, or another one, with the population's statistics",
    ),
];

/// The meaning of counts in place of a difference.
const COUNTED: &str = "Won and lost: pairs in which the first of the two did better and worse; there is no mean difference where a side of some pair diverged or did not reach the target.";

/// `won 0, lost 7`, of the first of the two; with the ties, where there are some.
fn won_and_lost(tally: Tally) -> String {
    let Tally { wins, ties, losses } = tally;
    let tied = if ties > 0 { format!("tied {ties}, ") } else { String::new() };
    format!("won {wins}, {tied}lost {losses}")
}

/// Every comparison. The mark of a difference is that of its verdict.
fn differences(answer: &Answer) -> Table {
    let unit = answer.metric.unit;
    let settings: Vec<&Vec<String>> = answer.comparisons.iter().map(|c| &c.setting).collect();
    let axes = Axes::of(answer, &settings);
    let mut columns = axes.columns();
    columns.push((latex::text(&spoken(&answer.by)), Alignment::Left));
    columns.push(("$n$".to_owned(), Alignment::Right));
    let heading = latex::text(&format!("difference ({})", unit.of_differences()));
    columns.push((heading, Alignment::Right));
    columns.push((interval_heading(), Alignment::Right));
    columns.push(("$p$ (Holm)".to_owned(), Alignment::Right));
    let written = |number| difference(number, unit);
    let row = |c: &Comparison| {
        // A mean over the other pairs may have the wrong sign: those that diverged, or never got there, lost theirs.
        let mean = c.paired.mean.filter(|_| c.paired.is_complete());
        let interval = mean.and(c.paired.interval);
        let shown = if c.paired.is_complete() {
            dashed(&latex::number(&optional(mean, written)))
        } else {
            won_and_lost(c.paired.tally)
        };
        let marks = MARKS.iter().filter(|(_, is_it, _)| is_it(c.verdict));
        let marks: String = marks.map(|(mark, ..)| latex::mark(mark)).collect();
        let mut cells = axes.cells(&c.setting);
        cells.push(latex::text(&format!("{} − {}", c.a, c.b)));
        cells.push(c.paired.pairs.to_string());
        cells.push(shown + &marks);
        cells.push(dashed(&latex::number(&bracketed(interval, written))));
        cells.push(dashed(&optional(c.corrected, p_value)));
        cells
    };
    let met =
        MARKS.iter().filter(|(_, is_it, _)| answer.comparisons.iter().any(|c| is_it(c.verdict)));
    let marks = met.map(|(mark, _, meaning)| {
        let meaning = match *mark {
            "*" => format!(
                "{meaning}: p ≤ {SIGNIFICANCE} after Holm's correction, and at least {FEWEST_PAIRS} pairs"
            ),
            _ => (*meaning).to_owned(),
        };
        format!("{} {}.", latex::mark(mark), latex::text(&meaning))
    });
    let is_counted = answer.comparisons.iter().any(|c| !c.paired.is_complete());
    let counted = is_counted.then(|| COUNTED.to_owned());
    let others = notes(answer);
    let notes = marks.chain(counted).chain(others.iter().map(|note| latex::sentence(note)));
    Table {
        caption: latex::sentence(&format!("differences in {}", subject(answer))) + &axes.fixed(),
        label: label(answer, "differences"),
        columns,
        rows: answer.comparisons.iter().map(row).collect(),
        notes: notes.collect(),
    }
}

/// The axes besides the compared one: those that vary are columns, the others belong to the caption.
struct Axes<'a> {
    names: &'a [String],
    /// The positions of those that vary.
    varied: Vec<usize>,
    /// The values of those that do not.
    fixed: Vec<(usize, String)>,
}

impl<'a> Axes<'a> {
    fn of(answer: &'a Answer, settings: &[&Vec<String>]) -> Self {
        let (mut varied, mut fixed) = (Vec::new(), Vec::new());
        for axis in 0..answer.others.len() {
            let mut values: Vec<&str> = settings.iter().map(|setting| &setting[axis][..]).collect();
            values.retain(|value| !value.is_empty());
            values.sort_unstable();
            values.dedup();
            match values[..] {
                [] => {}
                [only] => fixed.push((axis, only.to_owned())),
                _ => varied.push(axis),
            }
        }
        Self { names: &answer.others, varied, fixed }
    }

    fn columns(&self) -> Vec<(String, Alignment)> {
        let column = |&axis: &usize| (latex::text(&spoken(&self.names[axis])), Alignment::Left);
        self.varied.iter().map(column).collect()
    }

    fn cells(&self, setting: &[String]) -> Vec<String> {
        self.varied.iter().map(|&axis| dashed(&latex::number(&setting[axis]))).collect()
    }

    /// A sentence for the caption: ` Batch size 32.`; empty where every axis varies.
    fn fixed(&self) -> String {
        let told = self
            .fixed
            .iter()
            .map(|(axis, value)| format!("{} {value}", spoken(&self.names[*axis])));
        let told: Vec<String> = told.collect();
        if told.is_empty() {
            return String::new();
        }
        format!(" {}", latex::sentence(&told.join(", ")))
    }
}

/// What is compared: `test accuracy by placement`.
fn subject(answer: &Answer) -> String {
    let metric = answer.metric;
    let target = metric.is_waited_for().then(|| format!(" of {}", share(answer.target)));
    format!("{}{} by {}", spoken(metric.name), target.unwrap_or_default(), spoken(&answer.by))
}

fn interval_heading() -> String {
    format!("{} interval", confidence())
}

/// The confidence level of all intervals.
fn confidence() -> String {
    latex::text(&format!("{:.0}\u{202f}%", CONFIDENCE * 100.0))
}

fn dashed(latex: &str) -> String {
    if latex.is_empty() { "--".to_owned() } else { latex.to_owned() }
}

/// A label of letters: `conditions-test-accuracy-by-placement`.
fn label(answer: &Answer, table: &str) -> String {
    let label = format!("{table}-{}-by-{}", answer.metric.name, short_name(&answer.by));
    label.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
}
