//! What tuning chose.

use super::{axes, dashed};
use crate::compare::tune::{Choice, choices, others};
use crate::report::page::document::{Cell, Table, columns};
use crate::report::page::material::{Material, spoken};
use crate::report::page::words::Words;
use crate::stats;
use crate::units::counted;

/// What must be known of tuning to read the answer.
pub(in crate::report::page) fn tuning(material: &Material<'_>) -> Option<Words> {
    let tuning = material.results.tuning.as_ref()?;
    let choices = choices(material.results, tuning);
    let at_edge = choices.iter().filter(|choice| !choice.edge().is_empty()).count();
    let words = Words::from("Each condition stands at its own best ")
        .code(&tuning.key)
        .plain(", chosen on validation.");
    Some(match at_edge {
        0 => words,
        _ => words.plain(format!(
            " In {at_edge} of {} the best one lies at an end of the grid: a better one may lie beyond.",
            counted(choices.len(), "setting", "settings")
        )),
    })
}

/// What tuning chose, a row a setting.
pub(super) fn table(material: &Material<'_>) -> Table {
    let empty = Table {
        caption: Words::new().strong("Tuned values"),
        columns: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    let Some(tuning) = &material.results.tuning else {
        return empty;
    };
    let axes_of_settings = others(material.results, tuning);
    let metric = tuning.metric.replace('_', " ");
    let mut header = axes(axes_of_settings.iter().map(|&axis| &material.results.axes[axis]));
    header.extend(columns(
        &[],
        &[
            &format!("best {}", spoken(&tuning.key)),
            "largest stable",
            &metric,
            "n",
            "test accuracy, %: mean ± sd",
            "diverged",
        ],
    ));
    let choices = choices(material.results, tuning);
    let at_edge = choices.iter().filter(|choice| !choice.edge().is_empty()).count();
    let mut notes = vec![Words::from(
        "Chosen on validation, reported on test. Largest stable: the largest value at which no replicate diverged and accuracy came half of the way from chance (or the share of the largest class, if that is larger) to the best value's.",
    )];
    if at_edge > 0 {
        notes.push(
            Words::new()
                .strong(format!("{at_edge} of {} choices lie at an end of the grid", choices.len()))
                .plain(" (marked †): a better value may lie beyond it."),
        );
    }
    Table {
        caption: empty.caption.plain(" of ").code(&tuning.key).plain(format!(", by {metric}.")),
        columns: header,
        rows: choices.iter().map(chosen).collect(),
        notes,
    }
}

fn chosen(choice: &Choice) -> Vec<Cell> {
    let mut cells: Vec<Cell> = choice.setting.iter().map(|value| Cell::of(dashed(value))).collect();
    let Some(chosen) = choice.chosen() else {
        cells.extend((0..6).map(|_| Cell::of("–")));
        return cells;
    };
    let percent: Vec<f64> = chosen.test.iter().map(|share| share * 100.0).collect();
    let (mean, std) = (stats::mean(&percent), stats::standard_deviation(&percent));
    let written = match (mean, std) {
        (Some(mean), Some(std)) => format!("{mean:.2} ± {std:.2}"),
        (Some(mean), None) => format!("{mean:.2}"),
        _ => "–".to_owned(),
    };
    let edge = if choice.edge().is_empty() { "" } else { " †" };
    let rated = stats::mean(&chosen.metric);
    cells.extend([
        Cell::ordered(format!("{}{edge}", chosen.value), chosen.value.parse().ok()),
        Cell::of(dashed(choice.largest_stable().unwrap_or_default())),
        Cell::ordered(rated.map_or("–".to_owned(), |mean| format!("{mean:.4}")), rated),
        Cell::of(chosen.metric.len().to_string()),
        Cell::ordered(written, mean),
        Cell::ordered(
            format!("{} of {}", chosen.diverged, chosen.metric.len() + chosen.diverged),
            Some(chosen.diverged as f64),
        ),
    ]);
    cells
}
