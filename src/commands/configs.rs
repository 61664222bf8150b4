//! `bn-lab configs` and `bn-lab init`: the built-in experiments, and a copy of one of them.

use std::path::{Path, PathBuf};

use crate::cli::{self, ConfigsAction};
use crate::commands::{print, say};
use crate::config::built_in::{self, BuiltIn};
use crate::config::{self, schema};
use crate::error::{Error, Result};
use crate::fs;

/// Lists the built-in experiments, or prints one.
pub fn run(arguments: &cli::Configs) -> Result<()> {
    match &arguments.action {
        Some(ConfigsAction::Show { name }) => print(named(name)?.text),
        None => {
            let of_one = |built_in: &BuiltIn| {
                let [question, cost] = ["Question", "Cost"].map(|label| built_in.header(label));
                format!("{}\n  {question}\n  {cost}\n", built_in.name)
            };
            let listed: Vec<String> = built_in::ALL.iter().map(of_one).collect();
            print(&listed.join("\n"))?;
            say("\n`bn-lab run NAME` trains one, `bn-lab configs show NAME` prints its file, and \
                 `bn-lab init --template NAME` copies it into this folder");
            Ok(())
        }
    }
}

/// Writes a copy of a built-in experiment into the current folder.
pub fn init(arguments: &cli::Init) -> Result<()> {
    let name = arguments.name.strip_suffix(".toml").unwrap_or(&arguments.name);
    if !config::is_name(name) {
        return Err(Error::Usage(format!(
            "`{name}`: the name of an experiment consists of letters, digits, `.`, `_` and `-`; it is written into the current folder"
        )));
    }
    let template = named(&arguments.template)?;
    let file = PathBuf::from(format!("{name}.toml"));
    let text = format!("#:schema ./{}\n\n{}", schema::FILE, copy(template, name));
    if !fs::create_new(&file, text.as_bytes())? {
        return Err(Error::Usage(format!(
            "`{}` exists, and is not overwritten\n  hint: choose another name: `bn-lab init NAME`",
            file.display()
        )));
    }
    // The schema belongs to the program: an older one is replaced.
    fs::replace(Path::new(schema::FILE), schema::text().as_bytes())?;
    print(&format!("{}\n", file.display()))?;
    say(&format!(
        "edit it (`bn-lab keys` lists everything that can be set), look at what it would train with `bn-lab plan {0}`, and train with `bn-lab run {0}`",
        file.display()
    ));
    Ok(())
}

fn named(name: &str) -> Result<&'static BuiltIn> {
    built_in::find(name).ok_or_else(|| {
        let hint = match built_in::nearest(name) {
            Some(meant) => format!("did you mean `{}`?", meant.name),
            None => "`bn-lab configs` lists them".to_owned(),
        };
        Error::Usage(format!("`{name}` is not a built-in experiment\n  hint: {hint}"))
    })
}

/// The file of an experiment called `name`, made from `template`.
fn copy(template: &BuiltIn, name: &str) -> String {
    let text =
        template.text.replace(&format!("configs/{}.toml", template.name), &format!("{name}.toml"));
    let (before, sections) = text.split_once("\n[").unwrap_or((&text, ""));
    let is_name = |line: &&str| line.starts_with("name = ");
    let lines: Vec<&str> = before.lines().filter(|line| !is_name(line)).collect();
    format!("{}\n[{sections}", lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_is_the_same_experiment_under_its_own_name() {
        for template in built_in::ALL {
            let text = copy(template, "mine");
            let parsed = |name: &str, text: &str| {
                config::parse(Path::new(name), text, &[]).expect("a valid experiment").experiment
            };
            let (copy, original) =
                (parsed("mine.toml", &text), parsed(template.name, template.text));
            assert_eq!(copy.name, "mine", "{}", template.name);
            assert_eq!(copy.output.dir, Path::new("results/mine"), "{}", template.name);
            let ids = |experiment| {
                let trials = crate::plan::trials(experiment);
                trials.iter().map(|trial| trial.id.clone()).collect::<Vec<_>>()
            };
            assert_eq!(ids(&copy), ids(&original), "{}", template.name);
            assert!(!text.contains("configs/") || template.name == "resnet20-cifar10", "{text}");
        }
    }
}
