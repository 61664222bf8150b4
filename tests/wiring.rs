//! Whether a key of an experiment has its effect: each formula has its own unit test, but a
//! trial that did not use the setting would train as if it were not there. Checked with the
//! checkpoints of tiny trials, one or a few steps long.

use crate::trained::{Tensors, Trained};

/// One step of gradient descent from known weights. γ starts at 1 and β at 0.
const ONE: &str = r#"
name = "one"
replicates = 1
[data]
dataset = "glyphs"
train_examples = 60
test_examples = 40
validation = 0
[model]
hidden = [6, 5]
activation = "tanh"
[norm]
placement = "before"
[train]
steps = 1
batch_size = 20
optimizer = "sgd"
learning_rate = 0.1
[checkpoint]
initial = true
final = true
every = 1
[output]
log_every_steps = 1
"#;

/// Its learning rate.
const RATE: f64 = 0.1;
/// Rounding error: weights are 32-bit floats, below 1 in magnitude.
const ROUNDING: f64 = 3e-7;

const GAMMAS: [&str; 2] = ["norms.0.weight", "norms.1.weight"];
const BETAS: [&str; 2] = ["norms.0.bias", "norms.1.bias"];

fn is_norm(name: &str) -> bool {
    name.starts_with("norms.")
}

fn is_running(name: &str) -> bool {
    name.contains(".running_")
}

/// A run's initial weights and those after its step.
fn step(changes: &[&str]) -> (Tensors, Tensors) {
    let run = Trained::new(ONE, changes);
    (run.tensors("initial"), run.tensors("final"))
}

/// The same without fused kernels.
fn composed_step(changes: &[&str]) -> (Tensors, Tensors) {
    let run = Trained::composed(ONE, changes);
    (run.tensors("initial"), run.tensors("final"))
}

/// Asserts that every value of `found` is `expected` of the same value of `from`.
fn assert_follows(
    name: &str,
    from: &[f64],
    found: &[f64],
    tolerance: f64,
    expected: impl Fn(usize, f64) -> f64,
) {
    assert_eq!(from.len(), found.len(), "{name}");
    for (i, (&from, &found)) in from.iter().zip(found).enumerate() {
        let expected = expected(i, from);
        assert!(
            (found - expected).abs() <= tolerance,
            "{name}, value {i}: {found} is not {expected}"
        );
    }
}

/// The L2 norm of the whole update, without running statistics.
fn update_length((before, after): &(Tensors, Tensors)) -> f64 {
    let trained = before.iter().filter(|(name, _)| !is_running(name));
    let squares = trained.flat_map(|(name, tensor)| {
        let values = tensor.values.iter().zip(&after[name].values);
        values.map(|(old, new)| (new - old).powi(2))
    });
    squares.sum::<f64>().sqrt()
}

#[test]
fn a_constraint_holds_gamma_and_beta_where_the_step_leaves_them() {
    let length = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>().sqrt();
    // A step large enough to make some of them negative.
    let long = "train.learning_rate=5.0";
    for (key, names) in [("gamma", GAMMAS), ("beta", BETAS)] {
        let start = format!("norm.{key}_init=0.1");
        let constraint = |word: &str| format!("norm.{key}_constraint={word}");
        let (_, free) = composed_step(&[&start, long]);
        let all = names.map(|name| free[name].values.clone()).concat();
        let has = |sign: f64| all.iter().any(|x| x * sign > 0.0);
        assert!(has(1.0) && has(-1.0), "both signs are here: {all:?}");

        let (_, kept) = composed_step(&[&start, long, &constraint("non_negative")]);
        let (_, one) = composed_step(&[&start, long, &constraint("unit_norm")]);
        let (_, most) =
            composed_step(&[&start, long, &constraint("max_norm"), "norm.max_norm=0.05"]);
        for name in names {
            let (from, size) = (&free[name].values, length(&free[name].values));
            let follows = |found: &Tensors, tolerance: f64, rule: &dyn Fn(f64) -> f64| {
                let found = &found[name].values;
                assert_follows(name, from, found, tolerance, |_, x| rule(x));
            };
            follows(&kept, ROUNDING, &|x| x.max(0.0));
            // Keras adds 1e-7 to the length.
            assert!(size > 0.05, "{name} is longer than the limit: {size}");
            follows(&one, 1e-5, &|x| x / size);
            follows(&most, 1e-6, &|x| x * 0.05 / size);
        }
    }
}

