//! Parses the command line, which may contain any bytes.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};

use super::{Cli, slips};
use crate::error::Error;
use crate::streams::{self, ColourChoice};
use crate::units::for_terminal;

impl Cli {
    /// Parses the command line. Where it is wrong, or requests help, prints the message and returns the exit
    /// code with which the process ends.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, u8> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        streams::choose_colours(colours(&arguments));
        parsed(&arguments).map_err(|error| {
            if error.kind() == ErrorKind::InvalidUtf8 {
                let error = not_text(&arguments);
                streams::say(&format!("error: {error}"));
                return error.exit_code();
            }
            tell(&error, &arguments);
            if let Some(meant) = slips::meant(&error, &arguments) {
                streams::say(&for_terminal(&format!("\n  hint: {meant}")));
            }
            // clap's exit codes are 0 for help and version, 2 for everything else.
            u8::try_from(error.exit_code()).unwrap_or(2)
        })
    }
}

/// Parses the command line; help and errors have the colours that `--color` asks for.
fn parsed(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command().color(match colours(arguments) {
        ColourChoice::Auto => ColorChoice::Auto,
        ColourChoice::Always => ColorChoice::Always,
        ColourChoice::Never => ColorChoice::Never,
    });
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// What `--color` says, which must be known before the rest of the command line is understood; a wrong value is
/// reported by clap.
fn colours(arguments: &[OsString]) -> ColourChoice {
    let texts = arguments.iter().map(|argument| argument.to_str().unwrap_or_default());
    let texts: Vec<&str> = texts.take_while(|text| *text != "--").collect();
    let given = texts.iter().enumerate().rev().find_map(|(at, text)| match text.split_once('=') {
        Some(("--color", value)) => Some(value),
        _ if *text == "--color" => texts.get(at + 1).copied(),
        _ => None,
    });
    given.and_then(|value| ColourChoice::from_str(value, false).ok()).unwrap_or_default()
}

/// Most arguments that an error lists.
const MOST_NAMED: usize = 8;

/// An error that lists the arguments that must be UTF-8 and are not.
fn not_text(arguments: &[OsString]) -> Error {
    let is_refused = |place: &usize| {
        if arguments[*place].to_str().is_some() {
            return false;
        }
        // All others as text: does parsing fail because of this one?
        let others = arguments.iter().enumerate();
        let others = others.map(
            |(other, argument)| {
                if other == *place { argument.clone() } else { shown(argument) }
            },
        );
        let others: Vec<OsString> = others.collect();
        parsed(&others).is_err_and(|error| error.kind() == ErrorKind::InvalidUtf8)
    };
    let refused = (0..arguments.len()).filter(is_refused).take(MOST_NAMED);
    let refused = refused.map(|place| format!("`{}`", arguments[place].to_string_lossy()));
    let refused: Vec<String> = refused.collect();
    Error::Usage(format!(
        "{} not UTF-8, and must be text\n  hint: only the paths of files and folders may hold other bytes",
        match refused.as_slice() {
            [] => "an argument is".to_owned(),
            [one] => format!("the argument {one} is"),
            several => format!("the arguments {} are", several.join(", ")),
        }
    ))
}

/// Prints clap's message, in its colours. clap repeats arguments unchanged, so it parses once more with
/// the arguments as a terminal may show them.
fn tell(error: &clap::Error, arguments: &[OsString]) {
    let shown: Vec<OsString> = arguments.iter().map(shown).collect();
    match parsed(&shown) {
        Err(error) => drop(error.print()),
        Ok(_) => streams::say(&error.to_string()),
    }
}

fn shown(argument: &OsString) -> OsString {
    let text = argument.to_string_lossy();
    for_terminal(&text).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn arguments_that_must_be_text_are_named_and_paths_may_hold_any_bytes() {
        use std::os::unix::ffi::OsStringExt;
        let arguments = |all: &[&[u8]]| -> Vec<OsString> {
            let all = all.iter().map(|bytes| OsString::from_vec(bytes.to_vec()));
            all.collect()
        };
        let path = arguments(&[b"bn-lab", b"results", b"a\xff"]);
        assert!(Cli::read(path).is_ok());
        let wrong = arguments(&[b"bn-lab", b"run", b"a\xff", b"-o", b"b\xfe"]);
        assert_eq!(
            not_text(&wrong).to_string(),
            "the argument `b\u{fffd}` is not UTF-8, and must be text\n  \
             hint: only the paths of files and folders may hold other bytes"
        );
        assert_eq!(Cli::read(wrong).expect_err("no text"), 2);
    }
}
