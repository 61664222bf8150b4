//! Gradient clipping: by value, and by the norm of all gradients together.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// PyTorch's constant against division by a norm of 0.
const GUARD: f64 = 1e-6;

/// Limits every value of every gradient to `−limit..=limit`, as `torch.nn.utils.clip_grad_value_`.
pub(super) fn by_value<M: Module>(module: &M, gradients: &mut GradientsParams, limit: f64) {
    module.visit(&mut Rewrite { gradients, rule: Limit(limit) });
}

/// Scales all gradients by `limit / (‖g‖ + 1e-6)` where that is below 1, `‖g‖` being the Euclidean
/// norm of all of them as one vector, as `torch.nn.utils.clip_grad_norm_`. Where the norm is not a
/// number, they are unchanged: the loss becomes NaN, too, and ends the trial.
pub(super) fn by_norm<M: Module>(module: &M, gradients: &mut GradientsParams, limit: f64) {
    let mut squares = Squares { gradients, sum: None };
    module.visit(&mut squares);
    let Some(sum) = squares.sum else { return };
    let factor = limit / (f64::from(sum.into_scalar::<f32>()).sqrt() + GUARD);
    if factor < 1.0 {
        module.visit(&mut Rewrite { gradients, rule: Scale(factor) });
    }
}

/// Both, in this order, for gradients in host memory.
pub(super) fn in_host_memory(gradients: &mut [&mut [f32]], value: Option<f64>, norm: Option<f64>) {
    if let Some(limit) = value.map(|limit| limit as f32) {
        let all = gradients.iter_mut().flat_map(|gradient| gradient.iter_mut());
        // A gradient that is no number stays one.
        all.for_each(|g| *g = g.clamp(-limit, limit));
    }
    if let Some(limit) = norm {
        let square = |g: &f32| f64::from(*g) * f64::from(*g);
        let all = gradients.iter().flat_map(|gradient| gradient.iter());
        let factor = limit / (all.map(square).sum::<f64>().sqrt() + GUARD);
        if factor < 1.0 {
            let all = gradients.iter_mut().flat_map(|gradient| gradient.iter_mut());
            all.for_each(|g| *g *= factor as f32);
        }
    }
}

/// Sums the squares of all gradients where they are, so that only one number leaves the device.
struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            let squares = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squares,
                None => squares,
            });
        }
    }
}

/// A change of a gradient.
trait Rule {
    fn apply<const D: usize>(&self, gradient: Tensor<D>) -> Tensor<D>;
}

struct Limit(f64);

impl Rule for Limit {
    fn apply<const D: usize>(&self, gradient: Tensor<D>) -> Tensor<D> {
        gradient.clamp(-self.0, self.0)
    }
}

struct Scale(f64);

impl Rule for Scale {
    fn apply<const D: usize>(&self, gradient: Tensor<D>) -> Tensor<D> {
        gradient * self.0
    }
}

struct Rewrite<'a, R> {
    gradients: &'a mut GradientsParams,
    rule: R,
}

impl<R: Rule> ModuleVisitor for Rewrite<'_, R> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            let gradient = self.rule.apply(gradient);
            self.gradients.register(parameter.id, gradient);
        }
    }
}
