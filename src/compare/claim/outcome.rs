//! What a comparison may say of what was expected.

use crate::compare::population;

/// What a comparison says of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is so.
    Supported,
    /// It is the other way round, or not the same.
    Opposite,
    /// There is no difference that matters, where one was expected.
    NoMeaningfulDifference,
    /// It looks like that, with too few replicates to say so.
    Suggestive(Leaning),
    /// These replicates cannot tell.
    Inconclusive,
    /// With the population's statistics in the norm layers the same networks show something else.
    EffectOfEvaluation,
}

impl Outcome {
    /// As tables and charts say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Opposite => "opposite",
            Self::NoMeaningfulDifference => "no meaningful difference",
            Self::Suggestive(Leaning::For) => "suggestive: supported",
            Self::Suggestive(Leaning::Against) => "suggestive: opposite",
            Self::Suggestive(Leaning::NoDifference) => "suggestive: no meaningful difference",
            Self::Inconclusive => "inconclusive",
            Self::EffectOfEvaluation => population::EFFECT_OF_EVALUATION,
        }
    }
}

/// Which way a suggestion goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// As was expected.
    For,
    /// The other way.
    Against,
    /// No difference that matters, where one was expected.
    NoDifference,
}
