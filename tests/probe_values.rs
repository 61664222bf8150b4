//! Compares the measurements of probes of a tiny network with the same quantities computed in 64 bits from its
//! checkpoints, its batches and its table: `by_hand.rs`.

use bn_lab::seed::Streams;

use crate::by_hand::{
    Dense, IDENTITY, Matrix, Net, RELU, SIGMOID, Slope, TANH, distance, dot, each, moments, norm,
};
use crate::harness::Lab;
use crate::trained::Trained;

/// Two inputs, two hidden layers, three classes; three steps, the first at half the learning rate.
/// Ten rows for training, in batches of five, so that the first two batches contain all of them.
const TINY: &str = r#"
name = "one"
replicates = 1
[data]
dataset = "csv"
file = "train.csv"
test_file = "test.csv"
input_scaling = "none"
validation = 4
[model]
hidden = [8, 6]
[norm]
placement = "none"
[train]
steps = 3
batch_size = 5
optimizer = "sgd"
learning_rate = 0.05
warmup_steps = 2
[checkpoint]
initial = true
final = true
every = 1
[probe]
every = 1
examples = 3
unit = 2
landscape = true
landscape_steps = [0.5, 2.0]
covariate_shift = true
"#;

/// The learning rate of each step.
const RATES: [f64; 3] = [0.025, 0.05, 0.05];
/// The checkpoint before each step, and the last.
const POINTS: [&str; 4] = ["initial", "step-1", "step-2", "final"];
/// The rows of the table.
const ROWS: usize = 14;
/// Relative tolerance; the program computes in 32 bits.
const TOLERANCE: f64 = 1e-4;

/// The inputs of row `i`, whole numbers.
fn row(i: usize) -> Vec<f64> {
    [(i * 7) % 13, (i * 5) % 11]
        .into_iter()
        .zip([6.0, 5.0])
        .map(|(number, middle)| number as f64 - middle)
        .collect()
}

/// The rows of the table at `positions` of the random order that every table is put into, with their
/// classes.
fn rows_at(positions: &[usize]) -> (Matrix, Vec<usize>) {
    let mut order: Vec<usize> = (0..ROWS).collect();
    let mut stream = Streams::shared(0).stream("csv/order/train");
    stream.shuffle(&mut order);
    let rows = positions.iter().map(|&position| order[position]);
    rows.map(|i| (row(i), i % 3)).unzip()
}

fn run(changes: &[&str]) -> Trained {
    let table = |rows: std::ops::Range<usize>| {
        let lines = rows.map(|i| {
            let class = ["a", "b", "c"][i % 3];
            format!("{},{},{class}\n", row(i)[0], row(i)[1])
        });
        format!("x,y,class\n{}", lines.collect::<String>())
    };
    let lab = Lab::with(TINY);
    lab.write("train.csv", table(0..ROWS).as_bytes());
    lab.write("test.csv", table(ROWS..ROWS + 3).as_bytes());
    Trained::within(lab, changes)
}

/// Asserts that the program measured `expected`.
fn assert_reads(run: &Trained, step: usize, [layer, quantity]: [&str; 2], expected: f64) {
    let found = run.reading(step, layer, quantity);
    let found = found.unwrap_or_else(|| panic!("step {step}, {layer} has no {quantity}"));
    assert!(
        (found - expected).abs() <= TOLERANCE * expected.abs().max(1e-2),
        "step {step}, {layer}, {quantity}: {found} is not {expected}"
    );
}

/// The weights of a layer, without its bias.
fn weights(layer: &Dense) -> Vec<f64> {
    layer.weight.iter().flatten().copied().collect()
}

/// All parameters of a gradient as one vector.
fn whole(slope: &Slope) -> Vec<f64> {
    slope.gradient.iter().flat_map(Dense::values).collect()
}

/// The network before step `step`, counted from 0, and that step's batch.
fn moment(
    run: &Trained,
    step: usize,
    activation: [fn(f64) -> f64; 2],
) -> (Net, Matrix, Vec<usize>) {
    let net = Net::of(&run.tensors(POINTS[step]), activation);
    let (x, labels) = rows_at(&run.batches()[step]);
    (net, x, labels)
}

