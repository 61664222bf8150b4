//! Draws a chart: its texts, its legend, its rows of panels.

use std::cell::RefCell;

use super::axes::{Drawn, Paper, Plot};
use super::backend::LONGEST;
use super::canvas::{Anchor, Canvas, Place};
use super::font::text_width;
use super::layout::{Block, Layout, RowBox, layout};
use super::legend::{EntryBox, ShadeBox, all_series, is_loose, series_of};
use super::panel::{BAND_OPACITY, panel};
use super::pen::{Pen, Stroke, Tone};
use super::text::{Face, HEADING, PLAIN, SMALL, TITLE};
use super::{Style, cells, marks, words};
use crate::plot::chart::{Along, Axis, Chart, LegendEntry, Row, Series, Symbol};
use crate::plot::palette::{Key, Marker, Role, look};

const INK: Tone = Tone::Of(Role::Ink);
const FAINT_INK: Tone = Tone::Of(Role::FaintInk);

/// Draws a chart as an SVG document, or returns the reason why it cannot.
pub(super) fn draw(chart: &Chart, style: &Style) -> Result<String, String> {
    let sheet = layout(chart, style, &text_width)?;
    check(sheet.size)?;
    let canvas = Canvas::new(style, sheet.size, &chart.title, &words::chart(chart));
    let paper = Paper::new(RefCell::new(canvas));
    on_paper(&paper, chart, &sheet).map_err(|error| error.to_string())?;
    let document = paper.borrow_mut().finish();
    Ok(document)
}

fn check((width, height): Place) -> Result<(), String> {
    if width.max(height) <= LONGEST {
        return Ok(());
    }
    Err(format!(
        "its {width:.0} × {height:.0} pixels are too many: {LONGEST:.0} either way are the most\n  \
         hint: a smaller `--size`, or `--facet` with an axis of few values"
    ))
}

fn on_paper(paper: &Paper, chart: &Chart, sheet: &Layout) -> Drawn {
    above(&mut paper.borrow_mut(), chart, sheet);
    for (row, place) in chart.rows.iter().zip(&sheet.rows) {
        self::row(paper, chart, row, place, sheet)?;
    }
    if !chart.rows.is_empty() {
        block(&mut paper.borrow_mut(), &sheet.x_label, Anchor::TopMiddle, PLAIN, INK);
    }
    Ok(())
}

/// An empty canvas with texts and legend.
fn above(canvas: &mut Canvas, chart: &Chart, sheet: &Layout) {
    canvas.rectangle((0.0, 0.0), sheet.size, Pen::fill(Tone::Of(Role::Paper), 1.0), "");
    texts(canvas, sheet);
    for (entry, place) in chart.legend.iter().zip(&sheet.legend) {
        legend_entry(canvas, chart, entry, place);
    }
    if let (Some(axis), Some(place)) = (&chart.shade, &sheet.shades) {
        shades(canvas, axis, place);
    }
}

fn texts(canvas: &mut Canvas, sheet: &Layout) {
    block(canvas, &sheet.title, Anchor::TopLeft, TITLE, INK);
    block(canvas, &sheet.subtitle, Anchor::TopLeft, PLAIN, FAINT_INK);
    block(canvas, &sheet.legend_title, Anchor::TopLeft, HEADING, INK);
    block(canvas, &sheet.footnote, Anchor::TopLeft, SMALL, FAINT_INK);
}

fn block(canvas: &mut Canvas, block: &Block, anchor: Anchor, face: Face, tone: Tone) {
    for (index, line) in block.lines.iter().enumerate() {
        let top = block.top + index as f64 * face.leading;
        canvas.text(line, (block.left, top), anchor, face, tone);
    }
}

fn legend_entry(canvas: &mut Canvas, chart: &Chart, entry: &LegendEntry, place: &EntryBox) {
    let series = match entry.symbol {
        Symbol::Line { key } => series_of(chart, key).next().map(|s| s.label.as_str()),
        _ => None,
    };
    canvas.open("legend-entry", series.unwrap_or_default());
    sample(canvas, chart, entry.symbol, place);
    block(canvas, &place.text, Anchor::TopLeft, PLAIN, INK);
    canvas.close();
}

fn sample(canvas: &mut Canvas, chart: &Chart, symbol: Symbol, place: &EntryBox) {
    let y = place.text.top + PLAIN.size / 2.0;
    let middle = (f64::midpoint(place.left, place.right), y);
    let field = ((place.left, y - 6.0), (place.right, y + 6.0));
    match symbol {
        Symbol::Line { key } => line_sample(canvas, chart, key, (place, y)),
        Symbol::Ended => {
            marks::cross(canvas, middle, tone_of(chart, |series| !series.ended.is_empty()), "");
        }
        Symbol::Dot => {
            marks::dot(canvas, middle, tone_of(chart, |series| !series.dots.is_empty()), "");
        }
        Symbol::Chosen => {
            marks::ring(canvas, middle, "");
            let tone = tone_of(chart, |series| !series.chosen.is_empty());
            marks::marker(canvas, middle, Marker::Circle, tone, "");
        }
        Symbol::Beyond => {
            let tone = tone_of(chart, |series| !series.beyond.is_empty());
            let is_upwards = all_series(chart)
                .any(|series| series.beyond.iter().any(|(_, along)| *along == Along::Y));
            let from = if is_upwards { (middle.0, y + 6.0) } else { (place.left + 3.0, y) };
            marks::arrow(canvas, from, is_upwards, tone, "");
            marks::marker(canvas, from, Marker::Circle, tone, "");
        }
        Symbol::Hatched => {
            let outline = Pen::stroke(Stroke::solid(Tone::Of(Role::Axis), 1.0));
            cells::hatching(canvas, field.0, field.1, INK);
            canvas.rectangle(field.0, field.1, outline, "");
        }
        Symbol::Best => {
            let outline = Pen::stroke(Stroke::solid(INK, 2.5));
            canvas.rectangle(field.0, field.1, outline, "");
        }
    }
}

