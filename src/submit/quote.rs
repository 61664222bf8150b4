//! Quotes users' text for the language in which it is inserted.

use crate::shell;

/// The value of an option in a `#SBATCH` line. Slurm ends a value at white space or `#` outside
/// quotes, and replaces `%` sequences; control characters cannot be written there at all.
pub(super) fn sbatch(text: &str) -> Option<String> {
    in_sbatch_quotes(&text.replace('%', "%%"))
}

/// As [`sbatch`], for text whose `%` sequences Slurm is to replace.
pub(super) fn in_sbatch_quotes(text: &str) -> Option<String> {
    if text.contains(char::is_control) {
        return None;
    }
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
    Some(format!("\"{escaped}\""))
}

/// A TOML string, for the value of `-o key=value`; TOML has all of JSON's escapes.
pub(super) fn toml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The quoted words of a command; `None` where one contains NUL.
pub(super) fn command(words: &[String]) -> Option<String> {
    let words: Option<Vec<String>> = words.iter().map(|word| shell::word(word)).collect();
    Some(words?.join(" "))
}

/// Text for a comment: on one line.
pub(super) fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
