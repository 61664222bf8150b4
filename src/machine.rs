//! The memory and the file descriptors of this machine, or of the container that this process runs in. They
//! are read from files of Linux; on other systems the limits are unknown, and none is applied.

use std::path::{Path, PathBuf};

use crate::fs;

/// Bytes of memory that this process can use: the least of the machine's memory, of the limits of its
/// control groups and of its address space (`ulimit -v`). `None` where none of them is known.
pub fn memory() -> Option<u64> {
    let machine = text("/proc/meminfo").and_then(|text| total(&text));
    let groups = text("/proc/self/cgroup").and_then(|groups| {
        let limits = groups.lines().flat_map(limit_files);
        limits.filter_map(|file| fs::read_text(&file).ok()?.trim().parse().ok()).min()
    });
    let own = limit("Max address space");
    [machine, groups, own].into_iter().flatten().min()
}

/// Number of files that this process can have open at a time; `None` where it is not known.
pub fn descriptors() -> Option<u64> {
    limit("Max open files")
}

fn text(path: &str) -> Option<String> {
    fs::read_text(Path::new(path)).ok()
}

fn limit(name: &str) -> Option<u64> {
    soft_limit(&text("/proc/self/limits")?, name)
}

/// The soft limit called `name` in the text of `/proc/self/limits`; `None` where it is `unlimited`.
fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let mut lines = limits.lines();
    let values = lines.find_map(|line| line.strip_prefix(name))?;
    values.split_whitespace().next()?.parse().ok()
}

/// The bytes in a line such as `MemTotal:       24523188 kB`.
fn total(meminfo: &str) -> Option<u64> {
    let mut lines = meminfo.lines();
    let value = lines.find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The files that may hold the limit of a control group, from a line of `/proc/self/cgroup`: those of the
/// group and of all groups that contain it. `0::/x/y` is of version 2, `4:memory:/x/y` of version 1. Without
/// a limit, version 1 writes a very large number and version 2 writes `max`.
fn limit_files(line: &str) -> Vec<PathBuf> {
    let mut parts = line.splitn(3, ':');
    let (number, controllers, group) = (parts.next(), parts.next(), parts.next());
    let is_memory = |controllers: &str| controllers.split(',').any(|name| name == "memory");
    let (root, file) = match (number, controllers) {
        (Some("0"), Some("")) => ("/sys/fs/cgroup", "memory.max"),
        (_, Some(names)) if is_memory(names) => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        _ => return Vec::new(),
    };
    let group = Path::new(group.unwrap_or_default().trim_start_matches('/'));
    let groups = group.ancestors();
    groups.map(|group| Path::new(root).join(group).join(file)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_the_kernel_writes_them() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max address space         unlimited            unlimited            bytes     \n\
                      Max open files            1024                 1048576              files     \n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max address space"), None);
        assert_eq!(soft_limit(limits, "Max tea"), None);
        let meminfo = "MemTotal:       24523188 kB\nMemFree:        22000000 kB\n";
        assert_eq!(total(meminfo), Some(24_523_188 * 1024));
        assert_eq!(total("MemTotal: much"), None);
    }

    #[test]
    fn the_limits_of_a_group_and_of_those_around_it_count() {
        let named = |line: &str| -> Vec<String> {
            let files = limit_files(line).into_iter();
            files.map(|path| path.display().to_string()).collect()
        };
        assert_eq!(
            named("0::/a/b"),
            [
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(named("0::/"), ["/sys/fs/cgroup/memory.max"]);
        assert_eq!(
            named("7:cpu,memory:/x"),
            [
                "/sys/fs/cgroup/memory/x/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert!(named("3:cpu:/x").is_empty() && named("").is_empty());
    }

    #[test]
    fn what_is_known_here_is_no_nonsense() {
        assert!(memory().is_none_or(|bytes| bytes > 1 << 20));
        assert!(descriptors().is_none_or(|files| files > 2));
    }
}
