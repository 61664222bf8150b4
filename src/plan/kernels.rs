//! The kernels that compute the steps of a training: an option of `bn-lab run`, and no key of an experiment.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The kernels of a run. The two kinds add numbers in different orders, so the last digits of their results differ.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Kernels {
    /// Several tensor operations at once, for networks without recurrence, without a norm or with batch normalisation, on
    /// the CPU; all others are composed
    #[default]
    Fused,
    /// One tensor operation after the other: slower
    Composed,
}

impl Kernels {
    /// The kernels of results that were recorded before there was a choice.
    pub const fn of_earlier_versions() -> Self {
        Self::Composed
    }

    /// The word of the option and of every file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fused => "fused",
            Self::Composed => "composed",
        }
    }

    /// The option of `bn-lab run` that chooses them; `None` where it does without one.
    pub fn option(self) -> Option<String> {
        (self != Self::default()).then(|| format!("--kernels {self}"))
    }
}

impl fmt::Display for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_and_the_files_have_the_same_words() {
        for kernels in Kernels::value_variants() {
            let option = kernels.to_possible_value().expect("none is hidden");
            assert_eq!(option.get_name(), kernels.name());
            let json = serde_json::json!(kernels);
            assert_eq!(json, kernels.name());
            assert_eq!(serde_json::from_value::<Kernels>(json).expect("its own"), *kernels);
        }
    }
}
