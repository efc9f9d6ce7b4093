//! Slots that were entered by older time zone rules: who sees them, and what moving them does.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate, email,
    email::{Kind, Status},
    interview, slot,
};
use greenroom::{domain::actions, worker::housekeeping, zones};
use mail_parser::MessageParser;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::{
    emails::app_with,
    support::{
        Actor, Answer, TestApp,
        builders::{self, Booked},
        smtp_server::SmtpServer,
    },
    unreadable::without_constraints,
};

const VANCOUVER: &str = "America/Vancouver";

/// Stores a slot as it was stored by the rules of 2025b, when Vancouver was to be on UTC-08:00 in winter.
async fn entered_by_old_rules(app: &TestApp, slot_id: i64) -> DateTime<Utc> {
    entered_behind_utc(app, slot_id, TimeDelta::hours(8)).await
}

/// The same by rules by which Vancouver was so far behind UTC; by the newest it is seven hours.
async fn entered_behind_utc(app: &TestApp, slot_id: i64, behind: TimeDelta) -> DateTime<Utc> {
    let slot = slot_of(app, slot_id).await;
    let local = (slot.starts_at - behind).naive_utc();
    rewrite(
        app,
        slot_id,
        VANCOUVER,
        &local.format("%Y-%m-%dT%H:%M:%S").to_string(),
    )
    .await;
    slot.starts_at
}

