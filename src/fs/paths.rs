//! Physical paths, and relative paths.

use std::path::{Component, Path, PathBuf};

/// The absolute path: links in its folders resolved as far as these exist, `.` and
/// `..` removed. A link as its last component is kept.
pub fn physical(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (Some(folder), Some(Component::Normal(name))) =
        (whole.parent(), whole.components().next_back())
    else {
        return whole.canonicalize().unwrap_or(whole);
    };
    physical_folder(folder).join(name)
}

/// The absolute path of a folder; if it is itself a link, that is resolved, too.
fn physical_folder(folder: &Path) -> PathBuf {
    if let Ok(found) = folder.canonicalize() {
        return found;
    }
    match (folder.parent(), folder.components().next_back()) {
        (Some(parent), Some(Component::ParentDir)) => {
            let mut parent = physical_folder(parent);
            parent.pop();
            parent
        }
        (Some(parent), Some(last)) => physical_folder(parent).join(last),
        _ => folder.to_owned(),
    }
}

/// Whether two paths name the same folder, which need not exist: links in them and `..` are resolved.
pub fn is_same_folder(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        physical_folder(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    };
    whole(one) == whole(other)
}

/// The path relative to the folder `from`, with forward slashes: `../people.csv`. Absolute where
/// there is no relative one.
pub fn seen_from(from: &Path, path: &Path) -> String {
    let from = std::path::absolute(from).unwrap_or_else(|_| from.to_owned());
    let (from, path) = (physical_folder(&from), physical(path));
    let (mut up, mut down) = (from.components().peekable(), path.components().peekable());
    let mut is_related = false;
    while up.peek().is_some() && up.peek() == down.peek() {
        is_related = true;
        up.next();
        down.next();
    }
    if !is_related {
        return path.display().to_string();
    }
    let up = up.map(|_| "..".to_owned());
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_folders_that_need_not_exist_yet() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("data")).unwrap();
        let seen = |from: &str, path: &str| seen_from(&at(from), &at(path));
        assert_eq!(seen("results/x", "people.csv"), "../../people.csv");
        assert_eq!(seen("results/x", "results/y/../../data/./a.csv"), "../../data/a.csv");
        assert_eq!(seen("data", "data/a.csv"), "a.csv");
        assert_eq!(seen("data/../new/..", "data/a.csv"), "data/a.csv");
    }

    #[cfg(unix)]
    #[test]
    fn links_of_folders_are_followed_since_the_way_up_leads_from_where_they_point() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("disk/scratch/x")).unwrap();
        std::os::unix::fs::symlink(at("disk/scratch/x"), at("results")).unwrap();
        std::fs::write(at("a.csv"), b"1").unwrap();
        let seen = seen_from(&at("results"), &at("a.csv"));
        assert_eq!(seen, "../../../a.csv");
        assert_eq!(std::fs::read(at("results").join(seen)).unwrap(), b"1");
    }
}
