//! The tensors in checkpoints of every architecture: names as in `results/README.md`, and
//! shapes as in PyTorch.

use std::collections::{BTreeMap, BTreeSet};

use crate::trained::{Tensors, Trained};

/// Written after one step, so that running statistics have changed.
const TINY: &str = r#"
name = "one"
replicates = 1
[data]
dataset = "glyphs"
train_examples = 4
test_examples = 2
validation = 0
[train]
steps = 1
batch_size = 4
[checkpoint]
final = true
"#;

/// An architecture: its settings, and the expected tensors.
struct Case {
    changes: &'static [&'static str],
    tensors: Vec<(String, Vec<usize>)>,
}

/// A linear map with `weight` of this shape, with or without a bias.
fn map(name: &str, weight: &[usize], bias: bool) -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![(format!("{name}.weight"), weight.to_vec())];
    if bias {
        tensors.push((format!("{name}.bias"), vec![weight[0]]));
    }
    tensors
}

/// γ and β of this many features.
fn affine(name: &str, features: usize) -> Vec<(String, Vec<usize>)> {
    let of = |part: &str| (format!("{name}.{part}"), vec![features]);
    ["weight", "bias"].map(of).into()
}

/// The running statistics of this many features.
fn running(name: &str, features: usize) -> Vec<(String, Vec<usize>)> {
    let of = |part: &str| (format!("{name}.{part}"), vec![features]);
    ["running_mean", "running_var"].map(of).into()
}

/// The four tensors of a norm layer.
fn norm(name: &str, features: usize) -> Vec<(String, Vec<usize>)> {
    [affine(name, features), running(name, features)].concat()
}

/// A convolution `[outputs, inputs, side]` without a bias, with a norm of this many `features` unless 0.
fn unit(
    name: &str,
    [outputs, inputs, side]: [usize; 3],
    features: usize,
) -> Vec<(String, Vec<usize>)> {
    let kernel = [outputs, inputs, side, side];
    let mut tensors = map(&format!("{name}.convolution"), &kernel, false);
    if features > 0 {
        tensors.extend(norm(&format!("{name}.norm"), features));
    }
    tensors
}

fn mlp() -> Case {
    Case {
        changes: &["model.hidden=[3, 2]", "norm.on_input=true", "norm.placement=after"],
        tensors: [
            norm("input_norm", 784),
            map("layers.0", &[3, 784], true),
            norm("norms.0", 3),
            map("layers.1", &[2, 3], true),
            norm("norms.1", 2),
            map("layers.2", &[10, 2], true),
        ]
        .concat(),
    }
}

fn convnet() -> Case {
    Case {
        changes: &[
            "model.kind=convnet",
            "model.blocks=[{ channels = 2, stride = 2, pool = 2 }, { channels = 3, stride = 1, pool = 7 }]",
            "model.dense=[4]",
            "norm.placement=after",
        ],
        tensors: [
            map("blocks.0.convolution", &[2, 1, 3, 3], true),
            norm("blocks.0.norm", 2),
            map("blocks.1.convolution", &[3, 2, 3, 3], true),
            norm("blocks.1.norm", 3),
            // 28 pixels, 14 after the stride, 7 after one pool and 1 after the other.
            map("dense.0.linear", &[4, 3], true),
            norm("dense.0.norm", 4),
            map("output", &[10, 4], true),
        ]
        .concat(),
    }
}

/// Shortcuts by convolution, which the original normalises.
fn residual() -> Case {
    Case {
        changes: &[
            "model.kind=resnet",
            "model.depth=8",
            "model.width=2",
            "model.shortcut=b",
            "norm.placement=before",
        ],
        tensors: [
            unit("stem", [2, 1, 3], 2),
            unit("blocks.0.first", [2, 2, 3], 2),
            unit("blocks.0.second", [2, 2, 3], 2),
            unit("blocks.1.first", [4, 2, 3], 4),
            unit("blocks.1.second", [4, 4, 3], 4),
            unit("blocks.1.shortcut", [4, 2, 1], 4),
            unit("blocks.2.first", [8, 4, 3], 8),
            unit("blocks.2.second", [8, 8, 3], 8),
            unit("blocks.2.shortcut", [8, 4, 1], 8),
            map("output", &[10, 8], true),
        ]
        .concat(),
    }
}

/// A unit's norm is before its convolution, and the last norm has no convolution after it.
fn pre_activation() -> Case {
    Case {
        changes: &[
            "model.kind=resnet",
            "model.depth=8",
            "model.width=2",
            "norm.placement=pre-activation",
        ],
        tensors: [
            unit("stem", [2, 1, 3], 0),
            unit("blocks.0.first", [2, 2, 3], 2),
            unit("blocks.0.second", [2, 2, 3], 2),
            unit("blocks.1.first", [4, 2, 3], 2),
            unit("blocks.1.second", [4, 4, 3], 4),
            unit("blocks.2.first", [8, 4, 3], 4),
            unit("blocks.2.second", [8, 8, 3], 8),
            norm("final_norm", 8),
            map("output", &[10, 8], true),
        ]
        .concat(),
    }
}

