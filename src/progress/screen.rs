//! The terminal on which bars are drawn. indicatif moves the cursor by the methods of [`TermLike`], so
//! its text needs no control sequences, and all of them are removed.

use std::io::Result;

use console::Term;
use indicatif::{MultiProgress, ProgressDrawTarget, TermLike};

use crate::units::for_terminal;

/// Most redraws per second, as in indicatif's default.
const RATE: u8 = 20;

/// Whether bars can be drawn on stderr.
pub(super) fn is_there() -> bool {
    !ProgressDrawTarget::stderr().is_hidden()
}

/// Bars on stderr.
pub(super) fn bars() -> MultiProgress {
    let screen = Screen(Term::buffered_stderr());
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen), RATE);
    MultiProgress::with_draw_target(target)
}

/// A terminal that accepts text and cursor movements, and no control sequences inside text.
#[derive(Debug)]
struct Screen<T>(T);

impl<T: TermLike> TermLike for Screen<T> {
    fn width(&self) -> u16 {
        self.0.width()
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
        self.0.write_line(&for_terminal(text))
    }

    fn write_str(&self, text: &str) -> Result<()> {
        self.0.write_str(&for_terminal(text))
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
