//! The sample company: what is written down for the system before this one works on it as printed.
use serde_json::json;

use crate::support::{Installation, postgres::Postgres};

#[test]
fn the_calls_of_the_older_documents_work_on_the_demo_as_printed() {
    books_as_printed(&Installation::new());
}

#[test]
fn they_work_on_postgresql_as_well() {
    let postgres = Postgres::start();
    books_as_printed(&Installation::with(vec![(
        "DATABASE_URL",
        postgres.url.clone(),
    )]));
}

fn books_as_printed(installation: &Installation) {
    let server = installation.start(installation.command(&["serve", "--demo"]));
    server.wait_until_ready();
    let recruiter = "recruiter@sample-company.example";
    let made = installation.run(&["token", "create", "--email", recruiter, "--name", "test"]);
    assert!(made.status.success(), "{made:?}");
    let token = String::from_utf8(made.stdout).expect("text");
    let token = token.trim();
    let jobs = server.read(token, "/api/jobs/").json();
    let titles = jobs["results"].as_array().expect("a list").iter();
    let titles: Vec<_> = titles
        .map(|job| (job["id"].as_i64(), job["title"].as_str()))
        .collect();
    assert_eq!(
        titles,
        [
            (Some(227), Some("Cloud Architect")),
            (Some(226), Some("Senior Cloud Architect")),
        ]
    );
    let slot = server.enter(
        token,
        "/api/interviews/slots/",
        // Their own date is past.
        &json!({
            "interview_date": "2029-10-15",
            "start_time": "10:00:00",
            "duration_minutes": 60,
            "job": 226,
            "company": 1,
            "ai_interview_type": "technical",
            "difficulty_level": "medium"
        }),
    );
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let booking = json!({
        "interview_id": 123,
        "booking_notes": "Please ensure you have a stable internet connection"
    });
    let booked = server.post(token, &path, &booking).expect("an answer");
    assert_eq!(booked.status, 200, "{}", booked.body);
    assert_eq!(booked.json()["interview"]["id"], 123);
    // Keys go on after the ones that are given.
    let job = json!({ "title": "Cook" });
    assert_eq!(server.enter(token, "/api/jobs/", &job), 228);
}
