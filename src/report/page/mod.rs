//! A report on a results folder: its content as data ([`document`]), which the modules
//! here fill in, one for each section, and which [`html`] and [`markdown`] write.

pub mod answer;
mod claim;
pub mod collection;
pub mod document;
pub mod figures;
mod fold;
mod folder;
pub mod html;
pub mod live;
pub mod markdown;
mod material;
mod names;
mod part;
pub mod pictures;
mod repeat;
mod setup;
pub mod tables;
mod task;
#[cfg(test)]
mod tests;
mod tone;
mod untested;
mod words;

pub use folder::{Folder, chart, claimed_charts};
pub use material::Material;
pub use tone::Tone;
pub use words::{Piece, Words, address};

use crate::compare::population;
use crate::plot::figures::Drawn;
use crate::results::format::manifest::VERSION;
use crate::units::{counted, trials};
use document::Report;

/// The report on a results folder, with these figures.
pub fn report(material: &Material<'_>, charts: Vec<Drawn>) -> Report {
    let results = material.results;
    let statement = answer::statement(material);
    let mut remarks: Vec<Words> = part::remarks(results);
    remarks.extend(untested::unfinished(material));
    remarks.extend(setup::cautions(material));
    remarks.extend(statement.others);
    remarks.extend(tables::tuning(material));
    let gaps = population::gaps(results).summary();
    let (charts, of_task) = task::split(charts);
    let sections = [
        figures::section(charts, &results.name, gaps.as_deref()),
        task::section(of_task, &results.name),
        Some(tables::section(material)),
        Some(setup::section(material)),
        Some(untested::section(material)),
        Some(repeat::section(material)),
    ];
    let mut report = Report {
        title: title(&results.question, &results.name),
        name: results.name.clone(),
        scope: scope(material),
        answer: part::named(results, statement.answer),
        remarks,
        sections: sections.into_iter().flatten().collect(),
        origin: format!("the results folder “{}”", results.name),
        author: format!("bn-lab {VERSION}"),
    };
    report.sections.iter_mut().for_each(fold::fold);
    report
}

/// The answer in a sentence with its uncertainty, for the end of a run: behind what is missing, if the experiment is not
/// complete.
pub fn short_answer(material: &Material<'_>) -> Vec<Words> {
    untested::unfinished(material).into_iter().chain([answer::statement(material).answer]).collect()
}

/// The question as a title, or the experiment's name where there is no question.
fn title(question: &str, name: &str) -> String {
    if question.trim().is_empty() { name } else { question.trim() }.to_owned()
}

/// The scope in one line: `mnist · 3 conditions × 3 replicates = 9 trials`.
fn scope(material: &Material<'_>) -> String {
    format!(
        "{} · {} × {} = {}",
        material.results.name,
        counted(material.results.conditions().len(), "condition", "conditions"),
        counted(material.account.replicates as usize, "replicate", "replicates"),
        trials(material.results.trials.len())
    )
}
