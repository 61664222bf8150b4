//! Collects all problems of an experiment, and renders them in the order of the file.

use std::borrow::Cow;
use std::path::Path;

use crate::error::Error;

/// Most problems that are printed: a file that is no experiment has one on every line.
const MOST_TOLD: usize = 100;

/// Where something was given. Ordered as it is read: the file first, then the overrides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A place in the file.
    File {
        /// Byte offset, for ordering.
        offset: usize,
        /// Line number, from 1, for messages.
        line: usize,
    },
    /// The override with this index, from 0.
    Override(usize),
}

impl Place {
    /// The place in words: `on line 7`, or `by an override`.
    pub(super) fn on_line(self) -> String {
        match self {
            Self::File { line, .. } => format!("on line {line}"),
            Self::Override(_) => "by an override".to_owned(),
        }
    }
}

/// Takes the key that should change, and the reason why it cannot stay, as it follows
/// "`key = value`: ".
pub(super) type Report<'a> = &'a mut dyn FnMut(&'static str, String);

/// A mistake that the author of the file must correct.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    /// Where it is; `None` where it concerns the whole file.
    pub(super) place: Option<Place>,
    /// What is wrong, and what is allowed.
    pub(super) text: String,
    /// A likely fix, if there is one.
    pub(super) hint: Option<String>,
}

/// The problems found so far, and the names of the places they point to.
pub(super) struct Problems {
    file: String,
    overrides: Vec<String>,
    found: Vec<Problem>,
}

impl Problems {
    pub(super) fn new(file: &Path, overrides: &[String]) -> Self {
        Self { file: file.display().to_string(), overrides: overrides.to_vec(), found: Vec::new() }
    }

    pub(super) fn add(&mut self, place: impl Into<Option<Place>>, text: impl Into<String>) {
        self.add_with_hint(place, text, None);
    }

    /// Adds a problem and, where there is one, a likely fix.
    pub(super) fn add_with_hint(
        &mut self,
        place: impl Into<Option<Place>>,
        text: impl Into<String>,
        hint: Option<String>,
    ) {
        self.found.push(Problem { place: place.into(), text: text.into(), hint });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The place as text: `configs/x.toml:7`, `-o train.batch_size=abc` or the file alone.
    pub(super) fn describe(&self, place: Option<Place>) -> String {
        match place {
            Some(Place::File { line, .. }) => format!("{}:{line}", self.file),
            Some(Place::Override(index)) => {
                let text = self.overrides.get(index).map_or("", String::as_str);
                format!("-o {}", start_of(text))
            }
            None => self.file.clone(),
        }
    }

    /// All problems as one error, in the order of the file, overrides and the whole file last.
    pub(super) fn into_error(mut self) -> Error {
        self.found.sort_by_key(|problem| (problem.place.is_none(), problem.place));
        let mut rendered: Vec<String> = Vec::new();
        for (index, problem) in self.found.iter().enumerate() {
            if rendered.len() == MOST_TOLD {
                let more = self.found.len() - index;
                rendered.push(format!("{}: {more} more problems", self.file));
                break;
            }
            let text = self.render(problem);
            if !rendered.contains(&text) {
                rendered.push(text);
            }
        }
        Error::Experiment(rendered.join("\nerror: "))
    }

    fn render(&self, problem: &Problem) -> String {
        let place = self.describe(problem.place);
        let hint = problem.hint.as_ref();
        let hint = hint.map_or(String::new(), |hint| format!("\n  hint: {hint}"));
        format!("{place}: {}{hint}", problem.text)
    }
}

/// A text as messages quote it: cut where it is long.
pub(super) fn start_of(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize) -> Place {
        Place::File { offset: line * 10, line }
    }

    #[test]
    fn problems_are_printed_once_in_the_order_of_the_file_with_their_hints() {
        let mut problems = Problems::new(Path::new("x.toml"), &["a=b".to_owned()]);
        problems.add(None, "whole");
        problems.add(Place::Override(0), "over");
        problems.add(at(9), "late");
        problems.add_with_hint(at(2), "early", Some("try this".to_owned()));
        problems.add(at(9), "late");
        assert_eq!(
            problems.into_error().to_string(),
            "x.toml:2: early\n  hint: try this\nerror: x.toml:9: late\nerror: -o a=b: over\nerror: x.toml: whole"
        );
    }

    #[test]
    fn of_very_many_problems_in_a_long_override_the_first_are_printed_and_the_rest_is_counted() {
        let long = format!("data={{{}}}", "a=1,".repeat(10_000));
        let mut problems = Problems::new(Path::new("x.toml"), &[long]);
        for number in 0..10_000 {
            problems.add(Place::Override(0), format!("problem {number:05}"));
        }
        let text = problems.into_error().to_string();
        assert_eq!(text.lines().count(), 101);
        assert!(text.len() < 101 * 250, "{}", text.len());
        assert!(text.ends_with("\nerror: x.toml: 9900 more problems"), "{text}");
    }
}
