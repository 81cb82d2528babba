use crate::error::{Error, ErrorKind, Faults, Result, quoted};
use crate::input::input;
use crate::time::{NaiveDate, Timestamp};
use crate::wire::tagged;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

input! {
    /// A line of releases with the days on which its support changes, in the words of endoflife.date.
    ///
    /// ```
    /// use relcore::NaiveDate;
    /// use relcore::release::{Milestone, SupportLine};
    /// let line = SupportLine::new("3.14")
    ///     .released(NaiveDate::parse("2025-10-07")?)
    ///     .eol(Milestone::On { date: NaiveDate::parse("2030-10-31")? });
    /// assert_eq!(line.zone, "UTC");
    /// # Ok::<(), relcore::Error>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(rename = "release.SupportLine", rename_all = "camelCase", deny_unknown_fields)]
    pub struct SupportLine {
        /// The number of the line: `3.14`, `v24`, `1.4.x`.
        pub name: String,
        /// The day of its first release. Absent: it was released, the day is unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub released: Option<NaiveDate>,
        /// The day on which its long-term support begins. Absent: it never has long-term support.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lts: Option<Milestone>,
        /// The first day of maintenance, as in the schedule of Node.js.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub maintenance: Option<NaiveDate>,
        /// The last day of active support.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub eoas: Option<Milestone>,
        /// The last day of support.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub eol: Option<Milestone>,
        /// The last day of extended support, which has a price or another supplier.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub eoes: Option<Milestone>,
        /// The last day on which it was offered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub discontinued: Option<Milestone>,
        /// The IANA zone of its days. Default: `UTC`.
        #[serde(default = "utc")]
        pub zone: String,
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

tagged! {
    "release.Milestone";
    /// A change of support: on a day, or only whether it has happened. endoflife.date writes a date or a boolean.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Milestone {
        /// It is reached after this day: `eol: 2025-10-31`.
        On {
            /// The last day on which it is not reached.
            date: NaiveDate,
        },
        /// It is reached, the day is unknown: `eol: true`.
        Reached {},
        /// It is not reached, and has no day yet: `eol: false`.
        NotReached {},
    }
}

impl Milestone {
    /// Whether it is reached on a day. The day of the milestone itself is before it.
    pub(super) fn is_reached(self, today: NaiveDate) -> bool {
        match self {
            Self::On { date } => today > date,
            Self::Reached {} => true,
            Self::NotReached {} => false,
        }
    }

    pub(super) fn date(self) -> Option<NaiveDate> {
        match self {
            Self::On { date } => Some(date),
            Self::Reached {} | Self::NotReached {} => None,
        }
    }
}

impl SupportLine {
    /// A line without any day, in UTC.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            released: None,
            lts: None,
            maintenance: None,
            eoas: None,
            eol: None,
            eoes: None,
            discontinued: None,
            zone: utc(),
        }
    }

    /// The local day at an instant, once the line is checked.
    pub(super) fn today(&self, now: Timestamp) -> Result<(NaiveDate, Tz)> {
        let zone = crate::time::zone(&self.zone, "zone")?;
        let today = crate::time::local_date_in(now, zone).map_err(|error| error.under("now"))?;
        Ok((today, zone))
    }

    pub(super) fn number(&self) -> Result<LineNumber> {
        LineNumber::parse(&self.name).map_err(|error| error.under("name"))
    }

    /// Checks its number, its zone and the order of its days.
    pub(super) fn check(&self, faults: &mut Faults, path: &str) {
        let mut parts = vec![self.number().map(|_| ())];
        parts.push(crate::time::zone(&self.zone, "zone").map(|_| ()));
        for part in parts {
            faults.absorb(part.map_err(|error| error.under(path)));
        }
        let date = |milestone: Option<Milestone>| milestone.and_then(Milestone::date);
        let days = [
            ("released", self.released),
            ("lts", date(self.lts)),
            ("maintenance", self.maintenance),
            ("eoas", date(self.eoas)),
            ("eol", date(self.eol)),
            ("eoes", date(self.eoes)),
        ];
        for (earlier, later) in [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 4), (2, 4), (3, 4), (4, 5)] {
            let (Some((first, Some(from))), Some((second, Some(to)))) = (days.get(earlier), days.get(later))
            else {
                continue;
            };
            faults.check(
                from <= to,
                ErrorKind::Unordered,
                format_args!("{}", crate::error::join(path, second)),
                format_args!("`{to}` is before `{first}`, `{from}`"),
            );
        }
    }
}

/// Checks lines, and returns their numbers. Two lines of one number are refused.
pub(super) fn numbers(lines: &[SupportLine], faults: &mut Faults) -> Vec<LineNumber> {
    let mut numbers: Vec<LineNumber> = Vec::with_capacity(lines.len());
    let mut sorted: std::collections::BTreeMap<LineNumber, usize> = std::collections::BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        line.check(faults, &format!("lines[{index}]"));
        let Ok(number) = line.number() else { continue };
        if let Some(first) = sorted.get(&number) {
            faults.add(
                ErrorKind::Duplicate,
                format_args!("lines[{index}].name"),
                format_args!("{} has the number of `lines[{first}]`", quoted(&line.name)),
            );
        }
        sorted.entry(number.clone()).or_insert(index);
        numbers.push(number);
    }
    numbers
}

/// The number of a line: its parts without leading zeros. `3` and `3.0` are equal.
#[derive(Clone, Debug)]
pub(super) struct LineNumber(Vec<String>);

impl LineNumber {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let plain = text.strip_prefix('v').unwrap_or(text);
        let plain = plain.strip_suffix(".x").unwrap_or(plain);
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain.split('.').all(is_number) {
            let text = quoted(text);
            let text =
                format!("{text} is not the number of a line: expected one like `3.14`, `v24` or `1.4.x`");
            return Err(Error::new(ErrorKind::InvalidValue, "", text));
        }
        Ok(Self(plain.split('.').map(|part| part.trim_start_matches('0').to_owned()).collect()))
    }

    /// Whether it fixes the minor number, too: such a line takes no features.
    pub(super) fn has_minor(&self) -> bool {
        self.0.len() > 1
    }
}

impl Ord for LineNumber {
    /// By the parts as numbers of any length, the missing ones being zero.
    fn cmp(&self, other: &Self) -> Ordering {
        for index in 0..self.0.len().max(other.0.len()) {
            let part = |number: &'_ Self| number.0.get(index).cloned().unwrap_or_default();
            let (one, two) = (part(self), part(other));
            let order = one.len().cmp(&two.len()).then_with(|| one.cmp(&two));
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl PartialOrd for LineNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LineNumber {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for LineNumber {}
