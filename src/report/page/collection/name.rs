//! Ids of sections and file names from the names of folders.

use std::collections::HashSet;

/// A unique id for each folder, whatever its name is: letters, digits and
/// single hyphens.
pub fn ids<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    names
        .into_iter()
        .map(|name| {
            let plain = plain(name);
            let numbered = (2..).map(|number| format!("{plain}-{number}"));
            let mut candidates = std::iter::once(plain.clone()).chain(numbered);
            // The candidates are infinitely many.
            let id = candidates.find(|id| !taken.contains(id)).unwrap_or_default();
            taken.insert(id.clone());
            id
        })
        .collect()
}

fn plain(name: &str) -> String {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "folder".to_owned() } else { parts.join("-") }
}

/// The id of a folder's section, distinct from all other ids of the page.
pub(super) fn section(id: &str) -> String {
    format!("of--{id}")
}

/// The file name of a folder's chart. It is unique, since no id contains two hyphens.
pub(super) fn stem(id: &str, stem: &str) -> String {
    format!("{id}--{stem}")
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn folders_of_any_names_have_ids_of_their_own() {
        let names = ["03-a b", "03 a-b", "03-a--b", "ä", "?", "03-a-b-2"];
        let expected = ["03-a-b", "03-a-b-2", "03-a-b-3", "folder", "folder-2", "03-a-b-2-2"];
        assert_eq!(ids(names), expected);
    }
}
