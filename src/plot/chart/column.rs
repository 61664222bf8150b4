//! A chart with its panels below each other, for a narrow screen.

use super::{Chart, Panel, Row};

impl Chart {
    /// The same panels in one column, row by row, each with the headings of its row and its column in its title.
    #[must_use]
    pub fn in_one_column(&self) -> Self {
        let mut rows = Vec::new();
        for row in &self.rows {
            for (column, panel) in row.panels.iter().enumerate() {
                let title = self.whole_title(row, column, panel);
                let panel = Panel { title, ..panel.clone() };
                rows.push(Row { heading: String::new(), y: row.y.clone(), panels: vec![panel] });
            }
        }
        Self { rows, ..self.clone() }
    }

    /// The title of a panel; a lower one has that of the first in its column.
    fn whole_title(&self, row: &Row, column: usize, panel: &Panel) -> String {
        let above = self.rows.first().and_then(|first| first.panels.get(column));
        let title = match above {
            Some(above) if panel.title.is_empty() => &above.title,
            _ => &panel.title,
        };
        let parts = [row.heading.as_str(), title.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use crate::plot::chart::{Axis, Chart, Panel, Row};

    #[test]
    fn every_panel_has_a_row_with_its_whole_title_and_its_own_axis() {
        let panel = |title: &str| Panel { title: title.to_owned(), ..Panel::default() };
        let axis = |label: &str| Axis { label: label.to_owned(), ..Axis::default() };
        let row = |heading: &str, label: &str, titles: [&str; 2]| Row {
            heading: heading.to_owned(),
            y: axis(label),
            panels: titles.map(panel).to_vec(),
        };
        let chart = Chart {
            rows: vec![
                row("Training loss", "Loss", ["batch size 2", "batch size 16"]),
                row("Test accuracy", "Accuracy (%)", ["", ""]),
            ],
            ..Chart::default()
        };
        let column = chart.in_one_column();
        let told: Vec<[&str; 3]> = column
            .rows
            .iter()
            .map(|row| [row.panels[0].title.as_str(), &row.y.label, &row.heading])
            .collect();
        assert_eq!(
            told,
            [
                ["Training loss · batch size 2", "Loss", ""],
                ["Training loss · batch size 16", "Loss", ""],
                ["Test accuracy · batch size 2", "Accuracy (%)", ""],
                ["Test accuracy · batch size 16", "Accuracy (%)", ""],
            ]
        );
        assert!(column.rows.iter().all(|row| row.panels.len() == 1));
    }
}
