//! A report as Markdown, with its figures in `charts/` beside it.

use super::document::{Block, Cell, Column, Figure, Report, Section, Table};
use super::words::{Piece, Words};

/// Writes a report.
pub fn write(report: &Report) -> String {
    let mut text = format!(
        "# {}\n\n{}\n\n",
        escape(&report.title),
        marked(&report.answer)
    );
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

/// The place of a section that something leads to.
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
        Block::Table(shown) => format!(
            "{}\n\n{}\n{}",
            marked(&shown.caption),
            rows(shown),
            notes(shown)
        ),
        Block::Code(text) => code(text),
        Block::Folded { summary, blocks } => {
            let blocks: String = blocks.iter().map(block).collect();
            format!(
                "<details>\n<summary>{}</summary>\n\n{blocks}</details>\n\n",
                escape(summary)
            )
        }
    }
}

fn figure(shown: &Figure) -> String {
    format!(
        "{}\n\n{} [SVG](charts/{stem}.svg) · [PNG](charts/{stem}.png)\n\n",
        image(&shown.alternative, &format!("charts/{}.png", shown.stem)),
        marked(&shown.caption),
        stem = shown.stem
    )
}

/// A picture with its words.
pub fn image(alternative: &str, path: &str) -> String {
    let path = if path.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>')) {
        format!("<{}>", path.replace('<', "%3C").replace('>', "%3E"))
    } else {
        path.to_owned()
    };
    format!("![{}]({path})", escape(alternative))
}

/// A table without its caption.
pub fn rows(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let header = table
        .columns
        .iter()
        .map(|column| escape_inside(&column.name));
    let side = |column: &Column| if column.is_of_numbers { "---:" } else { "---" }.to_owned();
    let mut text = line(header.collect()) + &line(table.columns.iter().map(side).collect());
    let cell = |cell: &Cell| {
        let first = match &cell.link {
            Some(to) => link(&cell.text, to),
            None => escape_inside(&cell.text),
        };
        let below = cell.below.iter();
        below.fold(first, |text, line| {
            format!("{text}<br>{}", escape_inside(line))
        })
    };
    let row = |cells: &Vec<Cell>| line(cells.iter().map(cell).collect());
    text.extend(table.rows.iter().map(row));
    text
}

/// What must be known to read a table, in paragraphs.
pub fn notes(table: &Table) -> String {
    let notes = table.notes.iter().map(marked);
    notes.flat_map(|note| [note, "\n\n".to_owned()]).collect()
}

/// A fence that nothing inside can close.
fn code(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}\n\n")
}

/// Words with their marks.
pub fn marked(words: &Words) -> String {
    let mut text = String::new();
    for piece in words.pieces() {
        match piece {
            Piece::Plain(plain) => text.push_str(&escape_inside(plain)),
            Piece::Strong(strong) => text.push_str(&format!("**{}**", escape_inside(strong))),
            Piece::Code(code) => text.push_str(&code_span(code)),
            Piece::Link { text: of, to } => text.push_str(&link(of, to)),
        }
    }
    guarded(text)
}

/// Text that leads somewhere.
pub fn link(text: &str, to: &str) -> String {
    format!("[{}]({to})", escape_inside(text))
}

fn code_span(code: &str) -> String {
    let code = code.replace(['\n', '\r'], " ");
    let fence = "`".repeat(longest_run(&code) + 1);
    let room = if code.starts_with('`') || code.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{}{room}{fence}", code.replace('|', "\\|"))
}

/// Backticks in a row, at most.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Text that means only itself.
pub fn escape(text: &str) -> String {
    guarded(escape_inside(text))
}

fn escape_inside(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for (place, &letter) in letters.iter().enumerate() {
        let is_word = |place: Option<usize>| {
            let neighbour = place.and_then(|place| letters.get(place));
            neighbour.is_some_and(|letter| letter.is_alphanumeric())
        };
        match letter {
            // Inside a word it is only itself.
            '_' if is_word(place.checked_sub(1)) && is_word(Some(place + 1)) => escaped.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            // The beginning of an entity.
            '&' if is_word(Some(place + 1)) || letters.get(place + 1) == Some(&'#') => {
                escaped.push_str("&amp;");
            }
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A line that begins no heading, quotation or list.
fn guarded(text: String) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let numbered =
        digits > 0 && text[digits..].starts_with(['.', ')']) && text[digits + 1..].starts_with(' ');
    if numbered {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['#', '>', '+', '=']) || text.starts_with("- ") {
        return format!("\\{text}");
    }
    text
}
