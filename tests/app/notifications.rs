//! What reaches a candidate of all that is done to an interview: in order, nothing twice, nothing false.
use std::{sync::Arc, time::Duration};

use actix_web::rt;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Kind, Status},
    interview,
};
use greenroom::worker;
use mail_parser::MessageParser;
use sea_orm::{EntityTrait, QueryOrder};
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        Actor, TestApp, builders,
        smtp_server::{Act, Hold, Script, SmtpServer, Step, Taken},
    },
};

/// An interview and a recruiter who changes it.
struct Scene {
    app: TestApp,
    server: SmtpServer,
    rita: Actor,
    id: i64,
    job: i64,
    slot: i64,
}

impl Scene {
    /// Booked for tomorrow by the rules, after the company's settings were typed.
    async fn set(server: SmtpServer, settings: &[(&str, &str)]) -> Self {
        let app = app_with(&server, &[]).await;
        let mut ada = app.admin().await;
        let page = ada.get("/company").await;
        let names = [
            "name",
            "time_zone",
            "contact_email",
            "brand_colour",
            "default_meeting_url",
            "join_window_minutes",
            "reminder_lead_minutes",
            "undo_seconds",
            "hourly_email_limit",
        ];
        let typed = names.map(|name| {
            let changed = settings.iter().find(|(changed, _)| *changed == name);
            let value = changed.map_or_else(|| page.value_of(name), |(_, value)| (*value).into());
            (name, value)
        });
        let typed: Vec<_> = typed
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        assert_eq!(ada.save_form("/company", &typed).await.status, 303);
        let details = builders::booked(&app, app.company_id).await.details;
        Self {
            rita: app.recruiter().await,
            id: details.interview.id,
            job: details.job.expect("a job").id,
            slot: details.slot.expect("a slot").id,
            app,
            server,
        }
    }

    async fn slot_at(&self, starts_at: DateTime<Utc>) -> i64 {
        builders::slot(&self.app, self.app.company_id, self.job, starts_at).await
    }

    /// Moves the interview into a new slot so many hours after its first time.
    async fn move_by(&mut self, hours: i64) {
        let first = "2027-01-05T08:00:00Z"
            .parse::<DateTime<Utc>>()
            .expect("an instant");
        let slot = self.slot_at(first + TimeDelta::hours(hours)).await;
        self.move_into(slot).await;
    }

    async fn move_into(&mut self, slot: i64) {
        let slot = slot.to_string();
        self.act(
            "reschedule",
            &[("slot", &slot), ("notes", "Bring a portfolio.")],
        )
        .await;
    }

    async fn cancel(&mut self) {
        self.act("cancellation", &[("reason", "The position is filled.")])
            .await;
    }

    async fn note(&mut self, notes: &str) {
        let typed = [
            ("interview_type", "technical"),
            ("duration_minutes", "45"),
            ("meeting_url", "https://meet.example.com/cloud"),
            ("notes", notes),
        ];
        self.act("edit", &typed).await;
    }

    async fn replace_link(&mut self) {
        self.act("link", &[]).await;
    }

    /// Posts a form with the version as it is.
    async fn act(&mut self, noun: &str, typed: &[(&str, &str)]) {
        let version = self.interview().await.version.to_string();
        let mut form = typed.to_vec();
        form.push(("version", &version));
        let path = format!("/interviews/{}/{noun}", self.id);
        let done = self.rita.post_form(&path, &form).await;
        assert_eq!(done.status, 303, "{noun}: {}", done.text);
        let page = self.rita.get(&done.location).await;
        assert!(
            !page.has(".notice--problem[data-flash]"),
            "{}",
            page.notice()
        );
    }

    async fn interview(&self) -> interview::Model {
        let row = interview::Entity::find_by_id(self.id)
            .one(self.app.app.db.read())
            .await;
        row.expect("a query").expect("the interview")
    }

