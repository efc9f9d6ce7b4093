//! Booking by programs: the two calls that an older system of this kind has, and their edges.
use chrono::TimeDelta;
use entity::{email, interview, slot};
use greenroom::domain::{actions, slots};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders, rows};

const BOOK: &str = "/api/interviews/schedules/book_interview/";

/// A job, a free slot tomorrow, and an interview that waits for one.
struct Scene {
    app: TestApp,
    program: Actor,
    job: i64,
    slot: i64,
    interview: i64,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        let program = app.program().await;
        let job = builders::job(&app, app.company_id).await;
        let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(1)).await;
        let interview = Self::another_interview(&app, job).await;
        app.expect_undelivered_mail();
        Self {
            app,
            program,
            job,
            slot,
            interview,
        }
    }

    async fn another_interview(app: &TestApp, job: i64) -> i64 {
        let candidate = builders::candidate(app, app.company_id).await;
        builders::interview(app, app.company_id, candidate, job).await
    }

    async fn another_slot(&self, hours: i64) -> i64 {
        let starts_at = self.app.now() + TimeDelta::days(1) + TimeDelta::hours(hours);
        builders::slot(&self.app, self.app.company_id, self.job, starts_at).await
    }

    fn path(&self) -> String {
        book_slot(self.slot)
    }

    fn body(&self) -> Value {
        json!({ "interview_id": self.interview })
    }
}

fn book_slot(slot: i64) -> String {
    format!("/api/interviews/slots/{slot}/book_slot/")
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let emails = email::Entity::find().all(app.app.db.read()).await;
    emails.expect("emails")
}

#[actix_web::test]
async fn a_client_of_the_older_system_makes_a_slot_and_books_it() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let interview = Scene::another_interview(&app, job).await;
    let slot = json!({
        "interview_date": "2027-10-15",
        "start_time": "10:00:00",
        "duration_minutes": 60,
        "job": job,
        "company": app.company_id,
        "ai_interview_type": "technical",
        "difficulty_level": "medium"
    });
    let made = program.post_json("/api/interviews/slots/", &slot).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let slot = made.json()["id"].as_i64().expect("an id");
    let booking = json!({
        "interview_id": interview,
        "booking_notes": "Please ensure you have a stable internet connection"
    });
    let booked = program.post_json(&book_slot(slot), &booking).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    let answer = booked.json();
    assert_eq!(answer["slot"]["id"], slot);
    assert_eq!(answer["slot"]["status"], "booked");
    assert_eq!(answer["slot"]["interview"], interview);
    assert_eq!(answer["interview"]["id"], interview);
    assert_eq!(answer["interview"]["status"], "scheduled");
    assert_eq!(answer["interview"]["slot"], slot);
    assert_eq!(answer["interview"]["starts_at"], "2027-10-15T08:00:00Z");
    assert_eq!(answer["interview"]["ends_at"], "2027-10-15T09:00:00Z");
    assert_eq!(
        answer["interview"]["booking_notes"],
        booking["booking_notes"]
    );
    assert_eq!(answer["notification"]["status"], "queued");
    app.deliver().await;
    let path = format!("/api/emails/{}/", answer["notification"]["id"]);
    let email = program.get(&path).await.json();
    assert_eq!(email["status"], "printed", "{email}");
    assert_eq!(email["interview"], interview);
    assert_eq!(email["attempts"], 1);
    assert_eq!(email["history"][0]["outcome"], "printed");
    assert_eq!(
        email["subject"],
        "Interview Scheduled - Cloud Architect at Sample Company"
    );
}

#[actix_web::test]
async fn an_interview_is_booked_into_a_slot_that_is_there() {
    let mut scene = Scene::set().await;
    let body = json!({ "interview_id": scene.interview, "slot_id": scene.slot, "booking_notes": "a\r\nb" });
    let booked = scene.program.post_json(BOOK, &body).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    assert_eq!(booked.json()["slot"]["id"], scene.slot);
    assert_eq!(booked.json()["interview"]["booking_notes"], "a\nb");
    assert_eq!(emails(&scene.app).await.len(), 1);
}

