//! What came of all claims together, in a sentence, and what must be known to read it.

use super::part::Part;
use crate::compare::claim::Ruling;
use crate::report::page::material::{counted, listed};
use crate::report::page::words::Words;
use crate::units;

/// `Of 14 claims, 5 hold, 6 hold in part, 2 do not and 1 is inconclusive.`
pub(super) fn answer(parts: &[Part]) -> Words {
    let rulings: Vec<Ruling> = parts.iter().filter_map(|part| part.ruling).collect();
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

/// How many claims came to what; nothing of what none came to.
fn counts(rulings: &[Ruling]) -> Vec<String> {
    let kinds: [(&[Ruling], [&str; 2]); 6] = [
        (&[Ruling::Holds], ["holds", "hold"]),
        (&[Ruling::HoldsInSome], ["holds in part", "hold in part"]),
        (&[Ruling::Mixed], ["is mixed", "are mixed"]),
        (&[Ruling::Opposite, Ruling::NoMeaningfulDifference], ["does not hold", "do not hold"]),
        (&[Ruling::Suggestive, Ruling::Inconclusive], ["is inconclusive", "are inconclusive"]),
        (&[Ruling::Untested], ["is not tested yet", "are not tested yet"]),
    ];
    let count = |of: &[Ruling]| rulings.iter().filter(|ruling| of.contains(ruling)).count();
    kinds
        .iter()
        .map(|(of, words)| (count(of), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, [one, many])| counted(count, one, many))
        .collect()
}

/// What verdicts mean, and what all of it cost.
pub(super) fn remarks(parts: &[Part]) -> Vec<Words> {
    let mut remarks = Vec::new();
    if parts.iter().any(|part| part.ruling.is_some()) {
        remarks.push(Words::from(
            // Whether tests were written down before the trainings is nothing that the files tell.
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
