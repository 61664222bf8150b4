//! One of several folders: its row in the table, and its section.

use super::name;
use crate::compare::claim::{ClaimResult, ClaimVerdict};
use crate::error::Result;
use crate::report::claims;
use crate::report::page::answer;
use crate::report::page::document::{Block, Cell, Section, Table};
use crate::report::page::figures;
use crate::report::page::material::Material;
use crate::report::page::words::{Words, address, unbroken};
use crate::report::page::{Folder, claim, repeat, setup, tables, title, untested};
use crate::results::format::manifest::RunEntry;
use crate::results::status::account::Account;
use crate::shell;
use crate::units::{self, capitalised, counted};
use crate::wording::names::listed;

/// A results folder on a page about several.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The folder's content, with one figure at most.
    pub folder: &'a Folder,
    /// The path of the folder relative to the page, with forward slashes.
    pub path: &'a str,
    /// The id of the section, from [`super::ids`].
    pub id: &'a str,
    /// File names of the reports in it: `report.html`, `report.md`.
    pub reports: &'a [&'a str],
}

/// The part of a page about one folder.
#[derive(Debug, Clone)]
pub struct Part {
    /// The verdict on its claim, if it has one.
    pub(super) ruling: Option<ClaimVerdict>,
    /// Number of trials.
    pub(super) trials: usize,
    /// The cost of its trainings.
    pub(super) cost: Cost,
    /// The row in the table of folders.
    pub(super) row: Vec<Cell>,
    /// The section on the folder.
    pub(super) section: Section,
}

impl Part {
    /// Makes the part of a folder.
    pub fn of(member: Member<'_>) -> Result<Self> {
        let material = Material::new(member.folder, None)?;
        let judgement = material.judgement;
        let results = material.results;
        let heading = match judgement {
            Some(judgement) => judgement.claim.statement.trim().to_owned(),
            None => title(&results.question, &results.name),
        };
        let cost = Cost::of(&material);
        Ok(Self {
            ruling: judgement.map(ClaimResult::ruling),
            trials: results.trials.len(),
            row: row(&material, &heading, member.id),
            section: Section {
                id: name::section(member.id),
                blocks: blocks(&material, member, &cost),
                title: heading,
            },
            cost,
        })
    }
}

fn row(material: &Material<'_>, heading: &str, id: &str) -> Vec<Cell> {
    let heading = Cell::linked(heading, format!("#{}", name::section(id)));
    let Some(judgement) = material.judgement else {
        let answer = Cell::of(answer::statement(material).answer.text());
        return vec![heading, Cell::of("–"), Cell::of("–"), answer];
    };
    let verdict = Cell {
        order: Some(f64::from(judgement.ruling() as u8)),
        ..Cell::verdict(judgement.ruling().word(), judgement.ruling())
    };
    let counts = Cell::ordered(
        claims::as_expected(judgement),
        Some(judgement.counts().supported as f64 / judgement.counts().all.max(1) as f64),
    );
    vec![heading, verdict, counts, Cell::of(unbroken(&claims::brief(judgement))).dashed()]
}

fn blocks(material: &Material<'_>, member: Member<'_>, cost: &Cost) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(verdict(material))];
    if let Some(judgement) = material.judgement {
        let effects = claims::lines(judgement);
        let effects = effects.iter().map(|effect| unbroken(&format!("{}.", capitalised(effect))));
        blocks.push(Block::List(effects.map(Words::from).collect()));
    }
    blocks.push(Block::Paragraph(origin(material, member)));
    let remarks = untested::unfinished(material).into_iter();
    let remarks = remarks.chain(setup::cautions(material));
    let remarks = remarks.chain(tables::tuning(material));
    blocks.extend(remarks.map(Block::Paragraph));
    blocks.extend(numbers(material).map(Block::Table));
    for mut drawn in member.folder.charts.iter().take(1).cloned() {
        drawn.stem = name::stem(member.id, &drawn.stem);
        let figure = figures::figure(drawn, &material.results.name);
        blocks.push(Block::Figure(Box::new(figure)));
    }
    blocks.push(Block::Folded {
        summary: "What was varied, and what was fixed".to_owned(),
        blocks: vec![setup::varied(material), Block::Table(setup::fixed(material))],
    });
    blocks.push(Block::Paragraph(cost.said(material.account)));
    blocks.push(repeat::block(commands(material, member)));
    blocks
}