    async fn mails(&self) -> Vec<email::Model> {
        let rows = email::Entity::find().order_by_asc(email::Column::Id);
        rows.all(self.app.app.db.read()).await.expect("emails")
    }

    /// Kind and status of each message, reminders aside.
    async fn stream(&self) -> Vec<(Kind, Status)> {
        let mails = self.mails().await.into_iter();
        let news = mails.filter(|mail| mail.kind != Kind::Reminder);
        news.map(|mail| (mail.kind, mail.status)).collect()
    }

    async fn reminders(&self, status: Status) -> Vec<DateTime<Utc>> {
        let mails = self.mails().await.into_iter();
        let mine = mails.filter(|mail| mail.kind == Kind::Reminder && mail.status == status);
        mine.map(|mail| mail.due_at).collect()
    }

    /// The subjects of what the mail server took.
    fn subjects(&self) -> Vec<String> {
        self.server.taken().iter().map(subject).collect()
    }

    fn text(&self, at: usize) -> String {
        let taken = self.server.taken();
        let message = MessageParser::default()
            .parse(&taken[at].bytes)
            .expect("a message");
        let text = message.body_text(0).expect("a plain part");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn link(&self, at: usize) -> String {
        let text = self.text(at);
        let (_, rest) = text.split_once("/interview/").expect("a link");
        let token = rest.split_whitespace().next().expect("a token");
        format!("/interview/{token}")
    }

    fn advance_to(&self, at: &str) {
        let at: DateTime<Utc> = at.parse().expect("an instant");
        self.app.advance(at - self.app.now());
    }
}

fn subject(taken: &Taken) -> String {
    let message = MessageParser::default()
        .parse(&taken.bytes)
        .expect("a message");
    let subject = message.subject().expect("a subject");
    subject.split(" - ").next().expect("words").to_owned()
}

async fn plain() -> Scene {
    Scene::set(SmtpServer::start().await, &[]).await
}

async fn with(settings: &[(&str, &str)]) -> Scene {
    Scene::set(SmtpServer::start().await, settings).await
}

#[actix_web::test]
async fn what_was_never_told_and_is_called_off_is_not_told() {
    let mut scene = plain().await;
    scene.move_by(1).await;
    scene.cancel().await;
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Superseded),
            (Kind::Scheduled, Status::Superseded)
        ]
    );
    assert_eq!(scene.server.connections(), 0, "nobody was even called");
}

#[actix_web::test]
async fn who_was_invited_hears_of_a_cancellation_once() {
    let mut scene = plain().await;
    assert_eq!(scene.app.deliver().await, 1);
    scene.cancel().await;
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Accepted),
            (Kind::Cancelled, Status::Accepted)
        ]
    );
    let told = scene.text(1);
    assert!(told.contains("The position is filled."), "{told}");
    let slot = scene.slot;
    let path = format!("/slots/{slot}/booking");
    let id = scene.id.to_string();
    let anew = scene.rita.post_form(&path, &[("interview", &id)]).await;
    assert_eq!(anew.status, 303);
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.stream().await[2], (Kind::Scheduled, Status::Accepted));
    assert_eq!(
        scene.subjects(),
        [
            "Interview Scheduled",
            "Interview Cancelled",
            "Interview Scheduled"
        ]
    );
    let (old, new) = (scene.link(0), scene.link(2));
    let mut zoe = scene.app.candidate();
    assert_eq!(
        (zoe.get(&old).await.status, zoe.get(&new).await.status),
        (404, 200)
    );
}

#[actix_web::test]
async fn a_newer_message_takes_the_place_of_what_has_not_left() {
    let mut scene = plain().await;
    scene.app.deliver().await;
    scene.move_by(1).await;
    scene.note("Bring two pens.").await;
    scene.move_by(3).await;
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Accepted),
            (Kind::Rescheduled, Status::Superseded),
            (Kind::Rescheduled, Status::Superseded),
            (Kind::Rescheduled, Status::Accepted),
        ]
    );
    let told = scene.text(1);
    let moved = "Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00) → Tuesday, January 5, 2027 at 6:00 AM (UTC-05:00)";
    assert!(
        told.contains(moved),
        "from what was told to what is: {told}"
    );
    assert_eq!(scene.server.taken().len(), 2);
}

