//! The candidate's pages: who is let in, when, and what the others read.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{candidate, company, email, interview, slot, user};
use greenroom::domain::{
    candidates::{self, NewCandidate},
    interviews::{self, join_link::Ticket},
    versions::Target,
};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

const MEETING: &str = "https://meet.example.com/cloud";
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// An app with one booked interview, tomorrow at nine in Berlin, and its link.
struct Invitation {
    app: TestApp,
    booked: Booked,
    link: String,
}

impl Invitation {
    async fn sent() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let booked = builders::booked(&app, app.company_id).await;
        let link = link(&app, &booked.details.interview);
        Self { app, booked, link }
    }

    fn starts_at(&self) -> DateTime<Utc> {
        self.booked.details.slot.as_ref().expect("a slot").starts_at
    }

    fn ends_at(&self) -> DateTime<Utc> {
        self.starts_at() + TimeDelta::minutes(45)
    }

    fn opens_at(&self) -> DateTime<Utc> {
        self.starts_at() - TimeDelta::minutes(15)
    }

    fn go_to(&self, at: DateTime<Utc>) {
        self.app.advance(at - self.app.now());
    }

    async fn look(&self) -> Answer {
        self.app.candidate().get(&self.link).await
    }

    async fn join(&self) -> Answer {
        let path = format!("{}/join", self.link);
        self.app.candidate().post_form(&path, &[]).await
    }

    async fn say_opened(&self) -> Answer {
        let path = format!("{}/opened", self.link);
        self.app.candidate().post_form(&path, &[]).await
    }

    async fn row(&self) -> interview::Model {
        let id = self.booked.details.interview.id;
        let row = interviews::find(self.app.app.db.read(), self.app.company_id, id).await;
        row.expect("the interview")
    }

    /// Changes the interview behind everybody's back.
    async fn change(&self, column: interview::Column, value: impl Into<sea_orm::Value>) {
        let change = interview::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(interview::COLUMN.id.eq(self.booked.details.interview.id));
        builders::write(&self.app, async |txn| {
            change.exec(txn).await?;
            Ok(())
        })
        .await;
    }

    /// Everything there is, to see that nothing was written.
    async fn rows(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let db = self.app.app.db.read();
        (
            interview::Entity::find().all(db).await.expect("interviews"),
            email::Entity::find().all(db).await.expect("emails"),
            slot::Entity::find().all(db).await.expect("slots"),
            candidate::Entity::find().all(db).await.expect("people"),
            user::Entity::find().all(db).await.expect("users"),
            entity::action::Entity::find().all(db).await.expect("log"),
            entity::rate_limit::Entity::find()
                .all(db)
                .await
                .expect("limits"),
            entity::session::Entity::find()
                .all(db)
                .await
                .expect("sessions"),
        )
    }
}

pub fn link(app: &TestApp, interview: &interview::Model) -> String {
    let token = app.app.keys.token(&Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    });
    format!("/interview/{}", token.expect("a token"))
}

#[actix_web::test]
async fn a_link_opens_fifteen_minutes_before_the_start_and_closes_at_the_end() {
    let invitation = Invitation::sent().await;
    let (opens, ends) = (invitation.opens_at(), invitation.ends_at());
    let cases = [
        (opens - SECOND, 200, "early"),
        (opens, 200, "open"),
        (opens + SECOND, 200, "open"),
        (ends - SECOND, 200, "open"),
        (ends, 410, "over"),
        (ends + SECOND, 410, "over"),
    ];
    for (at, status, state) in cases {
        invitation.go_to(at);
        let page = invitation.look().await;
        assert_eq!((page.status, shown(&page)), (status, state), "GET at {at}");
        assert!(!page.text.contains("meet.example.com"), "GET at {at}");

        let answer = invitation.join().await;
        let let_in = state == "open";
        assert_eq!(answer.status, status, "POST at {at}");
        assert_eq!(shown(&answer), if let_in { "joined" } else { state });
        assert_eq!(answer.text.contains(MEETING), let_in, "POST at {at}");
    }
}

