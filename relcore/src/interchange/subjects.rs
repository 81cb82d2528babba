use crate::change::Commit;
use crate::error::{ErrorKind, Faults, Result, quoted};
use std::collections::BTreeSet;

/// Reads lines of subjects with their commits, as `git log --pretty=format:"- %s (%h)" --no-merges` prints them.
///
/// Such a line has no body, so a footer `BREAKING CHANGE` is not known, and neither is what was taken back. Where the
/// repository is there, use [`parse_git`](super::parse_git).
///
/// ```
/// use relcore::interchange::git_subjects;
/// let commits = git_subjects("- feat: export (#12) (a1b2c3d)\n- fix: import (0f9e8d7)\n")?;
/// assert_eq!((commits[0].id.as_str(), commits[0].text.as_str()), ("a1b2c3d", "feat: export (#12)"));
/// let error = git_subjects("- feat: export (#12)\n").unwrap_err(); // pitfall: without `(%h)`, it is no line of a commit
/// assert_eq!(error.path(), "text");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// All faults at once: `syntax` for a line that does not end with the name of a commit, `(a1b2c3d)`; `duplicate` for a commit
/// that is there twice.
pub fn git_subjects(text: &str) -> Result<Vec<Commit>> {
    let mut faults = Faults::new();
    let (mut commits, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, line) in (1u32..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let line = line.trim();
        let line = line.strip_prefix("- ").unwrap_or(line);
        let parts =
            line.rsplit_once(" (").and_then(|(subject, rest)| Some((subject, rest.strip_suffix(')')?)));
        let is_name =
            |id: &str| (4..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let Some((subject, id)) = parts.filter(|(_, id)| is_name(id)) else {
            let text =
                format_args!("line {number}: {} is no commit: expected `- subject (a1b2c3d)`", quoted(line));
            faults.add(ErrorKind::Syntax, format_args!("text"), text);
            continue;
        };
        if !seen.insert(id) {
            let text = format_args!("line {number}: the commit {} is there twice", quoted(id));
            faults.add(ErrorKind::Duplicate, format_args!("text"), text);
        }
        commits.push(Commit::new(id, subject));
    }
    faults.finish().map(|()| commits)
}
