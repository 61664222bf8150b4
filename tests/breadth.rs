//! Trains networks with every feature of experiments for some steps with the real program: it
//! completes, its numbers are finite, and the number of jobs does not affect them.

use std::collections::BTreeSet;

use crate::harness::{Lab, assert_same, rows};

/// Three steps on sixty generated digits, with probes and checkpoints.
const GLYPHS: &str = r#"
name = "breadth"
replicates = 1
[data]
dataset = "glyphs"
train_examples = 60
test_examples = 20
[train]
steps = 3
batch_size = 16
[probe]
every = 3
[checkpoint]
initial = true
final = true
"#;

/// The same on the data in `--data-dir` or in the table.
const OTHER_DATA: &str = r#"
name = "breadth"
replicates = 1
[train]
steps = 3
batch_size = 8
[probe]
every = 3
"#;

/// Batch renormalisation requires its limits.
const LIMITS: &str = "norm={r_max = 3, d_max = 5, groups = 2}";

/// Runs `experiment` with these overrides, one and two trials at a time, and checks the properties of the results
/// that hold for every experiment. `files` are written into the folder before.
fn trained(experiment: &str, files: &[(&str, Vec<u8>)], overrides: &[&str]) -> Lab {
    let labs = ["1", "2"].map(|jobs| {
        let lab = Lab::with(experiment);
        for (name, bytes) in files {
            lab.write(name, bytes);
        }
        let mut arguments = vec!["--jobs", jobs, "--data-dir", "."];
        arguments.extend(overrides.iter().flat_map(|text| ["-o", text]));
        lab.run(&arguments);
        lab
    });
    let [one, two] = &labs;
    assert_same(
        &one.reproducible_files("results/breadth"),
        &two.reproducible_files("results/breadth"),
    );
    assert_sound(one);
    let [one, _] = labs;
    one
}

/// Asserts that every trial completed, and that its numbers are finite.
fn assert_sound(lab: &Lab) {
    let trials = rows(&lab.text("results/breadth/trials.csv"));
    assert!(!trials.is_empty());
    for trial in &trials {
        assert_eq!(trial["outcome"], "completed", "{trial:?}");
        for table in ["epochs", "steps", "layers"] {
            let path = format!("results/breadth/trials/{}/{table}.csv", trial["trial"]);
            let text = lab.text(&path);
            assert!(text.lines().count() > 1, "{path} is empty");
            for word in text.split([',', '\n']) {
                let strange = ["nan", "inf", "-inf"].contains(&word.to_lowercase().as_str());
                assert!(!strange, "{trial:?}\n{text}");
            }
        }
        let loss: f64 = trial["test_loss"].parse().expect("a number");
        assert!(loss.is_finite() && loss > 0.0, "{trial:?}");
    }
}

/// Number of trials.
fn count(lab: &Lab) -> usize {
    rows(&lab.text("results/breadth/trials.csv")).len()
}

/// The layers that the probes of the trial in this row of `trials.csv` name.
fn layers(lab: &Lab, trial: usize) -> BTreeSet<String> {
    let trials = rows(&lab.text("results/breadth/trials.csv"));
    let path = format!("results/breadth/trials/{}/layers.csv", trials[trial]["trial"]);
    rows(&lab.text(&path)).into_iter().map(|row| row["layer"].clone()).collect()
}

/// The tensors in a trial's last checkpoint, with their shapes; their values must be finite.
fn tensors(lab: &Lab, trial: usize) -> Vec<(String, Vec<usize>)> {
    let trials = rows(&lab.text("results/breadth/trials.csv"));
    let id = &trials[trial]["trial"];
    let path = lab.path(&format!("results/breadth/trials/{id}/checkpoints/final.safetensors"));
    let bytes = std::fs::read(path).expect("a checkpoint");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a valid file");
    let mut found: Vec<(String, Vec<usize>)> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            for bytes in view.data().chunks_exact(4) {
                let value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                assert!(value.is_finite(), "{name}");
            }
            (name, view.shape().to_vec())
        })
        .collect();
    found.sort();
    found
}

fn assert_kept(lab: &Lab, trial: usize, name: &str, shape: &[usize]) {
    let kept = tensors(lab, trial);
    assert!(
        kept.contains(&(name.to_owned(), shape.to_vec())),
        "{name} {shape:?} is not among {kept:?}"
    );
}

