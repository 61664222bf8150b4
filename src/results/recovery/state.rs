//! `state.safetensors`: the state from which an unfinished trial can resume. It contains the trainer's
//! state, and how long the trial's files were at that moment, so that whatever was written after
//! it can be cut off again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::event::{NamedTensor, TrainingState};
use crate::fs::{self, FilePrefix};
use crate::plan::kernels::Kernels;
use crate::results::format::checkpoint::{cannot_write, encode};
use crate::results::format::layout::TrialLayout;
use crate::results::format::schema::{EpochRow, SCHEMA_VERSION};
use crate::results::format::schema::{GROWING, TIMINGS};
use crate::units::hexadecimal;

/// The entry of the file's header that contains everything but the tensors, and a SHA-256 of all of it.
pub(in crate::results) const NOTE: &str = "bn_lab";

/// The content of a state besides its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::results) struct Saved {
    /// [`SCHEMA_VERSION`]
    pub(in crate::results) schema: u32,
    /// The facts that must match for the trial to resume, so that it gives the same bytes.
    pub(in crate::results) origin: Origin,
    /// The lengths and checksums of the trial's files, by their names in its folder.
    pub(in crate::results) files: BTreeMap<String, FilePrefix>,
    /// Number of examples in `order.bin`.
    pub(in crate::results) ordered: usize,
    /// The last epoch's row.
    pub(in crate::results) last: Option<EpochRow>,
    /// The row with the highest validation accuracy.
    pub(in crate::results) best: Option<EpochRow>,
    /// The trainer's own counters and sums.
    pub(in crate::results) numbers: BTreeMap<String, serde_json::Value>,
}

/// The facts that must match for a trial to resume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::results) struct Origin {
    /// The trial's id.
    pub(in crate::results) id: String,
    /// The kind of the device.
    pub(in crate::results) device: String,
    /// The kernels; states of earlier versions have none.
    #[serde(default = "Kernels::of_earlier_versions")]
    pub(in crate::results) kernels: Kernels,
    /// The widest vector instructions of the processor, which determine the order of additions.
    pub(in crate::results) processor: String,
    /// Version of bn-lab.
    pub(in crate::results) program: String,
    /// Digest of the dataset's content.
    pub(in crate::results) data: String,
    /// What is recorded besides its metrics, item by item.
    pub(in crate::results) recording: Vec<String>,
    /// Number of steps between two rows of `steps.csv`.
    pub(in crate::results) log_every_steps: usize,
}

/// Writes a state atomically.
pub(in crate::results) fn write(
    layout: &TrialLayout,
    saved: &Saved,
    tensors: &[NamedTensor],
) -> Result<()> {
    let path = layout.state();
    let text = serde_json::to_string(saved).map_err(|e| cannot_write(&path, &e))?;
    let note = (NOTE.to_owned(), format!("{}{text}", digest(&text, tensors)));
    let bytes = encode(tensors, Some(note)).map_err(|e| cannot_write(&path, &e))?;
    fs::replace(&path, &bytes)
}

/// The SHA-256 of the content of a state, in hexadecimal digits.
pub(in crate::results) fn digest(text: &str, tensors: &[NamedTensor]) -> String {
    let mut digest = Sha256::new();
    digest.update(text);
    let mut sorted: Vec<&NamedTensor> = tensors.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for tensor in sorted {
        digest.update(format!("{} {:?}", tensor.name, tensor.shape));
        let bytes = tensor.values.iter().flat_map(|x| x.to_le_bytes());
        digest.update(bytes.collect::<Vec<u8>>());
    }
    hexadecimal(&digest.finalize())
}

impl Saved {
    /// Total length of the files: the longer the training, the larger.
    pub(in crate::results) fn bytes(&self) -> u64 {
        let bytes = self.files.values().map(|grown| grown.bytes);
        bytes.fold(0, u64::saturating_add)
    }
}

/// The state in the folder `place` that a training of `origin` left, if it can be resumed; `None` if it is
/// damaged, of another origin, or if its files have changed.
pub(in crate::results) fn read(
    place: &TrialLayout,
    trial: &TrialLayout,
    origin: &Origin,
) -> Result<Option<(Saved, TrainingState)>> {
    let Some(bytes) = fs::read_if_exists(&place.state())? else {
        return Ok(None);
    };
    let Some((saved, state)) = decode(&bytes) else {
        return Ok(None);
    };
    if saved.schema != SCHEMA_VERSION || saved.origin != *origin {
        return Ok(None);
    }
    for (name, grown) in &saved.files {
        let is_there = is_name(name) && source(place, trial, name, grown)?.is_some();
        // The wall-clock times do not affect a result: the file is started again if it is missing.
        if !is_there && name != TIMINGS {
            return Ok(None);
        }
    }
    Ok(Some((saved, state)))
}

/// Whether a trial has files of this name, so that a state cannot name a path outside its folder.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    let kept = name.strip_prefix("checkpoints/");
    GROWING.iter().any(|(known, ..)| *known == name)
        || kept.is_some_and(|kept| !kept.starts_with('.') && kept.chars().all(is_plain))
}

