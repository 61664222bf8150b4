//! Recognises by its content whether bn-lab wrote a file, in this version or an earlier one.

use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;

use crate::error::Result;
use crate::fs;
use crate::results::format::schema::{
    COMPARISON_COLUMNS, EpochRow, FactRow, LayerRow, PictureRow, PredictionRow, StepRow,
    TUNED_COLUMNS, TimingRow, TrialRow,
};

/// Number of bytes of a table that are read: enough for its first line, whatever the axes are.
const START: u64 = 1 << 20;

/// Whether a file may be replaced: it does not exist, is empty, or was written by bn-lab.
pub(super) fn is_ours(path: &Path) -> Result<bool> {
    if !fs::is_file(path) {
        return Ok(!fs::is_there(path));
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let bytes = match extension.as_ref() {
        "csv" => fs::read_start(path, START)?,
        _ => fs::read(path)?,
    };
    if bytes.is_empty() {
        return Ok(true);
    }
    Ok(match extension.as_ref() {
        "svg" => is_chart(&bytes),
        "png" => is_picture(&bytes, path),
        "pdf" => is_print(&bytes),
        "html" => is_page(&bytes),
        "md" => is_report(&bytes),
        "csv" => is_table(&bytes),
        "toml" => bytes.starts_with(b"# written by bn-lab;"),
        "json" => is_record(&bytes) || is_of_a_job(&bytes),
        _ => is_of_a_job(&bytes),
    })
}

/// The first lines, which may contain any bytes.
fn lines(bytes: &[u8], most: usize) -> Vec<String> {
    let lines = bytes.split(|&byte| byte == b'\n').take(most);
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

/// An SVG with the root element that every chart has. The first versions wrote it with fewer attributes.
fn is_chart(bytes: &[u8]) -> bool {
    let [root, title, ..] = &lines(bytes, 2)[..] else {
        return false;
    };
    let is_of_first_versions = root
        .starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
        && root.ends_with(" role=\"img\" stroke-linejoin=\"round\">")
        && title.starts_with("<title>");
    let is_of_later_versions = root.starts_with(
        "<svg aria-describedby=\"chart-description\" aria-labelledby=\"chart-title\" ",
    ) && root
        .contains(" role=\"img\" stroke-linejoin=\"round\" viewBox=\"0 0 ")
        && title.starts_with("<title id=\"chart-title\"");
    is_of_first_versions || is_of_later_versions
}

/// A PNG of the structure that every chart has: `render` writes RGB with a resolution, in one
/// stream, and nothing else, and the uppermost row is background. The first versions, which wrote no
/// resolution, always wrote the same chart as SVG beside it.
fn is_picture(bytes: &[u8], path: &Path) -> bool {
    const RGB: u8 = 2;
    const RGBA: u8 = 6;
    let Some(chunks) = chunks(bytes) else {
        return false;
    };
    let (header, samples, data) = match &chunks[..] {
        [(b"IHDR", header), (b"pHYs", _), (b"IDAT", data), end @ ..]
            if is_end(end) && header[8..10] == [8, RGB] =>
        {
            (header, 3, data)
        }
        [(b"IHDR", header), (b"IDAT", data), end @ ..]
            if is_end(end) && header[8..10] == [8, RGBA] && is_beside_chart(path) =>
        {
            (header, 4, data)
        }
        _ => return false,
    };
    let width = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
    has_even_first_row(data, width, samples)
}

/// A PDF that names bn-lab as its creator.
fn is_print(bytes: &[u8]) -> bool {
    const CREATOR: &[u8] = b"/Creator (bn-lab ";
    bytes.starts_with(b"%PDF-") && bytes.windows(CREATOR.len()).any(|part| part == CREATOR)
}

/// No further chunk, or a last one that may be truncated.
fn is_end(chunks: &[(&[u8; 4], &[u8])]) -> bool {
    matches!(chunks, [] | [(b"IEND", [])])
}

fn is_beside_chart(path: &Path) -> bool {
    let chart = path.with_extension("svg");
    fs::is_file(&chart) && fs::read(&chart).is_ok_and(|bytes| is_chart(&bytes))
}

/// The chunks of a PNG by their names, the last of which may be truncated; `None` where it is no PNG with a
/// complete header.
fn chunks(bytes: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks: Vec<(&[u8; 4], &[u8])> = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((name, content)) = after.split_first_chunk::<4>() else {
            break;
        };
        let length = u32::from_be_bytes(*length) as usize;
        chunks.push((name, &content[..length.min(content.len())]));
        // The checksum follows.
        rest = content.get(length.saturating_add(4)..).unwrap_or_default();
    }
    let (name, header) = chunks.first()?;
    (*name == b"IHDR" && header.len() == 13).then_some(chunks)
}

/// Whether all pixels of the first row have the same colour.
fn has_even_first_row(data: &[u8], width: usize, samples: usize) -> bool {
    // The greatest width of a chart, so that a header cannot request much memory.
    const WIDEST: usize = 1 << 20;
    if width == 0 || width > WIDEST {
        return false;
    }
    let mut row = vec![0; 1 + width * samples];
    if ZlibDecoder::new(data).read_exact(&mut row).is_err() {
        return false;
    }
    let (filter, row) = (row[0], &mut row[1..]);
    for at in samples..row.len() {
        let left = row[at - samples];
        // The first row has no row above it, so the filters that use one use 0.
        row[at] = row[at].wrapping_add(match filter {
            1 | 4 => left,
            3 => left / 2,
            _ => 0,
        });
    }
    row.chunks(samples).all(|pixel| pixel == &row[..samples])
}

/// A page that names bn-lab as its generator.
fn is_page(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("<title>").next().unwrap_or_default();
    head.starts_with("<!DOCTYPE html>\n<html lang=\"en\">")
        && head.contains("<meta name=\"generator\" content=\"bn-lab ")
}

/// A report whose last line names bn-lab.
fn is_report(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().rev().filter(|line| !line.trim().is_empty());
    let is_signed = |line: &str| line.starts_with("Written by bn-lab ");
    lines.next().is_some_and(is_signed) && lines.next() == Some("---")
}

/// A table with the columns of some version: the first ones, or those after the axes of the experiment, which
/// have had the same order in every version.
fn is_table(bytes: &[u8]) -> bool {
    let header = lines(bytes, 1).concat();
    let header = format!(",{},", header.trim_end());
    let begins = |columns: &[&str]| header.starts_with(&format!(",{},", columns.join(",")));
    let has = |columns: &[&str]| header.contains(&format!(",{},", columns.join(",")));
    let is_stack = |rows: &str| {
        let columns: Vec<&str> = rows.trim_end().split(',').take(4).collect();
        begins(&[&["trial"], &columns[..]].concat())
    };
    let is_of_trials = begins(&TrialRow::FIRST) && has(&TrialRow::LAST[..5]);
    let is_summary = begins(&["condition"]) && has(&["trials", "n", "diverged", "failed"]);
    let stacks = [
        EpochRow::HEADER,
        StepRow::HEADER,
        TimingRow::HEADER,
        FactRow::HEADER,
        PredictionRow::HEADER,
        PictureRow::HEADER,
    ];
    is_of_trials
        || is_summary
        || has(&COMPARISON_COLUMNS[..5])
        || has(&TUNED_COLUMNS[..5])
        || header == format!(",{},", LayerRow::HEADER.trim_end())
        || stacks.into_iter().any(is_stack)
}

/// `manifest.json` or `compact.json`, which begin with the version of their format; a damaged one is
/// reported, with its own hint, by its reader.
fn is_record(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"{\n  \"schema\": ") {
        return true;
    }
    let record: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    record["schema"].is_u64() && (record["runs"].is_array() || record["of"].is_string())
}

/// A script or a manifest of `submit`, which states so at its top, or in the description of a job in JSON.
fn is_of_a_job(bytes: &[u8]) -> bool {
    const SIGNED: &str = "written by `bn-lab submit`";
    let says = |line: &String| line.starts_with("# ") && line.contains(SIGNED);
    lines(bytes, 20).iter().any(says) || is_manifest(bytes, SIGNED)
}

fn is_manifest(bytes: &[u8], signed: &str) -> bool {
    let manifest: serde_json::Value = serde_json::from_slice(bytes).unwrap_or_default();
    let mut items = manifest["items"].as_array().into_iter().flatten();
    items.any(|item| {
        let description = &item["metadata"]["annotations"]["kubernetes.io/description"];
        description.as_str().is_some_and(|text| text.contains(signed))
    })
}
