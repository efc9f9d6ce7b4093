//! The page that a day begins with.
use chrono::TimeDelta;
use entity::{candidate, company, email, interview};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::Expr};
use serde_json::json;

use crate::support::{
    TestApp,
    builders::{self, Booked},
};

/// What became of the booking's mail, as the worker would have recorded it.
async fn mail_came_to(app: &TestApp, booked: &Booked, status: email::Status, reason: &str) {
    let row = email::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(booked.email.id),
        status: Set(status),
        reason: Set(reason.into()),
        lease_until: Set((status == email::Status::Sending).then(|| app.now())),
        finished_at: Set(status.is_final().then_some(app.now())),
        ..Default::default()
    };
    greenroom::db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        Ok(email::Entity::update(row).exec(txn).await?)
    })
    .await
    .expect("changed");
}

#[actix_web::test]
async fn a_day_shows_its_interviews_and_what_became_of_their_mail() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Accepted, "250 ok").await;
    let mut rita = app.recruiter().await;
    let empty = rita.get("/").await;
    assert_eq!(empty.words("h1"), "Monday 4 January");
    assert!(
        empty
            .words(".page__head p")
            .contains("0 interviews · Europe/Berlin, UTC+01:00")
    );
    assert!(
        empty
            .words("#board .panel__empty")
            .contains("No interviews on this day")
    );

    let next = empty.attribute("a[rel=next]", "href");
    assert_eq!(next, "/?day=2027-01-05");
    let day = rita.get(&next).await;
    assert_eq!(day.words("h1"), "Tuesday 5 January");
    let row = day.words("#board .board li");
    for words in [
        "09:00",
        "45 min",
        "Zoë Núñez",
        "Cloud Architect · Technical",
        "Queued 09:00",
        "Accepted 09:00",
        "Opened",
        "Joined",
    ] {
        assert!(row.contains(words), "{words} in {row}");
    }
    assert_eq!(
        day.attribute("#board .board time", "datetime"),
        "2027-01-05T08:00:00Z"
    );
    let link = format!("/interviews/{}", booked.details.interview.id);
    assert!(day.has(&format!("#board a[href='{link}']")));
    assert_eq!(day.attribute("a[rel=prev]", "href"), "/");
    assert!(!day.has(".board__now") && !day.has(".next"), "another day");
}

/// The steps of the only reach line, each as its mark and its words.
fn steps_of_reach(page: &crate::support::Answer) -> Vec<(&'static str, String)> {
    let words = page.all_words(".reach > li");
    assert_eq!(words.len(), 4, "{}", page.text);
    let mark = |at: usize| {
        let marks = ["reach__done", "reach__late", "reach__bad"].into_iter();
        let mut marks =
            marks.filter(|mark| page.has(&format!(".reach > li.{mark}:nth-child({})", at + 1)));
        marks.next().unwrap_or_default()
    };
    let steps = words.into_iter().enumerate();
    steps.map(|(at, words)| (mark(at), words)).collect()
}

