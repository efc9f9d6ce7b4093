//! Values that no page of ours sends: whoever is signed in gets a clear answer to them, and never a 500.
use std::collections::BTreeMap;

use actix_web::{
    http::{Method, header::HeaderValue},
    test::TestRequest,
    web::Bytes,
};
use chrono::TimeDelta;
use entity::user::Role;
use greenroom::{
    access::Who,
    domain::interviews::join_link::Ticket,
    http::routes::{self, Line},
};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, builders};

const FORM: &str = "application/x-www-form-urlencoded";

/// Percent-encoded, as they stand in an address or a form.
const VALUES: [&str; 13] = [
    "%00",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%",
    "%D8%9C",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "2147483648",
    "1e999",
    "9999-12-31",
    "0000-01-01",
];

/// Of the instants that programs may send, besides.
const INSTANTS: [&str; 3] = [
    "9999-12-31T23:59:59-23:59",
    "0000-01-01T00:00:00%2B23:59",
    "300000-01-01T00:00:00Z",
];

const THINGS: [&str; 3] = ["interview:9223372036854775808", "%00:1", "interview:1%00"];

const CURSORS: [&str; 12] = [
    "9223372036854775807_9223372036854775807",
    "-9223372036854775808_-9223372036854775808",
    // The years 262142, 300000, 10000, -1, -5000 and -262143.
    "8210266790400000000_1",
    "9404790854400000000_1",
    "253402300800000000_1",
    "-62198755200000000_1",
    "-219956083200000000_1",
    "-8334601228800000000_1",
    "0_9223372036854775808",
    "%00_%00",
    "1_1%00",
    "_",
];

const FILTERS: [&str; 22] = [
    "status",
    "state",
    "kind",
    "recipient",
    "interview",
    "candidate",
    "job",
    "days",
    "from",
    "to",
    "q",
    "next",
    "date",
    "time",
    "time_zone",
    "fold",
    "limit",
    "duration_minutes",
    "who",
    "what",
    "on",
    "%00",
];

/// The pages that are narrowed down or begun by what stands in their address; of the API, all lists.
const FILTERED: [&str; 15] = [
    "/",
    "/actions",
    "/actions.csv",
    "/alerts",
    "/candidates",
    "/emails",
    "/emails.csv",
    "/interviews",
    "/interviews/{id}/reschedule",
    "/jobs",
    "/login",
    "/slots",
    "/slots/new",
    "/slots/{id}/booking",
    "/users",
];

const SEGMENTS: [&str; 13] = [
    "%00",
    "1%00",
    "%FF",
    "%ED%A0%80",
    "0",
    "-1",
    "+1",
    "%201",
    "1e9",
    "9223372036854775807",
    "9223372036854775808",
    "..%2F..",
    "%F0%9F%92%A9",
];

