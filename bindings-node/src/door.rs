//! Calls as slots: arguments in, answer out, and what may come back is kept.
use crate::slots::{Kind, Reader, Refused, Writer, whole};
use relcore::api::{Signature, carried_on};
use relcore::wire::{Crossing, Door};
use serde::{Serialize, de::DeserializeOwned};
use std::{any::Any, cell::RefCell, collections::VecDeque, sync::Arc};

/// How many values are kept: the schedules and states of a few dozen rollouts. An older one is forgotten, and crosses
/// once more when it comes back. `slots.js` counts on somewhat fewer.
const KEPT: usize = 64;

thread_local! {
    /// What JavaScript may name by its number: `slots.js` sees to it that nobody can have changed it since. Numbers
    /// count on through all copies of the package that a thread has loaded, so that none is taken for another's.
    static MEMORY: RefCell<Memory> = RefCell::default();
}

#[derive(Default)]
struct Memory {
    /// The newest last.
    values: VecDeque<Arc<dyn Any + Send + Sync>>,
    /// The number of the newest.
    newest: u64,
}

impl Memory {
    /// Keeps a value, forgets the oldest, and gives the number of the new one.
    fn keep(&mut self, value: Arc<dyn Any + Send + Sync>) -> u64 {
        if self.values.len() == KEPT {
            self.values.pop_front();
        }
        self.values.push_back(value);
        self.newest += 1;
        self.newest
    }

    /// The value of a number: what was kept, or the part of it that goes on, like the state of a decision.
    fn kept<T: Any + Send + Sync>(&mut self, number: f64) -> Option<Arc<T>> {
        let age = self.newest.checked_sub(whole(number).ok()?)?;
        let place = self.values.len().checked_sub(usize::try_from(age).ok()?)?.checked_sub(1)?;
        let value = self.values.get_mut(place)?;
        if !value.as_ref().is::<T>()
            && let Some((_, part)) = carried_on(value.as_ref())
        {
            *value = part; // JavaScript has given this number to nothing else
        }
        Arc::clone(value).downcast().ok()
    }
}

/// One call: the slots of its arguments, over which its answer is written.
///
/// The answer begins with the number of the last value that was kept.
pub struct SlotDoor<'a> {
    kinds: &'a [u8],
    numbers: &'a mut [f64],
    texts: &'a str,
    /// Whether the answer, or a part of it, may come back as an argument.
    comes_back: bool,
    /// How far the arguments are read.
    at: usize,
    text_at: usize,
}

/// What the texts of an answer are.
pub enum Answer {
    /// The texts that its slots speak of.
    Slots(String),
    /// JSON, for it did not fit.
    Json(String),
}

impl<'a> SlotDoor<'a> {
    pub fn new(kinds: &'a [u8], numbers: &'a mut [f64], texts: &'a str, comes_back: bool) -> Self {
        Self { kinds, numbers, texts, comes_back, at: 0, text_at: 0 }
    }
}

impl Door for SlotDoor<'_> {
    type Answer = Answer;
    type Failure = Refused;

    fn take<T: Crossing + DeserializeOwned>(&mut self, _: &Signature, _: usize) -> Result<Arc<T>, Refused> {
        let (kinds, numbers, texts) = (self.kinds, &*self.numbers, self.texts);
        let mut reader = Reader { kinds, numbers, texts, at: self.at, text_at: self.text_at };
        let value = match reader.next()? {
            (Kind::Kept, number) => MEMORY.with_borrow_mut(|memory| memory.kept(number)).ok_or(Refused)?,
            (Kind::Given, _) => Arc::new(T::deserialize(&mut reader)?),
            (Kind::Keep, _) => {
                let value = Arc::new(T::deserialize(&mut reader)?);
                MEMORY.with_borrow_mut(|memory| memory.keep(Arc::clone(&value) as Arc<_>));
                value
            }
            _ => return Err(Refused),
        };
        (self.at, self.text_at) = (reader.at, reader.text_at);
        Ok(value)
    }

    fn give<T: Crossing + Serialize>(&mut self, answer: T) -> Result<Answer, Refused> {
        let mut writer = Writer { numbers: &mut *self.numbers, at: 1, texts: String::with_capacity(512) };
        if answer.serialize(&mut writer).is_err() {
            return serde_json::to_string(&answer).map(Answer::Json).map_err(|_| Refused);
        }
        let texts = writer.texts;
        let newest = MEMORY.with_borrow_mut(|memory| {
            if self.comes_back { memory.keep(Arc::new(answer)) } else { memory.newest }
        });
        newest.serialize(&mut Writer { numbers: &mut *self.numbers, at: 0, texts: String::new() })?;
        Ok(Answer::Slots(texts))
    }
}
