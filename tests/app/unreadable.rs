//! Rows that cannot be read: each keeps to itself. The others' mail leaves, every page answers, and somebody is told.
use chrono::TimeDelta;
use entity::email::{self, Status};
use greenroom::{db, domain::delivery, worker::housekeeping};
use sea_orm::{
    ActiveEnum, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, QueryFilter,
    Statement, sea_query::Expr,
};

use crate::{
    emails::app_with,
    support::{TestApp, actors::Actor, builders, smtp_server::SmtpServer},
};

/// What may stand in a row: `{email}`, `{interview}`, `{slot}`, `{candidate}` and `{job}` are the victim's.
const ON_BOTH: &[&str] = &[
    "UPDATE emails SET kind = 'bogus' WHERE id = {email}",
    "UPDATE emails SET status = 'bogus' WHERE id = {email}",
    "UPDATE emails SET facts = '{\"starts_at\": 7}' WHERE id = {email}",
    "UPDATE emails SET facts = '[]' WHERE id = {email}",
    "UPDATE interviews SET status = 'bogus' WHERE id = {interview}",
    "UPDATE interviews SET device_check = '{\"browser\": \"bogus\"}' WHERE id = {interview}",
    "UPDATE slots SET interview_type = 'bogus' WHERE id = {slot}",
    "UPDATE slots SET difficulty_level = 'bogus' WHERE id = {slot}",
    "UPDATE jobs SET status = 'bogus' WHERE id = {job}",
    "DELETE FROM candidates WHERE id = {candidate}",
];

/// SQLite keeps any text anywhere.
const ON_SQLITE: &[&str] = &[
    "UPDATE emails SET facts = '{' WHERE id = {email}",
    "UPDATE emails SET facts_before = '{' WHERE id = {email}",
    "UPDATE emails SET expires_at = 'soon' WHERE id = {email}",
    "UPDATE emails SET expires_at = '' WHERE id = {email}",
    "UPDATE emails SET due_at = 'soon' WHERE id = {email}",
    "UPDATE emails SET due_at = '' WHERE id = {email}",
    "UPDATE emails SET date = 'x' WHERE id = {email}",
    "UPDATE emails SET first_due_at = 'x' WHERE id = {email}",
    "UPDATE emails SET created_at = 'x' WHERE id = {email}",
    "UPDATE emails SET created_at = '' WHERE id = {email}",
    "UPDATE emails SET told_at = 'x', status = 'queued' WHERE id = {email}",
    "UPDATE emails SET attempts = 'many' WHERE id = {email}",
    "UPDATE emails SET fence = 'high' WHERE id = {email}",
    "UPDATE emails SET revision = 'x' WHERE id = {email}",
    "UPDATE emails SET recipient_name = X'FF' WHERE id = {email}",
    "UPDATE emails SET recipient = X'FF' WHERE id = {email}",
    "UPDATE emails SET locale = X'FF' WHERE id = {email}",
    "UPDATE emails SET sender = X'FF' WHERE id = {email}",
    "UPDATE emails SET status = 'sending', lease_until = 'zzz' WHERE id = {email}",
    "UPDATE emails SET status = 'sending', lease_until = '' WHERE id = {email}",
    "UPDATE candidates SET created_at = 'x' WHERE id = {candidate}",
    "UPDATE slots SET starts_at = 'x' WHERE id = {slot}",
    "UPDATE slots SET duration_minutes = 'long' WHERE id = {slot}",
    "UPDATE interviews SET revision = 'x' WHERE id = {interview}",
];

/// Instants that chrono cannot count.
const ON_POSTGRES: &[&str] = &[
    "UPDATE emails SET expires_at = 'infinity' WHERE id = {email}",
    "UPDATE emails SET expires_at = '-infinity' WHERE id = {email}",
    "UPDATE emails SET due_at = 'infinity' WHERE id = {email}",
    "UPDATE emails SET due_at = '-infinity' WHERE id = {email}",
    "UPDATE emails SET created_at = 'infinity' WHERE id = {email}",
    "UPDATE slots SET starts_at = 'infinity' WHERE id = {slot}",
];

#[actix_web::test]
async fn one_row_that_cannot_be_read_stops_nobody_elses_mail_and_no_page() {
    let more = match is_postgres() {
        true => ON_POSTGRES,
        false => ON_SQLITE,
    };
    for sql in ON_BOTH.iter().chain(more) {
        stops_nobody(sql).await;
    }
}

