//! `bn-lab completions` and `bn-lab man`: what shells and `man` read, from the declarations of the command line.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::config;
use crate::error::{Error, Result};
use crate::streams::print;

/// Prints the completion script of a shell.
pub fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bn-lab", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page of the program, or of the command called `name`, in roff.
pub fn manual(name: Option<&str>) -> Result<()> {
    let mut program = Cli::command();
    // Fills in what commands inherit.
    program.build();
    let page = match name {
        None => program,
        Some(name) => {
            let mut commands = program.get_subcommands();
            let found = commands.find(|command| command.get_name() == name);
            found.cloned().ok_or_else(|| no_such(&program, name))?
        }
    };
    let mut text = Vec::new();
    let page = page.version(env!("CARGO_PKG_VERSION"));
    // Writing to memory cannot fail.
    drop(clap_mangen::Man::new(page).render(&mut text));
    print(&String::from_utf8_lossy(&text))
}

fn no_such(program: &clap::Command, name: &str) -> Error {
    let names = program.get_subcommands().map(clap::Command::get_name);
    let hint = match config::nearest(name, names) {
        Some(meant) => format!("did you mean `bn-lab man {meant}`?"),
        None => "`bn-lab --help` lists the commands".to_owned(),
    };
    Error::Usage(format!("there is no command `{name}`\n  hint: {hint}"))
}