/// The file of this name whose beginning matches `grown`: beside the state, or already in its final place,
/// where a run was killed while it moved its files there.
pub(in crate::results) fn source(
    place: &TrialLayout,
    trial: &TrialLayout,
    name: &str,
    grown: &FilePrefix,
) -> Result<Option<PathBuf>> {
    for folder in [place, trial] {
        let path = folder.root().join(name);
        if grown.begins(&path)? && has_columns_of_this_version(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Whether rows of this version can be appended: an earlier version may
/// have written fewer columns into `epochs.csv`.
fn has_columns_of_this_version(path: &Path) -> Result<bool> {
    if !path.ends_with("epochs.csv") {
        return Ok(true);
    }
    let bytes = fs::read_if_exists(path)?.unwrap_or_default();
    Ok(bytes.starts_with(EpochRow::HEADER.as_bytes()))
}

pub(in crate::results) fn decode(bytes: &[u8]) -> Option<(Saved, TrainingState)> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let note = header.metadata().as_ref()?.get(NOTE)?;
    let (claimed, text) = note.split_at_checked(2 * <Sha256 as Digest>::output_size())?;
    let saved: Saved = serde_json::from_str(text).ok()?;
    let file = SafeTensors::deserialize(bytes).ok()?;
    let mut tensors = Vec::new();
    for (name, view) in file.iter() {
        if view.dtype() != Dtype::F32 {
            return None;
        }
        let values = view.data().chunks_exact(4);
        tensors.push(NamedTensor {
            name: name.to_owned(),
            shape: view.shape().to_vec(),
            // Chunks of exactly four bytes.
            values: values.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        });
    }
    if digest(text, &tensors) != claimed {
        return None;
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    let state = TrainingState { tensors, numbers: saved.numbers.clone() };
    Some((saved, state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved() -> Saved {
        Saved {
            schema: SCHEMA_VERSION,
            origin: Origin {
                id: "a".to_owned(),
                device: "cpu".to_owned(),
                kernels: Kernels::Fused,
                processor: "avx2".to_owned(),
                program: "0.1.0".to_owned(),
                data: "digest".to_owned(),
                recording: vec!["checkpoint.every = 5".to_owned()],
                log_every_steps: 1,
            },
            files: BTreeMap::from([("steps.csv".to_owned(), FilePrefix::of(b"step\n1\n"))]),
            ordered: 3,
            last: None,
            best: None,
            numbers: BTreeMap::from([("sum".to_owned(), serde_json::json!(0.1 + 0.2))]),
        }
    }

    fn tensors() -> Vec<NamedTensor> {
        vec![NamedTensor {
            name: "w".to_owned(),
            shape: vec![2],
            values: vec![1.5, f32::MIN_POSITIVE],
        }]
    }

    fn folder() -> (tempfile::TempDir, TrialLayout) {
        let folder = tempfile::tempdir().expect("a folder");
        let layout = crate::results::format::layout::Layout::new(folder.path()).trial("a");
        fs::create_folder(layout.root()).expect("writable");
        fs::replace(&layout.steps(), b"step\n1\n2\n").expect("writable");
        write(&layout, &saved(), &tensors()).expect("writable");
        (folder, layout)
    }

    #[test]
    fn a_state_comes_back_as_it_was_though_its_files_have_grown() {
        let (_folder, layout) = folder();
        let (read, state) =
            read(&layout, &layout, &saved().origin).expect("readable").expect("whole");
        assert_eq!(read, saved());
        assert_eq!((state.tensors, state.numbers), (tensors(), saved().numbers));
    }

    #[test]
    fn a_state_of_another_origin_or_with_other_files_is_none() {
        let (_folder, layout) = folder();
        let usable = |origin: &Origin| read(&layout, &layout, origin).expect("readable").is_some();
        let mut other = saved().origin;
        other.data = "other".to_owned();
        assert!(!usable(&other));
        let composed = Origin { kernels: Kernels::Composed, ..saved().origin };
        assert!(!usable(&composed));
        assert!(usable(&saved().origin));
        fs::replace(&layout.steps(), b"step\n1").expect("writable");
        assert!(!usable(&saved().origin));
    }

    #[test]
    fn a_state_beside_epochs_with_the_columns_of_an_earlier_version_is_none() {
        let (_folder, layout) = folder();
        let usable = |epochs: &str| {
            fs::replace(&layout.epochs(), epochs.as_bytes()).expect("writable");
            let mut saved = saved();
            let grown = FilePrefix::of(epochs.as_bytes());
            saved.files.insert("epochs.csv".to_owned(), grown);
            write(&layout, &saved, &tensors()).expect("writable");
            read(&layout, &layout, &saved.origin).expect("readable").is_some()
        };
        let header = EpochRow::HEADER;
        assert!(usable(&format!("{header}\n")));
        let (earlier, _) = header.rsplit_once(',').expect("columns");
        assert!(!usable(&format!("{earlier}\n")));
    }

    #[test]
    fn whatever_byte_of_it_is_cut_or_changed_a_state_is_what_it_was_or_refused() {
        let (_folder, layout) = folder();
        let whole = fs::read(&layout.state()).expect("written");
        let undamaged = decode(&whole);
        assert!(undamaged.is_some());
        for length in 0..whole.len() {
            assert_eq!(decode(&whole[..length]), None, "cut to {length}");
        }
        for position in 0..whole.len() {
            for flip in [1, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[position] ^= flip;
                let read = decode(&bytes);
                assert!(read.is_none() || read == undamaged, "byte {position}");
            }
        }
    }
}
