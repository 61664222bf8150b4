//! The same network evaluated with running, precise and batch statistics: how much of what is lost is the
//! statistics' fault, and how much the weights'.

use super::arrangement::{Arrangement, Facet, Line, PANELS, Wanted};
use super::axes::{Kind, Quantity};
use super::curves;
use super::notes;
use super::progress::Progress;
use super::request::{Absent, Drawn, Request};
use super::series::completed;
use super::sheet::{self, Frame, Rows, Strip};
use crate::plot::chart::{LegendEntry, Panel, Symbol};
use crate::plot::palette::Key;
use crate::record::results::{Results, TrialCurves};
use crate::record::schema::EpochRow;
use crate::stats;

/// Points below which two statistics give the same.
const ALIKE: f64 = 1e-9;

/// A way to evaluate, and where its score stands.
type Evaluation = (&'static str, fn(&EpochRow) -> Option<f64>);

const ACCURACIES: [Evaluation; 3] = [
    ("running averages", |row| row.running_test_accuracy),
    ("precise statistics", |row| row.precise_test_accuracy),
    ("statistics of each test batch", |row| {
        row.batch_test_accuracy
    }),
];

/// The figure `evaluations`.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let mut rows = results.trials.iter().flat_map(|trial| &trial.epochs);
    if !rows.any(|row| row.precise_test_accuracy.is_some()) {
        return Err(Absent(
            "no network was evaluated in several ways: add `[probe] evaluations = true`".to_owned(),
        ));
    }
    let wanted = Wanted {
        limit: usize::MAX,
        crossed: false,
        ..Wanted::of("evaluations", &request.facets)
    };
    let arrangement = Arrangement::of(results, &wanted)?;
    let progress = Progress::new(results, request);
    let (mut panels, same) = panels(&progress, &arrangement);
    if panels.is_empty() {
        return Err(Absent(
            "in no condition do the ways to evaluate differ: without batch statistics there is one way".to_owned(),
        ));
    }
    let mut notes = Vec::new();
    if !same.is_empty() {
        notes.push(format!(
            "Left out, since all three are the same there: {}.",
            same.join(", ")
        ));
    }
    if panels.len() > PANELS && request.facets.is_empty() {
        notes.push(format!(
            "{PANELS} of {} panels are drawn: those whose lines end furthest apart. All: `bn-lab plot DIR \
             --figure evaluations --facet AXIS`.",
            panels.len()
        ));
        most_telling(&mut panels);
    }
    notes.extend(progress.notes());
    notes.extend(arrangement.left_out.iter().cloned());
    let columns = super::arrangement::columns(panels.len());
    let quantity = Quantity::new("Test accuracy (%)", Kind::Accuracy).on(request.log_y);
    let strips: Vec<Strip> = panels
        .chunks(columns)
        .map(|panels| Strip {
            heading: String::new(),
            quantity: quantity.clone(),
            panels: panels.to_vec(),
        })
        .collect();
    let frame = Frame {
        shown: "Test accuracy with three kinds of statistics in the norm layers".to_owned(),
        legend_title: "Evaluated with".to_owned(),
        legend: legend(&strips),
        band: notes::band(&notes::counts(&arrangement), "Line", "Band"),
        notes,
    };
    let x = progress.axis(&strips);
    Ok(vec![Drawn {
        stem: curves::stem("evaluations", request),
        chart: sheet::chart(results, frame, x, strips, Rows::OnOneAxis),
    }])
}

/// A panel for each line in each facet in which the evaluations differ, and the names of lines in which
/// they nowhere do.
fn panels(progress: &Progress<'_>, arrangement: &Arrangement<'_>) -> (Vec<Panel>, Vec<String>) {
    let mut panels = Vec::new();
    let mut same = Vec::new();
    for facet in &arrangement.facets {
        for line in &arrangement.lines {
            let trials = arrangement.trials(line, facet);
            if trials.is_empty() {
                continue;
            }
            let name = name(line, facet, arrangement);
            let trained: Vec<&TrialCurves> = completed(&trials).collect();
            if trained.iter().any(|trial| differ(trial)) {
                panels.push(panel(progress, &name, &trials));
            } else if !trained.is_empty() && !same.contains(&line.label) {
                same.push(line.label.clone());
            }
        }
    }
    same.retain(|label| !panels.iter().any(|panel| panel.title.starts_with(label)));
    (panels, same)
}

fn name(line: &Line, facet: &Facet, arrangement: &Arrangement<'_>) -> String {
    match (arrangement.lines.len(), facet.title.as_str()) {
        (_, "") => line.label.clone(),
        (_, title) => format!("{} · {title}", line.label),
    }
}

fn differ(trial: &TrialCurves) -> bool {
    trial.epochs.iter().any(|row| {
        let scores: Vec<f64> = ACCURACIES.iter().filter_map(|(_, of)| of(row)).collect();
        span(&scores) > ALIKE
    })
}

fn span(scores: &[f64]) -> f64 {
    let ends = stats::maximum(scores).zip(stats::minimum(scores));
    ends.map_or(0.0, |(high, low)| high - low)
}

fn panel(progress: &Progress<'_>, name: &str, trials: &[&TrialCurves]) -> Panel {
    let bounds = Quantity::new("", Kind::Accuracy).bounds;
    let lines = ACCURACIES.iter().enumerate();
    let lines = lines.map(|(index, (label, of))| {
        let reading = |trial: &TrialCurves| progress.curve(trial, |row| of(row).map(|y| y * 100.0));
        progress.line((label, Key::Value(index)), trials, &reading, bounds)
    });
    Panel {
        title: name.to_owned(),
        series: lines.collect(),
        ..Panel::default()
    }
}

fn most_telling(panels: &mut Vec<Panel>) {
    let end = |panel: &Panel| {
        let lasts = panel
            .series
            .iter()
            .filter_map(|series| series.points.last());
        span(&lasts.map(|point| point.y).collect::<Vec<_>>())
    };
    let mut order: Vec<usize> = (0..panels.len()).collect();
    order.sort_by(|&a, &b| end(&panels[b]).total_cmp(&end(&panels[a])).then(a.cmp(&b)));
    let kept = &order[..PANELS];
    let mut index = 0;
    panels.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
}

fn legend(strips: &[Strip]) -> Vec<LegendEntry> {
    let series = || {
        strips
            .iter()
            .flat_map(|s| &s.panels)
            .flat_map(|p| &p.series)
    };
    let entries = ACCURACIES.iter().enumerate();
    let entries = entries.map(|(index, (label, _))| {
        let key = Key::Value(index);
        LegendEntry {
            label: (*label).to_owned(),
            symbol: Symbol::Line {
                key,
                band: series().any(|s| s.key == key && !s.band.is_empty()),
            },
        }
    });
    let mut entries: Vec<LegendEntry> = entries.collect();
    if series().any(|s| !s.ended.is_empty()) {
        entries.push(notes::diverged());
    }
    entries
}