#[test]
fn an_mlp_trains_with_every_kind_of_norm_in_both_placements() {
    let lab = trained(
        GLYPHS,
        &[],
        &[
            "model.hidden=[8, 6]",
            LIMITS,
            r#"sweep.norm.kind=["batch", "renorm", "layer", "group"]"#,
            r#"sweep.norm.placement=["none", "before", "after"]"#,
        ],
    );
    assert_eq!(count(&lab), 9, "one without a norm, and four kinds twice");
    assert_kept(&lab, 0, "layers.0.weight", &[8, 784]);
    let normalised = layers(&lab, 1);
    for layer in ["layers.0", "layers.2", "norms.0", "norms.1"] {
        assert!(normalised.contains(layer), "{normalised:?}");
    }
}

#[test]
fn a_convnet_trains_with_every_kind_of_norm_on_digits_and_photographs() {
    let convnet = [
        "model.kind=convnet",
        "model.blocks=[{ channels = 2, pool = 4 }, { channels = 4, stride = 2 }]",
        "model.dense=[4]",
        "model.dropout=0.25",
        LIMITS,
        r#"sweep.norm.kind=["batch", "renorm", "layer", "group"]"#,
        r#"sweep.norm.placement=["none", "before", "after"]"#,
    ];
    let lab = trained(GLYPHS, &[], &convnet);
    assert_eq!(count(&lab), 9);
    let photographs = trained(
        OTHER_DATA,
        &photographs(),
        &[
            "data.dataset=cifar10",
            "data.train_batches=[2, 5]",
            "data.flip=true",
            "data.shift=2",
            "data.input_scaling=standardize",
            "model.kind=convnet",
            "model.blocks=[{ channels = 2, pool = 4 }]",
            "model.head=global_average",
            "norm.kind=instance",
            "norm.on_input=true",
            "checkpoint.final=true",
        ],
    );
    let kept = tensors(&photographs, 0);
    assert!(
        kept.iter().any(|(_, shape)| shape == &[2, 3, 3, 3]),
        "no kernels of 3 × 3 from 3 channels to 2 among {kept:?}"
    );
}

#[test]
fn a_residual_network_trains_in_all_five_placements_and_with_every_kind_of_norm() {
    let resnet = ["model.kind=resnet", "model.depth=8", "model.width=2", "train.batch_size=4"];
    let placements =
        r#"sweep.norm.placement=["none", "before", "after", "pre-activation", "after-addition"]"#;
    let lab = trained(GLYPHS, &[], &[&resnet[..], &[placements]].concat());
    assert_eq!(count(&lab), 5);
    let names: Vec<BTreeSet<String>> = (0..5).map(|trial| layers(&lab, trial)).collect();
    assert!(names[0].iter().all(|name| !name.contains("norm")), "{:?}", names[0]);
    for name in &names[1..] {
        assert!(name.iter().any(|name| name.contains("norm")), "{name:?}");
    }
    let kinds = trained(
        GLYPHS,
        &[],
        &[
            &resnet[..],
            &[
                "model.shortcut=b",
                "train.steps=2",
                "probe.every=2",
                LIMITS,
                r#"sweep.norm.kind=["renorm", "layer", "group", "instance"]"#,
            ],
        ]
        .concat(),
    );
    assert_eq!(count(&kinds), 4);
}

#[test]
fn a_recurrent_network_trains_with_both_cells_in_every_placement() {
    let lab = trained(
        GLYPHS,
        &[],
        &[
            "model.kind=rnn",
            "model.units=4",
            "norm.gamma_init=0.1",
            r#"sweep.model.cell=["elman", "gru"]"#,
            r#"sweep.norm.placement=["none", "before", "after"]"#,
            "sweep.norm.recurrent=[false, true]",
        ],
    );
    assert_eq!(count(&lab), 8, "`norm.recurrent` means something only before");
    let kinds = trained(
        GLYPHS,
        &[],
        &[
            "model.kind=rnn",
            "model.units=4",
            "norm.recurrent=true",
            LIMITS,
            r#"sweep.norm.kind=["renorm", "layer", "group"]"#,
        ],
    );
    assert_eq!(count(&kinds), 3);
}

