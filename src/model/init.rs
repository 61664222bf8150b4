//! Initial weights, drawn on the host from named streams.

use super::convolution::Kernel;
use crate::config::spec::Init;
use crate::seed::Stream;

/// Draws the weights of a fully connected layer, row-major `[fan_in, fan_out]`, times `scale`.
///
/// Sources: Glorot & Bengio 2010 (`glorot_*`), He et al. 2015 (`he_*`), LeCun et al. 1998
/// (`lecun_*`), Saxe et al. 2014 (`orthogonal`). The normal ones are not truncated, as in PyTorch;
/// Keras truncates at two standard deviations.
pub fn draw(
    init: Init,
    scale: f64,
    fan_in: usize,
    fan_out: usize,
    stream: &mut Stream,
) -> Vec<f32> {
    draw_matrix(init, scale, [fan_in, fan_out], fan_out, stream)
}

/// Draws the weights of a convolution, row-major `[outputs, inputs, side, side]`, times `scale`.
///
/// As in PyTorch and Keras, `fan_in` is `inputs · side²` and `fan_out` is `outputs · side²`;
/// orthogonal weights are those of the matrix `[inputs · side², outputs]`.
pub fn draw_kernel(init: Init, scale: f64, kernel: Kernel, stream: &mut Stream) -> Vec<f32> {
    let positions = kernel.side * kernel.side;
    let (rows, columns) = (kernel.inputs * positions, kernel.outputs);
    let matrix = draw_matrix(init, scale, [rows, columns], columns * positions, stream);
    (0..columns).flat_map(|output| matrix.iter().skip(output).step_by(columns).copied()).collect()
}

/// A matrix whose columns are the outputs, with one row for each input of an output.
fn draw_matrix(
    init: Init,
    scale: f64,
    [fan_in, columns]: [usize; 2],
    fan_out: usize,
    stream: &mut Stream,
) -> Vec<f32> {
    let count = fan_in * columns;
    let (inputs, outputs) = (fan_in as f64, fan_out as f64);
    let mut uniform = |variance: f64| {
        let limit = (3.0 * variance).sqrt() * scale;
        (0..count).map(|_| stream.between(-limit, limit) as f32).collect()
    };
    match init {
        Init::GlorotUniform => uniform(2.0 / (inputs + outputs)),
        Init::HeUniform => uniform(2.0 / inputs),
        Init::LecunUniform => uniform(1.0 / inputs),
        Init::GlorotNormal => normal((2.0 / (inputs + outputs)).sqrt() * scale, count, stream),
        Init::HeNormal => normal((2.0 / inputs).sqrt() * scale, count, stream),
        Init::LecunNormal => normal((1.0 / inputs).sqrt() * scale, count, stream),
        Init::Normal { std } => normal(std * scale, count, stream),
        Init::Orthogonal => orthogonal(scale, fan_in, columns, stream),
    }
}

fn normal(std: f64, count: usize, stream: &mut Stream) -> Vec<f32> {
    (0..count).map(|_| (std * stream.normal()) as f32).collect()
}