#[test]
fn gradients_and_updates_have_the_norms_that_the_chain_rule_gives() {
    for (word, activation) in
        [("identity", IDENTITY), ("relu", RELU), ("tanh", TANH), ("sigmoid", SIGMOID)]
    {
        let run = run(&[&format!("model.activation={word}")]);
        for (step, rate) in RATES.into_iter().enumerate() {
            let (net, x, labels) = moment(&run, step, activation);
            let slope = net.slope(&x, &labels);
            assert_reads(&run, step, ["all", "loss"], slope.loss);
            assert_reads(&run, step, ["all", "gradient_norm"], norm(&whole(&slope)));
            for (i, layer) in net.layers.iter().enumerate() {
                let name = format!("layers.{i}");
                let (size, gradient) = (norm(&weights(layer)), norm(&weights(&slope.gradient[i])));
                assert_reads(&run, step, [&name, "weight_norm"], size);
                assert_reads(&run, step, [&name, "weight_gradient_norm"], gradient);
                let ratio = rate * gradient / size;
                assert_reads(&run, step, [&name, "update_ratio"], ratio);
            }
            for (i, back) in slope.back.iter().enumerate() {
                let name = format!("layers.{i}");
                let back = norm(&back.concat());
                assert_reads(&run, step, [&name, "backpropagated_gradient_norm"], back);
            }
        }
        // No step follows the last network.
        assert_eq!(run.reading(3, "layers.0", "weight_gradient_norm"), None);
    }
}

#[test]
fn an_update_ratio_is_of_the_step_that_was_taken_whatever_the_rule() {
    let run = run(&["train.optimizer=adam", "model.weight_decay=0.1"]);
    for step in 0..3 {
        let [before, after] = [step, step + 1].map(|at| Net::of(&run.tensors(POINTS[at]), RELU));
        for i in 0..3 {
            let [old, new] = [&before, &after].map(|net| weights(&net.layers[i]));
            let ratio = distance(&old, &new) / norm(&old);
            assert_reads(&run, step, [&format!("layers.{i}"), "update_ratio"], ratio);
        }
    }
}

#[test]
fn the_landscape_is_the_loss_and_the_gradient_some_steps_down_the_slope() {
    let run = run(&["model.activation=tanh"]);
    for (step, rate) in RATES.into_iter().enumerate() {
        let (net, x, labels) = moment(&run, step, TANH);
        let here = net.slope(&x, &labels);
        let gradient = whole(&here);
        let [near, far] = [0.5, 2.0].map(|multiple| {
            let size = multiple * rate;
            let there = net.descended(&here, size, |_| true).slope(&x, &labels);
            let distance = distance(&gradient, &whole(&there));
            (there.loss, distance, distance / (size * norm(&gradient)))
        });
        for (quantity, expected) in [
            ("learning_rate", rate),
            ("relative_loss_x0.5", near.0 / here.loss),
            ("relative_loss_x2", far.0 / here.loss),
            ("landscape_loss_min", near.0.min(far.0)),
            ("landscape_loss_max", near.0.max(far.0)),
            ("gradient_distance_min", near.1.min(far.1)),
            ("gradient_distance_max", near.1.max(far.1)),
            ("gradient_relative_distance_max", near.1.max(far.1) / norm(&gradient)),
            ("effective_smoothness", near.2.max(far.2)),
        ] {
            assert_reads(&run, step, ["all", quantity], expected);
        }
    }
}

