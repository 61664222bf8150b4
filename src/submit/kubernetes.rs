//! A Kubernetes Indexed Job, with the experiment in a `ConfigMap`, as JSON: every JSON text
//! is YAML, and no value can be mistaken for structure.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Job, Memory, quote};
use crate::units::{for_json, hexadecimal};

/// Settings for Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The container's image, with `bn-lab` on its path.
    pub image: String,
    /// The volume claim that all pods mount, with `results/` and `data/` in it.
    pub volume_claim: String,
    /// The experiment with every default filled in.
    pub experiment: String,
}

/// The mount path of the claim.
const VOLUME: &str = "/bn-lab";

/// The path of the mounted experiment.
const EXPERIMENT: &str = "/experiment/experiment.toml";

/// Seconds for a run to end its steps and to save its state.
const GRACE_SECONDS: u32 = 60;

/// Most characters of a job's name: the names of its pods add an index, and are limited to 63.
const LONGEST_NAME: usize = 52;

/// Number of bytes of the digest in a job's name.
const DIGEST: usize = 4;

/// The manifest of the job; `None` where an argument contains NUL, which no script can.
pub fn manifest(job: &Job, site: &Site) -> Option<String> {
    let name = object_name(&job.name);
    let experiment = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": name },
        "data": { "experiment.toml": site.experiment },
    });
    let all = json!({
        "apiVersion": "v1",
        "kind": "List",
        "items": [experiment, batch(job, site, &name)?],
    });
    let text = format!("{all:#}\n");
    Some(for_json(&text).into_owned())
}

fn about(job: &Job, name: &str, claim: &str) -> String {
    format!(
        "{}, written by `bn-lab submit`. Each of {} pods trains its part of the trials. \
         The volume claim `{claim}` must exist, be mountable by all of them (ReadWriteMany), and hold the \
         dataset under data/<name>. What a pod began and did not end goes on when it starts again. \
         `kubectl wait --for=condition=Complete --timeout=24h job/{name}` waits for the end. \
         Afterwards `bn-lab run` on the same folder trains what was left, and draws the charts.",
        job.name, job.tasks,
    )
}

/// The specification of the job. Of a run's exit codes, 2, 3 and 4 (the command line, the experiment or the
/// dataset is wrong) would occur in every pod; 5 (failed trials, which are recorded) would occur again; 130
/// (interrupted, to be resumed) is no failure; anything else may be temporary.
fn batch(job: &Job, site: &Site, name: &str) -> Option<Value> {
    let on_exit = |action: &str, codes: &[u8]| {
        json!({
            "action": action,
            "onExitCodes": { "containerName": "bn-lab", "operator": "In", "values": codes },
        })
    };
    Some(json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "annotations": { "kubernetes.io/description": about(job, name, &site.volume_claim) },
        },
        "spec": {
            "completionMode": "Indexed",
            "completions": job.tasks,
            "parallelism": job.limit.map_or(job.tasks, |limit| limit.min(job.tasks)),
            "backoffLimitPerIndex": 3,
            "podFailurePolicy": { "rules": [
                on_exit("FailJob", &[2, 3, 4]),
                on_exit("FailIndex", &[5]),
                on_exit("Ignore", &[130]),
                { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget" }] },
            ] },
            "template": { "spec": pod(job, site, name)? },
        },
    }))
}

fn pod(job: &Job, site: &Site, name: &str) -> Option<Value> {
    let mut resources = json!({ "cpu": job.cpus.to_string(), "memory": quantity(job.memory) });
    if let Some(gpus) = job.gpus {
        // The name under which NVIDIA's device plugin offers them.
        resources["nvidia.com/gpu"] = gpus.to_string().into();
    }
    Some(json!({
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "containers": [{
            "name": "bn-lab",
            "image": site.image,
            "workingDir": VOLUME,
            "command": ["/bin/sh", "-c"],
            "args": [script(job)?],
            "env": [{ "name": "BN_LAB_DATA", "value": format!("{VOLUME}/data") }],
            "resources": { "requests": resources, "limits": resources },
            "volumeMounts": [
                { "name": "experiment", "mountPath": "/experiment", "readOnly": true },
                { "name": "volume", "mountPath": VOLUME },
            ],
        }],
        "volumes": [
            { "name": "experiment", "configMap": { "name": name } },
            { "name": "volume", "persistentVolumeClaim": { "claimName": site.volume_claim } },
        ],
    }))
}

/// `exec`, so that the run itself receives the signal when the pod is to end. The index of a pod counts from 0,
/// parts from 1.
fn script(job: &Job) -> Option<String> {
    let results = format!("{VOLUME}/results/{}", job.name);
    let mut words = ["bn-lab", "run", EXPERIMENT, "-o"].map(str::to_owned).to_vec();
    words.push(format!("output.dir={}", quote::toml(&results)));
    words.extend(["--jobs".to_owned(), job.cpus.to_string()]);
    words.extend(job.run_arguments.iter().cloned());
    Some(format!(
        "exec {} --shard \"$((JOB_COMPLETION_INDEX + 1))/{}\"",
        quote::command(&words)?,
        job.tasks
    ))
}

fn quantity(memory: Memory) -> String {
    format!("{memory}i")
}

/// A name that Kubernetes allows for a job (RFC 1123: lower-case letters, digits and hyphens): the possible
/// characters of the experiment's name, and a digest of the whole name, since names that differ in other
/// characters belong to different jobs.
fn object_name(name: &str) -> String {
    let digest = hexadecimal(&Sha256::digest(name)[..DIGEST]);
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let shown = format!("bn-lab-{plain}");
    let shown: String = shown.chars().take(LONGEST_NAME - 1 - digest.len()).collect();
    format!("{}-{digest}", shown.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_experiment_has_a_job_of_its_own_with_a_valid_name() {
        let long = "x".repeat(200);
        let names = ["a_b", "a.b", "A-b", "a-b", "a", "A", &long, &long[1..], "ü", "-"];
        let all: std::collections::BTreeSet<String> =
            names.iter().map(|name| object_name(name)).collect();
        assert_eq!(all.len(), names.len(), "{all:?}");
        for name in &all {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.len() <= LONGEST_NAME && name.chars().all(is_plain), "{name}");
            assert!(!name.ends_with('-'), "{name}");
        }
        assert_eq!(object_name("quickstart"), object_name("quickstart"));
    }
}
