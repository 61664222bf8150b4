//! `bn-lab keys`: the keys of an experiment file, from their declarations.

use crate::cli;
use crate::commands::print;
use crate::config::describe::{self, KeyText};
use crate::error::{Error, Result};

/// Prints the keys that the command line asks for.
pub fn run(arguments: &cli::Keys) -> Result<()> {
    let word = arguments.word.as_deref();
    let found = describe::keys(word);
    if let (true, Some(word)) = (found.is_empty(), word) {
        let hint = describe::hint(word);
        let hint = hint.unwrap_or_else(|| "`bn-lab keys` lists all of them".to_owned());
        return Err(Error::Usage(format!(
            "no key has `{word}` in its name or description\n  hint: {hint}"
        )));
    }
    let text: Vec<String> = found.iter().map(described).collect();
    print(&text.join("\n"))
}

fn described(key: &KeyText) -> String {
    let KeyText { path, allowed, default, meaning } = key;
    format!("{path}\n  {allowed}; default: {default}\n  {meaning}\n")
}
