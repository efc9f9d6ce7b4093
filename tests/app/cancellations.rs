//! Calling interviews off, as recruiters do it.
use chrono::TimeDelta;
use entity::{company, email, interview};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

const PROBLEM: &str = ".notice--problem:not([hidden])";

async fn booked(app: &TestApp) -> (Booked, String) {
    let booked = builders::booked(app, app.company_id).await;
    app.expect_undelivered_mail();
    let path = format!("/interviews/{}", booked.details.interview.id);
    (booked, path)
}

/// What the page's hidden fields say.
async fn opened(actor: &mut Actor, path: &str) -> [(&'static str, String); 2] {
    let page = actor.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    ["version", "key"].map(|name| (name, page.value_of(name)))
}

fn with<'a>(hidden: &'a [(&'static str, String)], reason: &'a str) -> Vec<(&'a str, &'a str)> {
    let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
    hidden.chain([("reason", reason)]).collect()
}

async fn interview(app: &TestApp, booked: &Booked) -> interview::Model {
    let id = booked.details.interview.id;
    let row = interview::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    row.expect("a query").expect("an interview")
}

#[actix_web::test]
async fn an_interview_is_cancelled_with_a_reason() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let cancel = format!("{path}/cancellation");
    let mut rita = app.recruiter().await;
    assert!(rita.get(&path).await.has(&format!("a[href='{cancel}']")));
    let asked = rita.get(&cancel).await;
    assert_eq!(asked.words("h1"), "Cancel interview with Zoë Núñez?");
    for fact in [
        "09:00–09:45 (Europe/Berlin",
        "03:00–03:45 (America/New_York",
        &booked.details.candidate.email,
    ] {
        assert!(asked.words("main").contains(fact), "{fact}");
    }
    assert!(
        asked.words("main").contains("and won't be"),
        "the invitation has not left"
    );
    let hidden = opened(&mut rita, &cancel).await;
    let wrong = rita.post_form(&cancel, &with(&hidden, "a\u{0}b")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_of("reason").contains("control"));
    let done = rita
        .post_form(&cancel, &with(&hidden, "The position\nis filled."))
        .await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    let page = rita.get(&path).await;
    assert_eq!(
        page.notice(),
        "Cancelled. No email needed; the candidate is up to date."
    );
    assert!(
        page.words("main")
            .contains("Cancellation reason The position is filled.")
    );
    assert!(
        page.all_words(".timeline strong")
            .contains(&"Cancelled: The position is filled.".to_owned())
    );
    assert!(!page.has(&format!("a[href='{cancel}']")));
    let row = interview(&app, &booked).await;
    assert_eq!(
        (row.status, row.revision),
        (interview::Status::Cancelled, 2)
    );
    let again = rita
        .post_form(&cancel, &with(&hidden, "The position\nis filled."))
        .await;
    assert_eq!(again.status, 303, "a second click is harmless");
    assert_eq!(interview(&app, &booked).await, row);
    let slot = booked.details.slot.as_ref().expect("a slot").id;
    assert!(
        rita.get(&format!("/slots/{slot}"))
            .await
            .words("main")
            .contains("Open")
    );
}

#[actix_web::test]
async fn who_cancels_what_was_changed_meanwhile_is_shown_how() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let cancel = format!("{path}/cancellation");
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let hidden = opened(&mut rita, &cancel).await;
    let theirs = opened(&mut ada, &format!("{path}/edit")).await;
    let mut corrected = with(&theirs, "");
    corrected.extend([
        ("interview_type", "final"),
        ("duration_minutes", "60"),
        ("notes", "New notes"),
        ("meeting_url", "https://meet.example.com/cloud"),
    ]);
    assert_eq!(
        ada.post_form(&format!("{path}/edit"), &corrected)
            .await
            .status,
        303
    );
    let late = rita.post_form(&cancel, &with(&hidden, "Ill")).await;
    assert_eq!(late.status, 409);
    let said = late.words(PROBLEM);
    assert!(
        said.contains("Changed: Technical → Final, 45 → 60 minutes, notes by Ada Admin"),
        "{said}"
    );
    assert_eq!(late.value_of("reason"), "Ill");
    assert_eq!(
        interview(&app, &booked).await.status,
        interview::Status::Scheduled
    );
    let knowing = ["version", "key"].map(|name| (name, late.value_of(name)));
    assert_eq!(
        rita.post_form(&cancel, &with(&knowing, "Ill")).await.status,
        303
    );

    let third = ada
        .post_form(&cancel, &with(&opened_before(&theirs), "Mine"))
        .await;
    assert_eq!(third.status, 409);
    assert!(
        third
            .words(PROBLEM)
            .contains("This interview is cancelled.")
    );
    assert!(
        third
            .words(PROBLEM)
            .contains("Cancelled: Ill by Rita Recruiter")
    );
    assert!(!third.has("textarea"));
    assert_eq!(rita.get(&cancel).await.status, 409);
    assert_eq!(interview(&app, &booked).await.cancel_reason, "Ill");
}

