//! A trained parameter in the layout of the kernels, with the running values of its update rule.

use crate::event::NamedTensor;
use crate::kernels::{Panels, padded};
use crate::optim::{ALIASES, APART, Group, Update, Values};

/// The end of `memory` that starts [`APART`] before `values` modulo 4 KiB: where neither weights nor running values lie.
/// `memory` has [`ALIASES`] values more than are needed.
pub(super) fn beside<'a>(memory: &'a mut [f32], values: &[f32]) -> &'a mut [f32] {
    let distance = values.as_ptr().addr().wrapping_sub(memory.as_ptr().addr());
    &mut memory[(distance / size_of::<f32>()).wrapping_sub(APART) % ALIASES..]
}

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
    /// The gradient of the current step; not set where a fully connected layer updates its weights at once.
    pub(super) gradient: Vec<f32>,
    layout: Layout,
    group: Group,
    /// Which of the two running values the update rule keeps.
    keeps: [bool; 2],
    /// The values, and behind them the running values that are kept, [`APART`] modulo 4 KiB.
    memory: Vec<f32>,
}

impl Parameter {
    /// A parameter with the values of `tensor`. Its update rule belongs to `group` and keeps the first and the second
    /// running values, or not.
    pub(super) fn new(
        tensor: &NamedTensor,
        layout: Layout,
        group: Group,
        keeps: [bool; 2],
    ) -> Self {
        let mut parameter = Self {
            name: tensor.name.clone(),
            shape: tensor.shape.clone(),
            gradient: Vec::new(),
            layout,
            group,
            keeps,
            memory: Vec::new(),
        };
        let arrays = 1 + keeps.into_iter().filter(|&kept| kept).count();
        parameter.memory = vec![0.0; parameter.start(arrays - 1) + parameter.size()];
        parameter.set(0, &tensor.values);
        parameter
    }

    /// The start of an array of the memory: 0 is the values.
    fn start(&self, array: usize) -> usize {
        array * (self.size().next_multiple_of(ALIASES) + APART)
    }

    fn array(&self, array: usize) -> &[f32] {
        &self.memory[self.start(array)..][..self.size()]
    }

    /// Sets an array to `plain`, which is in the order of the network's memory.
    fn set(&mut self, array: usize, plain: &[f32]) {
        let (start, laid_out) = (self.start(array), self.laid_out(plain));
        self.memory[start..][..laid_out.len()].copy_from_slice(&laid_out);
    }

    /// The values.
    pub(super) fn values(&self) -> &[f32] {
        self.array(0)
    }

    /// The arrays of the running values that are kept, by name.
    fn kept(&self) -> impl Iterator<Item = (&'static str, usize)> + use<> {
        let kept = ["first", "second"].into_iter().zip(self.keeps).filter(|(_, kept)| *kept);
        kept.enumerate().map(|(array, (name, _))| (name, array + 1))
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
        self.plain(self.values())
    }

    /// The gradient, in the order of the network's memory.
    #[cfg(test)]
    pub(super) fn plain_gradient(&self) -> Vec<f32> {
        self.plain(&self.gradient)
    }

    /// The running values of the update rule by name, in the order of the network's memory.
    pub(super) fn running(&self) -> Vec<(&'static str, Vec<f32>)> {
        self.kept().map(|(name, array)| (name, self.plain(self.array(array)))).collect()
    }

    /// Sets the running values called `name`.
    pub(super) fn set_running(&mut self, name: &str, plain: &[f32]) {
        if let Some((_, array)) = self.kept().find(|(kept, _)| *kept == name) {
            self.set(array, plain);
        }
    }

    /// The gradient, of this parameter's size, for writing.
    pub(super) fn gradient_mut(&mut self) -> &mut [f32] {
        let size = self.size();
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
        let distance = self.start(1);
        let arrays = self.memory.chunks_mut(distance);
        let mut arrays = arrays.map(|array| &mut array[range.clone()]);
        debug_assert_eq!(gradient.len(), range.len());
        let mut next =
            || arrays.next().expect("an array for the values and each kept running value");
        let weights = next();
        let [first, second] = self.keeps.map(|kept| if kept { next() } else { Default::default() });
        update.of(self.group).apply(Values { weights, gradient, first, second });
    }

    /// Updates all values with the gradient.
    pub(super) fn update(&mut self, update: &Update) {
        let gradient = std::mem::take(&mut self.gradient);
        self.update_part(0..self.size(), &gradient, update);
        self.gradient = gradient;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_an_update_lie_apart_modulo_4_kib() {
        let tensor =
            NamedTensor { name: "w".to_owned(), shape: vec![70, 17], values: vec![1.0; 1190] };
        let parameter = Parameter::new(&tensor, Layout::Dense, Group::Other, [true; 2]);
        let mut memory = vec![0.0; 2 * ALIASES];
        let place = |values: &[f32]| values.as_ptr().addr() % 4096;
        for at in [0, 1, 48, 1000] {
            let weights = place(&parameter.values()[at..]);
            let gradient = place(beside(&mut memory, &parameter.values()[at..]));
            let distance = |other: usize| (other + 4096 - weights) % 4096;
            let [first, second] = [1, 2].map(|array| place(&parameter.array(array)[at..]));
            assert_eq!([first, second, gradient].map(distance), [1024, 2048, 3072], "{at}");
        }
    }
}
