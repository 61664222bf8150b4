//! The values of the axes, for the table of hyperparameters of `TensorBoard`: one row for each condition, since the
//! replicates of a condition are a group.

use prost::Message;

use super::messages::{
    End, Hyperparameters, Metadata, PluginData, Session, Setting, SettingKind, Start, Status, Value,
};
use super::names;
use crate::results::query::{Results, TrialCurves, TrialStatus};

/// The values with which a training begins.
pub(super) fn start(results: &Results, trial: &TrialCurves, group: &str) -> Value {
    let values = names::keys(results).into_iter().filter_map(|(axis, key)| {
        let value = trial.axes.get(axis).filter(|value| !value.is_empty())?;
        Some((key, setting(value)))
    });
    let start = Start { values: values.collect(), group: group.to_owned() };
    value("_hparams_/session_start_info", Session::Start(start))
}

/// The status with which it ends.
pub(super) fn end(trial: &TrialCurves, seconds: f64) -> Value {
    let status = match trial.status {
        TrialStatus::Completed => Status::Success,
        TrialStatus::Diverged => Status::Failure,
        _ => Status::Unknown,
    };
    let end = End { status: status.into(), end_time: seconds };
    value("_hparams_/session_end_info", Session::End(end))
}

fn setting(value: &str) -> Setting {
    let number = value.parse().ok().filter(|number: &f64| number.is_finite());
    let kind = number.map_or_else(|| SettingKind::Text(value.to_owned()), SettingKind::Number);
    Setting { kind: Some(kind) }
}

fn value(tag: &str, session: Session) -> Value {
    let content = Hyperparameters { session: Some(session) }.encode_to_vec();
    let plugin = PluginData { name: "hparams".to_owned(), content };
    Value { tag: tag.to_owned(), scalar: None, metadata: Some(Metadata { plugin: Some(plugin) }) }
}
