//! Text that a user chose, made safe for the language it is put into.

/// One word of a POSIX shell, whatever it holds.
pub(super) fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The value of an option in a `#SBATCH` line. Slurm ends a value at white space or `#` outside
/// quotes, and puts job numbers in place of `%`; a line end cannot be written there at all.
pub(super) fn sbatch(text: &str) -> Option<String> {
    if text.contains(['\n', '\r']) {
        return None;
    }
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
    Some(format!("\"{}\"", escaped.replace('%', "%%")))
}

/// A scalar in YAML's double quotes; every JSON string is one.
pub(super) fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A TOML string, for the value of `-o key=value`; TOML has all of JSON's escapes.
pub(super) fn toml(text: &str) -> String {
    yaml(text)
}

/// Text for a comment: on one line.
pub(super) fn comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
