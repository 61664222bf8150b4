//! The matrix products of a network's training step, counted.

use crate::config::spec::Shape;
use crate::model::network::Network;
use crate::model::operation::Operation;

/// A layer with weights: the product of `positions` rows for each example with a matrix `[depth, columns]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layer {
    /// Number of positions of the output; 1 for a fully connected layer.
    pub(super) positions: usize,
    /// Number of inputs of an output.
    pub(super) depth: usize,
    /// Number of outputs at a position.
    pub(super) columns: usize,
}

/// The layers of a network, the one that reads its inputs first.
pub(super) fn layers(network: &Network) -> Vec<Layer> {
    let mut layers = Vec::new();
    if let Some((operations, shape)) = network.operations() {
        walk(&operations, shape, &mut layers);
    }
    layers
}

/// The multiply-additions of a step on one example: forward pass, gradient of the weights and, except of the first
/// layer, gradient of the inputs.
pub(super) fn multiply_additions(layers: &[Layer]) -> usize {
    let count = |layer: &Layer| layer.positions * layer.depth * layer.columns;
    let all: usize = layers.iter().map(count).sum();
    3 * all - layers.first().map_or(0, count)
}

/// Adds the layers of `operations` on inputs of `shape`; returns the shape of their result.
fn walk(operations: &[Operation<'_>], mut shape: Shape, layers: &mut Vec<Layer>) -> Shape {
    let vector = |channels| Shape { channels, height: 1, width: 1 };
    for operation in operations {
        shape = match operation {
            Operation::Dense(dense) => {
                let [depth, columns] = dense.weight().dims();
                layers.push(Layer { positions: 1, depth, columns });
                vector(columns)
            }
            Operation::Convolution(convolution) => {
                let kernel = convolution.kernel();
                let result = strided(shape, kernel.stride, kernel.outputs);
                layers.push(Layer {
                    positions: result.height * result.width,
                    depth: kernel.inputs * kernel.side * kernel.side,
                    columns: kernel.outputs,
                });
                result
            }
            Operation::MaxPool(size) => {
                Shape { height: shape.height / size, width: shape.width / size, ..shape }
            }
            Operation::GlobalAverage => vector(shape.channels),
            Operation::Flatten => vector(shape.features()),
            Operation::ZeroPadded { stride, outputs } => strided(shape, *stride, *outputs),
            Operation::Residual { branch, shortcut } => {
                let result = walk(branch, shape, layers);
                walk(shortcut, shape, layers);
                result
            }
            Operation::Norm(_) | Operation::Activation(_) | Operation::Dropout(_) => shape,
        };
    }
    shape
}

fn strided(shape: Shape, stride: usize, channels: usize) -> Shape {
    Shape { channels, height: shape.height.div_ceil(stride), width: shape.width.div_ceil(stride) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::tests::cpu;
    use crate::plan::tests::settings;
    use crate::seed::Streams;

    fn of(text: &str, shape: [usize; 3]) -> Vec<Layer> {
        let settings = settings(&format!("data.dataset = 'mnist'\nmodel = {{ {text} }}"));
        let [channels, height, width] = shape;
        let shape = Shape { channels, height, width };
        layers(&Network::new(&settings, shape, 10, &Streams::new(0, 1), &cpu()))
    }

    #[test]
    fn multiply_additions_are_those_of_the_formulas() {
        let perceptron = of("hidden = [128, 64]", [1, 28, 28]);
        let [first, others] = [784 * 128, 128 * 64 + 64 * 10];
        assert_eq!(multiply_additions(&perceptron), 2 * first + 3 * others);
        let convnet = of("kind = 'convnet'", [1, 28, 28]);
        let [first, others] = [784 * 9 * 8, 196 * 72 * 16 + 7840];
        assert_eq!(multiply_additions(&convnet), 2 * first + 3 * others);
        // He et al. (2015): 41 million multiply-additions forward on an image of CIFAR-10.
        let resnet = of("kind = 'resnet'", [3, 32, 32]);
        assert_eq!(resnet.len(), 20);
        let [first, stage] = [1024 * 27 * 16, 1024 * 144 * 16];
        let others = 6 * stage + 2 * (stage / 2 + 5 * stage) + 640;
        assert_eq!(multiply_additions(&resnet), 2 * first + 3 * others);
    }
}
