//! One metric against the epoch: small multiples, one panel for each combination of the further
//! axes, all on the same axes.

use super::arrangement::Arrangement;
use super::metric::{self, Metric};
use super::request::{Absent, Drawn, Horizontal, Request};
use super::sheet::{Sheet, Strip};
use crate::plot::chart::Chart;
use crate::record::results::{Details, Results};

/// Panels side by side.
const COLUMNS: usize = 3;
/// As many panels as fit a page.
const PANELS: usize = 24;

/// The training loss between epochs, where steps are counted.
pub(super) fn details(request: &Request) -> Details {
    Details {
        steps: request.x == Horizontal::Step,
        ..Details::default()
    }
}

/// The figure `curves`: a chart of the metric that is asked for, or else of each that was measured.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let metrics = metric::measured(results);
    let wanted = |metric: &Metric| request.metric.as_ref().is_none_or(|m| m == metric.name());
    let charts = metrics.into_iter().filter(wanted).map(|metric| Drawn {
        stem: metric.name().to_owned(),
        chart: curves(results, metric),
    });
    Ok(charts.collect())
}

/// The chart of one metric.
fn curves(results: &Results, metric: Metric) -> Chart {
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
