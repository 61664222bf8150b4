//! Tables: each scrolls in a box of its own, and its columns can be sorted where script runs.

use super::element::{Element, el};
use super::{link, marked, paragraph};
use crate::report::page::document::{Cell, Column, Table};

/// A table in its box, its notes below.
pub(super) fn write(table: &Table) -> Element {
    let caption = el("caption").child(marked(el("span"), &table.caption));
    let header = table.columns.iter().map(head);
    let rows = table.rows.iter().map(|cells| row(cells, &table.columns));
    let name = table.caption.text();
    let name = name.split('.').next().unwrap_or_default();
    let notes = table.notes.iter().map(paragraph);
    // Two columns are a list of facts.
    let sortable = if table.rows.len() > 1 && table.columns.len() > 2 { "sortable" } else { "" };
    el("div")
        .class("tabular")
        .child(
            el("div")
                .class("scroll")
                .with("tabindex", "0")
                .with("role", "region")
                .with("aria-label", format!("Table: {name}"))
                .child(
                    el("table")
                        .class(sortable)
                        .child(caption)
                        .child(el("thead").child(el("tr").children(header)))
                        .child(el("tbody").children(rows.collect::<Vec<_>>())),
                ),
        )
        .child(el("div").class("notes").children(notes.collect::<Vec<_>>()))
}

fn head(column: &Column) -> Element {
    let cell = el("th").with("scope", "col");
    let cell = if column.is_of_numbers { cell.class("number") } else { cell };
    cell.text(column.name.clone())
}

/// The first cell names the row.
fn row(cells: &[Cell], columns: &[Column]) -> Element {
    let cell = |(index, (cell, column)): (usize, (&Cell, &Column))| {
        // Sentences get room, and so do names that would stand in one line.
        let most = if index == 0 { 24 } else { 32 };
        let is_long = !column.is_of_numbers && cell.text.chars().count() > most;
        let element = if index == 0 { el("th").with("scope", "row") } else { el("td") };
        let element = match (column.is_of_numbers, is_long) {
            (true, _) => element.class("number"),
            (_, true) => element.class("words"),
            _ => element,
        };
        let element = match cell.order.filter(|order| order.to_string() != cell.text) {
            Some(order) => element.with("data-order", order.to_string()),
            None => element,
        };
        let element = match &cell.link {
            Some(to) => element.child(link(&cell.text, to)),
            None => element.text(cell.text.clone()),
        };
        let below = cell.below.iter();
        element.children(below.map(|line| el("div").class("below").text(line.clone())))
    };
    el("tr").children(cells.iter().zip(columns).enumerate().map(cell))
}
