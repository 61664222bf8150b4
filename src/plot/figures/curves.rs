//! One metric against the epoch: small multiples, one panel for each combination of the further
//! axes, all on the same axes.

use super::arrangement::Arrangement;
use super::metric::Metric;
use super::sheet::{Sheet, Strip};
use crate::plot::chart::Chart;
use crate::record::results::Results;

/// Panels side by side.
const COLUMNS: usize = 3;
/// As many panels as fit a page.
const PANELS: usize = 24;

/// The figure of one metric.
pub(super) fn curves(results: &Results, metric: Metric) -> Chart {
    let arrangement = Arrangement::of(results, PANELS);
    let sheet = Sheet::new(results, &arrangement);
    // Four panels make a square rather than three and a straggler.
    let columns = if arrangement.facets.len() == 4 {
        2
    } else {
        COLUMNS
    };
    let strips = arrangement
        .facets
        .chunks(columns)
        .map(|facets| Strip {
            heading: String::new(),
            metrics: vec![metric],
            panels: facets
                .iter()
                .map(|facet| sheet.panel(&facet.title, metric, facet))
                .collect(),
        })
        .collect();
    sheet.chart_on_one_axis(&subtitle(results, metric), strips)
}

fn subtitle(results: &Results, metric: Metric) -> String {
    if results.question.trim().is_empty() {
        metric.title().to_owned()
    } else {
        format!("{} · {}", metric.title(), results.name)
    }
}
