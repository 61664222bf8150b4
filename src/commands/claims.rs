//! `bn-lab claims`: prints the verdict on each claim that experiments stated before they ran.

use std::path::Path;

use crate::cli::{self, Format};
use crate::commands::{command_line, print, say};
use crate::error::Result;
use crate::report::claims;

/// Prints the verdict on every claim in the folders.
pub fn run(arguments: &cli::Claims) -> Result<()> {
    let mut entries = Vec::new();
    for folder in &arguments.results {
        entries.extend(claims::within(folder, Path::new(""))?);
    }
    print(&match arguments.format {
        Format::Table if arguments.details => claims::details(&entries),
        Format::Table => claims::table(&entries),
        Format::Md => claims::markdown(&entries),
        Format::Csv => claims::csv(&entries),
        Format::Latex => claims::latex(&entries, &command_line()),
        Format::Json => claims::json(&entries),
    })?;
    if arguments.format == Format::Table && !arguments.details {
        say(
            "`--details` prints every test with its effects, `bn-lab report` writes them as a page",
        );
    }
    Ok(())
}