async fn stops_nobody(sql: &str) {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    let mut program = app.program().await;
    let mut other = app.other_company().await;
    let theirs = other.user.as_ref().expect("a user").company_id;
    let victim = builders::booked(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    builders::booked(&app, theirs).await;
    let raw = without_constraints(&app).await;
    let details = &victim.details;
    let sql = sql
        .replace("{email}", &victim.email.id.to_string())
        .replace("{interview}", &details.interview.id.to_string())
        .replace(
            "{slot}",
            &details.slot.as_ref().expect("a slot").id.to_string(),
        )
        .replace(
            "{job}",
            &details.job.as_ref().expect("a job").id.to_string(),
        )
        .replace("{candidate}", &details.candidate.id.to_string());
    raw.execute_unprepared(&sql).await.expect(&sql);
    every_page_answers(&mut ada, &mut program, &victim, &sql).await;
    assert_eq!(app.deliver().await, 2, "{sql}");
    assert_eq!(server.taken().len(), 2, "{sql}");
    assert!(delivery::next_due(&app.app.db).await.is_ok(), "{sql}");
    housekeeping::run_steps(&app.app).await.expect(&sql);
    let (status, reason) = standing(&raw, victim.email.id).await;
    assert_eq!(status, "failed", "{sql}");
    assert!(reason.contains("Greenroom can't"), "{sql}: {reason}");
    every_page_answers(&mut ada, &mut program, &victim, &sql).await;
    assert!(ada.get("/jobs").await.has(".alerts"), "{sql}: no alert");
    let alerts = ada.get("/alerts").await;
    let link = format!("/emails/{}", victim.email.id);
    assert!(alerts.text.contains(&link), "{sql}: {}", alerts.text);
    let log = ada.get("/emails").await.text;
    let is_listed = log.contains(&link) || log.contains(&format!("number {}", victim.email.id));
    assert!(is_listed, "{sql}: {log}");
    for path in ["/", "/emails", "/alerts", "/interviews", "/emails.csv"] {
        assert_eq!(other.get(path).await.status, 200, "{sql}: {path}");
    }
    let told = format!("{link}/telling");
    let answer = ada.post_form(&told, &[("next", "/alerts")]).await;
    assert_eq!(answer.status, 303, "{sql}: {}", answer.text);
    assert!(
        !ada.get("/jobs").await.has(".alerts"),
        "{sql}: still an alert"
    );
    raw.close().await.expect("closed");
}

async fn every_page_answers(
    ada: &mut Actor,
    program: &mut Actor,
    victim: &builders::Booked,
    sql: &str,
) {
    let message = format!("/emails/{}", victim.email.id);
    for path in [
        "/",
        "/emails",
        "/emails?kind=scheduled",
        "/emails.csv",
        "/alerts",
        "/interviews",
        "/candidates",
        "/slots",
        "/jobs",
        "/users",
        "/tokens",
        "/mail",
        &message,
    ] {
        let answer = ada.get(path).await;
        assert_eq!(answer.status, 200, "{sql}: {path}: {}", answer.text);
    }
    for path in [
        "/api/emails/",
        "/api/interviews/",
        "/api/candidates/",
        "/api/jobs/",
        "/api/interviews/slots/",
    ] {
        let answer = program.get(path).await;
        assert_eq!(answer.status, 200, "{sql}: {path}: {}", answer.text);
    }
}

#[actix_web::test]
async fn a_message_of_a_kind_that_a_newer_greenroom_knows_waits_for_it() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let id = builders::booked(&app, app.company_id).await.email.id;
    let raw = without_constraints(&app).await;
    for sql in [
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099', 1)",
        "UPDATE emails SET kind = 'telegram'",
    ] {
        raw.execute_unprepared(sql).await.expect(sql);
    }
    assert_eq!(app.deliver().await, 0);
    assert_eq!(standing(&raw, id).await.0, "queued");
    let sql = "DELETE FROM seaql_migrations WHERE version = 'm2099'";
    raw.execute_unprepared(sql).await.expect(sql);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(standing(&raw, id).await.0, "failed");
}

#[actix_web::test]
async fn whoever_was_told_what_nobody_can_read_is_told_of_a_cancellation_all_the_same() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let booked = builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    let raw = without_constraints(&app).await;
    raw.execute_unprepared("UPDATE emails SET facts = '[]'")
        .await
        .expect("broken facts");
    let path = format!("/interviews/{}/cancellation", booked.details.interview.id);
    let page = rita.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let key = page.value_of("key");
    let version = page.value_of("version");
    let typed = [("key", &*key), ("version", &*version), ("reason", "")];
    assert_eq!(rita.post_form(&path, &typed).await.status, 303);
    assert_eq!(app.deliver().await, 1);
    let taken = String::from_utf8(server.taken()[1].bytes.clone()).expect("text");
    assert!(taken.contains("Cancelled"), "{taken}");
}

