//! Booking, as recruiters do it, and what happens when two want the same.
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{Actor, Answer, TestApp, builders};

const PROBLEM: &str = ".notice--problem:not([hidden])";

/// A company with a free slot tomorrow at nine in Berlin, which is three at night in New York.
async fn free_slot(app: &TestApp) -> String {
    let job = builders::job(app, app.company_id).await;
    let slot = builders::slot(app, app.company_id, job, tomorrow(app)).await;
    format!("/slots/{slot}/booking")
}

fn tomorrow(app: &TestApp) -> DateTime<Utc> {
    app.now() + TimeDelta::days(1)
}

fn somebody_new<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    const FORM: [(&str, &str); 7] = [
        ("candidate", "new"),
        ("name", "Jane Roe"),
        ("email", "jane@example.com"),
        ("phone", ""),
        ("time_zone", "America/New_York"),
        ("notes", "Bring <b>a pen</b>."),
        ("key", ""),
    ];
    FORM.into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .chain(changes.iter().copied())
        .collect()
}

async fn interviews(app: &TestApp) -> u64 {
    let rows = entity::interview::Entity::find();
    rows.count(app.app.db.read()).await.expect("a count")
}

async fn mails(app: &TestApp) -> u64 {
    let rows = entity::email::Entity::find();
    rows.count(app.app.db.read()).await.expect("a count")
}

#[actix_web::test]
async fn a_new_candidate_is_booked_and_their_mail_is_queued() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let key = rita.get(&path).await.value_of("key");
    let answer = rita.post_form(&path, &somebody_new(&[("key", &key)])).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = rita.get(&answer.location).await;
    assert_eq!(page.words("h1"), "Jane Roe");
    assert!(page.words("[role=status]").contains("Booked."));
    assert!(
        page.words("main").contains("Bring <b>a pen</b>."),
        "escaped once"
    );
    assert!(!page.has("main b"));
    assert!(
        page.words(".facts")
            .contains("03:00–03:45 (America/New_York, UTC-05:00)")
    );
    assert!(page.words("#mails").contains("Queued"));
    assert!(page.words(".timeline").contains("by Rita Recruiter"));
    assert_eq!((interviews(&app).await, mails(&app).await), (1, 1));

    let again = rita.post_form(&path, &somebody_new(&[("key", &key)])).await;
    assert_eq!((again.status, &again.location), (303, &answer.location));
    assert_eq!((interviews(&app).await, mails(&app).await), (1, 1), "once");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_candidate_who_is_there_is_found_chosen_and_booked() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let id = builders::candidate(&app, app.company_id).await;
    let chosen = format!("input[name=candidate][value='{id}'][checked]");
    let mut rita = app.recruiter().await;

    let found = rita.get(&format!("{path}?q=nunez")).await;
    assert!(found.has(&format!("input[name=candidate][value='{id}']")));
    assert!(!found.has(&chosen));
    let missed = rita.get(&format!("{path}?q=smith")).await;
    assert!(!missed.has("#found input"));
    let kept = rita.get(&format!("{path}?q=smith&candidate={id}")).await;
    assert!(kept.has(&chosen), "who is chosen stays in sight");

    let typed = [
        ("q", "smith"),
        ("act", "search"),
        ("notes", "kept"),
        ("key", "k"),
    ];
    let searched = rita.post_form(&path, &typed).await;
    assert_eq!(
        (searched.status, searched.value_of("notes").as_str()),
        (200, "kept")
    );
    assert_eq!(searched.value_of("key"), "k");

    let id = id.to_string();
    let booked = rita.post_form(&path, &[("candidate", id.as_str())]).await;
    assert_eq!(booked.status, 303);
    assert_eq!(rita.get(&booked.location).await.words("h1"), "Zoë Núñez");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_mail_is_previewed_before_anything_is_done() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let opened = rita.get(&path).await;
    assert!(!opened.has("#preview pre"), "nobody is invited yet");
    let preview = rita
        .post_form(&path, &somebody_new(&[("act", "preview")]))
        .await;
    assert_eq!(preview.status, 200);
    let facts = preview.words("#preview");
    for words in [
        "jane@example.com",
        "Interview Scheduled - Cloud Architect at Sample Company",
        "Dear Jane Roe",
        "Tuesday, January 5, 2027 at 3:00 AM",
        "Bring <b>a pen</b>.",
        "(the candidate's personal join link goes here)",
        "09:00–09:45 (Europe/Berlin, UTC+01:00)",
        "03:00–03:45 (America/New_York, UTC-05:00)",
    ] {
        assert!(facts.contains(words), "{words} in {facts}");
    }
    assert_eq!(preview.value_of("name"), "Jane Roe");
    assert_eq!((interviews(&app).await, mails(&app).await), (0, 0));

    let unclear = rita
        .post_form(&path, &somebody_new(&[("act", "preview"), ("email", "")]))
        .await;
    assert_eq!(unclear.status, 422);
    assert!(unclear.error_of("email").contains("fill this in"));
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    for htmx in [false, true] {
        if htmx {
            rita = rita.with_header("HX-Request", "true");
        }
        let wrong = somebody_new(&[
            ("name", "Jane\u{202e}Roe"),
            ("email", "jane"),
            ("time_zone", "Mars"),
            ("notes", "a\u{0}b"),
            ("key", "k"),
        ]);
        let page = rita.post_form(&path, &wrong).await;
        assert_eq!(page.status, 422);
        assert!(
            page.error_of("name")
                .contains("invisible control character")
        );
        assert!(page.error_of("email").contains("name@example.com"));
        assert!(page.error_of("time_zone").contains("Europe/Berlin"));
        assert!(page.error_of("notes").contains("control character"));
        assert_eq!(page.error_of("phone"), "");
        assert_eq!(page.value_of("email"), "jane");
        assert_eq!(page.value_of("key"), "k");
        assert!(page.has("input[value=new][checked]"));
        assert!(page.has("nav"), "a whole page");

        let nobody = rita.post_form(&path, &[("notes", "for whom?")]).await;
        assert_eq!(nobody.status, 422);
        let focused = nobody.all_attributes("[autofocus]", "name");
        assert_eq!(focused, ["candidate"]);
        assert!(nobody.error_of("candidate").contains("Choose"));
        assert_eq!(nobody.value_of("notes"), "for whom?");
    }
    assert_eq!(interviews(&app).await, 0);
}

