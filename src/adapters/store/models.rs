//! Model profiles; a deleted one stays for history, without its key.

use sqlx::any::AnyRow;

use super::row::{Read, opt_text, text};
use super::{Conn, StoreError};
use crate::domain::clock::Timestamp;
use crate::domain::ids::ModelId;
use crate::domain::model::{KeyLimits, ModelProfile, ModelSource, Provider, ToolUse, Wire};
use crate::domain::money::{Prices, UsdMicros};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, provider, model_name, display_name, alias, is_default, base_url, wire, tools, price_input, \
             price_output, price_cached_input, free, fallback, max_concurrent, requests_per_minute, source, api_key_hint, \
             created_at, deleted_at FROM model_profiles ",
            $rest
        )
    };
}

/// A profile, perhaps deleted since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredModel {
    /// The profile.
    pub profile: ModelProfile,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// Another live profile has this alias.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("another model has the alias \"{0}\"")]
pub struct AliasTaken(pub String);

fn read(row: &AnyRow) -> Result<ModelProfile, StoreError> {
    let price = |column| Ok::<_, StoreError>(row.opt_int(column)?.map(UsdMicros));
    let prices = match (price("price_input")?, price("price_output")?, price("price_cached_input")?) {
        (Some(input), Some(output), Some(cached_input)) => Some(Prices { input, output, cached_input }),
        _ => None,
    };
    Ok(ModelProfile {
        id: row.id("id")?,
        provider: row.parsed("provider", Provider::parse)?,
        model_name: row.text("model_name")?,
        display_name: row.opt_text("display_name")?,
        alias: row.text("alias")?,
        default: row.flag("is_default")?,
        base_url: row.opt_text("base_url")?,
        wire: row.parsed("wire", Wire::parse)?,
        tools: row.parsed("tools", ToolUse::parse)?,
        prices,
        free: row.flag("free")?,
        fallback: row.opt_text("fallback")?,
        limits: KeyLimits {
            max_concurrent: row.opt_int("max_concurrent")?.and_then(|n| u32::try_from(n).ok()),
            requests_per_minute: row.opt_int("requests_per_minute")?.and_then(|n| u32::try_from(n).ok()),
        },
        source: row.parsed("source", ModelSource::parse)?,
        api_key_hint: row.text("api_key_hint")?,
        created_at: row.time("created_at")?,
    })
}

/// Adds a profile with its encrypted key; the inner error says that the alias is taken.
pub async fn insert(
    conn: &mut Conn,
    profile: &ModelProfile,
    key_cipher: &str,
) -> Result<Result<(), AliasTaken>, StoreError> {
    if by_alias(conn, &profile.alias).await?.is_some_and(|other| other.id != profile.id) {
        return Ok(Err(AliasTaken(profile.alias.clone())));
    }
    let prices = profile.prices;
    sqlx::query(
        "INSERT INTO model_profiles (id, provider, model_name, display_name, alias, is_default, base_url, wire, tools, \
         price_input, price_output, price_cached_input, free, source, api_key_hint, api_key_cipher, created_at, fallback, \
         max_concurrent, requests_per_minute) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) \
         ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, model_name = excluded.model_name, \
         display_name = excluded.display_name, alias = excluded.alias, is_default = excluded.is_default, \
         base_url = excluded.base_url, wire = excluded.wire, tools = excluded.tools, \
         price_input = excluded.price_input, price_output = excluded.price_output, \
         price_cached_input = excluded.price_cached_input, free = excluded.free, source = excluded.source, \
         api_key_hint = excluded.api_key_hint, api_key_cipher = excluded.api_key_cipher, \
         fallback = excluded.fallback, max_concurrent = excluded.max_concurrent, \
         requests_per_minute = excluded.requests_per_minute, deleted_at = NULL",
    )
    .bind(profile.id.to_string())
    .bind(profile.provider.as_str())
    .bind(text(&profile.model_name))
    .bind(opt_text(profile.display_name.as_deref()))
    .bind(text(&profile.alias))
    .bind(i64::from(profile.default))
    .bind(opt_text(profile.base_url.as_deref()))
    .bind(profile.wire.as_str())
    .bind(profile.tools.as_str())
    .bind(prices.map(|p| p.input.0))
    .bind(prices.map(|p| p.output.0))
    .bind(prices.map(|p| p.cached_input.0))
    .bind(i64::from(profile.free))
    .bind(profile.source.as_str())
    .bind(text(&profile.api_key_hint))
    .bind(text(key_cipher))
    .bind(profile.created_at.0)
    .bind(opt_text(profile.fallback.as_deref()))
    .bind(profile.limits.max_concurrent.map(i64::from))
    .bind(profile.limits.requests_per_minute.map(i64::from))
    .execute(conn)
    .await?;
    Ok(Ok(()))
}

