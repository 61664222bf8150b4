//! Finds the blocks in a text. Fenced code is skipped, so that a page can show an example of a
//! block.

/// The prefix of a line that begins or ends a block.
const MARK: &str = "<!-- bn-lab:";

/// The word that ends a block.
const END: &str = "end";

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text that is left unchanged.
    Other(&'a str),
    /// A block that is kept up to date.
    Block(Block<'a>),
}

/// A block: its first and last line, and the text between them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    /// The number of its first line, from 1.
    pub line: usize,
    /// The requested content: `conditions results/x`.
    pub asks: &'a str,
    /// Its first line, with the line end.
    pub opening: &'a str,
    /// The present content of the block.
    pub content: &'a str,
    /// Its last line, with the line end if there is one.
    pub closing: &'a str,
}

impl Block<'_> {
    /// The new content, between blank lines and with the line ends of the file.
    pub(super) fn framed(&self, text: &str) -> String {
        let end = if self.opening.ends_with("\r\n") { "\r\n" } else { "\n" };
        let lines: Vec<&str> = text.trim_end().lines().collect();
        format!("{end}{}{end}{end}", lines.join(end))
    }
}

/// A syntax error in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line number, from 1.
    pub line: usize,
    /// The message.
    pub reason: String,
}

/// A line with its line end, its number, and the content that it requests.
struct Line<'a> {
    number: usize,
    start: usize,
    end: usize,
    asks: Option<&'a str>,
}

/// The pieces of a text, in order; joined, they give the text.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, Problem> {
    let mut pieces = Vec::new();
    let mut opened: Option<Line<'_>> = None;
    let mut done = 0;
    for line in lines(text)? {
        let Some(asks) = line.asks else {
            continue;
        };
        match (opened.take(), asks == END) {
            (None, false) => opened = Some(line),
            (None, true) => return Err(problem(line.number, "there is no block to end here")),
            (Some(first), true) => {
                if done < first.start {
                    pieces.push(Piece::Other(&text[done..first.start]));
                }
                done = line.end;
                pieces.push(Piece::Block(Block {
                    line: first.number,
                    asks: first.asks.unwrap_or_default(),
                    opening: &text[first.start..first.end],
                    content: &text[first.end..line.start],
                    closing: &text[line.start..line.end],
                }));
            }
            (Some(first), false) => {
                let reason = format!(
                    "a block begins inside the one of line {}\n  hint: `{MARK} {END} -->` ends that one first",
                    first.number
                );
                return Err(problem(line.number, &reason));
            }
        }
    }
    if let Some(first) = opened {
        let reason = format!(
            "the block `{}` has no end\n  hint: `{MARK} {END} -->` on a line of its own",
            first.asks.unwrap_or_default()
        );
        return Err(problem(first.number, &reason));
    }
    if done < text.len() {
        pieces.push(Piece::Other(&text[done..]));
    }
    Ok(pieces)
}

fn problem(line: usize, reason: &str) -> Problem {
    Problem { line, reason: reason.to_owned() }
}

fn lines(text: &str) -> Result<Vec<Line<'_>>, Problem> {
    let mut fence: Option<&str> = None;
    let mut start = 0;
    let mut lines = Vec::new();
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.trim_end();
        let here = line.trim_start_matches(' ');
        let is_indented = line.len() - here.len() > 3;
        let mut asks = None;
        match fence {
            Some(open) if is_closing(here, open) && !is_indented => fence = None,
            Some(_) => {}
            None if is_indented => {}
            None if !fence_of(here).is_empty() => fence = Some(fence_of(here)),
            None => asks = asked(here).map_err(|reason| problem(index + 1, reason))?,
        }
        lines.push(Line { number: index + 1, start, end: start + whole.len(), asks });
        start += whole.len();
    }
    Ok(lines)
}

/// The backticks or tildes that open a fenced code block.
fn fence_of(line: &str) -> &str {
    let sign = line.chars().next().filter(|sign| matches!(sign, '`' | '~'));
    let Some(sign) = sign else {
        return "";
    };
    let length = line.chars().take_while(|letter| *letter == sign).count();
    let is_code_in_a_line = sign == '`' && line[length..].contains('`');
    if length < 3 || is_code_in_a_line {
        return "";
    }
    &line[..length]
}

fn is_closing(line: &str, open: &str) -> bool {
    let fence = fence_of(line);
    fence.starts_with(open) && fence.len() == line.len()
}

/// The content that a line requests; `None` where the line neither begins nor ends a block.
fn asked(line: &str) -> Result<Option<&str>, &'static str> {
    let Some(rest) = line.strip_prefix(MARK) else {
        return Ok(None);
    };
    match rest.strip_suffix("-->") {
        Some(asks) if !asks.contains("-->") => Ok(Some(asks.trim())),
        _ => Err("`<!-- bn-lab: … -->` must stand on a line of its own"),
    }
}
