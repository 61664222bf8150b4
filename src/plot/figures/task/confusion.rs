//! Which classes are taken for which: the matrix of each condition, and the differences of two conditions.

use super::super::arrangement::{Arrangement, Facet, Line};
use super::super::axes;
use super::super::notes;
use super::super::request::{Absent, Drawn, Request};
use super::classes::Classes;
use super::sheets::{absent, classes_of, evaluation, lines, n, sheets, without};
use crate::compare::confusion::{Changes, Confusion};
use crate::plot::chart::{
    Axis, Chart, Content, LegendEntry, Panel, Point, Row, Series, Symbol, Tile,
};
use crate::plot::palette::Key;
use crate::results::query::{Results, TrialCurves};
use crate::stats::FEWEST_PAIRS;
use crate::units::signed;

/// Most classes of which two matrices fit side by side.
const NARROW: usize = 12;

/// Least share at which the tint of a cell is strongest: smaller ones stay faint, so that noise does not look like an
/// effect.
const FAINT: f64 = 0.02;

/// A line with its trials that have predictions.
type Predicted<'a> = (&'a Line, Vec<&'a TrialCurves>);

/// Largest differences that are told in words.
const TOLD: usize = 3;

/// Draws the figure `confusion`: a matrix for each line.
pub(in crate::plot::figures) fn draw(
    results: &Results,
    request: &Request,
) -> Result<Vec<Drawn>, Absent> {
    let drawn = sheets(results, request, "confusion", |arrangement, facet| {
        matrices(results, arrangement, facet)
    })?;
    if drawn.is_empty() { Err(absent()) } else { Ok(drawn) }
}

/// Draws the figure `confusion-differences`: each line minus the first.
pub(in crate::plot::figures) fn draw_differences(
    results: &Results,
    request: &Request,
) -> Result<Vec<Drawn>, Absent> {
    // Whether anything was recorded at all is the first reason.
    draw(results, request)?;
    let drawn = sheets(results, request, "confusion-differences", |arrangement, facet| {
        differences(results, arrangement, facet)
    })?;
    if drawn.is_empty() {
        return Err(Absent(
            "it takes two conditions with predictions for the same test set in one replicate"
                .to_owned(),
        ));
    }
    Ok(drawn)
}

/// The panels in rows of two, or one below the other where there are many classes.
fn rows(panels: Vec<Panel>, y: &Axis, classes: usize) -> Vec<Row> {
    let columns = if classes <= NARROW { 2 } else { 1 };
    let mut rows: Vec<Row> = Vec::new();
    for panel in panels {
        match rows.last_mut().filter(|row| row.panels.len() < columns) {
            Some(row) => row.panels.push(panel),
            None => rows.push(Row { heading: String::new(), y: y.clone(), panels: vec![panel] }),
        }
    }
    rows
}

/// The axes of a matrix: predicted classes across, true classes down.
fn axes_of(shown: &[usize], classes: &Classes) -> (Axis, Axis) {
    let names: Vec<String> = shown.iter().map(|&class| classes.name(class).to_owned()).collect();
    (axes::categories("Predicted class", &names), axes::categories("True class", &names))
}

/// A note where mistakes depend more on running averages than on the networks.
fn statistics(results: &Results) -> String {
    notes::running_statistics(results).map_or(String::new(), |note| format!(" {note}"))
}

/// A note on the classes that are left out.
fn left_out(shown: &[usize], classes: &Classes) -> String {
    if shown.len() == classes.count() {
        return String::new();
    }
    format!(
        " The {} of {} classes with most mistakes are shown; `predictions.csv` has all.",
        shown.len(),
        classes.count()
    )
}

