//! What a thread knows from earlier calls: classes, instants, values that came by.
use crate::{
    classes::{Own, Shape},
    memory::Memory,
    time::Instants,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Everything that is looked up once and kept.
///
/// One for each thread, so that nothing is locked; what it holds of Python does not change.
#[derive(Default)]
pub struct Known {
    /// The Python side of a type, by the name that Rust gives it.
    pub shapes: Map<Rc<Shape>>,
    /// The same, by the address of a generated class.
    pub classes: Map<Own>,
    pub instants: Instants,
    pub memory: Memory,
}

thread_local! {
    static KNOWN: Known = Known::default();
}

/// Lends what this thread knows.
pub fn known<R>(then: impl FnOnce(&Known) -> R) -> R {
    KNOWN.with(then)
}

/// One value on its way through the bridge, in or out.
pub struct Passage<'k> {
    pub known: &'k Known,
    /// Whether everything in it so far can never change: no list, no dict, nothing of a foreign class.
    lasting: Cell<bool>,
    /// How many objects it is made of.
    objects: Cell<u32>,
}

/// A value of more objects than this is not remembered: it would hold too much memory for a possible second use.
const MOST_OBJECTS: u32 = 4096;

impl<'k> Passage<'k> {
    pub fn new(known: &'k Known) -> Self {
        Self { known, lasting: Cell::new(true), objects: Cell::new(0) }
    }

    /// Says that something in the value may change.
    pub fn changes(&self) {
        self.lasting.set(false);
    }

    /// Counts an object or a list.
    pub fn count(&self) {
        self.objects.set(self.objects.get().saturating_add(1));
    }

    /// Whether the value may and should be remembered; a number or a text need not.
    pub fn is_memorable(&self) -> bool {
        self.lasting.get() && (1..=MOST_OBJECTS).contains(&self.objects.get())
    }
}

/// A map by addresses that are known to stay, with open addressing.
pub struct Map<T>(RefCell<Places<T>>);

struct Places<T> {
    places: Vec<Option<(u64, T)>>,
    filled: usize,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(RefCell::new(Places { places: Vec::new(), filled: 0 }))
    }
}

impl<T: Clone> Map<T> {
    pub fn find(&self, key: u64) -> Option<T> {
        let places = &self.0.borrow().places;
        let mut place = first_place(key, places.len());
        while let Some((found, value)) = places.get(place)? {
            if *found == key {
                return Some(value.clone());
            }
            place = (place + 1) & (places.len() - 1);
        }
        None
    }

    pub fn insert(&self, key: u64, value: T) {
        self.0.borrow_mut().insert(key, value);
    }
}

impl<T> Places<T> {
    fn insert(&mut self, key: u64, value: T) {
        if self.filled * 2 >= self.places.len() {
            let size = (self.places.len() * 2).max(64);
            let old = std::mem::replace(&mut self.places, (0..size).map(|_| None).collect());
            self.filled = 0;
            old.into_iter().flatten().for_each(|(key, value)| self.insert(key, value));
        }
        let mut place = first_place(key, self.places.len());
        while self.places.get(place).is_some_and(Option::is_some) {
            place = (place + 1) & (self.places.len() - 1);
        }
        if let Some(free) = self.places.get_mut(place) {
            *free = Some((key, value));
            self.filled += 1;
        }
    }
}

/// Where the search for a key begins in so many places, a power of two.
fn first_place(key: u64, places: usize) -> usize {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    usize::try_from(mixed).unwrap_or_default() & places.wrapping_sub(1)
}

/// The key of a text that lives as long as the program: where it is and how long it is.
pub fn key_of(text: &'static str) -> u64 {
    text.as_ptr() as u64 ^ (text.len() as u64) << 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_finds_what_was_put_in_and_nothing_else() {
        let map = Map::default();
        assert_eq!(map.find(1), None);
        for key in 0..1000 {
            map.insert(key * 16, key);
        }
        for key in 0..1000 {
            assert_eq!((map.find(key * 16), map.find(key * 16 + 1)), (Some(key), None));
        }
    }
}