/// The verdict; for a folder without a claim, the answer to its question.
fn verdict(material: &Material<'_>) -> Words {
    material.judgement.map_or_else(|| answer::statement(material).answer, claim::verdict)
}

/// The source of the claim, and where the numbers are.
fn origin(material: &Material<'_>, member: Member<'_>) -> Words {
    let source = material.judgement.and_then(|j| j.claim.source.as_ref());
    let words = match source {
        Some(source) => {
            Words::from(format!("Claimed by {}. ", source.trim().trim_end_matches('.')))
        }
        None => Words::new(),
    };
    let words = words.plain("Results: ").code(member.path);
    let Some((first, others)) = member.reports.split_first() else {
        return words.plain(".");
    };
    let to = |file: &str| address(&format!("{}/{file}", member.path));
    let words = words.plain(", with ").link("a report of their own", to(first));
    let words =
        others.iter().fold(words, |words, file| words.plain(", also as ").link(*file, to(file)));
    words.plain(".")
}

/// The claim's tests, or else the comparisons, or else the conditions.
fn numbers(material: &Material<'_>) -> impl Iterator<Item = Table> {
    let compared = material.compared.as_ref();
    let table = match (material.judgement, compared) {
        (Some(judgement), _) => claim::tests(judgement),
        (None, Some(compared)) => tables::comparisons(compared),
        (None, None) => tables::conditions(material),
    };
    std::iter::once(table).filter(|table| !table.rows.is_empty())
}

/// The commands that repeat the experiment, relative to the page's folder.
fn commands(material: &Material<'_>, member: Member<'_>) -> Option<String> {
    let experiment = format!("{}/experiment.toml", member.path);
    let again = format!("again/{}", member.id);
    let mut commands = repeat::training(material, &experiment, &again)?;
    let ask = if material.judgement.is_some() { "claims" } else { "compare" };
    commands.push(format!("bn-lab {ask} {}", shell::pasted(&again)?));
    Some(commands.join("\n"))
}

/// The text before the commands.
const REPEAT: &str = "To repeat it, from the folder of this page:";

/// The cost of a folder, from its manifest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cost {
    /// Number of trainings that ended.
    pub(super) trainings: usize,
    /// Wall-clock seconds of the runs that trained; 0 where no manifest exists.
    pub(super) seconds: f64,
    /// Number of these runs.
    runs: usize,
    /// Whether some of them were killed, so that the time is a lower bound.
    pub(super) is_least: bool,
}

impl Cost {
    fn of(material: &Material<'_>) -> Self {
        let runs = &material.account.runs;
        let trained: usize = runs.iter().map(|run| run.trained).sum();
        let ended = material.results.trials.iter().filter(|trial| trial.status.is_finished());
        let ended = ended.count();
        let timed = runs_that_trained(material.account);
        Self {
            // A killed run did not record how many trials it trained.
            trainings: trained.max(ended),
            seconds: timed.clone().filter_map(|run| run.wall_seconds).sum(),
            runs: timed.count(),
            is_least: trained < ended || runs.iter().any(|run| run.wall_seconds.is_none()),
        }
    }

    /// A sentence such as `Cost: 567 trainings in 4 min 09 s of wall-clock time on …`.
    fn said(&self, account: &Account) -> Words {
        let words = Words::new()
            .strong("Cost")
            .plain(format!(": {}", counted(self.trainings, "training", "trainings")));
        if self.seconds == 0.0 {
            return words.plain(format!("; how long they took was not kept. {REPEAT}"));
        }
        let machines: std::collections::BTreeSet<String> =
            runs_that_trained(account).map(repeat::machine).collect();
        let machines: Vec<String> = machines.into_iter().collect();
        let sum =
            if self.runs > 1 { format!(", the sum of {} runs,", self.runs) } else { String::new() };
        words.plain(format!(
            " in {}{} of wall-clock time{sum} on {}. {REPEAT}",
            if self.is_least { "at least " } else { "" },
            units::duration(self.seconds),
            listed(&machines)
        ))
    }
}

fn runs_that_trained(account: &Account) -> impl Iterator<Item = &RunEntry> + Clone {
    account.runs.iter().filter(|run| run.trained > 0)
}