#[test]
fn covariate_shift_is_what_the_step_of_the_layers_below_does_to_a_gradient() {
    for rule in ["train.optimizer=sgd", "train.optimizer=adam"] {
        let run = run(&["model.activation=tanh", rule]);
        for step in 0..3 {
            let (net, x, labels) = moment(&run, step, TANH);
            let later = Net::of(&run.tensors(POINTS[step + 1]), TANH);
            let here = net.slope(&x, &labels);
            for i in 0..3 {
                let mut below = net.clone();
                below.layers[..i].clone_from_slice(&later.layers[..i]);
                let old = weights(&here.gradient[i]);
                let new = weights(&below.slope(&x, &labels).gradient[i]);
                let (shift, name) = (distance(&old, &new), format!("layers.{i}"));
                assert_eq!(shift == 0.0, i == 0, "nothing lies below the first");
                let cosine = dot(&old, &new) / (norm(&old) * norm(&new));
                assert_reads(&run, step, [&name, "covariate_shift"], shift);
                let relative = shift / norm(&old);
                assert_reads(&run, step, [&name, "covariate_shift_relative"], relative);
                assert_reads(&run, step, [&name, "covariate_shift_cosine"], cosine);
            }
        }
    }
}

/// The fixed examples: the first three validation rows, which no batch contains, or the first three
/// rows where there is no validation.
fn fixed(run: &Trained, validation: usize) -> Matrix {
    let trained = run.batches().concat();
    let held_out = (0..ROWS).filter(|i| validation == 0 || !trained.contains(i));
    let first: Vec<usize> = held_out.take(3).collect();
    rows_at(&first).0
}

/// As in numpy: linear between the order statistics.
fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = share * (sorted.len() - 1) as f64;
    let above = sorted[place.ceil() as usize];
    let below = sorted[place.floor() as usize];
    below + place.fract() * (above - below)
}

fn assert_distribution(run: &Trained, step: usize, [layer, site]: [&str; 2], values: &[f64]) {
    let [mean, std] = moments(values);
    assert_reads(run, step, [layer, &format!("{site}_mean")], mean);
    assert_reads(run, step, [layer, &format!("{site}_std")], std);
    assert_percentiles(run, step, [layer, site], values);
}

fn assert_percentiles(run: &Trained, step: usize, [layer, site]: [&str; 2], values: &[f64]) {
    for percent in [2, 15, 50, 85, 98] {
        let expected = percentile(values, f64::from(percent) / 100.0);
        assert_reads(run, step, [layer, &format!("{site}_p{percent}")], expected);
    }
}

#[test]
fn activations_have_the_distributions_of_the_fixed_examples() {
    for validation in [4, 0] {
        let run = run(&["model.activation=tanh", &format!("data.validation={validation}")]);
        let examples = fixed(&run, validation);
        for (step, point) in POINTS.into_iter().enumerate() {
            let (passed, _) = Net::of(&run.tensors(point), TANH).forward(&examples);
            for (i, layer) in passed.iter().enumerate() {
                let name = format!("layers.{i}");
                let (before, after) = (layer.before.concat(), layer.after.concat());
                assert_distribution(&run, step, [&name, "pre_activation"], &before);
                assert_distribution(&run, step, [&name, "activation"], &after);
            }
            let unit: Vec<f64> = passed[1].before.iter().map(|row| row[2]).collect();
            assert_percentiles(&run, step, ["layers.1", "unit_pre_activation"], &unit);
            let elsewhere = run.reading(step, "layers.0", "unit_pre_activation_p50");
            assert_eq!(elsewhere, None, "only the last hidden layer");
        }
    }
}

/// Compares the shares of both hidden layers at every point with those of the program.
fn shares(
    word: &str,
    activation: [fn(f64) -> f64; 2],
    quantity: &str,
    of: fn(&Matrix) -> f64,
) -> Vec<f64> {
    // Weights that are large enough to saturate some units.
    let run = run(&[&format!("model.activation={word}"), "model.init=he_uniform"]);
    let examples = fixed(&run, 4);
    let mut shares = Vec::new();
    for (step, point) in POINTS.into_iter().enumerate() {
        let (passed, _) = Net::of(&run.tensors(point), activation).forward(&examples);
        for (i, layer) in passed.iter().enumerate() {
            let share = of(&layer.after);
            assert_reads(&run, step, [&format!("layers.{i}"), quantity], share);
            shares.push(share);
        }
    }
    shares
}

/// The share of values for which a condition holds.
fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&x| holds(x)).count() as f64 / values.len() as f64
}

