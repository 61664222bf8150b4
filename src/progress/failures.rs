//! Failures with the same message are printed once and then counted: a network that is too large fails in every
//! replicate.

use std::collections::HashMap;

use crate::units;

/// The messages of trials that failed.
#[derive(Default)]
pub(super) struct Failures {
    /// Number of further trials that failed with each message.
    more: HashMap<String, usize>,
    /// The messages in the order in which they occurred.
    messages: Vec<String>,
}

impl Failures {
    /// Records a failure; returns whether it is the first one with its message, which is to be printed.
    pub(super) fn is_new(&mut self, message: &str) -> bool {
        if let Some(more) = self.more.get_mut(message) {
            *more += 1;
            return false;
        }
        self.more.insert(message.to_owned(), 0);
        self.messages.push(message.to_owned());
        true
    }

    /// A line for each message that occurred several times.
    pub(super) fn repeated(&self) -> impl Iterator<Item = String> {
        let counted = self.messages.iter().map(|message| (self.more[message], message));
        counted.filter(|(more, _)| *more > 0).map(|(more, message)| {
            let trials = units::counted(more, "more trial", "more trials");
            format!("FAILED: {trials}, with the same message as one above: {message}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_message_is_printed_and_the_others_are_counted() {
        let mut failures = Failures::default();
        let told = ["b", "a", "b", "b"].map(|message| failures.is_new(message));
        assert_eq!(told, [true, true, false, false]);
        let lines: Vec<String> = failures.repeated().collect();
        assert_eq!(lines, ["FAILED: 2 more trials, with the same message as one above: b"]);
    }
}
