//! The placement or value that a line stands for, and its index in the tables of colours.

/// Number of placements with their own appearance.
pub(super) const PLACEMENTS: usize = 5;

/// Number of values of another axis with their own appearance.
pub const VALUES: usize = 8;

/// Number of appearances.
pub(super) const LOOKS: usize = PLACEMENTS + VALUES;

/// The placement or value that a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Key {
    /// Without normalisation.
    #[default]
    None,
    /// Normalisation before the activation.
    Before,
    /// Normalisation after the activation.
    After,
    /// Normalisation and activation before the linear maps of a residual branch.
    PreActivation,
    /// Normalisation after the sum of a residual block.
    AfterAddition,
    /// The value of another axis with this index, from 0; beyond [`VALUES`] the colours repeat.
    Value(usize),
}

impl Key {
    /// The key of a placement by its name in files; `None` where the name is not one.
    pub fn placement(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "before" => Some(Self::Before),
            "after" => Some(Self::After),
            "pre-activation" => Some(Self::PreActivation),
            "after-addition" => Some(Self::AfterAddition),
            _ => None,
        }
    }

    /// The key's index in a table of all colours.
    pub(super) fn index(self) -> usize {
        match self {
            Self::None => 0,
            Self::Before => 1,
            Self::After => 2,
            Self::PreActivation => 3,
            Self::AfterAddition => 4,
            Self::Value(value) => PLACEMENTS + value % VALUES,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_are_known_by_their_names_in_files() {
        assert_eq!(Key::placement("before"), Some(Key::Before));
        assert_eq!(Key::placement("32"), None);
    }
}
