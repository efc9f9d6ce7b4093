//! Slots, as recruiters enter, find and close them.
use chrono::TimeDelta;
use greenroom::domain::{
    actions::Actor,
    interviews::overlap::Overlaps,
    slots::{
        self, NewSlot, State,
        changes::{self, Updated},
    },
};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{TestApp, builders};

fn typed<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    const SLOT: [(&str, &str); 10] = [
        ("job", "1"),
        ("date", "2027-01-05"),
        ("time", "10:00"),
        ("time_zone", "Europe/Berlin"),
        ("duration_minutes", "60"),
        ("interview_type", "technical"),
        ("difficulty_level", "medium"),
        ("meeting_url", "https://meet.example.com/a"),
        ("interviewer", "Ida"),
        ("key", ""),
    ];
    SLOT.into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name))
        .chain(changes.iter().copied())
        .collect()
}

#[actix_web::test]
async fn a_slot_is_entered_with_the_clock_of_its_zone() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let form = rita.get("/slots/new?job=1").await;
    assert_eq!(form.value_of("time_zone"), "Europe/Berlin");
    assert_eq!(form.value_of("job"), "1");
    let key = form.value_of("key");

    let new = typed(&[("time_zone", "America/New_York"), ("key", &key)]);
    let answer = rita.post_form("/slots/new", &new).await;
    assert_eq!(answer.status, 303);
    let page = rita.get(&answer.location).await;
    let facts = page.words(".facts");
    assert!(
        facts.contains("Tue 5 January 2027, 10:00–11:00 (America/New_York, UTC-05:00)"),
        "{facts}"
    );
    assert!(
        facts.contains("Tue 5 January 2027, 16:00–17:00 (Europe/Berlin, UTC+01:00)"),
        "{facts}"
    );
    assert!(facts.contains("Medium") && facts.contains("Ida"));
    assert_eq!(
        page.attribute(".facts time", "datetime"),
        "2027-01-05T15:00:00Z"
    );

    let again = rita.post_form("/slots/new", &new).await;
    assert_eq!((again.status, again.location), (303, answer.location));
    assert_eq!(rita.get("/slots").await.all_words(".agenda li").len(), 1);
}

#[actix_web::test]
async fn entering_slots_in_a_row_keeps_what_they_have_in_common() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let answer = rita
        .post_form("/slots/new", &typed(&[("act", "again"), ("key", "k")]))
        .await;
    assert_eq!(answer.status, 303);
    let form = rita.get(&answer.location).await;
    assert_eq!(form.value_of("date"), "2027-01-05");
    assert_eq!(form.value_of("time"), "11:00");
    assert_eq!(form.value_of("interviewer"), "Ida");
    assert_ne!(form.value_of("key"), "k");
    assert!(form.words("[role=status]").contains("open for booking"));
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let wrong = typed(&[
        ("date", "soon"),
        ("duration_minutes", "4"),
        ("meeting_url", "http://meet.example.com"),
        ("interviewer", "<i>Ida</i>"),
        ("time_zone", "Mars"),
    ]);
    for htmx in [false, true] {
        if htmx {
            rita = rita.with_header("HX-Request", "true");
        }
        let page = rita.post_form("/slots/new", &wrong).await;
        assert_eq!(page.status, 422);
        assert!(page.error_of("date").contains("2027-01-05"));
        assert!(page.error_of("duration_minutes").contains("from 5 to 720"));
        assert!(page.error_of("meeting_url").contains("https://"));
        assert!(page.error_of("time_zone").contains("Europe/Berlin"));
        assert_eq!(page.error_of("time"), "");
        assert_eq!(page.value_of("date"), "soon");
        assert_eq!(page.value_of("interviewer"), "<i>Ida</i>");
        assert_eq!(page.value_of("interview_type"), "technical");
    }
    let past = rita
        .post_form("/slots/new", &typed(&[("date", "2027-01-03")]))
        .await;
    assert_eq!(past.status, 422);
    assert!(past.error_of("date").contains("past"));
    assert!(rita.get("/slots").await.has(".panel__empty"));
}

