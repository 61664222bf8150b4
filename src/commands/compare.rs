//! `bn-lab compare`: compares conditions of a folder, or the same conditions of two folders.

use std::path::Path;

use crate::cli::{self, Format};
use crate::commands::{command_line, print, requested, say};
use crate::compare::metric::Metric;
use crate::compare::{self, Answer, FOLDER, Question, tune};
use crate::error::{Error, Result};
use crate::fs;
use crate::report;
use crate::report::selection::{self, Requested};
use crate::results::format::files;
use crate::results::query::{Details, Results};
use crate::results::reader;
use crate::results::status::settings::{self, Setting};
use crate::units;

/// Prints the requested comparisons; where something was tuned, at the chosen values.
pub fn run(arguments: &cli::Compare) -> Result<()> {
    check_margin(arguments.margin)?;
    let details = Details {
        layers: Metric::named(&arguments.metric)?.needs().to_vec(),
        ..Details::default()
    };
    let first = reader::read_with(&arguments.results, &details)?;
    let (answer, tuned) = match &arguments.second {
        None => {
            let labels = requested(&arguments.selection).labels;
            let labelled = selection::select(first, Requested { labels, ..Requested::default() })?;
            (within(arguments, &labelled)?, vec![report::tune::table(&labelled)])
        }
        Some(second) => {
            let other = reader::read_with(second, &details)?;
            let tables = vec![report::tune::table(&first), report::tune::table(&other)];
            (between(arguments, second, [&first, &other])?, tables)
        }
    };
    // CSV and JSON have no place for remarks.
    if matches!(arguments.format, Format::Csv | Format::Json) {
        answer.remarks.iter().for_each(|remark| say(&format!("note: {remark}")));
    }
    print(&match arguments.format {
        Format::Table => {
            let tuned = tuned.iter().flatten().map(|table| format!("\n{table}"));
            report::compare::table(&answer) + &tuned.collect::<String>()
        }
        Format::Md => report::compare::markdown(&answer),
        Format::Csv => report::compare::csv(&answer),
        Format::Latex => report::compare::latex(&answer, &command_line()),
        Format::Json => report::compare::json(&answer),
    })
}

fn check_margin(margin: Option<f64>) -> Result<()> {
    if margin.is_none_or(|margin| margin >= 0.0 && margin.is_finite()) {
        return Ok(());
    }
    Err(Error::Usage(
        "`--margin` is not a number from 0 on\n  hint: `--margin 0.5` for half a percentage point"
            .to_owned(),
    ))
}

fn within(arguments: &cli::Compare, results: &Results) -> Result<Answer> {
    answer(arguments, tune::judged(results).into_owned(), &arguments.by)
}

fn between(arguments: &cli::Compare, second: &Path, both: [&Results; 2]) -> Result<Answer> {
    check_folders(&arguments.results, second)?;
    check_seeds(&arguments.results, second)?;
    let [one, other] = both.map(tune::judged);
    let folders = [arguments.results.as_path(), second];
    let names = folders.map(name);
    let both = compare::together((&names[0], &one), (&names[1], &other))?;
    let mut answer = answer(arguments, both, FOLDER)?;
    answer.remarks.extend(remarks(&settings::between(folders)?));
    Ok(answer)
}

/// The comparisons of the selected conditions, with a remark where these are not all.
fn answer(arguments: &cli::Compare, results: Results, by: &str) -> Result<Answer> {
    let selected = selection::select(results, requested(&arguments.selection))?;
    let mut answer = compare::compare(&selected, &question(arguments, by))?;
    // Programs find values by their names in the experiment.
    if !matches!(arguments.format, Format::Csv | Format::Json) {
        answer = answer.labelled(&selected.labels);
    }
    answer.remarks.extend(selected.scope_of_part().map(|scope| {
        format!("shown: {scope}; p-values and verdicts are those of the whole experiment")
    }));
    Ok(answer)
}

/// In which settings two folders differ besides their conditions, and how that affects pairs.
fn remarks(settings: &[Setting]) -> Vec<String> {
    let mut remarks = Vec::new();
    if !settings.is_empty() {
        let told: Vec<String> = settings.iter().map(Setting::to_string).collect();
        let count = units::counted(settings.len(), "setting", "settings");
        remarks.push(format!("the folders differ in {count}: {}", told.join("; ")));
    }
    if settings.iter().any(Setting::names_data) {
        remarks.push(
            "they were trained and tested on different data: what is paired are random numbers, not examples, so that intervals and p say nothing of the settings alone"
                .to_owned(),
        );
    }
    remarks
}

fn question(arguments: &cli::Compare, by: &str) -> Question {
    Question { metric: arguments.metric.clone(), by: by.to_owned(), margin: arguments.margin }
}

/// Refuses to compare a folder with itself.
fn check_folders(first: &Path, second: &Path) -> Result<()> {
    if fs::physical(first) != fs::physical(second) {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{}` and `{}` are the same folder\n  hint: name another one, or compare its conditions: `bn-lab compare {}`",
        first.display(),
        second.display(),
        first.display()
    )))
}

/// Refuses folders of different seeds: replicates form pairs only where they drew the same random numbers.
fn check_seeds(first: &Path, second: &Path) -> Result<()> {
    let (one, other) = (files::seed(first)?, files::seed(second)?);
    if one == other {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{}` has seed {one} and `{}` has seed {other}: their replicates share no random numbers, so there are no pairs\n  hint: train one of them again with `-o seed={one}` or `-o seed={other}` into another folder",
        first.display(),
        second.display()
    )))
}

/// The folder as the command line names it, without a trailing slash.
fn name(folder: &Path) -> String {
    folder.components().collect::<std::path::PathBuf>().display().to_string()
}
