//! The terminal on which bars are drawn. indicatif moves the cursor by the methods of [`TermLike`], so
//! of the control sequences in its text only our colours are kept.

use std::io::Result;

use console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget, TermLike};

use crate::streams::{Stream, is_coloured, painted_for_terminal};

/// Most redraws per second, as in indicatif's default.
const RATE: u8 = 20;

/// Whether bars can be drawn on stderr.
pub(super) fn is_there() -> bool {
    !ProgressDrawTarget::stderr().is_hidden()
}

/// The width of the terminal; where it does not say, the usual one.
pub(super) fn columns() -> usize {
    Term::stderr().size_checked().map_or(80, |(_, columns)| usize::from(columns))
}

/// Bars on stderr.
pub(super) fn bars() -> MultiProgress {
    let is_coloured = is_coloured(Stream::Stderr);
    // The styles of bars ask for either, depending on how they are made.
    console::set_colors_enabled(is_coloured);
    console::set_colors_enabled_stderr(is_coloured);
    let screen = Screen(Term::buffered_stderr());
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), RATE);
    MultiProgress::with_draw_target(target)
}

/// A terminal that accepts text with our colours and cursor movements, and no other control sequences inside text.
#[derive(Debug)]
struct Screen<T>(T);

/// Columns at the end of a line that stay free: Ctrl-C is echoed there as `^C`, and must not begin another line, since the
/// lines that are redrawn are counted.
const FREE: u16 = 2;

impl<T: TermLike> TermLike for Screen<T> {
    fn width(&self) -> u16 {
        self.0.width().saturating_sub(FREE)
    }

    fn height(&self) -> u16 {
        self.0.height()
    }

    fn move_cursor_up(&self, lines: usize) -> Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> Result<()> {
        self.0.write_line(&painted_for_terminal(text))
    }

    fn write_str(&self, text: &str) -> Result<()> {
        self.0.write_str(&painted_for_terminal(text))
    }

    fn clear_line(&self) -> Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use indicatif::ProgressBar;

    use super::*;
    use crate::units::for_terminal;

    /// Records what is written.
    #[derive(Debug, Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> Result<()> {
            Ok(())
        }

        fn flush(&self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_text_of_a_bar_controls_the_terminal() {
        let paper = Paper::default();
        let target = ProgressDrawTarget::term_like(Box::new(Screen(paper.clone())));
        let all = MultiProgress::with_draw_target(target);
        let bar = all.add(ProgressBar::new(3));
        bar.set_style(indicatif::ProgressStyle::with_template("{bar} {prefix} {msg}").unwrap());
        bar.set_prefix("a\u{1b}[2Jb");
        bar.set_message("\u{9b}31m\u{202e}");
        bar.tick();
        all.println("c\u{1b}]0;x\u{7}").unwrap();
        bar.finish();
        let drawn = paper.0.lock().unwrap();
        assert!(drawn.contains("a\u{fffd}[2Jb"), "{drawn:?}");
        assert!(drawn.contains("c\u{fffd}]0;x\u{fffd}"), "{drawn:?}");
        assert_eq!(for_terminal(&drawn), *drawn);
    }
}
