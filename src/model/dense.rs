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

impl Dense {
    /// A layer with the initial weights `weight`, row-major `[inputs, outputs]`.
    pub fn new(
        weight: Vec<f32>,
        [inputs, outputs]: [usize; 2],
        bias: bool,
        device: &Device,
    ) -> Self {
        let weight = Tensor::from_data(TensorData::new(weight, [inputs, outputs]), device);
        Self {
            weight: Param::from_tensor(weight),
            bias: bias.then(|| Param::from_tensor(Tensor::zeros([outputs], device))),
        }
    }

    /// W `[inputs, outputs]`
    pub fn weight(&self) -> &Param<Tensor<2>> {
        &self.weight
    }

    /// b `[outputs]`; `None` for a layer without.
    pub fn bias(&self) -> Option<&Param<Tensor<1>>> {
        self.bias.as_ref()
    }

    /// `[batch, inputs]` → `[batch, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}
