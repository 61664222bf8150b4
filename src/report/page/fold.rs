//! Limits the length of tables in a report.

use super::Words;
use super::document::{Block, Section, Table};

/// Most rows of a table in the report.
pub(super) const MOST_ROWS: usize = 50;

/// Shortens the long tables of a section, with a note on where the other rows are.
pub(super) fn fold(section: &mut Section) {
    section.blocks.iter_mut().for_each(fold_block);
}

fn fold_block(block: &mut Block) {
    match block {
        Block::Table(table) => fold_table(table),
        Block::Folded { blocks, .. } => blocks.iter_mut().for_each(fold_block),
        _ => {}
    }
}

fn fold_table(table: &mut Table) {
    let all = table.rows.len();
    // The table of an experiment's keys is complete, and is collapsed.
    if all <= MOST_ROWS || table.columns.len() <= 2 {
        return;
    }
    table.rows.truncate(MOST_ROWS);
    table.notes.insert(
        0,
        Words::new()
            .strong(format!("The first {MOST_ROWS} of {all} rows."))
            .plain(" All of them: ")
            .code("summary.csv")
            .plain(" for conditions, ")
            .code("bn-lab compare DIR --format csv")
            .plain(" for comparisons, ")
            .code("trials.csv")
            .plain(" for every trial."),
    );
}
