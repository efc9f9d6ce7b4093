//! Whom a change is told: who is not, and why; and what follows from it for emails, pages and programs.
use chrono::TimeDelta;
use entity::{
    company,
    email::{self, Kind, Status},
    interview,
};
use greenroom::domain::interviews::{self, join_link::Ticket};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

const WHY: &str = "Told by phone";

/// An interview whose candidate knows of it, reminders and all.
struct Scene {
    app: TestApp,
    booked: Booked,
    id: i64,
    path: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        remind_an_hour_before(&app).await;
        let booked = builders::booked(&app, app.company_id).await;
        app.expect_undelivered_mail();
        app.deliver().await;
        let id = booked.details.interview.id;
        let path = format!("/interviews/{id}");
        Self {
            app,
            booked,
            id,
            path,
        }
    }

    async fn row(&self) -> interview::Model {
        let row = interviews::find(self.app.app.db.read(), self.app.company_id, self.id).await;
        row.expect("the interview")
    }

    /// Kind and status of each of its emails, the oldest first.
    async fn emails(&self) -> Vec<(Kind, Status)> {
        let emails = email::Entity::find()
            .filter(email::COLUMN.interview_id.eq(self.id))
            .order_by_asc(email::Column::Id)
            .all(self.app.app.db.read())
            .await;
        let emails = emails.expect("emails").into_iter();
        emails.map(|email| (email.kind, email.status)).collect()
    }

    async fn free_slot(&self) -> i64 {
        let job = self.booked.details.job.as_ref().expect("a job").id;
        let at = self.app.now() + TimeDelta::days(2);
        builders::slot(&self.app, self.app.company_id, job, at).await
    }

    async fn fill(&self, actor: &mut Actor, page: &str, fields: &[(&str, &str)]) -> u16 {
        let path = format!("{}/{page}", self.path);
        let shown = actor.get(&path).await;
        let [version, key] = ["version", "key"].map(|name| shown.value_of(name));
        let mut all = vec![("version", version.as_str()), ("key", &key)];
        all.extend_from_slice(fields);
        actor.post_form(&path, &all).await.status
    }

    /// The link of the mail that the candidate got.
    fn link(&self) -> String {
        let row = &self.booked.details.interview;
        let ticket = Ticket {
            public_id: &row.public_id,
            link_version: row.link_version,
            revision: row.revision,
        };
        format!(
            "/interview/{}",
            self.app.app.keys.token(&ticket).expect("a token")
        )
    }
}

const BOOKED: [(Kind, Status); 2] = [
    (Kind::Scheduled, Status::Printed),
    (Kind::Reminder, Status::Queued),
];

#[actix_web::test]
async fn a_move_that_the_candidate_is_not_told_of_sends_nothing_and_says_so_everywhere() {
    let scene = Scene::set().await;
    let mut rita = scene.app.recruiter().await;
    assert_eq!(scene.emails().await, BOOKED);
    let slot = scene.free_slot().await.to_string();
    let page = rita.get(&format!("{}/reschedule", scene.path)).await;
    assert!(
        page.has("input[name=tell][value=yes][checked]"),
        "yes by default"
    );
    assert!(page.has("#why-not option[value='Told by phone']"));
    let to = ("slot", slot.as_str());
    let silent = [to, ("tell", "no"), ("act", "move")];
    assert_eq!(
        scene.fill(&mut rita, "reschedule", &silent).await,
        422,
        "no reason"
    );
    assert_eq!(
        scene.row().await.slot_id,
        scene.booked.details.interview.slot_id
    );
    let silent = [
        to,
        ("tell", "no"),
        ("why_not", WHY),
        ("reason", "Ill"),
        ("act", "move"),
    ];
    let preview = [&silent[..4], &[("act", "preview")]].concat();
    assert_eq!(scene.fill(&mut rita, "reschedule", &preview).await, 200);
    assert_eq!(scene.fill(&mut rita, "reschedule", &silent).await, 303);
    let dropped = [
        (Kind::Scheduled, Status::Printed),
        (Kind::Reminder, Status::Superseded),
    ];
    assert_eq!(
        scene.emails().await,
        dropped,
        "no email, and no reminder of a stale time"
    );
    let page = rita.get(&scene.path).await;
    assert!(
        page.notice().contains("will not be emailed about this"),
        "{}",
        page.notice()
    );
    assert!(
        page.words(".notice--warning")
            .contains(&format!("Reason: {WHY}"))
    );
    let steps = page.all_words(".timeline strong");
    assert!(
        steps
            .iter()
            .any(|step| step.ends_with(": Ill. Candidate not told: Told by phone")),
        "{steps:?}"
    );
    let list = rita.get("/interviews").await;
    assert!(list.words("main").contains("Not told: Told by phone"));
    let today = rita.get("/?day=2027-01-06").await;
    assert!(today.words("#board").contains("Not told: Told by phone"));
    let candidate = scene.app.candidate().get(&scene.link()).await;
    assert!(
        candidate.words("main").contains("January 6, 2027"),
        "the truth, all the same"
    );
    // Whatever is told next tells all of it.
    let telling = format!("{}/telling", scene.path);
    let told = rita.press(&scene.path, &telling).await;
    assert_eq!(told.status, 303);
    assert_eq!(
        scene.emails().await[2..],
        [
            (Kind::Rescheduled, Status::Queued),
            (Kind::Reminder, Status::Queued)
        ]
    );
    assert_eq!(scene.row().await.not_told_reason, None);
    let page = rita.get(&scene.path).await;
    assert!(!page.has(&format!("form[action='{telling}']")));
    assert!(
        page.all_words(".timeline strong")
            .contains(&"Candidate emailed about a change".into())
    );
    let version = scene.row().await.version.to_string();
    rita.post_form(&telling, &[("version", &version)]).await;
    assert_eq!(scene.emails().await.len(), 4, "nobody is told twice");
}

