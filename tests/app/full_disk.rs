//! A disk that is full for a while, requests that are given up half-way, and a commit that fails: what was acknowledged
//! is on disk, and what comes after works.
use std::{future::Future, panic::AssertUnwindSafe, pin::pin, task::Poll};

use chrono::TimeDelta;
use entity::{interview, job};
use futures_util::FutureExt;
use greenroom::{
    db::{self, failpoint::Fault},
    error::Error,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

#[actix_web::test]
async fn a_booking_made_after_two_writes_on_a_full_disk_is_on_disk() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let other = second_connection(&app).await;
    let mut program = app.program().await;
    // That its token was used is noted now: what fails from here on is the change itself.
    assert_eq!(program.get("/api/jobs/").await.status, 200);
    let (slot, interview) = free(&app).await;
    for n in 0..2 {
        fill_the_disk(&app).await;
        let refused = program.post_json("/api/jobs/", &large_job(n)).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
    }
    free_the_disk(&app).await;

    let booked = book(&mut program, slot, interview).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    assert_booked(&other, interview).await;
    other.close().await.expect("closed");

    let restarted = app.second_process().await;
    app.app.db.clone().close().await.expect("closed");
    let mut program = restarted.program().await;
    let path = format!("/api/interviews/{interview}/");
    assert_eq!(program.get(&path).await.json()["status"], "scheduled");
}

#[actix_web::test]
async fn a_full_disk_is_told_by_ready_until_there_is_space() {
    let app = TestApp::start().await;
    let mut probe = app.stranger();
    assert_eq!(probe.get("/ready").await.status, 200);
    fill_the_disk(&app).await;
    assert_eq!(probe.get("/ready").await.status, 200, "not at every call");
    app.advance(TimeDelta::seconds(3));
    let told = probe.get("/ready").await;
    assert_eq!(told.status, 503);
    assert!(told.text.contains("its disk is full"), "{}", told.text);
    free_the_disk(&app).await;
    assert_eq!(probe.get("/ready").await.status, 503, "not at every call");
    app.advance(TimeDelta::seconds(3));
    assert_eq!(probe.get("/ready").await.status, 200);
}

#[actix_web::test]
async fn asking_whether_it_is_ready_does_not_make_the_database_grow() {
    let app = TestApp::start().await;
    if is_postgres(&app) {
        return;
    }
    let mut probe = app.stranger();
    let mut sizes = Vec::new();
    for _ in 0..20 {
        assert_eq!(probe.get("/ready").await.status, 200);
        app.advance(TimeDelta::minutes(1));
        sizes.push(number(&app, "PRAGMA page_count").await);
    }
    assert_eq!(sizes[1], sizes[19], "{sizes:?}");
    assert!(sizes[19] - sizes[0] < 20, "{sizes:?}");
}

#[actix_web::test]
async fn a_ready_that_is_not_kept_is_none() {
    let app = TestApp::start().await;
    let mut probe = app.stranger();
    app.app.db.failpoint().arm(Fault::Commit(1));
    assert_eq!(probe.get("/ready").await.status, 503);
    app.advance(TimeDelta::seconds(3));
    assert_eq!(probe.get("/ready").await.status, 200);
}

#[actix_web::test]
async fn a_request_given_up_at_any_moment_leaves_no_transaction_behind() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let other = second_connection(&app).await;
    let mut program = app.program().await;
    let mut moments = 0;
    for polls in 1.. {
        let (slot, interview) = free(&app).await;
        let is_over = polled(book(&mut program, slot, interview), polls).await;
        // Booked or not: both are right, if everybody sees the same.
        let stored = is_booked(&other, interview).await;
        let again = book(&mut program, slot, interview).await;
        let expected = if stored { 409 } else { 200 };
        assert_eq!(again.status, expected, "after {polls}: {}", again.text);
        assert_booked(&other, interview).await;
        moments += usize::from(!is_over);
        // On a busy machine the database is ready before anybody asks, and a call is over after few moments.
        if is_over && polls > 3 {
            assert!(moments > 0, "it is given up at some");
            break;
        }
    }
    other.close().await.expect("closed");
}

#[actix_web::test]
async fn a_transaction_that_panics_is_undone() {
    let app = TestApp::start().await;
    let job_id = builders::job(&app, app.company_id).await;
    for _ in 0..3 {
        let panicking = db::transaction(&app.app.db, async |txn| -> Result<(), Error> {
            job::Entity::delete_by_id(job_id).exec(txn).await?;
            panic!("half-way");
        });
        assert!(AssertUnwindSafe(panicking).catch_unwind().await.is_err());
    }
    let other = second_connection(&app).await;
    let second = builders::job(&app, app.company_id).await;
    let seen = job::Entity::find_by_id(second).one(&other).await;
    assert!(
        seen.expect("an answer").is_some(),
        "what comes after is kept"
    );
    assert_eq!(job::Entity::find().count(&other).await.expect("jobs"), 2);
    other.close().await.expect("closed");
}

