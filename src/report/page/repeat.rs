//! How to repeat the experiment, and the provenance of the results.

use std::collections::BTreeSet;

use super::document::{Block, Section, Table};
use super::material::Material;
use super::words::Words;
use crate::results::format::manifest::RunEntry;
use crate::results::query::Dataset;
use crate::shell;
use crate::wording::names::listed;

/// The section on repeating the experiment.
pub(super) fn section(material: &Material<'_>) -> Section {
    let mut blocks = vec![Block::Paragraph(place(material))];
    blocks.extend(what_to_bring(material).map(Block::Paragraph));
    blocks.extend([
        block(commands(material)),
        Block::Paragraph(promise(material)),
        Block::Table(origins(material)),
    ]);
    if !material.account.manifest.is_empty() {
        blocks.push(Block::Folded {
            summary:
                "The manifest: versions, machine, command line and wall-clock times of every run"
                    .to_owned(),
            blocks: vec![Block::Code(material.account.manifest.trim_end().to_owned())],
        });
    }
    Section { id: "repeat".to_owned(), title: "How to repeat it".to_owned(), blocks }
}

/// The folder in which the commands are to be run.
fn place(material: &Material<'_>) -> Words {
    let words = match &material.apart {
        Some(folder) => Words::from("From the results folder ").code(folder),
        None => Words::from("From the folder that holds this report"),
    };
    words.plain("; every setting, defaults included, is in ").code("experiment.toml").plain(".")
}

/// The data that the user must provide, since no command downloads them; `None` where there are none.
fn what_to_bring(material: &Material<'_>) -> Option<Words> {
    let account = material.account;
    let mut words = Words::new();
    for (path, sum) in &account.tables {
        if !words.pieces().is_empty() {
            words = words.plain(" ");
        }
        let is_for_tests = material.fixed("data.test_file") == Some(path);
        let key = if is_for_tests { "data.test_file" } else { "data.file" };
        words = words
            .plain("It reads the table ")
            .code(path)
            .plain(format!(" (SHA-256 {}…), which is not in this folder; ", start(sum)))
            .code(format!("-o {key}=PATH"))
            .plain(" says where it is if it lies elsewhere.");
    }
    for dataset in Dataset::PUBLISHED {
        if account.is_unpublished(dataset) {
            if !words.pieces().is_empty() {
                words = words.plain(" ");
            }
            words = words.plain(format!(
                "The files that it read as {dataset} are not the published ones, so nothing downloads them; bring them along."
            ));
        }
    }
    (!words.pieces().is_empty()).then_some(words)
}

/// The first digits of a checksum, which suffice to recognise it.
fn start(sum: &str) -> String {
    sum.chars().take(12).collect()
}

/// Commands, or why there are none.
pub(super) fn block(commands: Option<String>) -> Block {
    commands.map_or_else(
        || {
            Block::Paragraph(Words::from(
                "No command is given here: a name in these files holds control characters, on which a terminal would act.",
            ))
        },
        Block::Code,
    )
}

fn commands(material: &Material<'_>) -> Option<String> {
    let mut commands = training(material, "experiment.toml", "again")?;
    let by = match &material.compared {
        Some(answer) => format!(" --by {}", shell::pasted(&answer.by)?),
        None => String::new(),
    };
    let metric = shell::pasted(material.metric.name)?;
    commands.push(format!("bn-lab compare again{by} --metric {metric}"));
    commands.push("bn-lab report again".to_owned());
    Some(commands.join("\n"))
}

