//! The verdicts of a comparison on an expectation.

/// The verdict of a comparison on an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestVerdict {
    /// The difference is as expected.
    Supported,
    /// The difference is opposite, or there is one where none was expected.
    Opposite,
    /// There is no difference that matters, where one was expected.
    NoMeaningfulDifference,
    /// Too few replicates, which suggest this.
    Suggestive(Leaning),
    /// The replicates do not decide.
    Inconclusive,
    /// With population statistics in the norm layers the same networks give another result.
    EffectOfEvaluation,
}

/// What too few replicates suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaning {
    /// The expected difference.
    For,
    /// The opposite difference.
    Against,
    /// No difference that matters, where one was expected.
    NoDifference,
}