#[test]
fn a_penalty_moves_gamma_and_beta_by_its_gradient_and_nothing_else() {
    // The gradient of l1 Σ|θ| + l2 Σθ², with every θ at 0.5.
    let cases = [
        ("norm.gamma_l1=0.5", GAMMAS, 0.5),
        ("norm.gamma_l2=0.5", GAMMAS, 2.0 * 0.5 * 0.5),
        ("norm.beta_l1=0.5", BETAS, 0.5),
        ("norm.beta_l2=0.5", BETAS, 2.0 * 0.5 * 0.5),
    ];
    let start = ["norm.gamma_init=0.5", "norm.beta_init=0.5"];
    let free_run = Trained::composed(ONE, &start);
    let free = free_run.tensors("final");
    for (penalty, names, slope) in cases {
        let run = Trained::composed(ONE, &[start[0], start[1], penalty]);
        let penalised = run.tensors("final");
        assert!(free.keys().eq(penalised.keys()));
        for (name, tensor) in &free {
            let by = if names.contains(&name.as_str()) { RATE * slope } else { 0.0 };
            let found = &penalised[name].values;
            assert_follows(name, &tensor.values, found, ROUNDING, |_, x| x - by);
        }
        // The reported loss is the cross-entropy alone.
        let told = |run: &Trained| run.column("steps.csv", "loss");
        assert_eq!(told(&run), told(&free_run), "{penalty}");
    }
}

#[test]
fn a_factor_on_the_learning_rate_is_for_gamma_and_beta_alone() {
    let (initial, whole) = step(&[]);
    for factor in [0.0, 0.5, 3.0] {
        let (_, found) = step(&[&format!("norm.learning_rate_factor={factor}")]);
        for (name, tensor) in &whole {
            let share = if is_norm(name) && !is_running(name) { factor } else { 1.0 };
            let (from, to) = (&initial[name].values, &tensor.values);
            let expected = |i: usize, x: f64| x + share * (to[i] - x);
            assert_follows(name, from, &found[name].values, ROUNDING, expected);
        }
    }
    for name in ["layers.0.weight", "norms.1.weight", "norms.1.bias"] {
        assert_ne!(initial[name], whole[name], "{name} moves at all");
    }
}

#[test]
fn weight_decay_pulls_every_parameter_towards_zero() {
    // As an L2 penalty on the gradient, or decoupled: the first step of gradient descent and of AdamW
    // both subtract η λ w.
    for optimizer in ["train.optimizer=sgd", "train.optimizer=adamw"] {
        let start = ["norm.beta_init=0.25", optimizer];
        let (initial, free) = step(&start);
        let (_, decayed) = step(&[start[0], start[1], "model.weight_decay=0.2"]);
        for (name, tensor) in free.iter().filter(|(name, _)| !is_running(name)) {
            let from = &initial[name].values;
            let expected = |i: usize, x: f64| x - RATE * 0.2 * from[i];
            let found = &decayed[name].values;
            assert_follows(name, &tensor.values, found, ROUNDING, expected);
        }
    }
}

#[test]
fn weight_decay_may_leave_gamma_and_beta_alone() {
    let changes = ["norm.beta_init=0.25", "model.weight_decay=0.2"];
    let (initial, all) = step(&changes);
    let (_, spared) = step(&[changes[0], changes[1], "norm.decay_parameters=false"]);
    for (name, tensor) in all.iter().filter(|(name, _)| !is_running(name)) {
        let from = &initial[name].values;
        let share = if is_norm(name) { RATE * 0.2 } else { 0.0 };
        let expected = |i: usize, x: f64| x + share * from[i];
        let found = &spared[name].values;
        assert_follows(name, &tensor.values, found, ROUNDING, expected);
    }
}

