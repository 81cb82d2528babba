//! Defaults as Swift, Kotlin and UniFFI's attributes write them.
use super::model::{Field, Kind, Model, Type};
use heck::{ToLowerCamelCase as _, ToShoutySnakeCase as _};
use relcore::Span;
use serde_json::Value;

/// A language with structs of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Swift,
    Kotlin,
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
    // A key that is left out stands for the field's own default.
    let at_default = |field: &Field| match (&field.default, value.get(&field.wire)) {
        (Some(default), Some(value)) => default == value,
        (default, None) => default.is_some(),
        (None, Some(_)) => false,
    };
    value.is_object() && fields.iter().all(at_default)
}

/// A default as an expression; `None` for what has no short one, whose field must then be given.
pub fn expression(model: &Model, language: Language, of: &Type, value: &Value) -> Option<String> {
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
        (Type::Map(_), Value::Object(entries)) if entries.is_empty() => {
            if swift { "[:]" } else { "mapOf()" }.into()
        }
        (Type::Map(item), Value::Object(entries)) => {
            let sign = if swift { ":" } else { " to" };
            let entries: Option<Vec<String>> = entries
                .iter()
                .map(|(key, value)| {
                    let key = inner(&Type::String, &Value::String(key.clone()))?;
                    Some(format!("{key}{sign} {}", inner(item, value)?))
                })
                .collect();
            let entries = entries?.join(", ");
            if swift { format!("[{entries}]") } else { format!("mapOf({entries})") }
        }
        (Type::Named(name), value) if is_own_default(model, name, value) => {
            format!("{}()", model.types.get(name)?.flat)
        }
        (Type::Named(name), value) => match &model.types.get(name)?.kind {
            Kind::Unit(units) => {
                let wire = value.as_str()?;
                let unit = &units.iter().find(|unit| unit.wire == wire)?.name;
                match language {
                    Language::Swift => format!(".{}", unit.to_lower_camel_case()),
                    Language::Kotlin => {
                        format!("{}.{}", model.types.get(name)?.flat, unit.to_shouty_snake_case())
                    }
                }
            }
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
                    format!(".{}{fields}", variant.name.to_lower_camel_case())
                } else {
                    format!("{}.{}{fields}", model.types.get(name)?.flat, variant.name)
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
    use serde_json::json;

    #[test]
    fn spans_lists_and_maps_are_written_out() {
        let model = Model::default();
        let list = Type::List(Box::new(Type::Span));
        let value = json!(["PT1M", "PT0.001S"]);
        let swift = expression(&model, Language::Swift, &list, &value).unwrap();
        assert_eq!(swift, "[.milliseconds(60000), .milliseconds(1)]");
        let kotlin = expression(&model, Language::Kotlin, &list, &value).unwrap();
        assert_eq!(kotlin, "listOf(Duration.ofMillis(60000L), Duration.ofMillis(1L))");
        assert_eq!(expression(&model, Language::Kotlin, &Type::String, &json!("$x")), None);
        let map = Type::Map(Box::new(Type::Span));
        let value = json!({"high": "PT1M"});
        let swift = expression(&model, Language::Swift, &map, &value).unwrap();
        assert_eq!(swift, r#"["high": .milliseconds(60000)]"#);
        let kotlin = expression(&model, Language::Kotlin, &map, &value).unwrap();
        assert_eq!(kotlin, r#"mapOf("high" to Duration.ofMillis(60000L))"#);
    }
}
