//! Interviewers get their own email and calendar entry: booked, moved, cancelled, reminded; in the queue and log of all.
use chrono::TimeDelta;
use entity::{
    company,
    email::{self, Audience, Kind, Status},
    interview,
    user::{self, Role},
};
use greenroom::domain::accounts::users;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

const SLOTS: &str = "/api/interviews/slots/";

/// A company with a job, two interviewers and a program.
pub struct Scene {
    pub app: TestApp,
    program: Actor,
    job: i64,
    pub ines: user::Model,
    pub kim: user::Model,
}

impl Scene {
    pub async fn new() -> Self {
        Self::of(TestApp::start().await).await
    }

    pub async fn of(app: TestApp) -> Self {
        let user = async || builders::user(&app, app.company_id, Role::Interviewer).await;
        Self {
            program: app.program().await,
            job: builders::job(&app, app.company_id).await,
            ines: user().await,
            kim: user().await,
            app,
        }
    }

    /// A slot so many hours from now.
    pub async fn slot(&mut self, hours: i64, interviewers: &[i64]) -> i64 {
        let starts_at = self.app.now() + TimeDelta::hours(hours);
        let fields = json!({
            "interview_date": starts_at.format("%Y-%m-%d").to_string(),
            "start_time": starts_at.format("%H:%M").to_string(),
            "time_zone": "UTC",
            "duration_minutes": 60,
            "job": self.job,
            "ai_interview_type": "technical",
            "meeting_url": "https://meet.example/room-7",
            "interviewers": interviewers,
        });
        let answer = self.program.post_json(SLOTS, &fields).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_i64().expect("an id")
    }

    /// Books somebody new, and answers with the interview's key.
    pub async fn book(&mut self, slot_id: i64) -> i64 {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        let id = builders::interview(&self.app, self.app.company_id, candidate, self.job).await;
        let path = format!("{SLOTS}{slot_id}/book_slot/");
        self.post(&path, json!({ "interview_id": id })).await;
        id
    }

