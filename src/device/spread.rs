//! Several devices of one kind, and how trials are assigned to them.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::OpenDevice;
use crate::error::{Error, Result};

/// The devices of a run. All are of one kind: another kind adds numbers in another order, and its
/// trials would not be paired with the others.
#[derive(Debug)]
pub struct Devices {
    devices: Vec<OpenDevice>,
    /// Number of trials on each device.
    loads: Mutex<Vec<usize>>,
}

impl Devices {
    /// Opens devices by names such as `cpu`, or `wgpu:0,wgpu:1`.
    pub fn open(names: &str) -> Result<Self> {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        check(&names)?;
        let devices: Result<Vec<OpenDevice>> = names.into_iter().map(OpenDevice::open).collect();
        Ok(Self::of(devices?))
    }

    /// Devices that are open already; of one kind, and at least one.
    pub(crate) fn of(devices: Vec<OpenDevice>) -> Self {
        Self { loads: Mutex::new(vec![0; devices.len()]), devices }
    }

    /// The kind of the devices, which affects a trial's numbers.
    pub fn kind(&self) -> &str {
        self.devices.first().map_or("", |device| kind(device.name()))
    }

    /// Whether they use host memory: devices of one kind all do or all do not.
    pub fn compute_in_host_memory(&self) -> bool {
        self.devices.iter().all(OpenDevice::computes_in_host_memory)
    }

    /// Number of devices; at least one.
    pub fn count(&self) -> usize {
        self.devices.len()
    }

    /// The device with the fewest trials, in a tie the first; it counts one more trial until the assignment
    /// is dropped.
    pub fn assign(&self) -> Assignment<'_> {
        let mut loads = self.loads();
        let fewest = (0..loads.len()).min_by_key(|&place| loads[place]);
        let place = fewest.unwrap_or(0);
        loads[place] += 1;
        Assignment { devices: self, place }
    }

    fn loads(&self) -> MutexGuard<'_, Vec<usize>> {
        // Each change is one addition, so a panic cannot leave the counts inconsistent.
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The device that a trial is trained on.
#[derive(Debug)]
pub struct Assignment<'a> {
    devices: &'a Devices,
    place: usize,
}

impl Deref for Assignment<'_> {
    type Target = OpenDevice;

    fn deref(&self) -> &OpenDevice {
        &self.devices.devices[self.place]
    }
}

impl Drop for Assignment<'_> {
    fn drop(&mut self) {
        self.devices.loads()[self.place] -= 1;
    }
}

/// The kind in a name: `wgpu` of `wgpu:1`.
fn kind(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

fn check(names: &[&str]) -> Result<()> {
    for (place, name) in names.iter().enumerate() {
        if kind(name) != kind(names[0]) {
            return Err(Error::Usage(format!(
                "`--device {}`: `{}` and `{name}` are of two kinds, whose numbers differ in the last digits; name devices of one kind",
                names.join(","),
                names[0]
            )));
        }
        if names[..place].contains(name) {
            return Err(Error::Usage(format!(
                "`--device {}`: `{name}` is named twice; `--jobs` trains several trials on one device",
                names.join(",")
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_go_to_the_device_with_the_fewest() {
        let cpu = OpenDevice::open("cpu").expect("every build has it");
        let devices = Devices::of(vec![cpu.clone(), cpu.clone(), cpu]);
        let mut assigned =
            vec![devices.assign(), devices.assign(), devices.assign(), devices.assign()];
        let places = |assigned: &[Assignment<'_>]| {
            assigned.iter().map(|assignment| assignment.place).collect::<Vec<_>>()
        };
        assert_eq!(places(&assigned), [0, 1, 2, 0]);
        drop(assigned.remove(1));
        assigned.push(devices.assign());
        assert_eq!(places(&assigned), [0, 2, 0, 1]);
        assert_eq!(assigned[0].name(), "cpu");
    }

    #[test]
    fn devices_are_named_once_and_of_one_kind() {
        let refused = |names: &str| Devices::open(names).expect_err("refused").to_string();
        assert!(refused("cpu,wgpu").contains("two kinds"));
        assert!(refused("wgpu:0,wgpu:0").contains("named twice"));
        assert!(refused("cpu,").contains("two kinds"));
        let cpu = Devices::open("cpu").expect("every build has it");
        assert_eq!((cpu.kind(), cpu.count()), ("cpu", 1));
        assert_eq!(kind("wgpu:1"), "wgpu");
    }
}