/// Makes the profiles of the settings file exactly these, keyed by their stable ids; those no longer there
/// become deleted. The inner error says that a profile made over REST has one of the aliases.
pub async fn replace_file_profiles(
    conn: &mut Conn,
    profiles: &[(ModelProfile, String)],
    now: Timestamp,
) -> Result<Result<(), AliasTaken>, StoreError> {
    let kept: Vec<String> = profiles.iter().map(|(p, _)| p.id.to_string()).collect();
    // All step back first, so that two of them may swap aliases.
    sqlx::query("UPDATE model_profiles SET deleted_at = $1 WHERE source = 'file' AND deleted_at IS NULL")
        .bind(now.0)
        .execute(&mut *conn)
        .await?;
    for (profile, cipher) in profiles {
        if let Err(taken) = insert(conn, profile, cipher).await? {
            return Ok(Err(taken));
        }
    }
    let rows = sqlx::query("SELECT id FROM model_profiles WHERE source = 'file' AND deleted_at IS NOT NULL")
        .fetch_all(&mut *conn)
        .await?;
    for row in rows {
        let id = row.text("id")?;
        if !kept.contains(&id) {
            sqlx::query("UPDATE model_profiles SET api_key_cipher = '' WHERE id = $1")
                .bind(id)
                .execute(&mut *conn)
                .await?;
        }
    }
    Ok(Ok(()))
}

/// One profile, deleted ones too.
pub async fn get(conn: &mut Conn, id: ModelId) -> Result<Option<StoredModel>, StoreError> {
    let row = sqlx::query(select!("WHERE id = $1")).bind(id.to_string()).fetch_optional(conn).await?;
    let read = |row: AnyRow| Ok(StoredModel { profile: read(&row)?, deleted_at: row.opt_time("deleted_at")? });
    row.map(read).transpose()
}

/// The live profile of this alias, whatever its case.
pub async fn by_alias(conn: &mut Conn, alias: &str) -> Result<Option<ModelProfile>, StoreError> {
    let sql = select!("WHERE lower(alias) = lower($1) AND deleted_at IS NULL");
    sqlx::query(sql).bind(text(alias)).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// The live profiles, oldest first.
pub async fn list(conn: &mut Conn) -> Result<Vec<ModelProfile>, StoreError> {
    let sql = select!("WHERE deleted_at IS NULL ORDER BY created_at, id");
    sqlx::query(sql).fetch_all(conn).await?.iter().map(read).collect()
}

/// The profiles that `/bakeoff` alone asks: those marked default, else the first three.
pub async fn defaults(conn: &mut Conn) -> Result<Vec<ModelProfile>, StoreError> {
    let all = list(conn).await?;
    if all.iter().any(|m| m.default) {
        return Ok(all.into_iter().filter(|m| m.default).collect());
    }
    Ok(all.into_iter().take(3).collect())
}

/// Deletes a live profile and forgets its key; whether there was one.
pub async fn soft_delete(conn: &mut Conn, id: ModelId, now: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE model_profiles SET deleted_at = $1, api_key_cipher = '' WHERE id = $2 AND deleted_at IS NULL",
    )
    .bind(now.0)
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The encrypted key of a live profile.
pub async fn key_cipher(conn: &mut Conn, id: ModelId) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT api_key_cipher FROM model_profiles WHERE id = $1 AND deleted_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|r| r.text("api_key_cipher")).transpose()
}

/// The next `limit` encrypted keys after `after` in the order of ids, for a rotation in batches (M47).
pub async fn ciphers_after(
    conn: &mut Conn,
    after: Option<ModelId>,
    limit: i64,
) -> Result<Vec<(ModelId, String)>, StoreError> {
    let sql =
        "SELECT id, api_key_cipher FROM model_profiles WHERE api_key_cipher <> '' AND id > $1 ORDER BY id LIMIT $2";
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let rows = sqlx::query(sql).bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|r| Ok((r.id("id")?, r.text("api_key_cipher")?))).collect()
}

/// Whether the encrypted key was `old` and is now `new`.
pub async fn set_key_cipher(conn: &mut Conn, id: ModelId, old: &str, new: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE model_profiles SET api_key_cipher = $1 WHERE id = $2 AND api_key_cipher = $3")
        .bind(new.to_owned())
        .bind(id.to_string())
        .bind(old.to_owned())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
