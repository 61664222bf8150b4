//! `bn-lab plan`: every trial of an experiment, how it stands, and how long the rest will take. Runs
//! nothing and writes nothing.

use crate::cli::{self, Format};
use crate::commands::{load, print, provenance, refuse_compact};
use crate::data::Places;
use crate::error::Result;
use crate::plan;
use crate::record::manifest;
use crate::record::overview::Overview;
use crate::report;

/// Prints the plan in the format that is asked for.
pub fn run(arguments: &cli::Plan) -> Result<()> {
    let experiment = load(&arguments.experiment, false)?;
    refuse_compact(&experiment)?;
    let trials = plan::trials(&experiment);
    let places = Places::from_environment(arguments.data.data_dir.clone());
    provenance::check(&experiment, &trials, &places, false)?;
    let overview = Overview::read(&experiment, &trials)?;
    let jobs = arguments.jobs.map_or_else(manifest::cores, usize::from);
    print(&match arguments.format {
        Format::Table => report::plan::table(&overview, jobs),
        Format::Md => report::plan::markdown(&overview, jobs),
        Format::Csv => report::plan::csv(&overview),
        Format::Json => report::plan::json(&overview, jobs),
    })
}
