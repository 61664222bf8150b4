//! Compares texts of reports with the files in `src/report/snapshots`. `UPDATE_SNAPSHOTS=1 cargo test` rewrites
//! the files; `git diff` then shows what changed.

use std::path::Path;

use crate::fs;

/// Fails where the text differs from that of the file.
pub(super) fn check(file: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/snapshots");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::replace(&folder.join(file), text.as_bytes()).expect("written");
    }
    let known = fs::read_text(&folder.join(file)).expect("a snapshot");
    assert!(known == text, "`{file}` has other text than this:\n{text}");
}
