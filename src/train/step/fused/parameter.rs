//! A trained parameter in the layout of the kernels, with the running values of its update rule.

use crate::event::NamedTensor;
use crate::kernels::{Panels, padded};
use crate::optim::{Group, Update, Values};

/// How the values of a parameter are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// `[features]`, padded.
    Vector,
    /// `[inputs, outputs]`, in panels.
    Dense,
    /// `[outputs, inputs, side, side]`, in panels of `[side · side · step, outputs]`: the inputs of one position after
    /// the other, at the distance that they have in the feature map.
    Kernel { step: usize },
}

/// A trained parameter.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Its name, as in checkpoints.
    pub(super) name: String,
    /// Its shape in the network.
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
    /// The gradient of the current step; not set where a fully connected layer updates its weights at once.
    pub(super) gradient: Vec<f32>,
    layout: Layout,
    group: Group,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Parameter {
    /// A parameter with the values of `tensor`. Its update rule belongs to `group` and keeps the first and the second
    /// running values, or not.
    pub(super) fn new(
        tensor: &NamedTensor,
        layout: Layout,
        group: Group,
        [first, second]: [bool; 2],
    ) -> Self {
        let mut parameter = Self {
            name: tensor.name.clone(),
            shape: tensor.shape.clone(),
            values: Vec::new(),
            gradient: Vec::new(),
            layout,
            group,
            first: Vec::new(),
            second: Vec::new(),
        };
        let size = parameter.size();
        parameter.values = parameter.laid_out(&tensor.values);
        parameter.first = vec![0.0; if first { size } else { 0 }];
        parameter.second = vec![0.0; if second { size } else { 0 }];
        parameter
    }

    /// The layout in panels; for a vector, one row.
    pub(super) fn panels(&self) -> Panels {
        match (self.layout, self.shape.as_slice()) {
            (Layout::Dense, &[inputs, outputs]) => Panels::new(inputs, outputs),
            (Layout::Kernel { step }, &[outputs, _, rows, columns]) => {
                Panels::new(rows * columns * step, outputs)
            }
            _ => Panels::new(1, self.shape.iter().product()),
        }
    }

    fn size(&self) -> usize {
        match self.layout {
            Layout::Vector => padded(self.shape.iter().product()),
            Layout::Dense | Layout::Kernel { .. } => self.panels().size(),
        }
    }

    /// Where each element is, in the order of the network's memory.
    fn positions(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        let panels = self.panels();
        match (self.layout, self.shape.as_slice()) {
            (Layout::Dense, &[inputs, outputs]) => Box::new(
                (0..inputs).flat_map(move |i| (0..outputs).map(move |o| panels.position(i, o))),
            ),
            (Layout::Kernel { step }, &[outputs, inputs, rows, columns]) => {
                let window = rows * columns;
                Box::new((0..outputs).flat_map(move |o| {
                    (0..inputs).flat_map(move |i| {
                        (0..window).map(move |at| panels.position(at * step + i, o))
                    })
                }))
            }
            _ => Box::new(0..self.shape.iter().product()),
        }
    }

    /// `plain`, in the order of the network's memory, in this parameter's layout.
    fn laid_out(&self, plain: &[f32]) -> Vec<f32> {
        let mut values = vec![0.0; self.size()];
        for (position, &value) in self.positions().zip(plain) {
            values[position] = value;
        }
        values
    }

    fn plain(&self, laid_out: &[f32]) -> Vec<f32> {
        self.positions().map(|position| laid_out[position]).collect()
    }

    /// The values, in the order of the network's memory.
    pub(super) fn plain_values(&self) -> Vec<f32> {
        self.plain(&self.values)
    }

    /// The gradient, in the order of the network's memory.
    #[cfg(test)]
    pub(super) fn plain_gradient(&self) -> Vec<f32> {
        self.plain(&self.gradient)
    }

    /// The running values of the update rule by name, in the order of the network's memory.
    pub(super) fn running(&self) -> Vec<(&'static str, Vec<f32>)> {
        let kept = [("first", &self.first), ("second", &self.second)];
        let kept = kept.into_iter().filter(|(_, values)| !values.is_empty());
        kept.map(|(name, values)| (name, self.plain(values))).collect()
    }

    /// Sets the running values called `name`.
    pub(super) fn set_running(&mut self, name: &str, plain: &[f32]) {
        let values = self.laid_out(plain);
        match name {
            "first" => self.first = values,
            "second" => self.second = values,
            _ => unreachable!("a rule keeps two kinds of running values"),
        }
    }

    /// The gradient, of this parameter's size, for writing.
    pub(super) fn gradient_mut(&mut self) -> &mut [f32] {
        let size = self.values.len();
        self.gradient.resize(size, 0.0);
        &mut self.gradient
    }

    /// Updates the values at `range` with their `gradient`.
    pub(super) fn update_part(
        &mut self,
        range: std::ops::Range<usize>,
        gradient: &[f32],
        update: &Update,
    ) {
        let part = |values: &mut Vec<f32>| if values.is_empty() { 0..0 } else { range.clone() };
        let (first, second) = (part(&mut self.first), part(&mut self.second));
        update.of(self.group).apply(Values {
            weights: &mut self.values[range],
            gradient,
            first: &mut self.first[first],
            second: &mut self.second[second],
        });
    }

    /// Updates all values with the gradient.
    pub(super) fn update(&mut self, update: &Update) {
        let gradient = std::mem::take(&mut self.gradient);
        self.update_part(0..self.values.len(), &gradient, update);
        self.gradient = gradient;
    }
}
