//! Candidates who have not answered are asked to, once, where their company wants it.
use chrono::TimeDelta;
use entity::{
    company,
    email::{self, Kind, Status},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::{
    company::GOOD,
    support::{
        TestApp,
        builders::{self, Booked},
    },
};

/// An interview in four days, of a company that asks two days before.
async fn scene() -> (TestApp, Booked) {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let change = company::Entity::update_many()
        .col_expr(company::Column::ConfirmHours, Expr::value(Some(48)));
    builders::write(&app, async |txn| {
        change.exec(txn).await?;
        Ok(())
    })
    .await;
    let at = app.now() + TimeDelta::days(4);
    let booked = builders::booked_at(&app, app.company_id, at).await;
    (app, booked)
}

async fn asked(app: &TestApp) -> Vec<email::Model> {
    let all = email::Entity::find()
        .filter(email::Column::Kind.eq(Kind::Confirm))
        .order_by_asc(email::Column::Id);
    all.all(app.app.db.read()).await.expect("a look-up")
}

async fn answer(app: &TestApp, booked: &Booked, say: &str) {
    let link = crate::join::link(app, &booked.details.interview);
    let fields = [("answer", say), ("revision", "1")];
    let path = format!("{link}/answer");
    let said = app.candidate().post_form(&path, &fields).await;
    assert_eq!(said.status, 200, "{}", said.text);
}

#[actix_web::test]
async fn who_has_not_answered_is_asked_two_days_before() {
    let (app, booked) = scene().await;
    let waiting = asked(&app).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].due_at, app.now() + TimeDelta::days(2));
    assert_eq!(waiting[0].status, Status::Queued);
    app.advance(TimeDelta::days(2));
    app.deliver().await;
    let sent = asked(&app).await;
    assert_eq!(sent[0].status, Status::Printed, "{}", sent[0].reason);
    assert_eq!(sent[0].recipient, booked.details.candidate.email);
    let text = sent[0].text.clone().expect("a text");
    assert!(text.contains("Will you be there?"), "{text}");
    assert!(text.contains("/interview/"), "{text}");
}

#[actix_web::test]
async fn whoever_answers_is_not_asked() {
    for say in ["confirmed", "another_time", "declined"] {
        let (app, booked) = scene().await;
        answer(&app, &booked, say).await;
        let dropped = asked(&app).await;
        assert_eq!(dropped[0].status, Status::Superseded, "{say}");
        assert_eq!(dropped[0].reason, "The candidate has answered.");
        app.advance(TimeDelta::days(2));
        app.deliver().await;
        assert_eq!(asked(&app).await[0].status, Status::Superseded);
    }
}

#[actix_web::test]
async fn a_new_time_is_asked_about_anew() {
    let (app, booked) = scene().await;
    answer(&app, &booked, "confirmed").await;
    let row = &booked.details.interview;
    let job = booked.details.job.as_ref().expect("a job").id;
    let at = app.now() + TimeDelta::days(6);
    let slot = builders::slot(&app, app.company_id, job, at).await;
    let path = format!("/api/interviews/{}/reschedule/", row.id);
    let body = json!({ "slot_id": slot });
    let moved = app.program().await.post_json(&path, &body).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let all = asked(&app).await;
    let newest = all.last().expect("a mail");
    assert_eq!(
        (newest.status, newest.due_at),
        (Status::Queued, at - TimeDelta::days(2))
    );
}

#[actix_web::test]
async fn what_is_booked_later_than_that_is_not_asked_about() {
    let (app, _) = scene().await;
    let at = app.now() + TimeDelta::hours(48);
    builders::booked_at(&app, app.company_id, at).await;
    assert_eq!(asked(&app).await.len(), 1);
}

#[actix_web::test]
async fn a_company_asks_nobody_until_it_says_so() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let at = app.now() + TimeDelta::days(4);
    builders::booked_at(&app, app.company_id, at).await;
    assert!(asked(&app).await.is_empty());
    let mut ada = app.admin().await;
    for (wrong, right) in [("0", "1"), ("337", "336"), ("x", "")] {
        let refused = ada.save_form("/company", &with(wrong)).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.has("#confirm_hours[aria-invalid=true]"));
        let saved = ada.save_form("/company", &with(right)).await;
        assert_eq!(saved.status, 303, "{right}: {}", saved.text);
        let page = ada.get("/company").await;
        assert_eq!(page.value_of("confirm_hours"), right);
    }
}

/// A company that asks so many hours before.
fn with(hours: &str) -> Vec<(&'static str, &str)> {
    let others = GOOD.iter().filter(|(name, _)| *name != "confirm_hours");
    others.copied().chain([("confirm_hours", hours)]).collect()
}
