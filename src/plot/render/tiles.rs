//! The fields of a panel with numbers or pictures.

use super::axes::{Drawn, Plot};
use super::canvas::{Anchor, Canvas, Layer, Place};
use super::font::text_width;
use super::pen::{Pen, Stroke, Tone};
use super::text::SMALL;
use crate::plot::chart::{Content, Point, Tile};
use crate::plot::palette::{Colour, Role};

/// Opacity of the strongest tint: text in the theme's ink is readable on it.
const STRONGEST: f64 = 0.55;
/// Distance of content and text from the edge of a tile.
const EDGE: f64 = 2.0;
/// Most colours of a picture that is drawn: it looks the same with more.
const COLOURS: usize = 64;

/// Draws all tiles; frames come last, so that no adjacent tile covers them.
pub(super) fn tiles(plot: &Plot, tiles: &[Tile]) -> Drawn {
    plot.group("tiles", "", || {
        for tile in tiles {
            plot.draw(&corners(tile), |canvas, at| self::tile(canvas, tile, at))?;
        }
        let mut framed = tiles.iter().filter(|tile| tile.framed);
        framed.try_for_each(|tile| plot.draw(&corners(tile), frame))
    })
}

fn corners(tile: &Tile) -> [Point; 2] {
    [-0.5, 0.5].map(|aside| Point { x: tile.at.x + aside, y: tile.at.y + aside })
}

fn frame(canvas: &mut Canvas, corners: &[Place]) {
    let &[from, to] = corners else { return };
    canvas.rectangle(from, to, Pen::stroke(Stroke::solid(Tone::Of(Role::Ink), 2.0)), "");
}

fn tile(canvas: &mut Canvas, tile: &Tile, corners: &[Place]) {
    let &[one, other] = corners else { return };
    let from = (one.0.min(other.0), one.1.min(other.1));
    let to = (one.0.max(other.0), one.1.max(other.1));
    let edge = Stroke::solid(Tone::Of(Role::Grid), 1.0);
    let mut text_top = None;
    match &tile.content {
        Content::Plain => {
            let pen = Pen { fill: Some((Tone::Of(Role::Paper), 1.0)), stroke: Some(edge) };
            canvas.rectangle(from, to, pen, &tile.hover);
        }
        Content::Tint { key, share } => {
            let opacity = STRONGEST * share.clamp(0.0, 1.0);
            let fill = Some((Tone::Of(Role::Series(*key)), opacity));
            canvas.rectangle(from, to, Pen { fill, stroke: Some(edge) }, &tile.hover);
        }
        Content::Image(image) => {
            let size = [image.width, image.height()].map(|pixels| pixels as f64);
            let room = tile.lines.len() as f64 * SMALL.leading;
            let across = to.0 - from.0 - 2.0 * EDGE;
            let down = to.1 - from.1 - 2.0 * EDGE - room;
            let pixel = (across / size[0]).min(down / size[1]);
            // A multiple of a half, which is a whole pixel of a PNG; smaller where there is no room.
            let pixel = if pixel >= 0.5 { (pixel * 2.0).floor() / 2.0 } else { pixel };
            if pixel > 0.0 {
                let left = f64::midpoint(from.0, to.0) - pixel * size[0] / 2.0;
                let layers = layers(image.width, &image.pixels);
                canvas.pixels((left, from.1 + EDGE), (pixel, size), &layers, &tile.hover);
                text_top = Some(from.1 + 2.0 * EDGE + pixel * size[1]);
            }
        }
    }
    texts(canvas, tile, (from, to), text_top);
}

/// The texts, from `top` or else in the middle, if all of them fit.
fn texts(canvas: &mut Canvas, tile: &Tile, (from, to): (Place, Place), top: Option<f64>) {
    let height = tile.lines.len() as f64 * SMALL.leading;
    let is_narrow = |line: &String| text_width(line, SMALL) <= to.0 - from.0 - 2.0 * EDGE;
    if height > to.1 - from.1 || !tile.lines.iter().all(is_narrow) {
        return;
    }
    let middle = f64::midpoint(from.0, to.0);
    let top = top.unwrap_or(f64::midpoint(from.1, to.1) - height / 2.0);
    for (index, line) in tile.lines.iter().enumerate() {
        let y = top + (index as f64 + 0.5) * SMALL.leading;
        canvas.text(line, (middle, y), Anchor::Middle, SMALL, Tone::Of(Role::Ink));
    }
}

