//! The IDX format, plain or gzipped: parses bytes into shape and elements.
//!
//! ```text
//! 00 00 08 rank   then rank sizes, each 4 bytes, big-endian   then the elements, one byte each
//! ```
//!
//! Source: the description that MNIST was published with by its authors; 08 means
//! unsigned bytes, the only element type here. A header is not trusted before the bytes
//! after it were read: memory grows with the input, never with the size that the input states. Errors are
//! texts that follow the name of the file, which only the caller has.

use std::io::Read;

use flate2::bufread::GzDecoder;

/// Most elements accepted, ten times the largest known file in this format.
pub(super) const MOST_ELEMENTS: u64 = 1 << 30;
/// Greatest compression factor of a gzip stream: 258 bytes in 2 bits (RFC 1951, lengths of 258).
pub(super) const MOST_INFLATION: u64 = 1032;
/// The first two bytes of every gzip stream (RFC 1952).
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idx {
    /// The size of each dimension, outermost first.
    pub(super) shape: Vec<usize>,
    /// The elements, row-major.
    pub(super) elements: Vec<u8>,
}

/// Parses `bytes`, which are plain or gzipped (as their first two bytes show), and must have
/// `rank` dimensions.
pub(super) fn decode(bytes: &[u8], rank: u8) -> Result<Idx, String> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return decode_stream(&mut &*bytes, bytes.len() as u64, rank);
    }
    let mut decoder = GzDecoder::new(bytes);
    let capacity = (bytes.len() as u64).saturating_mul(MOST_INFLATION);
    let idx = decode_stream(&mut decoder, capacity, rank)?;
    if decoder.into_inner().is_empty() { Ok(idx) } else { Err(trailing(idx.elements.len() as u64)) }
}

/// Parses a stream that yields at most `capacity` bytes.
fn decode_stream(stream: &mut impl Read, capacity: u64, rank: u8) -> Result<Idx, String> {
    let shape = shape(stream, rank)?;
    let promised = element_count(&shape)?;
    let short = |found: String| {
        Err(format!("it is cut short: its header promises {promised} elements, found {found}"))
    };
    if promised > capacity {
        return short(format!("room for at most {capacity}"));
    }
    let mut elements = Vec::with_capacity(promised as usize);
    stream.take(promised).read_to_end(&mut elements).map_err(damaged)?;
    if (elements.len() as u64) < promised {
        return short(elements.len().to_string());
    }
    // One byte more than stated, to detect trailing data; this also makes the gzip decoder reach
    // its end and compare its checksum.
    let mut following = Vec::new();
    stream.take(1).read_to_end(&mut following).map_err(damaged)?;
    if following.is_empty() { Ok(Idx { shape, elements }) } else { Err(trailing(promised)) }
}

fn shape(stream: &mut impl Read, rank: u8) -> Result<Vec<usize>, String> {
    let expected = 4 + 4 * u64::from(rank);
    let mut header = Vec::new();
    stream.take(expected).read_to_end(&mut header).map_err(damaged)?;
    let magic = [0, 0, 8, rank];
    if header.len() >= 4 && header[..4] != magic {
        return Err(format!(
            "it is not such a file: expected it to begin with `{}`, found `{}`",
            hexadecimal(&magic),
            hexadecimal(&header[..4])
        ));
    }
    if (header.len() as u64) < expected {
        let found = header.len();
        return Err(format!("it ends within its header: expected {expected} bytes, found {found}"));
    }
    let (sizes, _) = header[4..].as_chunks::<4>();
    Ok(sizes.iter().map(|&size| u32::from_be_bytes(size) as usize).collect())
}

/// The product of the sizes, if it is within the limit.
fn element_count(shape: &[usize]) -> Result<u64, String> {
    let product = shape.iter().try_fold(1_u64, |product, &size| product.checked_mul(size as u64));
    product.filter(|&product| product <= MOST_ELEMENTS).ok_or_else(|| {
        format!(
            "its header promises {}, the most that is accepted is {MOST_ELEMENTS} elements",
            in_words(shape)
        )
    })
}

