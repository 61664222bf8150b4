//! `bn-lab results`: prints the metrics of a results folder as a table, from its files alone.

use std::collections::HashSet;

use crate::cli::{self, By, Format};
use crate::commands::{command_line, print};
use crate::compare;
use crate::error::Result;
use crate::report::query::Filter;
use crate::report::results;
use crate::report::sheet::Sheet;
use crate::results::query::Labels;
use crate::results::reader;
use crate::results::status::live::{self, Live};

/// Prints the requested rows in the requested order.
pub fn run(arguments: &cli::Results) -> Result<()> {
    let filters: Result<Vec<Filter>> = arguments.filter.iter().map(|f| Filter::parse(f)).collect();
    let filters = filters?;
    let live = live::read(&arguments.results)?;
    let (mut sheet, columns) = match arguments.by {
        By::Trial => (results::by_trial(&live), results::columns_by_trial(&live)),
        By::Condition => (results::by_condition(&live), results::columns_by_condition(&live)),
    };
    let all = sheet.rows.len();
    sheet.filter(&filters)?;
    sheet.sort(&arguments.sort)?;
    let labels = labels(&live, &arguments.labels.label)?;
    let is_for_people = matches!(arguments.format, Format::Table | Format::Md);
    let latex = match arguments.format {
        Format::Latex => latex(arguments, &live, (&sheet, &labels), all)?,
        _ => String::new(),
    };
    if !arguments.columns.is_empty() {
        sheet.select(&arguments.columns)?;
    } else if is_for_people {
        sheet.select(&columns)?;
    }
    if is_for_people {
        sheet.label(&labels);
    }
    let mut text = match arguments.format {
        Format::Table => sheet.table(),
        Format::Md => sheet.markdown() + "\n",
        Format::Latex => latex,
        Format::Csv => sheet.csv(),
        Format::Json => sheet.json(),
    };
    if is_for_people {
        let shown = if filters.is_empty() {
            String::new()
        } else {
            format!("; {} of {all} rows shown", sheet.rows.len())
        };
        text.push_str(&format!("{}{shown}\n", results::tally(&live)));
    }
    print(&text)
}

/// The rows of `sheet` for a LaTeX document. Which accuracy is best is said by the comparison of the whole experiment,
/// whatever rows are shown; where something was tuned, accuracies at other than the chosen values do not compare.
fn latex(
    arguments: &cli::Results,
    live: &Live,
    (sheet, labels): (&Sheet, &Labels),
    all: usize,
) -> Result<String> {
    let by_condition = arguments.by == By::Condition;
    let read = if by_condition { Some(reader::read(&arguments.results)?) } else { None };
    let untuned = read.filter(|results| results.tuning.is_none());
    let compared = untuned.as_ref().map(compare::default_comparison).transpose()?.flatten();
    let shown = results::Shown {
        live,
        by_condition,
        columns: &arguments.columns,
        labels,
        compared: compared.as_ref(),
        filters: &arguments.filter,
        all,
    };
    results::latex(sheet, &shown, &command_line())
}

/// The labels of values of this folder's axes.
fn labels(live: &Live, texts: &[String]) -> Result<Labels> {
    let values = |axis: usize| {
        let mut known = HashSet::new();
        let cells = live.trials.iter().filter_map(|trial| trial.cells.get(live.first + axis));
        let cells = cells.map(String::as_str);
        cells.filter(|cell| !cell.is_empty() && known.insert(*cell)).collect()
    };
    Labels::of(&live.axes, values, texts)
}
