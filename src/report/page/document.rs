//! A report as plain data: its content without a format. Tests compare it;
//! [`super::html`] and [`super::markdown`] write it.

use super::tone::Tone;
use super::words::Words;
use crate::plot::chart::Chart;
use crate::wording::numbers::dashed;

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The question that it answers, or the experiment's name where there is none.
    pub title: String,
    /// The experiment's name.
    pub name: String,
    /// What was trained, in one line.
    pub scope: String,
    /// The answer in a sentence, with its uncertainty.
    pub answer: Words,
    /// Remarks on how far the answer can be trusted; a sentence or two each.
    pub remarks: Vec<Words>,
    /// Everything else, in order.
    pub sections: Vec<Section>,
    /// The source: `the results folder “x”`.
    pub origin: String,
    /// The program that wrote it, with its version.
    pub author: String,
}

impl Report {
    /// Whether a table has a link to the section with this id.
    pub fn leads_to(&self, id: &str) -> bool {
        let of_section = |to: &String| to.strip_prefix('#') == Some(id);
        let leads = |block: &Block| match block {
            Block::Table(table) => {
                let mut cells = table.rows.iter().flatten();
                cells.any(|cell| cell.link.as_ref().is_some_and(of_section))
            }
            _ => false,
        };
        let mut blocks = self.sections.iter().flat_map(|section| &section.blocks);
        blocks.any(leads)
    }
}

/// A part of a report with its own heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The id for links.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The content.
    pub blocks: Vec<Block>,
}

/// An element of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Words),
    /// An unordered list.
    List(Vec<Words>),
    /// A figure.
    Figure(Box<Figure>),
    /// A table.
    Table(Table),
    /// Commands or a file, verbatim.
    Code(String),
    /// Details that are collapsed at first.
    Folded {
        /// The heading of the details.
        summary: String,
        /// The content.
        blocks: Vec<Block>,
    },
}

/// A figure with its description.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its file name without the extension.
    pub stem: String,
    /// The chart.
    pub chart: Chart,
    /// A caption: what it shows and how to read it.
    pub caption: Words,
    /// The alternative text for screen readers: caption and results.
    pub alternative: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The caption.
    pub caption: Words,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// Notes on how to read it.
    pub notes: Vec<Words>,
}

impl Table {
    /// A table of two columns: names and texts.
    pub fn facts<'a>(
        caption: Words,
        columns: [&str; 2],
        facts: impl IntoIterator<Item = (&'a str, String)>,
        notes: Vec<Words>,
    ) -> Self {
        let row = |(name, text)| vec![Cell::of(name), Cell::ordered(text, None)];
        let rows = facts.into_iter().map(row).collect();
        Self { caption, columns: self::columns(&columns, &[]), rows, notes }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading: a name and a unit.
    pub name: String,
    /// Whether it contains numbers, which are aligned to the right.
    pub is_of_numbers: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// The number by which rows are sorted; without one they are sorted by the text.
    pub order: Option<f64>,
    /// The target of a link, as in [`super::words::Piece::Link`].
    pub link: Option<String>,
    /// Further lines below the text.
    pub below: Vec<String>,
    /// Where the text is a verdict: what decides the colour of its badge.
    pub tone: Option<Tone>,
    /// A share from 0 to 1 that is drawn as a bar beside the text.
    pub share: Option<f64>,
}

impl Cell {
    /// A cell with this text.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { order: text.parse().ok(), text, ..Self::default() }
    }

    /// The same cell, with a dash where the text is empty.
    #[must_use]
    pub fn dashed(self) -> Self {
        Self { text: dashed(&self.text).to_owned(), ..self }
    }

    /// A cell with several lines.
    pub fn lines(lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines = lines.into_iter();
        Self { text: lines.next().unwrap_or_default(), below: lines.collect(), ..Self::default() }
    }

    /// A verdict in few words as a badge; what the text has in parentheses at its end is written below it.
    pub fn verdict(text: &str, tone: impl Into<Tone>) -> Self {
        let (word, reason) = match text.strip_suffix(')').and_then(|text| text.split_once(" (")) {
            Some((word, reason)) => (word, vec![reason.to_owned()]),
            None => (text, Vec::new()),
        };
        let word = word.to_owned();
        Self { text: word, below: reason, tone: Some(tone.into()), ..Self::default() }
    }

    /// A cell with a link.
    pub fn linked(text: impl Into<String>, to: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(to.into()), ..Self::default() }
    }

    /// A cell with a number as text, sorted by `order`.
    pub fn ordered(text: impl Into<String>, order: Option<f64>) -> Self {
        Self { text: text.into(), order, ..Self::default() }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::of(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

/// Columns of text, followed by columns of numbers.
pub fn columns(texts: &[&str], numbers: &[&str]) -> Vec<Column> {
    let column = |name: &&str, is_of_numbers| Column { name: (*name).to_owned(), is_of_numbers };
    let texts = texts.iter().map(|name| column(name, false));
    texts.chain(numbers.iter().map(|name| column(name, true))).collect()
}