#[test]
fn dead_and_saturated_units_are_counted() {
    let dead = |after: &Matrix| {
        let units: Vec<f64> =
            (0..after[0].len()).map(|unit| after.iter().map(|row| row[unit]).sum()).collect();
        share(&units, |sum| sum == 0.0)
    };
    let tanh = |after: &Matrix| share(&after.concat(), |a| a.abs() > 0.99);
    let sigmoid = |after: &Matrix| share(&after.concat(), |a| !(0.005..=0.995).contains(&a));
    for found in [
        shares("relu", RELU, "dead", dead),
        shares("tanh", TANH, "saturated", tanh),
        shares("sigmoid", SIGMOID, "saturated", sigmoid),
    ] {
        let some = found.iter().any(|&share| share > 0.0 && share < 1.0);
        assert!(some, "neither none nor all: {found:?}");
    }
}

/// The values of each feature.
fn columns(x: &Matrix) -> Vec<Vec<f64>> {
    let features = 0..x[0].len();
    features.map(|i| x.iter().map(|row| row[i]).collect()).collect()
}

#[test]
fn norm_layers_are_measured_by_their_parameters_and_the_error_of_their_statistics() {
    // An ε that is large enough to matter beside the variances, to which the layer adds it.
    let epsilon = 0.5;
    let run = run(&[
        "norm.placement=before",
        "train.learning_rate=0.5",
        &format!("norm.epsilon={epsilon}"),
    ]);
    let trained: Vec<usize> = run.batches()[..2].concat();
    let (population, _) = rows_at(&trained);
    for (step, point) in POINTS.into_iter().enumerate() {
        let tensors = run.tensors(point);
        for norm in ["norms.0", "norms.1"] {
            for (parameter, quantity) in [("weight", "gamma"), ("bias", "beta")] {
                let [mean, std] = moments(&tensors[&format!("{norm}.{parameter}")].values);
                assert_reads(&run, step, [norm, &format!("{quantity}_mean")], mean);
                assert_reads(&run, step, [norm, &format!("{quantity}_std")], std);
            }
        }
        // The input of the first norm is a linear map of the table.
        let net = Net::of(&tensors, RELU);
        let features = columns(&net.layers[0].apply(&population));
        let (mut square, mut log) = (0.0, 0.0);
        for (i, values) in features.iter().enumerate() {
            let [mean, std] = moments(values);
            let variance = std * std + epsilon;
            square += (tensors["norms.0.running_mean"].values[i] - mean).powi(2) / variance;
            log += ((tensors["norms.0.running_var"].values[i] + epsilon) / variance).ln();
        }
        let count = features.len() as f64;
        let error = (square / count).sqrt();
        assert_reads(&run, step, ["norms.0", "running_mean_error"], error);
        let ratio = (log / count).exp();
        assert_reads(&run, step, ["norms.0", "running_variance_ratio"], ratio);
    }
}

#[test]
fn activations_behind_a_norm_are_normalised_with_the_fixed_examples_own_statistics() {
    let run = run(&["norm.placement=before", "norm.epsilon=0.001"]);
    let examples = fixed(&run, 4);
    for (step, point) in POINTS.into_iter().enumerate() {
        let tensors = run.tensors(point);
        let mapped = Net::of(&tensors, RELU).layers[0].apply(&examples);
        let normalised = columns(&mapped).into_iter().enumerate().map(|(i, values)| {
            let [mean, std] = moments(&values);
            let [gamma, beta] =
                ["weight", "bias"].map(|p| tensors[&format!("norms.0.{p}")].values[i]);
            let scale = gamma / (std * std + 0.001).sqrt();
            values.iter().map(|x| scale * (x - mean) + beta).collect()
        });
        let normalised: Matrix = normalised.collect();
        let after = each(&normalised, RELU[0]).concat();
        let before = normalised.concat();
        assert_distribution(&run, step, ["layers.0", "pre_activation"], &before);
        assert_distribution(&run, step, ["layers.0", "activation"], &after);
    }
}
