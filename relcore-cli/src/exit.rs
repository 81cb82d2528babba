use relcore::decision::Outcome;

/// The exit codes. They never change their meaning.
///
/// The codes from 0 to 30 are the outcomes of decisions, one for each [`Outcome`]. The codes from 64 on are errors, as in
/// `sysexits.h`: no decision was made, or nobody got to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Exit {
    /// Go on.
    Proceed = 0,
    /// Leave everything as it is and ask again later.
    Wait = 10,
    /// Return to the previous version.
    RollBack = 20,
    /// A person must act or decide.
    Ask = 30,
    /// The command line is wrong.
    Usage = 64,
    /// An input is wrong.
    BadInput = 65,
    /// A defect of relcore.
    Internal = 70,
    /// The state exists already.
    StateExists = 73,
    /// A file, a pipe or git failed.
    Io = 74,
    /// Another process is using the state.
    Locked = 75,
}

impl Exit {
    /// Every code with its meaning.
    pub const ALL: [(Self, &str); 10] = [
        (Self::Proceed, "go on; also the code of every function that makes no decision"),
        (Self::Wait, "wait: leave everything as it is and ask again later"),
        (Self::RollBack, "go back to the previous version"),
        (Self::Ask, "ask a person: the facts do not allow a decision, or the remedy is not a rollback"),
        (Self::Usage, "the command line is wrong"),
        (Self::BadInput, "an input is wrong; `validate` found an error"),
        (Self::Internal, "a defect of relcore"),
        (Self::StateExists, "`start --state` found a state and does not overwrite it"),
        (Self::Io, "a file, a pipe or git failed"),
        (Self::Locked, "another process is deciding with this state: try again"),
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Proceed => Self::Proceed,
            Outcome::Wait => Self::Wait,
            Outcome::RollBack => Self::RollBack,
            Outcome::Ask => Self::Ask,
        }
    }
}
