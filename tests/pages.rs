//! The README and the pages of `docs/`: their links, commands and experiments.
//!
//! In a `sh` block every `bn-lab` command must parse, and those that train nothing and need no network are run, page by page, in
//! a folder with the repository's experiments and published results, unless they read results that are not among these. A `text` block directly behind it is what its last
//! command prints; a line `…` there stands for any lines. In a `console` block commands must parse. A `toml` block is an
//! experiment, or a section of one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bn_lab::cli::{Cli, Command, DataAction};
use clap::Parser;

use crate::harness::Lab;

const SUMMARY: &str = "docs/SUMMARY.md";

/// Most words of the README beside the table of claims.
const README_WORDS: usize = 1200;

/// A table for `dataset = "csv"`.
const PEOPLE: &str = "age,town,income,bought\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    let path = root().join(page);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn has_ending(file: &str, ending: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == ending)
}

/// The README and every page of `docs/`.
fn pages() -> Vec<String> {
    let files = std::fs::read_dir(root().join("docs")).expect("a folder");
    let names =
        files.map(|file| file.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut pages: Vec<String> =
        names.filter(|name| has_ending(name, "md")).map(|name| format!("docs/{name}")).collect();
    pages.push("README.md".to_owned());
    pages.sort();
    pages
}

/// A fenced block.
struct Block {
    language: String,
    text: String,
    /// The number of lines that are not empty between it and the block before it.
    distance: usize,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut is_inside, mut distance) = (false, usize::MAX);
    for line in page.lines() {
        match (line.strip_prefix("```"), is_inside) {
            (Some(_), true) => (is_inside, distance) = (false, 0),
            (Some(language), false) => {
                is_inside = true;
                blocks.push(Block { language: language.to_owned(), text: String::new(), distance });
            }
            (None, true) => {
                let block = blocks.last_mut().expect("it has begun");
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) if !line.is_empty() => distance = distance.saturating_add(1),
            (None, false) => {}
        }
    }
    assert!(!is_inside, "a block does not end");
    blocks
}

/// The text outside of fenced blocks.
fn prose(page: &str) -> String {
    let mut is_inside = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.starts_with("```");
        is_inside ^= is_fence;
        !is_inside && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of the links and pictures in a page.
fn links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

/// The anchors of a page: those of its headings, as code hosts and mdBook make them, and ids.
fn anchors(page: &str) -> BTreeSet<String> {
    let prose = prose(page);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let ids = prose.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .chain(ids.map(str::to_owned))
        .collect()
}

/// The words of the `bn-lab` command in a line of a shell, up to a pipe or a redirection.
fn command(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let words = shlex::split(line).unwrap_or_else(|| panic!("not a command: {line}"));
    let words = words.into_iter().skip_while(|word| word == "uvx" || word.contains('='));
    let words: Vec<String> =
        words.take_while(|word| !["|", ">", ">>", "&&", ";"].contains(&word.as_str())).collect();
    (words.first()? == "bn-lab").then_some(words)
}

fn parsed(words: &[String]) -> Option<Command> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    match Cli::try_parse_from(words) {
        Ok(cli) => Some(cli.command),
        Err(error) if [DisplayHelp, DisplayVersion].contains(&error.kind()) => None,
        Err(error) => panic!("{}\n{error}", words.join(" ")),
    }
}

/// What is run in the place of a command: itself, the plan of what it would train, or nothing.
fn cheap(words: &[String]) -> Option<Vec<String>> {
    let arguments = words[1..].to_vec();
    let experiment = match parsed(words) {
        Some(Command::Run(run)) => run.experiment,
        Some(Command::Watch(_) | Command::Merge(_) | Command::Bench(_)) => return None,
        Some(Command::Submit(submit)) if submit.submit => return None,
        // It starts a browser.
        Some(_) if words.iter().any(|word| word == "--open") => return None,
        Some(Command::Data(data)) if !matches!(data.action, DataAction::List(_)) => return None,
        _ => return Some(arguments),
    };
    let file = experiment.experiment.display().to_string();
    let overrides = experiment.overrides.into_iter().flat_map(|text| ["-o".to_owned(), text]);
    Some(["plan".to_owned(), file].into_iter().chain(overrides).collect())
}

/// A whole experiment of a block: sections alone get a dataset.
fn experiment(block: &Block) -> String {
    let has_dataset = block.text.lines().any(|line| line.starts_with("dataset ="));
    let before = if has_dataset { "" } else { "[data]\ndataset = \"glyphs\"\n" };
    format!("{before}{}", block.text)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a writable folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a writable folder");
        }
    }
}

