//! A look at the task itself: inputs, confusions, mistakes and weights, where `probe.predictions` kept them.

use super::Words;
use super::document::{Block, Section};
use super::figures::figure;
use crate::plot::figures::{Drawn, TASK_FIGURES};
use crate::units::capitalised;

/// The charts of the results, and those of this section.
pub(super) fn split(charts: Vec<Drawn>) -> (Vec<Drawn>, Vec<Drawn>) {
    charts.into_iter().partition(|drawn| !is_of_task(&drawn.stem))
}

/// Whether a chart with this file name stem is one of the task, or of one setting of it.
fn is_of_task(stem: &str) -> bool {
    TASK_FIGURES.iter().any(|name| {
        let rest = stem.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// The section of these charts of the experiment `name`; `None` where there are none.
pub(super) fn section(charts: Vec<Drawn>, name: &str) -> Option<Section> {
    if charts.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Paragraph(Words::from(
        "The test set and what the trained networks make of it. This illustrates the numbers of the report and is not \
         part of its answer.",
    ))];
    let told: Vec<Words> = charts.iter().flat_map(outcomes).collect();
    blocks.extend((!told.is_empty()).then_some(Block::List(told)));
    let figures = charts.into_iter().map(|drawn| Block::Figure(Box::new(figure(drawn, name))));
    blocks.extend(figures);
    Some(Section { id: "task".to_owned(), title: "What the networks predict".to_owned(), blocks })
}

/// The confusions in words, for readers to whom a matrix is too small.
fn outcomes(drawn: &Drawn) -> Vec<Words> {
    if !drawn.stem.starts_with("confusion") {
        return Vec::new();
    }
    let panels = drawn.chart.rows.iter().flat_map(|row| &row.panels);
    let told = panels.filter(|panel| !panel.told.is_empty());
    let item = told.map(|panel| {
        Words::new()
            .strong(capitalised(&panel.title))
            .plain(format!(": {}.", panel.told.join("; ")))
    });
    item.collect()
}
