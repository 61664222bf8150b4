//! The message on an unknown name.

use crate::results::query::short_name;

/// A message that there is no `what` of this name, and which of the `known` names may have been meant.
pub fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    let likeness = |known: &str| {
        let short = strsim::jaro_winkler(name, short_name(known));
        short.max(strsim::jaro_winkler(name, known))
    };
    let alike = known.iter().map(|known| (likeness(known), known));
    let nearest = alike.max_by(|a, b| a.0.total_cmp(&b.0));
    let nearest = nearest.filter(|(likeness, _)| *likeness > 0.8);
    let word = format!("_{name}_");
    let has_it = |known: &&str| format!("_{known}_").contains(&word);
    let with_it: Vec<&str> = known.iter().copied().filter(has_it).collect();
    let hint = match (nearest, &with_it[..]) {
        // A part that several names have in common is no misspelling of any one of them.
        (_, [_, _, ..]) => format!("those with `{name}` are {}", with_it.join(", ")),
        (Some((_, known)), _) => format!("did you mean `{known}`?"),
        (None, _) => format!("the {} are {}", several(what), known.join(", ")),
    };
    format!("there is no {what} `{name}`\n  hint: {hint}")
}

/// The plural: `metrics`, `axes`.
fn several(what: &str) -> String {
    match what.strip_suffix("is") {
        Some(stem) => format!("{stem}es"),
        None => format!("{what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::unknown;

    #[test]
    fn a_misspelling_half_a_name_and_an_unknown_name_have_each_their_hint() {
        let known = ["test_accuracy", "test_loss", "accuracy_gap"];
        for (name, hint) in [
            ("test_acuracy", "did you mean `test_accuracy`?"),
            ("test_acc", "did you mean `test_accuracy`?"),
            ("accuracy", "those with `accuracy` are test_accuracy, accuracy_gap"),
            ("colour", "the axes are test_accuracy, test_loss, accuracy_gap"),
        ] {
            let told = unknown("axis", name, &known);
            assert!(told.ends_with(hint), "{told}");
        }
    }
}