#[actix_web::test]
async fn what_failed_because_it_could_not_be_read_can_be_sent_again() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let id = builders::booked(&app, app.company_id).await.email.id;
    let raw = without_constraints(&app).await;
    raw.execute_unprepared("UPDATE emails SET facts = '[]'")
        .await
        .expect("broken facts");
    assert_eq!(app.deliver().await, 0);
    let page = rita.get(&format!("/emails/{id}")).await;
    let key = page.value_of("key");
    let again = format!("/emails/{id}/resend");
    let answer = rita.post_form(&again, &[("key", &*key)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn how_a_mail_server_is_that_nobody_can_read_is_found_out_anew() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let raw = without_constraints(&app).await;
    raw.execute_unprepared("UPDATE transports SET scope = 'bogus', failures = 3")
        .await
        .expect("a broken row");
    builders::booked(&app, app.company_id).await;
    assert_eq!(ada.get("/mail").await.status, 200);
    assert_eq!(ada.get("/emails").await.status, 200);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 2);
}

#[actix_web::test]
async fn an_attempt_that_nobody_can_read_keeps_no_outcome_from_being_written() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    let id = builders::booked(&app, app.company_id).await.email.id;
    let raw = without_constraints(&app).await;
    for sql in [
        "INSERT INTO attempts (company_id, email_id, number, started_at, host, stage, outcome, code) \
         SELECT company_id, id, 0, created_at, '', 'bogus', 'bogus', 451 FROM emails",
        "UPDATE emails SET status = 'retrying', attempts = 1",
    ] {
        raw.execute_unprepared(sql).await.expect(sql);
    }
    assert_eq!(app.deliver().await, 1);
    assert_eq!(standing(&raw, id).await.0, "accepted");
    assert_eq!(ada.get(&format!("/emails/{id}")).await.status, 200);
}

#[actix_web::test]
async fn a_suppression_that_nobody_can_read_holds_mail_back_until_somebody_decides() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let id = builders::booked(&app, app.company_id).await.email.id;
    let raw = without_constraints(&app).await;
    let broken = match is_postgres() {
        true => "'infinity'",
        false => "'x'",
    };
    let sql = format!(
        "INSERT INTO suppressions (company_id, address, reason, email_id, created_at, expires_at) \
         SELECT company_id, recipient, '', id, {broken}, {broken} FROM emails"
    );
    raw.execute_unprepared(&sql).await.expect(&sql);
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let page = rita.get(&format!("/emails/{id}")).await;
    let key = page.value_of("key");
    let typed = [("key", &*key), ("confirmed", "on")];
    let answer = rita
        .post_form(&format!("/emails/{id}/resend"), &typed)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(standing(&raw, id + 1).await.0, "held");
    housekeeping::run_steps(&app.app).await.expect("kept");
}

#[actix_web::test]
async fn a_reminder_leaves_though_other_reminders_cannot_be_read() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let raw = without_constraints(&app).await;
    raw.execute_unprepared("UPDATE companies SET reminder_lead_minutes = '[60]'")
        .await
        .expect("reminders");
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 3);
    raw.execute_unprepared(
        "UPDATE slots SET interview_type = 'bogus' WHERE id = (SELECT MIN(id) FROM slots)",
    )
    .await
    .expect("a broken row");
    app.advance(TimeDelta::hours(23));
    assert_eq!(app.deliver().await, 2);
}

fn is_postgres() -> bool {
    std::env::var("TEST_DATABASE_URL").is_ok_and(|url| url.starts_with("postgres"))
}

/// A connection that may write what no version of ours would.
pub async fn without_constraints(app: &TestApp) -> DatabaseConnection {
    let url = app.app.settings.database_url.expose();
    let raw = db::connect_alone(url).await.expect("a database");
    let sql = match raw.get_database_backend() {
        DbBackend::Postgres => {
            "DO $$ DECLARE r record; BEGIN \
             FOR r IN SELECT conrelid::regclass AS t, conname AS n FROM pg_constraint \
               WHERE contype IN ('c', 'f') AND conrelid <> 0 AND connamespace = 'public'::regnamespace \
             LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.n); END LOOP; END $$"
        }
        _ => "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON",
    };
    raw.execute_unprepared(sql).await.expect("no constraints");
    raw
}