#[actix_web::test]
async fn the_words_for_a_mail_never_promise_too_much() {
    use email::Status::*;
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    for (status, reason, mark, words) in [
        (Queued, "", "", "Accepted"),
        (Sending, "", "", "Accepted"),
        (
            Retrying,
            "451 4.7.1 Greylisted",
            "reach__late",
            "Accepted 451, try 0",
        ),
        (Retrying, "no route", "reach__late", "Accepted Retrying"),
        (
            Failed,
            "550 5.1.1 <nobody>",
            "reach__bad",
            "Accepted Not delivered",
        ),
        (Uncertain, "", "reach__bad", "Accepted Delivery uncertain"),
        (Printed, "console", "reach__bad", "Accepted only printed"),
        (Held, "", "reach__bad", "Accepted Held back"),
        (Bounced, "", "reach__bad", "Accepted Bounced"),
        (Cancelled, "", "reach__late", "Accepted not sent"),
        (Accepted, "250 ok", "reach__done", "Accepted 09:00"),
        (Delivered, "250 ok", "reach__done", "Delivered 09:00"),
    ] {
        mail_came_to(&app, &booked, status, reason).await;
        let page = rita.get("/?day=2027-01-05").await;
        let steps = steps_of_reach(&page);
        assert_eq!(steps[1], (mark, words.to_owned()), "{status:?}");
        assert!(!page.has("main nobody"), "escaped");
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_next_interview_stands_large_with_its_meeting_link() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Accepted, "250 ok").await;
    app.advance(TimeDelta::days(1) - TimeDelta::minutes(13));
    let page = app.recruiter().await.get("/").await;
    assert_eq!(
        page.words(".next .next__when"),
        "Next, in 13 min · 09:00–09:45"
    );
    assert_eq!(page.words(".next h2"), "Zoë Núñez");
    let url = page.attribute(".next .meeting > a.button", "href");
    assert!(url.starts_with("https://"), "{url}");
    assert_eq!(page.words(".next .meeting > a.button"), "Open meeting");
    assert_eq!(page.words(".board__now time"), "08:47");
    assert_eq!(
        page.all_attributes("#board .board > li", "class"),
        ["board__now", "board__next"],
        "the line stands above what is to come"
    );
    let joins = interview::Entity::update_many()
        .col_expr(interview::Column::JoinedAt, Expr::value(app.now()));
    builders::write(&app, async |txn| Ok(joins.exec(txn).await?)).await;
    let page = app.recruiter().await.get("/").await;
    assert_eq!(page.words(".next__state"), "Waiting since 08:47");
    app.advance(TimeDelta::minutes(14));
    let page = app.recruiter().await.get("/").await;
    assert_eq!(page.words(".next .next__when"), "Now · 09:00–09:45");
    assert_eq!(
        page.all_attributes("#board .board > li", "class"),
        ["board__next", "board__now"]
    );
    app.advance(TimeDelta::minutes(44));
    let page = app.recruiter().await.get("/").await;
    assert!(!page.has(".next"), "it is over");
    assert!(
        page.words("#board .board")
            .contains("Over, joined at 08:47")
    );
}

#[actix_web::test]
async fn a_candidate_who_does_not_come_is_late_and_then_missed() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Accepted, "250 ok").await;
    let read = interview::Entity::update_many()
        .col_expr(interview::Column::OpenedAt, Expr::value(app.now()));
    builders::write(&app, async |txn| Ok(read.exec(txn).await?)).await;
    app.advance(TimeDelta::days(1) + TimeDelta::minutes(5) - TimeDelta::seconds(1));
    let mut rita = app.recruiter().await;
    assert!(!rita.get("/").await.has(".board__late"));
    app.advance(TimeDelta::seconds(1));
    let page = rita.get("/").await;
    assert!(page.words(".board__late").contains("5 min late"));
    let steps = steps_of_reach(&page);
    assert_eq!(steps[3].0, "reach__late");
    assert!(!page.has(".board__late form"), "it is early for more");
    app.advance(TimeDelta::minutes(5));
    let page = rita.get("/").await;
    assert_eq!(steps_of_reach(&page)[3].0, "reach__bad");
    let nudge = page.attribute(".board__late form[action$='/nudge']", "action");
    let pressed = rita.press("/", &nudge).await;
    assert_eq!((pressed.status, pressed.location.as_str()), (303, "/"));
    assert_eq!(
        rita.get("/").await.notice(),
        "Email with the join link queued."
    );
    let stale = rita.post_form(&nudge, &[("version", "2")]).await;
    assert_eq!(stale.status, 303);
    assert!(rita.get("/").await.notice().contains("Nothing was sent"));
    let emails = rita.get("/emails").await;
    let rows = emails.all_words("table tbody tr").into_iter();
    let nudges = rows.filter(|row| row.contains("Nudge")).count();
    assert_eq!(nudges, 1, "{}", emails.words("table"));
    assert_eq!(app.deliver().await, 1);
    assert!(
        app.printer
            .text()
            .contains("Subject: We Are Waiting for You - Cloud")
    );
    let words = rita.get("/").await.words(".board__late .remedy");
    assert_eq!(words, "Nudge No-show Rebook");
    app.advance(TimeDelta::minutes(35));
    let page = rita.get("/").await;
    assert!(!page.has(".board__late"), "it is over");
    assert_eq!(page.words(".board .remedy"), "Set outcome No-show");
    let path = format!("/interviews/{}/no-show", booked.details.interview.id);
    assert_eq!(rita.press("/", &path).await.status, 303);
    let page = rita.get("/").await;
    assert!(page.words(".board__done").contains("No-show"));
    let rebook = format!("/interviews/{}/rebooking", booked.details.interview.id);
    assert_eq!(rita.press("/", &rebook).await.status, 303);
}

