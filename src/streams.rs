//! Standard output and standard error. Everything that the program prints passes through here, so that no
//! text (of a file, a folder's name, an argument) can control a terminal: only this module writes control
//! sequences, and it removes them from all other text.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::units::for_terminal;

/// Prints results to stdout. A reader that closed the pipe (`| head`) is no error.
pub fn print(text: &str) -> Result<()> {
    print_if_open(text).map(|_| ())
}

/// Prints results to stdout; returns `false` once the reader has closed the pipe.
pub fn print_if_open(text: &str) -> Result<bool> {
    write_to_stdout(&for_terminal(text))
}

/// Prints a line to stderr; a closed stderr is no error.
pub fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{}", for_terminal(text)));
}

/// Whether printed lines of stdout can be redrawn: on a terminal that is not a dumb one, decided as
/// indicatif decides for stderr.
pub fn can_redraw() -> bool {
    let is_dumb = std::env::var("TERM").map_or(cfg!(unix), |name| name == "dumb");
    std::io::stdout().is_terminal() && !is_dumb
}

/// Lines on a terminal that are redrawn in place.
#[derive(Debug, Default)]
pub struct Picture {
    /// Number of lines drawn last.
    lines: usize,
}

impl Picture {
    /// Draws `text` in place of the lines drawn last; returns `false` once the reader has closed the pipe.
    pub fn draw(&mut self, text: &str) -> Result<bool> {
        let text = for_terminal(text);
        let up = match self.lines {
            0 => String::new(),
            lines => format!("\x1b[{lines}A"),
        };
        self.lines = text.lines().count();
        // Move to where the last picture began and erase it. Long lines must not wrap: they would take more
        // rows than are counted.
        write_to_stdout(&format!("{up}\x1b[J\x1b[?7l{text}\x1b[?7h"))
    }
}

fn write_to_stdout(text: &str) -> Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Error::io("write to", Path::new("stdout"), e)),
    }
}