#[actix_web::test]
async fn an_interview_is_booked_into_a_slot_that_is_made_for_it() {
    let mut scene = Scene::set().await;
    let body = json!({
        "interview_id": scene.interview, "interview_date": "2027-02-01", "start_time": "10:00",
        "duration_minutes": 30, "job": scene.job, "ai_interview_type": "final",
        "time_zone": "Asia/Kathmandu",
    });
    let booked = scene.program.post_json(BOOK, &body).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    let slot = &booked.json()["slot"];
    assert_ne!(slot["id"], scene.slot);
    assert_eq!(slot["status"], "booked");
    assert_eq!(slot["starts_at"], "2027-02-01T04:15:00Z");
    assert_eq!(emails(&scene.app).await.len(), 1);
}

#[actix_web::test]
async fn a_wrong_booking_is_refused_field_by_field() {
    let mut scene = Scene::set().await;
    let before = rows::all(&scene.app).await;
    let (slot, path) = (scene.slot, scene.path());
    let new_slot = json!({
        "interview_id": scene.interview, "interview_date": "2027-02-01", "start_time": "10:00",
        "slot_id": slot,
    });
    for (path, body, fields) in [
        (path.as_str(), json!({}), vec!["interview_id"]),
        (&path, json!({ "interview_id": "1" }), vec!["interview_id"]),
        (
            &path,
            json!({ "interview_id": 1, "slot_id": 1 }),
            vec!["slot_id"],
        ),
        (
            &path,
            json!({ "interview_id": 1, "booking_notes": 7 }),
            vec!["booking_notes"],
        ),
        (
            &path,
            json!({ "interview_id": 1, "booking_notes": "x".repeat(2001) }),
            vec!["booking_notes"],
        ),
        (
            &path,
            json!({ "interview_id": 1, "booking_notes": "a\u{0}b" }),
            vec!["booking_notes"],
        ),
        (BOOK, json!({}), vec!["interview_id", "slot_id"]),
        (BOOK, json!({ "interview_id": 1 }), vec!["slot_id"]),
        (BOOK, new_slot, vec!["interview_date", "start_time"]),
        (
            BOOK,
            json!({ "interview_id": 1, "start_time": "10:00" }),
            vec![
                "ai_interview_type",
                "duration_minutes",
                "interview_date",
                "job",
            ],
        ),
    ] {
        let answer = scene.program.post_json(path, &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        let problem = answer.json();
        let errors = problem["errors"].as_object().expect("errors");
        assert_eq!(errors.keys().collect::<Vec<_>>(), fields, "{body}");
    }
    let past = json!({
        "interview_id": scene.interview, "interview_date": "2027-01-04", "start_time": "09:00",
        "duration_minutes": 30, "job": scene.job, "ai_interview_type": "final",
    });
    let answer = scene.program.post_json(BOOK, &past).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.json()["errors"]["start_time"].is_array());
    assert_eq!(before, rows::all(&scene.app).await, "nothing was changed");
}

#[actix_web::test]
async fn who_comes_second_is_told_who_came_first_and_what_is_free() {
    let mut scene = Scene::set().await;
    let free = scene.another_slot(2).await;
    let booked = scene.program.post_json(&scene.path(), &scene.body()).await;
    assert_eq!(booked.status, 200);
    let late = Scene::another_interview(&scene.app, scene.job).await;
    let mut other = scene.app.program().await;
    for (path, body) in [
        (scene.path(), json!({ "interview_id": late })),
        (
            BOOK.to_owned(),
            json!({ "interview_id": late, "slot_id": scene.slot }),
        ),
    ] {
        let answer = other.post_json(&path, &body).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], "slot_taken");
        assert_eq!(problem["type"], "urn:greenroom:problem:slot-taken");
        assert_eq!(problem["taken_by"]["interview"], scene.interview);
        assert_eq!(problem["taken_by"]["booked_by"], "Rita Recruiter");
        assert_eq!(problem["free_slots"][0]["id"], free);
        assert_eq!(problem["free_slots"][0]["status"], "open");
        assert_eq!(problem["free_slots"].as_array().map(Vec::len), Some(1));
    }
    assert_eq!(emails(&scene.app).await.len(), 1);
}