async fn remind_an_hour_before(app: &TestApp) {
    let leads = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(app, async |txn| Ok(leads.exec(txn).await?)).await;
}

#[actix_web::test]
async fn the_next_change_that_is_told_tells_what_was_not() {
    let scene = Scene::set().await;
    let mut program = scene.app.program().await;
    let slot = scene.free_slot().await;
    let path = format!("/api{}/reschedule/", scene.path);
    let body = json!({ "slot_id": slot, "notify_candidate": false });
    let refused = program.post_json(&path, &body).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.json()["errors"]["not_told_reason"].is_array(),
        "{}",
        refused.text
    );
    let body = json!({ "slot_id": slot, "notify_candidate": false, "not_told_reason": WHY });
    let moved = program.post_json(&path, &body).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json()["notification"], Value::Null);
    assert_eq!(moved.json()["interview"]["not_told_reason"], WHY);
    let again = program.post_json(&path, &json!({ "slot_id": slot })).await;
    assert_eq!(
        again.json()["notification"],
        Value::Null,
        "moved to where it is"
    );
    let version = scene.row().await.version;
    let path = format!("/api{}/", scene.path);
    let body = json!({ "version": version, "booking_notes": "Bring water." });
    let corrected = program.patch_json(&path, &body).await.json();
    assert_eq!(corrected["not_told_reason"], Value::Null);
    let emails = scene.emails().await;
    assert_eq!(emails[2], (Kind::Rescheduled, Status::Queued), "{emails:?}");
}

#[actix_web::test]
async fn a_move_back_to_what_the_candidate_knows_leaves_nothing_to_tell() {
    let scene = Scene::set().await;
    let mut program = scene.app.program().await;
    let old = scene.booked.details.interview.slot_id;
    let path = format!("/api{}/reschedule/", scene.path);
    let body = json!({ "slot_id": scene.free_slot().await, "notify_candidate": false, "not_told_reason": WHY });
    assert_eq!(program.post_json(&path, &body).await.status, 200);
    let back = json!({ "slot_id": old, "notify_candidate": false, "not_told_reason": WHY });
    let back = program.post_json(&path, &back).await.json();
    assert_eq!(back["interview"]["not_told_reason"], Value::Null);
    assert!(
        back["notification"].is_object(),
        "the invitation is true again"
    );
}

#[actix_web::test]
async fn a_cancellation_that_the_candidate_is_not_told_of_shows_on_their_page_alone() {
    let scene = Scene::set().await;
    let mut rita = scene.app.recruiter().await;
    let silent = [
        ("listed_reason", "The position has been filled."),
        ("reason", "Sorry."),
        ("tell", "no"),
        ("why_not", WHY),
        ("act", "cancel"),
    ];
    assert_eq!(scene.fill(&mut rita, "cancellation", &silent).await, 303);
    let row = scene.row().await;
    assert_eq!(row.cancel_reason, "The position has been filled.\nSorry.");
    assert_eq!(row.not_told_reason.as_deref(), Some(WHY));
    assert_eq!(
        scene.emails().await[1],
        (Kind::Reminder, Status::Superseded)
    );
    assert_eq!(scene.emails().await.len(), 2);
    assert_eq!(scene.app.candidate().get(&scene.link()).await.status, 410);
    let list = rita.get("/interviews?status=cancelled").await;
    assert!(list.words("main").contains("Not told: Told by phone"));
    rita.press(&scene.path, &format!("{}/telling", scene.path))
        .await;
    assert_eq!(
        scene.emails().await[2..],
        [(Kind::Cancelled, Status::Queued)]
    );
    // Booked anew, nothing is left of it.
    assert_eq!(scene.row().await.not_told_reason, None);
}

