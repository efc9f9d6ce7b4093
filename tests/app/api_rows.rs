//! Jobs, candidates, interviews and slots, as programs enter and read them.
use actix_web::{http::Method, test::TestRequest};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders, rows};

const SLOTS: &str = "/api/interviews/slots/";

fn slot(job: i64) -> Value {
    json!({
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 60,
        "job": job, "ai_interview_type": "technical",
    })
}

/// The same object with other members.
fn with(mut object: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().expect("an object").remove(name);
    object
}

/// The names of the fields that a 422 complains about.
fn wrong_fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let problem = answer.json();
    let errors = problem["errors"].as_object().expect("errors");
    for messages in errors.values() {
        assert!(
            messages[0].as_str().is_some_and(|text| text.len() > 10),
            "{problem}"
        );
    }
    errors.keys().cloned().collect()
}

async fn created(program: &mut Actor, path: &str, body: &Value) -> Value {
    let answer = program.post_json(path, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = answer.json();
    let location = format!("{path}{}/", made["id"]);
    assert_eq!(answer.location, location);
    assert_eq!(program.get(&location).await.json(), made, "read back");
    made
}

#[actix_web::test]
async fn a_job_is_entered_with_all_its_fields() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let body = json!({
        "title": "Senior Cloud Architect", "description": "# Role\n\nBuild **clouds**.",
        "domain": "Cloud & Infrastructure", "team_size": "15-20 engineers", "positions_to_fill": 2,
        "key_skills": ["AWS", "Terraform"], "salary_min": 150000, "salary_max": 200000,
        "salary_currency": "usd", "location": "Remote/Hybrid",
    });
    let job = created(&mut program, "/api/jobs/", &body).await;
    let expected = with(
        body,
        json!({
            "id": job["id"], "salary_currency": "USD", "status": "open", "version": 1,
            "company": app.company_id, "created_at": "2027-01-04T08:00:00Z",
        }),
    );
    assert_eq!(job, expected);
}

#[actix_web::test]
async fn a_job_needs_only_a_title() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = created(
        &mut program,
        "/api/jobs/",
        &json!({ "title": " Architect " }),
    )
    .await;
    assert_eq!(job["title"], "Architect");
    assert_eq!(job["positions_to_fill"], 1);
    assert_eq!(job["key_skills"], json!([]));
    assert_eq!(job["salary_min"], Value::Null);
    assert_eq!(job["salary_currency"], "");
}

#[actix_web::test]
async fn a_wrong_job_is_refused_field_by_field() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let before = rows::all(&app).await;
    let good = json!({ "title": "Architect" });
    for (body, fields) in [
        (json!({}), vec!["title"]),
        (json!({ "title": null }), vec!["title"]),
        (json!({ "title": "  " }), vec!["title"]),
        (json!({ "title": 7 }), vec!["title"]),
        (json!({ "title": "x".repeat(201) }), vec!["title"]),
        (json!({ "title": "a\u{202e}b" }), vec!["title"]),
        (json!({ "title": "a\r\nBcc: x@example.com" }), vec!["title"]),
        (
            with(good.clone(), json!({ "key_skills": "AWS" })),
            vec!["key_skills"],
        ),
        (
            with(good.clone(), json!({ "key_skills": ["AWS", 7] })),
            vec!["key_skills"],
        ),
        (
            with(good.clone(), json!({ "positions_to_fill": 0 })),
            vec!["positions_to_fill"],
        ),
        (
            with(good.clone(), json!({ "positions_to_fill": "2" })),
            vec!["positions_to_fill"],
        ),
        (
            with(good.clone(), json!({ "positions_to_fill": 1.5 })),
            vec!["positions_to_fill"],
        ),
        (
            with(good.clone(), json!({ "salary_min": 1 })),
            vec!["salary_currency"],
        ),
        (
            with(
                good.clone(),
                json!({ "salary_min": 2, "salary_max": 1, "salary_currency": "EUR" }),
            ),
            vec!["salary_max"],
        ),
        (
            with(good.clone(), json!({ "salary_currency": "Euro" })),
            vec!["salary_currency"],
        ),
        (
            with(
                good.clone(),
                json!({ "id": 1, "company_id": 9, "status": "closed" }),
            ),
            vec!["company_id", "id", "status"],
        ),
        (
            json!({ "titel": "x", "team_size": [], "description": {} }),
            vec!["description", "team_size", "titel", "title"],
        ),
    ] {
        let answer = program.post_json("/api/jobs/", &body).await;
        assert_eq!(wrong_fields(&answer), fields, "{body}");
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
}