/// Which page this is, told by what a candidate can do with it.
fn shown(page: &Answer) -> &'static str {
    if page.has("[data-until=opening]") {
        "early"
    } else if page.has(".gate__go a[rel='noreferrer noopener']") {
        "joined"
    } else if page.has("form[action$='/join']") {
        "open"
    } else {
        match page.words("h1").as_str() {
            "This interview is over" => "over",
            "This interview was cancelled" => "cancelled",
            "This link does not work" => "unknown",
            other => panic!("{other}"),
        }
    }
}

#[actix_web::test]
async fn who_is_early_sees_how_long_it_is_still_by_our_clock() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    assert_eq!(
        page.words("h1"),
        "Tuesday, January 5, 2027 3:00 AM to 3:45 AM"
    );
    assert!(page.words(".gate__lead").contains("Cloud Architect"));
    assert_eq!(page.words("[role=timer]"), "23:45:00");
    assert_eq!(
        page.attribute("[data-countdown]", "data-countdown"),
        "85500000"
    );
    assert!(
        !page.has("button[disabled]"),
        "nothing that cannot be pressed"
    );
    assert!(
        !page.has("form[action$=join]"),
        "there is nothing to join yet"
    );
    // Without script the browser comes back by itself, and not a second too early.
    assert!(
        page.text
            .contains(r#"<meta http-equiv="refresh" content="85501">"#)
    );
}

#[actix_web::test]
async fn the_candidates_own_zone_comes_first_and_utc_beside_it() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    assert_eq!(
        page.words("#interview dd"),
        "Tuesday, January 5, 2027 at 3:00 AM to 3:45 AM (UTC-05:00) Your time zone: America/New_York \
         Tuesday, January 5, 2027 at 08:00 UTC Change time zone"
    );
    assert_eq!(
        page.attribute("#interview time", "datetime"),
        "2027-01-05T08:00:00Z"
    );

    let nobody_knows_where = candidate::Entity::update_many()
        .col_expr(candidate::Column::TimeZone, Expr::value(None::<String>));
    builders::write(&invitation.app, async |txn| {
        nobody_knows_where.exec(txn).await?;
        Ok(())
    })
    .await;
    let page = invitation.look().await;
    assert_eq!(
        page.words("#interview dd"),
        "Tuesday, January 5, 2027 at 9:00 AM to 9:45 AM (UTC+01:00) Time zone: Europe/Berlin \
         Tuesday, January 5, 2027 at 08:00 UTC Change time zone"
    );
}

#[actix_web::test]
async fn the_page_says_what_to_have_ready_and_whom_to_ask() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    let told = page.words("#interview");
    for words in [
        "45 minutes",
        "Ida Interviewer",
        "Bring a portfolio.",
        "jobs@example.com",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(page.words("p.brand"), "Sample Company");
    assert!(page.words("#checks").contains("government-issued ID"));
    assert!(page.has("a[href='mailto:jobs@example.com']"));
    assert!(page.text.contains("/brand/1f5f4a.css"));
    assert!(
        !page.text.contains("Medium"),
        "how hard it is, is for interviewers"
    );
}

#[actix_web::test]
async fn candidates_pages_load_nothing_from_elsewhere_and_are_kept_nowhere() {
    let invitation = Invitation::sent().await;
    for at in [invitation.opens_at() - SECOND, invitation.opens_at()] {
        invitation.go_to(at);
        let page = invitation.look().await;
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert!(page.header("set-cookie").is_empty());
        assert!(!page.text.contains("htmx"));
        for name in ["src", "href"] {
            for element in ["script", "link", "img"] {
                let address = page.attribute(&format!("{element}[{name}]"), name);
                assert!(address.is_empty() || address.starts_with('/'), "{address}");
            }
        }
    }
}

#[actix_web::test]
async fn joining_leads_to_the_meeting_and_may_be_repeated() {
    let invitation = Invitation::sent().await;
    invitation.go_to(invitation.opens_at());
    for _ in 0..3 {
        let page = invitation.join().await;
        assert_eq!(page.status, 200);
        let way = "a[rel='noreferrer noopener']";
        assert_eq!(page.attribute(way, "href"), MEETING);
        assert_eq!(page.words(way), "Open meeting at meet.example.com");
        invitation.app.advance(TimeDelta::minutes(1));
    }
    let row = invitation.row().await;
    assert_eq!(
        row.joined_at,
        Some(invitation.opens_at()),
        "the first counts"
    );
    assert_eq!(row.opened_at, Some(invitation.opens_at()));
    let joined = entity::action::Entity::find()
        .filter(entity::action::COLUMN.verb.eq("interview.joined"))
        .all(invitation.app.app.db.read())
        .await;
    assert_eq!(joined.expect("the log").len(), 1);
}

