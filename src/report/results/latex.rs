//! The trials or the conditions of a results folder for a LaTeX document.

use crate::compare::Answer;
use crate::report::compare::{is_best, meaning_of_bold};
use crate::report::latex::{self, Alignment, Table};
use crate::report::sheet::Sheet;
use crate::results::query::{Labels, short_name};
use crate::results::status::live::Live;
use crate::units::counted;
use crate::wording::names::spoken;

/// The column of which a value may be bold.
const ACCURACY: &str = "test_accuracy_mean";

/// What a table shows, and why.
pub struct Shown<'a> {
    /// The present state of the folder.
    pub live: &'a Live,
    /// Whether a row is about a condition.
    pub by_condition: bool,
    /// The requested columns; empty for those that suit a paper.
    pub columns: &'a [String],
    /// What readers see in place of values.
    pub labels: &'a Labels,
    /// The comparison of test accuracies that says which of them is best, by condition; `None` where there is none.
    pub compared: Option<&'a Answer>,
    /// The filters that were applied.
    pub filters: &'a [String],
    /// Number of rows without the filters.
    pub all: usize,
}

/// The rows of `sheet`, which has all columns, as a table for the `command` that made it.
pub fn latex(sheet: &Sheet, shown: &Shown<'_>, command: &str) -> crate::error::Result<String> {
    let best = best(sheet, shown);
    let mut sheet = sheet.clone();
    sheet.label(shown.labels);
    let (columns, rows) = if shown.by_condition && shown.columns.is_empty() {
        for_papers(&sheet, shown, &best)
    } else {
        chosen(sheet, shown, &best)?
    };
    let what = if shown.by_condition { "condition" } else { "trial" };
    let table = Table {
        caption: format!("Results by {what}."),
        label: format!("results-by-{what}"),
        columns,
        rows,
        notes: notes(shown, &best),
    };
    Ok(latex::document(command, &[table]))
}

/// Whether the condition of each row has the best test accuracy, significantly.
fn best(sheet: &Sheet, shown: &Shown<'_>) -> Vec<bool> {
    let Some(answer) = shown.compared.filter(|_| shown.by_condition) else {
        return vec![false; sheet.rows.len()];
    };
    let cell = |row: &[String], key: &str| cell(sheet, row, key).to_owned();
    let is_best = |row: &Vec<String>| {
        let setting: Vec<String> = answer.others.iter().map(|key| cell(row, key)).collect();
        is_best(answer, &cell(row, &answer.by), &setting)
    };
    sheet.rows.iter().map(is_best).collect()
}

type Content = (Vec<(String, Alignment)>, Vec<Vec<String>>);

/// The axes that vary, the number of replicates, and the test accuracy with its interval.
fn for_papers(sheet: &Sheet, shown: &Shown<'_>, best: &[bool]) -> Content {
    let cell = |row: &[String], name: &str| cell(sheet, row, name).to_owned();
    let axes = varied(sheet, shown);
    let has_diverged = sheet.rows.iter().any(|row| !matches!(&cell(row, "diverged")[..], "" | "0"));
    let mut columns: Vec<(String, Alignment)> =
        axes.iter().map(|key| (latex::text(&spoken(key)), Alignment::Left)).collect();
    columns.push(("$n$".to_owned(), Alignment::Right));
    columns.push((r"test accuracy (\%)".to_owned(), Alignment::Right));
    columns.push((r"95\,\% interval".to_owned(), Alignment::Right));
    columns.extend(has_diverged.then(|| ("diverged".to_owned(), Alignment::Right)));
    let percent = |text: String| {
        let share: Option<f64> = text.parse().ok();
        share.map(|share| format!("{:.2}", share * 100.0))
    };
    let row = |(row, is_best): (&Vec<String>, &bool)| {
        let mean = percent(cell(row, ACCURACY)).unwrap_or_else(|| "--".to_owned());
        let ends = [cell(row, "test_accuracy_low"), cell(row, "test_accuracy_high")].map(percent);
        let interval = match ends {
            [Some(low), Some(high)] => latex::number(&format!("[{low}, {high}]")),
            _ => "--".to_owned(),
        };
        let mut cells: Vec<String> = axes.iter().map(|key| written(&cell(row, key))).collect();
        cells.push(cell(row, "n"));
        cells.push(if *is_best { latex::bold(&mean) } else { mean });
        cells.push(interval);
        cells.extend(has_diverged.then(|| cell(row, "diverged")));
        cells
    };
    let rows = sheet.rows.iter().zip(best).map(row).collect();
    (columns, rows)
}

/// The axes of which the rows have several values, or else the first one.
fn varied<'a>(sheet: &Sheet, shown: &Shown<'a>) -> Vec<&'a String> {
    let differs = |key: &&String| {
        let mut cells = sheet.rows.iter().map(|row| cell(sheet, row, key));
        let first = cells.next();
        cells.any(|cell| Some(cell) != first)
    };
    let axes = shown.live.axes.iter();
    let axes: Vec<&String> = axes.filter(differs).collect();
    if axes.is_empty() { shown.live.axes.first().into_iter().collect() } else { axes }
}