#[actix_web::test]
async fn a_local_time_that_does_not_exist_is_refused_with_the_next_that_does() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let gap = typed(&[("date", "2027-03-28"), ("time", "02:30")]);
    let page = rita.post_form("/slots/new", &gap).await;
    assert_eq!(page.status, 422);
    assert!(
        page.error_of("time")
            .contains("The next possible time is 03:00")
    );
    assert_eq!(page.value_of("time"), "02:30");
}

#[actix_web::test]
async fn a_local_time_that_exists_twice_is_asked_about() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let twice = [("date", "2027-10-31"), ("time", "02:30")];
    let page = rita.post_form("/slots/new", &typed(&twice)).await;
    assert_eq!(page.status, 422);
    assert!(page.error_of("fold").contains("twice"));
    let labels = page.all_words("fieldset label");
    assert!(
        labels[0].contains("UTC+02:00") && labels[1].contains("UTC+01:00"),
        "{labels:?}"
    );

    for (fold, at) in [
        ("earlier", "2027-10-31T00:30:00Z"),
        ("later", "2027-10-31T01:30:00Z"),
    ] {
        let chosen = typed(&[twice[0], twice[1], ("fold", fold)]);
        let answer = rita.post_form("/slots/new", &chosen).await;
        assert_eq!(answer.status, 303, "{fold}");
        let page = rita.get(&answer.location).await;
        assert_eq!(page.attribute(".facts time", "datetime"), at);
    }
}

#[actix_web::test]
async fn the_list_is_by_day_and_narrowed_by_job_state_and_date() {
    let app = TestApp::start().await;
    let company = app.company_id;
    let (cook, chef) = (
        builders::job(&app, company).await,
        builders::job(&app, company).await,
    );
    let hours = |hours| app.now() + TimeDelta::hours(hours);
    let open = builders::slot(&app, company, cook, hours(1)).await;
    let closed = builders::slot(&app, company, cook, hours(2)).await;
    let later = builders::slot(&app, company, chef, hours(72)).await;
    let booked = builders::booked(&app, company).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let booked = booked.details.slot.expect("a slot").id;
    assert_eq!(
        rita.press(
            &format!("/slots/{closed}"),
            &format!("/slots/{closed}/closure")
        )
        .await
        .status,
        303
    );
    let mut listed = async |path: &str| {
        let page = rita.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.all_attributes(".agenda li > div > a", "href")
    };
    let address = |id: i64| format!("/slots/{id}");
    let cases = [
        ("/slots".to_owned(), vec![open, closed, booked, later]),
        (format!("/slots?job={chef}"), vec![later]),
        ("/slots?state=open".into(), vec![open, later]),
        ("/slots?state=closed".into(), vec![closed]),
        ("/slots?state=booked".into(), vec![booked]),
        ("/slots?from=2027-01-06".into(), vec![later]),
        ("/slots?state=past".into(), vec![]),
    ];
    for (path, ids) in cases {
        let expected: Vec<String> = ids.into_iter().map(address).collect();
        assert_eq!(listed(&path).await, expected, "{path}");
    }
    let page = rita.get("/slots").await;
    assert_eq!(
        page.all_words("h2.agenda__day"),
        [
            "Mon 4 January 2027",
            "Tue 5 January 2027",
            "Thu 7 January 2027"
        ]
    );
    for path in [
        "/slots?state=lost",
        "/slots?from=soon",
        "/slots?job=x",
        "/slots?cursor=x",
    ] {
        assert_eq!(rita.get(path).await.status, 422, "{path}");
    }
}

#[actix_web::test]
async fn paging_shows_every_slot_once_even_at_one_instant() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    for at in 0..110 {
        let starts_at = app.now() + TimeDelta::hours(1 + at / 40);
        builders::slot(&app, app.company_id, job, starts_at).await;
    }
    let mut rita = app.recruiter().await;
    let mut path = String::from("/slots?state=open");
    let mut seen = Vec::new();
    while !path.is_empty() {
        let page = rita.get(&path).await;
        seen.extend(page.all_attributes(".agenda li > div > a", "href"));
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(seen.len(), 110);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 110);
}

