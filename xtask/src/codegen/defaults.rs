//! Defaults that UniFFI cannot write: members of enums, spans, filled lists.
//!
//! UniFFI knows literals only, so a policy would have to be spelled out in Swift and Kotlin where Python and Node take
//! its defaults. They are put behind the field in the initialiser of the generated struct or data class. A place that
//! is not found exactly once is an error, and what is written wrongly does not compile.
use super::model::{Field, Kind, Model, Type};
use anyhow::{Context as _, Result, ensure};
use heck::{ToLowerCamelCase as _, ToPascalCase as _, ToShoutySnakeCase as _};
use relcore::Span;
use serde_json::Value;

/// A language whose sources UniFFI writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Swift,
    Kotlin,
}

/// Puts the defaults into the sources.
pub fn fill(model: &Model, language: Language, mut text: String) -> Result<String> {
    for definition in model.types.values() {
        let Kind::Struct(fields) = &definition.kind else { continue };
        for field in fields.iter().filter(|field| literal(model, field).is_none()) {
            if let Some(value) =
                field.default.as_ref().and_then(|value| expression(model, language, &field.of, value))
            {
                let place = place(language, &text, &definition.name, field)
                    .with_context(|| format!("default of `{}.{}`", definition.name, field.name))?;
                text.insert_str(place, &format!(" = {value}"));
            }
        }
    }
    Ok(text)
}

/// Where a default goes: behind the type of the field in the initialiser.
fn place(language: Language, text: &str, name: &str, field: &Field) -> Result<usize> {
    let (head, open, close, label) = match language {
        Language::Swift => {
            (format!("public struct {name}:"), "public init(", ") {", format!("*/{}: ", field.wire))
        }
        Language::Kotlin => (format!("data class {name} ("), "(", "\n){", format!("val `{}`: ", field.wire)),
    };
    let declaration = text.find(&head).context("the type is not there")?;
    let start = declaration + text[declaration..].find(open).context("it has no initialiser")?;
    let end = start + text[start..].find(close).context("its initialiser has no end")?;
    ensure!(text[start..end].matches(&label).count() == 1, "the field is not there once");
    let of = start + text[start..end].find(&label).unwrap_or_default() + label.len();
    let length = text[of..].find([',', ')', '\n']).context("the type has no end")?;
    let written = &text[of..of + length];
    ensure!(!written.contains(['=', '(']), "`{written}` is no bare type");
    Ok(of + written.trim_end().len())
}

/// A default as UniFFI's attribute; `None` for those it cannot express.
pub fn literal(model: &Model, field: &Field) -> Option<String> {
    literal_of(model, &field.of, field.default.as_ref()?)
}

fn literal_of(model: &Model, of: &Type, value: &Value) -> Option<String> {
    Some(match (of, value) {
        (Type::Optional(_), Value::Null) => "default = None".into(),
        (Type::List(_), Value::Array(items)) if items.is_empty() => "default".into(),
        (Type::Map(_), Value::Object(entries)) if entries.is_empty() => "default".into(),
        (Type::Bool, Value::Bool(truth)) => format!("default = {truth}"),
        (Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count, Value::Number(number)) => {
            format!("default = {}", number.as_u64()?)
        }
        (Type::F64, Value::Number(number)) => {
            let number = number.as_f64().filter(|number| number.is_sign_positive())?;
            format!("default = {number:?}")
        }
        (Type::String | Type::Version, Value::String(text)) => format!("default = {text:?}"),
        // `default` means the type's own defaults, so every field must be at its own.
        (Type::Named(name), _) if is_own_default(model, name, value) => "default".into(),
        _ => return None,
    })
}

fn is_own_default(model: &Model, name: &str, value: &Value) -> bool {
    let Some(Kind::Struct(fields)) = model.types.get(name).map(|definition| &definition.kind) else {
        return false;
    };
    let at_default =
        |field: &Field| field.default.as_ref() == Some(value.get(&field.wire).unwrap_or(&Value::Null));
    value.is_object() && fields.iter().all(at_default)
}