async fn rewrite(app: &TestApp, slot_id: i64, zone: &str, local_start: &str) {
    builders::write(app, async |txn| {
        slot::Entity::update_many()
            .col_expr(slot::Column::TimeZone, Expr::value(zone))
            .col_expr(slot::Column::LocalStart, Expr::value(local_start))
            .filter(slot::COLUMN.id.eq(slot_id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
}

async fn slot_of(app: &TestApp, id: i64) -> slot::Model {
    let row = slot::Entity::find_by_id(id).one(app.app.db.read()).await;
    row.expect("a query").expect("a slot")
}

async fn interview_of(app: &TestApp, booked: &Booked) -> interview::Model {
    let id = booked.details.interview.id;
    let row = interview::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    row.expect("a query").expect("an interview")
}

async fn mails(app: &TestApp, booked: &Booked) -> Vec<email::Model> {
    email::Entity::find()
        .filter(email::COLUMN.interview_id.eq(booked.details.interview.id))
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("emails")
}

/// What a process with newer rules does as it starts, and every hour.
async fn rules_come(app: &TestApp) {
    housekeeping::run_steps(&app.app).await.expect("done");
}

/// An interview that was booked and told by old rules.
async fn booked(app: &TestApp) -> (Booked, i64, DateTime<Utc>) {
    let booked = builders::booked(app, app.company_id).await;
    let slot_id = booked.details.interview.slot_id.expect("a slot");
    let starts_at = entered_by_old_rules(app, slot_id).await;
    (booked, slot_id, starts_at)
}

/// Presses the button of the page.
async fn confirm(actor: &mut Actor, page: &Answer) -> Answer {
    let fields = ["rules", "key"].map(|name| {
        (
            name,
            page.attribute(&format!("input[name={name}]"), "value"),
        )
    });
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    actor.post_form("/zone-changes", &fields).await
}

#[actix_web::test]
async fn slots_whose_local_time_means_another_start_are_listed_with_both() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    let mut rita = app.recruiter().await;
    assert!(
        !rita.get("/").await.has("a[href='/zone-changes']"),
        "not yet"
    );
    rules_come(&app).await;
    for path in ["/", "/slots"] {
        assert!(
            rita.get(path).await.has("a[href='/zone-changes']"),
            "{path}"
        );
    }
    let page = rita.get("/zone-changes").await;
    assert_eq!(page.status, 200);
    // Stored for 08:00 UTC: told as midnight, which is an hour earlier now.
    assert_eq!(
        page.all_words("tbody tr"),
        [
            "Tue 5 January 2027, 00:00 America/Vancouver Tue 5 January 2027, 01:00 (UTC-07:00) \
          Tue 5 January 2027, 00:00 (UTC-07:00) Cloud Architect Zoë Núñez"
        ]
    );
    assert_eq!(page.words("main form button"), "Move 1 slot");
    assert!(
        page.words("main .notice:not([hidden])")
            .contains("1 candidate gets an email")
    );
    assert_eq!(
        slot_of(&app, slot_id).await.starts_at,
        starts_at,
        "nothing moved by itself"
    );
    assert_eq!(interview_of(&app, &booked).await.revision, 1);
}

#[actix_web::test]
async fn one_confirmation_moves_the_slots_and_tells_the_candidates() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let free = builders::slot(&app, app.company_id, job, starts_at + TimeDelta::hours(3)).await;
    entered_by_old_rules(&app, free).await;
    let untouched = builders::slot(&app, app.company_id, job, starts_at).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(page.words("main form button"), "Move 2 slots");
    builders::write(&app, async |txn| {
        let came = || Expr::value(Some(app.now()));
        let all = interview::Entity::update_many()
            .col_expr(interview::Column::OpenedAt, came())
            .col_expr(interview::Column::JoinedAt, came())
            .col_expr(interview::Column::AttendedAt, came());
        Ok(all.exec(txn).await?)
    })
    .await;
    let before = interview_of(&app, &booked).await;
    let done = confirm(&mut rita, &page).await;
    assert_eq!(
        (done.status, done.location.as_str()),
        (303, "/zone-changes")
    );
    let after = rita.get("/zone-changes").await;
    assert_eq!(
        after.notice(),
        "2 slots moved. The email to 1 candidate is on its way."
    );
    assert!(after.has(".panel__empty"), "nothing is left");
    assert!(!rita.get("/").await.has("a[href='/zone-changes']"));

    let hour = TimeDelta::hours(1);
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at - hour);
    assert_eq!(slot_of(&app, free).await.starts_at, starts_at + hour * 2);
    assert_eq!(slot_of(&app, untouched).await.starts_at, starts_at);
    let row = interview_of(&app, &booked).await;
    assert_eq!(
        (row.revision, row.ics_sequence, row.version),
        (
            before.revision + 1,
            before.ics_sequence + 1,
            before.version + 1
        )
    );
    let came = (row.opened_at, row.joined_at, row.attended_at);
    assert_eq!(came, (None, None, None), "nobody came to the new time yet");
    let history = actions::history(&app.app.db, app.company_id, "slot", free)
        .await
        .expect("lines");
    let last = history.last().expect("a line");
    assert_eq!(last.action.verb, "slot.moved");
    assert_eq!(last.by.as_deref(), Some("Rita Recruiter"));
    assert_eq!(
        last.action.details["time_zone_rules"],
        json!(zones::version())
    );
    let page = rita.get(&format!("/interviews/{}", row.id)).await;
    let told = page.all_words(".timeline strong").join("\n");
    assert!(
        told.contains(
            "after time zone rules changed: from Tue 5 January 2027, 09:00 to Tue 5 January 2027, 08:00"
        ),
        "{told}"
    );

    // A second click, and one on an old page.
    for key in ["", "old"] {
        let fields = [("rules", zones::version()), ("key", key)];
        assert_eq!(rita.post_form("/zone-changes", &fields).await.status, 303);
    }
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at - hour);
    assert_eq!(interview_of(&app, &booked).await.revision, row.revision);
}

#[actix_web::test]
async fn a_second_click_moves_nothing_that_came_since() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, _, starts_at) = booked(&app).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(confirm(&mut rita, &page).await.status, 303);
    let job = booked.details.job.as_ref().expect("a job").id;
    let later = builders::slot(&app, app.company_id, job, starts_at + TimeDelta::hours(9)).await;
    let told = entered_by_old_rules(&app, later).await;
    rules_come(&app).await;
    assert_eq!(confirm(&mut rita, &page).await.status, 303);
    assert_eq!(
        rita.get("/zone-changes").await.notice(),
        "This was already confirmed."
    );
    assert_eq!(slot_of(&app, later).await.starts_at, told);
}

