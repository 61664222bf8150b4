//! `bn-lab watch`: how far a run elsewhere is, from its results folder alone.

use std::time::Duration;

use crate::cli;
use crate::commands::{print, print_if_open};
use crate::error::Result;
use crate::progress;
use crate::record::claims::Watcher;
use crate::record::compact;
use crate::record::layout::Layout;
use crate::record::live::{self, Durations, Live};
use crate::report::results::tally;
use crate::report::watch::{Changes, picture};

/// How often it looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks until the sweep is complete or nobody runs it any more.
pub fn run(arguments: &cli::Watch) -> Result<()> {
    let root = &arguments.results;
    compact::refuse(&Layout::new(root), "no run goes on in it")?;
    let mut durations = Durations::default();
    let mut view = View::new(progress::can_redraw(&std::io::stdout()));
    let watcher = Watcher::of(&Layout::new(root));
    loop {
        let live = live::read_by(root, &watcher)?;
        let left = durations.seconds_left(root, &live)?;
        if arguments.once {
            return print(&picture(&live, left));
        }
        if !print_if_open(&view.next(&live, left))? {
            return Ok(());
        }
        if let Some(end) = end(&live) {
            return print(&end);
        }
        std::thread::sleep(INTERVAL);
    }
}

/// The last words, where nothing more will come.
fn end(live: &Live) -> Option<String> {
    if !live.trials.iter().any(live::LiveTrial::is_left) {
        return Some(format!("complete: {}\n", tally(live)));
    }
    let nobody = "no run is alive here; `bn-lab run` with the same experiment completes the rest";
    (!live.has_run).then(|| format!("{}\n{nobody}\n", tally(live)))
}

/// A picture that is drawn again on a terminal; lines elsewhere.
enum View {
    /// The lines of the picture that stands there.
    Picture(usize),
    /// What was told, and whether the first look was shown.
    Lines(Changes, bool),
}

impl View {
    fn new(redraws: bool) -> Self {
        if redraws {
            Self::Picture(0)
        } else {
            Self::Lines(Changes::default(), false)
        }
    }

    /// What to print now.
    fn next(&mut self, live: &Live, left: Option<f64>) -> String {
        match self {
            Self::Picture(lines) => {
                let picture = picture(live, left);
                let up = match *lines {
                    0 => String::new(),
                    lines => format!("\x1b[{lines}A"),
                };
                *lines = picture.lines().count();
                // Up to where the last picture began, and away with it. Long lines must not wrap:
                // they would take more rows than are counted.
                format!("{up}\x1b[J\x1b[?7l{picture}\x1b[?7h")
            }
            Self::Lines(changes, is_begun) => {
                let mut lines = changes.since_last(live, left);
                if std::mem::replace(is_begun, true) {
                    // Each with its line end.
                    lines.push(String::new());
                    lines.join("\n")
                } else {
                    picture(live, left)
                }
            }
        }
    }
}
