//! The same chart in different themes.

use super::*;
use crate::plot::palette::{Role, Theme};
use crate::plot::render::{Colours, page_css};

fn style(theme: Theme, colours: Colours) -> Style {
    Style { theme, colours, ..Style::default() }
}

#[test]
fn every_theme_draws_on_its_own_paper_with_its_own_colours() {
    for theme in [Theme::Light, Theme::Dark, Theme::Print] {
        let pixels = pixels(&chart(), &style(theme, Colours::Fixed));
        let paper = count(&pixels, theme.colour(Role::Paper));
        assert!(paper > pixels.len() / 8, "{theme:?}");
        let line = count(&pixels, theme.colour(Role::Series(Key::Before)));
        assert!(line > 100, "{theme:?}");
    }
}

#[test]
fn print_has_no_colour_at_all() {
    let pixels = pixels(&chart(), &style(Theme::Print, Colours::Fixed));
    let is_grey = |pixel: &[u8]| pixel[0] == pixel[1] && pixel[1] == pixel[2];
    assert!(pixels.chunks(4).all(is_grey));
}

#[test]
fn a_page_decides_about_every_colour_of_its_picture() {
    let style = style(Theme::Light, Colours::OfPage);
    let svg = super::super::svg(&chart(), &style).expect("a picture");
    assert!(svg.contains("fill:var(--bn-paper, #ffffff);"));
    assert!(svg.contains("stroke:var(--bn-before, #0072b2);"));
    let outside =
        svg.split("var(--bn-").map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
    assert!(outside.into_iter().skip(1).all(|part| !part.contains('#')));
    let css = page_css(Theme::Dark);
    for name in svg.split("var(--bn-").skip(1).filter_map(|rest| rest.split(',').next()) {
        assert!(css.contains(&format!("--bn-{name}:")), "{name}");
    }
}

#[test]
fn without_its_page_such_a_picture_has_the_colours_of_the_theme() {
    let complete = pixels(&chart(), &style(Theme::Light, Colours::Fixed));
    assert!(count(&complete, (0, 114, 178)) > 100);
}
