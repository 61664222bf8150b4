//! Augmentation: small random shifts and flips of training images, `data.shift` and `data.flip`.
//!
//! An image is mirrored left to right with probability ½ (`flip`), then moved by a whole number of
//! pixels horizontally and another one vertically, each uniform in −`shift`…`shift`; pixels that enter from
//! outside are byte 0. The moves of epoch E are drawn from stream `augment/epoch.E`, three draws for
//! each position of the epoch's order, whatever the settings: so they depend only on the
//! replicate, the epoch and the position, and switching mirroring on changes no shift.

use crate::config::spec::{Augmentation, Shape};
use crate::seed::{Stream, Streams};

/// The change of one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Pixels to the right.
    right: i8,
    down: i8,
    /// Whether it is mirrored left to right, before it is moved.
    mirrored: bool,
}

/// One move for each of `count` positions of epoch `epoch`; empty where nothing is augmented.
pub(super) fn moves(
    settings: Augmentation,
    count: usize,
    epoch: usize,
    streams: &Streams,
) -> Vec<Move> {
    if settings == Augmentation::default() {
        return Vec::new();
    }
    let mut stream = streams.stream(&format!("augment/epoch.{epoch}"));
    (0..count).map(|_| draw(settings, &mut stream)).collect()
}

fn draw(settings: Augmentation, stream: &mut Stream) -> Move {
    let mut pixels = || {
        let drawn = stream.below(2 * usize::from(settings.shift) + 1);
        // At most 28, by the key's rule, so it fits.
        drawn as i8 - settings.shift.cast_signed()
    };
    let (right, down) = (pixels(), pixels());
    let coin = stream.below(2) == 1;
    Move { right, down, mirrored: settings.flip && coin }
}

/// Writes `image`, channel planes of `shape`, into `moved`, after the move `change`.
pub(super) fn apply(change: Move, image: &[u8], shape: Shape, moved: &mut Vec<u8>) {
    moved.clear();
    moved.resize(image.len(), 0);
    let Shape { height, width, .. } = shape;
    let (columns, from_column) = kept(width, change.right);
    let (rows, from_row) = kept(height, change.down);
    let (to_column, to_row) =
        (usize::try_from(change.right).unwrap_or(0), usize::try_from(change.down).unwrap_or(0));
    let plane = height * width;
    for channel in 0..shape.channels {
        for row in 0..rows {
            let source = &image[channel * plane + (from_row + row) * width..][..width];
            let target = channel * plane + (to_row + row) * width + to_column;
            let target = &mut moved[target..][..columns];
            if change.mirrored {
                let source = &source[width - from_column - columns..][..columns];
                target.copy_from_slice(source);
                target.reverse();
            } else {
                target.copy_from_slice(&source[from_column..][..columns]);
            }
        }
    }
}

/// The number of the `size` pixels that stay inside, and the index of the first, after a move by `pixels`.
fn kept(size: usize, pixels: i8) -> (usize, usize) {
    let distance = usize::from(pixels.unsigned_abs());
    let first = if pixels < 0 { distance.min(size) } else { 0 };
    (size.saturating_sub(distance), first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ON: Augmentation = Augmentation { shift: 2, flip: true };

    fn applied(right: i8, down: i8, mirrored: bool) -> Vec<u8> {
        let shape = Shape { channels: 2, height: 2, width: 3 };
        let image = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
        let change = Move { right, down, mirrored };
        let mut moved = vec![99; 3];
        apply(change, &image, shape, &mut moved);
        moved
    }

    #[test]
    fn every_channel_is_mirrored_and_then_moved_with_zeros_entering() {
        assert_eq!(applied(0, 0, false), [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
        assert_eq!(applied(1, 0, false), [0, 1, 2, 0, 4, 5, 0, 11, 12, 0, 14, 15]);
        assert_eq!(applied(-2, 1, false), [0, 0, 0, 3, 0, 0, 0, 0, 0, 13, 0, 0]);
        assert_eq!(applied(0, -1, true), [6, 5, 4, 0, 0, 0, 16, 15, 14, 0, 0, 0]);
        assert_eq!(applied(1, 0, true), [0, 3, 2, 0, 6, 5, 0, 13, 12, 0, 16, 15]);
        assert_eq!(applied(-1, 0, true), [2, 1, 0, 5, 4, 0, 12, 11, 0, 15, 14, 0]);
    }

    #[test]
    fn an_image_moved_by_more_than_its_size_is_gone() {
        assert_eq!(applied(3, 0, false), [0; 12]);
        assert_eq!(applied(-9, -9, true), [0; 12]);
    }

    #[test]
    fn every_shift_is_as_likely_as_any_other_and_half_of_the_images_are_mirrored() {
        let moves = moves(ON, 20_000, 1, &Streams::new(1, 1));
        for wanted in -2..=2 {
            for count in [
                moves.iter().filter(|m| m.right == wanted).count(),
                moves.iter().filter(|m| m.down == wanted).count(),
            ] {
                // 4000 are expected, with a standard deviation of 57.
                assert!((3700..4300).contains(&count), "{wanted}: {count}");
            }
        }
        let mirrored = moves.iter().filter(|m| m.mirrored).count();
        assert!((9700..10_300).contains(&mirrored), "{mirrored}");
    }

    #[test]
    fn moves_depend_on_replicate_epoch_and_position_and_not_on_each_other() {
        let streams = Streams::new(1, 1);
        let base = moves(ON, 50, 1, &streams);
        assert_eq!(base[..20], moves(ON, 20, 1, &streams));
        assert_ne!(base, moves(ON, 50, 2, &streams));
        assert_ne!(base, moves(ON, 50, 1, &Streams::new(1, 2)));
        let unmirrored = Augmentation { flip: false, ..ON };
        let shifts = |moves: &[Move]| moves.iter().map(|m| (m.right, m.down)).collect::<Vec<_>>();
        assert_eq!(shifts(&base), shifts(&moves(unmirrored, 50, 1, &streams)));
        assert_eq!(moves(Augmentation::default(), 50, 1, &streams), []);
    }
}
