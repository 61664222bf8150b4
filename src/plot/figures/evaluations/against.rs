//! The last evaluations over a numeric axis, for trainings that differ in their number of
//! epochs, as those at several batch sizes do.

use super::{ACCURACIES, Found, differ, frame, name};
use crate::plot::chart::{Along, Bar, Panel, Point, Series};
use crate::plot::figures::arrangement::{
    Arrangement, Facet, Line, Wanted, axis_name, columns, distinct, named, value,
};
use crate::plot::figures::axes::{self, Kind, Quantity};
use crate::plot::figures::notes;
use crate::plot::figures::request::{Absent, Drawn, Request};
use crate::plot::figures::series::{completed, spread};
use crate::plot::figures::sheet::{self, Rows, Strip};
use crate::plot::palette::Key;
use crate::results::query::{Results, TrialCurves};
use crate::stats;
use crate::units::capitalised;

/// A panel for each line in each combination of further axes.
pub(super) fn draw(
    results: &Results,
    request: &Request,
    along: usize,
) -> Result<Vec<Drawn>, Absent> {
    let wanted = Wanted {
        taken: vec![along],
        limit: usize::MAX,
        crossed: false,
        ..Wanted::of("evaluations", &request.facets)
    };
    let arrangement = Arrangement::of(results, &wanted)?;
    let values: Vec<(f64, String)> = distinct(results, along)
        .into_iter()
        .filter_map(|text| Some((text.parse().ok()?, text)))
        .collect();
    let mut found = Found::default();
    let mut counts = Vec::new();
    for facet in &arrangement.facets {
        for line in &arrangement.lines {
            let trials = arrangement.trials(line, facet);
            let trained: Vec<&TrialCurves> = completed(&trials).collect();
            counts.extend(values.iter().map(|(_, text)| {
                let here = trained.iter().filter(|trial| value(trial, along) == text);
                here.count()
            }));
            let panel = panel(&trained, line, facet, along, &values);
            found.add(panel, &line.label, trained.iter().any(|trial| differ(trial)));
        }
    }
    let mut frame = frame(&mut found, request, &arrangement)?;
    let by = axis_name(&results.axes[along]);
    frame.shown = format!("{} at the end, by {by}", frame.shown);
    frame.band = notes::band(&counts, "Point", "Bar");
    frame.notes.push("`--x step` follows them on the way.".to_owned());
    let quantity = Quantity::new("Test accuracy (%)", Kind::Accuracy).on(request.log_y);
    let strip = |panels: &[Panel]| Strip {
        heading: String::new(),
        quantity: quantity.clone(),
        panels: panels.to_vec(),
    };
    let rows = found.panels.chunks(columns(found.panels.len()));
    let strips = rows.map(strip).collect();
    let label = |(at, value): (f64, String)| (at, named(results, along, &value));
    let values: Vec<(f64, String)> = values.into_iter().map(label).collect();
    let x = axes::values(&capitalised(&by), &values, request.log_x);
    Ok(vec![Drawn {
        stem: "evaluations".to_owned(),
        chart: sheet::chart(results, frame, x, strips, Rows::OnOneAxis),
    }])
}

fn panel(
    trained: &[&TrialCurves],
    line: &Line,
    facet: &Facet,
    along: usize,
    values: &[(f64, String)],
) -> Panel {
    let bounds = Quantity::new("", Kind::Accuracy).bounds;
    let lines = ACCURACIES.iter().enumerate().map(|(index, (label, of))| {
        let mut series =
            Series { label: (*label).to_owned(), key: Key::Value(index), ..Series::default() };
        for (x, text) in values {
            let here = trained.iter().filter(|trial| value(trial, along) == text);
            let last = here.filter_map(|trial| trial.epochs.last().and_then(of));
            let scores: Vec<f64> = last.map(|share| share * 100.0).collect();
            let Some(y) = stats::mean(&scores) else {
                continue;
            };
            let at = Point { x: *x, y };
            series.points.push(at);
            series.bars.extend(spread(&scores, bounds).map(|(low, high)| Bar {
                at,
                along: Along::Y,
                low,
                high,
            }));
        }
        series.points.sort_by(|a, b| a.x.total_cmp(&b.x));
        series
    });
    Panel { title: name(line, facet), series: lines.collect(), ..Panel::default() }
}