#[actix_web::test]
async fn whoever_never_knew_of_an_interview_misses_nothing_when_it_is_cancelled() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut program = app.program().await;
    let path = format!("/api/interviews/{}/cancel/", booked.details.interview.id);
    let body = json!({ "notify_candidate": false, "not_told_reason": WHY });
    let cancelled = program.post_json(&path, &body).await.json();
    assert_eq!(cancelled["not_told_reason"], Value::Null);
    assert_eq!(cancelled["cancel_reason"], "");
}

#[actix_web::test]
async fn a_candidate_never_reads_why_they_were_not_told() {
    const SECRET: &str = "Under investigation.";
    let scene = Scene::set().await;
    let mut program = scene.app.program().await;
    let path = format!("/api{}/cancel/", scene.path);
    let body = json!({
        "reason": "The position is filled.", "notify_candidate": false, "not_told_reason": SECRET,
    });
    let cancelled = program.post_json(&path, &body).await.json();
    assert_eq!(cancelled["cancel_reason"], "The position is filled.");
    assert_eq!(cancelled["not_told_reason"], SECRET);
    let history = scene.app.recruiter().await.get(&scene.path).await;
    assert!(history.text.contains(SECRET), "recruiters do");
    let row = scene.row().await;
    let version = row.version.to_string();
    let telling = format!("{}/telling", scene.path);
    let mut rita = scene.app.recruiter().await;
    rita.post_form(&telling, &[("version", &version)]).await;
    scene.app.deliver().await;
    let mails = email::Entity::find()
        .order_by_asc(email::Column::Id)
        .all(scene.app.app.db.read())
        .await;
    let mails = mails.expect("emails");
    let told = mails.last().and_then(|mail| mail.text.clone());
    let told = told.expect("the text of a cancellation");
    assert!(told.contains("The position is filled."), "{told}");
    for mail in mails {
        assert!(!format!("{mail:?}").contains(SECRET), "{mail:?}");
    }
    let token = scene.app.app.keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    });
    let page = format!("/interview/{}", token.expect("a token"));
    let page = scene.app.candidate().get(&page).await;
    assert!(!page.text.contains(SECRET), "{}", page.text);
}

#[actix_web::test]
async fn interviewers_are_told_or_not_for_themselves() {
    let app = TestApp::start().await;
    remind_an_hour_before(&app).await;
    let (ines, mut program) = (app.interviewer().await, app.program().await);
    let job = builders::job(&app, app.company_id).await;
    let slot = async |program: &mut Actor, date: &str| {
        let fields = json!({
            "interview_date": date, "start_time": "10:00", "duration_minutes": 60, "job": job,
            "ai_interview_type": "technical", "interviewers": [ines.user_id()],
        });
        program
            .post_json("/api/interviews/slots/", &fields)
            .await
            .json()["id"]
            .clone()
    };
    let (first, second) = (
        slot(&mut program, "2027-01-05").await,
        slot(&mut program, "2027-01-06").await,
    );
    let candidate = builders::candidate(&app, app.company_id).await;
    let id = builders::interview(&app, app.company_id, candidate, job).await;
    let book = format!("/api/interviews/slots/{first}/book_slot/");
    program
        .post_json(&book, &json!({ "interview_id": id }))
        .await;
    app.expect_undelivered_mail();
    app.deliver().await;
    let newest = async || {
        let emails = email::Entity::find()
            .filter(email::COLUMN.interview_id.eq(id))
            .filter(email::Column::Status.eq(Status::Queued))
            .filter(email::Column::Kind.ne(Kind::InterviewerReminder))
            .filter(email::Column::Kind.ne(Kind::Reminder))
            .all(app.app.db.read())
            .await;
        let mut kinds: Vec<Kind> = emails.expect("emails").iter().map(|it| it.kind).collect();
        kinds.sort_by_key(|kind| format!("{kind:?}"));
        kinds
    };
    let path = format!("/api/interviews/{id}/reschedule/");
    let body = json!({ "slot_id": second, "notify_interviewers": false, "not_told_reason": "Same person" });
    assert_eq!(program.post_json(&path, &body).await.status, 200);
    assert_eq!(newest().await, [Kind::Rescheduled]);
    let reminders = email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(id))
        .filter(email::Column::Status.eq(Status::Queued))
        .filter(email::Column::Kind.eq(Kind::InterviewerReminder))
        .all(app.app.db.read())
        .await;
    let days: Vec<_> = reminders
        .expect("emails")
        .iter()
        .map(|it| it.due_at.date_naive())
        .collect();
    let day: chrono::NaiveDate = "2027-01-06".parse().expect("a day");
    assert_eq!(
        days,
        [day],
        "they are reminded of the new time all the same"
    );
    app.deliver().await;
    let path = format!("/api/interviews/{id}/cancel/");
    let body = json!({ "notify_candidate": false, "not_told_reason": WHY });
    assert_eq!(program.post_json(&path, &body).await.status, 200);
    assert_eq!(newest().await, [Kind::InterviewerCancelled]);
}

