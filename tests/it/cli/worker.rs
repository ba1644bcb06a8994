//! `bakeoff worker`: several processes on one Postgres database.

use bakeoff::adapters::crypto::generate_key;
use rustix::process::Signal;
use secrecy::ExposeSecret as _;

use super::binary::Place;
use crate::support::databases::for_each_database;

#[tokio::test(flavor = "multi_thread")]
async fn m56_serve_and_workers_share_a_postgres_database() {
    for_each_database(async |db| {
        let mut place = Place::new();
        place.set("BAKEOFF_DATABASE_URL", &db.url);
        if db.url.starts_with("sqlite") {
            assert!(place.run(&["worker"]).refused(2).contains("needs a Postgres database"));
            return;
        }
        for command in ["worker", "serve"] {
            let said = place.run(&[command]).refused(1);
            assert!(said.contains("BAKEOFF_ENCRYPTION_KEYS is required with Postgres"), "{said}");
        }
        place.set("BAKEOFF_ENCRYPTION_KEYS", generate_key().expose_secret());
        let serving = [place.serve(&["--no-worker"]), place.serve(&["--no-worker"])];
        let mut workers = [place.start(&["worker"]), place.start(&["worker", "--no-migrate"])];
        for worker in &mut workers {
            worker.wait_for("\"working\"");
        }
        place.run(&["doctor"]).done();
        assert!(place.run(&["backup", "copy.db"]).refused(1).contains("pg_dump"));
        for process in workers.into_iter().chain(serving) {
            let (code, log) = process.stop(Signal::TERM);
            assert_eq!(code, Some(0), "{log:?}");
        }
    })
    .await;
}
