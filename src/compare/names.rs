//! What to say of a name that nobody knows.

use crate::record::results::short_name;

/// That there is no `what` of this name, and which of the `known` ones may have been meant.
pub fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let likeness = |known: &str| {
        let short = strsim::jaro_winkler(name, short_name(known));
        short.max(strsim::jaro_winkler(name, known))
    };
    let alike = known.iter().map(|known| (likeness(known), known));
    let nearest = alike.max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest.filter(|(likeness, _)| *likeness > 0.8) {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => {
            let several = what.strip_suffix("is").map(|stem| format!("{stem}es"));
            let several = several.unwrap_or_else(|| format!("{what}s"));
            format!("the {several} are {}", known.join(", "))
        }
    };
    format!("there is no {what} `{name}`\n  hint: {hint}")
}