#[actix_web::test]
async fn what_nobody_closed_is_asked_about_the_next_morning() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Accepted, "250 ok").await;
    app.advance(TimeDelta::days(1) + TimeDelta::hours(3));
    assert!(
        !app.recruiter().await.get("/").await.has("#owed"),
        "the same day"
    );
    app.advance(TimeDelta::hours(20));
    let mut rita = app.recruiter().await;
    let page = rita.get("/").await;
    assert_eq!(page.words("#owed"), "Yesterday: 1 needs an outcome");
    let buttons = page.all_words(".outcomes__acts button");
    assert_eq!(buttons, ["Advance", "Hold", "Reject", "No-show"]);
    assert!(
        !rita.get("/?day=2027-01-05").await.has("#owed"),
        "another day"
    );
    let path = format!("/interviews/{}/ending", booked.details.interview.id);
    let version = page.attribute(".outcomes__acts input[name=version]", "value");
    let typed = [
        ("ending", "outcome:Hold"),
        ("version", &*version),
        (
            "next",
            &page.attribute(".outcomes__acts input[name=next]", "value"),
        ),
    ];
    let saved = rita.post_form(&path, &typed).await;
    assert_eq!(
        (saved.status, saved.location.as_str()),
        (303, "/"),
        "the board is still there"
    );
    assert!(!rita.get("/").await.has("#owed"));
    let day = rita.get("/?day=2027-01-05").await;
    assert!(day.words(".board__done").contains("Completed: Hold"));
}

#[actix_web::test]
async fn what_is_late_has_its_one_remedy_beside_it() {
    use email::Status::*;
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let email = format!("/emails/{}", booked.email.id);
    mail_came_to(&app, &booked, Retrying, "451 4.7.1 Greylisted").await;
    let page = rita.get("/?day=2027-01-05").await;
    let retry = page.attribute(".remedy form", "action");
    assert_eq!(retry, format!("{email}/attempts"));
    mail_came_to(&app, &booked, Failed, "550 5.1.1").await;
    let page = rita.get("/?day=2027-01-05").await;
    assert_eq!(page.attribute(".remedy a", "href"), email);
    mail_came_to(&app, &booked, Accepted, "250 ok").await;
    let page = rita.get("/?day=2027-01-05").await;
    assert_eq!(page.words(".remedy"), "", "there is time");
    app.advance(TimeDelta::days(1) - TimeDelta::minutes(73));
    let page = app.recruiter().await.get("/").await;
    let opened = &steps_of_reach(&page)[2];
    assert_eq!(*opened, ("reach__bad", "Opened not yet".to_owned()));
    assert_eq!(page.words(".next .remedy"), "Send again 73 min left");
    assert_eq!(page.attribute(".next .remedy a", "href"), email);
    let called = candidate::Entity::update_many()
        .col_expr(candidate::Column::Phone, Expr::value("+49 (30) 12-34"));
    builders::write(&app, async |txn| Ok(called.exec(txn).await?)).await;
    let page = app.recruiter().await.get("/").await;
    let call = page.attribute(".next .remedy a", "href");
    assert_eq!(call, "tel:+49301234");
}

