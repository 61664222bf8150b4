//! Standard output and standard error. Everything that the program prints passes through here, so that no
//! text (of a file, a folder's name, an argument) can control a terminal: only this module writes control
//! sequences, and it removes them from all other text.

mod ink;

pub use self::ink::{
    ColourChoice, Ink, Painted, Stream, choose_colours, columns, is_coloured, is_unicode,
    painted_for_terminal,
};

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

/// Prints results with their colours to stdout.
pub fn print_painted(text: &Painted) -> Result<()> {
    write_to_stdout(&text.printed()).map(|_| ())
}

/// Prints a line to stderr; a closed stderr is no error. The words that begin an error, a note or a hint are coloured.
pub fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{}", remark(text).said()));
}

/// The words that begin a remark, with their colours, which are clap's for the same words.
const BEGINNINGS: [(&str, Ink); 4] = [
    ("error:", Ink::Red),
    ("interrupted:", Ink::Yellow),
    ("note:", Ink::Cyan),
    ("  hint:", Ink::Green),
];

/// A remark with the beginnings of its lines in their colours.
fn remark(text: &str) -> Painted {
    let mut painted = Painted::default();
    for line in text.split_inclusive('\n') {
        let beginning = BEGINNINGS.iter().find(|(word, _)| line.starts_with(word));
        let (word, ink) = beginning.map_or(("", None), |(word, ink)| (*word, Some(*ink)));
        painted.push_in(ink, word);
        painted.push(&line[word.len()..]);
    }
    painted
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