async fn standing(raw: &DatabaseConnection, id: i64) -> (String, String) {
    let sql = format!("SELECT status, reason FROM emails WHERE id = {id}");
    let row = raw
        .query_one_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .expect("an answer")
        .expect("a row");
    (
        row.try_get("", "status").expect("a status"),
        row.try_get("", "reason").expect("a reason"),
    )
}

#[actix_web::test]
async fn what_only_a_newer_greenroom_can_read_is_left_to_it() {
    for sql in [
        "UPDATE slots SET interview_type = 'bogus' WHERE id = (SELECT MIN(id) FROM slots)",
        "UPDATE interviews SET status = 'bogus' WHERE id = (SELECT MIN(id) FROM interviews)",
        "UPDATE emails SET facts = '[]' WHERE id = (SELECT MIN(id) FROM emails)",
        "UPDATE emails SET status = 'sending', lease_until = due_at, facts = '[]' \
         WHERE id = (SELECT MIN(id) FROM emails)",
    ] {
        let server = SmtpServer::start().await;
        let app = app_with(&server, &[]).await;
        app.expect_undelivered_mail();
        let id = builders::booked(&app, app.company_id).await.email.id;
        builders::booked(&app, app.company_id).await;
        let raw = without_constraints(&app).await;
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099', 1)";
        for sql in [newer, sql] {
            raw.execute_unprepared(sql).await.expect(sql);
        }
        app.advance(TimeDelta::minutes(1));
        app.deliver().await;
        housekeeping::run_steps(&app.app).await.expect(sql);
        app.deliver().await;
        assert_eq!(server.taken().len(), 1, "{sql}: the other one leaves");
        let (status, reason) = standing(&raw, id).await;
        assert!(
            ["queued", "sending", "retrying"].contains(&&*status),
            "{sql}: {status}: {reason}"
        );
        let older = "DELETE FROM seaql_migrations WHERE version = 'm2099'";
        raw.execute_unprepared(older).await.expect(older);
        app.advance(TimeDelta::minutes(20));
        app.deliver().await;
        assert_eq!(standing(&raw, id).await.0, "failed", "{sql}");
        raw.close().await.expect("closed");
    }
}

#[actix_web::test]
async fn a_row_that_cannot_be_read_keeps_no_copy_from_being_printed() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_CONSOLE_FALLBACK", "true")]).await;
    app.expect_undelivered_mail();
    let id = builders::booked(&app, app.company_id).await.email.id;
    let raw = without_constraints(&app).await;
    let broken = match is_postgres() {
        true => "finished_at = NULL, created_at = 'infinity'",
        false => "finished_at = NULL, attempts = 'many'",
    };
    let sql = format!("UPDATE emails SET status = 'failed', {broken} WHERE id = {id}");
    raw.execute_unprepared(&sql).await.expect(&sql);
    let other = builders::booked(&app, app.company_id).await.email.id;
    let later = app.now() + TimeDelta::minutes(5);
    builders::write(&app, async |txn| {
        let retrying = email::Entity::update_many()
            .col_expr(
                email::Column::Status,
                Expr::value(Status::Retrying.to_value()),
            )
            .col_expr(email::Column::DueAt, Expr::value(later))
            .filter(email::COLUMN.id.eq(other));
        Ok(retrying.exec(txn).await?)
    })
    .await;
    app.deliver().await;
    assert_eq!(app.printer.text().matches("Dear Zoë Núñez,").count(), 1);
}

#[actix_web::test]
async fn a_slot_without_a_readable_local_time_is_named_and_offered_to_nobody() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let later = app.now() + TimeDelta::days(1);
    let broken = builders::slot(&app, app.company_id, job, later).await;
    let sound = builders::slot(&app, app.company_id, job, later + TimeDelta::days(1)).await;
    let raw = without_constraints(&app).await;
    let sql = format!("UPDATE slots SET local_start = 'nine' WHERE id = {broken}");
    raw.execute_unprepared(&sql).await.expect(&sql);
    let answer = program.get("/api/interviews/slots/").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let list: serde_json::Value = serde_json::from_str(&answer.text).expect("JSON");
    assert_eq!(list["unreadable"], serde_json::json!([broken]));
    assert_eq!(list["results"][0]["id"], sound);
}
