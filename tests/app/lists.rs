//! Lists: read forwards and backwards, and searched.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{job, user::Role};
use greenroom::domain::{
    actions::Actor as By,
    candidates::{self, NewCandidate},
    interviews::{
        booking::{self, NewBooking, Who},
        overlap::Overlaps,
        slot_choice::SlotChoice,
    },
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::delivery_log::{self, copy};
use crate::support::{Actor, TestApp, builders};

/// Somebody of this name, with an address.
async fn person(app: &TestApp, name: &str, email: &str) -> i64 {
    let new = NewCandidate {
        name: name.into(),
        email: email.into(),
        phone: String::new(),
        time_zone: None,
        locale: "en".into(),
        job_id: None,
        notes: String::new(),
    };
    let by = By::system(app.company_id);
    let added = candidates::create(&app.app.db, &by, new, None, app.now()).await;
    added.expect("an answer").expect("a candidate")
}

/// A job of this title.
async fn job(app: &TestApp, title: &str, status: job::Status) -> i64 {
    let id = builders::job(app, app.company_id).await;
    builders::write(app, async |txn| {
        let row = job::ActiveModel {
            id: Set(id),
            title: Set(title.into()),
            status: Set(status),
            ..Default::default()
        };
        job::Entity::update(row).exec(txn).await?;
        Ok(())
    })
    .await;
    id
}

/// Their interview, booked.
async fn booked(app: &TestApp, who: i64, job: i64, starts_at: DateTime<Utc>) -> i64 {
    let slot = builders::slot(app, app.company_id, job, starts_at).await;
    let new = NewBooking {
        slot: SlotChoice::Existing(slot),
        who: Who::Candidate(who),
        notes: String::new(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    let by = By::system(app.company_id);
    let booked = booking::book(&app.app.db, &by, new, app.now()).await;
    booked
        .expect("an answer")
        .expect("booked")
        .details
        .interview
        .id
}

/// The links of a list's page.
async fn rows(actor: &mut Actor, path: &str, row: &str) -> (Vec<String>, String, String) {
    let page = actor.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    (
        page.all_attributes(row, "href"),
        page.attribute("a[rel=prev]", "href"),
        page.attribute("a[rel=next]", "href"),
    )
}

/// Reads a list to its end and back again: each page is the same both times.
async fn there_and_back(actor: &mut Actor, first: &str, row: &str, count: usize) {
    let mut pages = Vec::new();
    let mut path = first.to_owned();
    let mut previous = String::new();
    while !path.is_empty() {
        let (rows, before, next) = rows(actor, &path, row).await;
        assert_eq!(before.is_empty(), pages.is_empty(), "{path}");
        pages.push(rows);
        (previous, path) = (before, next);
    }
    let mut all = pages.concat();
    assert_eq!(all.len(), count, "{first}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "{first}: nothing comes twice");
    pages.pop();
    while !previous.is_empty() {
        let expected = pages.pop().expect("a page before");
        let (rows, before, next) = rows(actor, &previous, row).await;
        assert_eq!(rows, expected, "{previous}");
        assert!(!next.is_empty(), "{previous}");
        previous = before;
    }
    assert!(pages.is_empty(), "{first}: back at the beginning");
}

#[actix_web::test]
async fn every_list_leads_back_as_far_as_it_leads_on() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let job = builders::job(&app, company).await;
    let who = builders::candidate(&app, company).await;
    for number in 0..105 {
        builders::job(&app, company).await;
        builders::candidate(&app, company).await;
        builders::interview(&app, company, who, job).await;
        // Some at one instant: the key decides then.
        let at = app.now() + TimeDelta::hours(24 + number / 40);
        builders::slot(&app, company, job, at).await;
    }
    let first = builders::booked(&app, company).await;
    copy(&app, &first.email, 119).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    for (path, row, count) in [
        ("/jobs?status=open", "tbody th a", 107),
        ("/candidates", "tbody th a", 107),
        ("/slots?state=open", ".agenda li > div > a", 105),
        ("/interviews?status=unscheduled", ".agenda a", 105),
        ("/emails?kind=scheduled", "#log tbody th a", 120),
        ("/emails?recipient=zoe", "#log tbody th a", 120),
        ("/jobs?q=cloud", "tbody th a", 107),
        ("/candidates?q=nunez", "tbody th a", 107),
        ("/interviews?status=unscheduled&q=zoe", ".agenda a", 105),
    ] {
        there_and_back(&mut ada, path, row, count).await;
    }
    for _ in 0..110 {
        let user = entity::user::ActiveModel {
            company_id: Set(company),
            email: Set(format!("{}@example.com", greenroom::crypto::random_id())),
            name: Set("Somebody".into()),
            password_hash: Set(String::new()),
            role: Set(Role::Recruiter),
            created_at: Set(app.now()),
            ..Default::default()
        };
        builders::write(&app, async |txn| {
            entity::user::Entity::insert(user.clone()).exec(txn).await?;
            Ok(())
        })
        .await;
    }
    there_and_back(&mut ada, "/users", "tbody th a", 111).await;
    let mut pages = 1;
    let mut path = ada.get("/actions").await.attribute("a[rel=next]", "href");
    let mut last = String::new();
    while !path.is_empty() {
        let page = ada.get(&path).await;
        last = page.attribute("a[rel=prev]", "href");
        path = page.attribute("a[rel=next]", "href");
        pages += 1;
    }
    while !last.is_empty() {
        last = ada.get(&last).await.attribute("a[rel=prev]", "href");
        pages -= 1;
    }
    assert_eq!(pages, 1, "the audit log, there and back");
}

#[actix_web::test]
async fn booked_interviews_are_read_backwards_too() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let who = builders::candidate(&app, app.company_id).await;
    for number in 0..105 {
        let at = app.now() + TimeDelta::hours(24 + number / 40);
        booked(&app, who, job, at).await;
    }
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    for path in [
        "/interviews?status=scheduled",
        "/interviews?q=cloud",
        "/slots?state=booked",
    ] {
        let row = match path {
            "/slots?state=booked" => ".agenda li > div > a",
            _ => ".agenda a",
        };
        there_and_back(&mut rita, path, row, 105).await;
    }
}

#[actix_web::test]
async fn a_place_in_a_list_may_be_typed_by_anybody() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    for path in [
        "/jobs",
        "/candidates",
        "/slots",
        "/interviews",
        "/emails",
        "/actions",
        "/alerts",
        "/zone-changes",
        "/users",
        "/tokens",
    ] {
        for (place, status) in [
            ("before=x", 422),
            ("before=-1_-1", 422),
            ("before=1_1&cursor=x", 422),
            ("before=253402300800000000_1", 422),
            // There is nothing before the beginning.
            ("before=253402300799999999_9223372036854775807", 200),
            ("before=0_0", 200),
            ("cursor=0_0", 200),
            ("cursor=0_0&before=0_0", 200),
        ] {
            let page = ada.get(&format!("{path}?{place}")).await;
            assert_eq!(page.status, status, "{path}?{place}");
            let refused = page.has("[role=alert]:not([hidden])");
            assert_eq!(refused, status == 422, "{path}?{place}");
        }
        let page = ada.get(&format!("{path}?before=0_0")).await;
        assert!(page.text.contains("First page"), "{path} leads back");
    }
}

#[actix_web::test]
async fn jobs_are_found_by_words_of_their_title() {
    let app = TestApp::start().await;
    let cook = job(&app, "Sous-Chef für die Küche", job::Status::Open).await;
    let clerk = job(&app, "Head Clerk", job::Status::Closed).await;
    let mut rita = app.recruiter().await;
    for (query, ids) in [
        ("q=kuche", vec![cook]),
        ("q=CHEF+sous", vec![cook]),
        ("q=cle", vec![clerk]),
        ("q=he", vec![clerk]),
        ("q=hef", vec![]),
        ("q=head+sous", vec![]),
        ("q=head&status=closed", vec![clerk]),
        ("q=head&status=open", vec![]),
        ("q=%25", vec![clerk, cook]),
    ] {
        let page = rita.get(&format!("/jobs?{query}")).await;
        let expected: Vec<String> = ids.iter().map(|id| format!("/jobs/{id}")).collect();
        assert_eq!(
            page.all_attributes("tbody th a", "href"),
            expected,
            "{query}"
        );
    }
    let nothing = rita.get("/jobs?q=nobody").await;
    assert!(nothing.words("#jobs").contains("No jobs found"));
    assert!(nothing.has("a[href='/jobs']"));
    let wrong = rita.get(&format!("/jobs?q={}", "x".repeat(201))).await;
    assert_eq!(wrong.status, 422);
    let mut eve = app.other_company().await;
    assert!(!eve.get("/jobs?q=chef").await.has("tbody th a"));
}

#[actix_web::test]
async fn interviews_are_found_by_candidate_and_job_in_the_past_and_to_come() {
    let app = TestApp::start().await;
    let (cook, clerk) = (
        job(&app, "Cook", job::Status::Open).await,
        job(&app, "Clerk", job::Status::Closed).await,
    );
    let jane = person(&app, "Jané Roe", "jane@roe.example").await;
    let bob = person(&app, "Bob Cook", "bob@example.org").await;
    let past = booked(&app, jane, cook, app.now() + TimeDelta::hours(2)).await;
    app.advance(TimeDelta::days(3));
    let next = booked(&app, jane, clerk, app.now() + TimeDelta::hours(2)).await;
    let bobs = booked(&app, bob, clerk, app.now() + TimeDelta::hours(3)).await;
    let waits = builders::interview(&app, app.company_id, bob, cook).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    for (query, ids) in [
        ("q=jane", vec![next, past]),
        ("q=ROE+jane", vec![next, past]),
        ("q=jane+cook", vec![past]),
        // A name or a job.
        ("q=cook", vec![bobs, past]),
        ("q=clerk", vec![bobs, next]),
        ("q=clerk+example", vec![bobs, next]),
        ("q=org", vec![bobs]),
        ("q=ane", vec![]),
        ("q=jane+nobody", vec![]),
        ("q=cook&status=unscheduled", vec![waits]),
        ("q=jane&status=scheduled", vec![past, next]),
        ("q=jane&from=2027-01-07", vec![next]),
    ] {
        let page = rita.get(&format!("/interviews?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let expected: Vec<String> = ids.iter().map(|id| format!("/interviews/{id}")).collect();
        assert_eq!(
            page.all_attributes(".agenda a", "href"),
            expected,
            "{query}"
        );
    }
    let mut eve = app.other_company().await;
    assert!(!eve.get("/interviews?q=jane").await.has(".agenda li"));
}

#[actix_web::test]
async fn a_closed_job_can_be_asked_for_where_its_past_is() {
    let app = TestApp::start().await;
    let clerk = job(&app, "Clerk", job::Status::Open).await;
    let who = builders::candidate(&app, app.company_id).await;
    let id = booked(&app, who, clerk, app.now() + TimeDelta::hours(2)).await;
    builders::write(&app, async |txn| {
        let row = job::ActiveModel {
            id: Set(clerk),
            status: Set(job::Status::Closed),
            ..Default::default()
        };
        job::Entity::update(row).exec(txn).await?;
        Ok(())
    })
    .await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    for path in ["/interviews", "/slots", "/emails"] {
        let page = rita.get(path).await;
        assert!(page.words("#job").contains("Clerk (closed)"), "{path}");
        let page = rita.get(&format!("{path}?job={clerk}")).await;
        assert_eq!(
            page.attribute("#job option[selected]", "value"),
            clerk.to_string(),
            "{path}"
        );
    }
    let listed = rita.get(&format!("/interviews?job={clerk}")).await;
    assert!(listed.has(&format!("a[href='/interviews/{id}']")));
    let new = rita.get("/slots/new").await;
    assert!(!new.words("#job").contains("Clerk"), "nothing new for it");
}

#[actix_web::test]
async fn a_status_does_not_hide_the_past_behind_today() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let first = builders::booked(&app, company).await.details;
    let closed = builders::slot(
        &app,
        company,
        first.job.as_ref().expect("a job").id,
        app.now() + TimeDelta::hours(2),
    )
    .await;
    let mut rita = app.recruiter().await;
    let page = format!("/slots/{closed}");
    let pressed = rita.press(&page, &format!("{page}/closure")).await;
    assert_eq!(pressed.status, 303);
    app.advance(TimeDelta::days(3));
    let mut rita = app.recruiter().await;
    let second = builders::booked(&app, company).await.details;
    app.expect_undelivered_mail();
    let slot = |of: &greenroom::domain::interviews::Details| {
        let slot = of.slot.as_ref().expect("a slot");
        format!("/slots/{}", slot.id)
    };
    let booked = [slot(&second), slot(&first)];
    for (path, expected) in [
        ("/slots?state=booked", booked.to_vec()),
        ("/slots?state=closed", vec![page]),
        ("/slots?state=booked&from=2027-01-07", vec![slot(&second)]),
        ("/slots", vec![slot(&second)]),
    ] {
        let shown = rita.get(path).await;
        let links = shown.all_attributes(".agenda li > div > a", "href");
        assert_eq!(links, expected, "{path}");
    }
    let shown = rita.get("/interviews?status=scheduled").await;
    assert_eq!(shown.all_attributes(".agenda a", "href").len(), 2);
    assert_eq!(shown.value_of("from"), "");
}

#[actix_web::test]
async fn the_log_finds_messages_by_words_of_the_name_or_the_address() {
    let app = TestApp::start().await;
    let cook = job(&app, "Cook", job::Status::Open).await;
    let jane = person(&app, "Jané van Roe", "j.roe@mail.example").await;
    let bob = person(&app, "Bob Roe", "bob@mail.example").await;
    let mut ids = Vec::new();
    for (number, who) in [jane, bob].into_iter().enumerate() {
        let at = app.now() + TimeDelta::hours(2 + number as i64);
        let interview = booked(&app, who, cook, at).await;
        let mail = greenroom::domain::emails::about(&app.app.db, app.company_id, vec![interview]);
        ids.push(mail.await.expect("mails").0[0].id);
    }
    app.expect_undelivered_mail();
    let (janes, bobs) = (ids[0], ids[1]);
    let mut rita = app.recruiter().await;
    for (typed, expected) in [
        ("jane", vec![janes]),
        ("ROE+jane", vec![janes]),
        ("roe", vec![bobs, janes]),
        ("mail", vec![bobs, janes]),
        ("van+mail", vec![janes]),
        ("bob%40mail.example", vec![bobs]),
        ("bob%40ma", vec![bobs]),
        ("J.ROE%40", vec![janes]),
        ("oe", vec![]),
        ("jane+bob", vec![]),
        ("%25", vec![]),
        ("_", vec![]),
    ] {
        let page = rita.get(&format!("/emails?recipient={typed}")).await;
        assert_eq!(delivery_log::listed(&page), expected, "{typed}");
    }
    let mut eve = app.other_company().await;
    let page = eve.get("/emails?recipient=jane").await;
    assert!(delivery_log::listed(&page).is_empty());
}

#[actix_web::test]
async fn a_list_that_begins_today_leads_back_to_what_was_before() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let zoe = person(&app, "Zoe", "zoe@example.com").await;
    let past = booked(&app, zoe, job, app.now() + TimeDelta::hours(1)).await;
    app.advance(TimeDelta::days(3));
    let coming = booked(&app, zoe, job, app.now() + TimeDelta::hours(1)).await;
    let mut rita = app.recruiter().await;
    for list in ["/interviews", "/slots"] {
        let today = rita.get(list).await;
        let there = |page: &crate::support::Answer, id: i64| {
            page.has(&format!("main a[href='/interviews/{id}']"))
        };
        assert!(
            there(&today, coming) && !there(&today, past),
            "{list}: {}",
            today.words("main")
        );
        let earlier = today.attribute("a[rel=prev]", "href");
        let before = rita.get(&earlier).await;
        assert_eq!(before.status, 200, "{list}: {earlier}");
        assert!(
            there(&before, past) && !there(&before, coming),
            "{list}: {}",
            before.words("main")
        );
        // And from there the list goes on both ways.
        let ways = before.all_attributes("a[rel]", "href");
        let mut seen = false;
        for way in ways {
            seen |= there(&rita.get(&way).await, coming);
        }
        assert!(seen, "{list}: no way back to today");
    }
    app.expect_undelivered_mail();
}

/// Ten of each, one a day, the first on Monday 4 January.
async fn one_a_day(app: &TestApp) -> (Vec<i64>, Vec<i64>) {
    let (mut people, mut jobs) = (Vec::new(), Vec::new());
    let mut program = app.program().await;
    for n in 0..10 {
        people.push(person(app, &format!("Person {n}"), &format!("p{n}@example.com")).await);
        let title = serde_json::json!({ "title": "Cook" });
        let job = program.post_json("/api/jobs/", &title).await.json();
        jobs.push(job["id"].as_i64().expect("an id"));
        app.advance(TimeDelta::days(1));
    }
    (people, jobs)
}

#[actix_web::test]
async fn people_and_jobs_are_looked_through_from_a_day_on_both_ways() {
    let app = TestApp::start().await;
    let (people, jobs) = one_a_day(&app).await;
    let mut rita = app.recruiter().await;
    for (path, ids) in [("/candidates", people), ("/jobs", jobs)] {
        let address = |id: &i64| format!("{path}/{id}");
        let newest_first = |ids: &[i64]| ids.iter().rev().map(address).collect::<Vec<_>>();
        let link = format!("tbody th a[href^='{path}/']");
        let day = rita.get(&format!("{path}?until=2027-01-06")).await;
        assert_eq!(day.status, 200, "{path}");
        assert_eq!(
            day.all_attributes(&link, "href"),
            newest_first(&ids[..3]),
            "{path}: the day itself, and what is before"
        );
        assert_eq!(day.value_of("until"), "2027-01-06");
        let newer = rita.get(&day.attribute("a[rel=prev]", "href")).await;
        assert_eq!(
            newer.all_attributes(&link, "href"),
            newest_first(&ids[3..]),
            "{path}: what is newer"
        );
        let back = rita.get(&newer.attribute("a[rel=next]", "href")).await;
        assert_eq!(back.all_attributes(&link, "href"), newest_first(&ids[..3]));
        let newest = ids.last().expect("one");
        let today = rita.get(&format!("{path}?until=2027-12-31")).await;
        assert_eq!(today.all_attributes(&link, "href")[0], address(newest));
        let nothing = rita.get(&today.attribute("a[rel=prev]", "href")).await;
        assert!(nothing.text.contains("found</h2>"), "{}", nothing.text);
        let before_all = rita.get(&format!("{path}?until=2026-12-31")).await;
        assert!(!before_all.has(&link), "{path}");
        let all = before_all.attribute("a[rel=prev]", "href");
        assert_eq!(all, path);
        let wrong = rita.get(&format!("{path}?until=soon")).await;
        assert_eq!(wrong.status, 422, "{path}");
        assert!(!wrong.error_of("until").is_empty(), "{path}");
    }
}
