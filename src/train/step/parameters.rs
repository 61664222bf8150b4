//! A network's parameters by name, for checkpoints and probes.
//!
//! The names are the paths of the fields, and the layouts are `PyTorch`'s: γ is called `weight` and β
//! `bias`, and the weight of a dense layer is `[outputs, inputs]` (it is `[inputs, outputs]` in
//! memory).

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use crate::error::Result;
use crate::event::NamedTensor;
use crate::model::network::Network;

/// The trained parameters, then the running statistics.
pub fn named_tensors(network: &Network) -> Vec<NamedTensor> {
    let collected = visited(network, Collect { transposes: true, found: Vec::new() }).found;
    let mut tensors: Vec<NamedTensor> = collected.into_iter().map(|(_, tensor)| tensor).collect();
    for norm in network.clone().norms_mut() {
        let Some((mean, variance)) = norm.running() else {
            continue;
        };
        for (name, values) in [("running_mean", mean), ("running_var", variance)] {
            tensors.push(named(format!("{}.{name}", norm.name()), values));
        }
    }
    tensors
}

/// The trained parameters in the memory layout, each with its id in this process.
pub fn plain_tensors(network: &Network) -> Vec<(ParamId, NamedTensor)> {
    visited(network, Collect { transposes: false, found: Vec::new() }).found
}

/// The network with other values of all its parameters, which keep their ids. `values`
/// gives them by name and shape, in the memory layout.
pub fn replaced(
    network: &Network,
    values: impl FnMut(&str, &[usize]) -> Result<Vec<f32>>,
) -> Result<Network> {
    let fetched = visited(network, Fetch { values, fetched: Ok(GradientsParams::new()) }).fetched?;
    Ok(network.clone().map(&mut Replace(fetched)))
}

/// The network with the values that `values` gives for the name of each parameter, in the memory layout.
pub fn with_values(network: &Network, values: impl FnMut(&str) -> Vec<f32>) -> Network {
    let fetched = visited(network, Set { values, set: GradientsParams::new() }).set;
    network.clone().map(&mut Replace(fetched))
}

/// The gradients of the parameters, in the memory layout of the parameters.
pub fn named_gradients(network: &Network, gradients: &GradientsParams) -> Vec<NamedTensor> {
    visited(network, CollectGradients { gradients, found: Vec::new() }).found
}

/// The network at `θ + by · direction`; parameters without a direction are unchanged.
pub fn moved(network: &Network, direction: &GradientsParams, by: f64) -> Network {
    network.clone().map(&mut Move { direction, by })
}

/// The network `old` with those parameters of `new`, the same network later, whose names `takes`
/// accepts.
pub fn blended(old: &Network, new: &Network, takes: impl Fn(&str) -> bool) -> Network {
    let chosen = visited(new, Take { takes, taken: GradientsParams::new() }).taken;
    old.clone().map(&mut Replace(chosen))
}

/// The path of fields during a visit of the network.
#[derive(Default)]
struct Path(Vec<String>);

impl Path {
    /// The type of a network is not part of a name.
    fn enter(&mut self, name: &str, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.push(name.to_owned());
        }
    }

    fn exit(&mut self, container: &str) {
        if !container.starts_with("Enum:") {
            self.0.pop();
        }
    }

    fn name(&self) -> String {
        let mut parts = self.0.clone();
        if let Some(last) = parts.last_mut() {
            match last.as_str() {
                "gamma" => "weight".clone_into(last),
                "beta" => "bias".clone_into(last),
                _ => {}
            }
        }
        parts.join(".")
    }
}

/// A visitor that is called with each parameter and its name.
trait Visit {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>);
}

/// `visit` after it was called for every parameter of `network`.
fn visited<V: Visit>(network: &Network, visit: V) -> V {
    let mut visitor = Visitor { path: Path::default(), visit };
    network.visit(&mut visitor);
    visitor.visit
}

struct Visitor<V> {
    path: Path,
    visit: V,
}

impl<V: Visit> ModuleVisitor for Visitor<V> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.visit.parameter(self.path.name(), param);
    }

    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _: &str, container_type: &str) {
        self.path.exit(container_type);
    }
}

struct Collect {
    /// Whether matrices are transposed to `[outputs, inputs]`; all matrices of these networks are
    /// `[inputs, outputs]` in memory.
    transposes: bool,
    found: Vec<(ParamId, NamedTensor)>,
}

impl Visit for Collect {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>) {
        let tensor = parameter.val().without_autodiff();
        let tensor = if self.transposes && D == 2 { tensor.swap_dims(0, 1) } else { tensor };
        self.found.push((parameter.id, named(name, tensor)));
    }
}

/// Collects new values.
struct Set<F> {
    values: F,
    set: GradientsParams,
}

impl<F: FnMut(&str) -> Vec<f32>> Visit for Set<F> {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>) {
        let old = parameter.val().without_autodiff();
        let data = TensorData::new((self.values)(&name), old.shape());
        self.set.register(parameter.id, Tensor::<D>::from_data(data, &old.device()));
    }
}

/// Collects new values, or the first error.
struct Fetch<F> {
    values: F,
    fetched: Result<GradientsParams>,
}

impl<F: FnMut(&str, &[usize]) -> Result<Vec<f32>>> Visit for Fetch<F> {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>) {
        let Ok(fetched) = &mut self.fetched else {
            return;
        };
        let old = parameter.val().without_autodiff();
        match (self.values)(&name, &old.dims()) {
            Ok(values) => {
                let data = TensorData::new(values, old.shape());
                fetched.register(parameter.id, Tensor::<D>::from_data(data, &old.device()));
            }
            Err(refused) => self.fetched = Err(refused),
        }
    }
}

struct CollectGradients<'a> {
    gradients: &'a GradientsParams,
    found: Vec<NamedTensor>,
}

impl Visit for CollectGradients<'_> {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            self.found.push(named(name, gradient));
        }
    }
}

struct Take<F> {
    takes: F,
    taken: GradientsParams,
}

impl<F: Fn(&str) -> bool> Visit for Take<F> {
    fn parameter<const D: usize>(&mut self, name: String, parameter: &Param<Tensor<D>>) {
        if (self.takes)(&name) {
            let value = parameter.val().without_autodiff();
            self.taken.register(parameter.id, value);
        }
    }
}

struct Move<'a> {
    direction: &'a GradientsParams,
    by: f64,
}

impl ModuleMapper for Move<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(direction) = self.direction.get::<D>(param.id) else {
            return param;
        };
        let by = self.by;
        param.map(|old| renewed(old.without_autodiff() + direction * by))
    }
}

struct Replace(GradientsParams);

impl ModuleMapper for Replace {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.0.get::<D>(param.id) {
            Some(new) => param.map(|_| renewed(new)),
            None => param,
        }
    }
}

/// A value as a parameter that gradients flow to.
fn renewed<const D: usize>(value: Tensor<D>) -> Tensor<D> {
    value.autodiff().require_grad()
}

pub(super) fn named<const D: usize>(name: String, tensor: Tensor<D>) -> NamedTensor {
    NamedTensor { name, shape: tensor.dims().to_vec(), values: numbers(tensor) }
}

/// The values in row-major order.
pub(super) fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.as_slice::<f32>().map(<[f32]>::to_vec).unwrap_or_default()
}
