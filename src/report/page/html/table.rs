//! Tables. On a narrow screen the rows of most become blocks, in which each value has the name of its column beside it;
//! long tables of numbers scroll by themselves, and keep their first column in view. Columns can be sorted where
//! JavaScript is enabled.

use maud::{Markup, html};

use super::{marked, paragraph};
use crate::report::page::document::{Cell, Column, Table};

/// With more cells, a table of numbers is easier to read by scrolling sideways than as blocks.
const MOST_CELLS_OF_BLOCKS: usize = 120;

/// A text with more characters may be broken into lines.
const LONG: usize = 32;

/// A table in a scrollable box, with its notes below.
pub(super) fn write(table: &Table) -> Markup {
    let name = table.caption.text();
    let name = name.split('.').next().unwrap_or_default();
    // Two columns are a list of names and texts.
    let sortable = table.rows.len() > 1 && table.columns.len() > 2;
    html! {
        div.tabular { "\n"
            div.scroll tabindex="0" role="region" aria-label={ "Table: " (name) } { "\n"
                table class=(classes(table, sortable)) { "\n"
                    caption { span { (marked(&table.caption)) } } "\n"
                    thead { "\n"
                        tr {
                            @for column in &table.columns {
                                th scope="col" class=[column.is_of_numbers.then_some("number")] {
                                    (column.name)
                                }
                            }
                        } "\n"
                    } "\n"
                    tbody { "\n" @for cells in &table.rows { (row(cells, &table.columns)) } } "\n"
                } "\n"
            } "\n"
            div.notes { @for note in &table.notes { (paragraph(note)) } } "\n"
        } "\n"
    }
}

fn classes(table: &Table, sortable: bool) -> String {
    let has_text = |cell: &Cell| cell.text.chars().count() > LONG || !cell.below.is_empty();
    let cells = table.rows.len() * table.columns.len();
    let has_texts = table.rows.iter().flatten().any(has_text);
    let names = [
        ("sortable", sortable),
        ("facts", table.columns.len() == 2),
        ("blocks", has_texts || cells <= MOST_CELLS_OF_BLOCKS),
    ];
    let names = names.into_iter().filter(|(_, is)| *is).map(|(name, _)| name);
    names.collect::<Vec<_>>().join(" ")
}

/// A row; its first cell is the row's header.
fn row(cells: &[Cell], columns: &[Column]) -> Markup {
    html! {
        tr {
            @for (index, (cell, column)) in cells.iter().zip(columns).enumerate() {
                // Sentences may be broken into lines, and so may long names.
                @let most = if index == 0 { 24 } else { LONG };
                @let is_long = cell.text.chars().count() > most;
                @let class = if column.is_of_numbers { Some("number") } else { is_long.then_some("words") };
                @let order = cell.order.map(|order| order.to_string());
                @let order = order.filter(|order| *order != cell.text);
                @if index == 0 {
                    th scope="row" class=[class] data-order=[order] { (content(cell)) }
                } @else {
                    td class=[class] data-column=(column.name) data-order=[order] {
                        div { (content(cell)) }
                    }
                }
            }
        } "\n"
    }
}

fn content(cell: &Cell) -> Markup {
    html! {
        @match (&cell.link, cell.tone) {
            (Some(to), _) => { a href=(to) { (cell.text) } }
            (None, Some(tone)) => { strong class=(tone.class()) { (cell.text) } }
            (None, None) => { (cell.text) }
        }
        @if let Some(share) = cell.share { " " progress max="1" value=(share) aria-hidden="true" {} }
        @for line in &cell.below { div.below { (line) } "\n" }
    }
}
