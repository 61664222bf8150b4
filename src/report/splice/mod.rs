//! Blocks in a Markdown file whose content the program generates, so that published numbers are those
//! of the results folders:
//!
//! ```markdown
//! <!-- bn-lab: conditions results/x -->
//! … whatever stands here is replaced …
//! <!-- bn-lab: end -->
//! ```
//!
//! Everything else is left unchanged.

mod blocks;
mod content;
mod order;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::{Error, Result};
use crate::fs;
use crate::results::recovery::ownership;
use blocks::{Block, Piece, pieces};
use content::Drawing;
use order::Order;

/// A block whose content is out of date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The number of its first line, from 1.
    pub line: usize,
    /// The content that it requests.
    pub asks: String,
}

/// Rewrites the blocks of `file`, and draws the charts in them that are missing or out of
/// date; returns the blocks that were out of date.
pub fn rewrite(file: &Path) -> Result<Vec<Stale>> {
    let (text, spliced) = splice(file)?;
    write(file, &text, &spliced)?;
    Ok(spliced.stale)
}

/// Writes the new text of a file that was read as `text`, and its charts.
fn write(file: &Path, text: &str, spliced: &Spliced) -> Result<()> {
    ownership::check_files(spliced.drawings.iter().flat_map(Drawing::paths), None)?;
    for drawing in &spliced.drawings {
        drawing.write()?;
    }
    if spliced.text != text && !fs::rewrite(file, text.as_bytes(), spliced.text.as_bytes())? {
        return Err(Error::Results(format!(
            "`{}` was edited while its blocks were made: it is left as it is\n  hint: run the same command again",
            file.display()
        )));
    }
    Ok(())
}

/// The blocks of `file` that are out of date; writes nothing.
pub fn check(file: &Path) -> Result<Vec<Stale>> {
    Ok(splice(file)?.1.stale)
}

/// The new text of a file.
struct Spliced {
    text: String,
    stale: Vec<Stale>,
    drawings: Vec<Drawing>,
}

fn splice(file: &Path) -> Result<(String, Spliced)> {
    let text = fs::read_text(file)?;
    let at = |line: usize, reason: &str| {
        Error::Results(format!("`{}`, line {line}: {reason}", file.display()))
    };
    let pieces = pieces(&text).map_err(|problem| at(problem.line, &problem.reason))?;
    if !pieces.iter().any(|piece| matches!(piece, Piece::Block(_))) {
        return Err(Error::Results(format!(
            "`{}` has no block to rewrite\n  hint: `<!-- bn-lab: conditions results/x -->` and `<!-- bn-lab: end -->`, each on a line of its own",
            file.display()
        )));
    }
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let mut spliced = Spliced {
        text: String::with_capacity(text.len()),
        stale: Vec::new(),
        drawings: Vec::new(),
    };
    for piece in &pieces {
        match piece {
            Piece::Other(other) => spliced.text.push_str(other),
            Piece::Block(block) => {
                spliced.block(block, folder).map_err(|error| at(block.line, &error.to_string()))?;
            }
        }
    }
    Ok((text, spliced))
}

impl Spliced {
    fn block(&mut self, block: &Block<'_>, folder: &Path) -> Result<()> {
        let order = Order::read(block.asks)?;
        let made = content::make(&order, folder)?;
        let content = block.framed(&made.text);
        if content != block.content || made.drawing.is_some() {
            self.stale.push(Stale { line: block.line, asks: block.asks.to_owned() });
        }
        self.drawings.extend(made.drawing);
        self.text.push_str(block.opening);
        self.text.push_str(&content);
        self.text.push_str(block.closing);
        Ok(())
    }
}
