//! Mail scanners and prefetching browsers: whatever they open of a join link, nothing is changed and nobody is told.
use std::collections::BTreeSet;

use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use greenroom::domain::interviews;
use scraper::Selector;

use crate::{
    join::link,
    offers::{TERMS, ask},
    support::{Actor, Answer, TestApp, builders, rows},
};

/// How browsers and scanners say that nobody looks yet.
const AHEAD: [(&str, &str); 5] = [
    ("Sec-Purpose", "prefetch"),
    ("Sec-Purpose", "prefetch;prerender"),
    ("Purpose", "prefetch"),
    ("X-Purpose", "preview"),
    ("X-Moz", "prefetch"),
];
/// So many links away from the first page.
const DEPTH: usize = 2;

/// Opens this in every way that changes nothing; answers with what a person would see.
async fn open(app: &TestApp, path: &str) -> Answer {
    let mut scanner = app.candidate();
    scanner.head(path).await;
    for _ in 0..3 {
        scanner.get(path).await;
    }
    for (name, value) in AHEAD {
        let mut ahead = app.candidate().with_header(name, value);
        ahead.get(path).await;
        ahead.head(path).await;
    }
    let options = TestRequest::default();
    scanner.send(Method::OPTIONS, path, options).await;
    scanner.get(path).await
}

/// Every address of ours in a page, wherever it stands: links, sheets, scripts, the targets of forms, what scripts ask for.
fn addresses(app: &TestApp, answer: &Answer) -> BTreeSet<String> {
    if !answer.header("content-type").starts_with("text/html") {
        return BTreeSet::new();
    }
    let origin = app.app.settings.base_url.origin();
    let all = Selector::parse("*").expect("a selector");
    let attributes = answer.page().select(&all);
    attributes
        .flat_map(|element| element.value().attrs())
        .map(|(_, value)| value.strip_prefix(origin).unwrap_or(value))
        .filter(|value| value.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

/// Follows everything that it finds behind a link, as [`DEPTH`] says; answers with where it was.
async fn scan(app: &TestApp, link: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::from([link.to_owned()]);
    let mut ahead = vec![link.to_owned()];
    for _ in 0..=DEPTH {
        let mut next = BTreeSet::new();
        for path in ahead {
            let answer = open(app, &path).await;
            assert!(
                matches!(answer.status, 200 | 303 | 405 | 410),
                "{path} answers {}",
                answer.status
            );
            next.extend(addresses(app, &answer));
            if answer.location.starts_with('/') {
                next.insert(answer.location);
            }
        }
        ahead = next
            .into_iter()
            .filter(|path| seen.insert(path.clone()))
            .collect();
    }
    seen
}

/// Scans these links; nothing may be written down meanwhile, nor even tried to.
async fn scanning_writes_nothing(app: &TestApp, links: &[&str], expected: &[&str]) {
    let before = rows::all(app).await;
    for link in links {
        app.app.db.failpoint().listen();
        let seen = scan(app, link).await;
        let heard = app.app.db.failpoint().heard();
        for end in expected {
            assert!(
                seen.iter().any(|path| path.ends_with(end)),
                "{end} in {seen:?}"
            );
        }
        assert!(heard.len() > seen.len(), "it listened");
        let other = heard.iter().find(|sql| !sql.starts_with("SELECT "));
        assert_eq!(other, None, "{link}");
    }
    assert_eq!(rows::all(app).await, before);
}

/// What stands on the page of an interview that is to come.
const TO_COME: [&str; 6] = [
    "/invite.ics",
    "/calendar/google",
    "/answer?say=declined",
    "/zone",
    "/language",
    ".css",
];

#[actix_web::test]
async fn a_scanner_changes_nothing_before_at_and_after_an_interview() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = builders::booked(&app, app.company_id).await;
    let row = &booked.details.interview;
    let long = link(&app, row);
    let code = builders::short_code(&app, app.company_id, row.id).await;
    let short = format!("/i/{code}");
    let start = booked.details.slot.as_ref().expect("a slot").starts_at;

    let links = [long.as_str(), short.as_str()];
    scanning_writes_nothing(&app, &links, &TO_COME).await;
    app.advance(start - app.now() - TimeDelta::minutes(5));
    scanning_writes_nothing(&app, &links, &[&TO_COME[..], &["/join"]].concat()).await;
    let found = interviews::find(app.app.db.read(), app.company_id, row.id).await;
    assert_eq!(&found.expect("the interview"), row, "as it was booked");

    // Who presses the button is written down, and heard.
    let mut candidate = app.candidate();
    app.app.db.failpoint().listen();
    let joined = candidate.post_form(&format!("{long}/join"), &[]).await;
    assert_eq!(joined.status, 200);
    let heard = app.app.db.failpoint().heard();
    assert!(heard.iter().any(|sql| !sql.starts_with("SELECT ")));
    let found = interviews::find(app.app.db.read(), app.company_id, row.id).await;
    let joined_at = found.expect("the interview").joined_at;
    assert_eq!(joined_at, Some(app.now()));
    scanning_writes_nothing(&app, &links, &TO_COME).await;
    app.advance(TimeDelta::hours(2));
    scanning_writes_nothing(&app, &links, &["/language"]).await;
}

#[actix_web::test]
async fn a_scanner_changes_nothing_while_a_candidate_chooses_and_when_it_is_too_late() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let company_id = app.company_id;
    let job = builders::job(&app, company_id).await;
    for hours in [48, 72] {
        let at = app.now() + TimeDelta::hours(hours);
        builders::slot(&app, company_id, job, at).await;
    }
    let who = builders::candidate(&app, company_id).await;
    let id = builders::interview(&app, company_id, who, job).await;
    let mut rita: Actor = app.recruiter().await;
    let asked = ask(&mut rita, &format!("/interviews/{id}"), TERMS).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let row = interviews::find(app.app.db.read(), company_id, id).await;
    let choose = link(&app, &row.expect("the interview"));

    let page = app.candidate().get(&choose).await;
    assert_eq!(page.all_attributes("[name=slot]", "value").len(), 2);
    let expected = ["/choice", "/none", "/zone", "/language"];
    scanning_writes_nothing(&app, &[&choose], &expected).await;
    app.advance(TimeDelta::days(4));
    assert_eq!(app.candidate().get(&choose).await.status, 410);
    scanning_writes_nothing(&app, &[&choose], &["/language"]).await;
}

#[actix_web::test]
async fn a_scanner_changes_nothing_behind_a_link_that_was_called_off() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = builders::booked(&app, app.company_id).await;
    let row = &booked.details.interview;
    let long = link(&app, row);
    let code = builders::short_code(&app, app.company_id, row.id).await;
    let mut rita = app.recruiter().await;
    let page = format!("/interviews/{}/cancellation", row.id);
    let cancelled = rita.save_form(&page, &[("act", "cancel")]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text);
    let links = [long, format!("/i/{code}")];
    let links = links.each_ref().map(String::as_str);
    scanning_writes_nothing(&app, &links, &["/language"]).await;
}