/// The matrices of a line's trials, and their classes.
fn matrices(results: &Results, arrangement: &Arrangement<'_>, facet: &Facet) -> Option<Chart> {
    let lines = lines(arrangement, facet);
    let all: Vec<&TrialCurves> = lines.iter().flat_map(|(_, trials)| trials.clone()).collect();
    let classes = classes_of(&all);
    let matrix = |trials: &[&TrialCurves]| Confusion::of(trials, classes.count());
    let matrices: Vec<Confusion> = lines.iter().filter_map(|(_, trials)| matrix(trials)).collect();
    let shown = classes.shown(&matrices);
    let cells = || shown.iter().flat_map(|&label| shown.iter().map(move |&to| (label, to)));
    let mistakes = matrices.iter().flat_map(|matrix| {
        let mistakes = cells().filter(|(label, to)| label != to);
        mistakes.filter_map(|(label, to)| matrix.share(label, to))
    });
    let strongest = mistakes.fold(FAINT, f64::max);
    let panel = |((line, _), matrix): (&(&Line, Vec<&TrialCurves>), &Confusion)| Panel {
        title: line.label.clone(),
        tiles: tiles(&shown, |label, to| {
            matrix_tile(matrix, &classes, line.key, strongest, (label, to))
        }),
        told: worst(matrix, &classes),
        ..Panel::default()
    };
    let panels: Vec<Panel> = lines.iter().zip(&matrices).map(panel).collect();
    let counts = matrices.iter().map(|matrix| matrix.replicates);
    let (x, y) = axes_of(&shown, &classes);
    (!panels.is_empty()).then(|| Chart {
        subtitle: "Which class is taken for which, on the test set".to_owned(),
        x,
        rows: rows(panels, &y, shown.len()),
        band: format!(
            "Number: of the test examples of a class (a row), the share in % that is taken for the class of the \
             column; counts over the {} completed replicates are added, so every replicate counts alike. \
             Diagonal: classified correctly. Tint: mistakes, on one scale in all panels; an empty field is below 0.05 %.",
            n(counts)
        ),
        footnote: format!(
            "Predictions of the trained networks, {}.{}{}",
            evaluation(results, &all),
            left_out(&shown, &classes),
            without(arrangement, facet) + &statistics(results)
        ),
        ..Chart::default()
    })
}

/// A tile for each pair of a true and a predicted class that has one.
fn tiles(shown: &[usize], tile: impl Fn(usize, usize) -> Option<Tile>) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for (y, &label) in shown.iter().enumerate() {
        for (x, &predicted) in shown.iter().enumerate() {
            let at = Point { x: x as f64, y: y as f64 };
            tiles.extend(tile(label, predicted).map(|tile| Tile { at, ..tile }));
        }
    }
    tiles
}

/// A percentage with one decimal, or none above 99.95; empty below 0.05.
fn percent(share: f64) -> String {
    match 100.0 * share {
        percent if percent < 0.05 => String::new(),
        percent if percent >= 99.95 => "100".to_owned(),
        percent => format!("{percent:.1}"),
    }
}

fn matrix_tile(
    matrix: &Confusion,
    classes: &Classes,
    key: Key,
    strongest: f64,
    (label, predicted): (usize, usize),
) -> Option<Tile> {
    let share = matrix.share(label, predicted)?;
    let text = percent(share);
    Some(Tile {
        at: Point { x: 0.0, y: 0.0 },
        content: if label == predicted {
            Content::Plain
        } else {
            Content::Tint { key, share: share / strongest }
        },
        lines: if text.is_empty() { Vec::new() } else { vec![text] },
        hover: format!(
            "true {}, predicted {}: {:.2} %, {} of {}",
            classes.name(label),
            classes.name(predicted),
            100.0 * share,
            matrix.count(label, predicted),
            matrix.total(label)
        ),
        framed: false,
    })
}

/// The most frequent mistakes, in words.
fn worst(matrix: &Confusion, classes: &Classes) -> Vec<String> {
    let all = || 0..matrix.classes();
    let mut cells: Vec<(usize, usize, f64)> = all()
        .flat_map(|label| all().map(move |to| (label, to)))
        .filter(|(label, to)| label != to)
        .filter_map(|(label, to)| Some((label, to, matrix.share(label, to)?)))
        .collect();
    cells.sort_by(|a, b| b.2.total_cmp(&a.2));
    let cells = cells.into_iter().take(TOLD).filter(|(.., share)| *share > 0.0);
    let told = cells.map(|(label, to, share)| {
        let (label, to) = (classes.name(label), classes.name(to));
        format!("{label} is taken for {to} in {:.1} %", 100.0 * share)
    });
    told.collect()
}

