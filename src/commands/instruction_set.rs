//! Limits the vector instructions as the command line or the environment says.

use std::env;

use clap::ValueEnum;

use crate::cli::{Command, InstructionSet};
use crate::error::{Error, Result};
use crate::kernels;

/// The environment variable that limits the vector instructions of every command.
const VARIABLE: &str = "BN_LAB_INSTRUCTION_SET";

/// Applies the limit of `command`, or else that of the environment. To be called before anything is computed.
pub(crate) fn apply(command: &Command) -> Result<()> {
    let given = match command {
        Command::Bench(arguments) => arguments.instruction_set,
        _ => None,
    };
    let set = match given {
        Some(set) => set,
        None => of_environment()?,
    };
    if set == InstructionSet::Avx2 {
        kernels::cap_at_avx2();
    }
    Ok(())
}

fn of_environment() -> Result<InstructionSet> {
    let Some(text) = env::var_os(VARIABLE).filter(|text| !text.is_empty()) else {
        return Ok(InstructionSet::Native);
    };
    let text = text.to_string_lossy();
    InstructionSet::from_str(&text, false).map_err(|_| {
        Error::Usage(format!("`{VARIABLE}={text}`: there is no such set; use `avx2` or `native`"))
    })
}
