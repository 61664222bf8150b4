//! The keys of a test, each once: what it may be, its default, what it means.

use crate::config::key_list::{ANY, NOT_NEGATIVE};
use crate::config::rule::Rule;
use crate::config::spec::METRICS;

/// A key of a test.
pub(in crate::config) struct Part {
    /// Its name.
    pub(in crate::config) name: &'static str,
    /// What it may be; `None` where that hangs on other keys.
    pub(super) rule: Option<Rule>,
    /// What is allowed, where no rule says it.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    allowed: &'static str,
    /// What it is where it is not given, as Markdown.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(in crate::config) default: &'static str,
    /// What it means.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(in crate::config) meaning: &'static str,
}

#[cfg(test)]
impl Part {
    /// What is allowed, as it completes "must be …".
    pub(in crate::config) fn allowed(&self) -> String {
        let own = Some(self.allowed).filter(|allowed| !allowed.is_empty());
        let own = own.map(str::to_owned);
        own.or_else(|| self.rule.map(|rule| rule.allowed())).unwrap_or_default()
    }
}

const fn part(
    name: &'static str,
    rule: Option<Rule>,
    allowed: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Part {
    Part { name, rule, allowed, default, meaning }
}

/// The keys of a test, in the order in which they are written out.
pub(in crate::config) const PARTS: [Part; 10] = [
    part(
        "compare",
        None,
        "a list of two different values of `by`",
        "required",
        "The two values that are compared: differences are the first minus the second.",
    ),
    part(
        "by",
        Some(Rule::SweptKey),
        "",
        "`\"norm.placement\"`",
        "The swept key whose values they are.",
    ),
    part(
        "metric",
        Some(Rule::Choice(&METRICS)),
        "a metric of `bn-lab compare`, described in [`results/README.md`](../results/README.md)",
        "`\"test_accuracy\"`",
        "What is measured of each trial.",
    ),
    part(
        "expect",
        Some(Rule::Choice(&["higher", "lower", "same"])),
        "",
        "required",
        "What the claim says of the first value against the second: more of it, less, or no difference that matters.",
    ),
    part(
        "margin",
        Some(NOT_NEGATIVE),
        "",
        "the metric's own",
        "Differences up to this do not matter: in percentage points for accuracies and shares, else in the unit of what is compared, as `bn-lab compare --margin`.",
    ),
    part(
        "where",
        None,
        "a table such as `{ \"train.batch_size\" = [2, 4] }` of swept keys, each with one of its values or a list of several",
        "all of every key",
        "Only these values of the other swept keys count.",
    ),
    part(
        "over",
        Some(Rule::SweptKey),
        "",
        "none",
        "The values of this swept key are taken together first, within each replicate, as `take` says.",
    ),
    part(
        "take",
        Some(Rule::Choice(&["spread", "worst", "best", "mean", "change", "reach"])),
        "",
        "required with `over`",
        "Of the scores at all values of `over`: the largest minus the smallest, the worst, the best, the mean, the last minus the first; or the largest value at which the metric is at least as good as `at_least`, compared in powers of ten (decades).",
    ),
    part(
        "at_least",
        Some(ANY),
        "",
        "required with `take = \"reach\"`",
        "How good the metric must be, in its own unit (an accuracy from 0 to 1); of what is better the lower it is, at most this.",
    ),
    part(
        "label",
        Some(Rule::Text),
        "",
        "made from the other keys",
        "What the table of tests calls it.",
    ),
];