#[actix_web::test]
async fn one_key_is_one_booking() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    assert_eq!(
        rita.post_form(&path, &somebody_new(&[("key", "k")]))
            .await
            .status,
        303
    );
    let other = somebody_new(&[
        ("key", "k"),
        ("name", "John Doe"),
        ("email", "john@example.com"),
    ]);
    let second = free_slot(&app).await;
    let refused = rita.post_form(&second, &other).await;
    assert_eq!(refused.status, 422);
    assert!(refused.words(PROBLEM).contains("already sent this form"));
    assert_eq!(refused.value_of("name"), "John Doe");
    assert_ne!(refused.value_of("key"), "k");
    assert_eq!(interviews(&app).await, 1);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_address_that_is_known_offers_the_candidate_who_has_it() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let entered = [
        ("name", "Jane R."),
        ("email", "jane@example.com"),
        ("locale", "en"),
    ];
    assert_eq!(
        rita.post_form("/candidates/new", &entered).await.status,
        303
    );
    let taken = rita.post_form(&path, &somebody_new(&[])).await;
    assert_eq!(taken.status, 422);
    assert!(taken.error_of("email").contains("already has"));
    assert_eq!(taken.words("button[value^=take-]"), "Book Jane R. instead");
    let take = taken.attribute("button[value^=take-]", "value");
    let chosen = rita
        .post_form(&path, &somebody_new(&[("act", &take)]))
        .await;
    assert_eq!(chosen.status, 200);
    let id = chosen.attribute("#found input[checked]", "value");
    assert!(chosen.words("#preview pre").contains("Dear Jane R."));
    let booked = rita
        .post_form(&path, &somebody_new(&[("candidate", &id)]))
        .await;
    assert_eq!(booked.status, 303);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn who_comes_second_learns_who_came_first_and_what_is_free() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, tomorrow(&app)).await;
    let mut free = Vec::new();
    for hours in [-2, 1, 3] {
        let starts_at = tomorrow(&app) + TimeDelta::hours(hours);
        free.push(builders::slot(&app, app.company_id, job, starts_at).await);
    }
    let path = format!("/slots/{slot}/booking");
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let first = rita.post_form(&path, &somebody_new(&[])).await;
    assert_eq!(first.status, 303);
    let late = somebody_new(&[
        ("name", "John Doe"),
        ("email", "john@example.com"),
        ("key", "k"),
    ]);
    let second = ada.post_form(&path, &late).await;
    assert_eq!(second.status, 409);
    assert!(
        second
            .words(PROBLEM)
            .contains("Jane Roe already has this slot, booked by Rita Recruiter.")
    );
    assert!(second.has(&format!("a[href='{}']", first.location)));
    assert_eq!(second.value_of("name"), "John Doe");
    assert_eq!(second.value_of("notes"), "Bring <b>a pen</b>.");
    assert_eq!(second.value_of("key"), "k");
    assert!(!second.has("button[value=book]"));
    let offered = second.all_attributes("button[formaction]", "formaction");
    let expected: Vec<String> = free
        .iter()
        .map(|id| format!("/slots/{id}/booking"))
        .collect();
    assert_eq!(offered, expected);
    assert!(second.all_words("button[formaction]")[1].contains("10:00"));

    let mut carried = late.clone();
    carried.push(("act", "preview"));
    let other = ada.post_form(&offered[1], &carried).await;
    assert_eq!(other.status, 200);
    assert!(other.words("#preview").contains("10:00–10:45"));
    assert_eq!(other.value_of("name"), "John Doe");
    assert_eq!(ada.post_form(&offered[1], &late).await.status, 303);
    assert_eq!((interviews(&app).await, mails(&app).await), (2, 2));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn of_fifty_at_one_moment_one_gets_the_slot() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, tomorrow(&app)).await;
    let other = builders::slot(
        &app,
        app.company_id,
        job,
        tomorrow(&app) + TimeDelta::hours(1),
    )
    .await;
    let path = format!("/slots/{slot}/booking");
    let mut recruiters = Vec::new();
    for _ in 0..50 {
        recruiters.push(app.recruiter().await);
    }
    let tries = recruiters
        .iter_mut()
        .enumerate()
        .map(async |(at, rita): (usize, &mut Actor)| {
            let email = format!("candidate{at}@example.com");
            rita.post_form(&path, &somebody_new(&[("email", &email)]))
                .await
        });
    let answers: Vec<Answer> = join_all(tries).await;
    let of = |status| answers.iter().filter(move |answer| answer.status == status);
    assert_eq!((of(303).count(), of(409).count()), (1, 49));
    for refused in of(409) {
        assert!(refused.value_of("email").starts_with("candidate"));
        let free = format!("button[formaction='/slots/{other}/booking']");
        assert!(refused.has(&free));
    }
    assert_eq!((interviews(&app).await, mails(&app).await), (1, 1));
    let people = entity::candidate::Entity::find();
    let people = people.count(app.app.db.read()).await.expect("a count");
    assert_eq!(people, 1, "who was refused left no trace");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_slot_that_was_closed_or_has_begun_is_refused_with_what_is_free() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, tomorrow(&app)).await;
    let soon = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::minutes(5)).await;
    let free = builders::slot(
        &app,
        app.company_id,
        job,
        tomorrow(&app) + TimeDelta::hours(1),
    )
    .await;
    let mut rita = app.recruiter().await;
    rita.press(&format!("/slots/{slot}"), &format!("/slots/{slot}/closure"))
        .await;
    app.advance(TimeDelta::minutes(5));
    for (id, words) in [(slot, "was closed"), (soon, "already started")] {
        let path = format!("/slots/{id}/booking");
        for answer in [
            rita.post_form(&path, &somebody_new(&[])).await,
            rita.get(&path).await,
        ] {
            assert_eq!(answer.status, 409);
            assert!(answer.words(PROBLEM).contains(words));
            assert!(answer.has(&format!("button[formaction='/slots/{free}/booking']")));
            assert!(!answer.has("button[value=book]"));
        }
    }
    assert_eq!(interviews(&app).await, 0);
}

