//! The fully connected layer.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, module::linear};

/// A linear map `y = x W + b`.
#[derive(Module, Debug)]
pub struct Dense {
    /// W `[inputs, outputs]`
    weight: Param<Tensor<2>>,
    /// b `[outputs]`, starts at 0
    bias: Option<Param<Tensor<1>>>,
}

/// Initial values of a [`Dense`] layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// W, row-major `[inputs, outputs]`
    pub weight: Vec<f32>,
    /// b `[outputs]`; unused by a layer without bias
    pub bias: Vec<f32>,
}

impl Dense {
    /// A layer with the initial values `weights`; without `bias`, theirs is not used.
    pub fn new(
        weights: Weights,
        inputs: usize,
        outputs: usize,
        bias: bool,
        device: &Device,
    ) -> Self {
        let Weights {
            weight,
            bias: values,
        } = weights;
        let weight = Tensor::from_data(TensorData::new(weight, [inputs, outputs]), device);
        let vector = || Tensor::from_data(TensorData::new(values, [outputs]), device);
        Self {
            weight: Param::from_tensor(weight),
            bias: bias.then(|| Param::from_tensor(vector())),
        }
    }

    /// `[batch, inputs]` → `[batch, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}
