//! Whether an answer is one that the OpenAPI document tells: its status, and a body that fits the schema.

use std::sync::OnceLock;

use serde_json::{Map, Value};

/// The document, ready to be asked.
pub struct Contract(Value);

/// Every operation: method, path, what is told.
pub fn operations(document: &Value) -> impl Iterator<Item = (String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(|(method, told)| (method.to_uppercase(), path.clone(), told))
    })
}

fn fits_path(template: &str, path: &str) -> bool {
    let (told, asked): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    told.len() == asked.len() && told.iter().zip(&asked).all(|(t, a)| t == a || t.starts_with('{'))
}

impl Contract {
    /// The program's own.
    pub fn new() -> Self {
        Self(serde_json::from_str(bakeoff::entry::api::openapi()).unwrap())
    }

    /// Fails when an operation of the document gave an answer that it does not tell.
    pub fn hold(method: &str, path: &str, status: u16, content_type: &str, body: &Value) {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        let contract = CONTRACT.get_or_init(Self::new);
        let mut all: Vec<_> = operations(&contract.0).filter(|(m, p, _)| m == method && fits_path(p, path)).collect();
        all.sort_by_key(|(_, template, _)| template.contains('{'));
        let Some((_, template, told)) = all.first() else { return };
        let at = format!("{method} {template} answered {status}");
        let answer = &told["responses"][status.to_string()];
        assert!(answer.is_object(), "{at}, which the document does not tell: {body}");
        let Some(contents) = answer["content"].as_object() else { return };
        let mime = content_type.split(';').next().unwrap_or_default();
        let content = contents.get(mime).unwrap_or_else(|| panic!("{at} as {content_type}"));
        if mime == "application/json" {
            let wrong = contract.misfits(&content["schema"], body);
            assert!(wrong.is_empty(), "{at}: {wrong:?} in {body}");
        }
    }

    /// A schema with its reference followed, and without the "or null" around it.
    pub fn resolved(&self, schema: &Value) -> Value {
        if let Some(place) = schema["$ref"].as_str() {
            return self.resolved(self.0.pointer(place.strip_prefix('#').unwrap()).unwrap());
        }
        let others = schema["oneOf"].as_array().map(|all| all.iter().filter(|s| s["type"] != "null"));
        match others.map(Iterator::collect::<Vec<_>>).as_deref() {
            Some([only]) => self.resolved(only),
            _ => schema.clone(),
        }
    }

    /// What of a value a schema does not allow.
    pub fn misfits(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check(schema, value, "", &mut wrong);
        wrong
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        if let Some(place) = schema["$ref"].as_str() {
            let target = self.0.pointer(place.strip_prefix('#').unwrap());
            return self.check(target.unwrap_or_else(|| panic!("{place} is nowhere")), value, at, wrong);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            if !choices.iter().any(|choice| self.misfits(choice, value).is_empty()) {
                wrong.push(format!("{at}: none of the choices"));
            }
            return;
        }
        if let Some(parts) = schema["allOf"].as_array() {
            parts.iter().for_each(|part| self.check(part, value, at, wrong));
            return;
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        if !kinds.iter().any(|kind| is(kind, value)) {
            return wrong.push(format!("{at} is no {kinds:?}"));
        }
        if let Some(words) = schema["enum"].as_array().filter(|_| !value.is_null())
            && !words.contains(value)
        {
            wrong.push(format!("{at} is none of its words"));
        }
        if let Some(fields) = value.as_object() {
            self.check_fields(schema, fields, at, wrong);
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{at}[{index}]"), wrong);
        }
    }

    fn check_fields(&self, schema: &Value, fields: &Map<String, Value>, at: &str, wrong: &mut Vec<String>) {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                wrong.push(format!("{at}.{name} is missing"));
            }
        }
        for (name, told) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = fields.get(name) {
                self.check(told, value, &format!("{at}.{name}"), wrong);
            }
        }
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}