/// The version of a page that was opened for something else, with a key of its own.
fn opened_before(hidden: &[(&'static str, String); 2]) -> [(&'static str, String); 2] {
    [hidden[0].clone(), ("key", "another".into())]
}

#[actix_web::test]
async fn what_waits_for_a_time_can_be_cancelled_and_what_is_over_cannot() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let waiting = builders::interview(&app, app.company_id, booked.details.candidate.id, job).await;
    let waiting = format!("/interviews/{waiting}");
    let mut rita = app.recruiter().await;
    let cancel = format!("{waiting}/cancellation");
    assert!(rita.get(&waiting).await.has(&format!("a[href='{cancel}']")));
    let hidden = opened(&mut rita, &cancel).await;
    assert_eq!(
        rita.post_form(&cancel, &with(&hidden, "")).await.status,
        303
    );
    assert_eq!(rita.get(&waiting).await.words("h2 .status"), "Cancelled");

    app.advance(TimeDelta::hours(24) + TimeDelta::minutes(45));
    let mut rita = app.recruiter().await;
    let cancel = format!("{path}/cancellation");
    for answer in [
        rita.get(&cancel).await,
        rita.post_form(&cancel, &[("version", "2")]).await,
    ] {
        assert_eq!(answer.status, 409);
        assert!(answer.words(PROBLEM).contains("This interview is over."));
    }
    assert!(!rita.get(&path).await.has(&format!("a[href='{cancel}']")));
}

#[actix_web::test]
async fn a_cancelled_interview_is_booked_anew_with_a_new_link() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    app.deliver().await;
    let cancel = format!("{path}/cancellation");
    let mut rita = app.recruiter().await;
    let hidden = opened(&mut rita, &cancel).await;
    assert_eq!(
        rita.post_form(&cancel, &with(&hidden, "Ill")).await.status,
        303
    );
    let page = rita.get(&path).await;
    let slot = booked.details.slot.as_ref().expect("a slot").id;
    let id = booked.details.interview.id;
    let book = format!("/slots/{slot}/booking?interview={id}");
    assert!(
        page.has(&format!("a[href='{book}']")),
        "its own slot is free again"
    );
    let (book, _) = book.split_once('?').expect("a query");
    let done = rita
        .post_form(book, &[("interview", &id.to_string())])
        .await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    let row = interview(&app, &booked).await;
    assert_eq!(
        (row.status, row.link_version),
        (interview::Status::Scheduled, 2)
    );
    let page = rita.get(&path).await;
    assert!(!page.words("main").contains("Cancellation reason"));
    assert_eq!(
        page.all_words(".timeline strong")
            .iter()
            .filter(|line| line.starts_with("Booked for"))
            .count(),
        2
    );
    let mails = email::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("emails");
    let newest = mails.iter().max_by_key(|mail| mail.id).expect("one");
    assert_eq!(newest.link_version, 2);
}

