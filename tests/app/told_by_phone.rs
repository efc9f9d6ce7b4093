//! Telling a candidate by phone what no mail told.
use chrono::TimeDelta;
use entity::email::{self, Status};
use sea_orm::{ActiveEnum, EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{TestApp, builders};

/// Ends a message, whatever the rules say.
async fn came_to(app: &TestApp, id: i64, status: Status) {
    let change = email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .col_expr(email::Column::FinishedAt, Expr::value(app.now()))
        .filter(email::COLUMN.id.eq(id));
    builders::write(app, async |txn| Ok(change.exec(txn).await?)).await;
}

#[actix_web::test]
async fn who_was_told_by_phone_is_no_alert_and_everybody_sees_who_told_them() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, booked.email.id, Status::Failed).await;
    app.advance(TimeDelta::minutes(1));
    let mut rita = app.recruiter().await;
    let page = rita.get("/alerts").await;
    let form = ".alerts__list form[action$='/telling']";
    let (action, next) = (
        page.attribute(form, "action"),
        page.attribute(".alerts__list input[name=next]", "value"),
    );
    let told = rita.post_form(&action, &[("next", &next)]).await;
    assert_eq!((told.status, told.location.as_str()), (303, "/alerts"));
    let page = rita.get(&told.location).await;
    assert_eq!(page.notice(), "Marked as told by phone.");
    assert!(!page.has(".alerts__list"));
    assert!(!rita.get("/").await.has(".alerts"));
    let day = rita.get("/?day=2027-01-05").await;
    assert_eq!(day.words("#board .reach li:nth-child(2)"), "Told 09:01");
    assert!(!day.has("#attention .agenda"), "no worry either");

    app.advance(TimeDelta::minutes(5));
    let mut again = app.admin().await;
    assert_eq!(again.post_form(&action, &[]).await.status, 303);
    let message = again.get(&format!("/emails/{}", booked.email.id)).await;
    assert_eq!(message.words("#standing h2"), "Not delivered", "as it was");
    let story = message.words("#story");
    assert!(
        story.contains("Told by phone 09:01:00.000 Rita Recruiter told"),
        "{story}"
    );
    let path = format!("/interviews/{}", booked.details.interview.id);
    let interview = again.get(&path).await;
    let mails = interview.words("#mails");
    assert!(
        mails.contains("told by phone Mon 4 January 2027, 09:01"),
        "{mails}"
    );
    assert!(!interview.has("#mails form[action$='/telling']"));
    let events = interview.all_words(".timeline li");
    let told = "Marked as told by phone Mon 4 January 2027, 09:01 · by Rita Recruiter";
    assert_eq!(
        events.iter().filter(|event| *event == told).count(),
        1,
        "{events:?}"
    );
}

#[actix_web::test]
async fn a_telling_can_be_taken_back() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, booked.email.id, Status::Uncertain).await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let action = rita.get(&path).await.attribute("#standing form", "action");
    let answer = rita
        .post_form(&action, &[("next", "https://elsewhere.example")])
        .await;
    assert_eq!(answer.location, "/", "nowhere but here");
    let back = rita.get(&path).await.attribute("#standing form", "action");
    assert_ne!(action, back);
    for _ in 0..2 {
        assert_eq!(rita.post_form(&back, &[]).await.location, path);
        assert!(rita.get("/jobs").await.has(".alerts"));
    }
    let interview = format!("/interviews/{}", booked.details.interview.id);
    let events = rita.get(&interview).await.all_words(".timeline li");
    let taken = "No longer marked as told by phone";
    let taken: Vec<_> = events
        .iter()
        .filter(|event| event.starts_with(taken))
        .collect();
    assert_eq!(taken.len(), 1, "{events:?}");
}

#[actix_web::test]
async fn what_changed_after_the_call_is_told_anew() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    came_to(&app, booked.email.id, Status::Failed).await;
    let mut rita = app.recruiter().await;
    let telling = format!("/emails/{}/telling", booked.email.id);
    assert_eq!(rita.post_form(&telling, &[]).await.status, 303);
    assert!(!rita.get("/jobs").await.has(".alerts"));
    let path = format!("/interviews/{}", booked.details.interview.id);
    let edit = rita.get(&format!("{path}/edit")).await;
    let fields: Vec<(&str, String)> = ["version", "interview_type", "duration_minutes"]
        .map(|name| (name, edit.value_of(name)))
        .into();
    let mut fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.push(("booking_notes", "Bring two portfolios."));
    assert_eq!(
        rita.post_form(&format!("{path}/edit"), &fields)
            .await
            .status,
        303
    );
    app.deliver().await;
    assert!(rita.get("/jobs").await.has(".alerts"), "printed, and newer");
}
