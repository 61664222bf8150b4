//! Reduces the number of points without changing the picture. A line with many more points than pixels is drawn
//! from four points a column: the first, the lowest, the highest and the last. On a raster of that width this
//! is the same picture (U. Jugel et al., "M4: A Visualization-Oriented Time Series Data
//! Aggregation", VLDB 2014).

use super::canvas::Place;

/// Lines with fewer points are drawn as they are.
const MANY: usize = 400;

/// Width of a column in pixels: half a pixel of the SVG, one of the PNG.
const COLUMN: f64 = 0.5;

/// The points that a line from left to right needs; other lines are unchanged.
pub(super) fn thin(places: Vec<Place>) -> Vec<Place> {
    let runs_right = || places.windows(2).all(|pair| pair[0].0 <= pair[1].0);
    if places.len() <= MANY || !runs_right() {
        return places;
    }
    let mut kept = Vec::new();
    for column in places.chunk_by(|a, b| column(*a) == column(*b)) {
        let by_height = |a: &&usize, b: &&usize| column[**a].1.total_cmp(&column[**b].1);
        let indices: Vec<usize> = (0..column.len()).collect();
        let extremes = [
            indices.first(),
            indices.iter().min_by(by_height),
            indices.iter().max_by(by_height),
            indices.last(),
        ];
        let mut wanted: Vec<usize> = extremes.into_iter().flatten().copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        kept.extend(wanted.into_iter().map(|index| column[index]));
    }
    kept
}

fn column((x, _): Place) -> i64 {
    (x / COLUMN).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_stay_as_they_are() {
        let places: Vec<Place> = (0..MANY).map(|i| (i as f64 / 1e4, 0.0)).collect();
        assert_eq!(thin(places.clone()), places);
    }

    #[test]
    fn a_column_keeps_its_ends_and_its_extremes_in_order() {
        let wave = |i: usize| (i as f64 / 1000.0, ((i * 37) % 101) as f64);
        let places: Vec<Place> = (0..2000).map(wave).collect();
        let thinned = thin(places.clone());
        assert!(thinned.len() <= 16, "{}", thinned.len());
        assert_eq!((thinned.first(), thinned.last()), (places.first(), places.last()));
        assert!(thinned.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for column in 0..4 {
            let of = |places: &[Place]| -> Vec<f64> {
                let inside = places.iter().filter(|&&place| self::column(place) == column);
                inside.map(|place| place.1).collect()
            };
            let (all, kept) = (of(&places), of(&thinned));
            assert_eq!(all.iter().copied().reduce(f64::max), kept.iter().copied().reduce(f64::max));
            assert_eq!(all.iter().copied().reduce(f64::min), kept.iter().copied().reduce(f64::min));
        }
    }

    #[test]
    fn a_line_that_turns_back_keeps_every_point() {
        let places: Vec<Place> = (0..1000).map(|i| (f64::from(i % 7), f64::from(i))).collect();
        assert_eq!(thin(places.clone()), places);
    }
}