/// A shape as text: `60000×28×28`.
pub(super) fn in_words(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    sizes.join("×")
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

fn trailing(promised: u64) -> String {
    format!("more bytes follow its {promised} elements")
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` asks for")]
fn damaged(error: std::io::Error) -> String {
    format!("its gzip stream is damaged: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::tests::gzipped;

    fn plain(shape: &[u32], elements: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, shape.len() as u8];
        for size in shape {
            bytes.extend(size.to_be_bytes());
        }
        bytes.extend(elements);
        bytes
    }

    fn small() -> Vec<u8> {
        plain(&[2, 3, 2], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    }

    #[test]
    fn plain_and_gzipped_bytes_decode_to_the_same() {
        let idx = decode(&small(), 3).unwrap();
        assert_eq!(idx.shape, [2, 3, 2]);
        assert_eq!(idx.elements, (1..=12).collect::<Vec<u8>>());
        assert_eq!(decode(&gzipped(&small()), 3), Ok(idx));
    }

    #[test]
    fn every_truncation_of_a_plain_file_is_an_error_with_the_number_of_bytes() {
        let bytes = small();
        for length in 0..bytes.len() {
            let fault = decode(&bytes[..length], 3).unwrap_err();
            match length {
                0..16 => assert!(fault.ends_with(&format!("expected 16 bytes, found {length}"))),
                _ => assert!(fault.contains("promises 12 elements, found"), "{fault}"),
            }
        }
    }

    #[test]
    fn every_cut_of_a_gzipped_file_is_an_error() {
        let bytes = gzipped(&small());
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], 3).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn another_magic_number_or_rank_is_refused() {
        let mut floats = small();
        floats[2] = 0x0d;
        assert_eq!(
            decode(&floats, 3).unwrap_err(),
            "it is not such a file: expected it to begin with `00 00 08 03`, found `00 00 0d 03`"
        );
        for (bytes, rank) in [(&small()[..], 1), (b"<!DOCTYPE html>", 3)] {
            assert!(decode(bytes, rank).unwrap_err().starts_with("it is not such a file"));
        }
    }

    #[test]
    fn bytes_after_the_last_element_are_refused_inside_and_after_the_gzip_stream() {
        let mut longer = small();
        longer.push(0);
        let trailing = Err(trailing(12));
        assert_eq!(decode(&longer, 3), trailing);
        assert_eq!(decode(&gzipped(&longer), 3), trailing);
        let mut appended = gzipped(&small());
        appended.push(0);
        assert_eq!(decode(&appended, 3), trailing);
    }

    #[test]
    fn a_wrong_checksum_is_refused() {
        let mut bytes = gzipped(&small());
        let checksum = bytes.len() - 8;
        bytes[checksum] ^= 1;
        assert!(decode(&bytes, 3).unwrap_err().starts_with("its gzip stream is damaged"));
    }

    #[test]
    fn a_header_that_promises_more_than_the_bytes_can_hold_is_refused_before_reading() {
        let header = plain(&[60_000, 28, 28], &[]);
        for bytes in [header.clone(), gzipped(&header)] {
            let fault = decode(&bytes, 3).unwrap_err();
            assert!(fault.contains("room for at most"), "{fault}");
        }
        for absurd in [[u32::MAX; 3], [1 << 10, 1 << 10, (1 << 10) + 1]] {
            let fault = decode(&plain(&absurd, &[]), 3).unwrap_err();
            assert!(fault.contains("the most that is accepted"), "{fault}");
        }
    }

    #[test]
    fn no_mutation_of_a_valid_file_panics_or_yields_more_than_its_bytes_can_hold() {
        // Knuth's MMIX generator: the same mutations in every run.
        let mut state = 1_u64;
        let mut next = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let mut refused = 0;
        for round in 0..6000 {
            let mut bytes = if round % 2 == 0 { small() } else { gzipped(&small()) };
            for _ in 0..=next(3) {
                let place = next(bytes.len());
                bytes[place] = next(256) as u8;
            }
            if next(4) == 0 {
                bytes.truncate(next(bytes.len()));
            }
            match decode(&bytes, 3) {
                Ok(idx) => {
                    let most = bytes.len() * MOST_INFLATION as usize;
                    assert!(idx.elements.capacity() <= most, "{:?}", idx.shape);
                    assert_eq!(idx.elements.len(), idx.shape.iter().product::<usize>());
                }
                Err(_) => refused += 1,
            }
        }
        assert!(refused > 3000, "only {refused} of 6000 were noticed");
    }
}
