//! `bn-lab results`: prints the metrics of a results folder as a table, from its files alone.

use crate::cli::{self, By, Format};
use crate::commands::print;
use crate::error::Result;
use crate::report::query::Filter;
use crate::report::results;
use crate::results::status::live;

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
    let is_for_people = matches!(arguments.format, Format::Table | Format::Md);
    if !arguments.columns.is_empty() {
        sheet.select(&arguments.columns)?;
    } else if is_for_people {
        sheet.select(&columns)?;
    }
    let mut text = match arguments.format {
        Format::Table => sheet.table(),
        Format::Md => sheet.markdown() + "\n",
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