/// The cell of a row in the column with this name; empty where there is none.
fn cell<'a>(sheet: &Sheet, row: &'a [String], name: &str) -> &'a str {
    let at = sheet.columns.iter().position(|column| column == name);
    at.and_then(|at| row.get(at)).map_or("", String::as_str)
}

/// The requested columns, or those that fit on a page.
fn chosen(mut sheet: Sheet, shown: &Shown<'_>, best: &[bool]) -> crate::error::Result<Content> {
    if shown.columns.is_empty() {
        let mut columns: Vec<String> = varied(&sheet, shown).into_iter().cloned().collect();
        columns.extend(["replicate", "outcome", "test_loss", "test_accuracy"].map(str::to_owned));
        sheet.select(&columns)?;
    } else {
        sheet.select(shown.columns)?;
    }
    let accuracy = sheet.columns.iter().position(|column| column == ACCURACY);
    let numbers = sheet.columns_of_numbers();
    let heading = |(name, is_number): (&String, &bool)| {
        let alignment = if *is_number { Alignment::Right } else { Alignment::Left };
        (latex::text(&short_name(name).replace('_', " ")), alignment)
    };
    let columns = sheet.columns.iter().zip(&numbers).map(heading).collect();
    let (_, rows) = sheet.for_people();
    let row = |(row, is_best): (Vec<String>, &bool)| {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(at, cell)| match written(cell) {
            cell if *is_best && accuracy == Some(at) => latex::bold(&cell),
            cell => cell,
        });
        cells.collect()
    };
    Ok((columns, rows.into_iter().zip(best).map(row).collect()))
}

fn written(cell: &str) -> String {
    if cell.is_empty() { "--".to_owned() } else { latex::number(cell) }
}

fn notes(shown: &Shown<'_>, best: &[bool]) -> Vec<String> {
    let mut notes = Vec::new();
    if shown.by_condition {
        let any = best.contains(&true);
        notes.push(match shown.compared {
            Some(answer) => meaning_of_bold(answer, any),
            None => {
                "no value is bold: these conditions are not compared with each other".to_owned()
            }
        });
        if shown.columns.is_empty() {
            notes.push(
                "means over the replicates that were completed, with intervals by Student's t"
                    .to_owned(),
            );
        }
    }
    notes.push(super::tally(shown.live));
    if !shown.filters.is_empty() {
        notes.push(format!(
            "shown: the {} of {} where {}",
            counted(best.len(), "row", "rows"),
            shown.all,
            shown.filters.join(" and ")
        ));
    }
    notes.iter().map(|note| latex::sentence(note)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::results::by_condition;
    use crate::results::query::TrialStatus;
    use crate::results::status::live::LiveTrial;

    fn live() -> Live {
        let trial = |placement: &str, condition: usize, accuracy: f64| LiveTrial {
            id: format!("{condition}"),
            label: String::new(),
            condition,
            status: TrialStatus::Completed,
            accuracy: Some(accuracy),
            evaluated: None,
            running: None,
            epochs: Vec::new(),
            cells: vec![placement.to_owned(), "8".to_owned(), accuracy.to_string()],
        };
        Live {
            columns: ["norm.placement", "train.batch_size", "test_accuracy"]
                .map(str::to_owned)
                .to_vec(),
            first: 0,
            axes: ["norm.placement", "train.batch_size"].map(str::to_owned).to_vec(),
            trials: vec![
                trial("none_x", 1, 0.5),
                trial("none_x", 1, 0.75),
                trial("before", 2, 0.25),
                trial("before", 2, 0.25),
            ],
            has_run: false,
        }
    }

    #[test]
    fn a_paper_has_the_axes_that_vary_and_accuracies_in_percent() {
        let live = live();
        let sheet = by_condition(&live);
        let filters = ["batch_size = 8".to_owned()];
        let shown = Shown {
            live: &live,
            by_condition: true,
            columns: &[],
            labels: &Labels::default(),
            compared: None,
            filters: &filters,
            all: 3,
        };
        let latex = latex(&sheet, &shown, "bn-lab results x").expect("written");
        for part in [
            r"placement & $n$ & test accuracy (\%) & 95\,\% interval \tabularnewline",
            r"none\_x & 2 & 62.50 & {[}$-$96.33, 221.33] \tabularnewline",
            r"before & 2 & 25.00 & {[}25.00, 25.00] \tabularnewline",
            "No value is bold: these conditions are not compared with each other.",
            "Shown: the 2 rows of 3 where batch\\_size = 8.",
        ] {
            assert!(latex.contains(part), "{part} is not in\n{latex}");
        }
    }

    #[test]
    fn requested_columns_are_the_columns() {
        let live = live();
        let columns = ["placement", "test_accuracy_mean"].map(str::to_owned);
        let shown = Shown {
            live: &live,
            by_condition: true,
            columns: &columns,
            labels: &Labels::default(),
            compared: None,
            filters: &[],
            all: 2,
        };
        let latex = latex(&by_condition(&live), &shown, "").expect("written");
        assert!(latex.contains("placement & test accuracy mean \\tabularnewline"), "{latex}");
        assert!(latex.contains("before & 0.25 \\tabularnewline"), "{latex}");
    }
}
