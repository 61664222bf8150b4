//! γ and β of the norm layers over the steps: their percentiles over features.

use super::arrangement::{Arrangement, Facet, Line, Wanted};
use super::axes::{ANY, Kind, Quantity};
use super::layers;
use super::request::{Absent, Drawn, Request};
use super::sheet::{Frame, Strip};
use crate::plot::chart::{Axis, Panel, Point, Series, Span};
use crate::results::query::{Details, Results, TrialCurves};
use crate::units::{capitalised, counted};

/// Most layers drawn.
const LAYERS: usize = 3;

/// The percentiles of a parameter over features: the ends of the band, the lines inside it, and the median.
const PERCENTILES: [&str; 5] = ["_p2", "_p15", "_p50", "_p85", "_p98"];

/// The parameters: their names in `layers.csv` and in words.
const PARAMETERS: [(&str, &str); 2] = [("gamma", "γ"), ("beta", "β")];

const QUANTITIES: [&str; 14] = [
    "gamma_p2",
    "gamma_p15",
    "gamma_p50",
    "gamma_p85",
    "gamma_p98",
    "gamma_mean",
    "gamma_std",
    "beta_p2",
    "beta_p15",
    "beta_p50",
    "beta_p85",
    "beta_p98",
    "beta_mean",
    "beta_std",
];

/// The details that the figure needs.
pub(super) fn details(_: &Results, _: &Request) -> Details {
    layers::details(&QUANTITIES)
}

/// Draws the figure `gamma-beta`: a column for each line, two rows for each layer.
pub(super) fn draw(results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
    let has = |parameter: &str| layers::names(results, &format!("{parameter}_mean"));
    let all = [has("gamma"), has("beta")];
    let all = if all[0].len() >= all[1].len() { &all[0] } else { &all[1] };
    if all.is_empty() {
        return Err(layers::absent(""));
    }
    let wanted =
        Wanted { limit: usize::MAX, crossed: false, ..Wanted::of("gamma-beta", &request.facets) };
    let arrangement = Arrangement::of(results, &wanted)?;
    let sheet = Sheet {
        layers: layers::spaced(all, LAYERS),
        left_out: all.len().saturating_sub(LAYERS),
        arrangement: &arrangement,
        request,
    };
    Ok(layers::sheets(results, &arrangement, "gamma-beta", |facet| sheet.draw(facet)))
}

struct Sheet<'s> {
    layers: Vec<&'s str>,
    left_out: usize,
    arrangement: &'s Arrangement<'s>,
    request: &'s Request,
}

impl Sheet<'_> {
    fn draw(&self, facet: &Facet) -> Option<(Frame, Axis, Vec<Strip>)> {
        let trained = |line: &&Line| self.trained(line, facet).is_some();
        let lines: Vec<&Line> = self.arrangement.lines.iter().filter(trained).collect();
        let mut strips: Vec<Strip> = Vec::new();
        for layer in &self.layers {
            for (parameter, sign) in PARAMETERS {
                let is_first = strips.is_empty();
                let panel = |line: &&Line| Panel {
                    title: if is_first { line.label.clone() } else { String::new() },
                    series: self.series(line, facet, layer, parameter).into_iter().collect(),
                    ..Panel::default()
                };
                let panels: Vec<Panel> = lines.iter().map(panel).collect();
                // A norm may have no γ or no β.
                if panels.iter().any(|panel| !panel.series.is_empty()) {
                    strips.push(Strip {
                        heading: capitalised(&place(layer)),
                        quantity: Quantity::new(sign, Kind::Plain).on(self.request.log_y),
                        panels,
                    });
                }
            }
        }
        if strips.is_empty() {
            return None;
        }
        let in_percentiles =
            lines.iter().filter_map(|line| self.trained(line, facet)).any(has_percentiles);
        let band = if in_percentiles {
            "Line: median over the features of the layer. Band: 2nd to 98th percentile; thin lines: 15th and 85th."
        } else {
            "Line: mean over the features of the layer. Band: one standard deviation on either side; percentiles were \
             not recorded by the version that trained these networks."
        };
        let mut note = "One training: the first replicate that was completed. γ begins at 1 and β at 0, unless the experiment says \
                        otherwise. The first layer is next to the input."
            .to_owned();
        if self.left_out > 0 {
            note.push_str(&format!(
                " {} not drawn; `layers.csv` holds all.",
                counted(self.left_out, "layer is", "layers are")
            ));
        }
        let shown = "γ and β of the norm layers";
        let mut frame = layers::frame(self.arrangement, shown, band.to_owned(), &note);
        frame.legend.clear();
        frame.legend_title.clear();
        let x = layers::steps(&strips, self.request);
        Some((frame, x, strips))
    }

    /// The trial that is drawn: a mean over replicates would make a distribution look narrower. `None` where the line has
    /// no norm.
    fn trained(&self, line: &Line, facet: &Facet) -> Option<&TrialCurves> {
        let trials = layers::probed(&self.arrangement.trials(line, facet));
        let is_of_norm = |trial: &&TrialCurves| {
            trial.layers.iter().any(|series| {
                PARAMETERS.iter().any(|(parameter, _)| series.quantity.starts_with(parameter))
            })
        };
        trials.into_iter().find(is_of_norm)
    }

    fn series(&self, line: &Line, facet: &Facet, layer: &str, parameter: &str) -> Option<Series> {
        let trial = self.trained(line, facet)?;
        let curve = |end: &str| layers::curve(trial, layer, &format!("{parameter}{end}"));
        let name = (line.label.as_str(), line.key);
        let one = |curve: Vec<Point>| layers::line(name, &[curve], self.request, ANY);
        let [low, lower, middle, upper, high] = PERCENTILES.map(|end| one(curve(end)));
        if !middle.points.is_empty() {
            return Some(Series {
                band: layers::between(&low, &high),
                singles: vec![lower.points, upper.points],
                ..middle
            });
        }
        let (mean, spread) = (one(curve("_mean")), one(curve("_std")));
        let spans = mean.points.iter().zip(&spread.points).map(|(mean, spread)| Span {
            x: mean.x,
            low: mean.y - spread.y,
            high: mean.y + spread.y,
        });
        let band = spans.collect();
        (!mean.points.is_empty()).then_some(Series { band, ..mean })
    }
}

fn has_percentiles(trial: &TrialCurves) -> bool {
    // Other figures of a report have percentiles of other quantities read.
    let mut layers = trial.layers.iter();
    layers.any(|series| ["gamma_p50", "beta_p50"].contains(&series.quantity.as_str()))
}

/// The place of a norm layer: `norms.0` is that of the first hidden layer.
fn place(layer: &str) -> String {
    match layer.strip_prefix("norms.").and_then(|place| place.parse::<usize>().ok()) {
        Some(place) => format!("layer {}", place + 1),
        None => layer.replace(['.', '_'], " "),
    }
}