#[test]
fn a_warm_up_and_a_schedule_scale_the_steps() {
    // (changes, which step, its share of the constant rate)
    let cases: [(&[&str], usize, f64); 4] = [
        (&["train.steps=3", "train.warmup_steps=2"], 1, 0.5),
        (&["train.steps=4", "train.warmup_steps=3"], 1, 1.0 / 3.0),
        (&["train.steps=2", "train.schedule=cosine"], 2, 0.5),
        (
            &[
                "train.steps=2",
                "train.schedule=step",
                "train.schedule_milestones=[0.5]",
                "train.schedule_factor=0.25",
            ],
            2,
            0.25,
        ),
    ];
    let constant = Trained::new(ONE, &["train.steps=2"]);
    for (changes, step, share) in cases {
        let run = Trained::new(ONE, changes);
        let points = [["initial", "step-1"], ["step-1", "step-2"]][step - 1];
        let (start, found) = (run.tensors(points[0]), run.tensors(points[1]));
        assert_eq!(start, constant.tensors(points[0]), "{changes:?}");
        for (name, tensor) in constant.tensors(points[1]) {
            if !is_running(&name) {
                let from = &start[&name].values;
                let expected = |i: usize, x: f64| from[i] + share * (x - from[i]);
                assert_follows(&name, &tensor.values, &found[&name].values, ROUNDING, expected);
            }
        }
    }
}

#[test]
fn a_limit_on_the_gradients_norm_bounds_the_first_update() {
    let limit = 0.05;
    let free = step(&[]);
    let gradient = update_length(&free) / RATE;
    assert!(gradient > 2.0 * limit, "{gradient} is longer than {limit}");
    let clipped = step(&[&format!("train.clip_norm={limit}")]);
    let found = update_length(&clipped) / RATE;
    assert!((found - limit).abs() < 1e-3 * limit, "{found} is not {limit}");
    // The same direction.
    let share = limit / gradient;
    for (name, tensor) in free.1.iter().filter(|(name, _)| !is_running(name)) {
        let from = &free.0[name].values;
        let expected = |i: usize, x: f64| from[i] + share * (x - from[i]);
        let found = &clipped.1[name].values;
        assert_follows(name, &tensor.values, found, ROUNDING, expected);
    }
    // A limit that is not reached has no effect.
    let wide = step(&[&format!("train.clip_norm={}", 2.0 * gradient)]);
    assert_eq!(wide.1, free.1);
}

#[test]
fn a_limit_on_the_gradients_values_bounds_each_of_the_first_update() {
    let limit = 0.01;
    let (initial, free) = step(&[]);
    let (_, clipped) = step(&[&format!("train.clip_value={limit}")]);
    let mut bounded = 0;
    for (name, tensor) in free.iter().filter(|(name, _)| !is_running(name)) {
        let from = &initial[name].values;
        let by = |i: usize, x: f64| (x - from[i]).clamp(-RATE * limit, RATE * limit);
        let expected = |i: usize, x: f64| from[i] + by(i, x);
        let found = &clipped[name].values;
        assert_follows(name, &tensor.values, found, ROUNDING, expected);
        let values = tensor.values.iter().zip(from);
        bounded += values.filter(|(new, old)| (*new - *old).abs() > RATE * limit).count();
    }
    assert!(bounded > 0, "some values are beyond the limit");
}

