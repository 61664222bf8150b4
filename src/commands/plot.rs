//! `bn-lab plot`: draw the charts of a results folder again, from its files.

use crate::cli;
use crate::commands::print;
use crate::error::Result;
use crate::plot;
use crate::record::layout::Layout;
use crate::record::reader;

/// Reads the folder, draws every chart, prints their paths.
pub fn run(arguments: &cli::Plot) -> Result<()> {
    let layout = Layout::new(&arguments.results);
    let results = reader::read(layout.root())?;
    for path in plot::write_all(&results, &layout.charts())? {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(())
}
