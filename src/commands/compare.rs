//! `bn-lab compare`: what the replicates of a folder, or of two, say about a difference.

use std::path::Path;

use crate::cli::{self, Format};
use crate::commands::print;
use crate::error::{Error, Result};
use crate::record::reader;
use crate::record::results::Results;
use crate::report::compare::{self, FOLDER, Question};
use crate::report::tune;

/// Compares what is asked for, and prints it; where something was tuned, at the chosen values.
pub fn run(arguments: &cli::Compare) -> Result<()> {
    let margin = arguments.margin;
    if margin.is_some_and(|margin| !(margin >= 0.0 && margin.is_finite())) {
        return Err(Error::Usage(
            "`--margin` is not a number from 0 on\n  hint: `--margin 0.5` for half a percentage point"
                .to_owned(),
        ));
    }
    let question = |by: &str| Question {
        metric: arguments.metric.clone(),
        by: by.to_owned(),
        margin,
    };
    let first = read(&arguments.results)?;
    let answer = match &arguments.second {
        None => compare::compare(&first.results, &question(&arguments.by))?,
        Some(second) => {
            let second_read = read(second)?;
            check_seeds(&arguments.results, second)?;
            let (one, other) = (name(&arguments.results), name(second));
            let both = compare::together((&one, &first.results), (&other, &second_read.results))?;
            compare::compare(&both, &question(FOLDER))?
        }
    };
    let mut text = match arguments.format {
        Format::Table => compare::table(&answer),
        Format::Md => compare::markdown(&answer),
        Format::Csv => compare::csv(&answer),
        Format::Json => compare::json(&answer),
    };
    if let (Format::Table, Some(tuned)) = (arguments.format, first.tuned) {
        text.push_str(&format!("\n{tuned}"));
    }
    print(&text)
}

/// A folder, and what was chosen in it.
struct Read {
    results: Results,
    tuned: Option<String>,
}

fn read(folder: &Path) -> Result<Read> {
    let results = reader::read(folder)?;
    Ok(Read {
        tuned: tune::table(&results),
        results: tune::at_chosen(&results).unwrap_or(results),
    })
}

/// Replicates are pairs where they drew the same random numbers.
fn check_seeds(first: &Path, second: &Path) -> Result<()> {
    let (one, other) = (reader::seed(first)?, reader::seed(second)?);
    if one == other {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "`{}` has seed {one} and `{}` has seed {other}: their replicates share no random numbers, so there are no pairs\n  hint: train one of them again with `-o seed={one}` or `-o seed={other}` into another folder",
        first.display(),
        second.display()
    )))
}

/// As it was written on the command line, without a slash at its end.
fn name(folder: &Path) -> String {
    folder
        .components()
        .collect::<std::path::PathBuf>()
        .display()
        .to_string()
}
