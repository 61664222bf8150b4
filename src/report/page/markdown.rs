//! A report as Markdown, with its figures as files in `charts/`.

use super::document::{Block, Cell, Figure, Report, Section, Table};
use super::words::{Piece, Words};
use crate::report::markdown::{code, code_span, destination, escape_inside, guarded, table};
pub use crate::report::markdown::{escape, image, link};

/// Writes a report.
pub fn write(report: &Report) -> String {
    let mut text = format!("# {}\n\n{}\n\n", escape(&report.title), marked(&report.answer));
    for remark in &report.remarks {
        text.push_str(&format!("{}\n\n", marked(remark)));
    }
    text.push_str(&format!("{}\n\n", escape(&report.scope)));
    for section in &report.sections {
        text.push_str(&anchor(section, report));
        text.push_str(&format!("## {}\n\n", escape(&section.title)));
        text.extend(section.blocks.iter().map(block));
    }
    text.push_str(&format!(
        "---\n\nWritten by {} from the files of {}.\n",
        escape(&report.author),
        escape(&report.origin)
    ));
    text
}

/// The anchor of a section to which a link exists.
fn anchor(section: &Section, report: &Report) -> String {
    if report.leads_to(&section.id) {
        format!("<a id=\"{}\"></a>\n\n", section.id)
    } else {
        String::new()
    }
}

fn block(of: &Block) -> String {
    match of {
        Block::Paragraph(words) => format!("{}\n\n", marked(words)),
        Block::List(items) => {
            let items = items.iter().map(|words| format!("- {}\n", marked(words)));
            items.collect::<String>() + "\n"
        }
        Block::Figure(shown) => figure(shown),
        Block::Table(shown) => {
            format!("{}\n\n{}\n{}", marked(&shown.caption), rows(shown), notes(shown))
        }
        Block::Code(text) => code(text),
        Block::Folded { summary, blocks } => {
            let blocks: String = blocks.iter().map(block).collect();
            format!("<details>\n<summary>{}</summary>\n\n{blocks}</details>\n\n", escape(summary))
        }
    }
}

fn figure(shown: &Figure) -> String {
    let of = |extension: &str| format!("charts/{}.{extension}", shown.stem);
    format!(
        "{}\n\n{} [SVG]({}) · [PNG]({png})\n\n",
        image(&shown.alternative, &of("png")),
        marked(&shown.caption),
        destination(&of("svg")),
        png = destination(&of("png"))
    )
}

/// The rows of a table, without its caption.
pub fn rows(shown: &Table) -> String {
    let header = shown.columns.iter().map(|column| escape_inside(&column.name));
    let numbers = shown.columns.iter().map(|column| column.is_of_numbers);
    let cell = |cell: &Cell| {
        let first = match &cell.link {
            Some(to) => link(&cell.text, to),
            None => escape_inside(&cell.text),
        };
        let below = cell.below.iter();
        below.fold(first, |text, line| format!("{text}<br>{}", escape_inside(line)))
    };
    let row = |cells: &Vec<Cell>| cells.iter().map(cell).collect();
    let rows: Vec<Vec<String>> = shown.rows.iter().map(row).collect();
    table(&header.collect::<Vec<_>>(), &numbers.collect::<Vec<_>>(), &rows)
}

/// The notes on a table, in paragraphs.
pub fn notes(table: &Table) -> String {
    let notes = table.notes.iter().map(marked);
    notes.flat_map(|note| [note, "\n\n".to_owned()]).collect()
}

/// Text with its markup.
pub fn marked(words: &Words) -> String {
    let mut text = String::new();
    for piece in words.pieces() {
        match piece {
            Piece::Plain(plain) => text.push_str(&escape_inside(plain)),
            Piece::Strong(strong) | Piece::Badge { text: strong, .. } => {
                text.push_str(&format!("**{}**", escape_inside(strong)));
            }
            Piece::Code(code) => text.push_str(&code_span(code)),
            Piece::Link { text: of, to } => text.push_str(&link(of, to)),
        }
    }
    guarded(text)
}
