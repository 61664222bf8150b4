//! Experiment files: from the text to a checked [`Experiment`].
//!
//! ```text
//! text ─wire─▶ tree with line numbers ─draft─▶ checked values and axes ─check─▶ Experiment
//! ```
//!
//! A file is refused before anything is trained, and all its problems are reported at once. Nothing
//! here accesses devices or results folders; of data, only the user's tables are read, for checksums.

mod absent;
pub mod built_in;
mod cautions;
mod check;
mod checked;
mod claim;
mod combinations;
mod conditions;
mod declare;
pub mod describe;
mod draft;
mod hypotheses;
mod key;
mod key_lookup;
mod point;
mod problem;
mod resolve;
mod resolved_points;
mod rule;
pub mod schema;
pub mod spec;
mod suggest;
mod sweep;
mod tables;
mod tune;
mod typos;
pub mod value;
mod wire;
mod written;

#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;

pub use self::cautions::cautions;
pub use self::check::Loaded;
pub use self::claim::of_text as claim_of;
pub use self::rule::is_name;
pub use self::suggest::nearest;
pub use self::tables::{CONTENT, by_content, sums_of};

use self::built_in::BuiltIn;
use self::draft::Draft;
use self::problem::Problems;
use self::spec::Experiment;
use self::tables::Search;
use crate::error::{Error, Result};
use crate::fs;

/// Reads and checks an experiment file, and computes the checksums of the tables that it names. `overrides`
/// are the `-o key=value` texts, in order.
pub fn load(path: &Path, overrides: &[String]) -> Result<Loaded> {
    let search = Search { folder: folder_of(path), kept_in: None, looks: true };
    let mut loaded = checked(path, &text_of(path)?, overrides, Some(search))?;
    if let Some(BuiltIn { name, .. }) = named(path) {
        let note = format!("`{name}` is built into bn-lab; `bn-lab configs show {name}` prints it");
        loaded.notes.insert(0, note);
    }
    Ok(loaded)
}

/// As [`load`], for an experiment whose resolved text is stored in the folder `kept_in` instead of the
/// results folder: the paths of tables are relative to it.
pub fn load_for(path: &Path, overrides: &[String], kept_in: &Path) -> Result<Loaded> {
    let search = Search { folder: folder_of(path), kept_in: Some(kept_in), looks: true };
    checked(path, &text_of(path)?, overrides, Some(search))
}

/// The built-in experiment that a path names, where there is nothing at that path.
fn named(path: &Path) -> Option<&'static BuiltIn> {
    let built_in = path.to_str().and_then(built_in::find)?;
    (!fs::is_there(path)).then_some(built_in)
}

/// The text of an experiment file; an error with a hint where the path is something else.
fn text_of(path: &Path) -> Result<String> {
    if let Some(built_in) = named(path) {
        return Ok(built_in.text.to_owned());
    }
    let inside = path.join("experiment.toml");
    if fs::is_file(&inside) {
        return Err(Error::Usage(format!(
            "`{}` is a results folder, and an experiment is a file\n  hint: `{}` is the experiment that it was made from",
            path.display(),
            inside.display()
        )));
    }
    let is_table = ["csv", "tsv"].iter().any(|extension| {
        let given = path.extension().unwrap_or_default();
        given.eq_ignore_ascii_case(extension)
    });
    if is_table && fs::is_file(path) {
        return Err(Error::Usage(format!(
            "`{}` is a table, and an experiment is a TOML or JSON file\n  hint: in an experiment, `dataset = \"csv\"` and `file = {}` under `[data]` name it",
            path.display(),
            value::Value::Text(path.display().to_string()).to_toml()
        )));
    }
    if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
        return Err(Error::Usage(format!(
            "`{}` is a YAML file, and an experiment is a TOML or JSON file\n  hint: `bn-lab init` writes one in TOML; every line of it is `key = value` below a `[section]`",
            path.display()
        )));
    }
    if !fs::is_there(path) && !path.as_os_str().is_empty() {
        return Err(Error::NoFile(format!(
            "there is no file `{}`\n  hint: {}",
            path.display(),
            instead_of(path)
        )));
    }
    fs::read_text(path)
}

