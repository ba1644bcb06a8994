//! The database: whole, and its audit trail unbroken.

use crate::adapters::store::Store;
use crate::adapters::store::audit::{Chain, verify};

use super::Report;

const RESTORE: &str = "stop bakeoff and put a backup in its place";

/// Looks for damage.
pub async fn check(store: &Store, report: &mut Report) {
    match store.integrity_check().await {
        Ok(()) => report.ok("database integrity", "no damage found"),
        Err(error) => report.wrong("database integrity", &error.to_string(), RESTORE),
    }
    let looked = async { verify(&mut *store.read().await?).await };
    match looked.await {
        Ok(Chain::Whole(entries)) => report.ok("audit trail", &format!("{entries} entries, unbroken")),
        Ok(Chain::BrokenAt(seq)) => {
            let fix = "compare with a backup: entries were changed or removed outside bakeoff";
            report.wrong("audit trail", &format!("is broken at entry {seq}"), fix);
        }
        Err(error) => report.wrong("audit trail", &error.to_string(), RESTORE),
    }
}
