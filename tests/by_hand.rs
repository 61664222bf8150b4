//! A small fully connected network in 64 bits: forward pass, backward pass and one step of gradient
//! descent by the chain rule, independent of the program's code.

use crate::trained::Tensors;

/// A matrix as `[rows, columns]`.
pub type Matrix = Vec<Vec<f64>>;

/// A linear map.
#[derive(Clone)]
pub struct Dense {
    /// W, of shape `[outputs, inputs]`.
    pub weight: Matrix,
    /// b, of shape `[outputs]`.
    pub bias: Vec<f64>,
}

/// Linear maps with a nonlinearity between them.
#[derive(Clone)]
pub struct Net {
    /// The hidden layers, then the output layer.
    pub layers: Vec<Dense>,
    /// The nonlinearity and its derivative.
    pub activation: [fn(f64) -> f64; 2],
}

/// The input and output of a hidden layer's nonlinearity, `[examples, features]`.
pub struct Passed {
    /// The input of the nonlinearity.
    pub before: Matrix,
    /// The output of the nonlinearity.
    pub after: Matrix,
}

/// The loss of a batch and its gradient.
pub struct Slope {
    /// Mean cross-entropy.
    pub loss: f64,
    /// The gradient, by layer.
    pub gradient: Vec<Dense>,
    /// The gradient with respect to the input of each nonlinearity, `[examples, features]`.
    pub back: Vec<Matrix>,
}

/// The identity `x`.
pub const IDENTITY: [fn(f64) -> f64; 2] = [|x| x, |_| 1.0];
/// The hyperbolic tangent.
pub const TANH: [fn(f64) -> f64; 2] = [f64::tanh, |x| 1.0 - x.tanh().powi(2)];
/// ReLU, `max(x, 0)`.
pub const RELU: [fn(f64) -> f64; 2] = [|x| x.max(0.0), |x| f64::from(u8::from(x > 0.0))];
/// The logistic function, `1 / (1 + e⁻ˣ)`.
pub const SIGMOID: [fn(f64) -> f64; 2] = [sigmoid, |x| sigmoid(x) * (1.0 - sigmoid(x))];

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Dense {
    /// Computes `x Wᵀ + b`.
    pub fn apply(&self, x: &Matrix) -> Matrix {
        let outputs = |row: &Vec<f64>| {
            let sums = self.weight.iter().zip(&self.bias);
            sums.map(|(weights, bias)| bias + dot(weights, row)).collect()
        };
        x.iter().map(outputs).collect()
    }

    /// All values, weights first.
    pub fn values(&self) -> Vec<f64> {
        let weights = self.weight.iter().flatten();
        weights.chain(&self.bias).copied().collect()
    }

    fn minus(&self, size: f64, gradient: &Self) -> Self {
        let less = |values: &[f64], by: &[f64]| -> Vec<f64> {
            values.iter().zip(by).map(|(x, g)| x - size * g).collect()
        };
        let rows = self.weight.iter().zip(&gradient.weight);
        Self {
            weight: rows.map(|(row, by)| less(row, by)).collect(),
            bias: less(&self.bias, &gradient.bias),
        }
    }
}

impl Net {
    /// The network of a checkpoint: `layers.<i>.weight` and `.bias`, the latter 0 where there is none.
    pub fn of(tensors: &Tensors, activation: [fn(f64) -> f64; 2]) -> Self {
        let layers = (0..).map_while(|i| {
            let weight = tensors.get(&format!("layers.{i}.weight"))?;
            let bias = tensors.get(&format!("layers.{i}.bias"));
            Some(Dense {
                weight: weight.values.chunks(weight.shape[1]).map(<[f64]>::to_vec).collect(),
                bias: bias.map_or_else(|| vec![0.0; weight.shape[0]], |bias| bias.values.clone()),
            })
        });
        Self { layers: layers.collect(), activation }
    }