#[actix_web::test]
async fn a_closed_slot_is_no_longer_offered_and_a_booked_one_is_not_closed() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::hours(3)).await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let mut rita = app.recruiter().await;
    let page = format!("/slots/{slot}");
    assert!(
        rita.get(&page)
            .await
            .has(&format!("a[href='{page}/booking']"))
    );
    for _ in 0..2 {
        let answer = rita
            .post_form(&format!("{page}/closure"), &[("version", "1")])
            .await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (303, page.as_str())
        );
        let shown = rita.get(&page).await;
        assert!(shown.words("[role=status]").contains("closed"));
        assert_eq!(shown.words("h2 .status"), "Closed");
        assert!(!shown.has(&format!("a[href='{page}/booking']")));
    }

    let taken = booked.details.slot.expect("a slot").id;
    rita.post_form(&format!("/slots/{taken}/closure"), &[("version", "1")])
        .await;
    let shown = rita.get(&format!("/slots/{taken}")).await;
    assert!(
        shown
            .words(".notice--problem:not([hidden])")
            .contains("can't close it")
    );
    assert_eq!(shown.words("h2 .status"), "Booked");
    assert!(shown.words("main").contains("Zoë Núñez"));
    assert!(shown.words("main").contains("America/New_York, UTC-05:00"));
}

#[actix_web::test]
async fn a_slot_of_another_company_is_not_there() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::hours(3)).await;
    let mut eve = app.other_company().await;
    assert_eq!(eve.get(&format!("/slots/{slot}")).await.status, 404);
    let closure = format!("/slots/{slot}/closure");
    assert_eq!(eve.post_form(&closure, &[]).await.status, 404);
    let job = job.to_string();
    let foreign_job = typed(&[("job", &job)]);
    assert_eq!(eve.post_form("/slots/new", &foreign_job).await.status, 404);
    assert!(!eve.get("/slots").await.has(".agenda li"));
    let still_open = slots::show(&app.app.db, app.company_id, slot, app.now());
    assert_eq!(still_open.await.expect("a slot").state, State::Open);
}

#[actix_web::test]
async fn a_start_more_than_five_years_ahead_is_refused_beside_its_date() {
    let app = TestApp::start().await;
    builders::job(&app, app.company_id).await;
    // Until nine in Berlin, five years from now.
    let mut rita = app.recruiter().await;
    for (date, time, status) in [
        ("2032-01-04", "08:59:59", 303),
        ("2032-01-04", "09:00:00", 303),
        ("2032-01-04", "09:00:01", 422),
        ("2072-01-04", "09:00", 422),
        ("9998-12-31", "23:59", 422),
        ("9999-12-31", "23:59", 422),
        ("0027-01-05", "10:00", 422),
    ] {
        let page = rita
            .post_form("/slots/new", &typed(&[("date", date), ("time", time)]))
            .await;
        assert_eq!(page.status, status, "{date} {time}");
        if status == 422 {
            assert!(
                page.error_of("date").contains("year"),
                "{date}: {}",
                page.error_of("date")
            );
            assert_eq!(page.value_of("date"), date);
        }
    }
}

#[actix_web::test]
async fn days_that_nobody_means_are_no_trouble_in_a_filter() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for path in [
        "/slots?from=",
        "/interviews?to=",
        "/interviews?from=",
        "/emails?to=",
        "/?day=",
    ] {
        for (day, status) in [
            ("9998-12-31", 200),
            ("9999-12-31", 422),
            ("1900-01-01", 200),
            ("0001-01-01", 422),
            ("-001-01-01", 422),
            ("%2B99-01-01", 422),
        ] {
            let answer = rita.get(&format!("{path}{day}")).await;
            assert_eq!(answer.status, status, "{path}{day}");
        }
    }
    let mut program = app.program().await;
    for path in [
        "/api/interviews/slots/?from=",
        "/api/interviews/?to=",
        "/api/emails/?to=",
    ] {
        for (at, status) in [
            ("9998-12-31", 200),
            ("9999-12-31", 422),
            // An instant is capped where it is compared.
            ("9999-12-31T23:59:59Z", 200),
            ("9999-12-31T23:59:59-23:59", 200),
            ("10000-01-01T00:00:00Z", 422),
        ] {
            let answer = program.get(&format!("{path}{at}")).await;
            assert_eq!(answer.status, status, "{path}{at}");
        }
    }
}

