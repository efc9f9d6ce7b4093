//! What came of interviews, counted; and all that happened to one.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{interview, user::Role};
use greenroom::domain::interviews::{self, join_link::Ticket};
use serde_json::json;

use crate::support::{Actor, Answer, TestApp, builders};

/// A recruiter's program that books, moves, cancels and closes.
struct Scene {
    app: TestApp,
    program: Actor,
    begun: DateTime<Utc>,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
        let program = app.program_of(&rita).await;
        let begun = app.now();
        Self {
            app,
            program,
            begun,
        }
    }

    async fn job(&mut self, title: &str) -> i64 {
        let body = json!({ "title": title });
        let job = self.program.post_json("/api/jobs/", &body).await;
        job.json()["id"].as_i64().expect("a key")
    }

    async fn slot(&self, job: i64, hours: i64) -> i64 {
        let at = self.begun + TimeDelta::hours(hours);
        builders::slot(&self.app, self.app.company_id, job, at).await
    }

    /// An interview that is added now.
    async fn interview(&self, job: i64) -> i64 {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        builders::interview(&self.app, self.app.company_id, candidate, job).await
    }

    async fn book(&mut self, interview: i64, slot: i64) {
        let path = format!("/api/interviews/slots/{slot}/book_slot/");
        let body = json!({ "interview_id": interview });
        let booked = self.program.post_json(&path, &body).await;
        assert_eq!(booked.status, 200, "{}", booked.text);
    }

    async fn call(&mut self, interview: i64, call: &str, body: serde_json::Value) {
        let path = format!("/api/interviews/{interview}/{call}/");
        let answer = self.program.post_json(&path, &body).await;
        assert_eq!(answer.status, 200, "{call}: {}", answer.text);
    }
}

/// The cells of a row by its name.
fn row(page: &Answer, name: &str) -> Vec<String> {
    let names = page.all_words("#report tbody th");
    let at = names.iter().position(|it| it == name);
    let at = at.unwrap_or_else(|| panic!("no {name} in {names:?}")) + 1;
    page.all_words(&format!("#report tbody tr:nth-child({at}) td"))
}

#[actix_web::test]
async fn a_report_counts_what_came_of_the_interviews_of_a_period() {
    let mut scene = Scene::set().await;
    let (cook, clerk) = (scene.job("=Cook").await, scene.job("Clerk").await);
    let ids = [
        scene.interview(cook).await,
        scene.interview(cook).await,
        scene.interview(cook).await,
        scene.interview(clerk).await,
    ];
    scene.app.advance(TimeDelta::minutes(60));
    for (id, job, hours) in [(ids[0], cook, 24), (ids[1], cook, 26), (ids[2], cook, 28)] {
        let slot = scene.slot(job, hours).await;
        scene.book(id, slot).await;
    }
    scene.app.advance(TimeDelta::minutes(30));
    let slot = scene.slot(clerk, 24 * 8).await;
    scene.book(ids[3], slot).await;
    let later = scene.slot(cook, 30).await;
    scene
        .call(ids[2], "reschedule", json!({ "slot_id": later }))
        .await;
    scene
        .call(ids[2], "cancel", json!({ "reason": "Ill" }))
        .await;
    scene.app.deliver().await;
    scene.app.advance(TimeDelta::hours(27));
    scene
        .call(ids[0], "complete", json!({ "outcome": "Hold" }))
        .await;
    scene.call(ids[1], "no_show", json!({})).await;

    let mut rita = scene.app.recruiter().await;
    let period = "from=2027-01-01&to=2027-01-31";
    let page = rita.get(&format!("/reports?{period}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(
        row(&page, "=Cook"),
        [
            "3",
            "1",
            "1 (50.0 %)",
            "1",
            "1 (Rita Recruiter 1)",
            "1 h 0 min",
            "1 d 0 h",
            "2"
        ]
    );
    assert_eq!(
        row(&page, "Clerk"),
        ["1", "0", "0", "0", "0", "1 h 30 min", "", "1"]
    );
    assert_eq!(row(&page, "All")[..5], ["4", "1", "1 (50.0 %)", "1", "1"]);
    assert_eq!(
        page.attribute("#report svg", "aria-label"),
        "1 completed, 1 no-shows, 0 without an outcome, 1 cancelled"
    );
    let by =
        async |rita: &mut Actor, by: &str| rita.get(&format!("/reports?by={by}&{period}")).await;
    assert_eq!(
        row(&by(&mut rita, "recruiter").await, "Rita Recruiter")[0],
        "4"
    );
    assert_eq!(
        row(&by(&mut rita, "interviewer").await, "No interviewer")[0],
        "4"
    );
    let weeks = by(&mut rita, "week").await;
    assert_eq!(row(&weeks, "Week of 4 January 2027")[0], "3");
    assert_eq!(row(&weeks, "Week of 11 January 2027")[0], "1");
    assert_eq!(row(&weeks, "Week of 18 January 2027")[0], "0");
    assert_eq!(row(&by(&mut rita, "month").await, "January 2027")[0], "4");
    let one = rita
        .get(&format!("/reports?by=week&job={clerk}&{period}"))
        .await;
    assert_eq!(row(&one, "All")[0], "1");
    assert_eq!(rita.get("/reports?by=status").await.status, 422);

    let csv = rita.get(&format!("/reports.csv?{period}")).await;
    let line = csv.text.lines().find(|line| line.contains("Cook"));
    assert_eq!(
        line.expect("a line"),
        "'=Cook,3,1,1,50.0 %,1,1,Rita Recruiter 1,60,1440,2"
    );
    let wrong = rita.get("/reports.csv?by=status").await;
    assert_eq!(wrong.status, 303);
    let other = scene
        .app
        .other_company()
        .await
        .get(&format!("/reports?{period}"))
        .await;
    assert!(other.words("main").contains("No interviews in this period"));
}

#[actix_web::test]
async fn days_that_no_calendar_has_are_refused() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for day in ["%2B262142-12-31", "-262143-01-01", "10000-01-01", "soon"] {
        for by in ["week", "month", "job"] {
            let address = format!("/reports?by={by}&from={day}&to={day}");
            let page = rita.get(&address).await;
            assert_eq!(page.status, 422, "{address}");
            assert!(!page.error_of("from").is_empty(), "{address}");
        }
    }
}

