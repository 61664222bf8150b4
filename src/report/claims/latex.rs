//! Claims for a LaTeX document: each with its verdict and the effect of each test.

use super::entries::Entry;
use super::settings::line;
use super::verdict::verdict;
use super::words::EFFECTS;
use crate::compare::claim::{Counts, Tested};
use crate::report::latex::{self, Alignment, Table};
use crate::stats::SIGNIFICANCE;

/// The table, for the `command` that made it.
pub fn latex(entries: &[Entry], command: &str) -> String {
    let columns = [("claim", 0.3), ("verdict", 0.16), ("effect of each test", 0.46)];
    let columns = columns.map(|(name, share)| (name.to_owned(), Alignment::Wrapped(share)));
    let mut notes = vec![latex::sentence(EFFECTS)];
    if entries.iter().flat_map(|entry| &entry.judgement.tests).any(is_conclusive) {
        notes.push(format!("{} {}", latex::mark("*"), latex::sentence(&meaning_of_mark())));
    }
    let table = Table {
        caption: "Claims, stated before training, and their verdicts.".to_owned(),
        label: "claims".to_owned(),
        columns: columns.to_vec(),
        rows: entries.iter().map(row).collect(),
        notes,
    };
    latex::document(command, &[table])
}

fn row(entry: &Entry) -> Vec<String> {
    let claim = &entry.judgement.claim;
    let source = claim.source.as_ref().map(|source| format!(" ({source})"));
    let tests = entry.judgement.tests.iter().filter(|tested| !tested.comparisons.is_empty());
    let effects = tests.map(|tested| {
        let mark = if is_conclusive(tested) { latex::mark("*") } else { String::new() };
        latex::sentence(&line(&entry.judgement, tested)) + &mark
    });
    let effects: Vec<String> = effects.collect();
    vec![
        latex::text(&format!("{}{}", claim.statement, source.unwrap_or_default())),
        latex::text(&verdict(&entry.judgement)),
        if effects.is_empty() { "--".to_owned() } else { effects.join(" \\newline ") },
    ]
}

/// Whether every comparison of a test is conclusive.
fn is_conclusive(tested: &Tested) -> bool {
    let counts = Counts::of(&tested.comparisons);
    // Those without a pair count: nothing is known of them.
    counts.all > 0 && counts.decided() == tested.comparisons.len()
}

fn meaning_of_mark() -> String {
    format!(
        "conclusive in every setting: p ≤ {SIGNIFICANCE} after Holm's correction for all comparisons of the claim, or, for no meaningful difference, an interval within the margin"
    )
}
