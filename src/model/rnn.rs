//! The recurrent network: one recurrent layer that reads an image row by row, and a linear layer
//! on its last state.
//!
//! Step t processes row t of the image, in all channels. The state starts at 0. Elman's cell (1990) and
//! the gated recurrent unit (Cho et al. 2014, in the form of PyTorch, where the reset gate acts on
//! the recurrent map's output) are
//!
//! ```text
//! elman   h ← f(a + u)
//! gru     r = σ(a_r + u_r)
//!         z = σ(a_z + u_z)
//!         n = tanh(a_n + r ∘ u_n)
//!         h ← (1 − z) ∘ n + z ∘ h
//! ```
//!
//! with `a = W x_t + b`, `u = U h` for Elman's cell (a second bias would add to the same sum) and
//! `u = U h + c` for the gated one, `f` the activation, and the gates in the order r, z, n.
//!
//! # Placements
//!
//! - `before`: `a = N(W x_t)`; the statistics of a feature are taken over the examples and all
//!   steps at once (Laurent et al. 2016, "sequence-wise").
//! - `before` with `norm.recurrent`: `u = N_t(U h)` as well, with statistics, and running
//!   statistics, of step t alone and γ and β shared by all steps (Cooijmans et al. 2017). They
//!   start γ at 0.1: `norm.gamma_init`.
//! - `after`: the last state is normalised before the output layer. The states within the recurrence are
//!   not: that would be a norm before the next step's linear map, and change the recurrence
//!   itself.

use burn::module::Module;
use burn::tensor::{Tensor, activation as functions};

use super::builder::Builder;
use super::dense::Dense;
use super::image::images;
use super::norm::NormLayer;
use super::pass::Pass;
use super::{activation, placement};
use crate::config::spec::{Activation, Bias, Cell, Placement, Rnn as Settings, Shape};

/// `rows of an image – recurrent layer – last state – classes`.
///
/// The fields are named so that a parameter's path is its name in a checkpoint.
#[derive(Module, Debug)]
pub struct Rnn {
    input_norm: Option<NormLayer>,
    /// W and b, with the gates side by side.
    input_to_hidden: Dense,
    /// U and c, with the gates side by side.
    hidden_to_hidden: Dense,
    /// N of the input map, or of the last state.
    norm: Option<NormLayer>,
    recurrent_norm: Option<RecurrentNorm>,
    output: Dense,
    #[module(skip)]
    image: Shape,
    #[module(skip)]
    settings: Settings,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    placement: Placement,
}

/// A norm whose γ and β are shared by all steps, with separate running statistics for each step.
#[derive(Module, Debug)]
struct RecurrentNorm {
    shared: NormLayer,
    /// Running statistics, without γ and β.
    #[module(skip)]
    steps: Vec<NormLayer>,
}

impl Rnn {
    /// Builds the network for images of shape `image` and `classes` classes. Normalisation of the
    /// raw input is per value of a row.
    pub fn new(settings: Settings, image: Shape, classes: usize, builder: &Builder<'_>) -> Self {
        let (inputs, units) = (image.channels * image.width, settings.units);
        let (placement, gates) = (builder.norm.placement, settings.cell.gates());
        let recurrent_bias = settings.cell == Cell::Gru
            && match builder.model.bias {
                Bias::Auto => !builder.norm.recurrent || builder.hidden_bias(0),
                Bias::Always => true,
                Bias::Never => false,
            };
        let normalised = match placement {
            Placement::After => units,
            _ => gates * units,
        };
        let recurrent_norm = |features| {
            let shared = builder.norm(0, "recurrent_norm.shared", features)?;
            let step = |step| {
                let name = format!("recurrent_norm.steps.{step}");
                builder.statistics(0, &name, features)
            };
            Some(RecurrentNorm {
                shared: shared.without_statistics(),
                steps: (0..image.height).filter_map(step).collect(),
            })
        };
        let map = |name: &str, inputs, bias| builder.gates(name, [inputs, units], gates, bias);
        Self {
            input_norm: builder.input_norm(inputs),
            input_to_hidden: map("input_to_hidden", inputs, builder.hidden_bias(0)),
            hidden_to_hidden: map("hidden_to_hidden", units, recurrent_bias),
            norm: builder.norm(0, "norm", normalised),
            recurrent_norm: builder.norm.recurrent.then(|| recurrent_norm(gates * units)).flatten(),
            output: builder.output(units, classes),
            image,
            settings,
            activation: builder.model.activation,
            placement,
        }
    }