    pub async fn post(&mut self, path: &str, body: Value) {
        let answer = self.program.post_json(path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    pub async fn patch(&mut self, path: &str, mut fields: Value) -> Answer {
        let before = self.program.get(path).await.json();
        fields["version"] = before["version"].clone();
        let answer = self.program.patch_json(path, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// What interviewers were or are to be sent of an interview: recipient, kind and status, in the order of the queue.
    pub async fn mails(&self, interview_id: i64) -> Vec<email::Model> {
        email::Entity::find()
            .filter(email::COLUMN.interview_id.eq(interview_id))
            .filter(email::COLUMN.audience.eq(Audience::User))
            .filter(email::Column::Kind.ne(Kind::InterviewerReminder))
            .order_by_asc(email::Column::Id)
            .all(self.app.app.db.read())
            .await
            .expect("emails")
    }

    async fn told(&self, interview_id: i64) -> Vec<(i64, Kind, Status)> {
        let mails = self.mails(interview_id).await.into_iter();
        mails
            .map(|it| (it.user_id.expect("a user"), it.kind, it.status))
            .collect()
    }

    /// Sends what is due, with the time that corrections have.
    pub async fn deliver(&self) {
        self.app.advance(TimeDelta::minutes(5));
        self.app.deliver().await;
    }
}

fn ics(mail: &email::Model, name: &str) -> String {
    let ics = mail.ics.as_deref().expect("a calendar");
    let line = ics.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("{name} in {ics}")).to_owned()
}

#[actix_web::test]
async fn each_interviewer_is_told_of_the_booking_with_a_calendar_entry_of_their_own() {
    let mut scene = Scene::new().await;
    let (ines, kim) = (scene.ines.clone(), scene.kim.clone());
    let slot = scene.slot(48, &[ines.id, kim.id]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    let told = mails
        .iter()
        .map(|it| (it.recipient.as_str(), it.kind, it.status));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (&*ines.email, Kind::InterviewerScheduled, Status::Printed),
            (&*kim.email, Kind::InterviewerScheduled, Status::Printed),
        ]
    );
    let (mine, theirs) = (&mails[0], &mails[1]);
    assert_ne!(ics(mine, "UID:"), ics(theirs, "UID:"));
    assert_eq!(ics(mine, "METHOD:"), "REQUEST");
    assert_eq!(ics(mine, "LOCATION:"), "https://meet.example/room-7");
    let page = format!("/my-interviews/{id}");
    for part in [&mine.text, &mine.html, &mine.ics] {
        let part = part.as_deref().expect("a part");
        assert!(part.contains(&page), "{part}");
        assert!(part.contains("https://meet.example/room-7"), "{part}");
        assert!(!part.contains("/interview/"), "no join link: {part}");
        assert!(!part.contains("greenroom-link"), "{part}");
    }
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_candidates_mail_is_as_it_was_and_says_nothing_of_the_notes_for_interviewers() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    let path = format!("/api/interviews/{id}/");
    let notes = "Ask about the gap in 2024.";
    let answer = scene
        .patch(&path, json!({ "interviewer_notes": notes }))
        .await;
    assert_eq!(answer.json()["interviewer_notes"], notes);
    scene.deliver().await;
    let all = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::Column::Status.eq(Status::Printed))
        .order_by_asc(email::Column::Id)
        .all(scene.app.app.db.read())
        .await
        .expect("emails");
    let kinds: Vec<Kind> = all.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [Kind::Scheduled, Kind::InterviewerScheduled]);
    let has_notes = |mail: &email::Model| {
        let parts = [&mail.text, &mail.html, &mail.ics];
        let mut parts = parts.into_iter().flatten();
        parts.any(|part| part.contains("the gap in 2024"))
    };
    assert!(!has_notes(&all[0]), "the candidate's");
    assert!(has_notes(&all[1]), "the interviewer's");
    // A change of the notes alone is nothing to the candidate.
    scene.patch(&path, json!({ "interviewer_notes": "" })).await;
    scene.deliver().await;
    let told = scene.told(id).await;
    assert_eq!(told.last().map(|it| it.1), Some(Kind::InterviewerUpdated));
    let candidates = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::Column::Kind.eq(Kind::Updated));
    let candidates = candidates.all(scene.app.app.db.read()).await;
    assert_eq!(candidates.expect("emails").len(), 0);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_move_and_a_cancellation_keep_the_entry_and_raise_its_sequence() {
    let mut scene = Scene::new().await;
    let (first, second) = (
        scene.slot(48, &[scene.ines.id]).await,
        scene.slot(60, &[scene.ines.id]).await,
    );
    let id = scene.book(first).await;
    scene.deliver().await;
    let path = format!("/api/interviews/{id}/reschedule/");
    scene.post(&path, json!({ "slot_id": second })).await;
    scene.deliver().await;
    let path = format!("/api/interviews/{id}/cancel/");
    scene.post(&path, json!({ "reason": "Filled." })).await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    let kinds: Vec<Kind> = mails.iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::InterviewerScheduled,
            Kind::InterviewerRescheduled,
            Kind::InterviewerCancelled
        ]
    );
    let uids: Vec<String> = mails.iter().map(|it| ics(it, "UID:")).collect();
    assert!(uids.iter().all(|uid| *uid == uids[0]), "{uids:?}");
    let sequences = mails.iter().map(|it| ics(it, "SEQUENCE:").parse::<i32>());
    let sequences: Vec<i32> = sequences.collect::<Result<_, _>>().expect("numbers");
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
    assert_eq!(ics(&mails[2], "METHOD:"), "CANCEL");
    assert!(
        mails[2]
            .text
            .as_deref()
            .expect("a text")
            .contains("Filled.")
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_did_not_leave_is_replaced_by_what_is_so() {
    let mut scene = Scene::new().await;
    let ines = scene.ines.id;
    let (first, second) = (scene.slot(48, &[ines]).await, scene.slot(60, &[ines]).await);
    let id = scene.book(first).await;
    let path = format!("/api/interviews/{id}/reschedule/");
    scene.post(&path, json!({ "slot_id": second })).await;
    assert_eq!(
        scene.told(id).await,
        [
            (ines, Kind::InterviewerScheduled, Status::Superseded),
            (ines, Kind::InterviewerScheduled, Status::Queued),
        ],
        "they hear of it once, as it is"
    );
    let path = format!("/api/interviews/{id}/cancel/");
    scene.post(&path, json!({})).await;
    let told = scene.told(id).await;
    assert!(told.iter().all(|it| it.2 == Status::Superseded), "{told:?}");
    scene.deliver().await;
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn whoever_takes_over_is_booked_and_whoever_leaves_is_cancelled() {
    let mut scene = Scene::new().await;
    let (ines, kim) = (scene.ines.id, scene.kim.id);
    let slot = scene.slot(48, &[ines]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    let path = format!("{SLOTS}{slot}/");
    scene.patch(&path, json!({ "interviewers": [kim] })).await;
    scene.deliver().await;
    assert_eq!(
        scene.told(id).await,
        [
            (ines, Kind::InterviewerScheduled, Status::Printed),
            (ines, Kind::InterviewerCancelled, Status::Printed),
            (kim, Kind::InterviewerScheduled, Status::Printed),
        ]
    );
    let mails = scene.mails(id).await;
    let first: i32 = ics(&mails[0], "SEQUENCE:").parse().expect("a number");
    let last: i32 = ics(&mails[1], "SEQUENCE:").parse().expect("a number");
    assert!(first < last, "calendars keep the newer one");
    // Back again: told anew, and calendars take it.
    scene
        .patch(&path, json!({ "interviewers": [kim, ines] }))
        .await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    let back = mails.last().expect("a mail");
    assert_eq!(
        (back.user_id, back.kind),
        (Some(ines), Kind::InterviewerScheduled)
    );
    assert!(last < ics(back, "SEQUENCE:").parse().expect("a number"));
    // The candidate has nothing to learn of it.
    let kinds = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::COLUMN.audience.eq(Audience::Candidate))
        .filter(email::Column::Kind.ne(Kind::Reminder));
    let kinds = kinds.all(scene.app.app.db.read()).await.expect("emails");
    assert_eq!(kinds.len(), 1, "the invitation");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_move_to_a_slot_of_somebody_else_tells_both() {
    let mut scene = Scene::new().await;
    let (ines, kim) = (scene.ines.id, scene.kim.id);
    let (first, second) = (scene.slot(48, &[ines]).await, scene.slot(60, &[kim]).await);
    let id = scene.book(first).await;
    scene.deliver().await;
    let was = ics(&scene.mails(id).await[0], "DTSTART:");
    let path = format!("/api/interviews/{id}/reschedule/");
    scene.post(&path, json!({ "slot_id": second })).await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    assert_eq!(
        (mails[1].user_id, mails[1].kind),
        (Some(ines), Kind::InterviewerCancelled)
    );
    assert_eq!(ics(&mails[1], "DTSTART:"), was, "as they know it");
    assert_eq!(
        (mails[2].user_id, mails[2].kind),
        (Some(kim), Kind::InterviewerScheduled)
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn who_is_disabled_gets_none_not_even_what_waits() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    let ada = scene.app.admin().await.user.expect("a user");
    let actor = greenroom::domain::actions::Actor {
        user_id: Some(ada.id),
        ..greenroom::domain::actions::Actor::system(scene.app.company_id)
    };
    let target = builders::seen(scene.ines.id);
    let done = users::disable(&scene.app.app.db, &actor, &target, scene.app.now()).await;
    assert_eq!(done.expect("disabled"), users::Change::Done);
    scene.deliver().await;
    let told = scene.told(id).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].2, Status::Superseded);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn they_are_reminded_once_near_the_start() {
    let mut scene = Scene::new().await;
    builders::write(&scene.app, async |txn| {
        let leads = json!([60, 1440]);
        let update = company::Entity::update_many()
            .col_expr(company::Column::ReminderLeadMinutes, Expr::value(leads));
        Ok(update.exec(txn).await?)
    })
    .await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    scene.app.advance(TimeDelta::hours(47));
    scene.app.deliver().await;
    let reminders = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::Column::Kind.eq(Kind::InterviewerReminder))
        .all(scene.app.app.db.read())
        .await
        .expect("emails");
    assert_eq!(reminders.len(), 1);
    assert_eq!(reminders[0].lead_minutes, Some(60));
    assert_eq!(reminders[0].status, Status::Printed);
    assert_eq!(reminders[0].ics, None, "a second request would ask anew");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn they_read_german_and_their_own_zone_when_they_chose_so() {
    let mut scene = Scene::new().await;
    let ines = scene.ines.clone();
    let mut herself = scene.app.signed_in_as(&ines).await;
    let fields = [
        ("name", "Ines"),
        ("time_zone", "Asia/Tokyo"),
        ("locale", "de"),
    ];
    let saved = herself.save_form("/account", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let slot = scene.slot(48, &[ines.id]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    let text = mails[0].text.as_deref().expect("a text");
    assert!(text.starts_with("Guten Tag Ines,"), "{text}");
    assert!(
        text.contains("Asia/Tokyo") && text.contains("UTC+09:00"),
        "{text}"
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn recruiters_see_them_in_the_log_and_may_send_one_again() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&format!("/interviews/{id}")).await;
    let mails = page.words("#mails");
    let line = format!("Interviewer invitation to {}", scene.ines.email);
    assert!(mails.contains(&line), "{mails}");
    let mail = &scene.mails(id).await[0];
    let page = rita.get(&format!("/emails/{}", mail.id)).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Adds the interview to the interviewer"));
    let path = format!("/emails/{}", mail.id);
    let again = rita.press(&path, &format!("{path}/resend")).await;
    assert_eq!(again.status, 303, "{}", again.text);
    scene.deliver().await;
    let mails = scene.mails(id).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].recipient, scene.ines.email);
    assert_eq!(mails[1].status, Status::Printed);
    assert_eq!(mails[0].text, mails[1].text);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_interviewer_sees_their_interview_and_the_notes_and_nobody_elses() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    let path = format!("/api/interviews/{id}/");
    let notes =
        json!({ "interviewer_notes": "Ask about the gap.", "booking_notes": "Bring a pen." });
    scene.patch(&path, notes).await;
    let mut ines = scene.app.signed_in_as(&scene.ines).await;
    let today = ines.get("/").await;
    let link = today.attribute("main a[href^='/my-interviews/']", "href");
    let page = ines.get(&link).await;
    assert_eq!(page.status, 200);
    let main = page.words("main");
    for theirs in ["Zoë Núñez", "Cloud Architect", "Ask about the gap."] {
        assert!(main.contains(theirs), "{theirs}: {main}");
    }
    for not_theirs in [
        "zoe",
        "Bring a pen.",
        "/interview/",
        "/candidates/",
        "href=\"/interviews/",
    ] {
        assert!(
            !page.text.contains(not_theirs),
            "{not_theirs}: {}",
            page.text
        );
    }
    let mut kim = scene.app.signed_in_as(&scene.kim).await;
    let nothing = kim.get("/my-interviews/999999").await;
    let foreign = kim.get(&link).await;
    assert_eq!((foreign.status, &foreign.text), (404, &nothing.text));
    for path in [
        format!("/interviews/{id}"),
        format!("/interviews/{id}/edit"),
    ] {
        assert_eq!(ines.get(&path).await.status, 404, "{path}");
    }
    // It is theirs no longer when somebody else holds it.
    let path = format!("{SLOTS}{slot}/");
    scene
        .patch(&path, json!({ "interviewers": [scene.kim.id] }))
        .await;
    assert_eq!(ines.get(&link).await.status, 404);
    assert_eq!(kim.get(&link).await.status, 200);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_recruiter_writes_the_notes_on_the_page_that_edits_an_interview() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    let mut rita = scene.app.recruiter().await;
    let page = format!("/interviews/{id}/edit");
    let fields = [
        ("interview_type", "technical"),
        ("duration_minutes", "60"),
        ("meeting_url", "https://meet.example/room-7"),
        ("interviewer_notes", "Ask about the gap."),
        ("act", "save"),
    ];
    let saved = rita.save_form(&page, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let row = interview::Entity::find_by_id(id)
        .one(scene.app.app.db.read())
        .await;
    let row = row.expect("a query").expect("a row");
    assert_eq!(row.interviewer_notes, "Ask about the gap.");
    let page = rita.get(&format!("/interviews/{id}")).await;
    assert!(
        page.text.contains("notes for the interviewers"),
        "the history"
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn nobody_is_told_who_held_an_interview_once_it_is_over() {
    let mut scene = Scene::new().await;
    scene.app.expect_undelivered_mail();
    let (ines, kim) = (scene.ines.id, scene.kim.id);
    let mut over = Vec::new();
    for hours in [48, 50] {
        let slot = scene.slot(hours, &[ines]).await;
        over.push((slot, scene.book(slot).await));
    }
    scene.deliver().await;
    scene.app.advance(TimeDelta::hours(48));
    let (_, closed_early) = over[0];
    let complete = format!("/api/interviews/{closed_early}/complete/");
    scene.post(&complete, json!({})).await;
    // The other one ends while nobody says how.
    scene.app.advance(TimeDelta::minutes(56));
    for (index, (slot, interview)) in over.into_iter().enumerate() {
        if index == 1 {
            scene.app.advance(TimeDelta::hours(2));
        }
        let before = scene.told(interview).await;
        let path = format!("{SLOTS}{slot}/");
        let answer = scene.patch(&path, json!({ "interviewers": [ines, kim] }));
        assert_eq!(answer.await.json()["interviewers"], json!([ines, kim]));
        assert_eq!(scene.told(interview).await, before, "{index}");
    }
}

#[actix_web::test]
async fn what_an_interviewer_need_not_be_told_is_said_of_the_interviewer() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    scene.deliver().await;
    let cancel = format!("/api/interviews/{id}/cancel/");
    scene.post(&cancel, json!({})).await;
    // Only now it is known that the invitation came back.
    builders::write(&scene.app, async |txn| {
        let status = sea_orm::ActiveEnum::to_value(&Status::Bounced);
        let bounced = email::Entity::update_many()
            .col_expr(email::Column::Status, Expr::value(status))
            .filter(email::Column::Kind.eq(Kind::InterviewerScheduled));
        Ok(bounced.exec(txn).await?)
    })
    .await;
    scene.deliver().await;
    let mails = scene.mails(id).await;
    let last = mails.last().expect("an email");
    assert_eq!(
        (last.kind, last.status),
        (Kind::InterviewerCancelled, Status::Superseded)
    );
    let why = last.reason.as_str();
    assert!(why.starts_with("The interviewer had not received"), "{why}");
}
