//! Replays a trace of PyTorch: from bn-lab's initial weights and over its batches
//! PyTorch has taken the steps of `tests/reference/replay/blobs.toml` (see
//! `tests/reference/README.md`), and the program must compute the same losses.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::harness::{Lab, rows};

/// Tolerance relative to each loss. The program attains 1e-5; the trace was computed in 64 bits.
const TOLERANCE: f64 = 1e-4;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/replay")
}

/// Runs the experiment of the trace.
fn run() -> Lab {
    let lab = Lab::with(include_str!("reference/replay/blobs.toml"));
    lab.run(&["--data-dir", &folder().display().to_string()]);
    lab
}

/// The runs of the trace.
fn trace() -> Vec<Value> {
    let trace: Value = serde_json::from_str(include_str!("reference/replay/trace.json"))
        .expect("the trace is valid JSON");
    trace["runs"].as_array().expect("a list of runs").clone()
}

/// SHA-256 of the weights of the linear maps in a checkpoint, in the order of their names.
fn digest_of_weights(checkpoint: &[u8]) -> String {
    let file = safetensors::SafeTensors::deserialize(checkpoint).expect("a valid file");
    let mut tensors = file.tensors();
    tensors.sort_by(|one, other| one.0.cmp(&other.0));
    let mut digest = Sha256::new();
    for (_, tensor) in tensors.iter().filter(|(_, t)| t.shape().len() >= 2) {
        digest.update(tensor.data());
    }
    let bytes = digest.finalize();
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[test]
fn every_loss_is_the_one_that_pytorch_found_from_the_same_weights_and_batches() {
    let lab = run();
    let trials = rows(&lab.text("results/blobs/trials.csv"));
    let trace = trace();
    assert_eq!((trials.len(), trace.len()), (12, 12));
    for run in &trace {
        let is_its = |key: &str, value: &str| run[key].as_str() == Some(value);
        let trial = trials
            .iter()
            .find(|row| {
                is_its("norm.placement", &row["norm.placement"])
                    && is_its("train.optimizer", &row["train.optimizer"])
            })
            .expect("a trial for every run of the trace");
        let name = format!("{} {}", trial["norm.placement"], trial["train.optimizer"]);
        let files = format!("results/blobs/trials/{}", trial["trial"]);

        let initial = std::fs::read(lab.path(&format!("{files}/checkpoints/initial.safetensors")));
        assert_eq!(
            digest_of_weights(&initial.expect("the experiment keeps it")),
            run["initial_weights_sha256"].as_str().unwrap_or_default(),
            "{name}: these are not the initial weights that the trace began with"
        );

        let steps = rows(&lab.text(&format!("{files}/steps.csv")));
        let expected = run["losses"].as_array().expect("a list of losses");
        assert_eq!(steps.len(), expected.len(), "{name}");
        for (step, expected) in steps.iter().zip(expected) {
            let loss: f64 = step["loss"].parse().expect("a number");
            let expected = expected.as_f64().expect("a number");
            assert!(
                (loss - expected).abs() <= TOLERANCE * expected,
                "{name}, step {}: {loss} is not PyTorch's {expected}",
                step["step"]
            );
        }
    }
}
