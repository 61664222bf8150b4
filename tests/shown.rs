//! What a person sees: colours, curves in the terminal, the report at the end of a run, the browser.

use crate::harness::{Lab, Ran, SMALL};

/// The program with these variables of the environment.
fn with(lab: &Lab, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = lab.command(arguments);
    for name in ["LC_ALL", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY"] {
        command.env_remove(name);
    }
    let command = command.envs(variables.iter().copied());
    Ran::from(command.output().expect("the program starts"))
}

#[test]
fn curves_have_the_characters_of_the_locale_and_colours_where_they_are_asked_for() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let show = |more: &[&str], variables: &[(&str, &str)]| {
        let ran = with(&lab, &[&["show", "results/small"], more].concat(), variables);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let is_braille = |letter: char| ('\u{2801}'..='\u{28ff}').contains(&letter);
    let unicode = show(&[], &[("LC_ALL", "C.UTF-8")]);
    assert!(unicode.contains(is_braille) && unicode.contains('■'), "{unicode}");
    for (arguments, locale) in [(&[][..], "C"), (&["--ascii"][..], "C.UTF-8")] {
        let ascii = show(arguments, &[("LC_ALL", locale)]);
        assert!(!ascii.contains(is_braille) && ascii.contains("# before"), "{ascii}");
    }
    let is_coloured = |text: &str| text.contains("\u{1b}[94m");
    assert!(!is_coloured(&unicode), "it is no terminal");
    let utf8 = ("LC_ALL", "C.UTF-8");
    assert!(is_coloured(&show(&["--color", "always"], &[utf8, ("NO_COLOR", "1")])));
    assert!(is_coloured(&show(&[], &[utf8, ("CLICOLOR_FORCE", "1")])));
    assert!(!is_coloured(&show(&[], &[utf8, ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")])));
    assert!(!is_coloured(&show(&["--color=never"], &[utf8, ("CLICOLOR_FORCE", "1")])));
    let refused = with(&lab, &["--color", "always", "show", "nowhere"], &[]);
    assert!(refused.stderr.contains("\u{1b}[31merror:\u{1b}[0m"), "{:?}", refused.stderr);
    assert!(with(&lab, &["--color", "always", "--help"], &[]).stdout.contains("\u{1b}["));
    assert!(
        !with(&lab, &["--color", "never", "sow"], &[("CLICOLOR_FORCE", "1")])
            .stderr
            .contains('\u{1b}')
    );
    lab.bn_lab(&["--color", "sometimes", "show", "results/small"]).refused(2, &["sometimes"]);
}

#[test]
fn a_run_writes_the_report_where_it_is_asked_for_it() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&["--report"]);
    assert!(ran.stdout.contains("report   results/small/report.html\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("report   results/small/report.md\n"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("bn-lab report"), "it is written already: {}", ran.stderr);
    let written = lab.files("results/small");
    assert_eq!(lab.bn_lab(&["report", "results/small"]).code, Some(0));
    for name in ["report.html", "report.md"] {
        assert!(written[name] == lab.files("results/small")[name], "{name} is the report's own");
    }
    let json = lab.run(&["--report", "--message-format", "json"]);
    assert!(json.stdout.lines().all(|line| line.starts_with('{')), "{}", json.stdout);
    assert!(json.stderr.contains("report   results/small/report.html"), "{}", json.stderr);
    let quiet = lab.run(&["--report", "--quiet"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn a_report_of_somebody_else_is_noticed_before_the_training() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab.write("results/small/report.html", b"my own page");
    lab.bn_lab(&["run", "experiment.toml", "--report", "--force"]).refused(1, &["report.html"]);
    assert_eq!(lab.text("results/small/report.html"), "my own page");
}

#[cfg(unix)]
#[test]
fn the_browser_is_opened_where_there_is_a_screen_and_else_the_path_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::with(SMALL);
    let opened = lab.path("opened");
    let script =
        format!("#!/bin/sh\necho \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n", opened.display());
    lab.write("bin/xdg-open", script.as_bytes());
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(lab.path("bin/xdg-open"), executable).expect("our own file");
    let path =
        format!("{}:{}", lab.path("bin").display(), std::env::var("PATH").unwrap_or_default());
    let path = ("PATH", path.as_str());
    let run = ["run", "experiment.toml", "--open"];
    for (variables, says) in [
        (&[path][..], "there is no display here"),
        (&[path, ("DISPLAY", ":0"), ("SSH_CONNECTION", "a b")][..], "SSH connection"),
    ] {
        let ran = with(&lab, &run, variables);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains(says) && ran.stderr.contains("report.html`"), "{}", ran.stderr);
        assert!(!opened.exists());
    }
    let report = ["report", "results/small", "--open"];
    for command in [&run, &report] {
        let ran = with(&lab, command, &[path, ("DISPLAY", ":0")]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
        while !opened.exists() && std::time::Instant::now() < deadline {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let page = lab.text("opened");
        assert!(page.starts_with('/') && page.ends_with("/results/small/report.html\n"), "{page}");
        std::fs::remove_file(&opened).expect("our own file");
    }
    // Without any such program, the run succeeds all the same.
    let nowhere = lab.path("nowhere").display().to_string();
    let ran = with(&lab, &run, &[("PATH", nowhere.as_str()), ("DISPLAY", ":0")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no browser could be started"), "{}", ran.stderr);
    lab.bn_lab(&["report", "results/small", "--open", "--format", "md"]).refused(2, &["--open"]);
}