#[actix_web::test]
async fn a_field_that_is_given_twice_is_refused() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let request = TestRequest::default()
        .insert_header(("content-type", "application/json"))
        .set_payload(r#"{"title": "One", "title": "Two"}"#);
    let answer = program.send(Method::POST, "/api/jobs/", request).await;
    assert_eq!(wrong_fields(&answer), ["title"]);
}

#[actix_web::test]
async fn a_candidate_is_entered_with_the_address_in_its_one_form() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let body = json!({
        "name": "Zoe\u{308} Núñez", "email": " Zoe@Example.COM ", "phone": "+49 30 1234",
        "time_zone": "America/New_York", "locale": "pt-BR", "job": job,
    });
    let candidate = created(&mut program, "/api/candidates/", &body).await;
    let expected = json!({
        "id": candidate["id"], "name": "Zoë Núñez", "email": "zoe@example.com",
        "phone": "+49 30 1234", "time_zone": "America/New_York", "locale": "pt-BR", "job": job,
        "notes": "", "version": 1, "company": app.company_id, "created_at": "2027-01-04T08:00:00Z",
    });
    assert_eq!(candidate, expected);
    let least = json!({ "name": "Jo", "email": "jo@example.com" });
    let least = created(&mut program, "/api/candidates/", &least).await;
    assert_eq!(least["locale"], "en");
    assert_eq!(least["time_zone"], Value::Null);
}

#[actix_web::test]
async fn a_wrong_candidate_is_refused_field_by_field() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let before = rows::all(&app).await;
    let body = json!({
        "name": "", "email": "zoe", "phone": 7, "time_zone": "Mars/Base", "locale": "Deutsch!",
        "job": "1", "remark": "x",
    });
    let answer = program.post_json("/api/candidates/", &body).await;
    let expected = [
        "email",
        "job",
        "locale",
        "name",
        "phone",
        "remark",
        "time_zone",
    ];
    assert_eq!(wrong_fields(&answer), expected);
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
}

#[actix_web::test]
async fn an_address_is_there_once_in_a_company() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let body = json!({ "name": "Jo", "email": "jo@example.com" });
    let first = created(&mut program, "/api/candidates/", &body).await;
    let again = json!({ "name": "Joanna", "email": "JO@example.com" });
    let answer = program.post_json("/api/candidates/", &again).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["code"], "email_taken");
    assert_eq!(answer.json()["candidate"], first["id"]);
    let other = app.other_company().await;
    let mut other = app.program_of(other.user.as_ref().expect("a user")).await;
    created(&mut other, "/api/candidates/", &body).await;
}

#[actix_web::test]
async fn an_interview_is_unscheduled_until_it_is_booked() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let body = json!({ "candidate": candidate, "job": job });
    let interview = created(&mut program, "/api/interviews/", &body).await;
    let expected = json!({
        "id": interview["id"], "status": "unscheduled", "candidate": candidate, "job": job,
        "slot": null, "company": app.company_id, "starts_at": null, "ends_at": null,
        "time_zone": null, "booking_notes": "", "interviewer_notes": "", "cancel_reason": "", "not_told_reason": null, "outcome": null, "private_note": "",
        "rebook_of": null, "opened_at": null, "joined_at": null, "attended_at": null,
        "answer": null, "answered_at": null, "answer_reason": null, "answer_words": "",
        "device_check": null,
        "ai_interview_type": null, "duration_minutes": null, "meeting_url": null, "version": 1,
        "created_at": "2027-01-04T08:00:00Z",
    });
    assert_eq!(interview, expected);
    let without_job = json!({ "candidate": candidate });
    let interview = created(&mut program, "/api/interviews/", &without_job).await;
    assert_eq!(interview["job"], Value::Null);
    let answer = program
        .post_json("/api/interviews/", &json!({ "job": "x", "slot": 1 }))
        .await;
    assert_eq!(wrong_fields(&answer), ["candidate", "job", "slot"]);
}