#[actix_web::test]
async fn what_is_still_retried_is_dropped_by_what_tells_more() {
    let refused = Script::at(Step::RcptTo, Act::Reply("451 4.2.0 not now"));
    let mut scene = Scene::set(SmtpServer::scripted([refused]).await, &[]).await;
    scene.app.deliver().await;
    assert_eq!(scene.stream().await, [(Kind::Scheduled, Status::Retrying)]);
    scene.move_by(1).await;
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Superseded),
            (Kind::Scheduled, Status::Accepted)
        ]
    );
    assert_eq!(scene.subjects(), ["Interview Scheduled"]);
    assert!(
        scene
            .text(0)
            .contains("Tuesday, January 5, 2027 at 4:00 AM")
    );
}

/// Somebody changes the interview while the mail server holds the invitation's last reply.
async fn while_the_invitation_leaves(
    reply: Option<&'static str>,
    act: impl AsyncFn(&mut Scene),
) -> Scene {
    let hold = Arc::new(Hold::default());
    let step = match reply {
        // The usual reply, later.
        None => Script::at(Step::Dot, Act::Hold(hold.clone())),
        Some(reply) => {
            Script::at(Step::RcptTo, Act::Hold(hold.clone())).and(Step::Dot, Act::Reply(reply))
        }
    };
    let mut scene = Scene::set(SmtpServer::scripted([step]).await, &[]).await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(scene.app.app.clone(), stopped));
    hold.reached.notified().await;
    act(&mut scene).await;
    let other = scene.app.second_process().await;
    assert_eq!(other.deliver().await, 0, "the invitation comes first");
    drop(other);
    hold.release.notify_one();
    // The next one may be on its way by then: a worker that stops while a mail server takes it is in doubt.
    let on_its_way = async || {
        let stream = scene.stream().await;
        stream.iter().any(|(_, status)| *status == Status::Sending)
    };
    let over = async {
        while on_its_way().await {
            tokio::task::yield_now().await;
        }
    };
    let over = rt::time::timeout(Duration::from_secs(120), over).await;
    assert!(
        over.is_ok(),
        "on its way for ever: {:?}",
        scene.stream().await
    );
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    scene.app.deliver().await;
    scene
}

#[actix_web::test]
async fn a_cancellation_never_overtakes_its_invitation() {
    let scene = while_the_invitation_leaves(None, async |scene| scene.cancel().await).await;
    assert_eq!(
        scene.subjects(),
        ["Interview Scheduled", "Interview Cancelled"]
    );
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Accepted),
            (Kind::Cancelled, Status::Accepted)
        ]
    );
}

#[actix_web::test]
async fn a_cancellation_whose_invitation_was_refused_after_all_is_not_sent() {
    for refusal in ["550 5.1.1 no such user", "451 4.2.0 not now"] {
        let scene =
            while_the_invitation_leaves(Some(refusal), async |scene| scene.cancel().await).await;
        scene.app.advance(TimeDelta::minutes(2));
        scene.app.deliver().await;
        assert_eq!(scene.subjects(), [""; 0], "{refusal}");
        let stream = scene.stream().await;
        assert_eq!(
            stream[1],
            (Kind::Cancelled, Status::Superseded),
            "{refusal}: {stream:?}"
        );
    }
}