/// A default as an expression; `None` for what has no short one, whose field must then be given.
fn expression(model: &Model, language: Language, of: &Type, value: &Value) -> Option<String> {
    let swift = language == Language::Swift;
    let inner = |of: &Type, value: &Value| expression(model, language, of, value);
    Some(match (of, value) {
        (Type::Optional(_), Value::Null) => if swift { "nil" } else { "null" }.into(),
        (Type::Optional(some), value) => inner(some, value)?,
        (Type::Bool, Value::Bool(truth)) => truth.to_string(),
        (Type::F64, Value::Number(number)) => format!("{:?}", number.as_f64()?),
        (Type::Count, Value::Number(number)) if !swift => format!("{number}L"),
        (Type::U8 | Type::U16 | Type::U32, Value::Number(number)) if !swift => format!("{number}u"),
        (Type::U8 | Type::U16 | Type::U32 | Type::I32 | Type::Count, Value::Number(number)) => {
            number.to_string()
        }
        (Type::String | Type::Version, Value::String(text)) if !text.contains(['$', '\\']) => {
            format!("{text:?}")
        }
        (Type::Span, Value::String(text)) => {
            let millis = Span::parse(text).ok()?.as_millis();
            if swift { format!(".milliseconds({millis})") } else { format!("Duration.ofMillis({millis}L)") }
        }
        (Type::List(item), Value::Array(items)) => {
            let items: Option<Vec<String>> = items.iter().map(|value| inner(item, value)).collect();
            let items = items?.join(", ");
            if swift { format!("[{items}]") } else { format!("listOf({items})") }
        }
        (Type::Named(name), value) if is_own_default(model, name, value) => format!("{name}()"),
        (Type::Named(name), value) => match &model.types.get(name)?.kind {
            Kind::Unit(_) if swift => format!(".{}", value.as_str()?.to_lower_camel_case()),
            Kind::Unit(_) => format!("{name}.{}", value.as_str()?.to_shouty_snake_case()),
            Kind::Tagged(variants) => {
                let wire = value.get("type")?.as_str()?;
                let variant = variants.iter().find(|variant| variant.wire == wire)?;
                let fields = variant.fields.iter().map(|field| {
                    let value = value.get(&field.wire).unwrap_or(&Value::Null);
                    let sign = if swift { ":" } else { " =" };
                    Some(format!("{}{sign} {}", field.wire, inner(&field.of, value)?))
                });
                let fields = fields.collect::<Option<Vec<_>>>()?.join(", ");
                let fields = if fields.is_empty() { fields } else { format!("({fields})") };
                if swift {
                    format!(".{}{fields}", wire.to_lower_camel_case())
                } else {
                    format!("{name}.{}{fields}", wire.to_pascal_case())
                }
            }
            Kind::Struct(_) => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::model::{Definition, Unit};
    use serde_json::json;

    fn model(default: Value) -> Model {
        let unit = Unit { wire: "roll_back".into(), docs: "x".into() };
        let response = Kind::Unit(vec![unit]);
        let of = Type::Named("Response".into());
        let field = Field {
            name: "on_fail".into(),
            wire: "onFail".into(),
            docs: "x".into(),
            of,
            default: Some(default),
        };
        let definition =
            |name: &str, kind| Definition { name: name.into(), room: "r".into(), docs: "x".into(), kind };
        let mut model = Model::default();
        model.types.insert("Response".into(), definition("Response", response));
        model.types.insert("Policy".into(), definition("Policy", Kind::Struct(vec![field])));
        model
    }

    #[test]
    fn members_of_enums_become_defaults() {
        let swift = "public struct Policy: Hashable {\n public init(\n /** x\n */onFail: Response) {\n";
        let filled = fill(&model(json!("roll_back")), Language::Swift, swift.into()).unwrap();
        assert!(filled.contains("*/onFail: Response = .rollBack) {"), "{filled}");
        let kotlin = "data class Policy (\n    val `onFail`: Response\n\n){\n";
        let filled = fill(&model(json!("roll_back")), Language::Kotlin, kotlin.into()).unwrap();
        assert!(filled.contains("val `onFail`: Response = Response.ROLL_BACK\n"), "{filled}");
    }

    #[test]
    fn a_place_that_is_not_found_is_an_error() {
        assert!(
            fill(&model(json!("roll_back")), Language::Swift, "public struct Policy: X {}".into()).is_err()
        );
        assert!(fill(&model(json!("roll_back")), Language::Kotlin, String::new()).is_err());
    }

    #[test]
    fn spans_and_lists_are_written_out() {
        let model = Model::default();
        let list = Type::List(Box::new(Type::Span));
        let value = json!(["PT1M", "PT0.001S"]);
        let swift = expression(&model, Language::Swift, &list, &value).unwrap();
        assert_eq!(swift, "[.milliseconds(60000), .milliseconds(1)]");
        let kotlin = expression(&model, Language::Kotlin, &list, &value).unwrap();
        assert_eq!(kotlin, "listOf(Duration.ofMillis(60000L), Duration.ofMillis(1L))");
        assert_eq!(expression(&model, Language::Kotlin, &Type::String, &json!("$x")), None);
    }
}
