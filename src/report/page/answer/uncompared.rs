//! What is said where there is nothing to compare.

use super::capitalised;
use crate::report::compare::{figure, until};
use crate::report::page::material::{Material, spoken};
use crate::report::page::words::Words;

/// Of a folder with one condition, or none that can be compared.
pub(super) fn words(material: &Material<'_>) -> Words {
    let metric = material.metric;
    let name = spoken(metric.name);
    let described = crate::compare::descriptions(material.judged(), metric);
    let is_waited_for = metric.is_waited_for();
    let measured =
        described.iter().filter(|d| d.mean.is_some() || (is_waited_for && d.n + d.beyond > 0));
    match measured.collect::<Vec<_>>()[..] {
        [] => Words::new()
            .strong("There is no answer yet")
            .plain(format!(": no condition has a {name}.")),
        [only] if described.len() == 1 && is_waited_for => {
            let until = until(only, metric.unit);
            Words::from(format!(
                "{}: {} {} (median, n = {}). ",
                capitalised(&name),
                until.counted(),
                metric.unit.shown(),
                until.all
            ))
            .strong("There is nothing to compare it with")
            .plain(": one condition was trained.")
        }
        [only] if described.len() == 1 => {
            let end = |end: f64| figure(Some(end), metric.unit);
            let interval = only.t.map_or("no interval".to_owned(), |t| {
                format!("95 % interval {} to {}", end(t.low), end(t.high))
            });
            Words::from(format!(
                "{}: {} {} ({interval}, n = {}). ",
                capitalised(&name),
                figure(only.mean, metric.unit),
                metric.unit.shown(),
                only.n
            ))
            .strong("There is nothing to compare it with")
            .plain(": one condition was trained.")
        }
        _ => Words::new()
            .strong("No single comparison answers it")
            .plain(format!(
                ": no axis has few values that were trained in the same settings. The table below has the {name} of all {} conditions.",
                described.len()
            )),
    }
}