#[actix_web::test]
async fn a_move_whose_invitation_was_refused_after_all_is_told_from_the_beginning() {
    let refusal = Some("550 5.7.1 no thanks");
    let scene = while_the_invitation_leaves(refusal, async |scene| scene.move_by(2).await).await;
    assert_eq!(scene.subjects(), ["Interview Scheduled"]);
    assert!(
        scene
            .text(0)
            .contains("Tuesday, January 5, 2027 at 5:00 AM")
    );
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Failed),
            (Kind::Scheduled, Status::Accepted)
        ]
    );
}

#[actix_web::test]
async fn an_invitation_in_doubt_counts_as_read() {
    let lost = Script::at(Step::Dot, Act::TakeAndDrop);
    let mut scene = Scene::set(SmtpServer::scripted([lost]).await, &[]).await;
    scene.app.deliver().await;
    assert_eq!(scene.stream().await, [(Kind::Scheduled, Status::Retrying)]);
    scene.cancel().await;
    scene.app.deliver().await;
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Superseded),
            (Kind::Cancelled, Status::Accepted)
        ]
    );
    assert_eq!(
        scene.subjects(),
        ["Interview Scheduled", "Interview Cancelled"]
    );
}

#[actix_web::test]
async fn a_replaced_link_is_dead_before_the_mail_with_the_new_one_leaves() {
    let mut scene = plain().await;
    scene.app.deliver().await;
    let old = scene.link(0);
    let mut zoe = scene.app.candidate();
    assert_eq!(zoe.get(&old).await.status, 200);
    scene.replace_link().await;
    assert_eq!(zoe.get(&old).await.status, 404);
    let other = scene.app.second_process().await;
    assert_eq!(
        other.candidate().get(&old).await.status,
        404,
        "in every process"
    );
    drop(other);
    scene.app.deliver().await;
    assert_eq!(
        scene.stream().await[1],
        (Kind::LinkReplaced, Status::Accepted)
    );
    assert_eq!(zoe.get(&scene.link(1)).await.status, 200);
}

#[actix_web::test]
async fn reminders_leave_at_their_hour_and_only_then() {
    let mut scene = with(&[("reminder_lead_minutes", "1440, 60")]).await;
    assert_eq!(scene.app.deliver().await, 1, "the invitation alone");
    scene.move_by(26).await;
    assert_eq!(scene.app.deliver().await, 1, "the new time alone");
    for (before, due) in [
        ("2027-01-05T09:59:59Z", "2027-01-05T10:00:00Z"),
        ("2027-01-06T08:59:59Z", "2027-01-06T09:00:00Z"),
    ] {
        scene.advance_to(before);
        assert_eq!(scene.app.deliver().await, 0, "{before}");
        scene.advance_to(due);
        assert_eq!(scene.app.deliver().await, 1, "{due}");
    }
    scene.advance_to("2027-01-07T00:00:00Z");
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(
        scene.subjects(),
        [
            "Interview Scheduled",
            "Interview Rescheduled",
            "Interview Reminder",
            "Interview Reminder"
        ]
    );
    assert!(
        scene
            .text(2)
            .contains("Wednesday, January 6, 2027 at 5:00 AM"),
        "{}",
        scene.text(2)
    );
}

