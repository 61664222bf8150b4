//! Opens a report in the user's browser, where there is one on the screen in front of the user.

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::commands::say;

/// Opens a page in the default browser. Where that cannot be done, a note says why and gives the path: a run whose
/// results are written does not fail for it.
pub(super) fn open(page: &Path) {
    let page = std::path::absolute(page).unwrap_or_else(|_| page.to_owned());
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let refused = obstacle(cfg!(all(unix, not(target_os = "macos"))), &is_set);
    let refused = refused.map(str::to_owned).or_else(|| {
        let started = start(&page).err();
        started.map(|error| format!("no browser could be started ({}: {error})", PROGRAMS[0][0]))
    });
    if let Some(why) = refused {
        say(&format!("note: {why}; the report to be opened is `{}`", page.display()));
    }
}

/// The programs that open a file with what the user has chosen for it, and their first arguments.
const PROGRAMS: &[&[&str]] = if cfg!(windows) {
    // `start` belongs to the shell, which would interpret the path.
    &[&["explorer"]]
} else if cfg!(target_os = "macos") {
    &[&["open"]]
} else {
    &[&["xdg-open"], &["wslview"], &["gio", "open"]]
};

/// Starts the first of the programs that there is, and does not wait for its end. An error where there is none.
fn start(page: &Path) -> io::Result<()> {
    let start = |words: &&[&str]| {
        let [program, arguments @ ..] = *words else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(page);
        // What a browser prints is not for this terminal.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(drop)
    };
    let mut last = Err(io::ErrorKind::NotFound.into());
    for words in PROGRAMS {
        last = start(words);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Why no browser can show a page to the user. `has_display_variables`: whether this system says by variables that it
/// has a screen.
fn obstacle(has_display_variables: bool, is_set: &impl Fn(&str) -> bool) -> Option<&'static str> {
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set);
    if ["SSH_CONNECTION", "SSH_TTY"].into_iter().any(is_set) {
        Some("the browser is at the other end of the SSH connection")
    } else if has_display_variables && !has_screen {
        Some("there is no display here, and so no browser")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_screen_and_over_ssh_nothing_is_opened() {
        for (has_display_variables, variables, is_open) in [
            (true, "DISPLAY", true),
            (true, "WAYLAND_DISPLAY", true),
            (true, "WSL_DISTRO_NAME", true),
            (true, "", false),
            (false, "", true),
            (false, "SSH_CONNECTION", false),
            (true, "DISPLAY SSH_TTY", false),
        ] {
            let is_set = |name: &str| variables.split(' ').any(|set| set == name);
            let obstacle = obstacle(has_display_variables, &is_set);
            assert_eq!(obstacle.is_none(), is_open, "{has_display_variables} {variables}");
        }
    }
}
