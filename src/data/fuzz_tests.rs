//! Data files of damaged bytes must give a dataset or an error, and never take more memory than their size justifies.

use std::path::Path;

use rawzip::CompressionMethod;

use super::archive::{self, tests::packed};
use super::download::Failure;
use super::download::tests::{BODY, FILE};
use super::npz::tests::{npy, zipped};
use super::pickle::tests::pickled;
use super::tests::gzipped;
use super::{cifar10, idx, npz, pickle, table};
use crate::config::spec::{Header, InputScaling, MissingRows, Table, TestRows};
use crate::fs;
use crate::fuzz_tests::{Target, peak_of};

/// Greatest compression factor of a gzip stream.
const MOST_INFLATION: usize = 1032;

/// An IDX file of these sizes, with the elements 0, 1, 2, ….
fn idx_file(sizes: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    let count: u32 = sizes.iter().product();
    bytes.extend((0..count).map(|i| (i % 10) as u8));
    bytes
}

#[test]
fn a_damaged_idx_file_is_a_dataset_or_refused() {
    let plain =
        vec![idx_file(&[3, 28, 28]), idx_file(&[2, 3, 2]), idx_file(&[100]), idx_file(&[0])];
    let decodes = |input: &[u8]| [1, 3].iter().any(|&rank| idx::decode(input, rank).is_ok());
    let target = Target {
        name: "idx",
        corpus: plain.clone(),
        words: vec![vec![0, 0, 8, 3], vec![0, 0, 8, 1], vec![0x1f, 0x8b]],
        // A plain file may be damaged into the header of a packed one.
        justified: |input| match input.first_chunk() {
            Some([0x1f, 0x8b]) => (1 << 18) + MOST_INFLATION * input.len(),
            _ => 1000 + 2 * input.len(),
        },
        weight: 1,
    };
    target.run(decodes);
    let packed = plain.iter().map(|bytes| gzipped(bytes));
    let target = Target { name: "idx.gz", corpus: packed.collect(), ..target };
    target.run(decodes);
    let target = Target {
        name: "idx.gz, inside",
        corpus: plain,
        // Packing takes some memory as well.
        justified: |input| (1 << 19) + 20 * input.len(),
        ..target
    };
    target.run(|input| decodes(&gzipped(input)));
}

#[test]
fn a_short_gzip_stream_that_inflates_without_end_is_read_as_far_as_its_header_promises() {
    let mut bytes = idx_file(&[10]);
    bytes.resize(64 << 20, 0);
    let bomb = gzipped(&bytes);
    let (decoded, peak) = peak_of(|| idx::decode(&bomb, 1));
    assert_eq!(decoded, Err("more bytes follow its 10 elements".to_owned()));
    assert!(peak < 1 << 18, "{peak}");
}

#[test]
fn a_damaged_cifar_file_is_a_dataset_or_refused() {
    let record = |label: u8| [vec![label], vec![label; 3072]].concat();
    let target = Target {
        name: "cifar10",
        corpus: vec![record(0), [record(9), record(3)].concat()],
        words: vec![record(7), vec![1; 3072]],
        justified: |input| 1000 + 8 * input.len(),
        weight: 1,
    };
    target.run(|input| {
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        let appended = cifar10::append(input, &mut inputs, &mut labels);
        assert!(appended.is_err() || inputs.len() == 3072 * labels.len());
        appended.is_ok()
    });
}