#[actix_web::test]
async fn a_slot_that_was_closed_or_has_begun_takes_nobody() {
    let mut scene = Scene::set().await;
    let closed = scene.another_slot(1).await;
    let actor = actions::Actor::system(scene.app.company_id);
    let done = slots::close(
        &scene.app.app.db,
        &actor,
        &builders::seen(closed),
        scene.app.now(),
    )
    .await;
    done.expect("closed");
    let answer = scene
        .program
        .post_json(&book_slot(closed), &scene.body())
        .await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (409, &json!("slot_closed"))
    );
    assert_eq!(answer.json()["free_slots"][0]["id"], scene.slot);
    scene
        .app
        .advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    scene.app.advance(TimeDelta::seconds(1));
    let answer = scene.program.post_json(&scene.path(), &scene.body()).await;
    assert_eq!(
        (answer.status, &answer.json()["code"]),
        (409, &json!("slot_past"))
    );
    assert_eq!(answer.json()["free_slots"], json!([]));
    assert_eq!(emails(&scene.app).await.len(), 0);
}

#[actix_web::test]
async fn an_interview_that_has_a_slot_takes_no_second_one() {
    let mut scene = Scene::set().await;
    let second = scene.another_slot(2).await;
    scene.program.post_json(&scene.path(), &scene.body()).await;
    let before = rows::all(&scene.app).await;
    let answer = scene
        .program
        .post_json(&book_slot(second), &scene.body())
        .await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(answer.json()["code"], "already_booked");
    assert_eq!(answer.json()["interview"]["slot"], scene.slot);
    assert_eq!(before, rows::all(&scene.app).await, "nothing was changed");
}

#[actix_web::test]
async fn nothing_of_another_company_can_be_booked() {
    let mut scene = Scene::set().await;
    let other = scene.app.other_company().await;
    let their_job = builders::job(&scene.app, other.company_id()).await;
    let starts_at = scene.app.now() + TimeDelta::days(1);
    let their_slot = builders::slot(&scene.app, other.company_id(), their_job, starts_at).await;
    let their_candidate = builders::candidate(&scene.app, other.company_id()).await;
    let their_interview =
        builders::interview(&scene.app, other.company_id(), their_candidate, their_job).await;
    let before = rows::all(&scene.app).await;
    let missing = 999_999_999;
    let new_slot = |interview: i64, job: i64| {
        json!({
            "interview_id": interview, "interview_date": "2027-02-01", "start_time": "10:00",
            "duration_minutes": 30, "job": job, "ai_interview_type": "final",
        })
    };
    let own = scene.interview;
    let mut bodies = Vec::new();
    for (slot, interview, job) in [
        (their_slot, their_interview, their_job),
        (missing, missing, missing),
    ] {
        let mut answers = Vec::new();
        for (path, body, field) in [
            (book_slot(slot), json!({ "interview_id": own }), None),
            (
                scene.path(),
                json!({ "interview_id": interview }),
                Some("interview_id"),
            ),
            (book_slot(slot), json!({ "interview_id": interview }), None),
            (
                BOOK.into(),
                json!({ "interview_id": own, "slot_id": slot }),
                Some("slot_id"),
            ),
            (
                BOOK.into(),
                json!({ "interview_id": interview, "slot_id": scene.slot }),
                Some("interview_id"),
            ),
            (
                BOOK.into(),
                new_slot(interview, scene.job),
                Some("interview_id"),
            ),
            (BOOK.into(), new_slot(own, job), Some("job")),
        ] {
            let answer = scene.program.post_json(&path, &body).await;
            let status = if field.is_some() { 422 } else { 404 };
            assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
            if let Some(field) = field {
                let errors = &answer.json()["errors"];
                assert!(errors[field].is_array(), "{path} {body}: {errors}");
            }
            answers.push(answer.text);
        }
        // Where several are wrong, all are named.
        for (body, fields) in [
            (
                json!({ "interview_id": interview, "slot_id": slot }),
                ["interview_id", "slot_id"],
            ),
            (new_slot(interview, job), ["interview_id", "job"]),
        ] {
            let answer = scene.program.post_json(BOOK, &body).await;
            let errors = answer.json()["errors"].clone();
            let named: Vec<_> = errors.as_object().expect("errors").keys().collect();
            assert_eq!(named, fields, "{body}");
            answers.push(answer.text);
        }
        bodies.push(answers);
    }
    assert_eq!(bodies[0], bodies[1], "foreign is like missing");
    assert_eq!(before, rows::all(&scene.app).await, "nothing was changed");
    assert_eq!(emails(&scene.app).await.len(), 0, "nobody was told");
}

