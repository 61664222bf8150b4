//! SVG → PNG, without any font but the embedded one.

use std::sync::{Arc, OnceLock};

use png::{BitDepth, ColorType, Encoder, EncodingError, PixelDimensions, Unit};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::font;

/// Pixels of an SVG an inch, by CSS.
const CSS_DPI: f64 = 96.0;
/// Inches a metre.
const INCHES: f64 = 39.370_078_74;

/// Rasterises an SVG document with `dpi` dots an inch, which the file says, too.
pub(super) fn png(svg: &str, dpi: f64) -> Result<Vec<u8>, String> {
    let options = Options {
        font_family: font::NAME.to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let scale = dpi / CSS_DPI;
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let (width, height) = (pixels(size.width(), scale), pixels(size.height(), scale));
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| format!("a picture of {width} × {height} pixels cannot be made"))?;
    // To the very edge, so that no pixel is left half empty.
    let across = width as f32 / size.width();
    let transform = Transform::from_scale(across, height as f32 / size.height());
    resvg::render(&tree, transform, &mut pixmap.as_mut());
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
    // The paper is opaque, so there is no transparency to keep.
    let colours: Vec<u8> = pixmap
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(font::regular().to_vec());
        fonts.load_font_data(font::bold().to_vec());
        fonts.set_sans_serif_family(font::NAME);
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}
