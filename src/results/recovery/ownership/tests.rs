use std::path::Path;

use resvg::tiny_skia::{Color, Pixmap};

use super::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = fs::files(folder).expect("readable");
    for folder in fs::folders(folder).expect("readable") {
        files.extend(below(&folder));
    }
    files
}

/// Whether a file with these bytes counts as written by bn-lab.
fn ours(name: &str, bytes: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::replace(&path, bytes).expect("writable");
    is_ours(&path).expect("readable")
}

#[test]
fn everything_that_this_version_and_earlier_ones_have_committed_is_known() {
    let mut known = 0;
    for path in below(&root().join("results")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_wanted = [".svg", ".png", ".csv", ".json", ".toml"];
        let is_wanted =
            is_wanted.iter().any(|end| name.ends_with(end)) || name.starts_with("report.");
        // Files of a trial are recognised by their names.
        let is_of_trial = path.components().any(|part| part.as_os_str() == "trials");
        if is_wanted && !is_of_trial {
            assert!(is_ours(&path).expect("readable"), "{}", path.display());
            known += 1;
        }
    }
    assert!(known > 80, "{known}");
}

#[test]
fn charts_of_the_first_versions_are_known() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"850\" height=\"314\" viewBox=\"0 0 850 314\" role=\"img\" stroke-linejoin=\"round\">\n<title>A question</title>\n";
    assert!(ours("overview.svg", svg.as_bytes()));
    // They wrote both formats, without a resolution.
    let mut pixels = Pixmap::new(40, 30).expect("a size");
    pixels.fill(Color::WHITE);
    let png = pixels.encode_png().expect("encodable");
    assert!(!ours("overview.png", &png));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("overview.png");
    fs::replace(&path, &png).expect("writable");
    fs::replace(&path.with_extension("svg"), svg.as_bytes()).expect("writable");
    assert!(is_ours(&path).expect("readable"));
}

#[test]
fn what_was_damaged_or_emptied_is_still_ours_and_what_is_not_there_is_nobodys() {
    let charts = root().join("results/published/mnist/charts");
    for name in ["overview.svg", "overview.png"] {
        let bytes = fs::read(&charts.join(name)).expect("committed");
        assert!(ours(name, &bytes[..bytes.len() - 7]), "{name}, torn");
        let mut other = bytes.clone();
        let middle = other.len() / 2;
        other[middle..middle + 16].fill(0xff);
        assert!(ours(name, &other), "{name}, overwritten");
        assert!(ours(name, b""), "{name}, emptied");
    }
    assert!(is_ours(&root().join("nowhere/overview.svg")).expect("readable"));
}

#[test]
fn what_others_write_is_not_ours() {
    let page = "<!DOCTYPE html>\n<html lang=\"en\"><head><title>\n<meta name=\"generator\" content=\"bn-lab 1\">";
    let report =
        "# About bn-lab\n\nWritten by bn-lab 0.1.0 from the files of “x”.\n\nAnd edited by me.\n";
    for (name, bytes) in [
        ("a.svg", &b"mine"[..]),
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        (
            "a.svg",
            b"<?xml version=\"1.0\"?>\n<svg role=\"img\" stroke-linejoin=\"round\">",
        ),
        ("a.png", b"mine"),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"),
        ("a.html", page.as_bytes()),
        ("a.html", b"<html></html>"),
        ("report.md", report.as_bytes()),
        ("report.md", b"---\nWritten by me.\n"),
        ("comparisons.csv", b"by,metric\n1,2\n"),
        ("tuned.csv", b"values,chosen\n"),
        ("experiment.toml", b"name = \"x\"\n"),
        ("trials.csv", b"trial,condition,outcome\n"),
        ("summary.csv", b"condition,n,mean\n"),
        ("epochs.csv", b"epoch,step\n"),
        ("manifest.json", b"{\"name\": \"a page\", \"schema\": 2}"),
        ("array.sh", b"#!/bin/sh\necho mine\n"),
        ("job.yaml", b"kind: Job\n"),
        (
            "job.yaml",
            b"{\"items\": [{\"metadata\": {\"annotations\": {\"kubernetes.io/description\": \"mine\"}}}]}",
        ),
        ("whatever", b"mine"),
        ("a.svg", &[0; 4096]),
    ] {
        assert!(
            !ours(name, bytes),
            "{name}: {}",
            String::from_utf8_lossy(bytes)
        );
    }
    // A picture of the same structure whose edge is no background, and one with another program's text.
    let encoded = |text: Option<&str>| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 40, 30);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: 7559,
            yppu: 7559,
            unit: png::Unit::Meter,
        }));
        if let Some(text) = text {
            let told = encoder.add_text_chunk("Software".to_owned(), text.to_owned());
            told.expect("plain text");
        }
        let mut writer = encoder.write_header().expect("in memory");
        let white = vec![255; 40 * 30 * 3];
        let edge: Vec<u8> = (0..40 * 30 * 3).map(|at| at as u8).collect();
        let data = if text.is_some() { white } else { edge };
        writer.write_image_data(&data).expect("in memory");
        writer.finish().expect("in memory");
        bytes
    };
    assert!(!ours("a.png", &encoded(None)));
    assert!(!ours("a.png", &encoded(Some("Matplotlib"))));
}

#[test]
fn a_folder_without_results_is_refused_by_a_name_in_it_and_hidden_files_do_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path().join("mine"));
    let check = || check_folder(&layout, "--into DIR");
    check().expect("not there");
    fs::create_folder(&layout.runs()).expect("writable");
    for name in [".lock", ".partial-aBc123", ".gitignore"] {
        fs::replace(&layout.root().join(name), b"").expect("writable");
    }
    check().expect("what a killed run leaves");
    fs::replace(&layout.trials_table(), b"mine").expect("writable");
    let error = check().expect_err("somebody's").to_string();
    for text in ["mine` is not empty", "`trials.csv`", "`--into DIR`"] {
        assert!(error.contains(text), "{text}: {error}");
    }
    for marker in [layout.experiment(), layout.manifest(), layout.compact()] {
        fs::replace(&marker, b"").expect("writable");
        check().expect("results");
        fs::remove_if_exists(&marker).expect("writable");
    }
}
