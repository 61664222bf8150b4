//! The probes reproduce known properties of networks.

use crate::harness::{Lab, rows};

/// A deep network, measured before its first step.
const DEEP: &str = r#"
name = "deep"
replicates = 1
[data]
dataset = "glyphs"
train_examples = 700
test_examples = 50
[model]
hidden = [64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64]
activation = "relu"
[norm]
placement = "none"
[train]
steps = 1
batch_size = 64
[probe]
every = 10
norms = false
"#;

/// A quantity of every layer at step 0, in the order of the layers.
fn at_the_start(lab: &Lab, quantity: &str) -> Vec<f64> {
    let trial = rows(&lab.text("results/deep/trials.csv"))[0]["trial"].clone();
    let layers = rows(&lab.text(&format!("results/deep/trials/{trial}/layers.csv")));
    let wanted = |row: &&std::collections::BTreeMap<String, String>| {
        row["step"] == "0" && row["quantity"] == quantity
    };
    let values = layers.iter().filter(wanted);
    values.map(|row| row["value"].parse().expect("a number")).collect()
}

#[test]
fn back_propagated_gradients_vanish_with_depth_while_weight_gradients_are_near_equal() {
    // Glorot & Bengio 2010, figures 7 and 8 and equation 14: under an initialisation that lets
    // activations shrink towards the output, gradients shrink towards the input, and the
    // gradient of a layer's weights, a product of the two, is nearly the same everywhere.
    let lab = Lab::with(DEEP);
    lab.run(&["--quiet"]);
    let back = at_the_start(&lab, "backpropagated_gradient_norm");
    let weights = at_the_start(&lab, "weight_gradient_norm");
    assert_eq!((back.len(), weights.len()), (12, 13));
    assert!(back[11] > 20.0 * back[0], "{back:?}");
    // Among layers of one shape: neither the first nor the output layer.
    let hidden = &weights[1..12];
    let least = hidden.iter().copied().fold(f64::INFINITY, f64::min);
    let most = hidden.iter().copied().fold(0.0, f64::max);
    assert!(most < 4.0 * least, "{hidden:?}");
}

#[test]
fn a_norm_keeps_the_spread_of_pre_activations_through_the_layers() {
    let lab = Lab::with(DEEP);
    lab.run(&["--quiet"]);
    let without = at_the_start(&lab, "pre_activation_std");
    assert!(without[11] < 0.2 * without[0], "{without:?}");
    let lab = Lab::with(DEEP);
    lab.run(&["--quiet", "-o", "norm.placement=before"]);
    let with = at_the_start(&lab, "pre_activation_std");
    // Each feature has variance v / (v + ε); ε is 0.001 here.
    assert!(with.iter().all(|std| (0.95..=1.0001).contains(std)), "{with:?}");
}
