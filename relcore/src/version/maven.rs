//! The order of Maven's `ComparableVersion`.
//!
//! A version is a list of numbers and words. A hyphen, and each change between digits and letters, begins a list within the
//! list. Zeros and empty words at the end of a list do not count. Words sort as `alpha`, `beta`, `milestone`, `rc` (and `cr`),
//! `snapshot`, the release itself (and `ga`, `final`, `release`), `sp`, then all others by their text. A number is greater
//! than a list, a list greater than a word.
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
enum Item {
    /// Digits without leading zeros.
    Number(String),
    Word(String),
    List(Vec<Item>),
}

/// Compares two versions as Maven does. Any text is a version.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    compare_lists(&parse(a), &parse(b))
}

/// Reads the flat pieces, then nests them: each list holds the next one as its last item.
fn parse(text: &str) -> Vec<Item> {
    let lower = text.to_lowercase();
    let mut lists: Vec<Vec<Item>> = vec![Vec::new()];
    let mut piece = String::new();
    let mut is_digits = false;
    for c in lower.chars() {
        let is_separator = c == '.' || c == '-';
        let turns = !piece.is_empty() && c.is_ascii_digit() != is_digits;
        if is_separator || turns {
            push(&mut lists, &piece, is_digits, !is_separator && !is_digits);
            piece.clear();
            if c == '-' || turns && !is_separator {
                lists.push(Vec::new());
            }
        }
        if !is_separator {
            is_digits = c.is_ascii_digit();
            piece.push(c);
        }
    }
    if !piece.is_empty() {
        push(&mut lists, &piece, is_digits, false);
    }
    let mut nested: Option<Vec<Item>> = None;
    for mut list in lists.into_iter().rev() {
        if let Some(inner) = nested.take().filter(|inner| !inner.is_empty()) {
            list.push(Item::List(inner));
        }
        normalise(&mut list);
        nested = Some(list);
    }
    nested.unwrap_or_default()
}

fn push(lists: &mut [Vec<Item>], piece: &str, is_digits: bool, before_digit: bool) {
    let Some(list) = lists.last_mut() else { return };
    list.push(if is_digits || piece.is_empty() {
        Item::Number(piece.trim_start_matches('0').to_owned())
    } else {
        let word = match piece {
            "a" if before_digit => "alpha",
            "b" if before_digit => "beta",
            "m" if before_digit => "milestone",
            "ga" | "final" | "release" => "",
            "cr" => "rc",
            word => word,
        };
        Item::Word(word.to_owned())
    });
}

/// Removes what does not count at the end, and before a list.
fn normalise(list: &mut Vec<Item>) {
    let mut index = list.len();
    while let Some(before) = index.checked_sub(1) {
        index = before;
        match list.get(index) {
            Some(item) if is_nothing(item) => {
                list.remove(index);
            }
            Some(Item::List(_)) => {}
            _ => break,
        }
    }
}

fn is_nothing(item: &Item) -> bool {
    match item {
        Item::Number(digits) => digits.is_empty(),
        Item::Word(word) => word.is_empty(),
        Item::List(items) => items.is_empty(),
    }
}

fn compare_lists(a: &[Item], b: &[Item]) -> Ordering {
    let longest = a.len().max(b.len());
    let pairs = (0..longest).map(|index| match (a.get(index), b.get(index)) {
        (Some(a), Some(b)) => compare_items(a, b),
        (Some(a), None) => compare_with_nothing(a),
        (None, Some(b)) => compare_with_nothing(b).reverse(),
        (None, None) => Ordering::Equal,
    });
    pairs.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn compare_items(a: &Item, b: &Item) -> Ordering {
    match (a, b) {
        (Item::Number(a), Item::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (Item::Word(a), Item::Word(b)) => rank(a).cmp(&rank(b)),
        (Item::List(a), Item::List(b)) => compare_lists(a, b),
        (Item::Number(_), _) | (Item::List(_), Item::Word(_)) => Ordering::Greater,
        (_, Item::Number(_)) | (Item::Word(_), Item::List(_)) => Ordering::Less,
    }
}

fn compare_with_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) => digits.len().cmp(&0),
        Item::Word(word) => rank(word).cmp(&rank("")),
        Item::List(items) => {
            let first = items.iter().map(compare_with_nothing).find(|order| order.is_ne());
            first.unwrap_or(Ordering::Equal)
        }
    }
}

fn rank(word: &str) -> (usize, &str) {
    let known = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    match known.iter().position(|known| *known == word) {
        Some(index) => (index, ""),
        None => (known.len(), word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order that the documentation of Maven states.
    #[test]
    fn versions_sort_as_maven_documents() {
        let sorted = [
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-cr2",
            "1-rc123",
            "1-snapshot",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
        ];
        for (index, a) in sorted.iter().enumerate() {
            for b in &sorted[index + 1..] {
                assert_eq!(compare(a, b), Ordering::Less, "{a} < {b}");
            }
        }
        let equal = ["1", "1.0", "1.0.0", "1-0", "1.0-0", "1-ga", "1.final", "1-release", "01"];
        for a in equal {
            assert_eq!(compare("1", a), Ordering::Equal, "{a}");
        }
        assert_eq!(compare("1.2.3-rc.1", "1.2.3"), Ordering::Less);
        assert_eq!(compare("1.2.3-foo", "1.2.3"), Ordering::Greater);
        assert_eq!(compare("1a1", "1-alpha-1"), Ordering::Equal);
        assert_eq!(compare("2147483648", "2147483649"), Ordering::Less);
    }
}
