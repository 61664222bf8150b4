//! The shades of a heat map: equal differences of the value look equal, lightness increases with the
//! value, and colour-blind readers see the same order.
//!
//! In colour this is viridis (S. van der Walt & N. Smith, matplotlib 2015, CC0), sampled at eighths;
//! in print a ramp of greys that is linear in lightness (CIE L*).

use super::theme::{Colour, Theme};

/// viridis at 0, 1/8, … 1.
const VIRIDIS: [Colour; 9] = [
    (68, 1, 84),
    (71, 45, 123),
    (59, 82, 139),
    (44, 114, 142),
    (33, 144, 140),
    (39, 173, 129),
    (93, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
];

/// CIE L* of the darkest and the lightest grey.
const GREYS: (f64, f64) = (25.0, 96.0);

/// The shade at a share of the axis, from 0 to 1; shares outside are clamped.
pub fn shade(theme: Theme, share: f64) -> Colour {
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    match theme {
        Theme::Light | Theme::Dark => between(share),
        Theme::Print => {
            let grey = grey_of(GREYS.0 + share * (GREYS.1 - GREYS.0));
            (grey, grey, grey)
        }
    }
}

/// Black or white, whichever has more contrast with `colour`.
pub fn text_on(colour: Colour) -> Colour {
    // Where the contrasts with black and with white are equal: (L + 0.05)² = 1.05 · 0.05.
    if luminance(colour) > 0.179 { (0, 0, 0) } else { (255, 255, 255) }
}

/// Relative luminance (WCAG 2, from linear sRGB).
pub(super) fn luminance((red, green, blue): Colour) -> f64 {
    let linear = |part: u8| {
        let share = f64::from(part) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn between(share: f64) -> Colour {
    let place = share * (VIRIDIS.len() - 1) as f64;
    let left = (place as usize).min(VIRIDIS.len() - 2);
    let along = place - left as f64;
    let (from, to) = (VIRIDIS[left], VIRIDIS[left + 1]);
    let mix = |from: u8, to: u8| {
        (f64::from(from) + along * (f64::from(to) - f64::from(from))).round() as u8
    };
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// The sRGB grey of a CIE lightness above 8.
fn grey_of(lightness: f64) -> u8 {
    let luminance = ((lightness + 16.0) / 116.0).powi(3);
    let share = 1.055 * luminance.powf(1.0 / 2.4) - 0.055;
    (share * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: usize = 64;

    fn lightness(colour: Colour) -> f64 {
        116.0 * luminance(colour).cbrt() - 16.0
    }

    fn shades(theme: Theme) -> Vec<Colour> {
        let shade = |step| shade(theme, step as f64 / STEPS as f64);
        (0..=STEPS).map(shade).collect()
    }

    #[test]
    fn lightness_grows_with_the_value_and_evenly() {
        for theme in [Theme::Light, Theme::Dark, Theme::Print] {
            let lights: Vec<f64> = shades(theme).into_iter().map(lightness).collect();
            let whole = lights[STEPS] - lights[0];
            assert!(whole > 70.0, "{theme:?} spans {whole:.0} of 100");
            for (step, pair) in lights.windows(2).enumerate() {
                let share = (pair[1] - pair[0]) / whole * STEPS as f64;
                assert!((0.5..1.6).contains(&share), "{theme:?}, {step}: {share:.2}");
            }
        }
    }

    #[test]
    fn the_ends_are_those_of_the_table() {
        assert_eq!(shade(Theme::Light, -1.0), VIRIDIS[0]);
        assert_eq!(shade(Theme::Light, 0.5), VIRIDIS[4]);
        assert_eq!(shade(Theme::Dark, 7.0), VIRIDIS[8]);
        assert_eq!(shade(Theme::Light, f64::NAN), VIRIDIS[0]);
    }

    #[test]
    fn text_can_be_read_on_every_shade() {
        for theme in [Theme::Light, Theme::Print] {
            for colour in shades(theme) {
                let (text, field) = (luminance(text_on(colour)), luminance(colour));
                let contrast = (text.max(field) + 0.05) / (text.min(field) + 0.05);
                assert!(contrast >= 4.5, "{colour:?}: {contrast:.2}");
            }
        }
    }
}