#[actix_web::test]
async fn the_candidate_reads_that_the_local_time_stays() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let (booked, _, _) = booked(&app).await;
    builders::write(&app, async |txn| {
        candidate::Entity::update_many()
            .col_expr(candidate::Column::TimeZone, Expr::value(VANCOUVER))
            .filter(candidate::COLUMN.id.eq(booked.details.candidate.id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    app.deliver().await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    app.advance(TimeDelta::minutes(15));
    app.deliver().await;
    let told = mails(&app, &booked).await;
    let statuses: Vec<_> = told.iter().map(|mail| (mail.kind, mail.status)).collect();
    assert_eq!(
        statuses,
        [
            (Kind::Scheduled, Status::Accepted),
            (Kind::Rescheduled, Status::Accepted)
        ]
    );
    let taken = server.taken();
    let raw = taken.last().expect("a message");
    let message = MessageParser::default()
        .parse(&raw.bytes)
        .expect("a message");
    let subject = message.subject().expect("a subject");
    assert!(subject.starts_with("Interview Updated"), "{subject}");
    let text = message
        .body_text(0)
        .expect("a text")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for line in [
        "Your interview stays at the local time we gave you. Time zone rules for America/Vancouver have changed",
        "Date & Time: Tuesday, January 5, 2027 at 12:00 AM (UTC-08:00) → Tuesday, January 5, 2027 at 12:00 AM (UTC-07:00)",
        "Start in UTC: Tuesday, January 5, 2027 at 07:00 UTC",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("moved to a new time"), "{text}");
    let calendar = told[1].ics.as_deref().expect("a calendar entry");
    assert!(
        calendar.contains("DTSTART:20270105T070000Z") && calendar.contains("SEQUENCE:2"),
        "{calendar}"
    );
}

#[actix_web::test]
async fn a_candidate_elsewhere_reads_that_the_time_moves() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    // The candidate reads times in New York.
    let (booked, _, _) = booked(&app).await;
    app.deliver().await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    app.advance(TimeDelta::minutes(15));
    app.deliver().await;
    let told = mails(&app, &booked).await;
    let text = told[1]
        .text
        .as_deref()
        .expect("a text")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for line in [
        "Your interview has been moved to a new time.",
        "Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00) → Tuesday, January 5, 2027 at 2:00 AM (UTC-05:00)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[actix_web::test]
async fn what_no_rule_can_decide_is_listed_and_stays() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let job = builders::job(&app, app.company_id).await;
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    let mut stays = Vec::new();
    for (start, zone, local, words) in [
        (
            "2027-03-28T01:15:00Z",
            "Europe/Berlin",
            "2027-03-28T02:15:00",
            "This time doesn't exist because clocks go forward. The next one is 03:00.",
        ),
        (
            "2027-10-31T02:45:00Z",
            "Europe/Berlin",
            "2027-10-31T02:45:00",
            "This time occurs twice because clocks go back.",
        ),
        // It would have begun half an hour ago.
        (
            "2027-01-04T08:30:00Z",
            "UTC",
            "2027-01-04T07:30:00",
            "Its local time is Mon 4 January 2027, 07:30 now, which can't be booked.",
        ),
    ] {
        let id = builders::slot(&app, app.company_id, job, at(start)).await;
        rewrite(&app, id, zone, local).await;
        stays.push((id, at(start), words));
    }
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    let rows = page.all_words("tbody tr").join("\n");
    for (_, _, words) in &stays {
        assert!(rows.contains(words), "{words}\n{rows}");
    }
    assert!(!page.has("main form button"), "there is nothing to press");
    assert!(page.words("main .notice--warning").starts_with("3 slots"));
    let fields = [("rules", zones::version()), ("key", "k")];
    assert_eq!(rita.post_form("/zone-changes", &fields).await.status, 303);
    for (id, starts_at, words) in stays {
        assert_eq!(slot_of(&app, id).await.starts_at, starts_at, "{words}");
    }
}

#[actix_web::test]
async fn a_time_that_was_chosen_of_two_stays_chosen() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    for start in ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"] {
        builders::slot(
            &app,
            app.company_id,
            job,
            start.parse().expect("an instant"),
        )
        .await;
    }
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    assert!(rita.get("/zone-changes").await.has(".panel__empty"));
}

#[actix_web::test]
async fn what_is_over_closed_or_cancelled_asks_nobody() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let closed = builders::slot(&app, app.company_id, job, starts_at).await;
    entered_by_old_rules(&app, closed).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let id = booked.details.interview.id;
    assert_eq!(
        rita.post_form(&format!("/slots/{closed}/closure"), &[("version", "1")])
            .await
            .status,
        303
    );
    let page = rita.get(&format!("/interviews/{id}/cancellation")).await;
    let cancelled = rita
        .post_form(
            &format!("/interviews/{id}/cancellation"),
            &[
                ("version", &page.value_of("version")),
                ("key", "k"),
                ("reason", ""),
            ],
        )
        .await;
    assert_eq!(cancelled.status, 303);
    let page = rita.get("/zone-changes").await;
    assert_eq!(
        page.all_words("tbody td[data-label='Booked for']"),
        ["Not booked"],
        "the slot is free again"
    );
    let queued = mails(&app, &booked).await.len();
    confirm(&mut rita, &page).await;
    assert_eq!(rita.get("/zone-changes").await.notice(), "1 slot moved.");
    assert_eq!(
        slot_of(&app, slot_id).await.starts_at,
        starts_at - TimeDelta::hours(1)
    );
    assert_eq!(
        slot_of(&app, closed).await.starts_at,
        starts_at,
        "nobody will meet there"
    );
    assert_eq!(mails(&app, &booked).await.len(), queued, "nobody is told");
}

