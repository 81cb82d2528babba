use crate::error::{ErrorKind, Faults, Result, join, quoted};
use crate::input::input;
use crate::release::Type;
use crate::time::{BusinessCalendar, Span, TimeRange, Timestamp, minute_of_day, zone};
use crate::window::{Definition, Kind, Policy, Schedule, Subject, openings};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

input! {
    /// An audience of announcements: where it is, and when it reads them.
    ///
    /// ```
    /// use relcore::communication::SlotAudience;
    /// let japan = SlotAudience::new("japan", "Asia/Tokyo").weight(0.2);
    /// assert_eq!((&*japan.start, &*japan.end), ("09:00", "17:00"));
    /// ```
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "communication.SlotAudience", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SlotAudience {
        /// A name that no other audience has.
        pub name: String,
        /// Its IANA zone.
        pub zone: String,
        /// The local time from which it reads. Default: `09:00`.
        #[serde(default = "nine")]
        pub start: String,
        /// The local time until which it reads. Default: `17:00`.
        #[serde(default = "five")]
        pub end: String,
        /// Its weekend, holidays, make-up days and half days. Default: Saturday and Sunday.
        #[serde(default)]
        pub calendar: BusinessCalendar,
        /// How much it counts, above 0: the number of its users. Default: 1.
        #[serde(default = "one")]
        pub weight: f64,
    }
}

fn nine() -> String {
    "09:00".to_owned()
}

fn five() -> String {
    "17:00".to_owned()
}

fn one() -> f64 {
    1.0
}

impl SlotAudience {
    /// An audience that reads from 09:00 to 17:00 from Monday to Friday.
    #[must_use]
    pub fn new(name: impl Into<String>, zone: impl Into<String>) -> Self {
        let calendar = BusinessCalendar::default();
        Self { name: name.into(), zone: zone.into(), start: nine(), end: five(), calendar, weight: one() }
    }
}

/// Ranks the times for an announcement: first by the weight of the audiences that read then, then the earliest.
///
/// Between the instants at which the hours of an audience begin or end nothing changes, so a slot is a range of time. Its start is
/// the instant to take. A major release is announced on a business day of every audience: no slot of it is on a weekend or a holiday
/// of one of them.
///
/// ```
/// use relcore::communication::{SlotAudience, announcement_slots};
/// use relcore::{TimeRange, Timestamp, release::Type};
/// let audiences = [SlotAudience::new("europe", "Europe/Berlin"), SlotAudience::new("america", "America/New_York")];
/// let range = TimeRange {
///     start: Timestamp::parse("2026-11-20T00:00:00Z")?,
///     end: Timestamp::parse("2026-11-25T00:00:00Z")?,
/// };
/// let slots = announcement_slots(&audiences, &Type::FeatureMajor, &range)?;
/// // From 09:00 in New York to 17:00 in Berlin, on Friday.
/// assert_eq!(slots[0].start, Timestamp::parse("2026-11-20T14:00:00Z")?);
/// assert_eq!(slots[0].reached, ["america", "europe"]);
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// Pitfall: the list is empty if no audience reads within the range. It never falls back to the night.
///
/// # Errors
/// All faults at once: `unknown_zone` for `Berlin`, `invalid_value` for the time `25:00`, no hours, no audiences, an empty name and
/// a range that ends before it starts, `duplicate` for two audiences of one name, `out_of_range` for a weight of 0, for more than
/// 100 audiences and for a range of more than 366 days.
pub fn announcement_slots(
    audiences: &[SlotAudience],
    release_type: &Type,
    range: &TimeRange,
) -> Result<Vec<AnnouncementSlot>> {
    check(audiences, range)?;
    let is_major = *release_type == Type::FeatureMajor;
    let mut changes: BTreeMap<Timestamp, Vec<Change>> = BTreeMap::new();
    let mut add = |ranges: Vec<TimeRange>, change: fn(usize, bool) -> Change, index: usize| {
        for TimeRange { start, end } in ranges {
            changes.entry(start).or_default().push(change(index, true));
            changes.entry(end).or_default().push(change(index, false));
        }
    };
    for (index, audience) in audiences.iter().enumerate() {
        let (calendar, start, end) = (CALENDAR.to_owned(), audience.start.clone(), audience.end.clone());
        add(audience.ranges(Schedule::BusinessDays { calendar, start, end }, range)?, Change::Reads, index);
        if is_major {
            let days_off = Schedule::DaysOff { calendar: CALENDAR.to_owned() };
            add(audience.ranges(days_off, range)?, Change::IsOff, index);
        }
    }

    let (mut reads, mut off) = (BTreeSet::new(), BTreeSet::new());
    let mut slots: Vec<AnnouncementSlot> = Vec::new();
    let instants: Vec<Timestamp> = changes.keys().copied().collect();
    for ((at, changes), end) in changes.iter().zip(instants.into_iter().skip(1)) {
        for change in changes {
            let (set, index, begins) = match change {
                Change::Reads(index, begins) => (&mut reads, *index, *begins),
                Change::IsOff(index, begins) => (&mut off, *index, *begins),
            };
            if begins {
                set.insert(index)
            } else {
                set.remove(&index)
            };
        }
        if reads.is_empty() || !off.is_empty() {
            continue;
        }
        let reached = || reads.iter().filter_map(|index| audiences.get(*index));
        let mut names: Vec<String> = reached().map(|audience| audience.name.clone()).collect();
        names.sort_unstable();
        match slots.last_mut() {
            Some(last) if last.end == *at && last.reached == names => last.end = end,
            _ => {
                let weight = reached().map(|audience| audience.weight).sum(); // in the order of the argument
                slots.push(AnnouncementSlot { start: *at, end, reached: names, weight });
            }
        }
    }
    slots.sort_by(|one, other| other.weight.total_cmp(&one.weight)); // stable: keeps the order of time
    Ok(slots)
}

