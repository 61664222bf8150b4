//! Fields of a panel with categorical axes that contain a number or a picture.

use super::Point;
use crate::plot::palette::Key;

/// A field of a panel, one unit wide and high on categorical axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Tile {
    /// Its centre.
    pub at: Point,
    /// Its content above the texts.
    pub content: Content,
    /// The texts, a line each; left out together where one does not fit.
    pub lines: Vec<String>,
    /// The text that is shown when the pointer is over it, and read out.
    pub hover: String,
    /// Whether it is drawn with a heavy frame.
    pub framed: bool,
}

/// The content of a tile.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// The background of the chart.
    Plain,
    /// The colour of a line.
    Tint {
        /// The key of the colour.
        key: Key,
        /// How much of it there is, from 0 to 1.
        share: f64,
    },
    /// A picture.
    Image(Image),
}

/// A picture in colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Number of pixels in a row.
    pub width: usize,
    /// The pixels, row by row.
    pub pixels: Vec<(u8, u8, u8)>,
}

impl Image {
    /// Number of rows.
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width.max(1)
    }
}

impl Tile {
    /// The height in pixels that a row of such tiles needs.
    pub fn height(&self) -> f64 {
        /// Of a number with room around it.
        const PLAIN: f64 = 24.0;
        /// Of a picture, and of each line below it.
        const PICTURE: f64 = 66.0;
        const LINE: f64 = 15.0;
        match self.content {
            Content::Image(_) => PICTURE + LINE * self.lines.len() as f64,
            Content::Plain | Content::Tint { .. } => {
                PLAIN.max(LINE * self.lines.len() as f64 + 8.0)
            }
        }
    }
}
