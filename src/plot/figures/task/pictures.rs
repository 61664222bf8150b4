//! Pictures: sample inputs, the most confident mistakes, and the weights of the first layer.

use std::collections::HashSet;

use super::super::arrangement::{Arrangement, Facet, Line, unique, value};
use super::super::axes;
use super::super::notes;
use super::super::request::{Absent, Drawn, Request};
use super::sheets::{absent, classes_of, evaluation, lines, predicted, sheets, without};
use crate::plot::chart::{Axis, Chart, Content, Image, Panel, Point, Row, Tile};
use crate::results::format::schema::PredictionRow;
use crate::results::query::{Picture, PictureKind, Results, TrialCurves};

/// Most pictures side by side.
const ACROSS: usize = 8;

/// Most classes side by side.
const CLASSES_ACROSS: usize = 10;

/// Most datasets of which samples are shown.
const DATASETS: usize = 4;

/// Draws the figure `samples`: the first test examples of each class.
pub(in crate::plot::figures) fn samples(
    results: &Results,
    _: &Request,
) -> Result<Vec<Drawn>, Absent> {
    let mut drawn: Vec<Drawn> = Vec::new();
    for trial in one_of_each_dataset(results).into_iter().take(DATASETS) {
        let stem = match drawn.len() {
            0 => "samples".to_owned(),
            before => format!("samples-{}", before + 1),
        };
        let chart = chart_of_samples(results, trial);
        drawn.extend(chart.map(|chart| Drawn { stem, chart }));
    }
    if drawn.is_empty() { Err(none_of(results, PictureKind::Sample)) } else { Ok(drawn) }
}

/// Draws the figure `mistakes`: a row for each line.
pub(in crate::plot::figures) fn mistakes(
    results: &Results,
    request: &Request,
) -> Result<Vec<Drawn>, Absent> {
    let drawn = sheets(results, request, "mistakes", |arrangement, facet| {
        chart_of_mistakes(results, arrangement, facet)
    })?;
    if drawn.is_empty() { Err(none_of(results, PictureKind::Mistake)) } else { Ok(drawn) }
}

/// Draws the figure `weights`: a row for each line.
pub(in crate::plot::figures) fn weights(
    results: &Results,
    request: &Request,
) -> Result<Vec<Drawn>, Absent> {
    let drawn = sheets(results, request, "weights", chart_of_weights)?;
    if drawn.is_empty() { Err(none_of(results, PictureKind::Weights)) } else { Ok(drawn) }
}

/// The reason why there are no pictures of this kind.
fn none_of(results: &Results, kind: PictureKind) -> Absent {
    if results.trials.iter().all(|trial| trial.predictions.is_none()) {
        return absent();
    }
    let why = match kind {
        PictureKind::Sample => "the inputs of this experiment are no images",
        PictureKind::Mistake => {
            "there are no pictures of mistakes: the inputs are no images, or the networks make none"
        }
        PictureKind::Weights => {
            "it takes images and a first layer that sees them as a whole: dense, or a convolution"
        }
    };
    Absent(why.to_owned())
}

fn of_kind(trial: &TrialCurves, kind: PictureKind) -> Vec<&Picture> {
    trial.pictures.iter().filter(|picture| picture.kind == kind).collect()
}

/// The colours of a picture of 1 or 3 channels; of more, the mean over them as a grey.
fn image(picture: &Picture) -> Image {
    let planes: Vec<&[u8]> = picture.pixels.chunks(picture.height * picture.width).collect();
    let colour = |place: usize| match planes[..] {
        [grey] => (grey[place], grey[place], grey[place]),
        [red, green, blue] => (red[place], green[place], blue[place]),
        _ => {
            let sum: usize = planes.iter().map(|plane| usize::from(plane[place])).sum();
            let grey = (sum as f64 / planes.len() as f64).round() as u8;
            (grey, grey, grey)
        }
    };
    let pixels = (0..picture.height * picture.width).map(colour).collect();
    Image { width: picture.width, pixels }
}

/// A categorical axis of so many fields without names.
fn unnamed(fields: usize) -> Axis {
    axes::categories("", &vec![String::new(); fields])
}