/// The name of the calendar of an audience in the policy of its windows.
const CALENDAR: &str = "calendar";

/// The reading hours or the days off of an audience begin (`true`) or end.
#[derive(Clone, Copy)]
enum Change {
    Reads(usize, bool),
    IsOff(usize, bool),
}

impl SlotAudience {
    /// The ranges of a schedule in the zone and the calendar of the audience, as those of a window.
    fn ranges(&self, schedule: Schedule, range: &TimeRange) -> Result<Vec<TimeRange>> {
        let window = Definition::new("audience", Kind::Allow, schedule).zone(&self.zone);
        let calendars = BTreeMap::from([(CALENDAR.to_owned(), self.calendar.clone())]);
        openings(&Subject::default(), &Policy::default().windows([window]).calendars(calendars), range)
    }

    fn check(&self, at: &str, faults: &mut Faults) {
        faults.check(
            !self.name.trim().is_empty(),
            ErrorKind::InvalidValue,
            format_args!("{at}.name"),
            format_args!("is empty: expected a name"),
        );
        faults.absorb(zone(&self.zone, &join(at, "zone")));
        for (field, text) in [("start", &self.start), ("end", &self.end)] {
            faults.absorb(minute_of_day(text).map_err(|error| error.under(&join(at, field))));
        }
        faults.check(
            self.start != self.end && self.start != "24:00",
            ErrorKind::InvalidValue,
            format_args!("{at}.end"),
            format_args!("leaves no hours: expected `00:00` to `24:00` for whole days"),
        );
        for (index, half_day) in self.calendar.half_days.iter().enumerate() {
            let path = format!("{at}.calendar.halfDays[{index}].end");
            faults.absorb(minute_of_day(&half_day.end).map_err(|error| error.under(&path)));
        }
        faults.check(
            0.0 < self.weight && self.weight <= HEAVIEST,
            ErrorKind::OutOfRange,
            format_args!("{at}.weight"),
            format_args!("`{}` is out of range: expected more than 0, at most {HEAVIEST}", self.weight),
        );
    }
}

const MOST_AUDIENCES: usize = 100;
/// More than there are people; the weights of all audiences add up to a number.
const HEAVIEST: f64 = 1e12;
const LONGEST: Span = Span::from_days(366);

fn check(audiences: &[SlotAudience], range: &TimeRange) -> Result<()> {
    let mut faults = Faults::new();
    let count = audiences.len();
    faults.check(
        (1..=MOST_AUDIENCES).contains(&count),
        if count == 0 { ErrorKind::InvalidValue } else { ErrorKind::OutOfRange },
        format_args!("audiences"),
        format_args!("has {count} audiences: expected 1 to {MOST_AUDIENCES}"),
    );
    let mut names = BTreeSet::new();
    for (index, audience) in audiences.iter().enumerate().take(MOST_AUDIENCES) {
        let at = format!("audiences[{index}]");
        audience.check(&at, &mut faults);
        faults.check(
            names.insert(&audience.name),
            ErrorKind::Duplicate,
            format_args!("{at}.name"),
            format_args!("{} is the name of another audience, too", quoted(&audience.name)),
        );
    }
    range.check("range", &mut faults);
    faults.check(
        range.length() <= LONGEST,
        ErrorKind::OutOfRange,
        format_args!("range"),
        format_args!("is longer than 366 days: expected a shorter range"),
    );
    faults.finish()
}

/// A time for an announcement, made by [`announcement_slots`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(not(feature = "__exhaustive"), non_exhaustive)]
#[serde(rename = "communication.AnnouncementSlot", rename_all = "camelCase", deny_unknown_fields)]
pub struct AnnouncementSlot {
    /// The instant to take.
    pub start: Timestamp,
    /// The first instant at which other audiences read.
    pub end: Timestamp,
    /// The names of the audiences that read then, in the order of the alphabet.
    pub reached: Vec<String>,
    /// Their weights, added up.
    pub weight: f64,
}
