//! The answer where there is nothing to compare.

use crate::report::compare::until;
use crate::report::page::material::Material;
use crate::report::page::words::Words;
use crate::units::capitalised;
use crate::wording::names::spoken;
use crate::wording::numbers::{optional, range, value};

/// The answer of a folder with one condition, or with none that can be compared.
pub(super) fn words(material: &Material<'_>) -> Words {
    let metric = material.metric;
    let name = spoken(metric.name);
    let described = crate::compare::descriptions(&material.judged, metric);
    let is_waited_for = metric.is_waited_for();
    let measured =
        described.iter().filter(|d| d.mean.is_some() || (is_waited_for && d.n + d.beyond > 0));
    match measured.collect::<Vec<_>>()[..] {
        [] => Words::new()
            .strong("There is no answer yet")
            .plain(format!(": no condition has a {name}.")),
        [only] if described.len() == 1 => {
            let (score, uncertainty) = if is_waited_for {
                let until = until(only, metric.unit);
                (until.counted(), format!("median, n = {}", until.all))
            } else {
                let written = |number| value(number, metric.unit);
                let interval = only.t.map(|t| format!("95 % interval {}", range(Some(t), written)));
                let interval = interval.unwrap_or_else(|| "no interval".to_owned());
                (optional(only.mean, written), format!("{interval}, n = {}", only.n))
            };
            let (name, unit) = (capitalised(&name), metric.unit.shown());
            Words::from(format!("{name}: {score} {unit} ({uncertainty}). "))
                .strong("There is nothing to compare it with")
                .plain(if material.results.whole.is_some() {
                    ": one condition is shown."
                } else {
                    ": one condition was trained."
                })
        }
        _ => Words::new()
            .strong("No single comparison answers it")
            .plain(format!(
                ": no axis has few values that {} in the same settings. The table below has the {name} of all {} conditions.",
                if material.results.whole.is_some() { "are shown" } else { "were trained" },
                described.len()
            )),
    }
}