#[actix_web::test]
async fn recruiters_see_who_has_joined() {
    let invitation = Invitation::sent().await;
    invitation.go_to(invitation.opens_at());
    let mut rita = invitation.app.recruiter().await;
    let path = format!("/interviews/{}", invitation.booked.details.interview.id);
    let page = rita.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("Joined"));
    invitation.join().await;
    let page = rita.get(&path).await;
    assert!(page.text.contains("Joined"));
    assert!(page.text.contains("Tue 5 January 2027, 08:45"), "when");
    assert!(page.text.contains("Candidate joined"), "in its history");
}

#[actix_web::test]
async fn a_browser_that_comes_back_to_where_it_joined_sees_the_page_for_now() {
    let invitation = Invitation::sent().await;
    invitation.go_to(invitation.opens_at());
    invitation.join().await;
    let mut candidate = invitation.app.candidate();
    let page = candidate.get(&format!("{}/join", invitation.link)).await;
    assert_eq!((page.status, shown(&page)), (200, "open"));
    assert!(!page.text.contains("meet.example.com"));
}

#[actix_web::test]
async fn without_a_meeting_address_the_page_says_whom_to_tell() {
    let invitation = Invitation::sent().await;
    builders::write(&invitation.app, async |txn| {
        slot::Entity::update_many()
            .col_expr(slot::Column::MeetingUrl, Expr::value(None::<String>))
            .exec(txn)
            .await?;
        company::Entity::update_many()
            .col_expr(
                company::Column::DefaultMeetingUrl,
                Expr::value(None::<String>),
            )
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    invitation.go_to(invitation.starts_at());
    let page = invitation.join().await;
    assert_eq!(page.status, 200);
    assert!(page.words("[role=alert]").contains("jobs@example.com"));
    assert!(page.has("form[action$='/join']"), "one can try again");
    assert!(invitation.row().await.joined_at.is_some(), "but was there");
}

#[actix_web::test]
async fn opening_a_link_a_hundred_times_writes_nothing() {
    let invitation = Invitation::sent().await;
    for at in [
        invitation.starts_at() - TimeDelta::hours(2),
        invitation.starts_at(),
        invitation.ends_at(),
    ] {
        invitation.go_to(at);
        let before = invitation.rows().await;
        let mut scanner = invitation.app.stranger();
        for _ in 0..50 {
            scanner.get(&invitation.link).await;
            scanner.head(&invitation.link).await;
        }
        assert_eq!(invitation.rows().await, before);
    }
}

#[actix_web::test]
async fn that_the_details_were_read_is_kept_once_and_joins_nobody() {
    let invitation = Invitation::sent().await;
    let first = invitation.app.now();
    assert_eq!(invitation.say_opened().await.status, 204);
    invitation.app.advance(TimeDelta::minutes(5));
    assert_eq!(invitation.say_opened().await.status, 204);
    let row = invitation.row().await;
    assert_eq!((row.opened_at, row.joined_at), (Some(first), None));
}

#[actix_web::test]
async fn a_link_of_before_a_change_goes_on_working_and_says_so() {
    let invitation = Invitation::sent().await;
    assert!(!invitation.look().await.has("#moved"));
    let later = builders::slot(
        &invitation.app,
        invitation.app.company_id,
        invitation
            .booked
            .details
            .slot
            .as_ref()
            .expect("a slot")
            .job_id,
        invitation.starts_at() + TimeDelta::hours(1),
    )
    .await;
    invitation.change(interview::Column::SlotId, later).await;
    invitation.change(interview::Column::Revision, 2).await;

    invitation.go_to(invitation.opens_at());
    let page = invitation.look().await;
    assert_eq!(
        (page.status, shown(&page)),
        (200, "early"),
        "not at the old time"
    );
    assert!(page.has("#moved"));
    assert!(page.words("#interview dd").contains("4:00 AM to 4:45 AM"));
    assert!(!invitation.join().await.text.contains("meet.example.com"));

    invitation.go_to(invitation.opens_at() + TimeDelta::hours(1));
    let page = invitation.look().await;
    assert_eq!(shown(&page), "open");
    assert!(page.has("#moved"));
    assert!(invitation.join().await.text.contains(MEETING));
}

#[actix_web::test]
async fn a_cancelled_interview_lets_nobody_in_at_any_time() {
    let invitation = Invitation::sent().await;
    invitation
        .change(interview::Column::Status, "cancelled")
        .await;
    for at in [
        invitation.opens_at() - SECOND,
        invitation.starts_at(),
        invitation.ends_at(),
    ] {
        invitation.go_to(at);
        for answer in [invitation.look().await, invitation.join().await] {
            assert_eq!((answer.status, shown(&answer)), (410, "cancelled"));
            assert!(!answer.text.contains("meet.example.com"));
            assert!(answer.words("#contact").contains("jobs@example.com"));
        }
    }
    assert!(invitation.row().await.joined_at.is_none());
}

#[actix_web::test]
async fn an_interview_that_took_place_is_over_for_its_link() {
    for status in ["completed", "no_show"] {
        let invitation = Invitation::sent().await;
        invitation.change(interview::Column::Status, status).await;
        invitation.go_to(invitation.starts_at());
        for answer in [invitation.look().await, invitation.join().await] {
            assert_eq!((answer.status, shown(&answer)), (410, "over"));
            assert!(!answer.text.contains("meet.example.com"));
        }
    }
}

#[actix_web::test]
async fn a_replaced_link_is_dead_at_once_in_every_process() {
    let invitation = Invitation::sent().await;
    invitation.go_to(invitation.starts_at());
    let second = invitation.app.second_process().await;
    assert_eq!(second.candidate().get(&invitation.link).await.status, 200);
    invitation.change(interview::Column::LinkVersion, 2).await;
    for app in [&invitation.app, &second] {
        let mut candidate = app.candidate();
        assert_is_unknown(&candidate.get(&invitation.link).await);
        let path = format!("{}/join", invitation.link);
        assert_is_unknown(&candidate.post_form(&path, &[]).await);
    }
    let path = format!("{}/opened", invitation.link);
    let answer = invitation.app.candidate().post_form(&path, &[]).await;
    assert_is_unknown(&answer);
    let row = invitation.row().await;
    assert_eq!((row.joined_at, row.opened_at), (None, None));
}

#[actix_web::test]
async fn a_changed_address_kills_the_link_in_the_old_mailbox() {
    let invitation = Invitation::sent().await;
    let person = &invitation.booked.details.candidate;
    let new = NewCandidate {
        name: person.name.clone(),
        email: "new.address@example.net".into(),
        phone: String::new(),
        time_zone: person.time_zone.clone(),
        locale: "en".into(),
        job_id: None,
        notes: String::new(),
    };
    let actor = greenroom::domain::actions::Actor::system(invitation.app.company_id);
    let now = invitation.app.now();
    let target = Target {
        id: person.id,
        version: person.version,
        idempotency_key: None,
    };
    let changed = candidates::update(&invitation.app.app.db, &actor, &target, &new, now).await;
    changed.expect("an answer").expect("a change");
    assert_is_unknown(&invitation.look().await);
    let new_link = link(&invitation.app, &invitation.row().await);
    let page = invitation.app.candidate().get(&new_link).await;
    assert_eq!((page.status, shown(&page)), (200, "early"));
}

#[actix_web::test]
async fn what_is_left_of_a_link_says_how_it_goes_on() {
    let app = TestApp::start().await;
    for rest in ["", "/", "/.", "/%20", "/%3E"] {
        let page = app.candidate().get(&format!("/interview{rest}")).await;
        assert_eq!(page.status, 404, "{rest}");
        assert_eq!(page.words("h1"), "Part of the link is missing", "{rest}");
    }
}

#[actix_web::test]
async fn every_wrong_link_gets_the_same_answer_to_the_byte() {
    let invitation = Invitation::sent().await;
    let replaced = {
        let mut row = invitation.row().await;
        row.link_version = 7;
        link(&invitation.app, &row)
    };
    let of_nobody = {
        let mut row = invitation.row().await;
        row.public_id = "0".repeat(32);
        link(&invitation.app, &row)
    };
    let good = invitation.link.trim_start_matches("/interview/");
    let (signed, _) = good.rsplit_once('.').expect("a signature");
    let unbooked = {
        let app = &invitation.app;
        let job_id = builders::job(app, app.company_id).await;
        let person = builders::candidate(app, app.company_id).await;
        let id = builders::interview(app, app.company_id, person, job_id).await;
        let row = interviews::find(app.app.db.read(), app.company_id, id).await;
        link(app, &row.expect("an interview"))
    };
    let links = [
        replaced,
        of_nobody,
        unbooked,
        format!("/interview/{signed}."),
        format!("/interview/{signed}.AAAA"),
        format!("/interview/{good}x"),
        "/interview/1".into(),
        "/interview/%27%20OR%201=1".into(),
        format!("/interview/{}", "x".repeat(3000)),
    ];
    let mut stranger = invitation.app.stranger();
    let expected = stranger.get("/interview/wrong").await;
    assert_is_unknown(&expected);
    for link in links {
        let answer = stranger.get(&link).await;
        assert_eq!(
            (answer.status, &answer.text),
            (404, &expected.text),
            "{link}"
        );
        let answer = stranger.post_form(&format!("{link}/join"), &[]).await;
        assert_eq!(
            (answer.status, &answer.text),
            (404, &expected.text),
            "{link}"
        );
    }
}

fn assert_is_unknown(answer: &Answer) {
    assert_eq!((answer.status, shown(answer)), (404, "unknown"));
    for secret in [
        "Sample Company",
        "Cloud Architect",
        "Zoë",
        "meet.example.com",
    ] {
        assert!(!answer.text.contains(secret), "{secret}");
    }
}

#[actix_web::test]
async fn who_tries_many_wrong_links_has_to_wait_but_right_ones_work_on() {
    let invitation = Invitation::sent().await;
    let mut guesser = invitation.app.stranger();
    let mut statuses = Vec::new();
    for number in 0..120 {
        let answer = guesser.get(&format!("/interview/guess-{number}")).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses[..100], [404; 100]);
    assert_eq!(statuses[100..], [429; 20]);
    let answer = guesser.post_form("/interview/guess/join", &[]).await;
    assert_eq!(answer.status, 429);
    assert!(
        answer
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|wait| wait <= 900)
    );

    assert_eq!(guesser.get(&invitation.link).await.status, 200);
    let mut neighbour = invitation.app.stranger();
    neighbour.ip = [203, 0, 113, 8].into();
    assert_eq!(neighbour.get("/interview/guess").await.status, 404);
    invitation.app.advance(TimeDelta::minutes(15));
    assert_eq!(guesser.get("/interview/guess").await.status, 404);
}

#[actix_web::test]
async fn only_the_page_itself_can_join() {
    let invitation = Invitation::sent().await;
    invitation.go_to(invitation.starts_at());
    let elsewhere = |site: &'static str| {
        let candidate: Actor = invitation.app.candidate();
        candidate.with_header("sec-fetch-site", site)
    };
    let path = format!("{}/join", invitation.link);
    let answer = elsewhere("cross-site").post_form(&path, &[]).await;
    assert_eq!(answer.status, 403);
    assert!(!answer.text.contains("meet.example.com"));
    assert!(invitation.row().await.joined_at.is_none());
    assert_eq!(
        elsewhere("same-origin").post_form(&path, &[]).await.status,
        200
    );
}