#[test]
fn a_damaged_archive_of_arrays_gives_an_array_or_is_refused() {
    let labels = npy("|u1", "False", "(9,)", &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let images = npy("|u1", "False", "(2, 3, 2)", &[7; 12]);
    let members = [("y.npy", labels.as_slice()), ("x.npy", images.as_slice())];
    let methods = [CompressionMethod::STORE, CompressionMethod::DEFLATE];
    let target = Target {
        name: "npz",
        corpus: methods.map(|method| zipped(&members, method)).into(),
        words: [&b"PK\x01\x02"[..], b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"(9,)", b"|u1"]
            .map(<[u8]>::to_vec)
            .into(),
        justified: |input| (1 << 18) + MOST_INFLATION * input.len(),
        weight: 1,
    };
    target.run(|input| {
        let array = npz::as_idx(input, "x");
        // What is read is an IDX file of its rank.
        array.is_ok_and(|bytes| idx::decode(&bytes, bytes[3]).is_ok())
    });
    // Damage to packed data rarely passes the checksum.
    let target = Target {
        name: "npz, inside",
        corpus: vec![labels, images],
        justified: |input| (1 << 20) + 64 * input.len(),
        ..target
    };
    target.run(|input| {
        npz::as_idx(&zipped(&[("x.npy", input)], CompressionMethod::DEFLATE), "x").is_ok()
    });
}

#[test]
fn an_archive_that_unpacks_without_end_is_read_as_far_as_its_header_promises() {
    let mut bytes = npy("|u1", "False", "(10,)", &[0; 10]);
    bytes.resize(64 << 20, 0);
    let bomb = zipped(&[("x.npy", &bytes)], CompressionMethod::DEFLATE);
    let (read, peak) = peak_of(|| npz::as_idx(&bomb, "x"));
    assert_eq!(read, Err("`x` in it: more bytes follow its 10 elements".to_owned()));
    assert!(peak < 1 << 18, "{peak}");
    // One that promises all that it unpacks to is larger than any dataset.
    let mut bytes = npy("|u1", "False", "(1073741825,)", &[]);
    bytes.resize(1 << 20, 0);
    let bomb = zipped(&[("x.npy", &bytes)], CompressionMethod::DEFLATE);
    assert!(npz::as_idx(&bomb, "x").is_err_and(|fault| fault.contains("more than is accepted")));
}

#[test]
fn a_damaged_pickle_gives_records_or_is_refused() {
    let target = Target {
        name: "pickle",
        corpus: vec![pickled(&[3]), pickled(&[1, 9])],
        words: [&b"labels"[..], b"data", b"]q\x05(", b"T\xff\xff\xff\x7f", b"\x89T", b"U\x02u1"]
            .map(<[u8]>::to_vec)
            .into(),
        // An operation takes 40 bytes, and a vector grows to twice what it needs.
        justified: |input| 10_000 + 200 * input.len(),
        weight: 1,
    };
    target.run(|input| {
        let records = pickle::as_records(input);
        assert!(records.as_ref().map_or(0, Vec::len) <= 2 * input.len());
        records.is_ok()
    });
}

/// Whether [`FILE`] can be extracted from an archive.
fn unpacks(archive: &[u8], folder: &Path) -> bool {
    match archive::unpack(archive, &[FILE], &[&FILE], folder) {
        Ok(()) => {
            assert_eq!(fs::read(&folder.join(FILE.name)).unwrap(), BODY);
            true
        }
        Err(Failure::Mirrors(_)) => false,
        Err(Failure::Local(error)) => panic!("{error}"),
    }
}

#[test]
fn a_damaged_archive_gives_the_right_file_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let archive = packed(&[("readme", b"x"), (FILE.name, BODY), ("more", &[1; 2000])]);
    let mut tar = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(archive.as_slice());
    std::io::Read::read_to_end(&mut decoder, &mut tar).unwrap();
    let target = Target {
        name: "tar.gz",
        corpus: vec![archive],
        words: vec![FILE.name.into(), BODY.into()],
        justified: |input| (1 << 18) + 64 * input.len(),
        weight: 1,
    };
    target.run(|input| unpacks(input, folder.path()));
    // Damage to packed data rarely passes the checksum.
    let target = Target {
        name: "tar.gz, inside",
        corpus: vec![tar],
        words: [&b"ustar"[..], b"L", b"x", b"S", b"0000000001", b"7777777777"]
            .map(<[u8]>::to_vec)
            .into(),
        // Packing takes some memory as well.
        justified: |input| (1 << 19) + 64 * input.len(),
        ..target
    };
    target.run(|input| unpacks(&gzipped(input), folder.path()));
}

#[test]
fn the_long_name_of_a_member_is_not_read_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    let name = vec![b'a'; 1_000_000];
    header.set_size(name.len() as u64);
    header.set_cksum();
    builder.append(&header, name.as_slice()).unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    header.set_cksum();
    builder.append(&header, &b"x"[..]).unwrap();
    let archive = gzipped(&builder.into_inner().unwrap());
    let (unpacked, peak) = peak_of(|| unpacks(&archive, folder.path()));
    assert!(!unpacked);
    assert!(peak < 1 << 18, "{peak} bytes for {}", archive.len());
}

#[test]
fn a_damaged_table_is_a_dataset_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    let target = Target {
        name: "csv",
        corpus: [
            "age,town,bought\n31,Ulm,yes\n45,Bonn,no\n28,\"Köln, Rhein\",yes\n",
            "a,b,c\r\n1,2,0\r\n\r\n3e-3,-4.5,1\r\n",
            "10,a\n9,b\n9.0,b\n",
            "x,\"two\nlines\",\"a \"\"quote\"\"\"\n1,2,3\n4,5,6\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .into(),
        words: [",", "\"\"", "\r\n", "nan", "inf", "1e39", "\n\n"]
            .map(|word| word.as_bytes().to_vec())
            .into(),
        // At most 256 inputs of 8 bytes for a cell, for training and test rows.
        justified: |input| (1 << 18) + 4096 * input.len(),
        weight: 1,
    };
    target.run(|input| {
        std::fs::write(&file, input).unwrap();
        let reads = |header: bool, test: TestRows| {
            let file = file.clone();
            let settings = Table {
                file,
                label: None,
                header: Header { is_there: header, is_said: true },
                inputs: None,
                ignore: Vec::new(),
                categorical: Vec::new(),
                missing: vec!["NA".to_owned()],
                missing_rows: MissingRows::Drop,
                test,
                stratify: true,
            };
            table::read(&settings, InputScaling::Unit)
        };
        let whole = reads(true, TestRows::File(file.clone()));
        let split = reads(false, TestRows::Share { share: 0.3, seed: 1 });
        for dataset in [&whole, &split].into_iter().flatten() {
            for part in [&dataset.train, &dataset.test] {
                assert!(part.count() > 0);
                assert!(part.labels.iter().all(|&l| usize::from(l) < part.classes));
            }
        }
        whole.is_ok() || split.is_ok()
    });
}
