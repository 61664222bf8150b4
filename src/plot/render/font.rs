//! The embedded font: `DejaVu` Sans, free to embed and to ship (see its licence, after Bitstream
//! Vera).

/// What an SVG asks for: the embedded font by name, else whatever the viewer has.
pub(super) const FAMILY: &str = "DejaVu Sans, sans-serif";

/// The family name inside the font files.
pub(super) const NAME: &str = "DejaVu Sans";

/// The regular face.
pub(super) fn regular() -> &'static [u8] {
    dejavu::sans::regular()
}

/// The bold face.
pub(super) fn bold() -> &'static [u8] {
    dejavu::sans::bold()
}
