//! The same network evaluated with running, precise and batch statistics, to distinguish losses due to the
//! statistics from those due to the weights.

mod against;

use super::arrangement::{Arrangement, Facet, Line, PANELS, Wanted, columns};
use super::axes::{Kind, Quantity};
use super::progress::{self, Progress};
use super::request::{Absent, Drawn, Horizontal, Request};
use super::series::completed;
use super::sheet::{self, Frame, Rows, Strip};
use super::{curves, final_score, notes};
use crate::plot::chart::{LegendEntry, Panel, Symbol};
use crate::plot::palette::Key;
use crate::results::format::schema::EpochRow;
use crate::results::query::{Results, TrialCurves};
use crate::stats;

/// Differences in points below which two evaluations count as equal.
const ALIKE: f64 = 1e-9;

/// The name of an evaluation, with its column.
type Evaluation = (&'static str, fn(&EpochRow) -> Option<f64>);

const ACCURACIES: [Evaluation; 3] = [
    ("running averages", |row| row.running_test.accuracy),
    ("precise statistics", |row| row.precise_test.accuracy),
    ("statistics of each test batch", |row| row.batch_test.accuracy),
];

/// The figure `evaluations`: over training, or at its end over a numeric axis where trainings differ in
/// their number of epochs.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    // Every training has two of the three scores in its last row.
    let mut rows = results.trials.iter().flat_map(|trial| &trial.epochs);
    if !rows.any(|row| row.batch_test.accuracy.is_some()) {
        return Err(Absent(
            "no network was evaluated in several ways: add `[probe] evaluations = true`".to_owned(),
        ));
    }
    let by_step = progress::best_measure(results) == Horizontal::Step;
    if by_step
        && request.x == Horizontal::Epoch
        && let Some(along) = final_score::horizontal(results, &request.facets)?
    {
        return against::draw(results, request, along);
    }
    over_time(results, request)
}

fn over_time(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let wanted =
        Wanted { limit: usize::MAX, crossed: false, ..Wanted::of("evaluations", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let progress = Progress::new(results, request);
    let mut found = Found::default();
    for facet in &arrangement.facets {
        for line in &arrangement.lines {
            let trials = arrangement.trials(line, facet);
            let differs = completed(&trials).any(differ);
            let panel = panel(&progress, &name(line, facet), &trials);
            found.add(panel, &line.label, differs);
        }
    }
    let mut frame = frame(&mut found, request, &arrangement)?;
    frame.notes.extend(progress.notes());
    let quantity = Quantity::new("Test accuracy (%)", Kind::Accuracy).on(request.log_y);
    let strip = |panels: &[Panel]| Strip {
        heading: String::new(),
        quantity: quantity.clone(),
        panels: panels.to_vec(),
    };
    let rows = found.panels.chunks(columns(found.panels.len()));
    let strips: Vec<Strip> = rows.map(strip).collect();
    let x = progress.axis(&strips);
    Ok(vec![Drawn {
        stem: curves::stem("evaluations", request),
        chart: sheet::chart(results, frame, x, strips, Rows::OnOneAxis),
    }])
}

/// The panels in which evaluations differ.
#[derive(Default)]
struct Found {
    panels: Vec<Panel>,
    /// Names of lines whose evaluations are equal in all panels.
    same: Vec<String>,
    different: Vec<String>,
}

impl Found {
    fn add(&mut self, panel: Panel, line: &str, differs: bool) {
        let lines = if differs {
            self.panels.push(panel);
            &mut self.different
        } else {
            &mut self.same
        };
        if !lines.iter().any(|known| known == line) {
            lines.push(line.to_owned());
        }
    }

    /// At most this many panels: those in which the last values of the lines differ most.
    fn most_telling(&mut self, most: usize) {
        let end = |panel: &Panel| {
            let lasts = panel.series.iter().filter_map(|series| series.points.last());
            span(&lasts.map(|point| point.y).collect::<Vec<_>>())
        };
        let mut order: Vec<(f64, usize)> = self.panels.iter().map(end).zip(0..).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        order.truncate(most);
        let mut index = 0;
        self.panels.retain(|_| {
            index += 1;
            order.iter().any(|(_, kept)| *kept + 1 == index)
        });
    }
}

/// Adds legend and notes to the selected panels; an error where no evaluation differs from another.
fn frame(
    found: &mut Found,
    request: &Request,
    arrangement: &Arrangement<'_>,
) -> Result<Frame, Absent> {
    let all = found.panels.len();
    if all == 0 {
        return Err(Absent(
            "in no condition do the ways to evaluate differ: without statistics of the batch there is one way"
                .to_owned(),
        ));
    }
    let mut notes = Vec::new();
    let same = found.same.iter().filter(|line| !found.different.contains(line));
    let same: Vec<&str> = same.map(String::as_str).collect();
    if !same.is_empty() {
        notes.push(format!("Left out, since all three are the same there: {}.", same.join(", ")));
    }
    if all > PANELS && request.facets.is_empty() {
        found.most_telling(PANELS);
        notes.push(format!(
            "{PANELS} of {all} panels are drawn: those whose lines end furthest apart. All: `bn-lab plot DIR \
             --figure evaluations --facet placement`."
        ));
    }
    notes.extend(arrangement.left_out.iter().cloned());
    Ok(Frame {
        shown: "Test accuracy with three kinds of statistics in the norm layers".to_owned(),
        legend_title: "Evaluated with".to_owned(),
        legend: legend(&found.panels),
        band: notes::band(&notes::counts(arrangement), "Line", "Band"),
        notes,
    })
}

fn name(line: &Line, facet: &Facet) -> String {
    match facet.title.as_str() {
        "" => line.label.clone(),
        title => format!("{} · {title}", line.label),
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
    Panel { title: name.to_owned(), series: lines.collect(), ..Panel::default() }
}

fn legend(panels: &[Panel]) -> Vec<LegendEntry> {
    let series = || panels.iter().flat_map(|panel| &panel.series);
    let entries = ACCURACIES.iter().enumerate();
    let entries = entries.map(|(index, (label, _))| {
        let symbol = Symbol::Line { key: Key::Value(index) };
        LegendEntry { label: (*label).to_owned(), symbol }
    });
    let mut entries: Vec<LegendEntry> = entries.collect();
    if series().any(|s| !s.ended.is_empty()) {
        entries.push(notes::diverged());
    }
    entries
}
