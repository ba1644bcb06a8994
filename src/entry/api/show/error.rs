//! Answers that are not a success.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::entry::api::form::Example;

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Said {
    /// One sentence.
    detail: String,
}

/// What is wrong with a body or a query.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValidationError)]
pub struct Problems {
    /// Everything that was found.
    detail: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValidationProblem)]
struct Problem {
    /// Its kind, a word.
    #[serde(rename = "type")]
    kind: String,
    /// Where it is: `body` or `query`, then the field's name or the column.
    loc: Vec<Value>,
    /// What is wrong, for people.
    msg: String,
    /// What was sent; a secret is never repeated.
    input: Value,
}

impl Example for Said {
    fn example() -> Self {
        Self { detail: "Task not found".into() }
    }
}

impl Example for Problems {
    fn example() -> Self {
        let problem = Problem {
            kind: "missing".into(),
            loc: vec![json!("body"), json!("content")],
            msg: "Field required".into(),
            input: Value::Null,
        };
        Self { detail: vec![problem] }
    }
}