#[actix_web::test]
async fn nobody_is_booked_into_a_slot_before_its_start_is_confirmed() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, _, starts_at) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let slot = builders::slot(&app, app.company_id, job, starts_at + TimeDelta::hours(3)).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    entered_by_old_rules(&app, slot).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let path = format!("/slots/{slot}/booking");
    let wish = [
        ("candidate", candidate.to_string()),
        ("key", "k".into()),
        ("act", "book".into()),
    ];
    let wish = wish.each_ref().map(|(name, value)| (*name, value.as_str()));
    let refused = rita.post_form(&path, &wish).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .words(".notice--problem:not([hidden])")
            .contains("Time zone changes")
    );
    let mut program = app.program().await;
    let interview = builders::interview(&app, app.company_id, candidate, job).await;
    let call = format!("/api/interviews/slots/{slot}/book_slot/");
    let refused = program
        .post_json(&call, &json!({ "interview_id": interview }))
        .await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("slot_unsettled"))
    );
    let moved = format!(
        "/api/interviews/{}/reschedule/",
        booked.details.interview.id
    );
    let refused = program.post_json(&moved, &json!({ "slot_id": slot })).await;
    assert_eq!(
        (refused.status, refused.json()["code"].clone()),
        (409, json!("slot_unsettled"))
    );

    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let booked = program
        .post_json(&call, &json!({ "interview_id": interview }))
        .await;
    assert_eq!(booked.status, 200, "{}", booked.text);
}

#[actix_web::test]
async fn what_somebody_moved_meanwhile_is_left_alone() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let other = builders::slot(&app, app.company_id, job, starts_at + TimeDelta::days(2)).await;
    rules_come(&app).await;
    let (mut rita, mut rolf) = (app.recruiter().await, app.recruiter().await);
    let page = rita.get("/zone-changes").await;
    let path = format!("/interviews/{}/reschedule", booked.details.interview.id);
    let form = rolf.get(&path).await;
    let (version, slot) = (form.value_of("version"), other.to_string());
    let wish = [
        ("version", version.as_str()),
        ("slot", slot.as_str()),
        ("key", "k"),
    ];
    assert_eq!(rolf.post_form(&path, &wish).await.status, 303);
    confirm(&mut rita, &page).await;
    let row = interview_of(&app, &booked).await;
    assert_eq!(
        (row.slot_id, row.revision),
        (Some(other), 2),
        "moved once, by hand"
    );
    assert_eq!(
        slot_of(&app, other).await.starts_at,
        starts_at + TimeDelta::days(2)
    );
    assert_eq!(
        slot_of(&app, slot_id).await.starts_at,
        starts_at - TimeDelta::hours(1),
        "free, and right"
    );
}

