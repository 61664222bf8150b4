//! The verdicts on all claims in one sentence, with remarks.

use super::part::Part;
use crate::compare::claim::ClaimVerdict;
use crate::report::page::words::Words;
use crate::units::{self, counted};
use crate::wording::names::listed;

/// A sentence such as `Of 14 claims, 5 hold, 6 hold in part, 2 do not and 1 is inconclusive.`
pub(super) fn answer(parts: &[Part]) -> Words {
    let rulings: Vec<ClaimVerdict> = parts.iter().filter_map(|part| part.ruling).collect();
    let others = parts.len() - rulings.len();
    if rulings.is_empty() {
        let experiments = counted(others, "experiment", "experiments");
        return Words::from(format!("{experiments}, each with its answer."));
    }
    let claims = counted(rulings.len(), "claim", "claims");
    let words = Words::from(format!("Of {claims}, ")).strong(listed(&counts(&rulings))).plain(".");
    match others {
        0 => words,
        1 => words.plain(" 1 experiment claims nothing."),
        _ => words.plain(format!(" {others} experiments claim nothing.")),
    }
}

/// The number of claims with each verdict; verdicts that none has are left out.
fn counts(rulings: &[ClaimVerdict]) -> Vec<String> {
    let mut rulings = rulings.to_vec();
    rulings.sort_by_key(|ruling| *ruling as u8);
    let kinds = rulings.chunk_by(|one, other| one.of_claims() == other.of_claims());
    kinds
        .map(|alike| {
            let [one, many] = alike[0].of_claims();
            counted(alike.len(), one, many)
        })
        .collect()
}

/// The meaning of the verdicts, and the total cost.
pub(super) fn remarks(parts: &[Part]) -> Vec<Words> {
    let mut remarks = Vec::new();
    if parts.iter().any(|part| part.ruling.is_some()) {
        remarks.push(Words::from(
            // The files do not show whether tests were written before the trainings, so that is not stated.
            "A claim holds where every comparison supports it, and in part where some do and none shows the opposite; it is mixed where some support it and some show the opposite; it does not hold where none does and some show the opposite, or no difference that matters; it is inconclusive where these replicates cannot tell.",
        ));
    }
    let trainings: usize = parts.iter().map(|part| part.cost.trainings).sum();
    let seconds: f64 = parts.iter().map(|part| part.cost.seconds).sum();
    if seconds > 0.0 {
        let least = parts.iter().any(|part| part.cost.is_least);
        remarks.push(Words::from(format!(
            "All of it took {} and {}{} of wall-clock time.",
            counted(trainings, "training", "trainings"),
            if least { "at least " } else { "" },
            units::duration(seconds)
        )));
    }
    remarks
}