#[actix_web::test]
async fn an_interview_with_two_interviewers_counts_for_both() {
    let mut scene = Scene::set().await;
    let job = scene.job("Cook").await;
    let (ines, ada) = (scene.app.interviewer().await, scene.app.admin().await);
    let fields = json!({
        "interview_date": "2027-01-05", "start_time": "10:00", "duration_minutes": 60, "job": job,
        "ai_interview_type": "technical", "interviewers": [ines.user_id(), ada.user_id()],
    });
    let slot = scene
        .program
        .post_json("/api/interviews/slots/", &fields)
        .await
        .json();
    let id = scene.interview(job).await;
    scene.book(id, slot["id"].as_i64().expect("a key")).await;
    let mut rita = scene.app.recruiter().await;
    let page = rita
        .get("/reports?by=interviewer&from=2027-01-01&to=2027-01-31")
        .await;
    assert_eq!(row(&page, "Ines Interviewer")[0], "1");
    assert_eq!(row(&page, "Ada Admin")[0], "1");
    assert_eq!(row(&page, "All")[0], "1", "but once in all");
}

#[actix_web::test]
async fn the_first_booking_is_what_counts_however_often_it_is_booked() {
    let mut scene = Scene::set().await;
    let job = scene.job("Cook").await;
    let id = scene.interview(job).await;
    let (first, second) = (scene.slot(job, 24).await, scene.slot(job, 48).await);
    scene.app.advance(TimeDelta::minutes(10));
    scene.book(id, first).await;
    scene.call(id, "cancel", json!({})).await;
    scene.app.advance(TimeDelta::hours(5));
    scene.book(id, second).await;
    let booked_at = row_of(&scene.app, id).await.booked_at;
    assert_eq!(booked_at, Some(scene.begun + TimeDelta::minutes(10)));
    let mut rita = scene.app.recruiter().await;
    let page = rita.get("/reports?from=2027-01-01&to=2027-01-31").await;
    assert_eq!(row(&page, "Cook")[5], "10 min");
    assert_eq!(row(&page, "Cook")[4], "0", "it is not cancelled any more");
}

