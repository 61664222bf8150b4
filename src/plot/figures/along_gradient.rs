//! Figures of the whole network along the gradient: a range as a band over the steps, one line for each placement
//! (Santurkar et al. 2018, figure 4).

use super::arrangement::{Arrangement, Wanted};
use super::axes::{Kind, Quantity};
use super::layers;
use super::notes;
use super::request::{Absent, Drawn, Request};
use super::sheet::{self, Rows, Strip};
use crate::plot::chart::Series;
use crate::plot::palette::Key;
use crate::results::query::{Results, TrialCurves};

/// A figure of this kind.
pub(super) struct Along {
    /// Its name, and the stem of its file.
    pub(super) name: &'static str,
    /// The title.
    pub(super) shown: &'static str,
    /// Quantity and unit of the vertical axis.
    pub(super) label: &'static str,
    /// The quantity of the line.
    pub(super) middle: Option<&'static str>,
    /// The quantities at the edges of the band, where it is not the interval of the line's mean.
    pub(super) edges: Option<[&'static str; 2]>,
    /// The meaning of line and band, where the band has edges.
    pub(super) band: &'static str,
    /// A further note.
    pub(super) note: &'static str,
}

impl Along {
    /// Draws a panel for each combination of the axes that are not lines.
    pub(super) fn draw(&self, results: &Results, request: &Request) -> Result<Vec<Drawn>, Absent> {
        let needed = self.middle.or(self.edges.map(|[low, _]| low));
        if layers::names(results, needed.unwrap_or_default()).is_empty() {
            return Err(layers::absent("landscape"));
        }
        let wanted = Wanted::of(self.name, &request.facets);
        let arrangement = Arrangement::of(results, &wanted)?;
        let log = request.log_y.or(Some(true));
        let quantity = Quantity::new(self.label, Kind::Loss).on(log);
        let whole = layers::strip(&arrangement, "", quantity, |line, trials| {
            self.line(line, trials, request)
        });
        let mut panels = whole.panels.into_iter();
        let rows = arrangement.rows().map(|(heading, facets)| Strip {
            heading: heading.to_owned(),
            quantity: whole.quantity.clone(),
            panels: panels.by_ref().take(facets.len()).collect(),
        });
        let strips: Vec<Strip> = rows.collect();
        let band = match self.edges {
            Some(_) => self.band.to_owned(),
            None => layers::geometric_band(&notes::counts(&arrangement)),
        };
        let mut frame = layers::frame(&arrangement, self.shown, band, self.note);
        frame.notes.extend(arrangement.left_out.iter().cloned());
        let x = layers::steps(&strips, request);
        Ok(vec![Drawn {
            stem: self.name.to_owned(),
            chart: sheet::chart(results, frame, x, strips, Rows::OnOneAxis),
        }])
    }

    fn line(&self, line: (&str, Key), trials: &[&TrialCurves], request: &Request) -> Series {
        let bounds = Quantity::new("", Kind::Loss).bounds;
        let mean = |quantity: &str| {
            let curves = layers::curves(trials, "all", quantity);
            layers::line(line, &curves, request, bounds)
        };
        let middle = self.middle.map(mean);
        let Some(edges) = self.edges else {
            let curves = layers::curves(trials, "all", self.middle.unwrap_or_default());
            return layers::geometric_line(line, &curves, request);
        };
        let [low, high] = edges.map(mean);
        Series {
            label: line.0.to_owned(),
            key: line.1,
            band: layers::between(&low, &high),
            points: middle.map(|middle| middle.points).unwrap_or_default(),
            singles: vec![low.points, high.points],
            ..Series::default()
        }
    }
}