/// The first trial with pictures on each dataset.
fn one_of_each_dataset(results: &Results) -> Vec<&TrialCurves> {
    let all: Vec<&TrialCurves> = results.trials.iter().collect();
    let axis = results.axis("data.dataset");
    let mut known = HashSet::new();
    let name = |trial: &TrialCurves| match (trial.data.as_deref(), axis) {
        (Some(data), _) => data.dataset.clone(),
        (None, Some(axis)) => value(trial, axis).to_owned(),
        (None, None) => String::new(),
    };
    let with_pictures = |trial: &&TrialCurves| !trial.pictures.is_empty();
    let trials = predicted(&all).into_iter().filter(with_pictures);
    trials.filter(|trial| known.insert(name(trial))).collect()
}

fn chart_of_samples(results: &Results, trial: &TrialCurves) -> Option<Chart> {
    let classes = classes_of(&[trial]);
    let pictures = of_kind(trial, PictureKind::Sample);
    let labelled = || pictures.iter().filter_map(|picture| Some((*picture, picture.label?)));
    let shown = unique(labelled().map(|(_, label)| label));
    let of_class = |class: usize| labelled().filter(move |(_, label)| *label == class);
    let each = shown.iter().map(|&class| of_class(class).count()).max()?;
    let mut tiles = Vec::new();
    for (place, &class) in shown.iter().enumerate() {
        let (x, top) = (place % CLASSES_ACROSS, place / CLASSES_ACROSS * each);
        let name = classes.name(class);
        tiles.extend(of_class(class).enumerate().map(|(index, (picture, _))| Tile {
            at: Point { x: x as f64, y: (top + index) as f64 },
            content: Content::Image(image(picture)),
            lines: vec![name.to_owned()],
            hover: format!("{name}: test example {}", picture.number),
            framed: false,
        }));
    }
    let rows = shown.len().div_ceil(CLASSES_ACROSS) * each;
    let names: Vec<&str> = shown.iter().map(|&class| classes.name(class)).collect();
    let panel = Panel {
        told: vec![format!("test examples of {}", names.join(", "))],
        tiles,
        ..Panel::default()
    };
    Some(Chart {
        title: notes::title(results),
        subtitle: notes::subtitle(results, "Sample inputs with their classes"),
        x: unnamed(shown.len().min(CLASSES_ACROSS)),
        rows: vec![Row { heading: String::new(), y: unnamed(rows), panels: vec![panel] }],
        band: "The first test examples of each class, as stored, before `data.input_scaling`."
            .to_owned(),
        ..Chart::default()
    })
}

/// A row of pictures for each line: one panel, with the lines' names beside it.
fn rows_of_pictures(
    lines: &[(&Line, Vec<&TrialCurves>)],
    kind: PictureKind,
    tile: impl Fn(&[&TrialCurves], &Picture) -> Tile,
) -> Option<(Axis, Row)> {
    let mut tiles: Vec<Tile> = Vec::new();
    let (mut names, mut told, mut columns) = (Vec::new(), Vec::new(), 0);
    for (line, trials) in lines {
        let pictures = trials.first().map_or(Vec::new(), |trial| of_kind(trial, kind));
        if pictures.is_empty() {
            continue;
        }
        let y = names.len() as f64;
        let place = |(x, picture): (usize, &&Picture)| Tile {
            at: Point { x: x as f64, y },
            ..tile(trials, picture)
        };
        let row: Vec<Tile> = pictures.iter().take(ACROSS).enumerate().map(place).collect();
        columns = columns.max(row.len());
        let first = row.first().map(|tile| tile.hover.clone());
        told.extend(first.map(|first| format!("{}, first: {first}", line.label)));
        names.push(line.label.clone());
        tiles.extend(row);
    }
    let panel = Panel { told, tiles, ..Panel::default() };
    let y = axes::categories("", &names);
    let row = Row { heading: String::new(), y, panels: vec![panel] };
    (!names.is_empty()).then(|| (unnamed(columns), row))
}