#[actix_web::test]
async fn two_confirmations_at_once_move_everything_once() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    rules_come(&app).await;
    let (mut rita, mut rolf) = (app.recruiter().await, app.recruiter().await);
    let (one, two) = (
        rita.get("/zone-changes").await,
        rolf.get("/zone-changes").await,
    );
    let (one, two) = tokio::join!(confirm(&mut rita, &one), confirm(&mut rolf, &two));
    assert_eq!((one.status, two.status), (303, 303));
    assert_eq!(
        slot_of(&app, slot_id).await.starts_at,
        starts_at - TimeDelta::hours(1)
    );
    assert_eq!(interview_of(&app, &booked).await.revision, 2);
    assert_eq!(mails(&app, &booked).await.len(), 2);
}

#[actix_web::test]
async fn rules_that_changed_again_are_looked_at_again() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (_, slot_id, starts_at) = booked(&app).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    for rules in ["2026a", ""] {
        let refused = rita
            .post_form("/zone-changes", &[("rules", rules), ("key", "k")])
            .await;
        assert_eq!(refused.status, 303);
        let page = rita.get("/zone-changes").await;
        assert!(page.notice().contains("Nothing was moved"));
        assert_eq!(
            page.words("main form button"),
            "Move 1 slot",
            "by these rules"
        );
    }
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at);
}

#[actix_web::test]
async fn other_companies_see_and_move_nothing() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (_, slot_id, starts_at) = booked(&app).await;
    rules_come(&app).await;
    let mut other = app.other_company().await;
    let page = other.get("/zone-changes").await;
    assert!(page.has(".panel__empty") && !page.has("main form"));
    assert!(!other.get("/").await.has("a[href='/zone-changes']"));
    let fields = [("rules", zones::version()), ("key", "k")];
    assert_eq!(other.post_form("/zone-changes", &fields).await.status, 303);
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at);
    let mut nobody = app.stranger();
    for answer in [
        nobody.get("/zone-changes").await,
        nobody.post_form("/zone-changes", &fields).await,
    ] {
        assert_eq!(answer.status, 303);
        assert!(answer.location.starts_with("/login"), "{}", answer.location);
    }
}

#[actix_web::test]
async fn a_long_list_has_pages() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    for hours in 0..51 {
        let start = app.now() + TimeDelta::hours(24 + hours);
        let slot = builders::slot(&app, app.company_id, job, start).await;
        entered_by_old_rules(&app, slot).await;
    }
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(page.all_words("tbody tr").len(), 50);
    assert_eq!(page.words("main form button"), "Move 51 slots");
    let next = page.attribute(".panel__pager a", "href");
    assert_eq!(rita.get(&next).await.all_words("tbody tr").len(), 1);
    assert_eq!(rita.get("/zone-changes?cursor=x").await.status, 422);
    confirm(&mut rita, &page).await;
    assert_eq!(rita.get("/zone-changes").await.notice(), "51 slots moved.");
}

#[actix_web::test]
async fn a_mark_goes_when_start_and_local_time_agree_again() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(1)).await;
    let row = slot_of(&app, slot).await;
    entered_by_old_rules(&app, slot).await;
    rules_come(&app).await;
    let since = slot_of(&app, slot).await.rules_changed_at;
    assert_eq!(since, Some(app.now()));
    app.advance(TimeDelta::hours(1));
    rules_come(&app).await;
    assert_eq!(
        slot_of(&app, slot).await.rules_changed_at,
        since,
        "since it was first seen"
    );
    rewrite(&app, slot, &row.time_zone, &row.local_start).await;
    rules_come(&app).await;
    assert_eq!(slot_of(&app, slot).await.rules_changed_at, None);
}