/// What may have been meant by a path where there is nothing: a file of a similar name in the same folder, or a built-in
/// experiment.
fn instead_of(path: &Path) -> String {
    let folder = if folder_of(path) == Path::new("") { Path::new(".") } else { folder_of(path) };
    let files = fs::files(folder).unwrap_or_default();
    let of_experiments = files.iter().filter(|file| {
        file.extension().is_some_and(|extension| extension == "toml" || extension == "json")
    });
    let names: Vec<&str> = of_experiments.filter_map(|file| file.file_name()?.to_str()).collect();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let near = suggest::nearest(name, names.iter().copied());
    let built_in = path.to_str().and_then(built_in::nearest);
    match (near, built_in) {
        (Some(near), _) => format!("did you mean `{}`?", folder_of(path).join(near).display()),
        (None, Some(built_in)) => format!("`{}` is built into bn-lab: give that name", built_in.name),
        (None, None) => {
            "`bn-lab init` writes an experiment file; `bn-lab configs` lists the experiments that are built in".to_owned()
        }
    }
}

/// The experiment of a results folder as a text that finds its tables from another folder; `None`
/// where it can be copied unchanged, because it has no tables or does not store their checksums.
pub fn moved(experiment: &Path, to: &Path) -> Result<Option<String>> {
    let text = fs::read_text(experiment)?;
    let has_tables = |tree: toml::Table| !sums_of(&tree).is_empty();
    if !text.parse().is_ok_and(has_tables) {
        return Ok(None);
    }
    let search = Search { folder: folder_of(experiment), kept_in: Some(to), looks: false };
    let loaded = checked(experiment, &text, &[], Some(search))?;
    Ok(Some(loaded.experiment.resolved))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// Reads the experiment of a results folder. It stores the checksums of its tables, so the tables
/// themselves need not exist.
pub fn load_stored(path: &Path, overrides: &[String]) -> Result<Loaded> {
    parse(path, &fs::read_text(path)?, overrides)
}

/// Checks an experiment given as text. `name` is used in messages and gives the default of the
/// key `name`; its extension `.json` selects JSON, everything else is TOML. Paths stay as they are,
/// and no table is read.
pub fn parse(name: &Path, text: &str, overrides: &[String]) -> Result<Loaded> {
    checked(name, text, overrides, None)
}

/// Checks an experiment, and searches its tables according to `search`.
fn checked(
    name: &Path,
    text: &str,
    overrides: &[String],
    search: Option<Search<'_>>,
) -> Result<Loaded> {
    let mut problems = Problems::new(name, overrides);
    let draft = wire::document(name, text, &mut problems)
        .map(|document| Draft::new(name, &document, overrides, search, &mut problems))
        .transpose()?;
    let loaded = draft
        .filter(|_| problems.is_empty())
        .and_then(|draft| check::experiment(name, &draft, &mut problems));
    match loaded {
        Some(loaded) if problems.is_empty() => Ok(loaded),
        _ => Err(problems.into_error()),
    }
}

/// Parses the text that a results folder will store, before anything is trained: an error where it is not
/// the same experiment, and so would not reproduce it.
pub fn read_back(experiment: &Experiment) -> Result<()> {
    let refused = |why: &str| {
        Error::Experiment(format!(
            "the experiment cannot be stored: {why}; nothing was trained\n  hint: this is a mistake in bn-lab; please report it with the experiment file and its overrides"
        ))
    };
    let again = parse(Path::new("experiment.toml"), &experiment.resolved, &[])
        .map_err(|e| refused(&format!("its `experiment.toml` cannot be read back: {e}")))?;
    if is_alike(&again.experiment, experiment) {
        Ok(())
    } else {
        Err(refused("its `experiment.toml` is read back as another one"))
    }
}

/// Whether two experiments are the same, wherever their results and their tables are. Keys are compared,
/// since the other settings of a condition follow from them.
fn is_alike(one: &Experiment, other: &Experiment) -> bool {
    let mut conditions = one.conditions.iter().zip(&other.conditions);
    one.resolved == other.resolved
        && (&one.name, &one.question) == (&other.name, &other.question)
        && (one.seed, one.replicates) == (other.seed, other.replicates)
        && (&one.axes, &one.recording) == (&other.axes, &other.recording)
        && (&one.tune, &one.claim) == (&other.tune, &other.claim)
        && one.conditions.len() == other.conditions.len()
        && conditions.all(|(one, other)| {
            one.values == other.values && one.keys.json_pieces().eq(other.keys.json_pieces())
        })
}

/// Whether two resolved experiments are the same, even if written differently: an earlier version omitted
/// keys that it did not have, and may have formatted numbers differently. The paths of tables do not
/// matter, as long as their content is the same.
pub fn mean_the_same(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        let loaded = parse(Path::new("experiment.toml"), text, &[]);
        let resolved = loaded.map(|loaded| loaded.experiment.resolved);
        // The text of a later version has keys that are unknown here.
        let tree = toml::from_str(resolved.as_deref().unwrap_or(text)).ok()?;
        Some(by_content(tree))
    };
    let one: Option<toml::Table> = read(one);
    one.is_some() && one == read(other)
}