#[actix_web::test]
async fn a_look_up_that_comes_too_late_is_no_error() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let booked = rita.post_form(&path, &somebody_new(&[])).await;
    assert_eq!(booked.status, 303);
    let search = somebody_new(&[("act", "search")]);
    for answer in [
        rita.post_form(&path, &search).await,
        rita.get(&format!("{path}?q=zo")).await,
    ] {
        assert_eq!(answer.status, 200);
        assert!(answer.has("#preview") && answer.has("#found"));
        assert!(!answer.has("button[value=book]"));
    }
    assert_eq!(interviews(&app).await, 1);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_interview_that_waits_is_booked_once() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let path = free_slot(&app).await;
    let job = builders::job(&app, company).await;
    let candidate = builders::candidate(&app, company).await;
    let interview = builders::interview(&app, company, candidate, job)
        .await
        .to_string();
    let mut rita = app.recruiter().await;
    let form = rita.get(&format!("{path}?interview={interview}")).await;
    assert_eq!(form.value_of("interview"), interview);
    assert!(form.words("#booking").contains("Zoë Núñez"));
    assert!(!form.has("input[name=candidate]"), "who is not asked");
    assert!(form.words("#preview pre").contains("Dear Zoë Núñez"));
    let booked = rita.post_form(&path, &[("interview", &interview)]).await;
    assert_eq!(booked.location, format!("/interviews/{interview}"));

    let second = free_slot(&app).await;
    let again = rita.post_form(&second, &[("interview", &interview)]).await;
    assert_eq!(again.status, 409);
    assert!(
        again
            .words(PROBLEM)
            .contains("is already booked, for Tue 5 January 2027, 09:00")
    );
    assert!(again.has(&format!("a[href='/interviews/{interview}']")));
    assert_eq!(mails(&app).await, 1);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_recruiter_is_warned_before_the_mail_leaves() {
    let smtp = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "localhost"),
        ("EMAIL_PORT", "25"),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ];
    let app = TestApp::with_settings(&smtp).await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let warnings = async |rita: &mut Actor, zone: &str| {
        let form = somebody_new(&[("time_zone", zone), ("act", "preview")]);
        rita.post_form(&path, &form)
            .await
            .all_words(".notice--warning")
            .join(" ")
    };
    let night = warnings(&mut rita, "America/New_York").await;
    assert!(
        night.contains("night for the candidate: 03:00 in America/New_York"),
        "{night}"
    );
    assert!(night.contains("only opens on this computer"), "{night}");
    let day = warnings(&mut rita, "Europe/Berlin").await;
    assert!(
        !day.contains("night") && !day.contains("meeting link"),
        "{day}"
    );
    let unknown = warnings(&mut rita, "").await;
    assert!(
        unknown.contains("Time zone unknown. The email will use"),
        "{unknown}"
    );
    let booked = rita.post_form(&path, &somebody_new(&[])).await;
    assert_eq!(booked.status, 303, "a warning is no refusal");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_missing_meeting_url_and_console_mail_are_warned_of() {
    let app = TestApp::start().await;
    let company = entity::company::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(app.company_id),
        default_meeting_url: sea_orm::ActiveValue::Set(None),
        ..Default::default()
    };
    greenroom::db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        Ok(entity::company::Entity::update(company).exec(txn).await?)
    })
    .await
    .expect("changed");
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let slot = rita
        .post_form(
            "/slots/new",
            &[
                ("job", "1"),
                ("date", "2027-01-05"),
                ("time", "10:00"),
                ("time_zone", "Europe/Berlin"),
                ("duration_minutes", "30"),
                ("interview_type", "final"),
            ],
        )
        .await;
    let path = format!("{}/booking", slot.location);
    let page = rita
        .post_form(&path, &somebody_new(&[("act", "preview")]))
        .await;
    let warnings = page.all_words(".notice--warning").join(" ");
    assert!(warnings.contains("No meeting link yet"), "{warnings}");
    assert!(
        warnings.contains("printed to the server's console"),
        "{warnings}"
    );
}

