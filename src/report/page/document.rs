//! A report as plain data: what it says, and nothing about how it is written. Tests compare it;
//! [`super::html`] and [`super::markdown`] write it.

use super::words::Words;
use crate::plot::chart::Chart;
use crate::wording::numbers::dashed;

/// A report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The question that it answers, or the experiment's name where none was asked.
    pub title: String,
    /// The experiment's name.
    pub name: String,
    /// What was trained, in a line.
    pub scope: String,
    /// The answer in a sentence, with its uncertainty.
    pub answer: Words,
    /// What the reader must know to trust the answer; each a sentence or two.
    pub remarks: Vec<Words>,
    /// Everything else, in order.
    pub sections: Vec<Section>,
    /// What it was written from: `the results folder “x”`.
    pub origin: String,
    /// The program that wrote it.
    pub author: String,
}

impl Report {
    /// Whether a table leads to the section of this id.
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

/// A part of a report under a heading of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The name by which links find it.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Words),
    /// A list without an order.
    List(Vec<Words>),
    /// A picture.
    Figure(Box<Figure>),
    /// Rows and columns.
    Table(Table),
    /// Commands or a file, as they are.
    Code(String),
    /// What few readers look for: shown when asked for.
    Folded {
        /// What is in it.
        summary: String,
        /// What is shown on request.
        blocks: Vec<Block>,
    },
}

/// A picture with what it shows in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its file's name without the extension.
    pub stem: String,
    /// What is drawn.
    pub chart: Chart,
    /// What it shows and how to read it.
    pub caption: Words,
    /// For readers who do not see it: caption and outcome.
    pub alternative: String,
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: Words,
    /// Names and units of its columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<Cell>>,
    /// What must be known to read it.
    pub notes: Vec<Words>,
}

impl Table {
    /// A list of facts: names and texts.
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

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name and unit.
    pub name: String,
    /// Whether it holds numbers, aligned to the right.
    pub is_of_numbers: bool,
}

/// A field of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// What is written in it.
    pub text: String,
    /// Where it stands when rows are sorted by numbers; by its text where absent.
    pub order: Option<f64>,
    /// Where it leads, as in [`super::words::Piece::Link`].
    pub link: Option<String>,
    /// What stands below the text, each in a line of its own.
    pub below: Vec<String>,
}

impl Cell {
    /// Text, or a number as text.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { order: text.parse().ok(), text, ..Self::default() }
    }

    /// The same with a dash where nothing is written.
    #[must_use]
    pub fn dashed(self) -> Self {
        Self { text: dashed(&self.text).to_owned(), ..self }
    }

    /// Several texts, one below the other.
    pub fn lines(lines: impl IntoIterator<Item = String>) -> Self {
        let mut lines = lines.into_iter();
        Self { text: lines.next().unwrap_or_default(), below: lines.collect(), ..Self::default() }
    }

    /// Text that leads somewhere.
    pub fn linked(text: impl Into<String>, to: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(to.into()), ..Self::default() }
    }

    /// Text that stands for a number.
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

/// Columns of text, then columns of numbers.
pub fn columns(texts: &[&str], numbers: &[&str]) -> Vec<Column> {
    let column = |name: &&str, is_of_numbers| Column { name: (*name).to_owned(), is_of_numbers };
    let texts = texts.iter().map(|name| column(name, false));
    texts.chain(numbers.iter().map(|name| column(name, true))).collect()
}