#[actix_web::test]
async fn nobody_is_reminded_of_what_was_just_told() {
    // A day before the start is now.
    let scene = with(&[("reminder_lead_minutes", "1440, 1411, 1410, 60")]).await;
    let due = scene.reminders(Status::Queued).await;
    let minutes: Vec<_> = due
        .iter()
        .map(|at| (*at - scene.app.now()).num_minutes())
        .collect();
    assert_eq!(minutes, [1380, 30], "half an hour is the least");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn reminders_of_a_time_that_was_given_up_are_never_sent() {
    let mut scene = with(&[("reminder_lead_minutes", "60")]).await;
    scene.app.deliver().await;
    scene.move_by(5).await;
    scene.app.deliver().await;
    assert_eq!(scene.reminders(Status::Superseded).await.len(), 1);
    scene.advance_to("2027-01-05T07:30:00Z");
    assert_eq!(scene.app.deliver().await, 0, "the old hour");
    scene.rita = scene.app.recruiter().await;
    scene.cancel().await;
    assert_eq!(scene.app.deliver().await, 1, "the cancellation");
    scene.advance_to("2027-01-05T12:30:00Z");
    assert_eq!(scene.app.deliver().await, 0, "the new hour");
    assert_eq!(scene.reminders(Status::Superseded).await.len(), 2);
    assert!(!scene.subjects().contains(&"Interview Reminder".to_owned()));
}

#[actix_web::test]
async fn a_reminder_that_comes_too_late_is_not_sent() {
    let scene = with(&[("reminder_lead_minutes", "60")]).await;
    scene.app.deliver().await;
    // As if nothing had run for hours.
    scene.advance_to("2027-01-05T07:30:00Z");
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(scene.reminders(Status::Expired).await.len(), 1);
    assert_eq!(scene.subjects(), ["Interview Scheduled"]);
}

#[actix_web::test]
async fn corrections_within_the_pause_go_into_one_message() {
    let mut scene = with(&[("undo_seconds", "60")]).await;
    assert_eq!(scene.app.deliver().await, 0, "the invitation waits as well");
    scene.app.advance(TimeDelta::seconds(60));
    assert_eq!(scene.app.deliver().await, 1);
    scene.move_by(1).await;
    scene.app.advance(TimeDelta::seconds(59));
    assert_eq!(scene.app.deliver().await, 0);
    scene.note("Bring two pens.").await;
    scene.app.advance(TimeDelta::seconds(59));
    assert_eq!(scene.app.deliver().await, 0, "the pause begins anew");
    scene.move_by(2).await;
    scene.app.advance(TimeDelta::seconds(59));
    assert_eq!(scene.app.deliver().await, 0);
    scene.app.advance(TimeDelta::seconds(1));
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(
        scene.subjects(),
        ["Interview Scheduled", "Interview Rescheduled"]
    );
    assert!(
        scene
            .text(1)
            .contains("3:00 AM (UTC-05:00) → Tuesday, January 5, 2027 at 5:00 AM")
    );
}

#[actix_web::test]
async fn what_was_moved_there_and_back_within_the_pause_is_not_told() {
    let mut scene = with(&[("undo_seconds", "600"), ("reminder_lead_minutes", "60")]).await;
    scene.app.advance(TimeDelta::seconds(600));
    scene.app.deliver().await;
    let first = scene.slot;
    scene.move_by(4).await;
    let waits = scene.rita.get(&format!("/interviews/{}", scene.id)).await;
    assert!(
        waits.words("#mails").contains("New time to"),
        "{}",
        waits.words("#mails")
    );
    scene.move_into(first).await;
    scene.app.advance(TimeDelta::seconds(600));
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(
        scene.stream().await,
        [
            (Kind::Scheduled, Status::Accepted),
            (Kind::Rescheduled, Status::Superseded)
        ]
    );
    scene.advance_to("2027-01-05T07:00:00Z");
    assert_eq!(
        scene.app.deliver().await,
        1,
        "it is reminded of all the same"
    );
    let mut zoe = scene.app.candidate();
    assert_eq!(
        zoe.get(&scene.link(0)).await.status,
        200,
        "the first link goes on working"
    );
}

#[actix_web::test]
async fn nothing_waits_when_the_interview_is_near() {
    let mut scene = with(&[("undo_seconds", "600")]).await;
    scene.app.advance(TimeDelta::seconds(600));
    scene.app.deliver().await;
    scene.advance_to("2027-01-05T06:30:00Z");
    scene.rita = scene.app.recruiter().await;
    let mut zoe = scene.app.candidate();
    let soon = scene
        .slot_at("2027-01-05T08:30:00Z".parse().expect("an instant"))
        .await;
    scene.move_into(soon).await;
    assert_eq!(scene.app.deliver().await, 1, "two hours are near");
    let later = scene
        .slot_at("2027-01-05T14:00:00Z".parse().expect("an instant"))
        .await;
    scene.move_into(later).await;
    assert_eq!(scene.app.deliver().await, 0, "seven and a half are not");
    assert_eq!(zoe.get(&scene.link(0)).await.status, 200);
    scene.app.advance(TimeDelta::seconds(600));
    assert_eq!(scene.app.deliver().await, 1);
}

#[actix_web::test]
async fn the_recruiter_is_told_what_the_candidate_will_be_told() {
    let mut scene = with(&[("undo_seconds", "90")]).await;
    let path = format!("/interviews/{}", scene.id);
    let preview = format!("{path}/cancellation");
    let unsent = scene.rita.get(&preview).await;
    assert!(
        unsent.words("main form").contains("and won't be"),
        "{}",
        unsent.words("main form")
    );
    assert!(unsent.words("#preview").contains("No email needed."));
    scene.app.advance(TimeDelta::seconds(90));
    scene.app.deliver().await;
    let sent = scene.rita.get(&preview).await;
    assert!(
        sent.words("main form")
            .contains("will get a cancellation email")
    );
    let typed = [
        ("reason", "The position is filled."),
        ("act", "preview"),
        ("version", "2"),
    ];
    let shown = scene.rita.post_form(&preview, &typed).await;
    assert_eq!(shown.status, 200);
    for words in [
        "Interview Cancelled - Cloud Architect",
        "The position is filled.",
    ] {
        assert!(
            shown.words("#preview").contains(words),
            "{}",
            shown.words("#preview")
        );
    }
    assert_eq!(shown.value_of("reason"), "The position is filled.");
    let edit = [
        ("interview_type", "technical"),
        ("duration_minutes", "30"),
        ("meeting_url", "https://meet.example.com/cloud"),
        ("notes", "Bring a portfolio."),
        ("act", "preview"),
        ("version", "2"),
    ];
    let edited = scene.rita.post_form(&format!("{path}/edit"), &edit).await;
    assert_eq!(edited.status, 200);
    assert!(
        edited
            .words("#preview")
            .contains("Duration: 45 minutes → 30 minutes"),
        "{}",
        edited.words("#preview")
    );
    let slot = scene
        .slot_at("2027-01-06T10:00:00Z".parse().expect("an instant"))
        .await
        .to_string();
    let wish = [
        ("slot", slot.as_str()),
        ("act", "preview"),
        ("version", "2"),
    ];
    let moved = scene
        .rita
        .post_form(&format!("{path}/reschedule"), &wish)
        .await;
    let outcome = moved.words("#outcome");
    assert!(
        outcome.contains("Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00) → Wednesday, January 6, 2027 at 5:00 AM"),
        "{outcome}"
    );
    assert!(!outcome.contains("eyJ"), "no link of anybody: {outcome}");
    assert_eq!(scene.interview().await.version, 2, "nothing was done");

    let done = scene
        .rita
        .post_form(
            &format!("{path}/reschedule"),
            &[("slot", &slot), ("version", "2")],
        )
        .await;
    assert_eq!(done.status, 303);
    let said = scene.rita.get(&path).await.notice();
    assert!(
        said.starts_with("Rescheduled. ")
            && said.contains("will get an email with the old and the new time."),
        "{said}"
    );
    assert!(
        said.contains("It goes out at 09:03 and includes anything you change before then."),
        "{said}"
    );
    let first = scene.slot.to_string();
    let back = [
        ("slot", first.as_str()),
        ("version", "3"),
        ("notes", "Bring a portfolio."),
    ];
    assert_eq!(
        scene
            .rita
            .post_form(&format!("{path}/reschedule"), &back)
            .await
            .status,
        303
    );
    let said = scene.rita.get(&path).await.notice();
    assert_eq!(
        said,
        "Rescheduled. No email needed; the candidate is up to date."
    );
}
