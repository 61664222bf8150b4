//! `bn-lab publish`: writes a compact copy of a results folder, small enough to commit or send.

use crate::cli;
use crate::commands::{print, say};
use crate::error::Result;
use crate::results::format::layout::Layout;
use crate::results::recovery::locks;
use crate::results::transfer::publish::{self, Options};
use crate::units;

/// Writes the copy, and prints its size.
pub fn run(arguments: &cli::Publish) -> Result<()> {
    let options = Options {
        steps: arguments.steps,
        layers: !arguments.no_layers,
        layer_digits: arguments.layer_digits,
        quantities: arguments.quantities.clone(),
        predictions: !arguments.no_predictions,
    };
    locks::settle(&Layout::new(&arguments.results), say)?;
    let published = publish::publish(&arguments.results, &arguments.into, &options)?;
    print(&format!(
        "{} in {}: {}\n",
        units::trials(published.trials),
        arguments.into.display(),
        units::size(published.bytes)
    ))
}
