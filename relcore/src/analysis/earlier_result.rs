use super::indicator::{Indicator, check_values};
use super::scorecard::{ObjectiveScore, ObjectiveStatus, ObjectiveVerdict, Scorecard};
use crate::error::{ErrorKind, Faults};
use crate::input::input;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

input! {
    /// The values of an earlier release and the verdict about it.
    ///
    /// [`earlier_result`](crate::analysis::earlier_result) makes it from a [`Scorecard`](crate::analysis::Scorecard).
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "analysis.EarlierResult", rename_all = "camelCase", deny_unknown_fields)]
    pub struct EarlierResult {
        /// When it was scored: no two results have the same instant.
        pub at: Timestamp,
        /// The verdict about it.
        pub verdict: ObjectiveVerdict,
        /// Its values.
        #[serde(default)]
        pub values: Vec<Indicator>,
    }
}

impl EarlierResult {
    /// A result with these values.
    #[must_use]
    pub fn new(
        at: Timestamp,
        verdict: ObjectiveVerdict,
        values: impl IntoIterator<Item = Indicator>,
    ) -> Self {
        Self { at, verdict, values: values.into_iter().collect() }
    }
}

/// Makes the earlier result that later releases are compared with.
///
/// The value of an objective that failed or had no data is left out, so that a bad value of a release that passed as a whole
/// does not become the baseline.
///
/// ```
/// use relcore::analysis::{CriteriaSet, Indicator, Objective, Objectives, earlier_result, parse_criterion, score_objectives};
/// let objectives = Objectives::new([Objective::pass_when("latency", [CriteriaSet::new([parse_criterion("<800")?])])]);
/// let first = score_objectives(&objectives, &[Indicator::new("latency", 700.0)], &[])?;
/// let earlier = earlier_result(&first, relcore::Timestamp::parse("2026-11-23T09:00:00Z")?);
/// assert_eq!(earlier.values[0].value, Some(700.0));
/// # Ok::<(), relcore::Error>(())
/// ```
#[must_use]
pub fn earlier_result(scorecard: &Scorecard, at: Timestamp) -> EarlierResult {
    let counts = |objective: &&ObjectiveScore| {
        !matches!(objective.status, ObjectiveStatus::Failed | ObjectiveStatus::NoData)
    };
    let value = |objective: &ObjectiveScore| Some(Indicator::new(objective.name.clone(), objective.value?));
    EarlierResult::new(at, scorecard.verdict, scorecard.objectives.iter().filter(counts).filter_map(value))
}

/// The values of each result are checked, and no two results have the same instant.
pub(super) fn check_history(history: &[EarlierResult], faults: &mut Faults) {
    let mut instants = BTreeSet::new();
    for (index, earlier) in history.iter().enumerate() {
        faults.check(
            instants.insert(earlier.at),
            ErrorKind::Duplicate,
            format_args!("history[{index}].at"),
            format_args!("`{}` is the instant of an earlier item", earlier.at),
        );
        check_values(&earlier.values, &format!("history[{index}].values"), faults);
    }
}
