//! The whole experiment on one sheet: loss above accuracy, training beside evaluation.

use super::arrangement::{Arrangement, Facet};
use super::metric::{self, Metric};
use super::request::{Absent, Drawn, Request};
use super::sheet::{Sheet, Strip};
use crate::plot::chart::{Chart, Panel};
use crate::record::results::Results;

/// As many columns as stay readable on a page.
const COLUMNS: usize = 6;

/// The figure `overview`.
pub(super) fn draw(results: &Results, _: &Request) -> Result<Vec<Drawn>, Absent> {
    Ok(vec![Drawn {
        stem: "overview".to_owned(),
        chart: overview(results, metric::evaluation(results)),
    }])
}

/// Two rows of two panels where the placement is the only axis; with further axes a row for each
/// metric and a column for each of their combinations. `evaluation` is the loss and accuracy that
/// stand beside the training ones.
fn overview(results: &Results, evaluation: [Metric; 2]) -> Chart {
    let arrangement = Arrangement::of(results, COLUMNS);
    let sheet = Sheet::new(results, &arrangement);
    let [loss, accuracy] = evaluation;
    let strips = if let [facet] = arrangement.facets.as_slice() {
        let strip = |metrics: [Metric; 2]| Strip {
            heading: String::new(),
            metrics: metrics.to_vec(),
            panels: metrics
                .into_iter()
                .map(|metric| sheet.panel(metric.title(), metric, facet))
                .collect(),
        };
        [[Metric::TrainLoss, loss], [Metric::TrainAccuracy, accuracy]]
            .map(strip)
            .into()
    } else {
        let metrics = [Metric::TrainLoss, loss, Metric::TrainAccuracy, accuracy];
        metrics
            .map(|metric| metric_row(&sheet, &arrangement, metric))
            .into()
    };
    sheet.chart(subtitle(results), strips)
}

/// One metric in every column, which the row above the others explains for all.
fn metric_row(sheet: &Sheet, arrangement: &Arrangement, metric: Metric) -> Strip {
    let panel = |facet: &Facet| {
        let panel = sheet.panel(&facet.title, metric, facet);
        if metric == Metric::TrainLoss {
            return panel;
        }
        Panel {
            title: String::new(),
            note: String::new(),
            ..panel
        }
    };
    Strip {
        heading: metric.title().to_owned(),
        metrics: vec![metric],
        panels: arrangement.facets.iter().map(panel).collect(),
    }
}

/// The name, unless it already is the title.
fn subtitle(results: &Results) -> &str {
    if results.question.trim().is_empty() {
        ""
    } else {
        &results.name
    }
}
