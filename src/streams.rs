//! Standard output and standard error. Everything that the program prints passes through here, so that no
//! text (of a file, a folder's name, an argument) can steer a terminal: only this module writes control
//! sequences, and it takes them out of all text that it is given.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::units::for_terminal;

/// Prints results to stdout. A reader that closed the pipe (`| head`) has seen enough: no error.
pub fn print(text: &str) -> Result<()> {
    print_if_open(text).map(|_| ())
}

/// Likewise; `false` once nobody reads any more.
pub fn print_if_open(text: &str) -> Result<bool> {
    write_to_stdout(&for_terminal(text))
}

/// Says something on stderr; a closed stderr is no reason to stop.
pub fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{}", for_terminal(text)));
}

/// Whether what was written to stdout can be drawn again: on a terminal that is not a dumb one, which
/// is how indicatif decides about stderr.
pub fn can_redraw() -> bool {
    let is_dumb = std::env::var("TERM").map_or(cfg!(unix), |name| name == "dumb");
    std::io::stdout().is_terminal() && !is_dumb
}

/// Some lines on a terminal that are drawn again in place.
#[derive(Debug, Default)]
pub struct Picture {
    /// The lines that stand there.
    lines: usize,
}

impl Picture {
    /// Draws `text` in place of what stands there; `false` once nobody reads any more.
    pub fn draw(&mut self, text: &str) -> Result<bool> {
        let text = for_terminal(text);
        let up = match self.lines {
            0 => String::new(),
            lines => format!("\x1b[{lines}A"),
        };
        self.lines = text.lines().count();
        // Up to where the last picture began, and away with it. Long lines must not wrap: they would
        // take more rows than are counted.
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
