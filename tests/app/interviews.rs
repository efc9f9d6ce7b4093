//! Interviews, as recruiters list and read them.
use chrono::TimeDelta;
use greenroom::domain::{
    actions::Actor,
    interviews::{
        booking::{self, NewBooking, Who},
        overlap::Overlaps,
        slot_choice::SlotChoice,
    },
};

use crate::support::{TestApp, builders};

#[actix_web::test]
async fn an_interview_shows_both_zones_its_mail_and_what_happened() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let interview = &booked.details.interview;
    let page = rita.get(&format!("/interviews/{}", interview.id)).await;
    assert_eq!(page.words("h1"), "Zoë Núñez");
    let facts = page.words(".facts");
    for fact in [
        "Tue 5 January 2027, 09:00–09:45 (Europe/Berlin, UTC+01:00)",
        "Tue 5 January 2027, 03:00–03:45 (America/New_York, UTC-05:00)",
        "08:45–09:45",
        "https://meet.example.com/cloud",
        "Ida Interviewer",
    ] {
        assert!(facts.contains(fact), "{fact} in {facts}");
    }
    assert!(page.words("main").contains("Bring a portfolio."));
    let mails = page.words("#mails");
    assert!(mails.contains("Queued"), "{mails}");
    assert!(mails.contains("Not tried yet"), "{mails}");
    assert!(page.has(&format!("#mails a[href='/emails/{}']", booked.email.id)));
    let history = page.all_words(".timeline strong");
    assert_eq!(
        history,
        [
            "Interview added",
            "Booked for Tue 5 January 2027, 09:00",
            "Invitation queued"
        ]
    );
    assert!(
        !page.text.contains(&interview.public_id),
        "nobody can join with what is shown"
    );
    assert!(
        !page.text.contains("/interview/"),
        "the join link is not shown"
    );
}

#[actix_web::test]
async fn an_interview_that_waits_for_a_time_is_offered_free_ones() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let job = builders::job(&app, company).await;
    let candidate = builders::candidate(&app, company).await;
    let id = builders::interview(&app, company, candidate, job).await;
    let slot = builders::slot(&app, company, job, app.now() + TimeDelta::hours(5)).await;
    let mut rita = app.recruiter().await;
    let page = rita.get(&format!("/interviews/{id}")).await;
    assert_eq!(page.words("h2 .status"), "Not booked yet");
    let book = format!("/slots/{slot}/booking?interview={id}");
    assert!(page.has(&format!("a[href='{book}']")), "{}", page.text);
    let find = page.attribute(".page__actions a", "href");
    let slots = rita.get(&find).await;
    assert!(slots.has(&format!("a[href='{book}']")), "{}", slots.text);
}

#[actix_web::test]
async fn the_list_is_by_day_and_narrowed_by_status_job_and_date() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let first = builders::booked(&app, company).await.details;
    app.advance(TimeDelta::days(2));
    let second = builders::booked(&app, company).await.details;
    let job = second.job.as_ref().expect("a job").id;
    let waiting = builders::interview(&app, company, first.candidate.id, job).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let mut listed = async |path: &str| {
        let page = rita.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.all_attributes(".agenda a", "href")
    };
    let (first, second) = (first.interview.id, second.interview.id);
    for (path, ids) in [
        ("/interviews".to_owned(), vec![second]),
        ("/interviews?from=2027-01-01".into(), vec![first, second]),
        (
            "/interviews?from=2027-01-05&to=2027-01-05".into(),
            vec![first],
        ),
        ("/interviews?to=2027-01-06".into(), vec![first]),
        (format!("/interviews?job={job}"), vec![second]),
        ("/interviews?status=unscheduled".into(), vec![waiting]),
        ("/interviews?status=scheduled".into(), vec![first, second]),
        ("/interviews?status=cancelled".into(), vec![]),
    ] {
        let expected: Vec<String> = ids.iter().map(|id| format!("/interviews/{id}")).collect();
        assert_eq!(listed(&path).await, expected, "{path}");
    }
    for path in [
        "/interviews?status=maybe",
        "/interviews?from=x",
        "/interviews?cursor=x",
    ] {
        assert_eq!(rita.get(path).await.status, 422, "{path}");
    }
    let words = rita.get("/interviews").await.words(".agenda li");
    assert!(
        words.contains("Cloud Architect · Technical · Medium"),
        "{words}"
    );
    assert!(words.contains("Queued"), "{words}");
}

#[actix_web::test]
async fn paging_shows_every_interview_once_even_at_one_instant() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let job = builders::job(&app, company).await;
    let candidate = builders::candidate(&app, company).await;
    for at in 0..105 {
        let starts_at = app.now() + TimeDelta::hours(1 + at / 60);
        let slot = builders::slot(&app, company, job, starts_at).await;
        let new = NewBooking {
            slot: SlotChoice::Existing(slot),
            who: Who::Candidate(candidate),
            notes: String::new(),
            overlaps: Overlaps::Any,
            idempotency_key: None,
        };
        let booked = booking::book(&app.app.db, &Actor::system(company), new, app.now()).await;
        assert!(matches!(booked, Ok(Ok(_))), "{booked:?}");
    }
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let mut path = String::from("/interviews?status=scheduled");
    let mut seen = Vec::new();
    while !path.is_empty() {
        let page = rita.get(&path).await;
        seen.extend(page.all_attributes(".agenda a", "href"));
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(seen.len(), 105);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 105);
}

#[actix_web::test]
async fn an_interview_of_another_company_is_not_there() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut eve = app.other_company().await;
    let path = format!("/interviews/{}", booked.details.interview.id);
    assert_eq!(eve.get(&path).await.status, 404);
    assert!(
        !eve.get("/interviews?from=2027-01-01")
            .await
            .has(".agenda li")
    );
}
