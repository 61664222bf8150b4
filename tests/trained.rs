//! One trial, trained by the program, and its files.

use std::collections::BTreeMap;

use crate::harness::{Lab, rows};

/// A tensor of a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Size of each axis.
    pub shape: Vec<usize>,
    /// Values in row-major order; 32-bit floats on disk.
    pub values: Vec<f64>,
}

/// The tensors of a checkpoint by name.
pub type Tensors = BTreeMap<String, Tensor>;

/// An experiment of one trial that has been run.
pub struct Trained {
    lab: Lab,
    folder: String,
}

impl Trained {
    /// Runs the experiment `text`, whose name is `one`, with keys set as on the command line.
    pub fn new(text: &str, changes: &[&str]) -> Self {
        Self::within(Lab::with(text), changes)
    }

    /// The same without fused kernels, which do not compute penalties and constraints: to compare trainings with and without
    /// them to the last digit.
    pub fn composed(text: &str, changes: &[&str]) -> Self {
        Self::with_options(Lab::with(text), changes, &["--kernels", "composed"])
    }

    /// The same in a folder with `experiment.toml` and the files that the experiment reads.
    pub fn within(lab: Lab, changes: &[&str]) -> Self {
        Self::with_options(lab, changes, &[])
    }

    fn with_options(lab: Lab, changes: &[&str], options: &[&str]) -> Self {
        let changes = changes.iter().flat_map(|change| ["-o", *change]);
        let arguments: Vec<&str> =
            ["--quiet"].into_iter().chain(options.iter().copied()).chain(changes).collect();
        lab.run(&arguments);
        let trials = rows(&lab.text("results/one/trials.csv"));
        assert_eq!(trials.len(), 1, "one trial");
        assert_eq!(trials[0]["outcome"], "completed");
        let folder = format!("results/one/trials/{}", trials[0]["trial"]);
        Self { lab, folder }
    }

    /// The checkpoint `initial`, `step-<n>` or `final`.
    pub fn tensors(&self, point: &str) -> Tensors {
        let bytes = self.bytes(&format!("checkpoints/{point}.safetensors"));
        let file = safetensors::SafeTensors::deserialize(&bytes).expect("a valid file");
        let tensors = file.tensors().into_iter();
        tensors
            .map(|(name, view)| {
                let values = view.data().chunks_exact(4);
                let values =
                    values.map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
                let tensor = Tensor { shape: view.shape().to_vec(), values: values.collect() };
                (name, tensor)
            })
            .collect()
    }

    /// A table of the trial.
    pub fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        rows(&self.lab.text(&format!("{}/{file}", self.folder)))
    }

    /// The column of a table, as numbers.
    pub fn column(&self, file: &str, name: &str) -> Vec<f64> {
        let rows = self.rows(file);
        rows.iter().map(|row| number(&row[name])).collect()
    }

    /// A measurement in `layers.csv`, if it exists.
    pub fn reading(&self, step: usize, layer: &str, quantity: &str) -> Option<f64> {
        let rows = self.rows("layers.csv");
        let mut found = rows.iter().filter(|row| {
            row["step"] == step.to_string() && row["layer"] == layer && row["quantity"] == quantity
        });
        let value = found.next().map(|row| number(&row["value"]));
        assert!(found.next().is_none(), "{layer} has two of {quantity}");
        value
    }

    /// The examples of every batch, by their rows in the training file.
    pub fn batches(&self) -> Vec<Vec<usize>> {
        let order: Vec<usize> = self
            .bytes("order.bin")
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
            .collect();
        let count = |cell: &str| cell.parse::<usize>().expect("a count");
        self.rows("order.csv")
            .iter()
            .map(|row| {
                let first = count(&row["first"]);
                order[first..first + count(&row["examples"])].to_vec()
            })
            .collect()
    }

    fn bytes(&self, file: &str) -> Vec<u8> {
        let path = self.lab.path(&format!("{}/{file}", self.folder));
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }
}

fn number(cell: &str) -> f64 {
    cell.parse().expect("a number")
}