/// The differences of each further line from the first.
fn differences(results: &Results, arrangement: &Arrangement<'_>, facet: &Facet) -> Option<Chart> {
    let lines = lines(arrangement, facet);
    let all: Vec<&TrialCurves> = lines.iter().flat_map(|(_, trials)| trials.clone()).collect();
    let classes = classes_of(&all);
    let ((first, base), later) = lines.split_first()?;
    let of = |trials: &[&TrialCurves], panels| Changes::of(trials, base, classes.count(), panels);
    let drawn: Vec<_> = later.iter().filter(|(_, trials)| of(trials, 1).is_some()).collect();
    let changes: Vec<(&Line, Changes)> =
        drawn.iter().filter_map(|(line, trials)| Some((*line, of(trials, drawn.len())?))).collect();
    let matrices: Vec<Confusion> =
        lines.iter().filter_map(|(_, trials)| Confusion::of(trials, classes.count())).collect();
    let shown = classes.shown(&matrices);
    let sizes = changes.iter().flat_map(|(_, changes)| changes.cells());
    let strongest = sizes.map(|(.., change)| change.mean.abs()).fold(FAINT, f64::max);
    let panel = |(line, changes): &(&Line, Changes)| Panel {
        title: format!("{} − {}", line.label, first.label),
        tiles: tiles(&shown, |label, to| {
            change_tile(changes, &classes, [line.key, first.key], strongest, (label, to))
        }),
        told: largest(changes, &classes),
        ..Panel::default()
    };
    let panels: Vec<Panel> = changes.iter().map(panel).collect();
    let family = changes.iter().map(|(_, changes)| changes.family).max()?;
    let pairs = changes.iter().map(|(_, changes)| changes.pairs);
    let is_framed = panels.iter().any(|panel| panel.tiles.iter().any(|tile| tile.framed));
    let noise = noise(&pairs.clone().collect::<Vec<_>>(), is_framed, family);
    let (x, y) = axes_of(&shown, &classes);
    let keys = changes.iter().map(|(line, _)| *line).chain([*first]);
    let chart = Chart {
        subtitle: "How the mistakes differ, on the test set".to_owned(),
        legend_title: "Predicted more often with".to_owned(),
        legend: keys.map(entry).collect(),
        x,
        rows: rows(panels, &y, shown.len()),
        band: format!(
            "Number: difference of the shares in percentage points, mean over {} pairs of replicates on the same test \
             set; off the diagonal a plus is a mistake made more often, on the diagonal a class recognised more often; \
             an empty field is below 0.05. Tint: which of both predicts it more often, strongest at {:.1} points. {noise}",
            n(pairs),
            100.0 * strongest
        ),
        footnote: format!(
            "Predictions of the trained networks, {}.{}{}",
            evaluation(results, &all),
            left_out(&shown, &classes),
            without(arrangement, facet) + &unpaired(later, &drawn) + &statistics(results)
        ),
        ..Chart::default()
    };
    Some(with_keys(chart))
}

/// A sentence on what pairs leave out: replicates, and conditions without any pair.
fn unpaired(later: &[Predicted<'_>], drawn: &[&Predicted<'_>]) -> String {
    let is_drawn = |line: &Line| drawn.iter().any(|(drawn, _)| drawn.label == line.label);
    let names = later.iter().filter(|(line, _)| !is_drawn(line)).map(|(line, _)| &line.label[..]);
    let names: Vec<&str> = names.collect();
    let missing = if names.is_empty() {
        String::new()
    } else {
        format!("; none is left of {}, which has no panel", names.join(", "))
    };
    format!(
        " Replicates that diverged, or have no predictions, on either side are in no pair{missing}."
    )
}