    /// The values at the hidden layers, and the logits.
    pub fn forward(&self, x: &Matrix) -> (Vec<Passed>, Matrix) {
        let [activate, _] = self.activation;
        let (output, hidden) = self.layers.split_last().expect("an output layer");
        let (mut passed, mut x) = (Vec::new(), x.clone());
        for layer in hidden {
            let before = layer.apply(&x);
            let after = each(&before, activate);
            x.clone_from(&after);
            passed.push(Passed { before, after });
        }
        let logits = output.apply(&x);
        (passed, logits)
    }

    /// The loss on examples `x` with `labels`, and its gradient by the chain rule.
    pub fn slope(&self, x: &Matrix, labels: &[usize]) -> Slope {
        let (passed, logits) = self.forward(x);
        let count = x.len() as f64;
        let mut loss = 0.0;
        // ∂L/∂z = (softmax(z) − 1[label]) / n
        let mut delta: Matrix = Vec::new();
        for (row, &label) in logits.iter().zip(labels) {
            let sum: f64 = row.iter().map(|z| z.exp()).sum();
            loss += (sum.ln() - row[label]) / count;
            let share = |(class, z): (usize, &f64)| {
                (z.exp() / sum - f64::from(u8::from(class == label))) / count
            };
            delta.push(row.iter().enumerate().map(share).collect());
        }
        let (mut gradient, mut back) = (Vec::new(), Vec::new());
        for (i, layer) in self.layers.iter().enumerate().rev() {
            let input = if i == 0 { x } else { &passed[i - 1].after };
            gradient.push(gradient_of(&delta, input));
            if i > 0 {
                delta = backwards(layer, &delta, &passed[i - 1].before, self.activation[1]);
                back.push(delta.clone());
            }
        }
        gradient.reverse();
        back.reverse();
        Slope { loss, gradient, back }
    }

    /// The network at `θ − size · g` in the layers that `takes` selects; the others are unchanged.
    pub fn descended(&self, slope: &Slope, size: f64, takes: impl Fn(usize) -> bool) -> Self {
        let mut net = self.clone();
        for (i, layer) in net.layers.iter_mut().enumerate() {
            if takes(i) {
                *layer = layer.minus(size, &slope.gradient[i]);
            }
        }
        net
    }
}

/// The gradient of weights and biases: `Σ δ xᵀ` and `Σ δ` over the examples.
fn gradient_of(delta: &Matrix, input: &Matrix) -> Dense {
    let column = |x: &Matrix, i: usize| -> Vec<f64> { x.iter().map(|row| row[i]).collect() };
    let outputs = 0..delta[0].len();
    let weight = outputs.clone().map(|o| {
        let inputs = 0..input[0].len();
        inputs.map(|i| dot(&column(delta, o), &column(input, i))).collect()
    });
    Dense {
        weight: weight.collect(),
        bias: outputs.map(|o| column(delta, o).iter().sum()).collect(),
    }
}

/// The gradient at the nonlinearity's input: `(δ W) ∘ f′(z)`.
fn backwards(layer: &Dense, delta: &Matrix, before: &Matrix, derivative: fn(f64) -> f64) -> Matrix {
    let row = |(delta, z): (&Vec<f64>, &Vec<f64>)| {
        let value = |(i, &z): (usize, &f64)| {
            let through = layer.weight.iter().zip(delta);
            through.map(|(weights, d)| weights[i] * d).sum::<f64>() * derivative(z)
        };
        z.iter().enumerate().map(value).collect()
    };
    delta.iter().zip(before).map(row).collect()
}

/// Applies `f` to every value.
pub fn each(x: &Matrix, f: fn(f64) -> f64) -> Matrix {
    let row = |row: &Vec<f64>| row.iter().map(|&x| f(x)).collect();
    x.iter().map(row).collect()
}

/// The scalar product.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The L2 norm.
pub fn norm(values: &[f64]) -> f64 {
    dot(values, values).sqrt()
}

/// The L2 norm of a difference.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// Mean and standard deviation, divided by n.
pub fn moments(values: &[f64]) -> [f64; 2] {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    [mean, variance.sqrt()]
}