#[actix_web::test]
async fn a_slot_lies_on_the_wall_clock_of_its_zone() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let body = with(
        slot(job),
        json!({
            "start_time": "10:30:15", "company": app.company_id, "difficulty_level": "hard",
            "time_zone": "America/New_York", "meeting_url": "https://meet.example.com/x",
            "interviewer": " Ida Sommer ",
        }),
    );
    let made = created(&mut program, SLOTS, &body).await;
    let expected = json!({
        "id": made["id"], "status": "open", "starts_at": "2027-02-01T15:30:15Z",
        "ends_at": "2027-02-01T16:30:15Z", "time_zone": "America/New_York",
        "interview_date": "2027-02-01", "start_time": "10:30:15", "duration_minutes": 60,
        "job": job, "company": app.company_id, "ai_interview_type": "technical",
        "difficulty_level": "hard", "meeting_url": "https://meet.example.com/x",
        "interviewer": "Ida Sommer", "interviewers": [], "interview": null, "version": 1,
        "created_at": "2027-01-04T08:00:00Z",
    });
    assert_eq!(made, expected);
    let least = created(&mut program, SLOTS, &slot(job)).await;
    assert_eq!(least["time_zone"], "Europe/Berlin", "the company's");
    assert_eq!(least["starts_at"], "2027-02-01T09:00:00Z");
    assert_eq!(least["difficulty_level"], Value::Null);
    assert_eq!(least["interviewer"], "");
}

#[actix_web::test]
async fn a_wrong_slot_is_refused_field_by_field() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let before = rows::all(&app).await;
    for (name, values) in [
        (
            "interview_date",
            vec![
                json!("2027-02-30"),
                json!("1.2.2027"),
                json!(20270201),
                json!("2020-01-01T00:00"),
            ],
        ),
        (
            "start_time",
            vec![
                json!("24:00"),
                json!("9:30"),
                json!("10:00:60"),
                json!("noon"),
                json!(10),
            ],
        ),
        (
            "duration_minutes",
            vec![json!(4), json!(721), json!("60"), json!(59.5), json!(-60)],
        ),
        ("job", vec![json!("7"), json!([7]), json!(true)]),
        (
            "company",
            vec![json!(app.company_id + 1), json!(0), json!("1")],
        ),
        (
            "ai_interview_type",
            vec![json!("Technical"), json!("chat"), json!(1)],
        ),
        ("difficulty_level", vec![json!("brutal"), json!(2)]),
        ("time_zone", vec![json!("CEST+1"), json!(2), json!("")]),
        (
            "meeting_url",
            vec![
                json!("http://x.example"),
                json!("javascript:alert(1)"),
                json!(""),
            ],
        ),
        (
            "interviewer",
            vec![json!(7), json!("a\u{202e}b"), json!("x".repeat(201))],
        ),
        ("fold", vec![json!(2), json!("0"), json!(true)]),
        ("status", vec![json!("booked")]),
        ("created_by", vec![json!(9)]),
    ] {
        for value in values {
            let body = with(slot(job), json!({ name: value }));
            let answer = program.post_json(SLOTS, &body).await;
            assert_eq!(wrong_fields(&answer), [name], "{body}");
        }
    }
    for name in [
        "interview_date",
        "start_time",
        "duration_minutes",
        "job",
        "ai_interview_type",
    ] {
        let answer = program.post_json(SLOTS, &without(slot(job), name)).await;
        assert_eq!(wrong_fields(&answer), [name]);
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
}