/// The colour of a mark: that of its lines where all that have it are of one, else that of text.
fn tone_of(chart: &Chart, has: impl Fn(&Series) -> bool) -> Tone {
    let mut keys = all_series(chart).filter(|series| has(series)).map(|series| series.key);
    match keys.next() {
        Some(key) if keys.all(|other| other == key) => Tone::Of(Role::Series(key)),
        _ => INK,
    }
}

/// What the chart has of a line: its band, its stroke, its interval, its marker.
fn line_sample(canvas: &mut Canvas, chart: &Chart, key: Key, (place, y): (&EntryBox, f64)) {
    let (look, tone) = (look(key), Tone::Of(Role::Series(key)));
    let middle = (f64::midpoint(place.left, place.right), y);
    if !is_loose(chart, key) {
        if series_of(chart, key).any(|series| !series.band.is_empty()) {
            let (from, to): (Place, Place) = ((place.left, y - 6.0), (place.right, y + 6.0));
            canvas.rectangle(from, to, Pen::fill(tone, BAND_OPACITY), "");
        }
        let stroke = Stroke { dash: look.dash, ..Stroke::solid(tone, 2.0) };
        canvas.line(&[(place.left, y), (place.right, y)], stroke);
    }
    let bar = series_of(chart, key).flat_map(|series| &series.bars).next();
    if let Some(bar) = bar {
        let half = 7.0;
        let ends = match bar.along {
            Along::X => [(middle.0 - half, y), (middle.0 + half, y)],
            Along::Y => [(middle.0, y - half), (middle.0, y + half)],
        };
        marks::bar(canvas, &ends, tone);
    }
    marks::marker(canvas, middle, look.marker, tone, "");
}

fn shades(canvas: &mut Canvas, axis: &Axis, place: &ShadeBox) {
    block(canvas, &place.title, Anchor::TopLeft, PLAIN, INK);
    let bar = place.bar;
    let stops = cells::stops(canvas);
    canvas.ramp(&stops);
    let pen = Pen::fill(Tone::Ramp, 1.0);
    canvas.rectangle((bar.left, bar.top), (bar.right(), bar.bottom()), pen, "");
    for (index, lines) in &place.labels.written {
        let (Some(tick), Some(text)) = (axis.ticks.get(*index), lines.first()) else {
            continue;
        };
        let x = bar.left + bar.width * axis.share(tick.value).clamp(0.0, 1.0);
        let mark = [(x, bar.bottom()), (x, bar.bottom() + 3.0)];
        canvas.line(&mark, Stroke::solid(Tone::Of(Role::Axis), 1.0));
        canvas.text(text, (x, bar.bottom() + 4.0), Anchor::TopMiddle, SMALL, INK);
    }
}

/// The panels of a row; of one in which nothing was measured, only title and note. The first that has axes has the
/// labels of the vertical one.
fn row(paper: &Paper, chart: &Chart, row: &Row, place: &RowBox, sheet: &Layout) -> Drawn {
    let first = row.panels.iter().position(|panel| !panel.is_empty()).unwrap_or(0);
    for (index, (panel, at)) in row.panels.iter().zip(&place.panels).enumerate() {
        let (x, y) = ((&chart.x, &sheet.x_ticks), (&row.y, &place.y_ticks));
        let mut plot = Plot::new(paper, at.frame, x, y)?;
        plot.on_paper(|canvas| canvas.open("panel", ""));
        if index == 0 {
            plot.on_paper(|canvas| row_labels(canvas, place, sheet));
        }
        if index == first {
            plot.labels(Along::Y)?;
        }
        plot.on_paper(|canvas| {
            block(canvas, &at.title, Anchor::TopMiddle, HEADING, INK);
            block(canvas, &at.note, Anchor::TopMiddle, SMALL, FAINT_INK);
        });
        if !panel.is_empty() || index == first {
            plot.labels(Along::X)?;
            self::panel(&mut plot, panel, chart.shade.as_ref())?;
        }
        plot.on_paper(Canvas::close);
    }
    Ok(())
}

fn row_labels(canvas: &mut Canvas, place: &RowBox, sheet: &Layout) {
    let Some(first) = place.panels.first() else {
        return;
    };
    let middle = first.frame.top + first.frame.height / 2.0;
    for (index, line) in place.heading.iter().enumerate() {
        let x = sheet.heading + index as f64 * HEADING.leading;
        canvas.text(line, (x, middle), Anchor::Upwards, HEADING, INK);
    }
    for (index, line) in place.y_label.iter().enumerate() {
        let x = sheet.y_label + SMALL.leading / 2.0 + index as f64 * SMALL.leading;
        canvas.text(line, (x, middle), Anchor::Upwards, SMALL, INK);
    }
}
