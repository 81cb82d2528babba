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
}

/// Lists, each of which holds the next one behind its own items. Kept flat, for a text may nest as deep as it is long.
type Lists = Vec<Vec<Item>>;

/// Compares two versions as Maven does. Any text is a version.
///
/// The order has cycles: `1-alpha` is greater than `1.foo`, that than `1`, and that than `1-alpha`.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    compare_lists(&parse(a), &parse(b))
}

fn parse(text: &str) -> Lists {
    let lower = text.to_lowercase();
    let mut lists: Lists = vec![Vec::new()];
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
    // What is nothing does not count at the end of a list, or before the list that it holds.
    for list in &mut lists {
        let length = list.iter().rposition(|item| !is_nothing(item)).map_or(0, |last| last.saturating_add(1));
        list.truncate(length);
    }
    let count = lists.iter().rposition(|list| !list.is_empty()).map_or(0, |last| last.saturating_add(1));
    lists.truncate(count);
    lists
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

fn is_nothing(item: &Item) -> bool {
    let (Item::Number(text) | Item::Word(text)) = item;
    text.is_empty()
}

/// Compares the first lists item by item; where both hold a list at one index, the comparison goes on with these.
fn compare_lists(mut a: &[Vec<Item>], mut b: &[Vec<Item>]) -> Ordering {
    loop {
        let ((own_a, held_a), (own_b, held_b)) = (divided(a), divided(b));
        let mut index = 0usize;
        let held = loop {
            let order = match (at(own_a, held_a, index), at(own_b, held_b, index)) {
                (At::List, At::List) => break (held_a, held_b),
                (At::Item(a), At::Item(b)) => compare_items(a, b),
                (At::Item(Item::Number(_)), At::List) | (At::List, At::Item(Item::Word(_))) => {
                    Ordering::Greater
                }
                (At::List, At::Item(Item::Number(_))) | (At::Item(Item::Word(_)), At::List) => Ordering::Less,
                (At::Item(a), At::Nothing) => compare_with_nothing(a),
                (At::Nothing, At::Item(b)) => compare_with_nothing(b).reverse(),
                (At::List, At::Nothing) => compare_all_with_nothing(held_a),
                (At::Nothing, At::List) => compare_all_with_nothing(held_b).reverse(),
                (At::Nothing, At::Nothing) => return Ordering::Equal,
            };
            if order.is_ne() {
                return order;
            }
            index = index.saturating_add(1);
        };
        (a, b) = held;
    }
}

/// The items of the first list, and the lists that it holds.
fn divided(lists: &[Vec<Item>]) -> (&[Item], &[Vec<Item>]) {
    lists.split_first().map_or((&[], &[]), |(own, held)| (own.as_slice(), held))
}

/// What a list has at an index.
enum At<'a> {
    Item(&'a Item),
    List,
    Nothing,
}

fn at<'a>(own: &'a [Item], held: &[Vec<Item>], index: usize) -> At<'a> {
    match own.get(index) {
        Some(item) => At::Item(item),
        None if index == own.len() && !held.is_empty() => At::List,
        None => At::Nothing,
    }
}

fn compare_items(a: &Item, b: &Item) -> Ordering {
    match (a, b) {
        (Item::Number(a), Item::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (Item::Word(a), Item::Word(b)) => rank(a).cmp(&rank(b)),
        (Item::Number(_), Item::Word(_)) => Ordering::Greater,
        (Item::Word(_), Item::Number(_)) => Ordering::Less,
    }
}

fn compare_with_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) => digits.len().cmp(&0),
        Item::Word(word) => rank(word).cmp(&rank("")),
    }
}

fn compare_all_with_nothing(lists: &[Vec<Item>]) -> Ordering {
    let orders = lists.iter().flatten().map(compare_with_nothing);
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
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

    /// Other tools recurse here.
    #[test]
    fn lists_may_be_as_deep_as_the_text_is_long() {
        let deep = "1-".repeat(200_000);
        assert_eq!(compare(&format!("{deep}1"), &format!("{deep}2")), Ordering::Less);
        assert_eq!(compare(&deep, "1"), Ordering::Greater);
    }

    #[test]
    fn the_order_has_cycles() {
        for (a, b) in [("1-alpha", "1.foo"), ("1.foo", "1"), ("1", "1-alpha")] {
            assert_eq!(compare(a, b), Ordering::Greater, "{a} > {b}");
        }
    }
}
