//! Rows of inputs as images.

use burn::tensor::Tensor;

use crate::config::spec::Shape;

/// `[batch, channels · height · width]`, the channel planes one after the other and each row by
/// row → `[batch, channels, height, width]`
pub fn images(x: Tensor<2>, shape: Shape) -> Tensor<4> {
    let batch = x.dims()[0];
    x.reshape([batch, shape.channels, shape.height, shape.width])
}
