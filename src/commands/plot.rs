//! `bn-lab plot`: draws figures of a results folder, from its files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::{self, Against};
use crate::commands::{NOTHING_TO_DRAW, present, print, requested, say};
use crate::error::{Error, Result};
use crate::fs;
use crate::plot;
use crate::plot::figures::{self, Drawn, Figure, Horizontal, Request};
use crate::plot::output::{self, Output};
use crate::report;
use crate::report::selection::{self, Requested};
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::query::Results;
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
    let root = &arguments.results;
    selection::check_apart(&arguments.selection.filter, root, arguments.output.as_deref())?;
    let Requested { filters, orders, labels } = requested(&arguments.selection);
    let is_default = arguments.figure.is_empty()
        && request(arguments) == Request::default()
        && [filters, orders, labels].iter().all(|requested| requested.is_empty());
    if is_default && output(arguments) == Output::default() && arguments.output.is_none() {
        return again(arguments);
    }
    let figures = named(arguments)?;
    let layout = Layout::new(&arguments.results);
    // Checked before anything is written there, since it may be no results folder.
    let name = files::name(layout.root())?;
    let charts = layout.charts();
    let apart = arguments.output.as_ref().filter(|output| !fs::is_same_folder(output, &charts));
    let paths = if let Some(folder) = apart {
        ownership::check_apart(folder, Some(&name))?;
        // No run draws into that folder, and the results folder is only read, so no lock is needed.
        draw(arguments, &figures, folder)?
    } else {
        locks::while_drawing(&layout, || draw(arguments, &figures, &charts))?
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

/// Draws figures, or those of a run where there are none, and writes them. A figure that this folder cannot show is
/// an error only where no other figure is drawn.
fn draw(arguments: &cli::Plot, figures: &[Asked], folder: &Path) -> Result<Vec<PathBuf>> {
    let results = reader::read(&arguments.results)?;
    if let Some(reason) = figures::unheard(&results, &request(arguments)) {
        return Err(Error::Usage(reason));
    }
    let is_named = !figures.is_empty();
    let usual = if is_named { Vec::new() } else { of_run(&results, &request(arguments)) };
    let figures = if is_named { figures } else { &usual };
    let results = detailed(arguments, results, figures)?;
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
    // Of those of a run, one that does not suit the experiment is no surprise.
    for reason in absent.into_iter().filter(|_| is_named).chain(unmet) {
        say(&format!("note: {reason}"));
    }
    let output = output(arguments);
    let targets = drawn.iter();
    let targets = targets.flat_map(|drawn| output::paths(&drawn.stem, folder, &output));
    ownership::check_files(targets, Some(OUTPUT))?;
    fs::remove_partials(folder)?;
    if let Some(note) = plot::missing_letters(drawn.iter().map(|drawn| &drawn.chart)) {
        say(&format!("note: {note}"));
    }
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
    let results = detailed(arguments, reader::read(&arguments.results)?, &figures)?;
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

/// The figures that the command line names; empty where it names none.
fn named(arguments: &cli::Plot) -> Result<Vec<Asked>> {
    let request = request(arguments);
    let names = &arguments.figure;
    let figure = |name: &String| {
        let asked = figures::asked(name, &request);
        asked.ok_or_else(|| Error::Usage(figures::no_such(name)))
    };
    let figures: Vec<Asked> = names.iter().map(figure).collect::<Result<_>>()?;
    for ((_, asked), name) in figures.iter().zip(names) {
        check_agreement(&request, asked, name)?;
    }
    if let Against::Axis(axis) = &arguments.x
        && !figures.iter().any(|(figure, _)| figure.has_axis())
    {
        return Err(not_training(axis));
    }
    if let Some(axis) = &arguments.y
        && !figures.iter().any(|(figure, _)| figure.has_vertical_axis())
    {
        return Err(Error::Usage(format!(
            "`--y {axis}`: only `--figure heatmap` has a vertical axis that can be chosen"
        )));
    }
    Ok(figures)
}

/// The figures of a run that the options apply to, with these options; where nothing was trained yet, one that says so.
fn of_run(results: &Results, request: &Request) -> Vec<Asked> {
    let mut figures = figures::of_run(results);
    if figures.is_empty() {
        figures.extend(figures::named("overview").map(|figure| (figure, request.clone())));
        return figures;
    }
    let figures = figures.into_iter();
    let figures = figures.filter(|(figure, _)| figure.follows(request));
    let figures = figures.map(|(figure, usual)| {
        let x = if request.x == Horizontal::Epoch { usual.x } else { request.x };
        (figure, Request { x, ..request.clone() })
    });
    figures.collect()
}

fn not_training(axis: &str) -> Error {
    Error::Usage(format!(
        "`--x {axis}`: must be `epoch`, `step` or `seconds`\n  hint: only `--figure final` and `--figure heatmap` are drawn against an axis of the experiment"
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
    } else if differ(&given.up, &asked.up) {
        "--y"
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
        up: arguments.y.clone(),
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
        title: !arguments.no_title,
        caption: !arguments.no_caption,
        formats: arguments.format.clone(),
    }
}

/// The results with the files that the figures need, which depends on the experiment, too; of them the requested
/// conditions.
fn detailed(arguments: &cli::Plot, results: Results, figures: &[Asked]) -> Result<Results> {
    let details = figures::details(&results, figures);
    let results = reader::with_details(&arguments.results, Cow::Owned(results), &details)?;
    selection::select(results.into_owned(), requested(&arguments.selection))
}