#[actix_web::test]
async fn what_needs_attention_is_listed_until_it_does_no_more() {
    use email::Status::*;
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let link = format!(
        "#attention a[href='/interviews/{}']",
        booked.details.interview.id
    );
    for (status, worries) in [
        (Queued, false),
        (Sending, false),
        (Retrying, true),
        (Uncertain, true),
        (Printed, true),
        (Failed, true),
        (Expired, true),
        (Bounced, true),
        (Held, true),
        (Accepted, false),
        (Delivered, false),
        (Complained, true),
    ] {
        mail_came_to(&app, &booked, status, "").await;
        assert_eq!(rita.get("/").await.has(&link), worries, "{status:?}");
    }

    mail_came_to(&app, &booked, Queued, "").await;
    app.advance(TimeDelta::minutes(5));
    assert!(!rita.get("/").await.has(&link), "not late yet");
    app.advance(TimeDelta::seconds(1));
    assert!(rita.get("/").await.has(&link), "late");

    mail_came_to(&app, &booked, Failed, "").await;
    let page = rita.get("/").await;
    assert!(page.has(&format!("#attention a[href='/emails/{}']", booked.email.id)));
    let answer = rita
        .post_form(
            &format!("/candidates/{}/edit", booked.details.candidate.id),
            &[
                ("name", "Zoë Núñez"),
                ("email", "right@example.com"),
                ("locale", "en"),
                ("version", "1"),
            ],
        )
        .await;
    assert_eq!(answer.status, 303);
    assert!(
        !rita.get("/").await.has(&link),
        "a newer mail is on its way"
    );

    let mut eve = app.other_company().await;
    assert!(!eve.get("/").await.has("#attention .agenda"));
    app.advance(TimeDelta::days(2));
    let mut rita = app.recruiter().await;
    assert!(!rita.get("/").await.has(&link), "it is over");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_interview_that_takes_place_nowhere_needs_attention() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Accepted, "").await;
    let mut rita = app.recruiter().await;
    greenroom::db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        let nowhere = entity::slot::ActiveModel {
            id: sea_orm::ActiveValue::Unchanged(booked.details.slot.as_ref().expect("a slot").id),
            meeting_url: Set(None),
            ..Default::default()
        };
        Ok(entity::slot::Entity::update(nowhere).exec(txn).await?)
    })
    .await
    .expect("changed");
    assert!(
        !rita.get("/").await.has("#attention .agenda"),
        "the company has an address"
    );
    greenroom::db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        let nowhere = entity::company::ActiveModel {
            id: sea_orm::ActiveValue::Unchanged(app.company_id),
            default_meeting_url: Set(None),
            ..Default::default()
        };
        Ok(entity::company::Entity::update(nowhere).exec(txn).await?)
    })
    .await
    .expect("changed");
    assert!(
        rita.get("/")
            .await
            .words("#attention")
            .contains("No meeting link")
    );
}

#[actix_web::test]
async fn the_board_refreshes_itself_from_its_own_address() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await.with_header("HX-Request", "true");
    for path in ["/", "/?day=2027-02-01"] {
        let page = rita.get(path).await;
        assert_eq!(page.attribute("#board", "hx-get"), path);
        assert!(page.has("nav") && page.has("h1"), "a whole page");
    }
    let wrong = rita.get("/?day=yesterday").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_of("day").contains("2027-01-05"));
    assert_eq!(wrong.value_of("day"), "yesterday");
}

#[actix_web::test]
async fn a_day_is_the_viewers_day() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let late = "2027-01-05T23:30:00Z".parse().expect("an instant");
    let slot = builders::slot(&app, app.company_id, job, late).await;
    let mut rita = app.recruiter().await;
    let path = format!("/slots/{slot}/booking");
    let new = [
        ("candidate", "new"),
        ("name", "Jo"),
        ("email", "jo@example.com"),
    ];
    assert_eq!(rita.post_form(&path, &new).await.status, 303);
    assert!(
        !rita
            .get("/?day=2027-01-05")
            .await
            .has("#board .board time[datetime^='2027-01-05T23']")
    );
    let row = rita.get("/?day=2027-01-06").await.words("#board .board li");
    assert!(row.contains("00:30"), "{row}");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_reminder_that_waits_hides_no_lost_invitation() {
    let app = TestApp::start().await;
    let leads = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(&app, async |txn| Ok(leads.exec(txn).await?)).await;
    let booked = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &booked, email::Status::Failed, "").await;
    let page = app.recruiter().await.get("/").await;
    let mail = format!("#attention a[href='/emails/{}']", booked.email.id);
    assert!(page.has(&mail), "{}", page.text);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_mail_that_waits_for_corrections_is_no_worry() {
    let app = TestApp::start().await;
    let patient =
        company::Entity::update_many().col_expr(company::Column::UndoSeconds, Expr::value(1800));
    builders::write(&app, async |txn| Ok(patient.exec(txn).await?)).await;
    builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    app.advance(TimeDelta::minutes(35));
    assert!(!rita.get("/").await.has("#attention .agenda"), "on purpose");
    app.advance(TimeDelta::seconds(1));
    assert!(rita.get("/").await.has("#attention .agenda"), "late");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_is_over_hides_no_worry_that_is_to_come() {
    let app = TestApp::start().await;
    for _ in 0..12 {
        let over = builders::booked(&app, app.company_id).await;
        mail_came_to(&app, &over, email::Status::Failed, "").await;
    }
    app.advance(TimeDelta::hours(25));
    let coming = builders::booked(&app, app.company_id).await;
    mail_came_to(&app, &coming, email::Status::Failed, "").await;
    let page = app.recruiter().await.get("/").await;
    let link = format!("#attention a[href='/emails/{}']", coming.email.id);
    assert!(page.has(&link), "{}", page.words("#attention"));
    assert_eq!(page.all_words("#attention .agenda li").len(), 1);
}

/// What is listed under "First steps": the name, whether it is done, and where its button leads.
fn steps(page: &crate::support::Answer) -> Vec<(String, String)> {
    let names = page.all_words("#first-steps li strong");
    let states = page.all_words("#first-steps li .status");
    names.into_iter().zip(states).collect()
}

fn of(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, state): &(&str, &str)| ((*name).to_owned(), (*state).to_owned());
    list.iter().map(own).collect()
}

