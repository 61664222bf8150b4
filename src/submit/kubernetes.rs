//! A Kubernetes Indexed Job, with the experiment in a `ConfigMap` beside it.

use super::{Job, Memory, quote};

/// What only Kubernetes needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The container's image; `bn-lab` is on its path.
    pub image: String,
    /// The volume claim that all pods mount: `results/` and `data/` are in it.
    pub claim: String,
    /// The experiment, every default filled in.
    pub experiment: String,
}

/// Where the claim is mounted.
const VOLUME: &str = "/bn-lab";

/// Where the experiment is mounted.
const EXPERIMENT: &str = "/experiment/experiment.toml";

/// Seconds that a run has to end its steps and to keep its state.
const GRACE_SECONDS: u32 = 60;

/// The manifest of the job.
pub fn manifest(job: &Job, site: &Site) -> String {
    let name = object_name(&job.name);
    let config = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  experiment.toml: "
    );
    [
        about(job, &name, &site.claim),
        config,
        block(&site.experiment, 4),
        "---\n".to_owned(),
        batch(job, &name),
        pod(job, site, &name),
    ]
    .concat()
}

fn about(job: &Job, name: &str, claim: &str) -> String {
    format!(
        "# {}, written by `bn-lab submit`. Each of {} pods trains its part of the trials.\n\
         # The volume claim `{}` must exist, be mountable by all of them (ReadWriteMany), and hold the\n\
         # dataset under data/<name>. What a pod began and did not end goes on when it starts again.\n\
         # Afterwards `bn-lab run` on the same folder trains what was left, and draws the charts.\n\
         #   kubectl apply -f FILE; kubectl wait --for=condition=Complete --timeout=24h job/{name}\n",
        quote::comment(&job.name),
        job.tasks,
        quote::comment(claim),
    )
}

/// The job around its pods. Of a run's exit codes, 2, 3 and 4 would come in every pod; 5 (failed
/// trials) would come again; 130 is no failure; anything else may pass.
fn batch(job: &Job, name: &str) -> String {
    format!(
        "apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
spec:
  completionMode: Indexed
  completions: {tasks}
  parallelism: {tasks}
  backoffLimitPerIndex: 3
  podFailurePolicy:
    rules:
      # The command line, the experiment or the dataset is wrong: in every pod.
      - action: FailJob
        onExitCodes:
          containerName: bn-lab
          operator: In
          values: [2, 3, 4]
      # Some trials failed; they are recorded, and would fail again.
      - action: FailIndex
        onExitCodes:
          containerName: bn-lab
          operator: In
          values: [5]
      # Interrupted: it goes on where it was, and this is no failure.
      - action: Ignore
        onExitCodes:
          containerName: bn-lab
          operator: In
          values: [130]
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
",
        tasks = job.tasks,
    )
}

fn pod(job: &Job, site: &Site, name: &str) -> String {
    let quantity = quantity(job.memory);
    format!(
        "  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: {GRACE_SECONDS}
      containers:
        - name: bn-lab
          image: {image}
          workingDir: {VOLUME}
          command: [\"/bin/sh\", \"-c\"]
          # The index counts from 0, parts from 1.
          args:
            - {script}
          env:
            - name: BN_LAB_DATA
              value: {VOLUME}/data
          resources:
            requests: {{cpu: \"{cpus}\", memory: {quantity}}}
            limits: {{cpu: \"{cpus}\", memory: {quantity}}}
          volumeMounts:
            - {{name: experiment, mountPath: /experiment, readOnly: true}}
            - {{name: volume, mountPath: {VOLUME}}}
      volumes:
        - name: experiment
          configMap:
            name: {name}
        - name: volume
          persistentVolumeClaim:
            claimName: {claim}
",
        image = quote::yaml(&site.image),
        script = quote::yaml(&script(job)),
        cpus = job.cpus,
        claim = quote::yaml(&site.claim),
    )
}

/// `exec`, so that the run itself is told when the pod is to end.
fn script(job: &Job) -> String {
    let results = format!("{VOLUME}/results/{}", job.name);
    let mut words = vec!["run".to_owned(), EXPERIMENT.to_owned()];
    words.extend([
        "-o".to_owned(),
        format!("output.dir={}", quote::toml(&results)),
    ]);
    words.extend(["--jobs".to_owned(), job.cpus.to_string()]);
    words.extend(job.run_arguments.iter().cloned());
    let words: Vec<String> = words.iter().map(|word| quote::shell(word)).collect();
    format!(
        "exec bn-lab {} --shard \"$((JOB_COMPLETION_INDEX + 1))/{}\"",
        words.join(" "),
        job.tasks
    )
}

fn quantity(memory: Memory) -> String {
    format!("{memory}i")
}

/// A name that Kubernetes allows for a job whose pods are named after it: lower-case letters,
/// digits and hyphens, with room for the index within 63 characters.
fn object_name(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name: String = format!("bn-lab-{plain}").chars().take(52).collect();
    name.trim_end_matches('-').to_owned()
}

/// A text of several lines as it is, or quoted where it holds characters that YAML treats as line
/// ends or does not allow.
fn block(text: &str, indent: usize) -> String {
    let is_plain =
        |c: char| c == '\n' || !(c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c));
    if !text.chars().all(is_plain) || !text.ends_with('\n') {
        return format!("{}\n", quote::yaml(text));
    }
    let lines: String = text
        .lines()
        .map(|line| {
            if line.is_empty() {
                "\n".to_owned()
            } else {
                format!("{:indent$}{line}\n", "")
            }
        })
        .collect();
    format!("|2+\n{lines}")
}
