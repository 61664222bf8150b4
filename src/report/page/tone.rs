//! The kinds of verdicts that a page marks by a colour, always together with the word.

use crate::compare::claim::{ClaimVerdict, TestVerdict};
use crate::stats::{Side, Verdict};

/// What a verdict says on a question, whatever the question was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Yes: better, supported, holds.
    For,
    /// In part, or in some settings and not in others.
    Partly,
    /// No: worse, the opposite, does not hold.
    Against,
    /// There is no difference that matters, where none was expected or claimed.
    Same,
    /// Undecided: too few replicates, not trained yet, or an effect of the evaluation.
    Open,
}

impl Tone {
    /// The class of its badge in HTML.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::For => "badge for",
            Self::Partly => "badge partly",
            Self::Against => "badge against",
            Self::Same => "badge same",
            Self::Open => "badge open",
        }
    }
}

impl From<ClaimVerdict> for Tone {
    fn from(verdict: ClaimVerdict) -> Self {
        match verdict {
            ClaimVerdict::Holds => Self::For,
            ClaimVerdict::HoldsInSome | ClaimVerdict::Mixed => Self::Partly,
            ClaimVerdict::NoMeaningfulDifference | ClaimVerdict::Opposite => Self::Against,
            ClaimVerdict::Suggestive | ClaimVerdict::Inconclusive | ClaimVerdict::Untested => {
                Self::Open
            }
        }
    }
}

impl From<TestVerdict> for Tone {
    fn from(verdict: TestVerdict) -> Self {
        match verdict {
            TestVerdict::Supported => Self::For,
            TestVerdict::Opposite => Self::Against,
            TestVerdict::NoMeaningfulDifference => Self::Same,
            TestVerdict::Suggestive(_)
            | TestVerdict::Inconclusive
            | TestVerdict::EffectOfEvaluation => Self::Open,
        }
    }
}

/// From the point of view of the first side.
impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Better(Side::A) => Self::For,
            Verdict::Better(Side::B) => Self::Against,
            Verdict::NoMeaningfulDifference => Self::Same,
            Verdict::SuggestsBetter(_)
            | Verdict::SuggestsNoMeaningfulDifference
            | Verdict::Inconclusive
            | Verdict::EffectOfEvaluation => Self::Open,
        }
    }
}