#[actix_web::test]
async fn what_belongs_to_another_company_cannot_be_booked() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let company = app.company_id;
    let candidate = builders::candidate(&app, company).await;
    let job = builders::job(&app, company).await;
    let interview = builders::interview(&app, company, candidate, job).await;
    let mut eve = app.other_company().await;
    assert_eq!(eve.get(&path).await.status, 404);
    assert_eq!(eve.post_form(&path, &somebody_new(&[])).await.status, 404);
    assert_eq!(
        eve.post_form(&path, &somebody_new(&[("name", "")]))
            .await
            .status,
        404
    );

    let own_job = builders::job(&app, eve.company_id()).await;
    let own = builders::slot(&app, eve.company_id(), own_job, tomorrow(&app)).await;
    let own = format!("/slots/{own}/booking");
    let (candidate, interview) = (candidate.to_string(), interview.to_string());
    for field in [
        ("candidate", candidate.as_str()),
        ("interview", interview.as_str()),
    ] {
        for act in ["book", "preview", "search"] {
            let answer = eve.post_form(&own, &[field, ("act", act)]).await;
            assert_eq!(answer.status, 404, "{field:?} {act}");
        }
        let opened = eve.get(&format!("{own}?{}={}", field.0, field.1)).await;
        assert_eq!(opened.status, 404, "{field:?}");
    }
    assert_eq!(interviews(&app).await, 1);
}