#[actix_web::test]
async fn a_transaction_in_which_a_statement_failed_is_not_committed_whoever_looks_away() {
    let app = TestApp::start().await;
    let job_id = builders::job(&app, app.company_id).await;
    let done = db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        job::Entity::delete_by_id(job_id).exec(txn).await?;
        txn.execute_unprepared("INSERT INTO jobs (id) VALUES (NULL)")
            .await
            .ok();
        // On SQLite this would be a statement of its own by now, had the failure been a full disk.
        txn.execute_unprepared("DELETE FROM jobs").await.ok();
        Ok(())
    })
    .await;
    assert!(done.is_err());
    let left = job::Entity::find().count(app.app.db.read()).await;
    assert_eq!(left.expect("jobs"), 1);
}

#[actix_web::test]
async fn a_look_up_that_meets_a_broken_connection_is_done_on_another() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    builders::job(&app, app.company_id).await;
    for _ in 0..20 {
        app.app.db.failpoint().arm(Fault::LookUp(2));
        let next = program.get("/api/jobs/").await;
        assert!(app.app.db.failpoint().disarm());
        assert_eq!(next.status, 200);
        assert_eq!(next.json()["results"].as_array().map(Vec::len), Some(1));
    }
}

/// No page more, for the connection that writes. On PostgreSQL the next statement meets a full disk.
async fn fill_the_disk(app: &TestApp) {
    if is_postgres(app) {
        app.app.db.failpoint().arm(Fault::Statement(1));
        return;
    }
    let free = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) \
                INSERT INTO filling SELECT zeroblob(4000) FROM n";
    builders::write(app, async |txn| {
        txn.execute_unprepared("CREATE TABLE IF NOT EXISTS filling (page)")
            .await?;
        txn.execute_unprepared(free).await?;
        Ok(())
    })
    .await;
    builders::write(app, async |txn| {
        // It takes the present size when that is larger.
        txn.execute_unprepared("PRAGMA max_page_count = 1").await?;
        Ok(())
    })
    .await;
}

async fn free_the_disk(app: &TestApp) {
    if is_postgres(app) {
        app.app.db.failpoint().disarm();
        return;
    }
    builders::write(app, async |txn| {
        txn.execute_unprepared("PRAGMA max_page_count = 100000")
            .await?;
        Ok(())
    })
    .await;
}

fn is_postgres(app: &TestApp) -> bool {
    app.app.db.read().get_database_backend() == DbBackend::Postgres
}

async fn second_connection(app: &TestApp) -> DatabaseConnection {
    let url = app.app.settings.database_url.expose();
    db::connect_alone(url).await.expect("a connection")
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    let other = second_connection(app).await;
    let statement = sea_orm::Statement::from_string(other.get_database_backend(), sql);
    let row = other.query_one_raw(statement).await.expect("an answer");
    let number = row.expect("a row").try_get_by_index(0).expect("a number");
    other.close().await.expect("closed");
    number
}

fn large_job(n: usize) -> Value {
    json!({ "title": format!("Job {n}"), "description": "x".repeat(15_000) })
}

/// A slot and an interview that could be booked into it.
async fn free(app: &TestApp) -> (i64, i64) {
    let job_id = builders::job(app, app.company_id).await;
    let candidate_id = builders::candidate(app, app.company_id).await;
    let starts_at = app.now() + TimeDelta::days(1);
    let slot = builders::slot(app, app.company_id, job_id, starts_at).await;
    let interview = builders::interview(app, app.company_id, candidate_id, job_id).await;
    (slot, interview)
}

async fn book(program: &mut Actor, slot: i64, interview: i64) -> Answer {
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let body = json!({ "interview_id": interview });
    program.post_json(&path, &body).await
}

async fn is_booked(other: &DatabaseConnection, interview: i64) -> bool {
    let found = interview::Entity::find_by_id(interview).one(other).await;
    let found = found.expect("an answer").expect("an interview");
    found.status == interview::Status::Scheduled
}

async fn assert_booked(other: &DatabaseConnection, interview: i64) {
    assert!(is_booked(other, interview).await, "acknowledged and lost");
}

/// Polls work so many times, and then drops it, as the web server does when a client hangs up. Was it over?
async fn polled<T>(work: impl Future<Output = T>, polls: usize) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