#[actix_web::test]
async fn an_interview_of_another_company_cannot_be_cancelled() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut eve = app.other_company().await;
    let cancel = format!("{path}/cancellation");
    assert_eq!(eve.get(&cancel).await.status, 404);
    for reason in ["Mine", "a\u{0}b"] {
        assert_eq!(
            eve.post_form(&cancel, &[("version", "2"), ("reason", reason)])
                .await
                .status,
            404
        );
    }
    assert_eq!(
        interview(&app, &booked).await.status,
        interview::Status::Scheduled
    );
}

#[actix_web::test]
async fn the_cancellation_is_previewed_as_mail_programs_show_it() {
    let app = TestApp::start().await;
    let (_, path) = booked(&app).await;
    app.deliver().await;
    let cancel = format!("{path}/cancellation");
    let mut rita = app.recruiter().await;
    let link = format!("a[href='{cancel}'][hx-boost='false']");
    assert!(
        rita.get(&path).await.has(&link),
        "its policy must be its own"
    );
    let page = rita.get(&cancel).await;
    let mail = rita.get(&page.attribute("#preview iframe", "src")).await;
    assert!(mail.words("body").contains("Zoë Núñez"), "{}", mail.text);

    let hidden = opened(&mut rita, &cancel).await;
    let reason = "The <b>position</b> is filled.";
    let typed = [with(&hidden, reason), vec![("act", "preview")]].concat();
    let page = rita.post_form(&cancel, &typed).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    assert_eq!(page.attribute("#preview iframe", "sandbox"), "");
    let frame = page.attribute("#preview iframe", "src");
    let mail = rita.get(&frame).await;
    let policy = mail.header("content-security-policy");
    assert!(policy.contains("sandbox"), "{policy}");
    assert!(mail.words("body").contains(reason), "{}", mail.text);
    assert!(!mail.has("body b"), "what was typed is text");
    assert!(page.words("#preview pre").contains(reason));

    let nothing = rita.get(&format!("{cancel}/html")).await;
    assert!(nothing.words("body").contains("Correct the reason"));
    let mut other = app.other_company().await;
    assert_eq!(other.get(&frame).await.status, 404);
}

#[actix_web::test]
async fn of_a_cancellation_that_nobody_has_to_learn_there_is_no_email_to_see() {
    let app = TestApp::start().await;
    let (_, path) = booked(&app).await;
    let cancel = format!("{path}/cancellation");
    let mut rita = app.recruiter().await;
    let page = rita.get(&cancel).await;
    assert!(page.words("#preview").contains("No email needed."));
    // What was typed wrong takes the place of the preview, not its room: it comes back when it is right.
    let wrong = [("reason", "\u{1}"), ("act", "preview")];
    let page = rita.save_form(&cancel, &wrong).await;
    assert_eq!(page.status, 422);
    assert!(page.words("#preview").contains("Correct the form"));
    let nothing = rita.get(&format!("{cancel}/html?version=2")).await;
    assert!(nothing.words("body").contains("No email needed"));
}

#[actix_web::test]
async fn whatever_waits_to_leave_about_an_interview_ends_with_it() {
    let app = TestApp::start().await;
    let an_hour_before = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(&app, async |txn| Ok(an_hour_before.exec(txn).await?)).await;
    let (booked, path) = booked(&app).await;
    app.deliver().await;
    let id = booked.details.interview.id;
    // A kind of another time, which tells of no change either.
    let of_another_kind = email::Entity::update_many()
        .col_expr(email::Column::Kind, Expr::value(email::Kind::Test))
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::COLUMN.kind.eq(email::Kind::Reminder));
    let changed = builders::write(&app, async |txn| Ok(of_another_kind.exec(txn).await?)).await;
    assert!(changed.rows_affected > 0, "a reminder waits");
    let mut rita = app.recruiter().await;
    let page = format!("{path}/cancellation");
    let cancelled = rita.save_form(&page, &[("act", "cancel")]).await;
    assert_eq!(cancelled.status, 303);
    let left = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::Column::Status.is_in([email::Status::Queued, email::Status::Retrying]))
        .all(app.app.db.read())
        .await
        .expect("emails");
    let kinds: Vec<_> = left.iter().map(|email| email.kind).collect();
    assert_eq!(kinds, [email::Kind::Cancelled]);
}
