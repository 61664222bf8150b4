//! A network of any architecture: one match arm for each.

use burn::module::{Module, ParamId};
use burn::tensor::{Device, Tensor};

use super::builder::Builder;
use super::convnet::Convnet;
use super::mlp::Mlp;
use super::norm::{NormLayer, Observed};
use super::operation::Operation;
use super::pass::Pass;
use super::resnet::Resnet;
use super::rnn::Rnn;
use crate::config::spec::{Architecture, Settings, Shape};
use crate::seed::Streams;

/// A network of one of the architectures.
#[derive(Module, Debug)]
pub enum Network {
    /// Fully connected layers.
    Mlp(Mlp),
    /// Convolutional blocks, then fully connected layers.
    Convnet(Convnet),
    /// Residual blocks.
    Resnet(Resnet),
    /// A recurrent layer over the rows of an image.
    Rnn(Rnn),
}

impl Network {
    /// Builds the network of `settings` for inputs of `shape` and `classes` classes, its initial
    /// weights drawn from `streams`.
    pub fn new(
        settings: &Settings,
        shape: Shape,
        classes: usize,
        streams: &Streams,
        device: &Device,
    ) -> Self {
        let builder = Builder { model: &settings.model, norm: &settings.norm, streams, device };
        match &settings.model.kind {
            Architecture::Mlp { hidden, dropout } => {
                let ends = [shape.features(), classes];
                Self::Mlp(Mlp::new(hidden, *dropout, ends, &builder))
            }
            Architecture::Convnet(net) => {
                Self::Convnet(Convnet::new(net, shape, classes, &builder))
            }
            Architecture::Resnet(net) => Self::Resnet(Resnet::new(net, shape, classes, &builder)),
            Architecture::Rnn(net) => Self::Rnn(Rnn::new(*net, shape, classes, &builder)),
        }
    }

    /// Scaled inputs `[batch, features]` (an image's channel planes one after the other, each row
    /// by row) → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        match self {
            Self::Mlp(network) => network.forward(x, pass),
            Self::Convnet(network) => network.forward(x, pass),
            Self::Resnet(network) => network.forward(x, pass),
            Self::Rnn(network) => network.forward(x, pass),
        }
    }

    /// The same as a list, and the shape of its inputs; `None` for a network that is not feed-forward.
    pub fn operations(&self) -> Option<(Vec<Operation<'_>>, Shape)> {
        match self {
            Self::Mlp(network) => {
                let shape = Shape { channels: network.inputs(), height: 1, width: 1 };
                Some((network.operations(), shape))
            }
            Self::Convnet(network) => Some(network.operations()),
            Self::Resnet(network) => Some(network.operations()),
            Self::Rnn(_) => None,
        }
    }

    /// The norm layers, in the order of the forward pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        match self {
            Self::Mlp(network) => network.norms_mut(),
            Self::Convnet(network) => network.norms_mut(),
            Self::Resnet(network) => network.norms_mut(),
            Self::Rnn(network) => network.norms_mut(),
        }
    }

    /// The ids of γ and β of every norm layer that has them.
    pub fn norm_parameters(&mut self) -> Vec<ParamId> {
        let norms = self.norms_mut();
        let both = norms.iter().flat_map(|norm| [norm.gamma(), norm.beta()]);
        both.flatten().map(|parameter| parameter.id).collect()
    }

    /// The penalty on γ and β in the loss, of shape `[1]`; `None` without one.
    pub fn regularisation(&mut self) -> Option<Tensor<1>> {
        let norms = self.norms_mut().into_iter();
        norms.filter_map(|norm| norm.regularisation()).reduce(|sum, term| sum + term)
    }

    /// Applies the constraints on γ and β of every layer.
    pub fn constrain(&mut self) {
        for norm in self.norms_mut() {
            norm.constrain();
        }
    }

    /// Updates the running statistics after a training pass; `observed` is in the order of the pass.
    pub fn observe(&mut self, observed: Vec<Option<Observed>>) {
        for (norm, batch) in self.norms_mut().into_iter().zip(observed) {
            if let Some(batch) = batch {
                norm.observe(batch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::module::{ModuleVisitor, Param};

    use super::*;
    use crate::{device, plan};

    /// Every parameter by its path.
    #[derive(Default)]
    struct Parameters {
        path: Vec<String>,
        values: BTreeMap<String, Vec<f32>>,
    }

    impl ModuleVisitor for Parameters {
        fn enter_module(&mut self, name: &str, _: &str) {
            self.path.push(name.to_owned());
        }

        fn exit_module(&mut self, _: &str, _: &str) {
            self.path.pop();
        }

        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let values = param.val().to_data().try_to_vec().expect("32-bit floats");
            self.values.insert(self.path.join("."), values);
        }
    }

    fn parameters(text: &str) -> BTreeMap<String, Vec<f32>> {
        let text = format!("data.dataset = 'glyphs'\n{text}");
        let settings = plan::tests::settings(&text);
        let image = settings.data.dataset.image().expect("a set of images");
        let network =
            Network::new(&settings, image, 10, &Streams::new(0, 1), &device::tests::cpu());
        let mut parameters = Parameters::default();
        network.visit(&mut parameters);
        parameters.values
    }

    #[test]
    fn placements_of_a_replicate_share_their_initial_weights() {
        for (kind, placements) in [
            ("'mlp'", &["before", "after"][..]),
            ("'convnet'\nmodel.dense = [8]", &["before", "after"]),
            (
                "'resnet'\nmodel.depth = 8\nmodel.width = 2\nmodel.shortcut = 'b'",
                &["before", "after", "pre-activation", "after-addition"],
            ),
            ("'rnn'\nmodel.cell = 'gru'", &["before", "after"]),
        ] {
            let weights = |placement: &str| {
                let text = format!("model.kind = {kind}\nnorm.placement = '{placement}'");
                let mut weights = parameters(&text);
                weights.retain(|name, _| name.ends_with("weight"));
                weights
            };
            let plain = weights("none");
            assert!(plain.len() > 2, "{kind}");
            for placement in placements {
                assert!(weights(placement) == plain, "{kind}, {placement}");
            }
        }
    }
}