#[actix_web::test]
async fn a_slot_begins_in_the_future() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    // It is 9:00:00 in Berlin.
    for (time, status) in [("08:59:59", 422), ("09:00:00", 422), ("09:00:01", 201)] {
        let body = with(
            slot(job),
            json!({ "interview_date": "2027-01-04", "start_time": time }),
        );
        let answer = program.post_json(SLOTS, &body).await;
        assert_eq!(answer.status, status, "{time}");
        if status == 422 {
            assert_eq!(wrong_fields(&answer), ["start_time"]);
        }
    }
}

#[actix_web::test]
async fn a_time_that_does_not_exist_is_refused_with_the_next_one() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    for fold in [Value::Null, json!(0), json!(1)] {
        let changes =
            json!({ "interview_date": "2027-03-28", "start_time": "02:30", "fold": fold });
        let answer = program.post_json(SLOTS, &with(slot(job), changes)).await;
        assert_eq!(wrong_fields(&answer), ["start_time"]);
        assert!(
            answer.text.contains("The next valid time is 03:00"),
            "{}",
            answer.text
        );
    }
}

#[actix_web::test]
async fn a_time_that_comes_twice_is_asked_about() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let twice = with(
        slot(job),
        json!({ "interview_date": "2027-10-31", "start_time": "02:30" }),
    );
    let answer = program.post_json(SLOTS, &twice).await;
    assert_eq!(wrong_fields(&answer), ["start_time"]);
    for part in ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z", "`fold`"] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    for (fold, starts_at) in [(0, "2027-10-31T00:30:00Z"), (1, "2027-10-31T01:30:00Z")] {
        let made = created(
            &mut program,
            SLOTS,
            &with(twice.clone(), json!({ "fold": fold })),
        )
        .await;
        assert_eq!(made["starts_at"], starts_at);
        assert_eq!(made["start_time"], "02:30:00");
    }
}

#[actix_web::test]
async fn what_a_body_names_must_be_the_companys() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let other = app.other_company().await;
    let foreign_job = builders::job(&app, other.company_id()).await;
    let foreign_candidate = builders::candidate(&app, other.company_id()).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let person = json!({ "name": "Jo", "email": "jo@example.com" });
    let before = rows::all(&app).await;
    let missing = 999_999_999;
    for (path, body, name, foreign) in [
        ("/api/candidates/", person, "job", foreign_job),
        (
            "/api/interviews/",
            json!({}),
            "candidate",
            foreign_candidate,
        ),
        (
            "/api/interviews/",
            json!({ "candidate": candidate }),
            "job",
            foreign_job,
        ),
        (SLOTS, slot(0), "job", foreign_job),
    ] {
        let refused = program
            .post_json(path, &with(body.clone(), json!({ name: foreign })))
            .await;
        assert_eq!(wrong_fields(&refused), [name], "{path}");
        let absent = program
            .post_json(path, &with(body, json!({ name: missing })))
            .await;
        assert_eq!(
            (absent.status, absent.text),
            (422, refused.text),
            "{path} {name}"
        );
    }
    // Where several are wrong, all are named.
    for (candidate, job) in [(foreign_candidate, foreign_job), (missing, missing)] {
        let both = json!({ "candidate": candidate, "job": job });
        let refused = program.post_json("/api/interviews/", &both).await;
        assert_eq!(refused.status, 422);
        assert_eq!(wrong_fields(&refused), ["candidate", "job"]);
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
}

