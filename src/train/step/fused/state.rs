//! The parameters and normalisations of a fused network; its layers hold their positions.

use std::ops::{Index, IndexMut};

use super::normalisation::Norm;
use super::parameter::Parameter;

/// The position of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(usize);

/// The position of a normalisation, in the order of the forward pass.
pub(super) type NormId = usize;

/// All parameters.
#[derive(Default)]
pub(super) struct Parameters(pub(super) Vec<Parameter>);

impl Parameters {
    pub(super) fn add(&mut self, parameter: Parameter) -> Id {
        self.0.push(parameter);
        Id(self.0.len() - 1)
    }
}

impl Index<Id> for Parameters {
    type Output = Parameter;

    fn index(&self, id: Id) -> &Parameter {
        &self.0[id.0]
    }
}

/// All parameters and normalisations.
#[derive(Default)]
pub(super) struct State {
    pub(super) parameters: Parameters,
    pub(super) norms: Vec<Norm>,
}

impl Index<Id> for State {
    type Output = Parameter;

    fn index(&self, id: Id) -> &Parameter {
        &self.parameters[id]
    }
}

impl IndexMut<Id> for State {
    fn index_mut(&mut self, id: Id) -> &mut Parameter {
        &mut self.parameters.0[id.0]
    }
}