#[actix_web::test]
async fn a_slot_that_cannot_be_read_keeps_nobody_from_the_others() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let mut slots = Vec::new();
    for days in 1..=3 {
        let start = app.now() + TimeDelta::days(days);
        let slot = builders::slot(&app, app.company_id, job, start).await;
        slots.push((slot, entered_by_old_rules(&app, slot).await));
    }
    rules_come(&app).await;
    let (broken, _) = slots.remove(1);
    builders::write(&app, async |txn| {
        slot::Entity::update_many()
            .col_expr(slot::Column::LocalStart, Expr::value("nine o'clock"))
            .filter(slot::COLUMN.id.eq(broken))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(page.words("main form button"), "Move 2 slots");
    assert!(
        page.words("tbody").contains("can't be read"),
        "{}",
        page.words("tbody")
    );
    confirm(&mut rita, &page).await;
    assert_eq!(rita.get("/zone-changes").await.notice(), "2 slots moved.");
    for (slot, starts_at) in slots {
        let hour = TimeDelta::hours(1);
        assert_eq!(slot_of(&app, slot).await.starts_at, starts_at - hour);
    }
}

#[actix_web::test]
async fn a_slot_that_gets_another_time_needs_no_confirmation() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let start = app.now() + TimeDelta::days(1);
    let slot = builders::slot(&app, app.company_id, job, start).await;
    entered_by_old_rules(&app, slot).await;
    rules_come(&app).await;
    let mut program = app.program().await;
    let path = format!("/api/interviews/slots/{slot}/");
    let longer = json!({ "version": 1, "duration_minutes": 60 });
    assert_eq!(program.patch_json(&path, &longer).await.status, 200);
    let row = slot_of(&app, slot).await;
    assert!(row.rules_changed_at.is_some(), "its start is as it was");
    let later = json!({ "version": 2, "start_time": "11:00" });
    let answer = program.patch_json(&path, &later).await;
    assert_eq!(answer.json()["starts_at"], "2027-01-05T18:00:00Z");
    let row = slot_of(&app, slot).await;
    assert_eq!(row.rules_changed_at, None);
}

#[actix_web::test]
async fn a_move_is_seen_by_whoever_edits_the_slot() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let start = app.now() + TimeDelta::days(1);
    let slot = builders::slot(&app, app.company_id, job, start).await;
    entered_by_old_rules(&app, slot).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let mut program = app.program().await;
    let path = format!("/api/interviews/slots/{slot}/");
    let stale = json!({ "version": 1, "duration_minutes": 60 });
    assert_eq!(program.patch_json(&path, &stale).await.status, 409);
}

#[actix_web::test]
async fn an_interview_that_cannot_be_read_keeps_no_later_slot_from_moving() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (_, broken, before) = booked(&app).await;
    let (_, sound, starts_at) = booked(&app).await;
    rules_come(&app).await;
    let raw = without_constraints(&app).await;
    raw.execute_unprepared(
        "UPDATE jobs SET status = 'bogus' WHERE id = (SELECT MIN(id) FROM jobs)",
    )
    .await
    .expect("a broken row");
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(confirm(&mut rita, &page).await.status, 303);
    let page = rita.get("/zone-changes").await;
    let notice = page.notice();
    assert!(notice.contains("1 slot moved."), "{notice}");
    assert!(notice.contains("1 slot could not be moved"), "{notice}");
    assert_eq!(slot_of(&app, broken).await.starts_at, before);
    let hour = TimeDelta::hours(1);
    assert_eq!(slot_of(&app, sound).await.starts_at, starts_at - hour);
}

