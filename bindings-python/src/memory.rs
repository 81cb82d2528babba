//! The last values that crossed, by the Python objects they came as.
//!
//! A deploy loop hands in the same schedule at every tick, and the state that the last decision gave it. Neither is read
//! again: an object that can never change stands for the value that was once read from it, or that it was made from.
use pyo3::prelude::*;
use std::{
    any::Any,
    cell::{Cell, RefCell},
    sync::Arc,
};

/// How many values a thread keeps.
const SIZE: usize = 16;

/// The values of the objects that were used last.
#[derive(Default)]
pub struct Memory {
    /// The addresses of the objects: held in `kept`, so that no other object can be at one of them.
    addresses: [Cell<usize>; SIZE],
    kept: RefCell<[Option<Kept>; SIZE]>,
    /// Where the next one goes, unless it was used since the hand last came by.
    hand: Cell<usize>,
}

struct Kept {
    object: Py<PyAny>,
    value: Arc<dyn Any + Send + Sync>,
    used: bool,
}

impl Memory {
    /// The value of an object, if it is kept as one of this type.
    pub fn find<T: Any + Send + Sync>(&self, object: &Bound<'_, PyAny>) -> Option<Arc<T>> {
        let address = object.as_ptr() as usize;
        if !self.addresses.iter().any(|known| known.get() == address) {
            return None;
        }
        let mut kept = self.kept.borrow_mut();
        // The same object may have been read as several types.
        let mut same = kept.iter_mut().flatten().filter(|kept| kept.object.as_ptr() as usize == address);
        same.find_map(|kept| {
            let found = Arc::clone(&kept.value).downcast().ok()?;
            kept.used = true;
            Some(found)
        })
    }

    /// Keeps the value of an object that can never change, in place of one that was not used for long.
    pub fn keep(&self, object: &Bound<'_, PyAny>, value: Arc<dyn Any + Send + Sync>) {
        let new = Kept { object: object.clone().unbind(), value, used: false };
        let old = self.replace_unused(new, object.as_ptr() as usize);
        drop(old); // outside the borrow: an object may run code when it goes
    }

    fn replace_unused(&self, new: Kept, address: usize) -> Option<Kept> {
        let mut all = self.kept.borrow_mut();
        loop {
            let place = self.hand.get();
            self.hand.set((place + 1) % SIZE);
            let kept = all.get_mut(place)?;
            match kept {
                Some(kept) if kept.used => kept.used = false,
                _ => {
                    self.addresses.get(place)?.set(address);
                    return kept.replace(new);
                }
            }
        }
    }
}
