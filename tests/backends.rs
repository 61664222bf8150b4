//! `--device`: an experiment on every backend of the build, with all probes and checkpoints. The
//! arithmetic of the backends is compared step by step in unit tests of the step
//! (`src/train/step/tests/backends.rs`).

use bn_lab::device;

use crate::harness::{Lab, Ran, rows, tell};

const EXPERIMENT: &str = r#"
name = "devices"
replicates = 1
[data]
dataset = "glyphs"
train_examples = 200
test_examples = 60
[model]
hidden = [12]
activation = "tanh"
[train]
steps = 12
batch_size = 16
[sweep]
norm.placement = ["none", "before", "after"]
[probe]
every = 6
landscape = true
covariate_shift = true
evaluations = true
[checkpoint]
initial = true
final = true
[output]
log_every_steps = 1
"#;

/// Tolerance relative to each loss on the CPU.
const TOLERANCE: f64 = 1e-4;

fn on(device: &str) -> (Lab, Ran) {
    let lab = Lab::with(EXPERIMENT);
    let ran = lab.bn_lab(&["run", "experiment.toml", "--device", device]);
    (lab, ran)
}

/// Step losses and the losses of evaluations, by trial and position.
fn losses(lab: &Lab) -> Vec<(String, f64)> {
    let mut losses = Vec::new();
    for trial in rows(&lab.text("results/devices/trials.csv")) {
        assert_eq!(trial["outcome"], "completed");
        let folder = format!("results/devices/trials/{}", trial["trial"]);
        for (file, at, column) in
            [("steps.csv", "step", "loss"), ("epochs.csv", "epoch", "test_loss")]
        {
            for row in rows(&lab.text(&format!("{folder}/{file}"))) {
                let place = format!("{}, {at} {}", trial["norm.placement"], row[at]);
                losses.push((place, row[column].parse().expect("a number")));
            }
        }
    }
    losses
}

/// The initial weights of all trials.
fn initial(lab: &Lab) -> Vec<Vec<u8>> {
    let mut files = lab.files("results/devices/trials");
    files.retain(|name, _| name.ends_with("initial.safetensors"));
    files.into_values().collect()
}

#[test]
fn every_device_of_the_build_runs_an_experiment_and_finds_the_losses_of_the_cpu() {
    let (cpu, ran) = on("cpu");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = losses(&cpu);
    assert_eq!(expected.len(), 3 * (12 + 2), "steps, and epochs 0 and 1");
    for name in device::available() {
        let (lab, ran) = on(name);
        if name == "wgpu" && ran.code == Some(6) {
            tell(&format!("SKIPPED: {}", ran.stderr));
            continue;
        }
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        assert!(initial(&lab) == initial(&cpu), "{name}: initial weights");
        let found = losses(&lab);
        assert_eq!(found.len(), expected.len(), "{name}");
        for ((place, expected), (_, found)) in expected.iter().zip(found) {
            let distance = (found - expected).abs() / expected;
            assert!(
                distance <= TOLERANCE,
                "{name}, {place}: {found} is {distance:.1e} from the CPU's {expected}"
            );
        }
    }
}