/// A Gaussian matrix whose shorter side is orthonormalised by modified Gram–Schmidt, twice
/// (once loses orthogonality to rounding). The result is uniform over such matrices.
fn orthogonal(scale: f64, fan_in: usize, fan_out: usize, stream: &mut Stream) -> Vec<f32> {
    let (length, count) = (fan_in.max(fan_out), fan_in.min(fan_out));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    while vectors.len() < count {
        let mut vector: Vec<f64> = (0..length).map(|_| stream.normal()).collect();
        for _ in 0..2 {
            for earlier in &vectors {
                let along = dot(earlier, &vector);
                for (x, e) in vector.iter_mut().zip(earlier) {
                    *x -= along * e;
                }
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        // A Gaussian vector is in the span of the others with probability 0; it is drawn again only
        // because of rounding.
        if norm > 1e-6 {
            vectors.push(vector.iter().map(|x| x / norm).collect());
        }
    }
    let element = |input: usize, output: usize| {
        if fan_in >= fan_out { vectors[output][input] } else { vectors[input][output] }
    };
    (0..fan_in * fan_out).map(|i| (scale * element(i / fan_out, i % fan_out)) as f32).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Streams;

    fn sample(init: Init, scale: f64, fan_in: usize, fan_out: usize) -> Vec<f64> {
        let mut stream = Streams::new(11, 1).stream("init");
        let drawn = draw(init, scale, fan_in, fan_out, &mut stream);
        assert_eq!(drawn.len(), fan_in * fan_out);
        drawn.into_iter().map(f64::from).collect()
    }

    #[test]
    fn each_initialiser_has_the_variance_of_its_paper() {
        let (fan_in, fan_out) = (300, 200);
        let cases = [
            (Init::GlorotUniform, 2.0 / 500.0),
            (Init::GlorotNormal, 2.0 / 500.0),
            (Init::HeUniform, 2.0 / 300.0),
            (Init::HeNormal, 2.0 / 300.0),
            (Init::LecunUniform, 1.0 / 300.0),
            (Init::LecunNormal, 1.0 / 300.0),
            (Init::Normal { std: 0.05 }, 0.0025),
            // Orthonormal columns of length 300: mean square 1 / 300.
            (Init::Orthogonal, 1.0 / 300.0),
        ];
        for (init, variance) in cases {
            for scale in [1.0, 3.0] {
                let drawn = sample(init, scale, fan_in, fan_out);
                let n = drawn.len() as f64;
                let found = drawn.iter().map(|x| x * x).sum::<f64>() / n;
                let expected = variance * scale * scale;
                // 60 000 draws: the relative standard error of a variance is at most 0.6 %.
                assert!(
                    (found / expected - 1.0).abs() < 0.02,
                    "{init:?} × {scale}: {found} ≠ {expected}"
                );
            }
        }
    }

    #[test]
    fn a_kernel_counts_its_window_in_both_fans_and_keeps_each_output_together() {
        let kernel = Kernel { inputs: 10, outputs: 40, side: 3, stride: 1 };
        let drawn = |init| {
            let mut stream = Streams::new(11, 1).stream("init");
            draw_kernel(init, 1.0, kernel, &mut stream)
        };
        let glorot = drawn(Init::GlorotUniform);
        let limit = (6.0f32 / (90.0 + 360.0)).sqrt();
        let largest = glorot.iter().fold(0.0, |a: f32, x| a.max(x.abs()));
        assert!(largest <= limit && largest > 0.99 * limit, "{largest} of {limit}");
        let orthogonal = drawn(Init::Orthogonal);
        let outputs: Vec<&[f32]> = orthogonal.chunks(90).collect();
        let product = |a: usize, b: usize| -> f32 {
            let pairs = outputs[a].iter().zip(outputs[b]);
            pairs.map(|(x, y)| x * y).sum()
        };
        assert_eq!(outputs.len(), 40);
        assert!((product(3, 3) - 1.0).abs() < 1e-5 && product(3, 4).abs() < 1e-5);
    }

    #[test]
    fn the_uniform_ones_stay_within_their_limit() {
        let limit = (6.0f64 / 500.0).sqrt();
        let largest = sample(Init::GlorotUniform, 1.0, 300, 200)
            .into_iter()
            .fold(0.0, |a: f64, x| a.max(x.abs()));
        assert!(largest <= limit + 1e-7 && largest > 0.99 * limit, "{largest} of {limit}");
    }

    #[test]
    fn orthogonal_weights_are_orthonormal_along_the_shorter_side() {
        for (fan_in, fan_out) in [(7, 4), (4, 7), (5, 5)] {
            let w = sample(Init::Orthogonal, 1.0, fan_in, fan_out);
            let at = |i: usize, o: usize| w[i * fan_out + o];
            let shorter = fan_in.min(fan_out);
            for a in 0..shorter {
                for b in 0..shorter {
                    let product: f64 = if fan_in >= fan_out {
                        (0..fan_in).map(|i| at(i, a) * at(i, b)).sum()
                    } else {
                        (0..fan_out).map(|o| at(a, o) * at(b, o)).sum()
                    };
                    let expected = f64::from(u8::from(a == b));
                    assert!(
                        (product - expected).abs() < 1e-6,
                        "{fan_in}×{fan_out}: {a}·{b} = {product}"
                    );
                }
            }
        }
    }
}
