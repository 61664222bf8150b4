//! Builds the layers of all networks: initial weights, biases and normalisations. The architectures only
//! determine which layers there are.

use burn::tensor::Device;

use super::convolution::{Convolution, Kernel};
use super::dense::Dense;
use super::norm::NormLayer;
use super::{init, placement};
use crate::config::spec::{Bias, Model, Norm, NormSettings};
use crate::seed::Streams;

/// Builds the layers of one network.
///
/// A layer's initial weights come from the stream `init/<its name>`, so that networks that differ
/// in their normalisation start from the same weights; biases start at 0.
#[derive(Debug, Clone, Copy)]
pub struct Builder<'a> {
    /// The section `[model]`.
    pub model: &'a Model,
    /// The section `[norm]`.
    pub norm: &'a Norm,
    /// The source of initial weights.
    pub streams: &'a Streams,
    /// The device of the network.
    pub device: &'a Device,
}

impl Builder<'_> {
    /// The fully connected layer called `name`.
    pub fn dense(&self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Dense {
        self.gates(name, [inputs, outputs], 1, bias)
    }

    /// The linear map called `name` to the `units` of each of several `gates`, side by side. Each
    /// gate's weights are drawn like those of a separate layer.
    pub fn gates(
        &self,
        name: &str,
        [inputs, units]: [usize; 2],
        gates: usize,
        bias: bool,
    ) -> Dense {
        let mut stream = self.streams.stream(&format!("init/{name}"));
        let (kind, scale) = (self.model.init, self.model.init_scale);
        let drawn: Vec<Vec<f32>> =
            (0..gates).map(|_| init::draw(kind, scale, inputs, units, &mut stream)).collect();
        let row = |input: usize| {
            let part = input * units..(input + 1) * units;
            drawn.iter().flat_map(move |gate| gate[part.clone()].iter().copied())
        };
        let weight = (0..inputs).flat_map(row).collect();
        Dense::new(weight, [inputs, gates * units], bias, self.device)
    }

    /// The convolution called `name`.
    pub fn convolution(&self, name: &str, kernel: Kernel, bias: bool) -> Convolution {
        let mut stream = self.streams.stream(&format!("init/{name}"));
        let (kind, scale) = (self.model.init, self.model.init_scale);
        let weight = init::draw_kernel(kind, scale, kernel, &mut stream);
        Convolution::new(weight, kernel, bias, self.device)
    }

    /// The linear output layer for `classes` classes.
    pub fn output(&self, inputs: usize, classes: usize) -> Dense {
        self.dense("output", inputs, classes, self.model.bias != Bias::Never)
    }

    /// The normalisation called `name` of hidden layer `layer`, counted from 0 at the input; `None`
    /// where it has none.
    pub fn norm(&self, layer: usize, name: &str, features: usize) -> Option<NormLayer> {
        let settings = self.norm_settings(layer)?;
        Some(NormLayer::new(name, features, settings, self.device))
    }

    /// As [`Self::norm`], without γ and β: running statistics only.
    pub fn statistics(&self, layer: usize, name: &str, features: usize) -> Option<NormLayer> {
        let settings = self.norm_settings(layer)?;
        let settings = NormSettings { gamma: None, beta: None, ..settings };
        Some(NormLayer::new(name, features, settings, self.device))
    }

    /// The normalisation of the network's inputs, if `norm.on_input` is set.
    pub fn input_norm(&self, features: usize) -> Option<NormLayer> {
        let settings = self.norm.layer.filter(|_| self.norm.on_input)?;
        Some(NormLayer::new("input_norm", features, settings, self.device))
    }

    /// Whether the linear map of hidden layer `layer`, counted from 0 at the input, has a bias.
    pub fn hidden_bias(&self, layer: usize) -> bool {
        match self.model.bias {
            Bias::Auto => {
                let norm = self.norm_settings(layer);
                let cancels = norm.is_some_and(|norm| norm.kind.cancels_bias());
                !(cancels && placement::cancels_bias(self.norm.placement))
            }
            Bias::Always => true,
            Bias::Never => false,
        }
    }

    fn norm_settings(&self, layer: usize) -> Option<NormSettings> {
        self.norm.of_hidden(layer, self.model.kind.hidden_features().len())
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Module;

    use crate::model::network::Network;
    use crate::seed::Streams;
    use crate::{device, plan};

    /// Number of parameters of a network for the built-in glyphs.
    fn parameters(model: &str, norm: &str) -> usize {
        let text = format!("data.dataset = 'glyphs'\n[model]\n{model}\n[norm]\n{norm}");
        let settings = plan::tests::settings(&text);
        let image = settings.data.dataset.image().expect("images");
        let device = device::tests::cpu();
        Network::new(&settings, image, 10, &Streams::new(0, 1), &device).num_params()
    }

    #[test]
    fn a_hidden_layer_has_a_bias_where_no_norm_cancels_it() {
        let weights = 784 * 4 + 4 * 3 + 3 * 10 + 10;
        for (norm, others) in [
            ("placement = 'none'", 4 + 3),
            ("placement = 'before'", 8 + 6),
            ("placement = 'after'", 4 + 8 + 3 + 6),
            ("layers = 'first'", 8 + 3),
            ("layers = [1]", 4 + 6),
            ("placement = 'after'\nlayers = 'last'", 4 + 3 + 6),
            ("scale = false", 4 + 3),
            ("affine = false\non_input = true", 0),
            // A mean over features does not cancel a bias per feature.
            ("kind = 'layer'", 4 + 8 + 3 + 6),
            ("kind = 'renorm'\nr_max = 3\nd_max = 5", 8 + 6),
        ] {
            let found = parameters("hidden = [4, 3]", norm);
            assert_eq!(found, weights + others, "{norm}");
        }
    }

    #[test]
    fn blocks_and_the_dense_layers_behind_them_are_counted_together() {
        let model = "kind = 'convnet'\nblocks = [{ channels = 2, pool = 4 }, { channels = 4, pool = 7 }]\nhead = 'flatten'\ndense = [3]";
        let weights = 9 * 2 + 9 * 2 * 4 + 4 * 3 + 3 * 10 + 10;
        for (norm, others) in [
            ("placement = 'none'", 2 + 4 + 3),
            ("layers = [0, 2]", 4 + 4 + 6),
            ("layers = 'last'", 2 + 4 + 6),
            ("kind = 'instance'\nlayers = [0, 1]", 4 + 8 + 3),
            ("kind = 'group'\ngroups = 2\nlayers = [1]", 2 + 4 + 8 + 3),
        ] {
            assert_eq!(parameters(model, norm), weights + others, "{norm}");
        }
    }

    #[test]
    fn residual_networks_have_a_bias_where_no_norm_cancels_it() {
        let model = "kind = 'resnet'\ndepth = 8\nwidth = 2";
        let weights = 9 * (2 + 2 * 4 + 8 + 16 + 32 + 64) + 8 * 10 + 10;
        let features = 3 * 2 + 2 * 4 + 2 * 8;
        for (norm, others) in [
            ("placement = 'none'", features),
            ("placement = 'before'", 2 * features),
            ("placement = 'after'", 3 * features),
            ("placement = 'after-addition'", 2 * features),
            ("placement = 'pre-activation'", 2 * features),
        ] {
            assert_eq!(parameters(model, norm), weights + others, "{norm}");
        }
    }

    #[test]
    fn recurrent_networks_have_the_biases_that_no_norm_cancels() {
        for (cell, gates, norm, others) in [
            ("elman", 1, "placement = 'none'", 4),
            ("elman", 1, "placement = 'before'", 8),
            ("elman", 1, "recurrent = true", 16),
            ("elman", 1, "placement = 'after'", 4 + 8),
            ("gru", 3, "placement = 'none'", 24),
            ("gru", 3, "placement = 'before'", 24 + 12),
            ("gru", 3, "recurrent = true", 48),
            ("gru", 3, "kind = 'layer'\nrecurrent = true", 24 + 48),
        ] {
            let model = format!("kind = 'rnn'\ncell = '{cell}'\nunits = 4");
            let weights = gates * 4 * (28 + 4) + 4 * 10 + 10;
            let found = parameters(&model, norm);
            assert_eq!(found, weights + others, "{cell}, {norm}");
        }
    }
}
