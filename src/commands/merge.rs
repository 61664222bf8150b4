//! `bn-lab merge`: results folders of one experiment become the folder that one run would have left.

use crate::cli;
use crate::commands::present::present;
use crate::commands::say;
use crate::error::Result;
use crate::record::claims;
use crate::record::layout::Layout;
use crate::record::merge::{self, Merged};
use crate::units;

/// Merges, draws the charts, prints the table and what is missing.
pub fn run(arguments: &cli::Merge) -> Result<()> {
    claims::settle(&Layout::new(&arguments.into), say)?;
    let merged = merge::merge(&arguments.sources, &arguments.into)?;
    present(&Layout::new(&arguments.into), !arguments.quiet)?;
    // What is damaged is said even to those who want to hear nothing: it is not in the table.
    for path in &merged.torn {
        say(&format!(
            "warning: `{}` is damaged: its trial was not copied; `bn-lab run` trains it again",
            path.display()
        ));
    }
    if !arguments.quiet {
        say(&summary(&merged));
    }
    Ok(())
}

fn summary(merged: &Merged) -> String {
    let Merged {
        planned,
        copied,
        finished,
        strangers,
        instruction_sets,
        ..
    } = merged;
    let mut text = format!(
        "note: {} copied; {finished} of {planned} finished",
        units::trials(*copied)
    );
    if finished < planned {
        text.push_str(&format!(
            "; {} to do, which no folder has finished: `bn-lab run` completes them",
            planned - finished
        ));
    }
    if *strangers > 0 {
        text.push_str(&format!(
            "; {} of earlier experiments left in place",
            units::trials(*strangers)
        ));
    }
    if instruction_sets.len() > 1 {
        let sets: Vec<&str> = instruction_sets.iter().map(String::as_str).collect();
        text.push_str(&format!(
            "\nnote: they were trained with the vector instruction sets {}, which add numbers in another order: differences between trials may also come from the processors, and no single machine repeats all of them; the report says so",
            sets.join(" and ")
        ));
    }
    text
}