/// The commands that train the experiment of a file into the folder `again`, including the download of data; `None`
/// where a word of them cannot be pasted into a terminal.
pub(super) fn training(
    material: &Material<'_>,
    experiment: &str,
    again: &str,
) -> Option<Vec<String>> {
    let mut commands = Vec::new();
    let used = material.datasets();
    let (own, published): (Vec<&str>, Vec<&str>) = Dataset::PUBLISHED
        .into_iter()
        .filter(|dataset| used.contains(dataset))
        .partition(|dataset| material.account.is_unpublished(dataset));
    for dataset in published {
        commands.push(format!("bn-lab data fetch {dataset}"));
    }
    let kinds = &material.account.devices;
    let device = match kinds.first() {
        Some(kind) if kinds.len() == 1 && kind != "cpu" => {
            format!(" --device {}", shell::pasted(kind)?)
        }
        _ => String::new(),
    };
    let options = material.account.kernels.iter().filter_map(|kernels| kernels.option());
    let kernels = match options.collect::<Vec<_>>().as_slice() {
        [option] if material.account.kernels.len() == 1 => format!(" {option}"),
        _ => String::new(),
    };
    let data = if own.is_empty() { "" } else { " --data-dir DIR" };
    // A path that begins with a hyphen would be an option.
    let experiment =
        if experiment.starts_with('-') { format!("./{experiment}") } else { experiment.to_owned() };
    commands.push(format!(
        "bn-lab run {} -o output.dir={}{device}{kernels}{data}",
        shell::pasted(&experiment)?,
        shell::pasted(again)?
    ));
    Some(commands)
}

fn promise(material: &Material<'_>) -> Words {
    let account = material.account;
    let sets: Vec<String> = account.instruction_sets.iter().cloned().collect();
    if account.devices.iter().all(|device| device == "cpu") {
        let same = match sets.as_slice() {
            [] => "The same version on a processor with the same vector instruction set (not recorded here) gives the same bytes".to_owned(),
            [only] => format!("The same version on a processor with the same vector instruction set ({only}) gives the same bytes"),
            _ => return format!(
                "These trials were trained with different vector instruction sets, {}, which add numbers in another order: no single machine gives the same bytes, and single accuracies may differ.",
                listed(&sets)
            ).into(),
        };
        format!("{same} in every file but those that hold wall-clock times.").into()
    } else {
        "On a device other than the CPU numbers differ in their last digits from run to run.".into()
    }
}

/// The provenance of the numbers.
fn origins(material: &Material<'_>) -> Table {
    let account = material.account;
    let of_runs = |field: fn(&RunEntry) -> String| {
        let found: BTreeSet<String> = account.runs.iter().map(field).collect();
        listed(&found.into_iter().collect::<Vec<_>>())
    };
    let mut rows = vec![
        ("bn-lab", of_runs(|run| format!("{} (revision {})", run.bn_lab, run.revision))),
        ("burn", of_runs(|run| run.burn.clone())),
        ("machine", of_runs(machine)),
        (
            "vector instruction set",
            listed(&account.instruction_sets.iter().cloned().collect::<Vec<_>>()),
        ),
        ("seed", account.seed.to_string()),
        ("replicates", format!("1 to {}", account.replicates)),
    ];
    for used in &account.data {
        let dataset = &used.dataset;
        let whose = if account.is_unpublished(dataset) { " (not the published files)" } else { "" };
        let digest = format!("{dataset}{whose}, SHA-256 {}…", used.digest);
        rows.push(("data", digest));
    }
    if account.data.is_empty() {
        let names: Vec<String> = material.datasets().into_iter().map(str::to_owned).collect();
        rows.push(("data", format!("{}; no digest was kept here", listed(&names))));
    }
    let caption = Words::new().strong("Where the numbers come from").plain(".");
    let rows = rows.into_iter().filter(|(_, text)| !text.is_empty());
    let note = "Seconds anywhere in this report are wall-clock times of that machine; they differ from run to run.";
    Table::facts(caption, ["what", "which"], rows, vec![note.into()])
}

/// The processor and the operating system of a run.
pub(super) fn machine(run: &RunEntry) -> String {
    let RunEntry { cpu, cores, system, .. } = run;
    format!("{cpu}, {cores} cores, {system}")
}
