//! Converts SVG to PNG.

use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use super::system;

/// Pixels of an SVG per inch, by CSS.
const CSS_DPI: f64 = 96.0;
/// Inches per metre.
const INCHES: f64 = 39.370_078_74;

/// Most pixels of a picture: those of an A0 sheet at 300 dots per inch, which take a gigabyte while the
/// file is written.
const MOST_PIXELS: f64 = 140e6;

/// Refuses a picture that is too large: a size in pixels of an SVG, and dots per inch.
pub(super) fn check([width, height]: [f64; 2], dpi: f64) -> Result<(), String> {
    let dots = |length: f64| length * dpi / CSS_DPI;
    if dots(width) * dots(height) <= MOST_PIXELS {
        return Ok(());
    }
    let most = CSS_DPI * (MOST_PIXELS / (width * height)).sqrt();
    let smaller = if most >= 24.0 {
        format!("`--dpi {}`, a smaller `--size`", most.floor())
    } else {
        "a smaller `--size`".to_owned()
    };
    Err(format!(
        "a picture of {:.0} × {:.0} pixels is too large: {:.0} million are the most\n  hint: {smaller} or, for print, `--format svg` or `--format pdf`, which have no pixels",
        dots(width),
        dots(height),
        MOST_PIXELS / 1e6
    ))
}

/// Parses an SVG document.
pub(super) fn read(svg: &str) -> Result<Tree, String> {
    Tree::from_str(svg, &system::options(svg)).map_err(|error| error.to_string())
}

/// Its width and height in pixels, 96 per inch.
pub(super) fn size(tree: &Tree) -> [f64; 2] {
    let size = tree.size();
    [f64::from(size.width()), f64::from(size.height())]
}

/// Rasterises an SVG document with `dpi` dots per inch, which is also stored in the file.
pub(super) fn png(tree: &Tree, dpi: f64) -> Result<Vec<u8>, String> {
    let scale = dpi / CSS_DPI;
    let size = tree.size();
    let (width, height) = (pixels(size.width(), scale), pixels(size.height(), scale));
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| format!("a picture of {width} × {height} pixels cannot be made"))?;
    // Up to the edge, so that no pixel is partly transparent.
    let across = width as f32 / size.width();
    let transform = Transform::from_scale(across, height as f32 / size.height());
    resvg::render(tree, transform, &mut pixmap.as_mut());
    encode(&pixmap, dpi).map_err(|error| error.to_string())
}

fn pixels(length: f32, scale: f64) -> u32 {
    (f64::from(length) * scale).round() as u32
}

fn encode(pixmap: &Pixmap, dpi: f64) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let a_metre = (dpi * INCHES).round() as u32;
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: a_metre,
        yppu: a_metre,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    // The background is opaque, so the alpha channel is dropped.
    let colours: Vec<u8> =
        pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_with_what_would_do() {
        assert_eq!(check([1600.0, 900.0], 192.0), Ok(()));
        // A0 at 300 dots per inch.
        assert_eq!(check([3178.6, 4493.9], 300.0), Ok(()));
        let refused = check([11338.0, 6000.0], 2400.0).expect_err("42 thousand million pixels");
        assert!(refused.contains("283450 × 150000 pixels"), "{refused}");
        assert!(refused.contains("`--dpi 137`"), "{refused}");
        assert_eq!(check([11338.0, 6000.0], 137.0), Ok(()));
        let refused = check([20_000.0, 1e9], 24.0).expect_err("a strip");
        assert!(!refused.contains("--dpi"), "{refused}");
        assert!(check([f64::INFINITY, 1.0], 96.0).is_err());
    }
}