/// What noise explains, in sentences.
fn noise(pairs: &[usize], is_framed: bool, family: usize) -> String {
    if pairs.iter().all(|&pairs| pairs < FEWEST_PAIRS) {
        return format!(
            "Fewer than {FEWEST_PAIRS} pairs cannot tell a difference in a field from noise: read them as examples, not as a \
             result."
        );
    }
    let rule = format!(
        "its 95 % t interval leaves out 0, corrected for the {family} fields of all panels, with those of classes that are not drawn (Bonferroni)"
    );
    let said = if is_framed {
        format!("Frame: more than noise, since {rule}; fields without a frame may be noise.")
    } else {
        format!("No field differs by more than noise: a frame would mean that {rule}.")
    };
    if pairs.iter().any(|&pairs| pairs < FEWEST_PAIRS) {
        format!("{said} Panels with fewer than {FEWEST_PAIRS} pairs have no frames.")
    } else {
        said
    }
}

/// Legend entries show a field of their colour, which a series without points stands for.
fn with_keys(mut chart: Chart) -> Chart {
    let keys: Vec<Key> = chart
        .legend
        .iter()
        .filter_map(|entry| match entry.symbol {
            Symbol::Line { key, .. } => Some(key),
            _ => None,
        })
        .collect();
    let mut panels = chart.rows.iter_mut().flat_map(|row| &mut row.panels);
    if let Some(panel) = panels.next() {
        panel.series =
            keys.into_iter().map(|key| Series { key, loose: true, ..Series::default() }).collect();
    }
    chart
}

fn entry(line: &Line) -> LegendEntry {
    LegendEntry { label: line.label.clone(), symbol: Symbol::Line { key: line.key } }
}

/// A difference of shares in percentage points, with its sign: `+1.3`, `−0.4`.
fn points(share: f64) -> String {
    with_sign(&signed(&format!("{:.1}", 100.0 * share)))
}

/// The same in a field, where there is room for two digits: `+1.3`, `−21`.
fn short_points(share: f64) -> String {
    let points = 100.0 * share;
    let decimals = usize::from(points.abs() < 9.95);
    with_sign(&signed(&format!("{points:.decimals$}")))
}

fn with_sign(text: &str) -> String {
    let has_none = text.starts_with('−') || text.chars().all(|c| matches!(c, '0' | '.'));
    if has_none { text.to_owned() } else { format!("+{text}") }
}

fn change_tile(
    changes: &Changes,
    classes: &Classes,
    [later, first]: [Key; 2],
    strongest: f64,
    (label, predicted): (usize, usize),
) -> Option<Tile> {
    let change = changes.cell(label, predicted)?;
    let is_small = change.mean.abs() < 0.0005;
    let key = if change.mean > 0.0 { later } else { first };
    let interval = change.interval.map_or(String::new(), |within| {
        format!(
            ", interval for all fields together {} to {}",
            points(within.low),
            points(within.high)
        )
    });
    Some(Tile {
        at: Point { x: 0.0, y: 0.0 },
        content: Content::Tint { key, share: change.mean.abs() / strongest },
        lines: if is_small { Vec::new() } else { vec![short_points(change.mean)] },
        hover: format!(
            "true {}, predicted {}: {} points{interval}",
            classes.name(label),
            classes.name(predicted),
            points(change.mean)
        ),
        framed: change.is_clear,
    })
}

/// The largest differences, those that are more than noise first, in words.
fn largest(changes: &Changes, classes: &Classes) -> Vec<String> {
    let mut cells: Vec<_> = changes.cells().filter(|(.., c)| c.mean.abs() >= 0.0005).collect();
    cells.sort_by(|(.., a), (.., b)| {
        b.is_clear.cmp(&a.is_clear).then(b.mean.abs().total_cmp(&a.mean.abs()))
    });
    let told = cells.into_iter().take(TOLD).map(|(label, predicted, change)| {
        let name = classes.name(label);
        let what = if label == predicted {
            format!("{name} recognised")
        } else {
            format!("{name} taken for {}", classes.name(predicted))
        };
        let sure = if change.is_clear { "more than noise" } else { "may be noise" };
        format!("{what}: {} points, {sure}", points(change.mean))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { vec!["no difference".to_owned()] } else { told }
}
