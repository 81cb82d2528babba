//! Patterns of paths: `*` stands for any characters of a name, `?` for one, `**` for any folders.

/// Whether a pattern matches a path. A pattern without marks is a folder, and matches all that is in it.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let parts: Vec<&str> = pattern.split('/').collect();
    let names: Vec<&str> = path.trim_start_matches("./").split('/').collect();
    if !pattern.contains(['*', '?']) {
        return names.starts_with(&parts);
    }
    // Which beginnings of the path the pattern so far matches, by their number of names.
    let mut reached = vec![false; names.len().saturating_add(1)];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for part in parts {
        if part == "**" {
            let mut any = false;
            for one in &mut reached {
                any |= *one;
                *one = any;
            }
            continue;
        }
        let before = std::mem::replace(&mut reached, vec![false; names.len().saturating_add(1)]);
        for ((from, name), to) in before.iter().zip(&names).zip(reached.iter_mut().skip(1)) {
            *to = *from && matches_name(part.as_bytes(), name.as_bytes());
        }
    }
    reached.last().copied().unwrap_or(false)
}

/// The wildcards of one name, with one point to return to: linear for each `*`.
fn matches_name(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0usize, 0usize);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p = p.saturating_add(1);
            }
            Some(byte) if *byte == b'?' || Some(byte) == name.get(n) => {
                p = p.saturating_add(1);
                n = n.saturating_add(1);
            }
            _ => match star {
                Some((at, from)) => {
                    let next = from.saturating_add(1);
                    star = Some((at, next));
                    p = at.saturating_add(1);
                    n = next;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, path) in [
            ("pkg1/**", "pkg1/src/a.js"),
            ("pkg1", "pkg1/a.js"),
            ("**/*.md", "README.md"),
            ("**/*.md", "a/b/c.md"),
            ("a/*/c", "a/b/c"),
            ("a/**/c", "a/c"),
            ("*.to?l", "x.toml"),
            ("**", "a/b"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("pkg1/**", "pkg10/b.js"), ("pkg1", "pkg10/b.js"), ("a/*", "a/b/c"), ("*.md", "a/b.md")]
        {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }
}
