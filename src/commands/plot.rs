//! `bn-lab plot`: draws figures of a results folder, from its files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::{self, Against};
use crate::commands::{NOTHING_TO_DRAW, present, print, requested, say};
use crate::error::{Error, Result};
use crate::fs;
use crate::plot::figures::{self, Drawn, Figure, Horizontal, Request};
use crate::plot::output::{self, Output};
use crate::report;
use crate::report::selection::{self, Requested};
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::query::{Details, Results};
use crate::results::reader;
use crate::results::recovery::{locks, ownership};

/// The option that names another folder.
const OUTPUT: &str = "--output DIR";

/// The figure name that requests the list instead of a figure.
const LIST: &str = "list";

/// Lists the figures, draws those that are requested, or all that a run draws; prints their paths.
pub fn run(arguments: &cli::Plot) -> Result<()> {
    if arguments.list || arguments.figure.iter().any(|name| name == LIST) {
        return list(arguments);
    }
    output(arguments).check()?;
    selection::check_apart(&arguments.selection.filter, arguments.output.as_deref())?;
    let Requested { filters, orders, labels } = requested(&arguments.selection);
    let is_default = arguments.figure.is_empty()
        && request(arguments) == Request::default()
        && [filters, orders, labels].iter().all(|requested| requested.is_empty());
    if is_default && output(arguments) == Output::default() && arguments.output.is_none() {
        return again(arguments);
    }
    let figures = chosen(arguments)?;
    let layout = Layout::new(&arguments.results);
    // Checked before anything is written there, since it may be no results folder.
    let name = files::name(layout.root())?;
    let paths = if let Some(folder) = &arguments.output {
        ownership::check_apart(folder, Some(&name))?;
        // No run draws into that folder, and the results folder is only read, so no lock is needed.
        draw(arguments, &figures, folder)?
    } else {
        let folder = layout.charts();
        locks::while_drawing(&layout, || draw(arguments, &figures, &folder))?
    };
    for path in paths {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

/// Draws every chart that a run ends with again.
fn again(arguments: &cli::Plot) -> Result<()> {
    let layout = Layout::new(&arguments.results);
    files::name(layout.root())?;
    let (results, charts) = present::draw(&layout, OUTPUT)?;
    if charts.is_empty() {
        say(NOTHING_TO_DRAW);
    }
    if let Some(tuned) = report::tune::table(&results) {
        print(&format!("{tuned}\n"))?;
    }
    for path in charts {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

/// Draws figures and writes them. A figure that this folder cannot show is an error only where no other
/// figure is drawn.
fn draw(arguments: &cli::Plot, figures: &[Asked], folder: &Path) -> Result<Vec<PathBuf>> {
    let results = read(arguments, figures)?;
    if let Some(reason) = figures::unheard(&results, &request(arguments)) {
        return Err(Error::Usage(reason));
    }
    let mut drawn: Vec<Drawn> = Vec::new();
    let (mut absent, mut unmet) = (Vec::new(), Vec::new());
    for (figure, request) in figures {
        match figure.draw(&results, request) {
            Ok(charts) => {
                unmet.extend(charts.iter().flat_map(|c| figures::unmet(c, request)));
                drawn.extend(charts);
            }
            Err(reason) => absent.push(format!("no figure `{}`: {reason}", figure.name)),
        }
    }
    if drawn.is_empty() {
        return Err(Error::Usage(absent.join("\n")));
    }
    for reason in absent.into_iter().chain(unmet) {
        say(&format!("note: {reason}"));
    }
    let output = output(arguments);
    let targets = drawn.iter();
    let targets = targets.flat_map(|drawn| output::paths(&drawn.stem, folder, &output));
    ownership::check_files(targets, Some(OUTPUT))?;
    fs::remove_partials(folder)?;
    let mut paths = Vec::new();
    for Drawn { stem, chart } in drawn {
        paths.extend(output::write(&chart, &stem, folder, &output)?);
    }
    Ok(paths)
}

/// Lists every figure with its description, and, where this folder cannot show it, the reason.
fn list(arguments: &cli::Plot) -> Result<()> {
    let request = request(arguments);
    let figures = figures::catalogue().iter();
    let figures: Vec<Asked> = figures.map(|figure| (figure, request.clone())).collect();
    let results = read(arguments, &figures)?;
    let widest = figures.iter().map(|(figure, _)| figure.name.len()).max();
    let widest = widest.unwrap_or(0);
    for (figure, request) in figures {
        print(&format!("{:widest$}  {}\n", figure.name, figure.about))?;
        if let Err(reason) = figure.draw(&results, &request) {
            let reason = reason.to_string().replace('\n', " ");
            print(&format!("{:widest$}  not here: {reason}\n", ""))?;
        }
    }
    Ok(())
}

/// A figure with the requested options.
type Asked = (&'static Figure, Request);

/// The requested figures, or those that a run draws.
fn chosen(arguments: &cli::Plot) -> Result<Vec<Asked>> {
    let request = request(arguments);
    let names: Vec<&str> = match &arguments.figure[..] {
        [] => vec!["overview", "curves"],
        names => names.iter().map(String::as_str).collect(),
    };
    let figure = |name: &&str| {
        let asked = figures::asked(name, &request);
        asked.ok_or_else(|| Error::Usage(figures::no_such(name)))
    };
    let figures: Vec<Asked> = names.iter().map(figure).collect::<Result<_>>()?;
    for ((_, asked), name) in figures.iter().zip(&names) {
        check_agreement(&request, asked, name)?;
    }
    match &arguments.x {
        Against::Axis(axis) if !figures.iter().any(|(figure, _)| figure.has_axis()) => {
            Err(not_training(axis))
        }
        _ => Ok(figures),
    }
}

fn not_training(axis: &str) -> Error {
    Error::Usage(format!(
        "`--x {axis}`: must be `epoch`, `step` or `seconds`\n  hint: only `--figure final` is drawn against an axis of the experiment"
    ))
}

/// Refuses a figure name whose own options (as in the name of a file) contradict those of the command line.
fn check_agreement(given: &Request, asked: &Request, name: &str) -> Result<()> {
    let differ = |one: &Option<String>, other: &Option<String>| matches!((one, other), (Some(one), Some(other)) if one != other);
    let option = if differ(&given.metric, &asked.metric) {
        "--metric"
    } else if differ(&given.along, &asked.along)
        || (given.x != Horizontal::Epoch && given.x != asked.x)
    {
        "--x"
    } else {
        return Ok(());
    };
    Err(Error::Usage(format!(
        "`--figure {name}` and `{option}` ask for different things\n  hint: the figure's name without what follows it, or no `{option}`"
    )))
}

fn request(arguments: &cli::Plot) -> Request {
    let (x, along) = match &arguments.x {
        Against::Training(x) => (*x, None),
        Against::Axis(name) => (Horizontal::Epoch, Some(name.clone())),
    };
    Request {
        metric: arguments.metric.clone(),
        x,
        along,
        facets: arguments.facet.clone(),
        replicates: arguments.replicates,
        smooth: usize::from(arguments.smooth),
        log_x: arguments.log_x,
        log_y: arguments.log_y,
    }
}

fn output(arguments: &cli::Plot) -> Output {
    Output {
        theme: arguments.theme,
        size: arguments.size,
        dpi: f64::from(arguments.dpi),
        formats: arguments.format.clone(),
    }
}

/// Reads the folder with the files that the figures need, which depends on the experiment, too; and selects the
/// requested conditions.
fn read(arguments: &cli::Plot, figures: &[Asked]) -> Result<Results> {
    let folder = &arguments.results;
    let results = reader::read(folder)?;
    let mut details = Details::default();
    for (figure, request) in figures {
        details.add(figure.details(&results, request));
    }
    let results = reader::with_details(folder, Cow::Owned(results), &details)?.into_owned();
    selection::select(results, requested(&arguments.selection))
}
