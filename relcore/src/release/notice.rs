use super::deprecation::{Deprecation, NoticePlace};
use crate::error::{ErrorKind, Faults, Result};
use crate::input::input;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Lists the notices of a deprecation that are due and were not given.
///
/// Each place announces it from `deprecatedAt` on. Each reminder goes by e-mail a while before `sunsetAt`; one reminder
/// that was sent counts for all that were due before it.
///
/// ```
/// use relcore::release::{Deprecation, NoticePlace, NoticePolicy, notices_due};
/// let deprecation = Deprecation::new("--old")
///     .deprecated_at(relcore::Timestamp::parse("2026-01-01T00:00:00Z")?)
///     .announced([NoticePlace::Changelog, NoticePlace::ReleaseNotes, NoticePlace::Email]);
/// let now = relcore::Timestamp::parse("2026-02-01T00:00:00Z")?;
/// let due = notices_due(&deprecation, &NoticePolicy::default(), now)?.due;
/// let places: Vec<_> = due.iter().map(|notice| notice.place).collect();
/// assert_eq!(places, [NoticePlace::ApiDocs, NoticePlace::CodeWarnings]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: without `deprecatedAt` no place is due; `missing` says so.
///
/// # Errors
/// All faults at once: those of [`deprecation_status`](super::deprecation_status); `out_of_range` for a negative reminder, and
/// for a reminder before the year 1.
pub fn notices_due(deprecation: &Deprecation, policy: &NoticePolicy, now: Timestamp) -> Result<NoticesDue> {
    let mut faults = Faults::new();
    deprecation.check(&mut faults, "deprecation");
    let mut all = Vec::new();
    if let Some(due_at) = deprecation.deprecated_at {
        let open = policy.places.iter().filter(|place| !deprecation.announced.contains(place));
        all.extend(open.map(|place| Notice { place: *place, due_at, is_reminder: false }));
    }
    for (index, before) in policy.reminders.iter().enumerate() {
        faults.check(
            !before.is_negative(),
            ErrorKind::OutOfRange,
            format_args!("policy.reminders[{index}]"),
            format_args!("`{before}` is negative: expected the time before the removal"),
        );
        let Some(sunset) = deprecation.sunset_at else { continue };
        let due_at = sunset.plus(Span::ZERO.saturating_sub(*before));
        let due_at =
            faults.absorb(due_at.map_err(|error| error.under(&format!("policy.reminders[{index}]"))));
        let Some(due_at) = due_at else { continue };
        let was_sent = deprecation.reminded_at.iter().any(|sent| *sent >= due_at && *sent <= now);
        let is_early = deprecation.deprecated_at.is_some_and(|from| due_at < from); // announced later than that
        if !was_sent && !is_early {
            all.push(Notice { place: NoticePlace::Email, due_at, is_reminder: true });
        }
    }
    faults.finish()?;
    all.sort_by_key(|notice| notice.due_at); // stable: keeps the order of the policy
    all.dedup();
    let next_due_at = all.iter().map(|notice| notice.due_at).find(|due_at| *due_at > now);
    all.retain(|notice| notice.due_at <= now);
    let dates = [("deprecatedAt", deprecation.deprecated_at), ("sunsetAt", deprecation.sunset_at)];
    let absent = dates.iter().filter(|(_, at)| at.is_none()).map(|(field, _)| format!("deprecation.{field}"));
    Ok(NoticesDue { due: all, missing: absent.collect(), next_due_at })
}

input! {
    /// Where and when a deprecation is announced.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.NoticePolicy", rename_all = "camelCase", deny_unknown_fields, default)]
    pub struct NoticePolicy {
        /// The places that announce it. Default: all.
        pub places: Vec<NoticePlace>,
        /// How long before the removal users are reminded. Default: 90, 30 and 7 days, a choice of relcore.
        pub reminders: Vec<Span>,
    }
}

impl Default for NoticePolicy {
    fn default() -> Self {
        use NoticePlace::{ApiDocs, Changelog, CodeWarnings, Email, ReleaseNotes};
        Self {
            places: vec![Changelog, ApiDocs, CodeWarnings, ReleaseNotes, Email],
            reminders: [90, 30, 7].map(Span::from_days).to_vec(),
        }
    }
}

/// The notices of a deprecation that are due, made by [`notices_due`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.NoticesDue", rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticesDue {
    /// The notices that are due and were not given, by time.
    pub due: Vec<Notice>,
    /// The absent dates, whose notices are not listed: `deprecation.deprecatedAt`, `deprecation.sunsetAt`.
    pub missing: Vec<String>,
    /// The instant at which the next notice is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_at: Option<Timestamp>,
}

/// A notice of a deprecation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "release.Notice", rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// Where.
    pub place: NoticePlace,
    /// The instant from which it is due.
    pub due_at: Timestamp,
    /// Whether it reminds of the removal.
    pub is_reminder: bool,
}
