//! `finish`: the model says that it is done, and what it did.

use serde_json::{Value, json};

use super::args::Args;
use super::room::Room;
use super::{Answer, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "finish",
    description: "Ends the work. Call it once, alone, when every edit is made. The summary is shown to the maintainers: \
                  two or three sentences, what was wrong and what you changed. If nothing needs to change, say why.",
    parameters,
    run,
};

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {"summary": {"type": "string", "description": "Two or three sentences, no headings."}},
        "required": ["summary"],
    })
}

fn run(room: &mut Room<'_>, args: &Args) -> Answer {
    room.finished = Some(args.text("summary")?.trim().to_owned());
    Ok("finished".into())
}
