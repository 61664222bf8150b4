//! Checkpoints as safetensors files, so that `PyTorch`, `JAX` and numpy can read them without this program.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};

use crate::error::{Error, Result};
use crate::event::{NamedTensor, Point};
use crate::fs::{self, FilePrefix};
use crate::results::format::layout::TrialLayout;

/// Writes the checkpoint of `point` atomically.
pub(in crate::results) fn write(
    layout: &TrialLayout,
    point: Point,
    tensors: &[NamedTensor],
) -> Result<FilePrefix> {
    let path = layout.checkpoint(point);
    fs::create_folder(&layout.checkpoints())?;
    let bytes = encode(tensors, None).map_err(|e| cannot_write(&path, &e))?;
    fs::replace(&path, &bytes)?;
    Ok(FilePrefix::of(&bytes))
}

pub(in crate::results) fn cannot_write(path: &Path, why: &dyn std::fmt::Display) -> Error {
    Error::Results(format!("cannot write `{}`: {why}", path.display()))
}

/// The bytes of a safetensors file; the same tensors give the same bytes. `note` is stored in its
/// header.
pub(in crate::results) fn encode(
    tensors: &[NamedTensor],
    note: Option<(String, String)>,
) -> std::result::Result<Vec<u8>, safetensors::SafeTensorError> {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|tensor| tensor.values.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let views: Vec<(&str, TensorView<'_>)> = tensors
        .iter()
        .zip(&bytes)
        .map(|(tensor, bytes)| {
            TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)
                .map(|view| (tensor.name.as_str(), view))
        })
        .collect::<std::result::Result<_, _>>()?;
    let notes: Option<HashMap<String, String>> = note.map(|note| HashMap::from([note]));
    safetensors::serialize(views, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_under_its_name_shape_and_values() {
        let tensors = [
            NamedTensor {
                name: "layers.0.weight".to_owned(),
                shape: vec![2, 3],
                values: vec![1.0, -2.5, 0.0, 3e-8, f32::MIN_POSITIVE, 7.0],
            },
            NamedTensor {
                name: "layers.0.bias".to_owned(),
                shape: vec![2],
                values: vec![0.5, -0.5],
            },
        ];
        let bytes = encode(&tensors, None).expect("shapes and values agree");
        let file = safetensors::SafeTensors::deserialize(&bytes).expect("a valid file");
        assert_eq!(file.len(), 2);
        for tensor in &tensors {
            let view = file.tensor(&tensor.name).expect("present");
            assert_eq!(view.shape(), tensor.shape);
            let values: Vec<f32> = view
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            assert_eq!(values, tensor.values);
        }
        assert_eq!(bytes, encode(&tensors, None).expect("as before"));
    }

    #[test]
    fn values_that_do_not_fill_the_shape_are_refused() {
        let tensor = NamedTensor { name: "x".to_owned(), shape: vec![3], values: vec![1.0] };
        assert!(encode(&[tensor], None).is_err());
    }
}
