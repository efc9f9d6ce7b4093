//! What is cleared away by itself.
use chrono::TimeDelta;
use entity::{one_time_key, rate_limit, session};
use greenroom::{
    db::{self, failpoint::Fault},
    domain::idempotency_keys::{self, IdempotencyKey},
    worker::housekeeping,
};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

use crate::support::{TestApp, builders};

/// How many sessions, counters and one-time keys there are.
async fn counts(app: &TestApp) -> (usize, usize, usize) {
    let db = app.app.db.read();
    let sessions = session::Entity::find().all(db).await.expect("sessions");
    let counters = rate_limit::Entity::find().all(db).await.expect("counters");
    let keys = one_time_key::Entity::find().all(db).await.expect("keys");
    (sessions.len(), counters.len(), keys.len())
}

/// Signs in, fails to, and uses a one-time key: a row of each.
async fn leave_traces(app: &TestApp, key: &str) {
    app.recruiter().await;
    let idempotency_key = IdempotencyKey::new("test", key, "a wish");
    db::transaction(&app.app.db, async |txn| {
        idempotency_keys::insert(txn, app.company_id, Some(&idempotency_key), 1, app.now()).await
    })
    .await
    .expect("kept");
}

#[actix_web::test]
async fn sessions_counters_and_keys_go_when_nobody_can_use_them() {
    let app = TestApp::start().await;
    leave_traces(&app, "old").await;
    let (sessions, counters, keys) = counts(&app).await;
    app.advance(TimeDelta::days(8));
    leave_traces(&app, "new").await;
    housekeeping::run_steps(&app.app).await.expect("done");
    assert_eq!(
        counts(&app).await,
        (sessions, counters, keys),
        "only the new ones"
    );
}

#[actix_web::test]
async fn what_is_in_use_stays() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let before = counts(&app).await;
    app.advance(TimeDelta::hours(11));
    housekeeping::run_steps(&app.app).await.expect("done");
    assert_eq!(counts(&app).await, before);
    assert_eq!(rita.get("/account").await.status, 200);
}

#[actix_web::test]
async fn a_step_that_fails_stops_none_of_the_others() {
    let app = TestApp::start().await;
    leave_traces(&app, "old").await;
    app.advance(TimeDelta::days(8));
    // The first statement that writes clears the sessions.
    app.app.db.failpoint().arm(Fault::Statement(1));
    housekeeping::run_steps(&app.app)
        .await
        .expect_err("one failed");
    assert!(app.app.db.failpoint().disarm(), "it was hit");
    assert_eq!(counts(&app).await, (1, 0, 0));
}

/// PostgreSQL does it by itself.
#[actix_web::test]
async fn large_tables_are_looked_at_so_that_the_database_plans_well() {
    let app = TestApp::start().await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let words = |count: usize| {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO candidate_words (company_id, word, candidate_id) \
             SELECT {}, CONCAT('{count}.', i), {candidate} FROM n",
            app.company_id
        )
    };
    let known = async || {
        let table = "SELECT tbl FROM sqlite_stat1 WHERE tbl = 'candidate_words'";
        let db = app.app.db.read();
        let statement = Statement::from_string(db.get_database_backend(), table);
        db.query_all_raw(statement)
            .await
            .is_ok_and(|it| !it.is_empty())
    };
    let is_postgres = app.app.db.read().get_database_backend() == DbBackend::Postgres;
    for (count, expected) in [(100, false), (10_000, !is_postgres)] {
        builders::write(&app, async |txn| {
            Ok(txn.execute_unprepared(&words(count)).await?)
        })
        .await;
        housekeeping::run_steps(&app.app).await.expect("done");
        assert_eq!(known().await, expected, "{count}");
    }
}

/// What is known to be empty is planned as one row, until somebody looks again.
#[actix_web::test]
async fn a_new_database_takes_no_table_for_empty() {
    let app = TestApp::start().await;
    let db = app.app.db.read();
    let known = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT 1 FROM pg_class WHERE relname = 'interviews' AND reltuples >= 0"
        }
        _ => "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'",
    };
    let statement = Statement::from_string(db.get_database_backend(), known);
    let rows = db.query_all_raw(statement).await.expect("a query");
    assert!(rows.is_empty());
}
