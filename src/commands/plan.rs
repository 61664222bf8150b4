//! `bn-lab plan`: prints every trial of an experiment, its state, and how long the rest will take. Trains
//! nothing and writes nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::cli::{self, PlanFormat};
use crate::commands::{load, memory, print, provenance, refuse_compact, say, settling};
use crate::config::spec;
use crate::data::{self, Dataset, DatasetSize, Places};
use crate::description::DatasetDescription;
use crate::error::Result;
use crate::machine;
use crate::plan::{self, Trial};
use crate::report;
use crate::results::format::layout::Layout;
use crate::results::format::manifest;
use crate::results::status::overview::Overview;

/// Prints the plan in the requested format.
pub fn run(arguments: &cli::Plan) -> Result<()> {
    let experiment = load(&arguments.experiment, false)?;
    refuse_compact(&experiment)?;
    let trials = plan::trials(&experiment);
    let places = Places::from_environment(arguments.data.data_dir.clone());
    provenance::check(&experiment, &trials, &places, false)?;
    let mut overview = Overview::read(&experiment, &trials)?;
    let (told, tables) = datasets(&trials, &Layout::new(&experiment.output.dir))?;
    let examples = |trial: &Trial| {
        let settings = &trial.condition.settings.data;
        let told = told.iter().find(|(of, _)| *of == settings.content());
        told.map_or(settings.train_examples, |(_, data)| Some(data.train_examples()))
    };
    if let Some(note) = settling::note(&trials, examples) {
        say(&note);
    }
    overview.memory = memory::outlook(&trials, &tables, machine::memory());
    overview.data = told.into_iter().map(|(_, data)| data).collect();
    let jobs = arguments.jobs.map_or_else(manifest::cores, usize::from);
    print(&match arguments.format {
        PlanFormat::Table => report::plan::table(&overview, jobs),
        PlanFormat::Md => report::plan::markdown(&overview, jobs),
        PlanFormat::Csv => report::plan::csv(&overview),
        PlanFormat::Json => report::plan::json(&overview, jobs),
    })
}

/// Descriptions of the datasets of these trials, each once, with the settings that determine its content, as far
/// as they are known without a download or a generator: a table is read, and for others the description comes from
/// an earlier run or from what was published. For tables, also what determines how much memory they need.
fn datasets(
    trials: &[Arc<Trial>],
    layout: &Layout,
) -> Result<(Told, BTreeMap<String, DatasetSize>)> {
    let kept: Vec<DatasetDescription> = manifest::read(layout)?.data.into_values().collect();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut order = Vec::new();
    for trial in trials {
        let settings = &trial.condition.settings.data;
        let content = settings.content();
        let known = match known.entry(content) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                order.push(place.key().clone());
                place.insert(Known::of(settings, &kept)?)
            }
        };
        if let (Some(dataset), Some(description)) = (&known.dataset, &mut known.description) {
            let streams = trial.streams();
            data::note_held_out(description, dataset, settings, trial.seed, &streams);
        }
    }
    let tables = known.iter();
    let tables = tables.filter_map(|(content, known)| {
        Some((content.clone(), DatasetSize::of(known.dataset.as_ref()?)))
    });
    let tables = tables.collect();
    let described = order.into_iter().filter_map(|content| {
        let description = known.remove(&content)?.description?;
        Some((content, description))
    });
    Ok((described.collect(), tables))
}

/// Descriptions of datasets, by the settings that determine their content.
type Told = Vec<(String, DatasetDescription)>;

/// What is known of a dataset before a run loads it.
struct Known {
    /// The dataset itself, where it is a table in a file.
    dataset: Option<Dataset>,
    description: Option<DatasetDescription>,
}

impl Known {
    /// An error where a table cannot be read; a run would end with the same error.
    fn of(settings: &spec::Data, kept: &[DatasetDescription]) -> Result<Self> {
        if !matches!(settings.dataset, spec::Dataset::Csv(_)) {
            return Ok(Self {
                dataset: None,
                description: told(settings, kept).or_else(|| data::published(settings)),
            });
        }
        let dataset = data::load(settings, &Places::default(), &mut |_| {})?;
        Ok(Self { description: Some(data::describe(&dataset)), dataset: Some(dataset) })
    }
}

/// The description that a run stored for a dataset of this name and size, if there is only one such.
fn told(settings: &spec::Data, kept: &[DatasetDescription]) -> Option<DatasetDescription> {
    let fits = |limit: Option<usize>, count: usize| limit.is_none_or(|limit| limit == count);
    let is_it = |data: &&DatasetDescription| {
        data.dataset == settings.dataset.name()
            && fits(settings.train_examples, data.train_examples())
            && fits(settings.test_examples, data.test_examples())
    };
    let mut found = kept.iter().filter(is_it);
    found.next().filter(|_| found.next().is_none()).cloned()
}