fn elman() -> Case {
    Case {
        changes: &["model.kind=rnn", "model.units=3", "norm.placement=after"],
        tensors: [
            map("input_to_hidden", &[3, 28], true),
            map("hidden_to_hidden", &[3, 3], false),
            norm("norm", 3),
            map("output", &[10, 3], true),
        ]
        .concat(),
    }
}

fn gru() -> Case {
    Case {
        changes: &[
            "model.kind=rnn",
            "model.cell=gru",
            "model.units=3",
            "norm.placement=before",
            "model.bias=always",
        ],
        tensors: [
            map("input_to_hidden", &[9, 28], true),
            map("hidden_to_hidden", &[9, 3], true),
            norm("norm", 9),
            map("output", &[10, 3], true),
        ]
        .concat(),
    }
}

/// Every step has its own statistics; γ and β are shared.
fn recurrent() -> Case {
    let steps = (0..28).flat_map(|t| running(&format!("recurrent_norm.steps.{t}"), 9));
    Case {
        changes: &[
            "model.kind=rnn",
            "model.cell=gru",
            "model.units=3",
            "norm.placement=before",
            "norm.recurrent=true",
        ],
        tensors: [
            map("input_to_hidden", &[9, 28], false),
            map("hidden_to_hidden", &[9, 3], false),
            norm("norm", 9),
            affine("recurrent_norm.shared", 9),
            steps.collect(),
            map("output", &[10, 3], true),
        ]
        .concat(),
    }
}

/// The names in the table under `## checkpoints/`, completed: `<i>` is a number, `…` anything.
fn promised() -> Vec<String> {
    let text = include_str!("../results/README.md");
    let (_, section) = text.split_once("## `checkpoints/`").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another behind it");
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut promised: Vec<String> = Vec::new();
    for cell in cells {
        let (names, _) = cell.split_once(" | ").expect("a second column");
        for name in names.split(',') {
            let name = name.trim().trim_matches('`');
            // `.bias` after `x.weight` means `x.bias`.
            let whole = if name.starts_with('.') {
                let before = promised.last().and_then(|last| last.rsplit_once('.'));
                format!("{}{name}", before.expect("a name before it").0)
            } else {
                name.to_owned()
            };
            promised.push(whole);
        }
    }
    promised
}

/// Whether `name` matches the table's `pattern`.
fn is_called(name: &str, pattern: &str) -> bool {
    let (mut name, mut pattern) = (name.split('.'), pattern.split('.'));
    loop {
        let same = match (name.next(), pattern.next()) {
            (None, None) | (Some(_), Some("…")) => return true,
            (Some(part), Some("<i>" | "<t>")) => part.parse::<usize>().is_ok(),
            (part, wanted) => part == wanted,
        };
        if !same {
            return false;
        }
    }
}

#[test]
fn every_architecture_keeps_its_tensors_under_the_promised_names() {
    let promised = promised();
    let mut used = BTreeSet::new();
    for case in [mlp(), convnet(), residual(), pre_activation(), elman(), gru(), recurrent()] {
        let tensors = Trained::new(TINY, case.changes).tensors("final");
        let changes = case.changes;
        for name in tensors.keys() {
            let pattern = promised.iter().find(|pattern| is_called(name, pattern));
            assert!(pattern.is_some(), "{changes:?}: results/README.md does not know `{name}`");
            used.extend(pattern);
        }
        let shapes = tensors.iter();
        let shapes = shapes.map(|(name, tensor)| (name.clone(), tensor.shape.clone()));
        let found: BTreeMap<String, Vec<usize>> = shapes.collect();
        let expected: BTreeMap<String, Vec<usize>> = case.tensors.into_iter().collect();
        assert_eq!(found, expected, "{changes:?}");
        assert_statistics_stand_beside_their_parameters(&tensors);
    }
    let unused = promised.iter().filter(|name| !used.contains(name));
    let unused: Vec<&String> = unused.collect();
    assert!(unused.is_empty(), "no architecture has {unused:?}");
}

/// `X.running_mean` belongs to the norm whose γ is `X.weight`, and has changed after a step.
fn assert_statistics_stand_beside_their_parameters(tensors: &Tensors) {
    for (name, tensor) in tensors {
        let Some(norm) = name.strip_suffix(".running_mean") else {
            continue;
        };
        let has = |part: &str| tensors.contains_key(&format!("{norm}.{part}"));
        let is_shared = norm.starts_with("recurrent_norm.steps.");
        assert!(has("running_var"), "{norm}");
        assert_eq!(has("weight"), !is_shared, "{norm}");
        let moved = tensor.values.iter().any(|&mean| mean != 0.0);
        // The state is 0 before the first step, and so is the recurrent map's output.
        assert_eq!(moved, norm != "recurrent_norm.steps.0", "{norm}");
    }
}
