//! Arrays of bytes in an archive of NumPy's (`.npz`, a ZIP archive of `.npy` files), in which Keras keeps MNIST. An array
//! is read into the IDX format of the published files, so that everything that is done with those can be done with it.
//!
//! Source: NumPy's documentation of `numpy.lib.format`. As in `idx`, nothing that a header states is trusted before the
//! bytes after it were read, and errors are texts that follow the name of the file.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::idx::{MOST_ELEMENTS, MOST_INFLATION, in_words};

/// The first bytes of every `.npy` file, before its version.
const MAGIC: &[u8] = b"\x93NUMPY";

/// Most bytes of the header of a `.npy` file; NumPy's own take 118.
const MOST_HEADER: u64 = 1 << 16;

/// Most dimensions, as NumPy itself has.
const MOST_DIMENSIONS: usize = 64;

/// The array `name` of an archive, as an unpacked IDX file.
pub(super) fn as_idx(archive: &[u8], name: &str) -> Result<Vec<u8>, String> {
    let damaged = |error: rawzip::Error| format!("its ZIP archive is damaged: {error}");
    let of_array = |fault: String| format!("`{name}` in it: {fault}");
    let member = format!("{name}.npy");
    let zip = ZipArchive::from_slice(archive).map_err(damaged)?;
    let mut entries = zip.entries();
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        if entry.file_path().as_ref() != member.as_bytes() {
            continue;
        }
        let method = entry.compression_method();
        let entry = zip.get_entry(entry.wayfinder()).map_err(damaged)?;
        let (data, length) = (entry.data(), entry.data().len() as u64);
        // The verifying reader compares length and checksum with those that the archive states.
        let array = match method {
            CompressionMethod::STORE => read(&mut entry.verifying_reader(data), length),
            CompressionMethod::DEFLATE => {
                let stream = DeflateDecoder::new(data);
                let most = length.saturating_mul(MOST_INFLATION);
                read(&mut entry.verifying_reader(stream), most)
            }
            other => {
                Err(format!("it is packed by the method {}, which is not read", other.as_u16()))
            }
        };
        return array.map_err(of_array);
    }
    Err(format!("it has no array `{name}`"))
}

/// Reads a `.npy` file from a stream that yields at most `capacity` bytes.
fn read(stream: &mut impl Read, capacity: u64) -> Result<Vec<u8>, String> {
    let shape = shape(&header(stream)?)?;
    let elements = shape.iter().try_fold(1_u64, |all, &size| all.checked_mul(size as u64));
    let promised = elements.filter(|&all| all <= MOST_ELEMENTS).ok_or_else(|| {
        format!("its header promises {}, which is more than is accepted", in_words(&shape))
    })?;
    let short = |found: u64| {
        format!("it is cut short: its header promises {promised} elements, found {found}")
    };
    if promised > capacity {
        return Err(short(capacity));
    }
    let mut idx = vec![0, 0, 8, shape.len() as u8];
    // A size within the limit above has at most 4 bytes.
    idx.extend(shape.iter().flat_map(|&size| (size as u32).to_be_bytes()));
    let before = idx.len() as u64;
    stream.take(promised).read_to_end(&mut idx).map_err(unpacked)?;
    let found = idx.len() as u64 - before;
    if found < promised {
        return Err(short(found));
    }
    // One byte more, so that the end of the stream is reached and its checksum compared.
    let mut following = Vec::new();
    stream.take(1).read_to_end(&mut following).map_err(unpacked)?;
    if following.is_empty() {
        Ok(idx)
    } else {
        Err(format!("more bytes follow its {promised} elements"))
    }
}

/// The text that describes the array: a Python dictionary.
fn header(stream: &mut impl Read) -> Result<String, String> {
    let mut start = Vec::new();
    stream.take(8).read_to_end(&mut start).map_err(unpacked)?;
    if start.len() < 8 || !start.starts_with(MAGIC) {
        return Err("it is no array of NumPy's".to_owned());
    }
    // The length has 2 bytes in version 1, and 4 in versions 2 and 3.
    let width = if start[6] == 1 { 2 } else { 4 };
    let mut length = Vec::new();
    stream.take(width).read_to_end(&mut length).map_err(unpacked)?;
    length.resize(4, 0);
    let length = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]]));
    if length > MOST_HEADER {
        return Err(format!(
            "its header has {length} bytes, the most that is accepted is {MOST_HEADER}"
        ));
    }
    let mut header = Vec::new();
    stream.take(length).read_to_end(&mut header).map_err(unpacked)?;
    if (header.len() as u64) < length {
        return Err("it ends within its header".to_owned());
    }
    String::from_utf8(header).map_err(|_| "its header is no text".to_owned())
}