#[actix_web::test]
async fn what_recruiters_typed_is_shown_as_text() {
    let invitation = Invitation::sent().await;
    let bad = "\"><img src=x onerror=alert(1)>{{7*7}}";
    invitation
        .change(interview::Column::BookingNotes, bad)
        .await;
    let page = invitation.look().await;
    assert!(!page.has("img"));
    assert!(page.words("#interview").contains(bad));
}

#[actix_web::test]
async fn the_interview_can_be_put_into_a_calendar_while_it_is_to_come() {
    let invitation = Invitation::sent().await;
    let (opens, ends) = (invitation.opens_at(), invitation.ends_at());
    for (at, status) in [
        (opens - SECOND, 200),
        (opens, 200),
        (ends - SECOND, 200),
        (ends, 410),
    ] {
        invitation.go_to(at);
        let page = invitation.look().await;
        let path = format!("{}/invite.ics", invitation.link);
        assert_eq!(page.text.contains(&path), status == 200, "offered at {at}");
        let file = invitation.app.candidate().get(&path).await;
        assert_eq!(file.status, status, "at {at}");
        if status == 410 {
            assert_eq!(shown(&file), "over");
            continue;
        }
        assert_eq!(
            file.header("content-type"),
            "text/calendar; charset=utf-8; method=PUBLISH"
        );
        assert_eq!(
            file.header("content-disposition"),
            "attachment; filename=\"invite.ics\""
        );
        assert_eq!(file.header("cache-control"), "no-store");
        let calendar = file.text.replace("\r\n ", "");
        for line in [
            "METHOD:PUBLISH",
            "DTSTART:20270105T080000Z",
            "DTEND:20270105T084500Z",
            "SUMMARY:Technical Interview - Cloud Architect at Sample Company",
            &format!("LOCATION:http://127.0.0.1:8080{}", invitation.link),
        ] {
            assert!(
                calendar.lines().any(|found| found == line),
                "{line} in {calendar}"
            );
        }
        assert!(!calendar.contains("meet.example.com"), "{calendar}");
    }
}

