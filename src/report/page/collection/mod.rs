//! Several results folders on one page: the verdicts on all their claims, and a section on each.

mod lead;
mod name;
mod part;

pub use name::ids;
pub use part::{Member, Part};

use super::document::{Block, Report, Section, Table, columns};
use super::fold;
use super::words::Words;
use crate::report::claims;
use crate::results::format::manifest::VERSION;
use crate::units::{self, counted};

/// The title where every folder has a claim.
const OF_CLAIMS: &str = "Common claims about batch normalisation, tested";

/// The report on these folders, in their order; `name` is the name of the folder that contains them.
pub fn report(name: &str, parts: Vec<Part>) -> Report {
    let are_claims = parts.iter().all(|part| part.ruling.is_some());
    let title = if are_claims && !parts.is_empty() { OF_CLAIMS } else { name };
    let mut report = Report {
        title: title.to_owned(),
        name: name.to_owned(),
        scope: scope(name, &parts),
        answer: lead::answer(&parts),
        remarks: lead::remarks(&parts),
        origin: format!("the results folders in “{name}”"),
        sections: vec![overview(&parts)],
        author: format!("bn-lab {VERSION}"),
    };
    let sections = parts.into_iter().map(|part| part.section);
    report.sections.extend(sections);
    report.sections.iter_mut().for_each(fold::fold);
    report
}

/// The scope in one line: `claims · 14 experiments · 2133 trials`.
fn scope(name: &str, parts: &[Part]) -> String {
    let trials: usize = parts.iter().map(|part| part.trials).sum();
    let experiments = counted(parts.len(), "experiment", "experiments");
    format!("{name} · {experiments} · {}", units::trials(trials))
}

/// A table with one row for each folder, linked to its section.
fn overview(parts: &[Part]) -> Section {
    let are_claims = parts.iter().all(|part| part.ruling.is_some());
    let (heading, first) =
        if are_claims { ("The claims", "claim") } else { ("The answers", "claim or question") };
    let table = Table {
        caption: Words::new().strong("Verdicts and effects").plain(format!(
            ". Each {first} leads to its section below, with the effect of every test."
        )),
        columns: columns(
            &[first, "verdict", "as expected", "effect of the first test that decides"],
            &[],
        ),
        rows: parts.iter().map(|part| part.row.clone()).collect(),
        notes: vec![claims::EFFECTS.into()],
    };
    Section {
        id: "overview".to_owned(),
        title: heading.to_owned(),
        blocks: vec![Block::Table(table)],
    }
}
