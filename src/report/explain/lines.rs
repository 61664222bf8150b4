//! The lines of a page, and their layout.

use super::numbers::{exact, rounded};

/// Columns of a terminal that a line may take; further values continue on the next line.
pub(super) const WIDTH: usize = 96;

/// A group of lines.
pub(super) struct Section {
    /// The title.
    pub(super) title: String,
    /// The lines, in the order of the computation.
    pub(super) lines: Vec<Line>,
}

/// A quantity with its formula and values.
pub(super) struct Line {
    /// The symbol.
    pub(super) symbol: String,
    /// The formula, starting with `=` or `←`.
    pub(super) formula: String,
    /// The values: one, or one for each example.
    pub(super) values: Vec<String>,
    /// A remark; may be empty.
    pub(super) remark: String,
}

impl Line {
    /// A quantity of each example; magnitudes of up to `rounding` are printed as 0.
    pub(super) fn several(
        symbol: &str,
        formula: impl Into<String>,
        numbers: &[f64],
        rounding: f64,
    ) -> Self {
        Self {
            symbol: symbol.to_owned(),
            formula: formula.into(),
            values: rounded(numbers, rounding),
            remark: String::new(),
        }
    }

    /// A quantity of the whole batch; a magnitude of up to `rounding` is printed as 0.
    pub(super) fn single(
        symbol: &str,
        formula: impl Into<String>,
        number: f64,
        rounding: f64,
    ) -> Self {
        Self::several(symbol, formula, &[number], rounding)
    }

    /// A given quantity.
    pub(super) fn given(symbol: &str, numbers: &[f64]) -> Self {
        Self {
            values: numbers.iter().copied().map(exact).collect(),
            ..Self::several(symbol, "given", &[], 0.0)
        }
    }

    /// The same line with a remark.
    pub(super) fn remarked(self, remark: String) -> Self {
        Self { remark, ..self }
    }
}

/// Aligned columns; decimal points are aligned over the whole page.
pub(super) fn text(sections: &[Section]) -> String {
    let layout = Layout::of(sections);
    let mut page = String::new();
    for section in sections {
        page.push_str(&format!("\n{}\n", section.title));
        page.extend(section.lines.iter().map(|line| layout.line(line)));
    }
    page
}

/// The widths of a page's columns, in columns of a terminal.
struct Layout {
    symbols: usize,
    formulas: usize,
    /// Width before the decimal point.
    before: usize,
    /// Width from the decimal point on.
    behind: usize,
}

impl Layout {
    fn of(sections: &[Section]) -> Self {
        let lines = || sections.iter().flat_map(|section| &section.lines);
        let values = || lines().flat_map(|line| &line.values).map(|value| split(value));
        Self {
            symbols: widest(lines().map(|line| line.symbol.as_str())),
            formulas: widest(lines().map(|line| line.formula.as_str())),
            before: widest(values().map(|(before, _)| before)),
            behind: widest(values().map(|(_, behind)| behind)),
        }
    }

    /// The text of a line; further values continue on the next one.
    fn line(&self, line: &Line) -> String {
        let symbol = padded(&line.symbol, self.symbols);
        let head = format!("{symbol} {}", padded(&line.formula, self.formulas));
        let left = self.symbols + 1 + self.formulas;
        let values_a_row = WIDTH.saturating_sub(left) / (2 + self.before + self.behind);
        let row = |(row, values): (usize, &[String])| {
            let head = if row == 0 { &head } else { &" ".repeat(left) };
            let cells: String = values.iter().map(|value| self.cell(value)).collect();
            let text = format!("{head}{cells}  {}", line.remark);
            format!("{}\n", text.trim_end())
        };
        let rows = line.values.chunks(values_a_row.max(1)).enumerate();
        rows.map(row).collect()
    }

    fn cell(&self, value: &str) -> String {
        let (whole, rest) = split(value);
        let (before, behind) = (self.before, self.behind);
        format!("  {whole:>before$}{rest:<behind$}")
    }
}

/// The part before the decimal point or exponent, and the rest.
fn split(value: &str) -> (&str, &str) {
    value.split_at(value.find(['.', 'e']).unwrap_or(value.len()))
}

fn padded(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(width).max().unwrap_or(0)
}

/// Columns of a terminal: a combining mark, as in x̂, takes none.
pub(super) fn width(text: &str) -> usize {
    let is_mark = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    text.chars().filter(|c| !is_mark(c)).count()
}

/// A Markdown table for each section.
pub(super) fn markdown(sections: &[Section]) -> String {
    sections.iter().map(markdown_of).collect()
}

fn markdown_of(section: &Section) -> String {
    let columns = section.lines.iter().map(|line| line.values.len());
    let columns = columns.max().unwrap_or(0);
    let header: Vec<String> = (1..=columns).map(|column| column.to_string()).collect();
    let sides = "---:|".repeat(columns);
    let rows = section.lines.iter().map(|line| markdown_row(line, columns));
    let rows: String = rows.collect();
    format!("\n**{}**\n\n| | | {} |\n|---|---|{sides}\n{rows}", section.title, header.join(" | "))
}

fn markdown_row(line: &Line, columns: usize) -> String {
    let remark = match line.remark.as_str() {
        "" => String::new(),
        remark => format!(" ({remark})"),
    };
    let missing = columns.saturating_sub(line.values.len());
    let cells = line.values.iter().map(|value| format!(" {value} |"));
    let cells = cells.chain(std::iter::repeat_n(" |".to_owned(), missing));
    let cells: String = cells.collect();
    format!("| {} | `{}`{remark} |{cells}\n", line.symbol, line.formula)
}