/// A folder with what the commands of a page need.
fn lab(page: &str) -> Lab {
    let lab = Lab::new();
    for (folder, source) in [
        ("configs", "configs"),
        ("results/mnist", "results/published/mnist"),
        ("results/quickstart", "results/published/mnist"),
        ("results/published/mnist", "results/published/mnist"),
        ("results/claims", "results/claims"),
    ] {
        if page.contains(folder) {
            copy(&root().join(source), &lab.path(folder));
        }
    }
    if page.contains("README.md") {
        lab.write("README.md", read("README.md").as_bytes());
    }
    let rows = (0..40).map(|i| [20 + i * 7 % 50, i * i, i % 2]);
    let rows: Vec<String> =
        rows.map(|[age, income, bought]| format!("{age},Rome,{income},{bought}\n")).collect();
    lab.write("people.csv", format!("{PEOPLE}{}", rows.concat()).as_bytes());
    lab
}

/// Whether a text block shows what was printed.
fn shows(block: &str, printed: &str) -> bool {
    let mut parts = block.split("…\n");
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else {
        return false;
    };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || block.ends_with("…\n")
}

#[test]
fn the_readme_is_short() {
    let readme = read("README.md");
    let (before, rest) = readme.split_once("<!-- bn-lab: claims").expect("the table");
    let (_, after) = rest.split_once("<!-- bn-lab: end -->").expect("its end");
    let words = before.split_whitespace().count() + after.split_whitespace().count();
    assert!(words <= README_WORDS, "{words} words");
}

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_somewhere() {
    let listed = links(&read(SUMMARY));
    for page in pages() {
        let name = page.strip_prefix("docs/").unwrap_or("../README.md");
        assert!(
            page == SUMMARY || listed.iter().any(|link| link == name),
            "{page} is not in {SUMMARY}"
        );
    }
    let of_summary = listed.iter().map(|link| format!("docs/{link}"));
    let all: BTreeSet<PathBuf> = of_summary
        .chain(pages())
        .map(|page| {
            root().join(&page).canonicalize().unwrap_or_else(|e| panic!("{SUMMARY}: {page}: {e}"))
        })
        .collect();
    for page in all {
        let text = std::fs::read_to_string(&page).expect("a page");
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let folder = page.parent().expect("a folder");
            let target = if file.is_empty() { page.clone() } else { folder.join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let found = anchors(&std::fs::read_to_string(&target).expect("a page"));
                assert!(found.contains(anchor), "{}: {link}: {found:?}", page.display());
            }
        }
    }
}

/// Runs the cheap commands of a `sh` block; what the last command prints, if it is one of them.
fn run(name: &str, block: &Block, lab: &Lab, example: Option<&String>) -> Option<String> {
    let mut printed = None;
    for words in block.text.replace("\\\n", " ").lines().filter_map(command) {
        printed = None;
        let Some(arguments) = cheap(&words).filter(|_| block.language == "sh") else { continue };
        let folder = arguments.get(1).filter(|folder| folder.starts_with("results/"));
        if folder.is_some_and(|folder| !lab.path(folder).exists()) {
            continue;
        }
        // The page's experiment stands for the file that a command names first.
        let file =
            arguments.get(1).filter(|file| has_ending(file, "toml") && !lab.path(file).exists());
        if let (Some(file), Some(example)) = (file, example) {
            lab.write(file, example.as_bytes());
        }
        let plain: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = lab.bn_lab(&plain);
        assert_eq!(ran.code, Some(0), "{name}: {}\n{}", words.join(" "), ran.stderr);
        printed = Some(ran.stdout).filter(|_| words[1..] == arguments);
    }
    printed
}

#[test]
fn every_command_of_a_page_is_right_and_prints_what_the_page_shows() {
    for name in pages() {
        let page = read(&name);
        let blocks = blocks(&page);
        let lab = lab(&page);
        let example = blocks.iter().find(|block| block.language == "toml").map(experiment);
        let mut printed: Option<String> = None;
        for block in &blocks {
            match block.language.as_str() {
                "sh" | "console" => printed = run(&name, block, &lab, example.as_ref()),
                "text" if block.distance == 0 => {
                    let Some(printed) = printed.take() else { continue };
                    let is_shown = shows(&block.text, &printed);
                    assert!(is_shown, "{name}: it should read\n{printed}");
                }
                _ => printed = None,
            }
        }
    }
}

#[test]
fn every_experiment_of_a_page_is_valid() {
    let mut count = 0;
    for name in pages() {
        for block in blocks(&read(&name)).iter().filter(|block| block.language == "toml") {
            let lab = lab("");
            lab.write("experiment.toml", experiment(block).as_bytes());
            let plan = lab.bn_lab(&["plan", "experiment.toml"]);
            assert_eq!(plan.code, Some(0), "{name}:\n{}\n{}", block.text, plan.stderr);
            count += 1;
        }
    }
    assert!(count > 3, "{count}");
}

#[test]
fn every_verb_has_help_and_a_line_on_the_page_of_commands() {
    let page = read("docs/commands.md");
    for verb in <Cli as clap::CommandFactory>::command().get_subcommands() {
        let verb = verb.get_name();
        let help = Lab::new().bn_lab(&[verb, "--help"]);
        assert_eq!(help.code, Some(0));
        assert!(help.stdout.contains("Usage: bn-lab"), "{}", help.stdout);
        assert!(page.contains(&format!("bn-lab {verb}")), "{verb} is not in docs/commands.md");
    }
}
