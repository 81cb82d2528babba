//! The pages of `relcore help` that are about no single function.
use crate::exit::Exit;
use std::fmt::Write as _;

/// A page: its name, its summary and its text.
#[derive(Debug)]
pub(crate) struct Topic {
    pub name: &'static str,
    pub summary: &'static str,
    pub text: fn() -> String,
}

/// Every page.
pub(crate) const TOPICS: [Topic; 3] = [
    Topic { name: "exit-codes", summary: "Lists the exit codes", text: exit_codes },
    Topic {
        name: "arguments",
        summary: "Explains how arguments are given and results are printed",
        text: || ARGUMENTS.to_owned(),
    },
    Topic {
        name: "state-files",
        summary: "Explains what `--state` promises, and what it does not",
        text: || STATE_FILES.to_owned(),
    },
];

fn exit_codes() -> String {
    let mut text = "The exit codes. They never change their meaning.\n\n".to_owned();
    for (exit, meaning) in Exit::ALL {
        let _ = writeln!(text, "{:>4}  {meaning}", exit.code()); // writing to a String cannot fail
    }
    text + "
Codes below 64 are outcomes of decisions, codes from 64 on are errors: no decision was made, or nobody got to see it.
`relcore canary outcome --help` and the same of `rollback` and `release` list the outcome of each verdict.
"
}

const ARGUMENTS: &str = "\
How arguments are given and results are printed.

Arguments are given by name, `--schedule s.yaml`, or without names in the order of `--help`, `validate s.yaml`.

  document  a file with YAML or JSON (by its extension, else by its content), `-` for standard input, or the JSON
            itself, which begins with `{` or `[`; `--help` lists its keys, those that may be left out with a `?`
  text      the text itself, `@FILE` for the text of a file, `-` for standard input
  others    directly: an instant as RFC 3339, `2026-11-23T03:00:00Z`; a span, `90s` or `PT1M30S`; a day, `2026-11-23`;
            a version, `1.2.3`; a number; one of the listed words

Standard input is read once. `--now` is the time of the clock if it is left out.

A result is printed as JSON: one line that is the same in every language, or several lines on a terminal.
`--explain` prints the text for a person, `--raw` a text without quotes, `--get state.weight` a part of the result. With
`--get` and `--explain` the part goes to standard output and the text to standard error. `--output FILE` writes the
result to a file.

Every fault is a line on standard error: the file or option, the path in it, what is wrong, the code in brackets.
";

const STATE_FILES: &str = "\
What `--state FILE` promises, and what it does not.

`canary start --state FILE` makes a state and refuses to overwrite one. `canary next-action --state FILE` reads it,
decides, replaces it by the new state and then prints the decision. `-`, JSON on the command line and `--dry-run` are read
and not replaced.

Promised:

- At every instant FILE has the old state or the new one, also if the process is killed or the machine loses power: the
  new state is written to `.FILE.new` in the same folder, synced, renamed over FILE, and the folder is synced.
- If anything fails before the rename, FILE keeps the old state and no decision is printed.
- A command that died after the rename has stored a decision that nobody saw. Call it again, with new observations or none,
  and route the weight of the state: no step is taken twice, and a rollout that has ended has the same outcome as before.
- Two processes do not decide at once: the second one ends with the exit code 75. The lock is on `FILE.lock`, which stays.
- The permissions of FILE are kept. A read-only FILE is refused. A symbolic link stays, and the file that it leads to is
  replaced.

Not promised:

- The owner, access control lists and extended attributes of FILE, and other hard links to it, are not kept.
- On a network file system a lock may hold on one machine only, and a rename may be seen late. Keep the state on a local
  disk, or make sure that one machine decides.
- Other programs that write FILE do not see the lock.
- On Windows the folder is not synced: after a loss of power the old state may be back.
";