#[actix_web::test]
async fn of_fifty_at_one_moment_one_gets_the_slot() {
    let mut scene = Scene::set().await;
    let user = scene.program.user.take().expect("a user");
    let mut programs = Vec::new();
    for _ in 0..50 {
        let interview = Scene::another_interview(&scene.app, scene.job).await;
        programs.push((
            scene.app.program_of(&user).await,
            json!({ "interview_id": interview }),
        ));
    }
    let path = scene.path();
    let calls = programs
        .iter_mut()
        .map(|(program, body)| program.post_json(&path, body));
    let answers = futures_util::future::join_all(calls).await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((count(200), count(409)), (1, 49));
    let interviews = interview::Entity::find().all(scene.app.app.db.read()).await;
    let booked = interviews
        .expect("interviews")
        .into_iter()
        .filter(|row| row.slot_id.is_some());
    assert_eq!(booked.count(), 1);
    assert_eq!(emails(&scene.app).await.len(), 1);
}

#[actix_web::test]
async fn a_booking_with_a_key_may_be_repeated() {
    let mut scene = Scene::set().await;
    let second = scene.another_slot(2).await;
    let program = std::mem::replace(&mut scene.program, scene.app.stranger());
    let mut program = program.with_header("Idempotency-Key", "booking-7");
    let first = program.post_json(&scene.path(), &scene.body()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let before = rows::all(&scene.app).await;
    let again = program.post_json(&scene.path(), &scene.body()).await;
    assert_eq!((again.status, again.text), (200, first.text));
    let noted = json!({ "interview_id": scene.interview, "booking_notes": "x" });
    for (path, body) in [(scene.path(), noted), (book_slot(second), scene.body())] {
        let misused = program.post_json(&path, &body).await;
        assert_eq!(misused.status, 422, "{}", misused.text);
        assert_eq!(misused.json()["code"], "idempotency_key_reused");
    }
    assert_eq!(before, rows::all(&scene.app).await, "nothing more was done");
    scene.app.advance(TimeDelta::days(2));
    let later = program.post_json(&scene.path(), &scene.body()).await;
    assert_eq!(later.status, 200, "still the same call: {}", later.text);
}

#[actix_web::test]
async fn one_booking_with_one_key_sent_ten_times_at_one_moment_is_one_booking() {
    let mut scene = Scene::set().await;
    let user = scene.program.user.take().expect("a user");
    for (path, body) in [
        (scene.path(), scene.body()),
        (
            BOOK.to_owned(),
            json!({
                "interview_id": Scene::another_interview(&scene.app, scene.job).await,
                "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 30,
                "job": scene.job, "ai_interview_type": "final",
            }),
        ),
    ] {
        let mut programs = Vec::new();
        for _ in 0..10 {
            programs.push(
                scene
                    .app
                    .program_of(&user)
                    .await
                    .with_header("Idempotency-Key", "k"),
            );
        }
        let calls = programs
            .iter_mut()
            .map(|program| program.post_json(&path, &body));
        let answers = futures_util::future::join_all(calls).await;
        for answer in &answers {
            assert_eq!(
                (answer.status, &answer.text),
                (200, &answers[0].text),
                "{path}"
            );
        }
    }
    assert_eq!(emails(&scene.app).await.len(), 2);
    let slots = slot::Entity::find().all(scene.app.app.db.read()).await;
    assert_eq!(slots.expect("slots").len(), 2);
}

#[actix_web::test]
async fn no_answer_holds_a_join_link() {
    let mut scene = Scene::set().await;
    let booked = scene.program.post_json(&scene.path(), &scene.body()).await;
    scene.app.deliver().await;
    let row = interview::Entity::find_by_id(scene.interview)
        .one(scene.app.app.db.read())
        .await;
    let public_id = row.expect("interviews").expect("the interview").public_id;
    let email = format!("/api/emails/{}/", booked.json()["notification"]["id"]);
    let interview = format!("/api/interviews/{}/", scene.interview);
    let mut texts = vec![booked.text];
    for path in ["/api/interviews/", "/api/emails/", &email, &interview] {
        let answer = scene.program.get(path).await;
        assert_eq!(answer.status, 200);
        texts.push(answer.text);
    }
    for text in texts {
        assert!(!text.contains(&public_id), "{text}");
        assert!(
            !text.contains("/interview/") && !text.contains("eyJ"),
            "{text}"
        );
    }
}

#[actix_web::test]
async fn two_interviews_of_a_candidate_at_the_same_time_must_be_meant() {
    let app = TestApp::start().await;
    let first = builders::booked(&app, app.company_id).await.details;
    let (who, job) = (first.candidate.id, first.job.expect("a job").id);
    let at = first.slot.expect("a slot").starts_at;
    let second = builders::interview(&app, app.company_id, who, job).await;
    let mut program = app.program().await;
    let slot = async |minutes| {
        let at = at + TimeDelta::minutes(minutes);
        builders::slot(&app, app.company_id, job, at).await
    };
    let beside = slot(44).await;
    let before = rows::all(&app).await;
    let calls = [
        (
            format!("/api/interviews/slots/{beside}/book_slot/"),
            json!({ "interview_id": second, "confirmed_overlaps": [] }),
        ),
        (
            BOOK.to_owned(),
            json!({ "interview_id": second, "slot_id": beside, "confirmed_overlaps": [] }),
        ),
    ];
    for (path, body) in &calls {
        let refused = program.post_json(path, body).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        let refused = refused.json();
        assert_eq!(refused["code"], "overlap");
        let other = &refused["overlaps"][0];
        assert_eq!(other["interview"], first.interview.id);
        assert!(other["starts_at"].is_string() && other["ends_at"].is_string());
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
    // Half-open: one may begin when the other ends.
    let after = slot(45).await;
    let body = json!({ "interview_id": second, "slot_id": after, "confirmed_overlaps": [] });
    assert_eq!(program.post_json(BOOK, &body).await.status, 200);

    let path = format!("/api/interviews/{second}/reschedule/");
    let mut body = json!({ "slot_id": beside });
    let refused = program.post_json(&path, &body).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("overlap"))
    );
    body["confirmed_overlaps"] = json!([first.interview.id]);
    let meant = program.post_json(&path, &body).await;
    assert_eq!(meant.status, 200, "{}", meant.text);

    // A client of an older system knows nothing of this.
    let third = builders::interview(&app, app.company_id, who, job).await;
    let body = json!({ "interview_id": third, "slot_id": slot(0).await });
    let booked = program.post_json(BOOK, &body).await;
    assert_eq!(booked.status, 200, "{}", booked.text);
    app.expect_undelivered_mail();
}
