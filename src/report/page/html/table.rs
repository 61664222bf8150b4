//! Tables: each scrolls separately, and its columns can be sorted where JavaScript is enabled.

use maud::{Markup, html};

use super::{marked, paragraph};
use crate::report::page::document::{Cell, Column, Table};

/// A table in a scrollable box, with its notes below.
pub(super) fn write(table: &Table) -> Markup {
    let name = table.caption.text();
    let name = name.split('.').next().unwrap_or_default();
    // Two columns are a list of names and texts.
    let sortable = table.rows.len() > 1 && table.columns.len() > 2;
    html! {
        div.tabular { "\n"
            div.scroll tabindex="0" role="region" aria-label={ "Table: " (name) } { "\n"
                table class=(if sortable { "sortable" } else { "" }) { "\n"
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

/// A row; its first cell is the row's header.
fn row(cells: &[Cell], columns: &[Column]) -> Markup {
    html! {
        tr {
            @for (index, (cell, column)) in cells.iter().zip(columns).enumerate() {
                // Sentences may be broken into lines, and so may long names.
                @let most = if index == 0 { 24 } else { 32 };
                @let is_long = cell.text.chars().count() > most;
                @let class = if column.is_of_numbers { Some("number") } else { is_long.then_some("words") };
                @let order = cell.order.map(|order| order.to_string());
                @let order = order.filter(|order| *order != cell.text);
                @if index == 0 {
                    th scope="row" class=[class] data-order=[order] { (content(cell)) }
                } @else {
                    td class=[class] data-order=[order] { (content(cell)) }
                }
            }
        } "\n"
    }
}

fn content(cell: &Cell) -> Markup {
    html! {
        @if let Some(to) = &cell.link { a href=(to) { (cell.text) } } @else { (cell.text) }
        @for line in &cell.below { div.below { (line) } "\n" }
    }
}
