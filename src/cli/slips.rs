//! Hints on what a wrong command line was meant to be, where clap's own message does not say it.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::config::{built_in, describe};
use crate::fs;
use crate::shell::pasted;

/// The command line that was probably meant by `arguments`, whose first one is the program.
pub(super) fn meant(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let arguments: Vec<&str> =
        arguments.iter().skip(1).map(|a| a.to_str()).collect::<Option<_>>()?;
    match error.kind() {
        ErrorKind::InvalidSubcommand => without_command(arguments.first()?),
        ErrorKind::UnknownArgument => {
            let ContextValue::String(wrong) = error.get(ContextKind::InvalidArg)? else {
                return None;
            };
            as_override(wrong, &arguments)
        }
        _ => None,
    }
}

/// `bn-lab x.toml`, `bn-lab results/x`, `bn-lab mnist`
fn without_command(first: &str) -> Option<String> {
    let path = Path::new(first);
    let is_experiment = path.extension().is_some_and(|e| e == "toml" || e == "json");
    if is_experiment || built_in::find(first).is_some() {
        return Some(format!("did you mean `bn-lab run {}`?", pasted(first)?));
    }
    let is_results = fs::is_file(&path.join("experiment.toml"));
    let folder = pasted(first).filter(|_| is_results)?;
    Some(format!(
        "`{folder}` is a results folder: `bn-lab results {folder}` and `bn-lab report {folder}` read it"
    ))
}

/// `run --epochs 5 x.toml`, `run x.toml -o train.epochs 5`
fn as_override(wrong: &str, arguments: &[&str]) -> Option<String> {
    let has_experiment = ["run", "plan", "submit"].contains(arguments.first()?);
    if !has_experiment {
        return None;
    }
    let place = arguments.iter().position(|a| a.split('=').next() == Some(wrong))?;
    let before = |back: usize| place.checked_sub(back).and_then(|at| arguments.get(at));
    if let (Some(&("-o" | "--override")), Some(key)) = (before(2), before(1))
        && !key.contains('=')
    {
        return Some(format!("did you mean `-o {key}={}`?", pasted(wrong)?));
    }
    let name = wrong.strip_prefix("--")?.replace('-', "_");
    let path = describe::named(&name)?;
    let (_, given) = arguments[place].split_once('=').unzip();
    let value = given.or_else(|| arguments.get(place + 1).copied()).filter(|v| !v.starts_with('-'));
    let value = value.unwrap_or("VALUE");
    Some(format!(
        "`{path}` is a setting of the experiment: `-o {path}={}`, or a line of its file",
        pasted(value)?
    ))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn hint(line: &str) -> Option<String> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = Cli::try_parse_from(&arguments).expect_err(line);
        meant(&error, &arguments)
    }

    #[test]
    fn what_was_meant_is_said() {
        for (line, expected) in [
            ("bn-lab blog.toml", "did you mean `bn-lab run blog.toml`?"),
            ("bn-lab quickstart", "did you mean `bn-lab run quickstart`?"),
            ("bn-lab run --epochs 5 x.toml", "`-o train.epochs=5`"),
            ("bn-lab run x.toml --batch-size=64", "`-o train.batch_size=64`"),
            ("bn-lab run x.toml -o train.epochs 5", "did you mean `-o train.epochs=5`?"),
        ] {
            let hint = hint(line).expect(line);
            assert!(hint.contains(expected), "{line}: {hint}");
        }
        for line in ["bn-lab results x --epochs 5", "bn-lab nonsense", "bn-lab run x.toml --zzz"] {
            assert_eq!(hint(line), None, "{line}");
        }
    }
}