#[actix_web::test]
async fn a_file_for_a_calendar_tells_what_is_so_now_and_nothing_to_strangers() {
    let invitation = Invitation::sent().await;
    let path = format!("{}/invite.ics", invitation.link);
    invitation.change(interview::Column::Revision, 2).await;
    let moved = invitation.app.candidate().get(&path).await;
    let calendar = moved.text.replace("\r\n ", "");
    let interview = invitation.row().await;
    let newest = format!(
        "LOCATION:http://127.0.0.1:8080{}",
        link(&invitation.app, &interview)
    );
    assert!(
        calendar.lines().any(|line| line == newest),
        "{newest} in {calendar}"
    );
    let uid = format!("UID:itv-{}@", interview.public_id);
    assert!(
        calendar.lines().any(|line| line.starts_with(&uid)),
        "{calendar}"
    );
    invitation.change(interview::Column::LinkVersion, 2).await;
    let replaced = invitation.app.candidate().get(&path).await;
    let never = invitation
        .app
        .candidate()
        .get("/interview/x/invite.ics")
        .await;
    assert_eq!((replaced.status, never.status), (404, 404));
    assert_eq!(shown(&replaced), "unknown");
    assert!(!replaced.text.contains("VCALENDAR"));
}

#[actix_web::test]
async fn calendars_in_the_browser_take_the_interview_by_a_press() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    let before = invitation.row().await;
    let leads_to = async |which: &str| {
        let path = format!("{}/calendar/{which}", invitation.link);
        invitation.app.candidate().get(&path).await
    };
    for (which, host) in [
        (
            "google",
            "https://calendar.google.com/calendar/render?action=TEMPLATE&text=Technical%20Interview",
        ),
        (
            "outlook",
            "https://outlook.live.com/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose&rru=addevent&subject=Technical%20Interview",
        ),
    ] {
        let offered = page.attribute(&format!(".answer__calendars [href$={which}]"), "href");
        assert_eq!(offered, format!("{}/calendar/{which}", invitation.link));
        let answer = leads_to(which).await;
        assert_eq!(answer.status, 303);
        assert!(answer.location.starts_with(host), "{}", answer.location);
        assert!(
            answer.location.contains("%2Finterview%2FeyJ"),
            "with the link"
        );
        assert!(!answer.location.contains("meet.example.com"));
        assert!(!answer.location.contains('+') && !answer.location.contains(' '));
    }
    let google = leads_to("google").await.location;
    assert!(
        google.contains("dates=20270105T080000Z%2F20270105T084500Z"),
        "{google}"
    );
    let outlook = leads_to("outlook").await.location;
    assert!(
        outlook.contains("startdt=2027-01-05T08%3A00%3A00Z"),
        "{outlook}"
    );
    assert_eq!(leads_to("other").await.status, 200, "the page");
    assert_eq!(invitation.row().await, before);
    invitation.go_to(invitation.ends_at());
    assert_eq!(leads_to("google").await.status, 410);
    let wrong = "/interview/x.y.z/calendar/google";
    assert_eq!(invitation.app.candidate().get(wrong).await.status, 404);
}