#[actix_web::test]
async fn slots_beyond_all_years_do_not_break_a_list() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    for (day, local) in [
        ("+10000-01-01T11:59:00Z", "9999-12-31T23:59:00"),
        ("9999-12-31T22:59:00Z", "9999-12-31T23:59:00"),
        ("2999-01-01T09:00:00Z", "2999-01-01T10:00:00"),
    ] {
        let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::hours(1)).await;
        let at: chrono::DateTime<chrono::Utc> = day.parse().expect("an instant");
        builders::write(&app, async |txn| {
            entity::slot::Entity::update_many()
                .col_expr(entity::slot::Column::StartsAt, Expr::value(at))
                .col_expr(entity::slot::Column::LocalStart, Expr::value(local))
                .filter(entity::slot::COLUMN.id.eq(slot))
                .exec(txn)
                .await?;
            Ok(())
        })
        .await;
        let mut rita = app.recruiter().await;
        for path in [
            "/slots",
            "/slots?state=past",
            &format!("/slots/{slot}"),
            "/",
            "/zone-changes",
        ] {
            assert_eq!(rita.get(path).await.status, 200, "{day} {path}");
        }
        let candidate = builders::candidate(&app, app.company_id).await.to_string();
        let wish = [
            ("candidate", candidate.as_str()),
            ("act", "book"),
            ("key", day),
        ];
        let refused = rita
            .post_form(&format!("/slots/{slot}/booking"), &wish)
            .await;
        assert!(
            matches!(refused.status, 409 | 422),
            "{day}: {}",
            refused.status
        );
        let mut program = app.program().await;
        for path in [
            "/api/interviews/slots/".to_owned(),
            format!("/api/interviews/slots/{slot}/"),
        ] {
            assert_eq!(program.get(&path).await.status, 200, "{day} {path}");
        }
    }
}

#[actix_web::test]
async fn above_the_slots_stands_for_which_candidate_one_is_picked() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let waiting = builders::interview(&app, app.company_id, candidate, job).await;
    let (mut rita, mut eve) = (app.recruiter().await, app.other_company().await);
    for path in [
        format!("/slots?candidate={candidate}"),
        format!("/slots?interview={waiting}&state=open"),
    ] {
        let page = rita.get(&path).await;
        assert!(page.text.contains("Pick a time for Zoë Núñez"), "{path}");
        assert_eq!(eve.get(&path).await.status, 404, "{path}");
    }
    let wrong = rita
        .get(&format!("/slots?candidate={candidate}&from=x"))
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Pick a time for Zoë Núñez"));
    assert_eq!(rita.get("/slots?candidate=x").await.status, 404);
    assert!(!rita.get("/slots").await.text.contains("Pick a time"));
}

#[actix_web::test]
async fn without_an_open_job_the_form_of_a_slot_says_what_comes_first() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/slots/new").await;
    assert!(page.words(".notice--warning").contains("No open jobs yet"));
    assert!(page.has(".notice--warning a[href='/jobs/new']"));
    builders::job(&app, app.company_id).await;
    assert!(
        !rita
            .get("/slots/new")
            .await
            .has(".notice--warning a[href='/jobs/new']")
    );
}

/// No page and no call changes it yet.
#[actix_web::test]
async fn a_booked_slot_gets_another_interviewer_and_the_log_says_so() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let slot = booked.details.slot.expect("a slot");
    let new = NewSlot {
        interviewer: "Olga".into(),
        ..NewSlot::of(&slot, Vec::new()).expect("a slot")
    };
    let (db, actor) = (&app.app.db, Actor::system(app.company_id));
    let target = builders::seen(slot.id);
    let updated = changes::update(db, &actor, &target, (&new, &Overlaps::Any), app.now()).await;
    assert!(matches!(updated.expect("an answer"), Ok(Updated::Done)));
    let stored = slots::find(db.read(), app.company_id, slot.id).await;
    let stored = stored.expect("the slot");
    assert_eq!((&*stored.interviewer, stored.version), ("Olga", 2));
    let lines = entity::action::Entity::find().all(db.read()).await;
    let lines = lines.expect("actions");
    let line = lines.iter().find(|line| line.verb == "slot.changed");
    let details = &line.expect("a line").details;
    assert_eq!(details["changed"], serde_json::json!(["interviewer"]));
}
