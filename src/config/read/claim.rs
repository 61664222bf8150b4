//! `[claim]`

use super::Reader;
use crate::config::hypotheses;
use crate::config::spec::Claim;
use crate::config::value::Value;

/// What is claimed, if anything is: a claim without tests is none.
pub(in crate::config) fn claim(reader: &mut Reader<'_>) -> Option<Claim> {
    let Some(Value::List(tests)) = reader.optional("claim.tests") else {
        return None;
    };
    if tests.is_empty() {
        return None;
    }
    Some(Claim {
        statement: reader.optional_text("claim.statement").unwrap_or_default(),
        source: reader.optional_text("claim.source"),
        figure: reader.optional_text("claim.figure"),
        // Never filled in: most claims have nothing to say of it.
        about_evaluation: reader.optional("claim.about_evaluation") == Some(Value::Bool(true)),
        tests: tests.iter().filter_map(hypotheses::read).collect(),
    })
}
