//! Writes charts as files: theme, size, formats.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::chart::Chart;
use super::palette::Theme;
use super::render::{self, Style};
use crate::error::Result;
use crate::fs;

/// Options of the files of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The colours.
    pub theme: Theme,
    /// The size; `None` for the natural size of the panels.
    pub size: Option<Size>,
    /// Resolution of a PNG, in dots per inch.
    pub dpi: f64,
    /// Whether title and subtitle are drawn.
    pub title: bool,
    /// Whether the text below the panels is drawn.
    pub caption: bool,
    /// The formats to write.
    pub formats: Vec<FileFormat>,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            theme: Theme::Light,
            size: None,
            dpi: render::DPI,
            title: true,
            caption: true,
            formats: vec![FileFormat::Svg, FileFormat::Png],
        }
    }
}

impl Output {
    /// Refuses a size that is too large, before anything is drawn.
    pub fn check(&self) -> Result<()> {
        let has_pixels = self.formats.contains(&FileFormat::Png);
        match self.size.filter(|_| has_pixels) {
            Some(Size { width, height: Some(height) }) => {
                render::check_pixels([width, height], self.dpi)
            }
            _ => Ok(()),
        }
    }
}

/// The format of a chart's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Scalable vector graphics.
    Svg,
    /// Pixels, as PNG.
    Png,
    /// A page of the size of the chart, for LaTeX.
    Pdf,
}

/// A size on paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width in pixels, 96 per inch.
    pub width: f64,
    /// Height in pixels; `None` where it follows from the width.
    pub height: Option<f64>,
}

/// Writes a chart as `<stem>.svg`, `<stem>.png` and `<stem>.pdf`; returns the paths of the requested
/// formats. With another theme than the light one the stem ends in the theme's name, so that it
/// replaces no chart that a page shows. Another size or resolution does replace it.
pub fn write(chart: &Chart, stem: &str, folder: &Path, output: &Output) -> Result<Vec<PathBuf>> {
    let style = Style {
        theme: output.theme,
        width: output.size.map(|size| size.width),
        height: output.size.and_then(|size| size.height),
        title: output.title,
        caption: output.caption,
        ..Style::of_file()
    };
    let mut drawn = Vec::new();
    let svg = render::svg(chart, &style)?;
    for (format, path) in files(stem, folder, output) {
        drawn.push(match format {
            FileFormat::Svg => (path, svg.clone().into_bytes()),
            FileFormat::Png => (path, render::png(&svg, output.dpi)?),
            FileFormat::Pdf => (path, render::pdf(chart, &style)?),
        });
    }
    // Nothing is written where one of them is refused.
    fs::create_folder(folder)?;
    for (path, bytes) in &drawn {
        fs::replace(path, bytes)?;
    }
    Ok(drawn.into_iter().map(|(path, _)| path).collect())
}

/// The paths that [`fn@write`] writes.
pub fn paths(stem: &str, folder: &Path, output: &Output) -> Vec<PathBuf> {
    files(stem, folder, output).map(|(_, path)| path).collect()
}

fn files(
    stem: &str,
    folder: &Path,
    output: &Output,
) -> impl Iterator<Item = (FileFormat, PathBuf)> {
    let theme = match output.theme {
        Theme::Light => "",
        Theme::Dark => "-dark",
        Theme::Print => "-print",
    };
    [(FileFormat::Svg, "svg"), (FileFormat::Png, "png"), (FileFormat::Pdf, "pdf")]
        .into_iter()
        .filter(|(format, _)| output.formats.contains(format))
        .map(move |(format, extension)| {
            let name = format!("{stem}{theme}.{extension}");
            (format, folder.join(name))
        })
}

impl FromStr for FileFormat {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            "pdf" => Ok(Self::Pdf),
            _ => Err("the formats are `svg`, `png` and `pdf`".to_owned()),
        }
    }
}

impl FromStr for Theme {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "light" => Ok(Self::Light),
            "dark" => Ok(Self::Dark),
            "print" => Ok(Self::Print),
            _ => Err("the themes are `light`, `dark` and `print`".to_owned()),
        }
    }
}

/// Pixels of each unit, with 96 pixels per inch.
const UNITS: [(&str, f64); 4] =
    [("cm", 96.0 / 2.54), ("mm", 9.6 / 2.54), ("in", 96.0), ("px", 1.0)];
/// The greatest side of a chart in pixels: about five metres.
const LONGEST: f64 = 20_000.0;

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("`{text}` is not like `16x10cm`, `8cm`, `6in` or `800x600px`");
        let unit = UNITS.iter().find_map(|(name, pixels)| Some((text.strip_suffix(name)?, pixels)));
        let (numbers, pixels) = unit.ok_or_else(wrong)?;
        let length = |number: &str| {
            let number: f64 = number.trim().parse().map_err(|_| wrong())?;
            match number * pixels {
                length if length > LONGEST => Err(format!(
                    "`{text}` is too large: a side is at most {LONGEST} px, which are {:.0} cm",
                    LONGEST / UNITS[0].1
                )),
                length if length > 0.0 => Ok(length),
                _ => Err(wrong()),
            }
        };
        let (width, height) = match numbers.split_once(['x', '×']) {
            None => (length(numbers)?, None),
            Some((width, height)) => (length(width)?, Some(length(height)?)),
        };
        Ok(Self { width, height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_unit() {
        let size = |text: &str| text.parse::<Size>().expect(text);
        let close = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(close(size("2.54cm").width, 96.0) && size("8cm").height.is_none());
        let both = size("160x100mm");
        assert!(close(both.width, 16.0 * 96.0 / 2.54));
        assert!(both.height.is_some_and(|height| close(height, 10.0 * 96.0 / 2.54)));
        assert!(close(size("6in").width, 576.0) && close(size("800x600px").width, 800.0));
    }

    #[test]
    fn a_chart_of_another_theme_lies_beside_the_light_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let chart = Chart::default();
        let names = [Theme::Light, Theme::Dark, Theme::Print].map(|theme| {
            let output = Output { theme, formats: vec![FileFormat::Svg], ..Output::default() };
            let written = write(&chart, "final", folder.path(), &output).expect("a chart");
            let name = written[0].file_name().map(|name| name.to_string_lossy().into_owned());
            name.unwrap_or_default()
        });
        assert_eq!(names, ["final.svg", "final-dark.svg", "final-print.svg"]);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "8", "cm", "0cm", "-1cm", "8xcm", "NaNcm", "8cm x 4cm"] {
            let error = text.parse::<Size>().expect_err(text);
            assert!(error.contains("16x10cm"), "{text}");
        }
        for text in ["1e9cm", "100000cm", "8x1000cm", "infcm"] {
            let error = text.parse::<Size>().expect_err(text);
            assert!(error.ends_with("at most 20000 px, which are 529 cm"), "{error}");
        }
    }
}
