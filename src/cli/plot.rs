//! Arguments of `bn-lab plot` and `bn-lab show`.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::selection::{Labels, Selection};
use crate::plot::figures::Horizontal;
use crate::plot::output::{FileFormat, Size};
use crate::plot::palette::Theme;

/// What the horizontal axis shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Progress of training, in this unit.
    Training(Horizontal),
    /// A swept axis, by its full or short name.
    Axis(String),
}

impl FromStr for Against {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "epoch" => Self::Training(Horizontal::Epoch),
            "step" => Self::Training(Horizontal::Step),
            "seconds" => Self::Training(Horizontal::Seconds),
            axis => Self::Axis(axis.to_owned()),
        })
    }
}

/// `bn-lab plot`
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[derive(Debug, Args)]
pub struct Plot {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// Draw these figures only: `--figure heatmap,differences`; `list` lists them. The name of a file in
    /// `charts/` without its ending will do, too
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub figure: Vec<String>,
    /// List the figures that there are, and which of them this folder can show
    #[arg(long)]
    pub list: bool,
    /// Show this metric [default: what suits the figure]
    #[arg(long, value_name = "NAME")]
    pub metric: Option<String>,
    /// What the horizontal axis shows: `epoch`, `step` or `seconds` of training, or for `final` and `heatmap`
    /// a swept axis, such as `batch_size`
    #[arg(long, value_name = "WHAT", default_value = "epoch")]
    pub x: Against,
    /// The swept axis that is vertical in `heatmap`, such as `placement`
    #[arg(long, value_name = "AXIS")]
    pub y: Option<String>,
    /// Axes whose values make the panels, columns first: `--facet train.batch_size,model.activation`
    #[arg(long, value_name = "AXES", value_delimiter = ',')]
    pub facet: Vec<String>,
    /// The conditions.
    #[command(flatten)]
    pub selection: Selection,
    /// Draw the curve of each replicate, too, faintly
    #[arg(long)]
    pub replicates: bool,
    /// Average over N points of a curve
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub smooth: u16,
    /// A logarithmic horizontal axis, or with `=false` never [default: as suits the data]. Values of 0 or
    /// less have no logarithm: a chart of them stays linear, and a note says so
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub log_x: Option<bool>,
    /// A logarithmic vertical axis; see `--log-x`
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub log_y: Option<bool>,
    /// The theme: `light`, `dark`, or `print` for black-and-white printers
    #[arg(long, value_name = "THEME", default_value = "light")]
    pub theme: Theme,
    /// Width and height on paper, `16x10cm`, or the width alone, `8cm`; also in `mm`, `in` and `px`.
    /// Text keeps its size [default: the natural size of the panels]
    #[arg(long, value_name = "SIZE")]
    pub size: Option<Size>,
    /// Resolution of the PNG, in dots per inch
    #[arg(long, value_name = "N", default_value_t = 192, value_parser = clap::value_parser!(u16).range(24..=2400))]
    pub dpi: u16,
    /// Leave out title and subtitle, for a page that has its own
    #[arg(long)]
    pub no_title: bool,
    /// Leave out the text below the panels, for a page that has its own. It says what marks and intervals mean
    /// and how many replicates there are
    #[arg(long)]
    pub no_caption: bool,
    /// Which files to write: `svg`, `png`, and `pdf` for LaTeX
    #[arg(long, value_name = "FORMATS", value_delimiter = ',', default_value = "svg,png")]
    pub format: Vec<FileFormat>,
    /// Output folder [default: `charts` in the results folder]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// `bn-lab show`
#[derive(Debug, Args)]
pub struct Show {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// Show the curves of this metric
    #[arg(long, value_name = "NAME")]
    pub metric: Option<String>,
    /// Draw with ASCII characters alone, as is done where the locale is not UTF-8
    #[arg(long)]
    pub ascii: bool,
    /// What readers see.
    #[command(flatten)]
    pub labels: Labels,
}
