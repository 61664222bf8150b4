//! `bn-lab merge`: combines results folders of one experiment into the folder that one run would have written.

use crate::cli;
use crate::commands::present;
use crate::commands::say;
use crate::error::Result;
use crate::results::format::layout::Layout;
use crate::results::recovery::locks;
use crate::results::transfer::merge::{self, Merged};
use crate::units;

/// The option that names another folder.
const INTO: &str = "--into DIR";

/// Merges, draws the charts, prints the table and reports what is missing.
pub fn run(arguments: &cli::Merge) -> Result<()> {
    let target = Layout::new(&arguments.into);
    present::check(&target, INTO)?;
    locks::settle(&target, say)?;
    let merged = merge::merge(&arguments.sources, &arguments.into)?;
    let (results, charts) = present::draw(&target, INTO)?;
    if !arguments.quiet {
        present::print_results(&target, &results, &charts, true)?;
    }
    // Damaged files are reported even with `--quiet`, since the table lacks them.
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

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

fn summary(merged: &Merged) -> String {
    let Merged { planned, copied, finished, failed, unplanned, instruction_sets, .. } = merged;
    let mut text =
        format!("note: {} copied; {finished} of {planned} finished", units::trials(*copied));
    if *failed > 0 {
        text.push_str(&format!(
            "; {failed} failed, and no folder has finished {}: `bn-lab run --retry-failed` trains {} again",
            them(*failed),
            them(*failed)
        ));
    }
    let rest = planned - finished - failed;
    if rest > 0 {
        text.push_str(&format!(
            "; {rest} pending, which no folder has finished: `bn-lab run` completes them"
        ));
    }
    if *unplanned > 0 {
        text.push_str(&format!(
            "; {} of earlier experiments left in place",
            units::trials(*unplanned)
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
