//! Generates the content of blocks.

use std::path::{Path, PathBuf};

use super::order::Order;
use crate::compare::{Question, compare};
use crate::error::Result;
use crate::fs;
use crate::plot::chart::Chart;
use crate::plot::render::{self, Style};
use crate::report::claims::{self, written};
use crate::report::page::{self, Folder, Material, answer, markdown, tables};
use crate::results::format::layout::Layout;
use crate::wording::names::PLACEMENT;

/// The generated content of a block.
pub(super) struct Made {
    /// The text in Markdown.
    pub text: String,
    /// A chart in it whose file is missing or out of date.
    pub drawing: Option<Drawing>,
}

/// A chart to be drawn.
pub(super) struct Drawing {
    /// The path without extension.
    stem: PathBuf,
    svg: String,
}

impl Drawing {
    /// The chart to be drawn; `None` where the file is up to date. Only the SVG is compared, since the PNG
    /// is rendered from it.
    fn of(stem: PathBuf, chart: &Chart, extension: &str) -> Result<Option<Self>> {
        let svg = render::svg(chart, &Style::of_file())?;
        let lines = ended(&stem, "svg");
        let is_there = fs::is_file(&ended(&stem, extension)) && fs::is_file(&lines);
        let is_true = is_there && fs::read(&lines)? == svg.as_bytes();
        Ok((!is_true).then_some(Self { stem, svg }))
    }

    /// Writes the SVG and the PNG.
    pub(super) fn write(&self) -> Result<()> {
        if let Some(folder) = self.stem.parent() {
            fs::create_folder(folder)?;
            fs::remove_partials(folder)?;
        }
        let pixels = render::png(&self.svg, render::DPI)?;
        let [lines, picture] = self.paths();
        fs::replace(&lines, self.svg.as_bytes())?;
        fs::replace(&picture, &pixels)
    }

    /// The files that are written.
    pub(super) fn paths(&self) -> [PathBuf; 2] {
        ["svg", "png"].map(|extension| ended(&self.stem, extension))
    }
}

/// The path with an extension, such as `charts/gradients-learning-rate-0.001.svg`: the stem may contain dots.
fn ended(stem: &Path, extension: &str) -> PathBuf {
    let mut path = stem.as_os_str().to_owned();
    path.push(format!(".{extension}"));
    path.into()
}

/// Generates the content for a file in the folder `beside`, to which the folders in `order` are relative.
pub(super) fn make(order: &Order, beside: &Path) -> Result<Made> {
    let text = match order {
        Order::Figure { folder, name, extension } => {
            return figure(beside, folder, name, extension);
        }
        Order::Answer { folder } => with_material(&beside.join(folder), None, said)?,
        Order::Conditions { folder, metric } => {
            with_material(&beside.join(folder), Some(metric), |material| {
                let table = tables::conditions(material);
                format!("{}\n{}", markdown::rows(&table), markdown::notes(&table))
            })?
        }
        Order::Claims { folders } => {
            let entries: Result<Vec<_>> =
                folders.iter().map(|folder| claims::within(folder, beside)).collect();
            claims::markdown(&entries?.concat())
        }
        Order::Compare { folder, metric, by } => {
            comparisons(&beside.join(folder), metric, by.as_deref())?
        }
    };
    Ok(Made { text, drawing: None })
}

fn with_material(
    folder: &Path,
    metric: Option<&str>,
    write: impl Fn(&Material<'_>) -> String,
) -> Result<String> {
    let read = Folder::without_figures(folder)?;
    Ok(write(&Material::new(&read, metric)?))
}

/// The answer, and each other comparison in its own paragraph.
fn said(material: &Material<'_>) -> String {
    let statement = answer::statement(material);
    let words = std::iter::once(&statement.answer).chain(&statement.others);
    let paragraphs: Vec<String> = words.map(markdown::marked).collect();
    paragraphs.join("\n\n")
}

fn comparisons(folder: &Path, metric: &str, by: Option<&str>) -> Result<String> {
    let read = Folder::without_figures(folder)?;
    let material = Material::new(&read, Some(metric))?;
    let reported = material.compared.as_ref().map(|answer| answer.by.as_str());
    let question = Question {
        metric: metric.to_owned(),
        by: by.or(reported).unwrap_or(PLACEMENT).to_owned(),
        margin: None,
    };
    let answer = compare(&material.judged, &question)?;
    let table = tables::comparisons(&answer);
    Ok(format!("{}\n{}", markdown::rows(&table), markdown::notes(&table)))
}

fn figure(beside: &Path, folder: &Path, name: &str, extension: &str) -> Result<Made> {
    let (drawn, name_of) = page::chart(&beside.join(folder), name)?;
    let stem = Layout::new(folder).charts().join(name);
    let shown = page::figures::figure(drawn, &name_of);
    Ok(Made {
        text: markdown::image(&shown.alternative, &written(&ended(&stem, extension))),
        drawing: Drawing::of(beside.join(&stem), &shown.chart, extension)?,
    })
}
