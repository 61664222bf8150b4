//! The front door: parse, run, say what went wrong, exit.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

/// burn's CPU backend allocates a tensor per operation; with this allocator a step takes about 0.9
/// times as long as with the system's (`make bench` measures it).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match bn_lab::run(bn_lab::cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where stderr is closed or full, the exit code still tells.
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}
