//! The ideal digits: for each class some styles, for each style its strokes, for each stroke
//! the points that it passes through.
//!
//! The centre of a digit is (0, 0), `x` grows to the right and `y` downwards, and a digit extends
//! from −1 to 1 in height. A stroke is smooth; a corner is where one stroke ends and another
//! begins. A closed loop repeats its first points.

use std::sync::LazyLock;

/// The points of one stroke.
type Stroke = Vec<(f64, f64)>;
/// The strokes of one style of a digit.
type Style = Vec<Stroke>;

/// The styles of each class.
pub(super) static SHAPES: LazyLock<[Vec<Style>; 10]> =
    LazyLock::new(|| parsed(include_str!("strokes.txt")));

/// Lines in another format would be skipped; a test checks that there are none.
fn parsed(text: &str) -> [Vec<Style>; 10] {
    let mut shapes: [Vec<Style>; 10] = Default::default();
    let mut digit = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((class, _)) = line.split_once(' ').filter(|(class, _)| !class.contains(',')) {
            digit = class.parse().unwrap_or(0).min(9);
            shapes[digit].push(Style::new());
        } else if let Some(style) = shapes[digit].last_mut() {
            style.push(line.split(' ').filter_map(point).collect());
        }
    }
    shapes
}

/// Parses a point such as `0.1,-0.98`.
fn point(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(',')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_has_its_styles_and_every_point_is_read() {
        let styles = SHAPES.iter().map(Vec::len);
        assert_eq!(styles.collect::<Vec<_>>(), [3, 4, 3, 3, 3, 3, 3, 3, 3, 3]);
        let strokes = SHAPES.iter().flatten().flatten();
        assert!(strokes.clone().all(|stroke| stroke.len() >= 2));
        let points: usize = strokes.map(Vec::len).sum();
        let commas = include_str!("strokes.txt").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(points, commas.map(|line| line.matches(',').count()).sum::<usize>());
    }
}
