//! What is kept for a time only.

use bakeoff::service::upkeep::upkeep;
use sqlx::Row as _;

use crate::support::world::World;

/// Makes every delivery `days` old, lets upkeep look, and tells how many rows are left and how many still have a payload.
async fn after(world: &World, days: i64) -> (usize, usize) {
    let at = world.services.now().0 - days * 24 * 3_600_000;
    let mut tx = world.store().begin().await.unwrap();
    sqlx::query("UPDATE deliveries SET received_at = $1").bind(at).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    upkeep(&world.services).await.unwrap();
    let mut conn = world.store().read().await.unwrap();
    let rows = sqlx::query("SELECT payload FROM deliveries").fetch_all(&mut *conn).await.unwrap();
    let with_payload = rows.iter().filter(|row| !row.get::<String, _>("payload").is_empty()).count();
    (rows.len(), with_payload)
}

#[tokio::test(flavor = "multi_thread")]
async fn m05_a_payload_is_kept_for_a_week_and_its_guid_for_long() {
    let world = World::new().await;
    let issue = world.issue();
    world.say(issue, "/bakeoff help");
    world.bot_says(issue, "/bakeoff").await;
    crate::support::invariants::settled(&world.hub, world.store(), std::time::Duration::from_secs(20)).await;
    let (all, whole) = after(&world, 6).await;
    assert!(all > 0 && whole == all, "{all} rows, {whole} with their payload");
    assert_eq!(after(&world, 8).await, (all, 0));
    assert_eq!(after(&world, 89).await, (all, 0));
    assert_eq!(after(&world, 91).await, (0, 0));
    world.end().await;
}
