//! `report`: from trained folders to pages.

use crate::harness::{Lab, SMALL};

fn report(lab: &Lab, arguments: &[&str]) -> String {
    let ran = lab.bn_lab(&[&["report"], arguments].concat());
    assert_eq!((ran.code, &ran.stderr[..]), (Some(0), ""), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn a_report_is_written_beside_the_results_and_is_the_same_every_time() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let printed = report(&lab, &["results/small"]);
    assert_eq!(printed, "results/small/report.md\nresults/small/report.html\n");
    let first = lab.files("results/small");
    report(&lab, &["results/small"]);
    assert!(first == lab.files("results/small"), "the same folder gives the same bytes");

    let printed = report(
        &lab,
        &["results/small", "--output", "page", "--format", "html", "--figures", "overview"],
    );
    assert_eq!(printed, "page/report.html\n");
    assert!(!lab.path("page/report.md").exists() && !lab.path("page/charts").exists());
    let page = lab.text("page/report.html");
    assert_eq!(page.matches("<figure").count(), 1);
    for address in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!page.contains(address), "the page asks the network for something: {address}");
    }
}

#[test]
fn a_run_whose_results_are_newer_than_the_report_prints_a_note() {
    let lab = Lab::with(SMALL);
    let says = |arguments: &[&str]| {
        let ran = lab.run(arguments);
        ran.stderr.contains("`results/small/report.md` and `results/small/report.html` are older")
            && ran.stderr.contains("`bn-lab report results/small` writes both anew")
    };
    assert!(!says(&["-o", "replicates=1"]), "there is no report");
    report(&lab, &["results/small"]);
    assert!(!says(&["-o", "replicates=1"]), "nothing was trained");
    assert!(says(&[]), "three more trials were trained");
    assert!(says(&[]), "it is still the old one");
    report(&lab, &["results/small"]);
    assert!(!says(&[]), "it is of these results");
}

#[test]
fn a_report_holds_the_lock_of_charts_and_written_elsewhere_names_the_results_folder() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let lock = lab.path("results/small/.lock-charts");
    std::fs::remove_file(&lock).expect("a run has drawn");
    report(&lab, &["results/small", "--output", "page"]);
    assert!(!lock.exists(), "the folder was only read");
    let page = lab.text("page/report.md");
    assert!(page.contains("From the results folder `results/small`;"), "{page}");
    report(&lab, &["results/small"]);
    assert!(lock.exists(), "nobody else may draw meanwhile");
    let page = lab.text("results/small/report.md");
    assert!(page.contains("From the folder that holds this report;"));
}

#[test]
fn the_markdown_shows_pictures_that_are_there() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    report(&lab, &["results/small", "--format", "md", "--output", "elsewhere"]);
    let text = lab.text("elsewhere/report.md");
    let pictures: Vec<&str> = text
        .split("](charts/")
        .skip(1)
        .map(|rest| rest.split(')').next().expect("a link"))
        .collect();
    assert!(pictures.len() >= 3, "{text}");
    for picture in pictures {
        assert!(lab.path(&format!("elsewhere/charts/{picture}")).is_file(), "{picture}");
    }
}