#[actix_web::test]
async fn what_lies_outside_the_period_is_not_counted_whatever_was_added_between() {
    let mut scene = Scene::set().await;
    let (cook, clerk) = (scene.job("Cook").await, scene.job("Clerk").await);
    let (first, other) = (scene.slot(cook, 24).await, scene.slot(cook, 24 * 60).await);
    let last = scene.slot(cook, 26).await;
    let mut ids = Vec::new();
    for slot in [first, other, last] {
        // Its own job is in force, whatever its slot is for.
        let id = scene.interview(clerk).await;
        scene.book(id, slot).await;
        ids.push(id);
    }
    scene.call(ids[1], "cancel", json!({})).await;
    // Cancelled twice, it is cancelled once.
    scene.call(ids[2], "cancel", json!({})).await;
    scene.book(ids[2], last).await;
    scene.call(ids[2], "cancel", json!({})).await;
    let mut rita = scene.app.recruiter().await;
    let page = rita.get("/reports?from=2027-01-01&to=2027-01-31").await;
    assert_eq!(row(&page, "Clerk")[..2], ["2", "0"]);
    assert_eq!(row(&page, "Clerk")[4], "1 (Rita Recruiter 1)");
    assert_eq!(page.all_words("#report tbody th"), ["Clerk", "All"]);
    let none = rita
        .get(&format!(
            "/reports?job={cook}&from=2027-01-01&to=2027-01-31"
        ))
        .await;
    assert!(none.words("main").contains("No interviews in this period"));
}

#[actix_web::test]
async fn a_dossier_has_every_change_email_click_and_join_with_who_and_when() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let id = booked.details.interview.id;
    let interview = row_of(&app, id).await;
    let token = app.app.keys.token(&Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    });
    let token = token.expect("a token");
    let link = format!("/interview/{token}");
    app.advance(TimeDelta::days(1));
    app.candidate()
        .post_form(&format!("{link}/opened"), &[])
        .await;
    app.candidate()
        .post_form(&format!("{link}/join"), &[])
        .await;
    app.advance(TimeDelta::hours(1));
    let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut program = app.program_of(&rita).await;
    let body = json!({ "outcome": "Advance", "private_note": "Secretive" });
    program
        .post_json(&format!("/api/interviews/{id}/complete/"), &body)
        .await;
    app.expect_undelivered_mail();

    let dossier = program.get(&format!("/api/interviews/{id}/dossier/")).await;
    assert_eq!(dossier.status, 200, "{}", dossier.text);
    let json = dossier.json();
    let entries = json["entries"].as_array().expect("entries");
    let told: Vec<String> = entries
        .iter()
        .map(|entry| {
            let word = |name: &str| entry[name].as_str().expect("a word").to_owned();
            format!("{} {} {}", word("kind"), word("name"), word("actor"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "event interview.created Greenroom",
            "event interview.booked Greenroom",
            "email_queued scheduled Greenroom",
            "email_attempt printed Greenroom",
            "email_ended scheduled Greenroom",
            "event interview.opened Candidate",
            "event interview.joined Candidate",
            "event interview.completed Rita Recruiter",
        ]
    );
    assert_eq!(entries[7]["at"], "2027-01-05T09:00:00Z");
    assert_eq!(
        (&json["status"], &json["outcome"]),
        (&json!("completed"), &json!("Advance"))
    );
    let mut rita = app.recruiter().await;
    let page = rita.get(&format!("/interviews/{id}/dossier")).await;
    let rows = page.all_words(".dossier tbody tr");
    assert_eq!(rows.len(), 8, "{rows:?}");
    assert!(
        rows[7].contains("Rita Recruiter Interview completed"),
        "{}",
        rows[7]
    );
    assert!(rows[3].contains("Attempt to send email"), "{}", rows[3]);
    let file = rita.get(&format!("/interviews/{id}/dossier.json")).await;
    assert_eq!(file.json(), json);
    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename=\"interview-{id}.json\"")
    );
    for text in [&dossier.text, &page.text] {
        assert!(!text.contains("Secretive") && !text.contains(&token));
        assert!(!text.contains("203.0.113."), "no addresses of clients");
    }
}

async fn row_of(app: &TestApp, id: i64) -> interview::Model {
    let row = interviews::find(app.app.db.read(), app.company_id, id).await;
    row.expect("the interview")
}
