//! Verdicts: on a comparison, on a test of a claim, and on a claim.

use crate::compare::Comparison;
use crate::compare::claim::{ClaimVerdict, Leaning, TestVerdict};
use crate::stats::{FEWEST_PAIRS, SIGNIFICANCE, Verdict};
use crate::units;

/// A difference that exists with only one of two evaluations of the same networks.
pub const EFFECT_OF_EVALUATION: &str = "an effect of how the network is evaluated";

const NO_DIFFERENCE: &str = "no meaningful difference";

/// A verdict's name in files, where a better side is not distinguished by which side it is.
pub fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better(_) => "better",
        Verdict::SuggestsBetter(_) => "suggests better",
        Verdict::NoMeaningfulDifference => NO_DIFFERENCE,
        Verdict::SuggestsNoMeaningfulDifference => "suggests no meaningful difference",
        Verdict::Inconclusive => "inconclusive",
        Verdict::EffectOfEvaluation => "effect of evaluation",
    }
}

/// A verdict without its reason.
pub fn short(comparison: &Comparison) -> String {
    let better = units::named(comparison.better().unwrap_or_default());
    match comparison.verdict {
        Verdict::Better(_) => format!("{better} is better"),
        Verdict::SuggestsBetter(_) => format!("suggests that {better} is better"),
        Verdict::EffectOfEvaluation => EFFECT_OF_EVALUATION.to_owned(),
        other => code(other).to_owned(),
    }
}

/// A verdict with its reason, where it is not conclusive: `inconclusive (n = 6; more than 100 pairs needed)`.
pub fn said(comparison: &Comparison) -> String {
    let n = comparison.paired.pairs;
    let reason = match comparison.verdict {
        Verdict::Inconclusive if n == 0 => return "no pairs".to_owned(),
        Verdict::Inconclusive => evidence(comparison),
        Verdict::SuggestsBetter(_) | Verdict::SuggestsNoMeaningfulDifference => {
            match (n < FEWEST_PAIRS, comparison.needed) {
                (true, _) => evidence(comparison),
                (false, None) => format!("corrected p > {SIGNIFICANCE}"),
                (false, _) => format!("corrected p > {SIGNIFICANCE}; {}", evidence(comparison)),
            }
        }
        _ => return short(comparison),
    };
    format!("{} ({reason})", short(comparison))
}

/// The number of pairs, and how many would be needed: `n = 4; 6 pairs needed`, `n = 6; about 20 pairs needed`.
pub fn evidence(comparison: &Comparison) -> String {
    let needed = needed_pairs(comparison).map(|needed| format!("; {needed} pairs needed"));
    format!("n = {}{}", comparison.paired.pairs, needed.unwrap_or_default())
}

/// The number of pairs that would be needed: `6` where fewer cannot give a significant p-value, `about 20` where it
/// is estimated from the spread of these pairs, `more than 100` above a number that nobody would train.
pub fn needed_pairs(comparison: &Comparison) -> Option<String> {
    comparison.needed.map(|needed| match comparison.verdict {
        _ if needed > MOST_TOLD => format!("more than {MOST_TOLD}"),
        Verdict::Inconclusive => format!("about {needed}"),
        _ => needed.to_string(),
    })
}

const MOST_TOLD: usize = 100;

/// The phrases for a verdict on a test.
struct Phrases {
    /// Words in tables and charts.
    words: &'static str,
    /// Name in files.
    code: &'static str,
    /// Phrase at the end of a sentence on a test.
    sentence: &'static str,
}

impl TestVerdict {
    fn phrases(self) -> Phrases {
        let [words, code, sentence] = match self {
            Self::Supported => ["supported", "supported", "as expected"],
            Self::Opposite => ["opposite", "opposite", "the opposite"],
            Self::NoMeaningfulDifference => [NO_DIFFERENCE; 3],
            Self::Suggestive(Leaning::For) => [
                "suggestive: supported",
                "suggests supported",
                "undecided, suggests what is expected",
            ],
            Self::Suggestive(Leaning::Against) => {
                ["suggestive: opposite", "suggests opposite", "undecided, suggests the opposite"]
            }
            Self::Suggestive(Leaning::NoDifference) => [
                "suggestive: no meaningful difference",
                "suggests no meaningful difference",
                "undecided, suggests no meaningful difference",
            ],
            Self::Inconclusive => ["inconclusive", "inconclusive", "undecided"],
            Self::EffectOfEvaluation => {
                [EFFECT_OF_EVALUATION, "effect of evaluation", EFFECT_OF_EVALUATION]
            }
        };
        Phrases { words, code, sentence }
    }

    /// The words in tables and charts.
    pub fn words(self) -> &'static str {
        self.phrases().words
    }

    /// The name in files.
    pub fn code(self) -> &'static str {
        self.phrases().code
    }

    /// The phrase at the end of a sentence on a test; where no difference is expected, the opposite is a difference.
    pub fn sentence(self, expects_none: bool) -> &'static str {
        match self {
            Self::Opposite if expects_none => "the opposite: there is a difference",
            Self::Suggestive(Leaning::Against) if expects_none => {
                "undecided, suggests a difference"
            }
            other => other.phrases().sentence,
        }
    }
}

impl ClaimVerdict {
    /// The name in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsInSome => "holds in some",
            Self::Mixed => "mixed",
            Self::NoMeaningfulDifference => NO_DIFFERENCE,
            Self::Opposite => "opposite",
            Self::Suggestive => "suggestive",
            Self::Inconclusive => "inconclusive",
            Self::Untested => "not tested",
        }
    }

    /// The verdict in a word or two: `holds in part`, `inconclusive`.
    pub fn word(self) -> &'static str {
        let [said, _] = self.of_claims();
        said.strip_prefix("is ").unwrap_or(said)
    }

    /// The verb for one claim and for several: `holds`, `hold`.
    pub fn of_claims(self) -> [&'static str; 2] {
        match self {
            Self::Holds => ["holds", "hold"],
            Self::HoldsInSome => ["holds in part", "hold in part"],
            Self::Mixed => ["is mixed", "are mixed"],
            Self::NoMeaningfulDifference | Self::Opposite => ["does not hold", "do not hold"],
            Self::Suggestive | Self::Inconclusive => ["is inconclusive", "are inconclusive"],
            Self::Untested => ["is not tested yet", "are not tested yet"],
        }
    }
}