/// `test_loss` after training, and the three of `probe.evaluations`.
fn judged(changes: &[&str]) -> (f64, [f64; 3]) {
    let short = ["train.steps=4", "probe.evaluations=true"];
    let changes: Vec<&str> = changes.iter().chain(&short).copied().collect();
    let run = Trained::new(ONE, &changes);
    let last = |name: &str| *run.column("epochs.csv", name).last().expect("an epoch");
    let each = ["running_test_loss", "precise_test_loss", "batch_test_loss"];
    (last("test_loss"), each.map(last))
}

#[test]
fn an_evaluation_uses_the_statistics_that_it_names() {
    let words = ["running", "precise", "batch"];
    let found = words.map(|word| judged(&[&format!("norm.evaluation={word}")]));
    let [running, precise, batch] = found[0].1;
    // After four steps the running averages are still near their initial values.
    let apart = |a: f64, b: f64| (a - b).abs() > 1e-3 * a;
    assert!(apart(running, precise) && apart(running, batch) && apart(precise, batch));
    for (i, (own, each)) in found.into_iter().enumerate() {
        // The training was the same.
        assert_follows(words[i], &found[0].1, &each, 1e-12, |_, x| x);
        assert!((own - each[i]).abs() < 1e-12, "{}: {own}", words[i]);
    }
}

#[test]
fn without_statistics_of_batches_every_evaluation_is_the_same() {
    for change in ["norm.placement=none", "norm.kind=layer"] {
        let (own, each) = judged(&[change]);
        assert_follows(change, &each, &[own; 3], 1e-12, |_, x| x);
    }
}

#[test]
fn precise_statistics_are_those_of_the_training_examples() {
    // With all training examples in every batch, no memory of earlier ones and constant weights,
    // the running averages are the population statistics.
    let still = ["train.batch_size=60", "train.learning_rate=1e-20"];
    let (_, [running, precise, batch]) = judged(&[still[0], still[1], "norm.decay=0.0"]);
    assert!((running - precise).abs() < 1e-5, "{running} ≠ {precise}");
    assert!((batch - precise).abs() > 1e-3, "test examples have others");
    // With fewer examples they differ.
    let few = ["norm.evaluation=precise", "norm.precise_examples=20"];
    let (own, [_, fewer, _]) = judged(&[still[0], still[1], few[0], few[1]]);
    assert!((fewer - precise).abs() > 1e-3, "{fewer} = {precise}");
    assert!((own - fewer).abs() < 1e-12, "{own} ≠ {fewer}");
}

#[test]
fn dropout_is_for_training_alone() {
    let [without, with] = ["0.0", "0.5"]
        .map(|share| Trained::new(ONE, &["train.steps=3", &format!("model.dropout={share}")]));
    assert_eq!(without.tensors("initial"), with.tensors("initial"));
    let untrained = |run: &Trained| run.column("epochs.csv", "test_loss")[0];
    assert!((untrained(&without) - untrained(&with)).abs() < 1e-12);
    let losses = |run: &Trained| run.column("steps.csv", "loss");
    for (without, with) in losses(&without).iter().zip(losses(&with)) {
        assert!((without - with).abs() > 1e-3, "{without} = {with}");
    }
}

#[test]
fn only_the_chosen_layers_have_a_norm() {
    let cases: [(&str, &[&str]); 4] = [
        ("norm.layers=all", &["norms.0", "norms.1"]),
        ("norm.layers=first", &["norms.0"]),
        ("norm.layers=last", &["norms.1"]),
        ("norm.layers=[1]", &["norms.1"]),
    ];
    for (change, expected) in cases {
        let (_, tensors) = step(&[change]);
        for norm in ["norms.0", "norms.1"] {
            for parameter in ["weight", "bias", "running_mean", "running_var"] {
                let is_there = tensors.contains_key(&format!("{norm}.{parameter}"));
                assert_eq!(is_there, expected.contains(&norm), "{change}: {norm}");
            }
            // A layer that is not normalised has its own bias.
            let bias = format!("{}.bias", norm.replace("norms", "layers"));
            assert_eq!(tensors.contains_key(&bias), !expected.contains(&norm));
        }
    }
}
