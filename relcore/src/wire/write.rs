//! Values to JSON text.
use super::TypeRef;
use super::read::{read_json, without_faults};
use super::sink::{Sink, write};
use super::source::read;
use super::tree::TreeSource;
use crate::error::{Error, ErrorKind, Result, join};
use crate::time::{Span, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Write as _;

/// A public type with a wire form: every struct and enum of the modules.
pub trait WireType: Serialize + DeserializeOwned {
    /// The qualified name: `canary.State`.
    const NAME: &'static str;
}

/// Writes a value as JSON text, to be stored and read again by [`from_json`], in this or another language.
///
/// ```
/// use relcore::canary::{State, standard_schedule, start};
///
/// let now = relcore::Timestamp::parse("2026-11-23T09:00:00Z")?;
/// let state = start(&standard_schedule(), now)?;
/// let text = relcore::to_json(&state)?;
/// assert_eq!(relcore::from_json::<State>(&text)?, state);
///
/// // Pitfall: JSON has no NaN. A value that has one is refused, not written as absent.
/// let mut schedule = standard_schedule();
/// schedule.steps.push(relcore::canary::Step::SetWeight { weight: f64::NAN });
/// assert_eq!(relcore::to_json(&schedule).unwrap_err().path(), "steps[5].weight");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `invalid_value` for NaN and infinite numbers.
pub fn to_json<T: WireType>(value: &T) -> Result<String> {
    let mut text = JsonText { text: String::with_capacity(256), is_finite: true, inside: Vec::new() };
    let written = write(value, &mut text);
    text.complete(written)
}

/// Reads a value from JSON text, as [`to_json`] writes it. All faults are reported at once, with their paths.
///
/// This reads the form, not the meaning: a schedule whose weights fall is read, and refused by every function that takes
/// it. To check a policy as well, use the function of its module, such as
/// [`canary::schedule_from_json`](crate::canary::schedule_from_json).
///
/// ```
/// use relcore::canary::Action;
///
/// let action: Action = relcore::from_json("{\"type\": \"set_weight\", \"previous\": 0, \"weight\": 5}")?;
/// assert_eq!(action, Action::SetWeight { previous: 0.0, weight: 5.0 });
///
/// // Pitfall: an unknown key is refused. A misspelt key must not mean the default.
/// let error = relcore::from_json::<Action>("{\"type\": \"hold\", \"weight\": 5}").unwrap_err();
/// assert_eq!((error.code(), error.path()), ("unknown_field", "weight"));
/// // A value from a store may have been written by a newer version, so the text says that, too.
/// assert!(error.to_string().ends_with("expected no keys; a newer version of relcore may have written it"), "{error}");
/// # Ok::<(), relcore::Error>(())
/// ```
///
/// # Errors
/// `syntax` for text that is not JSON, has a repeated key, nests deeper than 127 levels or is longer than 8 MiB;
/// `unknown_field`, `missing_field`, `wrong_type`, `invalid_value` and `out_of_range` for a value of another form.
pub fn from_json<T: WireType>(text: &str) -> Result<T> {
    let mut source = stored(text, T::NAME)?;
    read(&mut source).map_err(|error| source.inside(error).stored())
}

/// The events of a stored value, when the type descriptors find no fault in it.
fn stored<'a>(text: &'a str, name: &'static str) -> Result<TreeSource<'a>> {
    let tree = read_json(text)?;
    without_faults(&tree, TypeRef::Named(name)).map_err(Error::stored)?;
    Ok(TreeSource::new(tree))
}

/// JSON text without blanks.
#[derive(Debug, Default)]
pub(crate) struct JsonText {
    text: String,
    /// Whether numbers that are not finite are refused. They are `null` otherwise.
    is_finite: bool,
    inside: Vec<Inside>,
}

/// A list, a map or an object whose end was not written.
#[derive(Debug)]
enum Inside {
    /// So many items were begun.
    List(usize),
    /// So many keys and values were begun, and where the last key begins in the text.
    Map(usize, usize),
    /// The last field.
    Object(&'static str),
}

impl JsonText {
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The text, or the error with its path.
    fn complete(self, written: Result<()>) -> Result<String> {
        match written {
            Ok(()) => Ok(self.text),
            Err(error) => Err(error.under(&self.path())),
        }
    }

    /// Writes what stands before a value.
    fn begin(&mut self) {
        let before = match self.inside.last_mut() {
            Some(Inside::List(count)) => {
                *count = count.saturating_add(1);
                if *count > 1 { "," } else { "" }
            }
            Some(Inside::Map(count, at)) => {
                *count = count.saturating_add(1);
                let is_key = !count.is_multiple_of(2);
                if is_key {
                    *at = self.text.len();
                }
                match (is_key, *count) {
                    (true, 1) => "",
                    (true, _) => ",",
                    (false, _) => ":",
                }
            }
            Some(Inside::Object(_)) | None => "",
        };
        self.text.push_str(before);
    }

    fn raw(&mut self, text: std::fmt::Arguments<'_>) -> Result<()> {
        self.begin();
        self.text.write_fmt(text).map_err(|_| Error::new(ErrorKind::InvalidValue, "", "has no text"))
    }

    fn open(&mut self, bracket: char, inside: Inside) {
        self.begin();
        self.text.push(bracket);
        self.inside.push(inside);
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut rest = text;
        // What needs no escape is copied at once.
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            let (plain, escaped) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.text.push_str(plain);
            let mut letters = escaped.chars();
            match letters.next() {
                Some('"') => self.text.push_str("\\\""),
                Some('\\') => self.text.push_str("\\\\"),
                Some('\n') => self.text.push_str("\\n"),
                Some('\r') => self.text.push_str("\\r"),
                Some('\t') => self.text.push_str("\\t"),
                Some('\u{8}') => self.text.push_str("\\b"),
                Some('\u{c}') => self.text.push_str("\\f"),
                Some(control) => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(control)); // writing to a String cannot fail
                }
                None => {}
            }
            rest = letters.as_str();
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    /// Where the value is that was begun last.
    fn path(&self) -> String {
        self.inside.iter().fold(String::new(), |path, inside| match inside {
            Inside::List(count) => join(&path, &format!("[{}]", count.saturating_sub(1))),
            Inside::Map(_, at) => {
                let rest = self.text.get(*at..).unwrap_or_default().trim_start_matches(',');
                let mut key = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                join(&path, &key.next().and_then(|key| key.ok()).unwrap_or_default())
            }
            Inside::Object(name) => join(&path, name),
        })
    }
}

impl Sink for JsonText {
    fn null(&mut self) -> Result<()> {
        self.raw(format_args!("null"))
    }

    fn bool(&mut self, value: bool) -> Result<()> {
        self.raw(format_args!("{value}"))
    }

    fn integer(&mut self, number: i64) -> Result<()> {
        self.raw(format_args!("{number}"))
    }

    fn float(&mut self, number: f64) -> Result<()> {
        match serde_json::Number::from_f64(number) {
            Some(number) => self.raw(format_args!("{number}")),
            None if self.is_finite => {
                self.begin();
                Err(Error::new(ErrorKind::InvalidValue, "", "is not a finite number"))
            }
            None => self.null(),
        }
    }

    fn text(&mut self, text: &str) -> Result<()> {
        self.begin();
        self.string(text);
        Ok(())
    }

    fn instant(&mut self, millis: i64) -> Result<()> {
        let instant = Timestamp::from_millis(millis)?;
        self.raw(format_args!("\"{instant}\""))
    }

    fn span(&mut self, millis: i64) -> Result<()> {
        let span = Span::from_millis(millis)?;
        self.raw(format_args!("\"{span}\""))
    }

    fn list(&mut self, _: usize) -> Result<()> {
        self.open('[', Inside::List(0));
        Ok(())
    }

    fn map(&mut self) -> Result<()> {
        self.open('{', Inside::Map(0, 0));
        Ok(())
    }

    fn object(&mut self, _: &'static str, _: usize) -> Result<bool> {
        self.open('{', Inside::Object(""));
        Ok(true)
    }

    fn field(&mut self, name: &'static str) -> Result<()> {
        if let Some(Inside::Object(last)) = self.inside.last_mut() {
            if !last.is_empty() {
                self.text.push(',');
            }
            *last = name;
        }
        self.text.push('"');
        self.text.push_str(name); // a name has nothing to escape
        self.text.push_str("\":");
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let is_list = matches!(self.inside.pop(), Some(Inside::List(_)));
        self.text.push(if is_list { ']' } else { '}' });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Serialize, Deserialize)]
    struct Everything {
        text: String,
        numbers: Vec<f64>,
        whole: Vec<i64>,
        map: BTreeMap<String, Vec<Option<bool>>>,
        empty: Vec<u8>,
        at: Timestamp,
        span: Span,
    }

    fn everything(numbers: Vec<f64>) -> Everything {
        let mut text: String = (0..0x250).filter_map(char::from_u32).collect();
        text.push_str("\u{2028}\u{1f600}");
        Everything {
            map: [(text.clone(), vec![Some(true), None]), (String::new(), vec![])].into(),
            text,
            numbers,
            whole: vec![0, -1, i64::MAX, i64::MIN],
            empty: vec![],
            at: Timestamp::from_millis(1).unwrap(),
            span: Span::from_millis(90_000).unwrap(),
        }
    }

    impl WireType for Everything {
        const NAME: &'static str = "Everything";
    }

    #[test]
    fn the_text_is_that_of_serde_json() {
        let value =
            everything(vec![0.0, -0.0, 1.0, 0.1, 1e21, 1e-7, 123_456_789.0, f64::MAX, f64::MIN_POSITIVE]);
        assert_eq!(to_json(&value).unwrap(), serde_json::to_string(&value).unwrap());
        let mut sink = JsonText::default();
        let value = everything(vec![f64::NAN, 1.0]);
        write(&value, &mut sink).unwrap();
        assert_eq!(sink.into_text(), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn a_number_that_is_not_finite_has_its_path() {
        let refused = to_json(&everything(vec![1.0, f64::INFINITY])).unwrap_err();
        assert_eq!((refused.path(), refused.code()), ("numbers[1]", "invalid_value"));
        let mut sink = JsonText { is_finite: true, ..JsonText::default() };
        let value = BTreeMap::from([("a", vec![1.0, 2.0]), ("b\"\":", vec![1.0, f64::NAN])]);
        assert!(write(&value, &mut sink).is_err());
        assert_eq!(sink.path(), "b\"\":[1]");
    }
}