fn chart_of_mistakes(
    results: &Results,
    arrangement: &Arrangement<'_>,
    facet: &Facet,
) -> Option<Chart> {
    let lines = lines(arrangement, facet);
    let all: Vec<&TrialCurves> = lines.iter().flat_map(|(_, trials)| trials.clone()).collect();
    let classes = classes_of(&all);
    let tile = |trials: &[&TrialCurves], picture: &Picture| {
        let wrong = |trial: &&TrialCurves| mistake(trial, picture.number).cloned();
        let first = trials.first().and_then(wrong);
        let (of, all) = (trials.iter().filter_map(wrong).count(), trials.len());
        let Some(PredictionRow { label, predicted, probability, .. }) = first else {
            return tile_of(picture, Vec::new(), format!("test example {}", picture.number));
        };
        let [label, predicted] = [label, predicted].map(|class| classes.name(usize::from(class)));
        let percent = percent(probability);
        let times = if all > 1 { format!("{of} of {all}") } else { String::new() };
        let lines = [predicted.to_owned(), format!("not {label}"), percent.clone(), times.clone()];
        let also = if all > 1 { format!(", wrong in {times} replicates") } else { String::new() };
        let hover = format!(
            "true {label}, predicted {predicted} with {percent}{also}: test example {}",
            picture.number
        );
        tile_of(picture, lines.into_iter().filter(|line| !line.is_empty()).collect(), hover)
    };
    let (x, row) = rows_of_pictures(&lines, PictureKind::Mistake, tile)?;
    let several = lines.iter().any(|(_, trials)| trials.len() > 1);
    Some(Chart {
        subtitle: "The most confident mistakes on the test set".to_owned(),
        x,
        rows: vec![row],
        band: format!(
            "Below each picture: the predicted class, not the true one, and the probability of the prediction{}. Of one \
             training for each row, the first completed replicate: the misclassified test examples with the highest \
             probability, as stored, before `data.input_scaling`.",
            if several { "; in how many replicates the example is misclassified" } else { "" }
        ),
        footnote: format!(
            "Predictions of the trained networks, {}. A few pictures illustrate, and prove nothing about a row: the \
             counts are in the figure `confusion`.{}",
            evaluation(results, &all),
            without(arrangement, facet)
        ),
        ..Chart::default()
    })
}

/// The wrong prediction for a test example; `None` where it is classified correctly.
fn mistake(trial: &TrialCurves, example: usize) -> Option<&PredictionRow> {
    let wrong = trial.predictions.as_ref()?.wrong();
    let place = wrong.binary_search_by_key(&example, |row| row.example).ok()?;
    wrong.get(place)
}

fn tile_of(picture: &Picture, lines: Vec<String>, hover: String) -> Tile {
    Tile {
        at: Point { x: 0.0, y: 0.0 },
        content: Content::Image(image(picture)),
        lines,
        hover,
        framed: false,
    }
}

/// A probability in percent, which is never rounded up to certainty.
fn percent(probability: f64) -> String {
    match 100.0 * probability {
        percent if percent > 99.99 => "> 99.99 %".to_owned(),
        percent if percent >= 99.0 => format!("{percent:.2} %"),
        percent => format!("{percent:.0} %"),
    }
}

fn chart_of_weights(arrangement: &Arrangement<'_>, facet: &Facet) -> Option<Chart> {
    let lines = lines(arrangement, facet);
    let tile = |_: &[&TrialCurves], picture: &Picture| {
        let largest = format!("± {}", significant(picture.high));
        let hover = format!("unit {}, weights within {largest}", picture.number.saturating_add(1));
        tile_of(picture, vec![largest], hover)
    };
    let (x, row) = rows_of_pictures(&lines, PictureKind::Weights, tile)?;
    let pictures = || lines.iter().filter_map(|(_, trials)| trials.first());
    let pictures = || pictures().flat_map(|trial| of_kind(trial, PictureKind::Weights));
    let channels = pictures().map(|picture| picture.channels).max().unwrap_or(1);
    let colours = if channels == 3 {
        "the weights of the red, green and blue inputs as red, green and blue, a middle grey for 0"
    } else {
        "black for the most negative weight, white for the most positive, a middle grey for 0"
    };
    Some(Chart {
        subtitle: "Weights of the first layer after training".to_owned(),
        x,
        rows: vec![row],
        band: format!(
            "Each picture: one unit or filter, {colours}; on a scale of its own, whose end is below the picture. The first \
             units of the layer, of the first completed replicate. All rows began with the same weights, so a column is \
             the same unit trained in each way; one that looks like noise has hardly moved from there."
        ),
        footnote: format!(
            "Under a norm the size of a unit's weights has no effect on its output: only their pattern does.{}",
            without(arrangement, facet)
        ),
        ..Chart::default()
    })
}

/// A number with two significant digits.
fn significant(number: f64) -> String {
    if number <= 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    let decimals = (1.0 - number.log10().floor()).clamp(0.0, 8.0) as usize;
    format!("{number:.decimals$}")
}