/// The shape of an array of bytes, by its header.
fn shape(header: &str) -> Result<Vec<usize>, String> {
    let value = |key: &str| {
        let rest = header.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        rest.ok_or_else(|| format!("its header lacks `{key}`"))
    };
    let kind = value("descr")?;
    if !kind.starts_with("'|u1'") {
        let kind: String = kind.chars().take_while(|letter| *letter != ',').take(20).collect();
        return Err(format!("expected unsigned bytes (`'|u1'`), found elements of type `{kind}`"));
    }
    let sizes = value("shape")?;
    let sizes = sizes.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let sizes = sizes.map(|(sizes, _)| sizes.split(',').map(str::trim));
    let sizes = sizes.into_iter().flatten().filter(|size| !size.is_empty());
    let shape: Result<Vec<usize>, _> = sizes.map(str::parse).collect();
    let shape = shape.ok().filter(|shape| (1..=MOST_DIMENSIONS).contains(&shape.len()));
    let shape = shape.ok_or("its header has no shape that can be read")?;
    if shape.len() > 1 && !value("fortran_order")?.starts_with("False") {
        return Err("its elements are in Fortran's order, expected C's".to_owned());
    }
    Ok(shape)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` asks for")]
fn unpacked(error: std::io::Error) -> String {
    format!("it cannot be unpacked: {error}")
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;
    use crate::data::idx;

    /// A `.npy` file as NumPy writes it.
    pub(in crate::data) fn npy(kind: &str, order: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
        let text = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}");
        let text = format!("{text:117}\n");
        let length = (text.len() as u16).to_le_bytes();
        [MAGIC, &[1, 0], &length, text.as_bytes(), elements].concat()
    }

    /// An archive of these files.
    pub(in crate::data) fn zipped(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
        for (name, content) in members {
            let file = archive.new_file(*name).compression_method(method);
            let (mut entry, config) = file.start().unwrap();
            let descriptor = if method == CompressionMethod::STORE {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(content).unwrap();
                writer.finish().unwrap().1
            } else {
                let encoder =
                    flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
                let mut writer = config.wrap(encoder);
                writer.write_all(content).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            };
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        bytes
    }

    fn packed(npy: &[u8]) -> Vec<u8> {
        zipped(&[("y.npy", b"no array"), ("x.npy", npy)], CompressionMethod::DEFLATE)
    }

    fn fault(npy: &[u8]) -> String {
        as_idx(&packed(npy), "x").unwrap_err()
    }

    #[test]
    fn an_array_becomes_an_idx_file_however_it_is_packed() {
        let elements: Vec<u8> = (1..=12).collect();
        let array = npy("|u1", "False", "(2, 3, 2)", &elements);
        for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
            let idx = as_idx(&zipped(&[("x.npy", &array)], method), "x").unwrap();
            let idx = idx::decode(&idx, 3).unwrap();
            assert_eq!((idx.shape, &idx.elements), (vec![2, 3, 2], &elements));
        }
        let labels = npy("|u1", "False", "(3,)", &[7, 8, 9]);
        assert_eq!(as_idx(&packed(&labels), "x").unwrap(), [0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]);
    }

    #[test]
    fn other_arrays_are_refused_with_what_is_expected() {
        let of = |kind: &str, order: &str, shape: &str, count| {
            fault(&npy(kind, order, shape, &vec![1; count]))
        };
        assert_eq!(
            of("<f4", "False", "(2, 3)", 24),
            "`x` in it: expected unsigned bytes (`'|u1'`), found elements of type `'<f4'`"
        );
        assert!(of("|u1", "True", "(2, 3)", 6).contains("Fortran"));
        assert!(of("|u1", "False", "()", 1).contains("no shape"));
        assert!(of("|u1", "False", "(-2,)", 2).contains("no shape"));
        assert!(
            of("|u1", "False", "(99999999999, 99999999999)", 2).contains("more than is accepted")
        );
        assert!(of("|u1", "False", "(2, 3)", 5).contains("promises 6 elements, found 5"));
        assert!(of("|u1", "False", "(2, 3)", 7).contains("more bytes follow its 6 elements"));
        assert!(fault(b"\x93NUMPY").contains("no array of NumPy's"));
        assert!(fault(b"\x93NUMPY\x02\x00\xff\xff\xff\x7f").contains("the most that is accepted"));
        let lacking = as_idx(&packed(b""), "z").unwrap_err();
        assert_eq!(lacking, "it has no array `z`");
        assert!(as_idx(b"<html>", "x").unwrap_err().contains("ZIP archive is damaged"));
    }

    #[test]
    fn every_cut_and_every_wrong_byte_of_the_elements_is_noticed() {
        let bytes = packed(&npy("|u1", "False", "(3, 4)", &[5; 12]));
        for length in 0..bytes.len() {
            assert!(as_idx(&bytes[..length], "x").is_err(), "cut to {length} bytes");
        }
        let stored = npy("|u1", "False", "(3, 4)", &[5; 12]);
        let mut stored = zipped(&[("x.npy", &stored)], CompressionMethod::STORE);
        let place = stored.windows(12).position(|part| part == [5; 12]).unwrap();
        stored[place] = 6;
        assert!(as_idx(&stored, "x").unwrap_err().contains("cannot be unpacked"));
    }
}
