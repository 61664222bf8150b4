//! The cells of a panel, into which its series are drawn.

use super::HEIGHT;
use super::characters::{Characters, ink};
use crate::plot::chart::{Axis, Scale, Series};
use crate::plot::palette::Key;
use crate::streams::Painted;

/// The character where several letters overlap.
pub(super) const SEVERAL: char = '*';

/// Dots of a cell across and up.
const DOTS: [usize; 2] = [2, 4];

/// Columns between two marks on a line.
const GAP: usize = 12;

/// The cells of a panel, from the top.
pub(super) struct Field {
    characters: Characters,
    across: usize,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    mark: Option<char>,
    /// The bits of Unicode's braille patterns.
    dots: u8,
    key: Option<Key>,
}

impl Field {
    pub(super) fn new(characters: Characters, across: usize) -> Self {
        Self { characters, across, rows: vec![vec![Cell::default(); across]; HEIGHT] }
    }

    /// Draws one of `all` series, whose place among them decides where its line is marked.
    pub(super) fn draw(&mut self, x: &Axis, y: &Axis, series: &Series, place: usize, all: usize) {
        let places = places(x, y, series);
        match self.characters {
            Characters::Ascii => self.letters(&places, series),
            Characters::Unicode => self.line(&places, series, place, all),
        }
        for point in &series.ended {
            let (right, up) = (x.share(point.x), y.share(point.y));
            self.mark(right, up, self.characters.ended(), series.key);
        }
    }

    fn letters(&mut self, places: &[(f64, f64)], series: &Series) {
        let letter = self.characters.mark(series.key);
        for column in 0..self.across {
            let at = |share: f64| cell(share, self.across) == column;
            let lone = places.iter().find(|place| at(place.0)).map(|place| place.1);
            let between = || between(places, (column as f64 + 0.5) / self.across as f64);
            let up = lone.or_else(|| if series.loose { None } else { between() });
            let Some(up) = up else { continue };
            let spot = &mut self.rows[HEIGHT - 1 - cell(up, HEIGHT)][column];
            let is_free = spot.mark.is_none_or(|mark| mark == letter);
            spot.mark = Some(if is_free { letter } else { SEVERAL });
            spot.key = is_free.then_some(series.key);
        }
    }

    fn line(&mut self, places: &[(f64, f64)], series: &Series, place: usize, all: usize) {
        let [wide, high] = [self.across * DOTS[0], HEIGHT * DOTS[1]];
        let height = |column: usize| between(places, (column as f64 + 0.5) / wide as f64);
        let mut before: Option<usize> = None;
        for column in (0..wide).filter(|_| !series.loose) {
            let Some(up) = height(column) else { continue };
            let row = cell(up, high);
            // A steep line has no gaps.
            let from = before.map_or(row, |before| if before < row { before + 1 } else { before });
            for dot in from.min(row)..=from.max(row) {
                self.dot(column, dot, series.key);
            }
            before = Some(row);
        }
        // The marks of the lines are in different columns, so that none hides another.
        let gap = GAP.max(all);
        let marked = (0..self.across).filter(|column| column % gap == place * gap / all.max(1));
        let marked = marked.filter_map(|column| {
            let share = (column as f64 + 0.5) / self.across as f64;
            Some((share, between(places, share)?))
        });
        let mut marked: Vec<(f64, f64)> = marked.collect();
        if series.loose {
            marked = places.to_vec();
        } else if marked.is_empty() {
            marked.extend(places.last());
        }
        for (right, up) in marked {
            self.mark(right, up, self.characters.mark(series.key), series.key);
        }
    }

    /// Draws a dot, counted from the left and from below.
    fn dot(&mut self, column: usize, row: usize, key: Key) {
        const BITS: [[u8; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];
        let spot = &mut self.rows[HEIGHT - 1 - row / DOTS[1]][column / DOTS[0]];
        spot.dots |= BITS[column % DOTS[0]][row % DOTS[1]];
        if spot.mark.is_none() {
            spot.key = Some(key);
        }
    }

    fn mark(&mut self, right: f64, up: f64, mark: char, key: Key) {
        let spot = &mut self.rows[HEIGHT - 1 - cell(up, HEIGHT)][cell(right, self.across)];
        (spot.mark, spot.key) = (Some(mark), Some(key));
    }

    /// The rows as text, from the top.
    pub(super) fn rows(&self) -> impl Iterator<Item = Painted> {
        self.rows.iter().map(|row| {
            let is_empty = |cell: &Cell| cell.mark.is_none() && cell.dots == 0;
            let end = row.iter().rposition(|cell| !is_empty(cell)).map_or(0, |last| last + 1);
            let mut text = Painted::default();
            for cell in &row[..end] {
                let braille =
                    char::from_u32(0x2800 + u32::from(cell.dots)).filter(|_| cell.dots > 0);
                let letter = cell.mark.or(braille).unwrap_or(' ');
                text.push_in(cell.key.and_then(ink), letter.encode_utf8(&mut [0; 4]));
            }
            text
        })
    }
}

/// The points of a series as shares of the axes, from the left and from below.
fn places(x: &Axis, y: &Axis, series: &Series) -> Vec<(f64, f64)> {
    let place = series.points.iter().map(|point| {
        let (right, up) = (x.share(point.x), y.share(point.y));
        (right, if y.scale == Scale::Categorical { 1.0 - up } else { up })
    });
    place.filter(|(right, up)| right.is_finite() && up.is_finite()).collect()
}

/// The height of a line at a share of the horizontal axis.
fn between(places: &[(f64, f64)], share: f64) -> Option<f64> {
    let pair = places.windows(2).find(|pair| (pair[0].0..=pair[1].0).contains(&share))?;
    let length = pair[1].0 - pair[0].0;
    let along = if length > 0.0 { (share - pair[0].0) / length } else { 0.0 };
    Some(pair[0].1 + along * (pair[1].1 - pair[0].1))
}

/// The cell at a share of an axis with `cells` cells.
pub(super) fn cell(share: f64, cells: usize) -> usize {
    ((share.clamp(0.0, 1.0) * cells as f64) as usize).min(cells.saturating_sub(1))
}
