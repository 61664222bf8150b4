//! SVG → PNG, without any font but the embedded one.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use super::font;

/// Rasterises an SVG document with `scale` pixels for each of its own.
pub(super) fn png(svg: &str, scale: f64) -> Result<Vec<u8>, String> {
    let options = Options {
        font_family: font::NAME.to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let (width, height) = (pixels(size.width(), scale), pixels(size.height(), scale));
    let mut pixmap = Pixmap::new(width, height)
        .ok_or_else(|| format!("a picture of {width} × {height} pixels cannot be made"))?;
    let transform = Transform::from_scale(scale as f32, scale as f32);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| error.to_string())
}

#[expect(
    clippy::cast_sign_loss,
    reason = "a picture without size is refused afterwards"
)]
fn pixels(length: f32, scale: f64) -> u32 {
    (f64::from(length) * scale).round() as u32
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
