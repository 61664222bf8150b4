//! `[tune]`

use super::Reader;
use crate::config::spec::{Metric, Tune};
use crate::config::value::Value;

/// What is tuned, if anything is. `per` is the default of `tune.per`; `budget` gives that of
/// `tune.budget` for a key and what it is tuned per.
pub(in crate::config) fn tune(
    reader: &mut Reader<'_>,
    per: Vec<Value>,
    budget: impl FnOnce(&str, &[String]) -> Option<usize>,
) -> Option<Tune> {
    let key = reader.optional_text("tune.key")?;
    let per = match reader.value("tune.per", Value::List(per)) {
        Value::List(keys) => keys.iter().map(Value::to_string).collect(),
        _ => Vec::new(),
    };
    let metric = match reader.text("tune.metric", "validation_accuracy").as_str() {
        "validation_loss" => Metric::ValidationLoss,
        _ => Metric::ValidationAccuracy,
    };
    let budget = budget(&key, &per)?;
    // At most as many as there are conditions.
    let default = u32::try_from(budget).ok()?;
    let budget = reader.count("tune.budget", default);
    Some(Tune { key, per, metric, budget })
}