#[test]
fn every_activation_update_rule_schedule_and_order_trains() {
    let small = "model.hidden=[6]";
    let lab = trained(
        GLYPHS,
        &[],
        &[
            small,
            r#"sweep.model.activation=["relu", "leaky_relu", "elu", "selu", "gelu", "swish", "softplus", "sigmoid", "tanh", "identity"]"#,
        ],
    );
    assert_eq!(count(&lab), 10);
    let lab = trained(
        GLYPHS,
        &[],
        &[
            small,
            "model.weight_decay=0.01",
            "model.dropout=0.2",
            "train.clip_norm=1",
            "train.clip_value=0.1",
            "train.warmup_steps=1",
            r#"sweep.train.optimizer=["adam", "adamw", "sgd", "momentum", "nesterov", "rmsprop"]"#,
            r#"sweep.train.schedule=["constant", "step", "cosine"]"#,
        ],
    );
    assert_eq!(count(&lab), 18);
    let lab = trained(
        GLYPHS,
        &[],
        &[
            small,
            "data.shift=2",
            "data.flip=true",
            "data.validation=0",
            "train.last_batch=drop",
            r#"sweep.train.order=["reshuffled", "fixed", "class_sorted"]"#,
            r#"sweep.data.input_scaling=["unit", "standardize", "binary", "none"]"#,
        ],
    );
    assert_eq!(count(&lab), 12);
}

#[test]
fn every_evaluation_and_option_of_a_batch_norm_trains() {
    let lab = trained(
        GLYPHS,
        &[],
        &[
            "model.hidden=[6, 5]",
            "norm={on_input = true, virtual_batch_size = 4, gamma_l2 = 0.01, beta_constraint = \"max_norm\"}",
            "norm.layers=[1]",
            "probe.evaluations=true",
            "probe.landscape=true",
            "probe.covariate_shift=true",
            r#"sweep.norm.evaluation=["running", "precise", "batch"]"#,
            r#"sweep.norm.averaging=["exponential", "cumulative"]"#,
            r#"sweep.norm.preset=["keras", "pytorch"]"#,
        ],
    );
    assert_eq!(count(&lab), 12);
    let untracked =
        trained(GLYPHS, &[], &["norm.track_running_stats=false", "sweep.norm.scale=[true, false]"]);
    let kept = tensors(&untracked, 0);
    assert!(kept.iter().all(|(name, _)| !name.contains("running")), "{kept:?}");
}

#[test]
fn generated_and_given_tables_train_in_every_placement() {
    let sizes = ["data.train_examples=60", "data.test_examples=20", "model.hidden=[6]"];
    let placements = r#"sweep.norm.placement=["none", "before", "after"]"#;
    for dataset in ["badly-scaled", "two-spirals", "linear-teacher"] {
        let dataset = format!("data.dataset={dataset}");
        let more = [dataset.as_str(), "norm.on_input=true", placements];
        let lab = trained(OTHER_DATA, &[], &[&sizes[..], &more].concat());
        assert_eq!(count(&lab), 3);
    }
    let lab = trained(
        OTHER_DATA,
        &[("people.csv", people())],
        &[
            "data.dataset=csv",
            "data.file=people.csv",
            "data.label=bought",
            "data.input_scaling=standardize",
            "model.hidden=[6]",
            "checkpoint.final=true",
            placements,
        ],
    );
    // The inputs are an age and one of three towns.
    assert_kept(&lab, 0, "layers.0.weight", &[6, 4]);
    assert_kept(&lab, 0, "layers.1.weight", &[2, 6]);
}

/// A table of forty people, some of whom bought something.
fn people() -> Vec<u8> {
    let mut text = "age,bought,town\n".to_owned();
    for i in 0..40 {
        let town = ["Ghent", "Köln", "\"Bath, Avon\""][i % 3];
        let bought = if i % 4 == 0 { "yes" } else { "no" };
        text.push_str(&format!("{},{bought},{town}\n", 20 + i * 7 % 50));
    }
    text.into_bytes()
}

/// The second and the fifth training file and the test file of CIFAR-10, of some images each.
fn photographs() -> Vec<(&'static str, Vec<u8>)> {
    let file = |from: u32, count: u32| -> Vec<u8> {
        let record = |image: u32| {
            let pixel =
                move |place: u32| ((image * 3072 + place).wrapping_mul(2_654_435_761) >> 13) as u8;
            std::iter::once((image % 10) as u8).chain((0..3072).map(pixel))
        };
        (from..from + count).flat_map(record).collect()
    };
    vec![
        ("cifar10/data_batch_2.bin", file(0, 20)),
        ("cifar10/data_batch_5.bin", file(20, 20)),
        ("cifar10/test_batch.bin", file(40, 10)),
    ]
}