#[actix_web::test]
async fn the_preview_speaks_the_language_of_whoever_is_booked() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let german = somebody_new(&[("locale", "de"), ("act", "preview")]);
    let preview = rita.post_form(&path, &german).await;
    let mail = preview.words("#preview pre");
    assert!(mail.contains("Guten Tag Jane Roe,"), "{mail}");
    assert!(mail.contains("Januar 2027"), "{mail}");
    assert_eq!(preview.words("#locale option[selected]"), "Deutsch");
    let key = rita.get(&path).await.value_of("key");
    let booked = somebody_new(&[("locale", "de"), ("key", &key)]);
    let booked = rita.post_form(&path, &booked).await;
    assert_eq!(booked.status, 303);
    app.deliver().await;
    let email = entity::email::Entity::find().one(app.app.db.read()).await;
    let email = email.expect("emails").expect("an email");
    assert_eq!(email.locale, "de");
    assert!(
        email
            .subject
            .expect("a subject")
            .starts_with("Einladung zum Vorstellungsgespräch - ")
    );
}

#[actix_web::test]
async fn a_candidate_whose_interview_waits_is_booked_with_it() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let job = builders::job(&app, company).await;
    let other_job = builders::job(&app, company).await;
    let who = builders::candidate(&app, company).await;
    let elsewhere = builders::interview(&app, company, who, other_job).await;
    let waits = builders::interview(&app, company, who, job).await;
    let slot = builders::slot(&app, company, job, tomorrow(&app)).await;
    let path = format!("/slots/{slot}/booking");
    let mut rita = app.recruiter().await;
    let preview = rita.get(&format!("{path}?candidate={who}")).await;
    let told = format!("#preview a[href='/interviews/{waits}']");
    assert!(preview.has(&told), "{}", preview.words("#preview"));

    let chosen = who.to_string();
    let booked = rita.post_form(&path, &[("candidate", &chosen)]).await;
    assert_eq!(booked.location, format!("/interviews/{waits}"));
    assert_eq!(interviews(&app).await, 2, "none was added");
    let other = rita.get(&format!("/interviews/{elsewhere}")).await;
    assert_eq!(other.words("h2 .status"), "Not booked yet");

    // The next one of this job is a new one.
    let slot = builders::slot(&app, company, job, tomorrow(&app) + TimeDelta::hours(2)).await;
    let path = format!("/slots/{slot}/booking");
    let booked = rita.post_form(&path, &[("candidate", &chosen)]).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    assert_eq!(interviews(&app).await, 3);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn two_interviews_of_one_candidate_at_one_time_must_be_meant() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let first = builders::booked(&app, company).await.details;
    let id = first.interview.id.to_string();
    let who = first.candidate.id.to_string();
    let job = builders::job(&app, company).await;
    let start = tomorrow(&app);
    let mut rita = app.recruiter().await;
    let mut try_at = async |minutes: i64, overlap: &str| {
        let at = start + TimeDelta::minutes(minutes);
        let slot = builders::slot(&app, company, job, at).await;
        let form = [("candidate", who.as_str()), ("overlap", overlap)];
        let path = format!("/slots/{slot}/booking");
        rita.post_form(&path, &form).await
    };
    // Of 45 minutes each, half-open: who is free when one ends may be in the next.
    for (minutes, status) in [(-45, 303), (45, 303)] {
        assert_eq!(try_at(minutes, "").await.status, status, "{minutes}");
    }
    for minutes in [-44, 0, 44] {
        let refused = try_at(minutes, "").await;
        assert_eq!(refused.status, 422, "{minutes}");
        assert!(refused.error_of("overlap").contains("Tick this box"));
        assert!(refused.has("#overlap[autofocus]:not([checked])"));
        let other = format!("#overlaps a[href='/interviews/{id}']");
        assert!(refused.has(&other), "{minutes}");
    }
    // What was confirmed is another interview, or none.
    for overlap in ["on", "999", "x"] {
        assert_eq!(try_at(0, overlap).await.status, 422, "{overlap}");
    }
    let before = interviews(&app).await;
    let meant = try_at(0, &id).await;
    assert_eq!(meant.status, 303, "{}", meant.text);
    assert_eq!(interviews(&app).await, before + 1);
    // Now there are two to confirm.
    assert_eq!(try_at(0, &id).await.status, 422);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_overlap_is_warned_of_before_anybody_is_booked() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let first = builders::booked(&app, company).await.details;
    let job = builders::job(&app, company).await;
    let slot = builders::slot(&app, company, job, tomorrow(&app)).await;
    let path = format!("/slots/{slot}/booking");
    let who = first.candidate.id.to_string();
    let mut rita = app.recruiter().await;
    let opened = rita.get(&format!("{path}?candidate={who}")).await;
    assert_eq!(opened.status, 200);
    assert!(
        opened
            .words("#overlaps")
            .contains("already has an interview")
    );
    assert_eq!(opened.attribute("#overlap", "form"), "booking");
    let value = opened.attribute("#overlap", "value");
    let ticked = [
        ("candidate", who.as_str()),
        ("overlap", &value),
        ("act", "preview"),
    ];
    let ticked = rita.post_form(&path, &ticked).await;
    assert!(ticked.has("#overlap[checked]"), "it stays ticked");
    // A cancelled interview is in nobody's way.
    let page = format!("/interviews/{}/cancellation", first.interview.id);
    rita.save_form(&page, &[("act", "cancel")]).await;
    let opened = rita.get(&format!("{path}?candidate={who}")).await;
    assert!(!opened.has("#overlaps"));
    assert_eq!(
        rita.post_form(&path, &[("candidate", &who)]).await.status,
        303
    );
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_invitation_is_previewed_as_mail_programs_show_it() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let typed = somebody_new(&[("act", "preview"), ("time_zone", "new york")]);
    let page = rita.post_form(&path, &typed).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let frame = page.attribute("#preview iframe", "src");
    assert_eq!(page.attribute("#preview iframe", "sandbox"), "");
    let mail = rita.get(&frame).await;
    assert_eq!(mail.status, 200, "{frame}");
    let policy = mail.header("content-security-policy");
    assert!(policy.contains("sandbox"), "{policy}");
    for words in ["Dear Jane Roe", "Bring <b>a pen</b>.", "3:00 AM"] {
        assert!(mail.words("body").contains(words), "{words}: {}", mail.text);
    }
    assert!(!mail.has("body b"), "what was typed is text");
    assert!(page.words("#preview pre").contains("Dear Jane Roe"));
    assert_eq!((interviews(&app).await, mails(&app).await), (0, 0));

    // What no proxy passes on in an address is shown as text alone.
    let long = "だ".repeat(2000);
    let page = rita
        .post_form(
            &path,
            &somebody_new(&[("act", "preview"), ("notes", &long)]),
        )
        .await;
    assert!(!page.has("#preview iframe"));
    assert!(page.words("#preview pre").contains("だだ"));

    let nothing = rita.get(&format!("{path}/html")).await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.words("body").contains("Choose a candidate"));
    let mut eve = app.other_company().await;
    assert_eq!(eve.get(&frame).await.status, 404);
}

#[actix_web::test]
async fn enter_books_in_every_field_but_the_one_that_searches() {
    let app = TestApp::start().await;
    let path = free_slot(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    // Enter presses the first button of the form that a field belongs to.
    let first = page.all_attributes(
        "#booking button:not([form]), #booking button[form=booking]",
        "value",
    );
    assert_eq!(first, ["book", "preview"]);
    assert_eq!(page.attribute("#q", "form"), "find");
    assert_eq!(page.attribute("#find", "method"), "get");
    let taken = [
        ("name", "Jane"),
        ("email", "jane@example.com"),
        ("locale", "en"),
    ];
    assert_eq!(rita.post_form("/candidates/new", &taken).await.status, 303);
    let refused = rita.post_form(&path, &somebody_new(&[])).await;
    let buttons = refused.all_attributes("#booking button:not([form])", "value");
    assert_eq!(buttons[..2], ["book", "preview"], "{buttons:?}");
    assert!(buttons[2].starts_with("take-"));
}
