//! `bn-lab watch`: follows a run in another process, from its results folder alone.

mod html;

use std::time::Duration;

use crate::cli;
use crate::commands::print;
use crate::error::Result;
use crate::report::results::tally;
use crate::report::watch::{Changes, picture};
use crate::results::format::compact;
use crate::results::format::layout::Layout;
use crate::results::recovery::locks::Watcher;
use crate::results::status::live::{self, Durations, Live};
use crate::streams::{self, Picture, print_if_open};
use html::LivePage;

/// Time between two reads of the folder.
const INTERVAL: Duration = Duration::from_secs(1);

/// Reads the folder again and again until the sweep is complete or no run works on it any more.
pub fn run(arguments: &cli::Watch) -> Result<()> {
    let root = &arguments.results;
    compact::refuse(&Layout::new(root), "no run goes on in it")?;
    let mut durations = Durations::default();
    let mut view = View::new(streams::can_redraw());
    let watcher = Watcher::of(&Layout::new(root));
    live::check(root)?;
    let mut page = arguments.html.as_deref().map(|file| LivePage::new(root, file)).transpose()?;
    loop {
        let live = live::read_by(root, &watcher)?;
        let left = durations.seconds_left(root, &live)?;
        let end = end(&live);
        if let Some(page) = &mut page {
            page.update(&live, (&durations, left), arguments.once || end.is_some())?;
        }
        if arguments.once {
            return print(&picture(&live, left));
        }
        if !view.show(&live, left)? {
            return Ok(());
        }
        if let Some(end) = end {
            return print(&end);
        }
        std::thread::sleep(INTERVAL);
    }
}

/// The last line, once nothing more will change.
fn end(live: &Live) -> Option<String> {
    if !live.trials.iter().any(|trial| trial.status.is_left()) {
        return Some(format!("complete: {}\n", tally(live)));
    }
    let nobody = "no run is alive here; `bn-lab run` with the same experiment completes the rest";
    (!live.has_run).then(|| format!("{}\n{nobody}\n", tally(live)))
}

/// A picture that is redrawn on a terminal; appended lines elsewhere.
enum View {
    Picture(Picture),
    /// The changes printed so far, and whether the initial state was printed.
    Lines(Changes, bool),
}

impl View {
    fn new(redraws: bool) -> Self {
        if redraws {
            Self::Picture(Picture::default())
        } else {
            Self::Lines(Changes::default(), false)
        }
    }

    /// Prints the present state; `false` once the reader has closed the pipe.
    fn show(&mut self, live: &Live, left: Option<f64>) -> Result<bool> {
        match self {
            Self::Picture(drawn) => drawn.draw(&picture(live, left)),
            Self::Lines(changes, is_begun) => {
                let mut lines = changes.since_last(live, left);
                let text = if std::mem::replace(is_begun, true) {
                    // Ends the last line.
                    lines.push(String::new());
                    lines.join("\n")
                } else {
                    picture(live, left)
                };
                print_if_open(&text)
            }
        }
    }
}