#[actix_web::test]
async fn no_slot_is_moved_beside_another_interview_of_its_candidate() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (booked, slot_id, starts_at) = booked(&app).await;
    let job = booked.details.job.as_ref().expect("a job").id;
    let who = booked.details.candidate.id.to_string();
    let an_hour_earlier = starts_at - TimeDelta::minutes(60);
    let other = builders::slot(&app, app.company_id, job, an_hour_earlier).await;
    let mut rita = app.recruiter().await;
    let path = format!("/slots/{other}/booking");
    let second = rita.post_form(&path, &[("candidate", &who)]).await;
    assert_eq!(second.status, 303, "{}", second.text);
    rules_come(&app).await;
    let before = interview_of(&app, &booked).await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let page = rita.get("/zone-changes").await;
    assert_eq!(
        page.notice(),
        "No slots moved. 1 slot was not moved, because its candidate already has an interview at the new time. \
         Open the interview below and reschedule it."
    );
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at);
    assert_eq!(interview_of(&app, &booked).await, before);
    // Once the other one is out of the way, nothing keeps it.
    let cancellation = format!("{}/cancellation", second.location);
    rita.save_form(&cancellation, &[("act", "cancel")]).await;
    confirm(&mut rita, &page).await;
    assert_eq!(
        rita.get("/zone-changes").await.notice().split('.').next(),
        Some("1 slot moved")
    );
}

#[actix_web::test]
async fn interviews_of_one_candidate_that_were_meant_to_overlap_move_together() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (first, slot_id, starts_at) = booked(&app).await;
    let job = first.details.job.as_ref().expect("a job").id;
    let who = first.details.candidate.id.to_string();
    let beside = starts_at + TimeDelta::minutes(30);
    let other = builders::slot(&app, app.company_id, job, beside).await;
    let mut rita = app.recruiter().await;
    let meant = first.details.interview.id.to_string();
    let form = [("candidate", who.as_str()), ("overlap", &meant)];
    let second = rita
        .post_form(&format!("/slots/{other}/booking"), &form)
        .await;
    assert_eq!(second.status, 303, "{}", second.text);
    entered_by_old_rules(&app, other).await;
    rules_come(&app).await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let notice = rita.get("/zone-changes").await.notice();
    assert!(notice.starts_with("2 slots moved."), "{notice}");
    for (slot, at) in [(slot_id, starts_at), (other, beside)] {
        assert_eq!(
            slot_of(&app, slot).await.starts_at,
            at - TimeDelta::hours(1)
        );
    }
}

/// Books the same candidate into another slot; gives the slot.
async fn booked_as_well(app: &TestApp, booked: &Booked, starts_at: DateTime<Utc>) -> i64 {
    let job = booked.details.job.as_ref().expect("a job").id;
    let who = booked.details.candidate.id.to_string();
    let slot_id = builders::slot(app, app.company_id, job, starts_at).await;
    let path = format!("/slots/{slot_id}/booking");
    let answer = app
        .recruiter()
        .await
        .post_form(&path, &[("candidate", &who)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    slot_id
}

#[actix_web::test]
async fn what_stays_for_an_overlap_is_in_the_way_of_what_follows_it() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (first, slot_id, starts_at) = booked(&app).await;
    let hour = TimeDelta::hours(1);
    booked_as_well(&app, &first, starts_at - hour).await;
    let follows = booked_as_well(&app, &first, starts_at + hour).await;
    entered_by_old_rules(&app, follows).await;
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let notice = rita.get("/zone-changes").await.notice();
    assert!(
        notice.starts_with("No slots moved. 2 slots were not moved"),
        "{notice}"
    );
    assert_eq!(slot_of(&app, slot_id).await.starts_at, starts_at);
    assert_eq!(slot_of(&app, follows).await.starts_at, starts_at + hour);
}

#[actix_web::test]
async fn interviews_of_one_candidate_move_together_wherever_they_go() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (first, slot_id, starts_at) = booked(&app).await;
    let hour = TimeDelta::hours(1);
    let follows = booked_as_well(&app, &first, starts_at + hour).await;
    for slot in [slot_id, follows] {
        entered_behind_utc(&app, slot, TimeDelta::hours(6)).await;
    }
    rules_come(&app).await;
    let mut rita = app.recruiter().await;
    let page = rita.get("/zone-changes").await;
    confirm(&mut rita, &page).await;
    let notice = rita.get("/zone-changes").await.notice();
    assert!(notice.starts_with("2 slots moved."), "{notice}");
    for (slot, at) in [(slot_id, starts_at), (follows, starts_at + hour)] {
        assert_eq!(slot_of(&app, slot).await.starts_at, at + hour);
    }
}