#[actix_web::test]
async fn a_call_with_a_key_is_carried_out_once() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let mut program = app.program().await.with_header("Idempotency-Key", "k-1");
    for (path, body, other) in [
        (
            "/api/jobs/",
            json!({ "title": "One" }),
            json!({ "title": "Two" }),
        ),
        (
            "/api/candidates/",
            json!({ "name": "Jo", "email": "jo@example.com" }),
            json!({ "name": "Jo", "email": "joanna@example.com" }),
        ),
        (
            "/api/interviews/",
            json!({ "candidate": candidate, "job": job }),
            json!({ "candidate": candidate }),
        ),
        (
            SLOTS,
            slot(job),
            with(slot(job), json!({ "start_time": "11:00" })),
        ),
    ] {
        let first = program.post_json(path, &body).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let before = rows::all(&app).await;
        let again = program.post_json(path, &body).await;
        assert_eq!(
            (again.status, again.text, again.location),
            (201, first.text, first.location)
        );
        let misused = program.post_json(path, &other).await;
        assert_eq!(misused.status, 422);
        assert_eq!(misused.json()["code"], "idempotency_key_reused");
        assert_eq!(
            before,
            rows::all(&app).await,
            "{path}: nothing more was done"
        );
    }
}

#[actix_web::test]
async fn a_key_is_one_companys_and_short() {
    let app = TestApp::start().await;
    let other = app.other_company().await;
    let body = json!({ "title": "One" });
    let mut program = app.program().await.with_header("Idempotency-Key", "k-1");
    let first = program.post_json("/api/jobs/", &body).await;
    let other = app.program_of(other.user.as_ref().expect("a user")).await;
    let mut other = other.with_header("Idempotency-Key", "k-1");
    let second = other.post_json("/api/jobs/", &body).await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_ne!(first.json()["id"], second.json()["id"]);
    for (key, status) in [
        ("x".repeat(255), 201),
        ("x".repeat(256), 400),
        ("a b".into(), 400),
    ] {
        let mut program = app.program().await.with_header("Idempotency-Key", &key);
        let answer = program.post_json("/api/jobs/", &body).await;
        assert_eq!(answer.status, status, "{key}");
    }
}

#[actix_web::test]
async fn two_calls_with_one_key_at_one_moment_are_answered_alike() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let user = app.program().await.user.expect("a user");
    for (path, body) in [
        ("/api/jobs/", json!({ "title": "One" })),
        (
            "/api/candidates/",
            json!({ "name": "Jo", "email": "jo@example.com" }),
        ),
        (SLOTS, slot(job)),
    ] {
        let mut programs = Vec::new();
        for _ in 0..8 {
            programs.push(
                app.program_of(&user)
                    .await
                    .with_header("Idempotency-Key", "k"),
            );
        }
        let calls = programs
            .iter_mut()
            .map(|program| program.post_json(path, &body));
        let answers = futures_util::future::join_all(calls).await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
        }
    }
}

#[actix_web::test]
async fn nothing_starts_more_than_five_years_from_now() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let mut program = app.program().await;
    let booked = builders::booked(&app, app.company_id).await.details;
    let job = booked.job.expect("a job").id;
    let candidate = builders::candidate(&app, app.company_id).await;
    let waiting = builders::interview(&app, app.company_id, candidate, job).await;
    let before = rows::all(&app).await;
    let moving = format!("/api/interviews/{}/reschedule/", booked.interview.id);
    let start = |date: &str, time: &str| {
        let changes = json!({ "interview_date": date, "start_time": time, "time_zone": "UTC" });
        with(slot(job), changes)
    };
    for (date, time) in [
        ("2032-01-04", "08:00:01"),
        ("2132-01-04", "08:00"),
        ("9998-12-31", "23:59"),
    ] {
        let wrong = start(date, time);
        let booking = with(wrong.clone(), json!({ "interview_id": waiting }));
        for (path, body) in [
            (SLOTS, &wrong),
            ("/api/interviews/schedules/book_interview/", &booking),
            (moving.as_str(), &wrong),
        ] {
            let refused = program.post_json(path, body).await;
            assert_eq!(wrong_fields(&refused), ["interview_date"], "{path} {date}");
            assert!(
                refused.text.contains("more than five years away"),
                "{}",
                refused.text
            );
        }
    }
    assert_eq!(rows::all(&app).await, before, "nothing was written");
    for time in ["07:59:59", "08:00:00"] {
        created(&mut program, SLOTS, &start("2032-01-04", time)).await;
    }
}