#[actix_web::test]
async fn a_new_company_is_led_to_its_first_booking() {
    let app = TestApp::start().await;
    builders::write(&app, async |txn| {
        let row = company::ActiveModel {
            id: Set(app.company_id),
            default_meeting_url: Set(None),
            ..Default::default()
        };
        company::Entity::update(row).exec(txn).await?;
        Ok(())
    })
    .await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let page = ada.get("/").await;
    assert_eq!(
        steps(&page),
        of(&[
            ("Company", "To do"),
            ("Meeting link", "To do"),
            ("Email", "To do"),
            ("First job", "To do"),
            ("First slots", "To do"),
        ])
    );
    for href in page.all_attributes("#first-steps a.button", "href") {
        assert_eq!(ada.get(&href).await.status, 200, "{href}");
    }
    let page = rita.get("/").await;
    assert_eq!(
        page.all_attributes("#first-steps a.button", "href"),
        ["/jobs/new", "/slots/new"],
        "only what a recruiter can do"
    );
    assert!(!page.has("#first-steps form"));

    let company = [
        ("name", "Sample"),
        ("default_meeting_url", "https://meet.example.com/x"),
    ];
    let form = ada.get("/company").await;
    let mut fields: Vec<(&str, String)> = ["version", "time_zone", "contact_email", "brand_colour"]
        .into_iter()
        .chain([
            "join_window_minutes",
            "reminder_lead_minutes",
            "undo_seconds",
            "hourly_email_limit",
        ])
        .map(|name| (name, form.value_of(name)))
        .collect();
    fields.extend(company.map(|(name, value)| (name, value.to_owned())));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let saved = ada.post_form("/company", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let job = builders::job(&app, app.company_id).await;
    assert_eq!(
        steps(&ada.get("/").await),
        of(&[
            ("Company", "Done"),
            ("Meeting link", "Done"),
            ("Email", "To do"),
            ("First job", "Done"),
            ("First slots", "To do"),
        ])
    );
    builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(30)).await;
    assert!(!rita.get("/").await.has("#first-steps"), "all is there");
    let page = ada.get("/").await;
    assert_eq!(
        page.all_attributes("#first-steps a.button", "href"),
        ["/mail"]
    );
}

#[actix_web::test]
async fn what_can_wait_is_put_off() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let later = "/first-steps/postponement";
    let pressed = ada.press("/", later).await;
    assert_eq!((pressed.status, pressed.location.as_str()), (303, "/"));
    let page = ada.get("/").await;
    assert_eq!(
        steps(&page),
        of(&[
            ("Company", "To do"),
            ("First job", "To do"),
            ("First slots", "To do")
        ])
    );
    assert!(!page.has("#first-steps form"));
    let job = builders::job(&app, app.company_id).await;
    builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(30)).await;
    assert!(!ada.get("/").await.has("#first-steps"));
    assert_eq!(
        app.recruiter().await.post_form(later, &[]).await.status,
        404
    );
}
