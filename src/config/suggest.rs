//! Messages for unknown keys and words, with the known one that was most likely meant.

use super::problem::{Problems, start_of};
use super::wire::Node;

/// The most similar of `words`, if any is similar at all (Jaro–Winkler above 0.8).
pub fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|word| (strsim::jaro_winkler(text, word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// The hint for an unknown value of a key that takes one of `words`.
pub(super) fn word(text: &str, words: &[&str]) -> Option<String> {
    let word = nearest(&text.to_lowercase(), words.iter().copied())?;
    Some(format!("did you mean `\"{word}\"`?"))
}

/// The hint for an unknown key of a table that has `keys`.
pub(super) fn key<'a>(name: &str, keys: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, keys).map(|known| format!("did you mean `{known}`?"))
}

/// The message for an unknown key; `within` names the place, such as `` in `sweep.zip` ``.
pub(super) fn unknown_key(name: &str, within: &str) -> String {
    let space = if within.is_empty() { "" } else { " " };
    format!("unknown key `{}`{space}{within}", start_of(name).escape_debug())
}

/// Whether a table has no other keys than `names`; others are reported as problems, with `otherwise` as
/// the hint where none is similar.
pub(super) fn has_known_keys(
    members: &[(String, Node)],
    names: &[&str],
    within: &str,
    otherwise: Option<&str>,
    problems: &mut Problems,
) -> bool {
    let unknown = members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    let mut is_sound = true;
    for (name, node) in unknown {
        let hint = key(name, names.iter().copied()).or(otherwise.map(str::to_owned));
        problems.add_with_hint(node.place, unknown_key(name, within), hint);
        is_sound = false;
    }
    is_sound
}
