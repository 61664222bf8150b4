//! What a comparison may say of what was expected.

/// What a comparison says of what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestVerdict {
    /// The difference is as expected.
    Supported,
    /// The difference is the other way round, or there is one where none was expected.
    Opposite,
    /// There is no difference that matters, where one was expected.
    NoMeaningfulDifference,
    /// The same with too few replicates to be sure.
    Suggestive(Leaning),
    /// These replicates do not decide.
    Inconclusive,
    /// With the population's statistics in the norm layers the same networks show something else.
    EffectOfEvaluation,
}

/// What too few replicates suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// As was expected.
    For,
    /// The other way.
    Against,
    /// No difference that matters, where one was expected.
    NoDifference,
}