#[test]
fn what_users_wrote_is_text_and_nothing_else() {
    let lab = Lab::with(&format!(
        "question = \"<script>alert(1)</script> | `x` & \\\"y\\\" *z*\"\n{SMALL}"
    ));
    lab.run(&["--quiet", "-o", "train.epochs=1"]);
    report(&lab, &["results/small"]);
    let page = lab.text("results/small/report.html");
    assert!(!page.contains("<script>alert"), "the question became markup");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; | `x` &amp; &quot;y&quot; *z*"));
    let text = lab.text("results/small/report.md");
    assert!(
        text.starts_with("# \\<script>alert(1)\\</script> \\| \\`x\\` & \"y\" \\*z\\*\n"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_page_behind_links_is_rewritten_in_its_place_with_its_mode_and_its_group() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab.write(
        "docs/page.md",
        b"<!-- bn-lab: conditions ../results/small -->\nold\n<!-- bn-lab: end -->\n",
    );
    let page = lab.path("docs/page.md");
    // Another owner where this test may set one.
    drop(chown(&page, Some(12345), Some(54321)));
    let mode = std::fs::Permissions::from_mode(0o664);
    std::fs::set_permissions(&page, mode).expect("our own file");
    let known = |data: std::fs::Metadata| (data.mode(), data.uid(), data.gid());
    let before = known(std::fs::metadata(&page).expect("there"));
    symlink("page.md", lab.path("docs/link.md")).expect("a link");
    symlink("link.md", lab.path("docs/second.md")).expect("a link");
    report(&lab, &["--splice", "docs/second.md"]);
    assert!(lab.path("docs/link.md").is_symlink() && lab.path("docs/second.md").is_symlink());
    assert!(lab.text("docs/page.md").contains("| placement |"));
    assert_eq!(before, known(std::fs::metadata(&page).expect("there")));
}

#[test]
fn blocks_of_a_page_follow_the_results_and_everything_else_stays() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let before = "# Mine\r\n\r\n<!-- bn-lab: conditions results/small -->\r\nold\r\n<!-- bn-lab: end -->\r\n \t\r\n\
                  <!-- bn-lab: figure results/small test_loss.png -->\r\n<!-- bn-lab: end -->\r\nlast";
    lab.write("docs/page.md", before.replace("results/", "../results/").as_bytes());
    let chart = lab.path("results/small/charts/test_loss.png");
    std::fs::remove_file(&chart).expect("a chart");

    let checked = lab.bn_lab(&["report", "--splice", "docs/page.md", "--check"]);
    assert_eq!(checked.code, Some(1));
    assert!(
        checked.stderr.contains("line 3: `conditions ../results/small`\n  line 7: `figure ../results/small test_loss.png`"),
        "{}",
        checked.stderr
    );
    assert!(!chart.exists(), "`--check` writes nothing");

    let printed = report(&lab, &["--splice", "docs/page.md"]);
    assert_eq!(
        printed,
        "docs/page.md:3: conditions ../results/small\ndocs/page.md:7: figure ../results/small test_loss.png\n"
    );
    assert!(chart.is_file(), "a chart that was not there is drawn");
    let text = lab.text("docs/page.md");
    assert!(
        text.starts_with(
            "# Mine\r\n\r\n<!-- bn-lab: conditions ../results/small -->\r\n\r\n| placement |"
        ),
        "{text}"
    );
    assert!(
        text.contains("\r\n <!-- bn-lab") || text.contains("-->\r\n \t\r\n<!-- bn-lab: figure"),
        "{text}"
    );
    assert!(
        text.contains("](../results/small/charts/test_loss.png)\r\n") && text.ends_with("\r\nlast"),
        "{text}"
    );
    assert!(!text.replace("\r\n", "").contains('\n'), "line ends are the file's");

    // A chart whose content differs is out of date as a table is.
    let lines = lab.path("results/small/charts/test_loss.svg");
    let drawn = std::fs::read(&lines).expect("a chart");
    let other = [&drawn[..], b"<!-- of other results -->\n"].concat();
    std::fs::write(&lines, other).expect("another one");
    let checked = lab.bn_lab(&["report", "--splice", "docs/page.md", "--check"]);
    assert!(
        checked.code == Some(1)
            && checked.stderr.contains("`figure ../results/small test_loss.png`"),
        "{}",
        checked.stderr
    );
    report(&lab, &["--splice", "docs/page.md"]);
    assert!(std::fs::read(&lines).expect("a chart") == drawn);

    assert_eq!(report(&lab, &["--splice", "docs/page.md", "--check"]), "");
    assert_eq!(report(&lab, &["--splice", "docs/page.md"]), "", "nothing to do");
}

#[test]
fn what_cannot_be_reported_is_refused_with_the_way_out() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "train.epochs=1"]);
    for (arguments, code, said) in [
        (&["report"][..], 2, "<DIR>"),
        (&["report", "nowhere"], 1, "is not a results folder"),
        (
            &["report", "results/small", "--metric", "accuracy"],
            2,
            "those with `accuracy` are test_accuracy, ",
        ),
        (&["report", "results/small", "--figures", "overviev"], 2, "did you mean `overview`?"),
        (&["report", "results/small", "--splice", "x.md"], 2, "cannot be used with"),
        (&["report", "--check"], 2, "--splice"),
        (&["report", "--check", "results/small"], 2, "--splice FILE.md --check"),
        (&["report", "--splice", "x.md"], 1, "cannot read `x.md`"),
    ] {
        let ran = lab.bn_lab(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

/// Two experiments in a folder, the first of which has a claim.
fn two(lab: &Lab) {
    let claim = "\n[claim]\nstatement = \"It <helps>\"\nsource = \"A & B 2015\"\nfigure = \"test_loss\"\n\
                 tests = [{ compare = [\"before\", \"none\"], expect = \"higher\" }]\n";
    lab.write("claim.toml", format!("{SMALL}{claim}").as_bytes());
    for (file, folder) in [("claim.toml", "results/all/a b"), ("experiment.toml", "results/all/b")]
    {
        let output = format!("output.dir={folder}");
        let ran = lab.bn_lab(&["run", file, "--quiet", "-o", &output]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[test]
fn several_folders_have_one_page_with_a_section_each() {
    let lab = Lab::with(SMALL);
    two(&lab);
    report(&lab, &["results/all/b", "--format", "md"]);
    let written = "results/all/report.md\nresults/all/report.html\n";
    assert_eq!(report(&lab, &["results/all"]), written);
    let first = lab.files("results/all");
    report(&lab, &["results/all/"]);
    assert!(first == lab.files("results/all"), "the same folders give the same bytes");
    let page = lab.text("results/all/report.html");
    assert_eq!(page.matches("<figure").count(), 2);
    assert!(page.contains("<a href=\"#of--a-b\">It &lt;helps&gt;</a>"));
    assert!(page.contains("Of 1 claim, <strong>1 "), "a verdict is counted");
    assert!(page.contains("Claimed by A &amp; B 2015. Results: <code>a b</code>."));
    assert!(page.contains("<a href=\"b/report.md\">a report of their own</a>"));
    for chart in ["a-b--test_loss", "b--overview"] {
        assert!(page.contains(&format!("id=\"figure-{chart}\"")), "{chart}");
        assert!(lab.path(&format!("results/all/charts/{chart}.png")).is_file());
    }
    for address in ["src=\"http", "href=\"http", "url(http", "@import"] {
        assert!(!page.contains(address), "{address}");
    }

    // A claim whose figure is misspelt gets another one, and a note.
    let file = "results/all/a b/experiment.toml";
    let experiment = lab.text(file);
    let misspelled = experiment.replace("figure = \"test_loss\"", "figure = \"test_lost\"");
    assert_ne!(misspelled, experiment);
    lab.write(file, misspelled.as_bytes());
    let ran = lab.bn_lab(&["report", "results/all"]);
    assert!(
        ran.code == Some(0)
            && ran.stderr.contains("there is no chart `test_lost`, which `[claim] figure` names"),
        "{}",
        ran.stderr
    );
    lab.write(file, experiment.as_bytes());
    report(&lab, &["results/all"]);

    // The same folders by name, and output elsewhere: once each, with relative paths.
    let printed =
        report(&lab, &["results/all/b", "results/all", "--output", "pages/x", "--format", "html"]);
    assert_eq!(printed, "pages/x/report.html\n");
    let page = lab.text("pages/x/report.html");
    assert_eq!(page.matches("<h2 ").count(), 3);
    assert!(page.contains("<a href=\"../../results/all/b/report.md\">"));
    assert!(page.contains("<h1>x</h1>"));
}

#[test]
fn several_folders_are_refused_where_it_is_not_clear_what_to_do() {
    let lab = Lab::with(SMALL);
    two(&lab);
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let ran = lab.bn_lab(&[&["report"], arguments].concat());
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    };
    refused(&["results/all/a b", "results/all/b"], 2, "`--output DIR`");
    refused(&["results/all", "--metric", "test_loss"], 2, "`--metric`");
    refused(&["results/all", "--figures", "curves"], 2, "`--figures`");
    refused(&["results/all", "nowhere", "--output", "page"], 1, "`nowhere` holds no results");
    let ran = lab.bn_lab(&["report", "nowhere"]);
    assert!(ran.stderr.contains("`nowhere` is not a results folder"), "{}", ran.stderr);
    assert!(!lab.path("page").exists() && !lab.path("results/all/report.md").exists());
}
