//! The convolutional layer.

use burn::module::{Module, Param};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::norm::NormLayer;

/// The dimensions of a convolution over square windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// Number of input channels.
    pub inputs: usize,
    /// Number of output channels.
    pub outputs: usize,
    /// Rows and columns of the window; odd.
    pub side: usize,
    /// Distance between adjacent windows.
    pub stride: usize,
}

impl Kernel {
    /// Rows and columns of zeros on each side: p.
    pub fn padding(self) -> usize {
        (self.side - 1) / 2
    }
}

/// A convolution as in every framework (the kernel is not flipped), padded with
/// zeros by half a window on each side:
///
/// ```text
/// y[n, o, r, c] = b[o] + Σ W[o, i, u, v] · x[n, i, s·r + u − p, s·c + v − p]      p = (side − 1) / 2
///                      i,u,v
/// ```
#[derive(Module, Debug)]
pub struct Convolution {
    /// W `[outputs, inputs, side, side]`
    weight: Param<Tensor<4>>,
    /// b `[outputs]`, starts at 0
    bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    stride: usize,
}

impl Convolution {
    /// A convolution with the initial weights `weight`, row-major `[outputs, inputs, side, side]`.
    pub fn new(weight: Vec<f32>, kernel: Kernel, bias: bool, device: &Device) -> Self {
        let Kernel { inputs, outputs, side, stride } = kernel;
        let data = TensorData::new(weight, [outputs, inputs, side, side]);
        Self {
            weight: Param::from_tensor(Tensor::from_data(data, device)),
            bias: bias.then(|| Param::from_tensor(Tensor::zeros([outputs], device))),
            stride,
        }
    }

    /// W `[outputs, inputs, side, side]`
    pub fn weight(&self) -> &Param<Tensor<4>> {
        &self.weight
    }

    /// b `[outputs]`; `None` for a layer without.
    pub fn bias(&self) -> Option<&Param<Tensor<1>>> {
        self.bias.as_ref()
    }

    /// Its dimensions.
    pub fn kernel(&self) -> Kernel {
        let [outputs, inputs, side, _] = self.weight.dims();
        Kernel { inputs, outputs, side, stride: self.stride }
    }

    /// `[batch, inputs, height, width]` → `[batch, outputs, ⌈height / stride⌉, ⌈width / stride⌉]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let padding = (self.weight.dims()[2] - 1) / 2;
        let options = ConvOptions::new([self.stride; 2], [padding; 2], [1; 2], 1);
        let bias = self.bias.as_ref().map(Param::val);
        conv2d(x, self.weight.val(), bias, options)
    }
}

/// A convolution with its normalisation, whose position depends on the placement.
#[derive(Module, Debug)]
pub struct ConvolutionUnit {
    /// The convolution.
    pub convolution: Convolution,
    /// Its normalisation, if it has one.
    pub norm: Option<NormLayer>,
}