    /// Scaled inputs `[batch, features]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let (batch, device) = (x.dims()[0], x.device());
        let mapped = self.input_map(x, pass);
        let mut state = Tensor::zeros([batch, self.settings.units], &device);
        for step in 0..self.image.height {
            let input = mapped.clone().narrow(1, step, 1).squeeze_dim(1);
            let recurrent = self.hidden_to_hidden.forward(state.clone());
            let recurrent = match &self.recurrent_norm {
                Some(norm) => norm.apply(step, recurrent, pass),
                None => recurrent,
            };
            // Probes record the last step, whose state is the input of the output layer.
            let recorded = (step + 1 == self.image.height).then_some(&mut *pass);
            state = self.next(state, input, recurrent, recorded);
        }
        if self.placement == Placement::After {
            state = pass.normalise(self.norm.as_ref(), state);
        }
        self.output.forward(state)
    }

    /// `a` of every step at once: `[batch, features]` → `[batch, steps, gates · units]`.
    fn input_map(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<3> {
        let [batch, _] = x.dims();
        let Shape { channels, height, width } = self.image;
        let rows =
            images(x, self.image).swap_dims(1, 2).reshape([batch * height, channels * width]);
        let rows = pass.normalise(self.input_norm.as_ref(), rows);
        let mut mapped = self.input_to_hidden.forward(rows);
        if self.placement == Placement::Before {
            mapped = pass.normalise(self.norm.as_ref(), mapped);
        }
        let gates = self.settings.cell.gates();
        mapped.reshape([batch, height, gates * self.settings.units])
    }

    /// The state after a step, from the one before it, a and u.
    fn next(
        &self,
        state: Tensor<2>,
        input: Tensor<2>,
        recurrent: Tensor<2>,
        recorded: Option<&mut Pass>,
    ) -> Tensor<2> {
        let activate = |kind, x| match recorded {
            Some(pass) => placement::activate(kind, "cell", x, pass),
            None => activation::apply(kind, x),
        };
        match self.settings.cell {
            Cell::Elman => activate(self.activation, input + recurrent),
            Cell::Gru => {
                let units = self.settings.units;
                let gate = |x: &Tensor<2>, gate: usize| x.clone().narrow(1, gate * units, units);
                let reset = functions::sigmoid(gate(&input, 0) + gate(&recurrent, 0));
                let update = functions::sigmoid(gate(&input, 1) + gate(&recurrent, 1));
                let proposed = gate(&input, 2) + reset * gate(&recurrent, 2);
                let proposed = activate(Activation::Tanh, proposed);
                proposed.clone() + update * (state - proposed)
            }
        }
    }

    /// The norm layers, in the order of the forward pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let recurrent = self.recurrent_norm.iter_mut();
        // The shared γ and β come last: their layer processes no batch itself.
        let recurrent = recurrent.flat_map(|norm| norm.steps.iter_mut().chain([&mut norm.shared]));
        let (input, norm) = (self.input_norm.iter_mut(), self.norm.iter_mut());
        // With a norm after the last state there is none in the recurrence.
        input.chain(norm).chain(recurrent).collect()
    }
}

impl RecurrentNorm {
    /// Normalises `x` `[batch, features]` as step `step`, counted from 0.
    fn apply(&self, step: usize, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let norm =
            self.steps.get(step).map(|statistics| self.shared.with_statistics_of(statistics));
        pass.normalise(norm.as_ref(), x)
    }
}