/// What stands in place of `{…}` in the table.
struct Rows(BTreeMap<&'static str, String>);

impl Rows {
    async fn make(app: &TestApp) -> Self {
        let booked = builders::booked(app, app.company_id).await;
        app.expect_undelivered_mail();
        let interview = &booked.details.interview;
        let ticket = Ticket {
            public_id: &interview.public_id,
            link_version: interview.link_version,
            revision: interview.revision,
        };
        let job = builders::job(app, app.company_id).await;
        let free = app.now() + TimeDelta::days(2);
        let slot = builders::slot(app, app.company_id, job, free).await;
        let user = builders::user(app, app.company_id, Role::Recruiter).await;
        let code = builders::short_code(app, app.company_id, interview.id).await;
        let token = app.app.keys.token(&ticket).expect("a token");
        Self(BTreeMap::from([
            ("candidates", interview.candidate_id.to_string()),
            ("emails", booked.email.id.to_string()),
            ("i", code.clone()),
            ("I", code),
            ("interview", token.clone()),
            ("Interview", token.clone()),
            ("INTERVIEW", token),
            ("interviews", interview.id.to_string()),
            ("jobs", job.to_string()),
            ("texts", "scheduled".into()),
            ("{kind}", "en".into()),
            ("slots", slot.to_string()),
            ("users", user.id.to_string()),
        ]))
    }

    fn fill(&self, path: &str) -> String {
        let mut before = "";
        let segments = path.split('/').map(|segment| {
            let noun = std::mem::replace(&mut before, segment);
            match segment.starts_with('{') {
                true => self.0.get(noun).cloned().unwrap_or_else(|| "1".into()),
                false => segment.to_owned(),
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

fn of(method: &str) -> impl Iterator<Item = Line> {
    let is_of = move |line: &Line| line.method == method;
    routes::lines().into_iter().filter(is_of)
}

struct Actors {
    ada: Actor,
    program: Actor,
}

impl Actors {
    async fn of(app: &TestApp) -> Self {
        Self {
            ada: app.admin().await,
            program: app.program().await,
        }
    }

    fn of_line(&mut self, line: &Line) -> &mut Actor {
        match line.who {
            Who::Api => &mut self.program,
            _ => &mut self.ada,
        }
    }
}

fn assert_no_failure(answer: &Answer, what: &str) {
    // Ready and health say 503 for reasons of their own; they take nothing.
    assert!(answer.status < 500, "{} for {what}", answer.status);
}

#[actix_web::test]
async fn no_path_and_no_filter_makes_a_page_fail() {
    let app = TestApp::start().await;
    let rows = Rows::make(&app).await;
    let mut actors = Actors::of(&app).await;
    for line in of("GET") {
        for segment in SEGMENTS {
            if let Some(at) = line.path.find('{') {
                let end = line.path[at..].find('}').expect("its end") + at + 1;
                let path = format!("{}{segment}{}", &line.path[..at], &line.path[end..]);
                let path = rows.fill(&path);
                assert_no_failure(&actors.of_line(&line).get(&path).await, &path);
            }
        }
        let path = rows.fill(&line.path);
        let is_list = line.who == Who::Api && !line.path.contains('{');
        let is_filtered = is_list || FILTERED.contains(&line.path.as_str());
        let mut queries = Vec::new();
        for value in VALUES.into_iter().chain(INSTANTS) {
            let one = FILTERS.map(|name| format!("{name}={value}"));
            match is_filtered {
                true => queries.extend(one),
                false => queries.push(one.join("&")),
            }
        }
        if is_filtered {
            queries.extend(THINGS.map(|thing| format!("on={thing}")));
        }
        for cursor in CURSORS.into_iter().filter(|_| is_filtered) {
            for more in ["", "&from=2027-01-01", "&status=past", "&state=past"] {
                queries.push(format!("cursor={cursor}{more}"));
            }
        }
        for query in queries {
            let address = format!("{path}?{query}");
            let answer = actors.of_line(&line).get(&address).await;
            assert_no_failure(&answer, &address);
            assert_ne!(answer.status, 429, "{address}");
        }
        // Programs may not ask for ever.
        app.advance(TimeDelta::minutes(1));
    }
}

/// The fields of the forms on a page, as they are filled.
fn fields(page: &Answer) -> BTreeMap<String, String> {
    let names = page.all_attributes("main form [name]", "name");
    let values = names.into_iter().map(|name| {
        let value = page.value_of(&name);
        (name, value)
    });
    values.collect()
}

fn encoded(fields: &BTreeMap<String, String>, but: &str, value: &str) -> String {
    let rest: BTreeMap<_, _> = fields.iter().filter(|(name, _)| *name != but).collect();
    let rest = serde_urlencoded::to_string(rest).expect("a form");
    format!("{rest}&{but}={value}")
}

async fn post(actor: &mut Actor, path: &str, media_type: &str, body: impl Into<Bytes>) -> Answer {
    let request = TestRequest::default()
        .insert_header(("content-type", media_type))
        .set_payload(body);
    actor.send(Method::POST, path, request).await
}

#[actix_web::test]
async fn no_value_in_a_form_makes_it_fail() {
    let app = TestApp::start().await;
    let rows = Rows::make(&app).await;
    let mut actors = Actors::of(&app).await;
    // What buttons alone send.
    let hidden = [
        "key",
        "version",
        "confirmed",
        "next",
        "mailto",
        "interview",
        "kind",
    ];
    for line in of("POST").filter(|line| line.who != Who::Api && line.path != "/logout") {
        let path = rows.fill(&line.path);
        let page = actors.ada.get(&path).await;
        let mut fields = match page.status {
            200 => fields(&page),
            _ => BTreeMap::new(),
        };
        for (name, value) in [
            ("name", "Somebody"),
            ("title", "Something"),
            ("email", "somebody@example.com"),
            ("date", "2027-02-01"),
            ("time", "10:00"),
        ] {
            if let Some(field) = fields.get_mut(name).filter(|value| value.is_empty()) {
                *field = value.to_owned();
            }
        }
        let mut names: Vec<String> = fields.keys().cloned().collect();
        names.extend(hidden.map(str::to_owned));
        names.push("%00".into());
        for name in names {
            for value in VALUES {
                // A new key for each, or all but the first would be repetitions.
                let body = encoded(&fields, &name, value);
                let answer = post(&mut actors.ada, &path, FORM, body).await;
                assert_no_failure(&answer, &format!("{path} {name}={value}"));
            }
        }
        for body in [
            &b"\xff\xfe=\x00"[..],
            b"%00=%00&%00=%00",
            b"&&&===",
            b"name=%ff%00",
            b"name[]=1&name[a]=2",
            b"\x00",
        ] {
            for media_type in [FORM, "multipart/form-data; boundary=x", "application/json"] {
                let body = Bytes::from_static(body);
                let answer = post(&mut actors.ada, &path, media_type, body.clone()).await;
                assert_no_failure(&answer, &format!("{path} {body:?} as {media_type}"));
            }
        }
        app.advance(TimeDelta::minutes(1));
        if actors.ada.get("/account").await.status != 200 {
            // A password was changed, or an account.
            actors.ada = app.admin().await;
        }
    }
}

#[actix_web::test]
async fn no_value_in_a_call_makes_it_fail() {
    let app = TestApp::start().await;
    let rows = Rows::make(&app).await;
    let mut program = app.program().await;
    let id = |noun: &str| rows.0[noun].parse::<i64>().expect("an id");
    let slot = json!({
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 30,
        "job": id("jobs"), "ai_interview_type": "final", "difficulty_level": "easy",
        "time_zone": "UTC", "meeting_url": "https://meet.example.com/x", "fold": 0,
        "company": app.company_id, "interview_id": id("interviews"), "slot_id": id("slots"),
        "booking_notes": "x",
    });
    let bodies = [
        (
            "/api/jobs/",
            json!({
                "title": "x", "description": "x", "domain": "x", "team_size": "x", "positions_to_fill": 1,
                "key_skills": ["x"], "salary_min": 1, "salary_max": 2, "salary_currency": "EUR", "location": "x",
            }),
        ),
        (
            "/api/candidates/",
            json!({
                "name": "x", "email": "x@example.com", "phone": "1", "time_zone": "UTC", "locale": "en", "job": id("jobs"),
            }),
        ),
        (
            "/api/interviews/",
            json!({ "candidate": id("candidates"), "job": id("jobs") }),
        ),
        (
            "/api/interviews/series/",
            json!({
                "job": id("jobs"), "dates": ["2027-02-01"], "weekdays": ["mon"], "from": "2027-02-01", "until": "2027-02-02",
                "spans": [{ "from": "09:00", "until": "10:00" }], "duration_minutes": 30, "gap_minutes": 0, "time_zone": "UTC",
                "ai_interview_type": "final", "difficulty_level": "easy", "meeting_url": "https://meet.example.com/x",
                "interviewer": "x", "interviewers": [], "together": true, "beside_open": true, "on_holidays": true, "dry_run": true, "expected": "0",
            }),
        ),
        ("/api/interviews/slots/{id}/close/", json!({ "version": 1 })),
        (
            "/api/interviews/slots/{id}/reopen/",
            json!({ "version": 1 }),
        ),
        ("/api/interviews/slots/", slot.clone()),
        ("/api/interviews/schedules/book_interview/", slot.clone()),
        ("/api/interviews/slots/{slot_id}/book_slot/", slot.clone()),
        ("/api/interviews/{id}/reschedule/", slot),
        (
            "/api/interviews/{id}/cancel/",
            json!({ "reason": "x", "notify_candidate": true, "notify_interviewers": false,
                "not_told_reason": "x" }),
        ),
        (
            "/api/interviews/{id}/complete/",
            json!({ "outcome": "Hold", "private_note": "x" }),
        ),
        (
            "/api/interviews/{id}/no_show/",
            json!({ "private_note": "x" }),
        ),
        ("/api/interviews/{id}/rebook/", json!({})),
        (
            "/api/candidates/import/",
            json!({ "text": "x@example.com", "job": id("jobs"), "locale": "en", "dry_run": true }),
        ),
        ("/api/jobs/import/", json!({ "text": "x", "dry_run": true })),
        (
            "/api/interviews/bulk_booking/",
            json!({
                "job": id("jobs"), "rows": [{ "name": "x", "email": "x@example.com", "slot": id("slots") }],
                "dry_run": true, "skip_refused": true,
            }),
        ),
        ("/api/interviews/bulk_booking/{id}/undo/", json!({})),
        ("/api/interviewers/{id}/feed/", json!({})),
        (
            "/api/interviews/slots/match_interviewers/",
            json!({ "dry_run": true }),
        ),
        (
            "/api/interviews/bulk_ending/",
            json!({
                "rows": [{ "interview": id("interviews"), "status": "completed", "outcome": "Hold", "private_note": "x" }],
                "dry_run": true, "skip_refused": true,
            }),
        ),
        (
            "/api/interviews/series/",
            json!({
                "job": id("jobs"), "dates": ["2027-02-01"], "weekdays": ["mon"], "from": "2027-02-01",
                "until": "2027-02-05", "spans": [{ "from": "09:00", "until": "12:00" }],
                "duration_minutes": 30, "gap_minutes": 5, "time_zone": "UTC", "ai_interview_type": "final",
                "difficulty_level": "easy", "meeting_url": "https://meet.example.com/x", "interviewer": "x",
                "interviewers": [], "dry_run": true,
            }),
        ),
        ("/api/interviews/slots/{id}/close/", json!({ "version": 1 })),
        (
            "/api/interviews/slots/{id}/reopen/",
            json!({ "version": 1 }),
        ),
        ("/api/interviews/{id}/reopen/", json!({})),
    ];
    let written: Vec<String> = of("POST")
        .filter(|line| line.who == Who::Api)
        .map(|line| line.path)
        .collect();
    for path in &written {
        assert!(
            bodies.iter().any(|(known, _)| known == path),
            "{path}: say what it takes"
        );
    }
    let nasty = [
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\u061c""#,
        r#""\u3164""#,
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-1",
        "0",
        "2147483648",
        "1e308",
        "1e999",
        "0.5",
        "true",
        "[]",
        "{}",
        "[[[[]]]]",
        "[\"\\u0000\"]",
        r#""9999-12-31""#,
        r#""0000-01-01""#,
        r#""300000-01-01""#,
        r#""24:00:00""#,
    ];
    for (path, body) in &bodies {
        let path = rows.fill(path);
        let names: Vec<String> = body.as_object().expect("fields").keys().cloned().collect();
        for name in &names {
            for value in nasty {
                let mut rest = body.clone();
                rest.as_object_mut().expect("fields").remove(name);
                let text = rest.to_string();
                let text = format!("{{{:?}: {value}, {}", name, &text[1..]);
                let text = text.replace(", }", "}");
                let answer = post(&mut program, &path, "application/json", text.clone()).await;
                assert_no_failure(&answer, &format!("{path} {text}"));
                assert_ne!(answer.status, 429, "{path}");
            }
        }
        for key in [r#""\u0000""#, r#""\ud800""#, r#""""#] {
            let answer = post(
                &mut program,
                &path,
                "application/json",
                format!("{{{key}: 1}}"),
            )
            .await;
            assert_no_failure(&answer, &format!("{path} {key}"));
            assert!(
                matches!(answer.status, 400 | 422),
                "{path} {key}: {}",
                answer.status
            );
        }
        app.advance(TimeDelta::minutes(1));
        let answer = post(
            &mut program,
            &path,
            "application/json",
            &b"{\"a\": \"\xff\"}"[..],
        )
        .await;
        assert_eq!(answer.status, 400, "{path}");
    }
}

#[actix_web::test]
async fn no_header_makes_an_answer_fail() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let body: Value = json!({ "title": "x" });
    for name in [
        "idempotency-key",
        "authorization",
        "cookie",
        "origin",
        "sec-fetch-site",
        "x-forwarded-for",
        "accept",
        "content-type",
        "accept-language",
        "user-agent",
        "referer",
        "host",
    ] {
        for value in [
            &b"\xff\xfe"[..],
            b"%00",
            b"",
            b"greenroom=%00; greenroom-known=%00.%00",
            b"Token \xff",
            b"Token %00",
        ] {
            let request = || {
                let value = HeaderValue::from_bytes(value).expect("a header");
                TestRequest::default().insert_header((name, value))
            };
            let what = format!("{name}: {value:?}");
            let answer = app
                .stranger()
                .send(Method::GET, "/account", request())
                .await;
            assert_no_failure(&answer, &what);
            let form = request().set_payload("email=a&password=b");
            let answer = app.stranger().send(Method::POST, "/login", form).await;
            assert_no_failure(&answer, &what);
            let json = request().set_payload(body.to_string());
            let answer = program.send(Method::POST, "/api/jobs/", json).await;
            assert_no_failure(&answer, &what);
        }
    }
}
