use crate::time::{NaiveDate, Span, Timestamp, Weekday};
use crate::wire::tagged;

tagged! {
    "window.Schedule";
    /// When a window is active. Local times are in the zone of the window.
    ///
    /// ```
    /// use relcore::window::Schedule;
    /// let freeze = Schedule::CronPair { start: "0 23 * * 5".to_owned(), end: "0 7 * * 1".to_owned() };
    /// assert_eq!(freeze.to_string(), "cron_pair");
    /// ```
    #[derive(Clone, Debug, PartialEq)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub enum Schedule {
        /// For a duration from each instant of a cron expression on, as in Argo CD.
        Cron {
            /// Five fields: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday).
            cron: String,
            /// The length of each occurrence, above 0.
            duration: Span,
        },
        /// From each instant of one cron expression to the next instant of another, as the freeze periods of GitLab.
        CronPair {
            /// The cron expression of the starts.
            start: String,
            /// The cron expression of the ends.
            end: String,
        },
        /// Between two local times on days of the week.
        Weekly {
            /// The days on which it starts. Default: every day.
            #[serde(default)]
            days: Vec<Weekday>,
            /// The local time of the start: `22:00`.
            start: String,
            /// The local time of the end, up to `24:00`. At or before the start it is a time of the next day.
            end: String,
        },
        /// Once, between two instants.
        Once {
            /// The first instant.
            start: Timestamp,
            /// The first instant after it.
            end: Timestamp,
        },
        /// Once, for whole local days.
        Dates {
            /// The first day.
            first: NaiveDate,
            /// The last day, which is part of it.
            last: NaiveDate,
        },
        /// On the holidays of a calendar, all day, and on business days around them.
        Holidays {
            /// The name of the calendar.
            calendar: String,
            /// The number of business days before each holiday that are part of it. Default: 0.
            #[serde(default)]
            business_days_before: u32,
            /// The number of business days after each holiday that are part of it. Default: 0.
            #[serde(default)]
            business_days_after: u32,
        },
        /// On the days of a calendar that are no business days, all day.
        DaysOff {
            /// The name of the calendar.
            calendar: String,
        },
        /// Between two local times on the business days of a calendar.
        BusinessDays {
            /// The name of the calendar.
            calendar: String,
            /// The local time of the start: `09:00`.
            start: String,
            /// The local time of the end, up to `24:00`. At or before the start it is a time of the next day.
            end: String,
        },
    }
}
