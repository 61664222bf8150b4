//! The choices of tuning.

use crate::compare::tune::{Choice, choices};
use crate::report::page::document::Table;
use crate::report::page::material::Material;
use crate::report::page::words::Words;
use crate::report::tune::columns;
use crate::units::counted;
use crate::wording::names::spoken;

fn at_edge(choices: &[Choice]) -> usize {
    choices.iter().filter(|choice| !choice.edge().is_empty()).count()
}

/// A remark on tuning for the answer.
pub(in crate::report::page) fn tuning(material: &Material<'_>) -> Option<Words> {
    let tuning = material.results.tuning.as_ref()?;
    let choices = choices(material.results, tuning);
    let words = Words::from("Each condition stands at its own best ")
        .code(&tuning.key)
        .plain(", chosen on validation.");
    Some(match at_edge(&choices) {
        0 => words,
        at_edge => words.plain(format!(
            " In {at_edge} of {} the best one lies at an end of the grid: a better one may lie beyond.",
            counted(choices.len(), "setting", "settings")
        )),
    })
}

/// The choices of tuning, one row for each setting; `None` where nothing was tuned.
pub(super) fn table(material: &Material<'_>) -> Option<Table> {
    let tuning = material.results.tuning.as_ref()?;
    let choices = choices(material.results, tuning);
    let best = format!("best {}", spoken(&tuning.key));
    let names = [best.as_str(), "test accuracy, %: mean ± sd"];
    let columns = columns(material.results, tuning, names, " †");
    let mut notes = vec![Words::from(
        "Chosen on validation, reported on test. Largest stable: the largest value at which no replicate diverged and accuracy came half of the way from chance (or the share of the largest class, if that is larger) to the best value's.",
    )];
    let at_edge = at_edge(&choices);
    if at_edge > 0 {
        notes.push(
            Words::new()
                .strong(format!("{at_edge} of {} choices lie at an end of the grid", choices.len()))
                .plain(" (marked †): a better value may lie beyond it."),
        );
    }
    let by = format!(", by {}.", tuning.metric.replace('_', " "));
    let caption = Words::new().strong("Tuned values").plain(" of ").code(&tuning.key).plain(by);
    Some(columns.table(caption, &choices, notes))
}
