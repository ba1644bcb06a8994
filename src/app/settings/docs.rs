//! `docs/configuration.md`, made from the table.

use super::models::MODEL_KEYS;
use super::table::TABLE;

const HEAD: &str = "\
# Configuration

<!-- Made from src/app/settings/table.rs. A test holds it true; BAKEOFF_BLESS=1 cargo test writes it anew. -->

Defaults < `bakeoff.toml` in the working folder (or `--config FILE`) < environment. The key in the file is the name
without `BAKEOFF_`, lower case, flat: `BAKEOFF_PUBLIC_URL` is `public_url`. An unknown key or `BAKEOFF_` variable is an
error that names the nearest one; an empty variable counts as not set. Lists are separated by commas, or are lists in
the file.

A secret (marked *secret*) may be given as a file: `BAKEOFF_GITHUB_PRIVATE_KEY_FILE=/run/secrets/key`. Such a file, and
a settings file that holds a secret itself, must be readable by its owner only (`chmod 600`), except below
`/run/secrets`. `bakeoff doctor` checks every setting and what it leads to.

## Settings

| environment | default | meaning |
|---|---|---|
";

const MODELS: &str = "
## Model profiles

Each `[[models]]` table of the settings file is a model profile; others are added over REST or on the settings page. A
profile of the file keeps its id as long as it keeps its `alias`. A model whose price is neither known nor given is
refused when it is used.

| key | default | meaning |
|---|---|---|
";

const EXAMPLE: &str = "
## Example

```toml
public_url = \"https://bakeoff.example.org\"
listen = \"0.0.0.0:8000\"
github_app_id = 123456
github_private_key_file = \"/run/secrets/bakeoff.pem\"
github_webhook_secrets_file = \"/run/secrets/webhook\"
budget_day_usd = 25

[[models]]
provider = \"anthropic\"
model_name = \"claude-sonnet-4-5\"
alias = \"claude\"
default = true
api_key_env = \"ANTHROPIC_API_KEY\"

[[models]]
provider = \"openai_compatible\"
model_name = \"qwen3-coder\"
alias = \"qwen\"
base_url = \"https://ollama.example.org/v1\"
free = true
```
";

/// The page.
pub fn configuration() -> String {
    let mut page = HEAD.to_owned();
    for row in TABLE {
        let name = format!("`{}`{}", row.variable(), if row.secret { " *secret*" } else { "" });
        line(&mut page, &name, row.default, row.meaning);
    }
    page.push_str(MODELS);
    for key in MODEL_KEYS {
        line(&mut page, &format!("`{}`", key.name), key.default, key.meaning);
    }
    page.push_str(EXAMPLE);
    page
}

fn line(page: &mut String, name: &str, default: &str, meaning: &str) {
    page.extend(["| ", name, " | ", default, " | ", meaning, " |\n"]);
}