/// The picture by colours, the most frequent first. It is drawn as vectors, so that it looks the same in every program
/// and format; at most [`COLOURS`] colours keep that small.
fn layers(width: usize, pixels: &[Colour]) -> Vec<Layer> {
    let colours = reduced(pixels);
    let mut layers: Vec<(usize, Layer)> = Vec::new();
    for (row, colours) in colours.chunks(width.max(1)).enumerate() {
        let mut column = 0;
        for run in colours.chunk_by(|one, other| one == other) {
            let (colour, span) = (run[0], [column, row, run.len()]);
            column += run.len();
            match layers.iter_mut().find(|(_, (known, _))| *known == colour) {
                Some((count, (_, spans))) => {
                    *count += run.len();
                    spans.push(span);
                }
                None => layers.push((run.len(), (colour, vec![span]))),
            }
        }
    }
    layers.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    layers.into_iter().map(|(_, layer)| layer).collect()
}

/// The pixels in at most [`COLOURS`] colours, by median cut (Heckbert 1982): the set of pixels with the widest range in one
/// part of their colour is split at its median until there are as many sets, each of which gets its mean.
fn reduced(pixels: &[Colour]) -> Vec<Colour> {
    let mut sets: Vec<Vec<usize>> = vec![(0..pixels.len()).collect()];
    while sets.len() < COLOURS {
        let ranges = sets.iter().map(|set| widest(pixels, set));
        let Some((place, (range, part))) = ranges
            .enumerate()
            .max_by_key(|(place, (range, _))| (*range, std::cmp::Reverse(*place)))
        else {
            break;
        };
        if range == 0 {
            break;
        }
        let mut set = sets.swap_remove(place);
        set.sort_by_key(|&pixel| (parts(pixels[pixel])[part], pixel));
        // Between two values, so that equal pixels stay together.
        let value = |place: usize| parts(pixels[set[place]])[part];
        let middle = set.len() / 2;
        let before = (0..=middle).rev().find(|&at| at > 0 && value(at - 1) < value(at));
        let after = (middle..set.len()).find(|&at| at > 0 && value(at - 1) < value(at));
        let cut = before.or(after).unwrap_or(middle);
        let upper = set.split_off(cut);
        sets.extend([set, upper]);
    }
    let mut reduced = pixels.to_vec();
    for set in sets {
        let colour = average(pixels, &set);
        for pixel in set {
            reduced[pixel] = colour;
        }
    }
    reduced
}

fn parts((red, green, blue): Colour) -> [u8; 3] {
    [red, green, blue]
}

/// The widest range of red, green or blue in a set of pixels, and which of them has it.
fn widest(pixels: &[Colour], set: &[usize]) -> (u8, usize) {
    let range = |part: usize| {
        let values = set.iter().map(|&pixel| parts(pixels[pixel])[part]);
        let (low, high) = values.fold((u8::MAX, 0), |(low, high), v| (low.min(v), high.max(v)));
        (high.saturating_sub(low), part)
    };
    [0, 1, 2].map(range).into_iter().max_by_key(|(range, _)| *range).unwrap_or((0, 0))
}

fn average(pixels: &[Colour], set: &[usize]) -> Colour {
    let mean = |part: usize| {
        let sum: usize = set.iter().map(|&pixel| usize::from(parts(pixels[pixel])[part])).sum();
        ((sum as f64) / set.len().max(1) as f64).round() as u8
    };
    (mean(0), mean(1), mean(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_stay_as_they_are_and_runs_are_joined() {
        let (black, red) = ((0, 0, 0), (255, 0, 0));
        let pixels = [black, black, red, black, black, black];
        assert_eq!(
            layers(3, &pixels),
            [(black, vec![[0, 0, 2], [0, 1, 3]]), (red, vec![[2, 0, 1]])]
        );
        assert!(layers(3, &[]).is_empty());
    }

    #[test]
    fn many_colours_become_few_that_are_close() {
        let pixels: Vec<Colour> =
            (0..1024u32).map(|i| ((i % 256) as u8, (i / 4) as u8, ((i * 7) % 256) as u8)).collect();
        let reduced = reduced(&pixels);
        let mut colours = reduced.clone();
        colours.sort_unstable();
        colours.dedup();
        assert!((COLOURS / 2..=COLOURS).contains(&colours.len()), "{}", colours.len());
        let far = |(one, other): (&Colour, &Colour)| {
            let parts = parts(*one).into_iter().zip(parts(*other));
            parts.map(|(a, b)| f64::from(a.abs_diff(b))).sum::<f64>() / 3.0
        };
        let mean = pixels.iter().zip(&reduced).map(far).sum::<f64>() / pixels.len() as f64;
        assert!(mean < 25.0, "{mean}");
        // Greys stay grey, and equal pixels equal.
        let greys: Vec<Colour> = (0..=255u8).flat_map(|v| [(v, v, v); 3]).collect();
        let reduced = self::reduced(&greys);
        assert!(reduced.iter().all(|(red, green, blue)| red == green && green == blue));
        assert!(reduced.chunks(3).all(|same| same[0] == same[1] && same[1] == same[2]));
        let off = greys.iter().zip(&reduced).map(|(a, b)| a.0.abs_diff(b.0)).max();
        assert!(off <= Some(8), "{off:?}");
    }
}
