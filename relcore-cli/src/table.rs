//! What the commands are made from, as data. `functions.rs` holds the values; `cargo xtask codegen` writes it.

/// A module of the core: a command with a command for each function.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its name: `canary`.
    pub name: &'static str,
    /// Its documentation: the rules, their order, pitfalls.
    pub docs: &'static str,
    /// Its public functions.
    pub functions: &'static [Function],
}

/// A public function.
#[derive(Debug)]
pub(crate) struct Function {
    /// The name in the function table of the core: `canary.next_action`.
    pub name: &'static str,
    /// The name of the command: `next-action`.
    pub command: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// Its arguments, in the order of the signature.
    pub arguments: &'static [Argument],
    /// The type of its result, and what that is.
    pub result: (&'static str, &'static str),
    /// The function that writes the result as text for a person.
    pub explain: Option<&'static str>,
    /// The function that returns the outcome of the result.
    pub outcome: Option<&'static str>,
    /// What it does with a stored state.
    pub state: State,
    /// The result lists errors and warnings about the input.
    pub is_diagnosis: bool,
    /// A call with its result.
    pub example: Option<Example>,
}

/// What a function does with a stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    None,
    /// Its result is the first state of a rollout.
    Creates,
    /// Its argument at this index is the state, and its result has the next one in the field `state`.
    Replaces(usize),
}

/// An argument of a function.
#[derive(Debug)]
pub(crate) struct Argument {
    /// The name in the paths of faults: `weekStart`.
    pub wire: &'static str,
    /// The name of the option: `week-start`.
    pub option: &'static str,
    /// It may be left out.
    pub is_optional: bool,
    /// How it is given.
    pub kind: Kind,
}

/// How an argument is given.
#[derive(Debug)]
#[allow(dead_code, reason = "the functions need not use every kind")]
pub(crate) enum Kind {
    /// Directly, or as the text of a file.
    Text,
    /// Directly: an instant.
    Timestamp,
    /// Directly: a span.
    Span,
    /// Directly: a day.
    Date,
    /// Directly: a version.
    Version,
    /// Directly: a reason code.
    ReasonCode,
    /// Directly: a number.
    Number,
    /// Directly: true or false.
    Bool,
    /// Directly: one of these texts, each with its meaning.
    Choice(&'static [(&'static str, &'static str)]),
    /// JSON or YAML: its type, what that is, and its keys.
    Document(&'static str, &'static str, &'static str),
}

/// A call of a function, from a conformance case.
#[derive(Debug)]
pub(crate) struct Example {
    /// The command line.
    pub command: &'static str,
    /// The files that it names, with their texts.
    pub files: &'static [(&'static str, &'static str)],
    /// What it prints; empty if that is long.
    pub prints: &'static str,
}