#[actix_web::test]
async fn a_reopened_interview_tells_nobody_who_was_not_to_be_told() {
    let scene = Scene::set().await;
    let mut program = scene.app.program().await;
    let call = |name: &str| format!("/api{}/{name}/", scene.path);
    let body = json!({ "slot_id": scene.free_slot().await, "notify_candidate": false, "not_told_reason": WHY });
    assert_eq!(
        program.post_json(&call("reschedule"), &body).await.status,
        200
    );
    scene
        .app
        .advance(TimeDelta::days(2) + TimeDelta::minutes(5));
    let before = scene.emails().await.len();
    assert_eq!(
        program.post_json(&call("no_show"), &json!({})).await.status,
        200
    );
    assert_eq!(
        program.post_json(&call("reopen"), &json!({})).await.status,
        200
    );
    assert_eq!(scene.emails().await.len(), before);
    assert_eq!(scene.row().await.not_told_reason.as_deref(), Some(WHY));
}

#[actix_web::test]
async fn details_are_corrected_without_an_email_for_a_reason() {
    let scene = Scene::set().await;
    let mut rita = scene.app.recruiter().await;
    let edit = format!("{}/edit", scene.path);
    let page = rita.get(&edit).await;
    assert!(
        page.has("input[name=tell][value=yes][checked]"),
        "{}",
        page.text
    );
    let before = scene.emails().await;
    let quiet = [
        ("interview_type", "technical"),
        ("duration_minutes", "45"),
        ("notes", "Bring a pen."),
        ("tell", "no"),
    ];
    let mut unexplained = quiet.to_vec();
    unexplained.push(("act", "save"));
    assert_eq!(scene.fill(&mut rita, "edit", &unexplained).await, 422);
    let mut explained = unexplained.clone();
    explained.push(("why_not", WHY));
    assert_eq!(scene.fill(&mut rita, "edit", &explained).await, 303);
    let row = scene.row().await;
    assert_eq!(row.booking_notes, "Bring a pen.");
    assert_eq!(row.not_told_reason.as_deref(), Some(WHY));
    let sent = |emails: &[(Kind, Status)]| {
        let news = emails.iter().filter(|(kind, _)| kind.tells_of_change());
        news.count()
    };
    assert_eq!(sent(&scene.emails().await), sent(&before));
    let page = rita.get(&scene.path).await;
    let steps = page.words(".timeline");
    assert!(
        steps.contains(&format!("Candidate not told: {WHY}")),
        "{steps}"
    );
    assert!(page.words("main").contains("The candidate was not emailed"));

    // A program does the same, and says why.
    let mut program = scene.app.program().await;
    let path = format!("/api{}/", scene.path);
    let version = program.get(&path).await.json()["version"].clone();
    let body =
        json!({ "version": version, "booking_notes": "Bring two.", "notify_candidate": false });
    let refused = program.patch_json(&path, &body).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.json()["errors"]["not_told_reason"].is_array());
    let mut body = body;
    body["not_told_reason"] = json!("By phone again");
    let done = program.patch_json(&path, &body).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.json()["not_told_reason"], "By phone again");
    assert_eq!(sent(&scene.emails().await), sent(&before));
    // The next one that is told tells all of it.
    let body = json!({ "version": done.json()["version"], "duration_minutes": 60 });
    let told = program.patch_json(&path, &body).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(told.json()["not_told_reason"], Value::Null);
    assert_eq!(sent(&scene.emails().await), sent(&before) + 1);
}
