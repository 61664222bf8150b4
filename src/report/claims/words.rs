//! Claims as tables of text and of Markdown.

use super::effect::{amount, expected, measured};
use super::entries::Entry;
use super::settings::lines;
use super::verdict::{as_expected, verdict};
use crate::compare::claim::{ClaimComparison, ClaimResult, Tested};
use crate::report::markdown::{escape, link, table as markdown_table};
use crate::report::page::address;
use crate::report::sheet::{Columns, Sheet};
use crate::report::table::lay_out;
use crate::results::query::short_name;
use crate::wording::numbers::{optional, p_value};
use crate::wording::verdicts::needed_pairs;

/// The verdict of a comparison on the claim.
pub(in crate::report) fn outcome(judged: &ClaimComparison) -> &'static str {
    if judged.comparison.paired.pairs == 0 {
        return "no pairs";
    }
    judged.outcome.words()
}

/// Width of the lines of [`table`].
const WIDTH: usize = 80;

/// One line for each claim: the verdict, the number of comparisons that are as expected, and the claim.
pub fn table(entries: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let judgement = &entry.judgement;
        let verdict = judgement.ruling().word().to_owned();
        vec![verdict, as_expected(judgement), judgement.claim.statement.trim().to_owned()]
    };
    let mut rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    let header = ["verdict", "as expected", "claim"].map(str::to_owned);
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].len()]).max().unwrap_or(0)
    };
    let room = WIDTH.saturating_sub(widest(0) + widest(1) + 4);
    for row in &mut rows {
        row[2] = shortened(&row[2], room);
    }
    lay_out(&header, &rows, |_| true)
}

/// The text, or its beginning with an ellipsis where it is longer than `most` characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    let whole = start.rsplit_once(' ').map_or(start.as_str(), |(words, _)| words);
    format!("{whole} …")
}

/// Every claim with its verdict, its effect and all its tests.
pub fn details(entries: &[Entry]) -> String {
    let texts: Vec<String> = entries.iter().map(whole).collect();
    format!("{}\n{NOTE}\n", texts.join("\n"))
}

/// How to read the tables of tests.
const NOTE: &str = "pairs are replicates with the same random numbers; intervals are for 95 %; p is corrected for all comparisons of the claim (Holm)";

fn whole(entry: &Entry) -> String {
    let Entry { folder, judgement, figure, .. } = entry;
    let claim = &judgement.claim;
    let mut text = format!("{}\n", claim.statement);
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<8} {value}\n"));
    if let Some(source) = &claim.source {
        line("source", source);
    }
    line("verdict", &verdict(judgement));
    for (number, effect) in lines(judgement).iter().enumerate() {
        line(if number == 0 { "effect" } else { "" }, effect);
    }
    if let Some(figure) = figure {
        line("figure", figure);
    }
    line("results", folder);
    for tested in tests_of(judgement) {
        text.push('\n');
        text.push_str(&tested);
    }
    text
}

/// Each test: its name, and a row for each setting.
fn tests_of(judgement: &ClaimResult) -> Vec<String> {
    let table = |tested: &Tested| {
        let name = measured(tested, judgement.target);
        let expected = expected(&tested.test);
        let tuned = tested.tuned.as_ref();
        let tuned = tuned.map(|key| format!(" (each at its own best {})", short_name(key)));
        let sheet = sheet(tested).table();
        let rows: Vec<String> = sheet.lines().map(|line| format!("    {line}")).collect();
        let rows = rows.join("\n") + "\n";
        format!("  {name}: {expected}{}\n{rows}", tuned.unwrap_or_default())
    };
    judgement.tests.iter().map(table).collect()
}

/// The comparisons of a test as a table of text.
fn sheet(tested: &Tested) -> Sheet {
    Columns::new()
        .axes(&tested.others, |judged: &ClaimComparison| &judged.comparison.setting)
        .column("effect", |judged| amount(tested, judged))
        .column("for/tied/against", |judged| {
            tested.tally(judged).map(|count| count.to_string()).join("/")
        })
        .column("p", |judged| optional(judged.comparison.corrected, p_value))
        .column("outcome", outcome)
        .column("replicates needed", |judged| {
            optional(needed_pairs(&judged.comparison), |needed| needed)
        })
        .sheet(&tested.comparisons)
}

/// The table for a README: claim, verdict, effect, figure.
pub fn markdown(entries: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let claim = &entry.judgement.claim;
        let source = claim.source.as_ref();
        let source = source.map_or(String::new(), |source| format!(" ({source})"));
        let cells = [
            escape(&format!("{}{source}", claim.statement)),
            format!("**{}**", escape(&verdict(&entry.judgement))),
            escaped(&lines(&entry.judgement)),
            shown(entry),
        ];
        cells.to_vec()
    };
    let header = ["claim", "verdict", "effect of each test", "figure"];
    let header = header.map(str::to_owned);
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    let table = markdown_table(&header, &[false; 4], &rows);
    format!("{table}\n{}\n", escape(EFFECTS))
}

/// How to read the effect of a test.
pub(in crate::report) const EFFECTS: &str = "The effect of a test in one setting has its 95 % interval in brackets; of several settings it is the median of their mean differences, with the smallest and the largest in parentheses, over those settings in which the difference is no effect of how the network is evaluated. Brackets and parentheses are of the first value minus the second: below zero, the first is lower. What is as expected, the opposite or undecided is said after Holm's correction for all comparisons of the claim. n counts replicates, paired by their random numbers.";

/// Lines as one table cell.
fn escaped(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    lines.join("<br>")
}

/// A link to the chart, or else to the report, with its name.
fn shown(entry: &Entry) -> String {
    let name = entry.judgement.claim.figure.as_deref().unwrap_or("figure");
    let chart = entry.figure.as_ref().map(|path| link(name, &address(path)));
    let report = entry.report.as_ref().map(|path| link("report", &address(path)));
    chart.or(report).unwrap_or_else(|| "–".to_owned())
}
