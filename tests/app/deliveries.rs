//! What the recipient's own mail server reports, and what that changes.
use std::sync::Arc;

use chrono::TimeDelta;
use entity::{bounce::Action, email::Status};
use greenroom::domain::bounces::Taken;

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    emails::app_with,
    support::{
        Answer, builders, rows,
        smtp_server::{Act, Hold, Options, Script, SmtpServer, Step},
    },
};

macro_rules! letter {
    ($name:literal) => {
        include_str!(concat!("../bounces/", $name, ".eml"))
    };
}

const SIGNED: &str = "42-aaaaaaaaaaaaaaaaaaaa";

pub fn offering(more: &[&'static str]) -> Options {
    let mut options = Options::default();
    options.offers.push("DSN");
    options.offers.extend(more);
    options
}

pub async fn server(
    more: &[&'static str],
    scripts: impl IntoIterator<Item = Script>,
) -> SmtpServer {
    SmtpServer::with(offering(more), scripts).await
}

impl Scene {
    /// A message that was accepted by a server that was asked to report.
    pub async fn asked() -> Self {
        Self::with(server(&[], []).await, &[OWN_ADDRESS]).await
    }

    pub async fn come_back(&self, letter: &str) -> Taken {
        self.take(&self.to_its_address(letter).await).await
    }

    /// As `to_its_address`, while the server does not have the message yet.
    async fn to_the_address_that_it_was_sent_from(&self, letter: &str) -> String {
        let from = self.said("MAIL").remove(0);
        let from = from.split(['<', '>']).nth(1).expect("a path").to_owned();
        let letter = self.about_it(letter).await;
        let own_id = self.email().await.message_id;
        let ours = "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example";
        letter
            .replace(ours, &from)
            .replace(&own_id, "another@example.net")
    }

    pub async fn page(&self) -> Answer {
        let mut rita = self.app.recruiter().await;
        rita.get(&format!("/emails/{}", self.id)).await
    }

    pub fn said(&self, verb: &str) -> Vec<String> {
        let commands = self.server.commands().into_iter();
        commands.filter(|line| line.starts_with(verb)).collect()
    }
}

#[actix_web::test]
async fn a_delivery_is_told_everywhere_and_is_no_inbox() {
    let scene = Scene::asked().await;
    let accepted_at = scene.email().await.finished_at;
    scene.app.advance(TimeDelta::minutes(3));
    let taken = scene.come_back(letter!("postfix-delivered")).await;
    assert_eq!(taken, Taken::Delivered(scene.id));
    let email = scene.email().await;
    assert_eq!(email.status, Status::Delivered);
    assert_eq!(email.finished_at, accepted_at, "when it was handed over");

    let page = scene.page().await;
    let label = "Taken by the recipient's mail server";
    assert_eq!(page.words("#standing .status"), label);
    let words = page.words("#standing");
    assert!(
        words.contains("doesn't say whether it went to the inbox"),
        "{words}"
    );
    let steps = page.all_words("#story li");
    assert_eq!(steps.len(), 3, "{steps:?}");
    assert!(
        steps[2].starts_with("Reported as delivered by mx.example.net"),
        "{steps:?}"
    );
    assert!(steps[2].contains("delivered to maildir"), "{steps:?}");

    let mut rita = scene.app.recruiter().await;
    let log = rita.get("/emails").await;
    assert!(
        log.words("#counters").contains(label),
        "{}",
        log.words("#counters")
    );
    let list = rita.get("/emails?status=delivered").await;
    assert!(list.has(&format!("a[href='/emails/{}']", scene.id)));
    let none = rita.get("/emails?status=accepted").await;
    assert!(!none.has(&format!("table a[href='/emails/{}']", scene.id)));
    let csv = rita.get("/emails.csv?status=delivered").await.text;
    assert!(csv.contains(label), "{csv}");
    let today = rita.get("/").await;
    assert!(!today.has("#attention .agenda"));
    let interview = email.interview_id.expect("an interview");
    let mails = rita
        .get(&format!("/interviews/{interview}"))
        .await
        .words("#mails");
    assert!(mails.contains(label), "{mails}");

    let mut program = scene.app.program().await;
    let list = program.get("/api/emails/?status=delivered").await.json();
    assert_eq!(list["results"][0]["id"], scene.id);
    let one = program
        .get(&format!("/api/emails/{}/", scene.id))
        .await
        .json();
    assert_eq!(one["status"], "delivered");
    assert_eq!(one["history"][0]["dsn"], "requested");
    let report = &one["reports"][0];
    assert_eq!(
        (&report["action"], &report["host"]),
        (&"delivered".into(), &"mx.example.net".into())
    );
}

#[actix_web::test]
async fn reports_on_success_of_every_make_are_matched() {
    for (letter, expected, action) in [
        (
            letter!("postfix-delivered"),
            Status::Delivered,
            Action::Delivered,
        ),
        (
            letter!("exchange-delivered"),
            Status::Delivered,
            Action::Delivered,
        ),
        (letter!("delivered"), Status::Delivered, Action::Delivered),
        (
            letter!("postfix-relayed"),
            Status::Accepted,
            Action::Relayed,
        ),
        (
            letter!("exchange-relayed"),
            Status::Accepted,
            Action::Relayed,
        ),
        (letter!("delayed"), Status::Accepted, Action::Delayed),
    ] {
        let scene = Scene::asked().await;
        let taken = scene.come_back(letter).await;
        let wanted = match expected {
            Status::Delivered => Taken::Delivered(scene.id),
            _ => Taken::Noted(scene.id),
        };
        assert_eq!(taken, wanted, "{letter}");
        assert_eq!(scene.email().await.status, expected);
        let [report] = scene.reports().await.try_into().expect("one report");
        assert_eq!(report.action, action, "{letter}");
    }
}

#[actix_web::test]
async fn the_name_that_servers_tell_again_is_enough() {
    let scene = Scene::asked().await;
    let came_from = scene.server.taken()[0].from.clone();
    let signed = came_from.split(['+', '@']).nth(1).expect("a signature");
    let elsewhere = "postmaster@elsewhere.example";
    let letter = scene.to_its_address(letter!("exchange-delivered")).await;
    let letter = letter
        .replace(&came_from, elsewhere)
        .replace(SIGNED, signed);
    assert_eq!(scene.take(&letter).await, Taken::Delivered(scene.id));

    let other = Scene::asked().await;
    let letter = other.to_its_address(letter!("exchange-delivered")).await;
    let came_from = other.server.taken()[0].from.clone();
    let forged = letter.replace(&came_from, elsewhere);
    assert_eq!(
        other.take(&forged).await,
        Taken::Unknown,
        "nobody signed it"
    );
}

#[actix_web::test]
async fn a_delivery_that_nobody_can_vouch_for_changes_nothing() {
    let scene = Scene::asked().await;
    let before = rows::all(&scene.app).await;
    // It names the message, but came to no address of ours.
    for letter in [
        letter!("postfix-delivered"),
        letter!("postfix-relayed"),
        letter!("exchange-delivered"),
    ] {
        let unsigned = scene.about_it(letter).await;
        assert_eq!(scene.take(&unsigned).await, Taken::Known(scene.id));
    }
    let signed = scene.to_its_address(letter!("postfix-delivered")).await;
    let forged = signed.replace(&format!("+{}-", scene.id), &format!("+{}-0", scene.id));
    assert_eq!(scene.take(&forged).await, Taken::Unknown);
    assert_eq!(rows::all(&scene.app).await, before);

    // What came to it and is about somebody else, or nobody, is kept and no more.
    let recipient = scene.email().await.recipient;
    let nobody = signed
        .replace(&format!("Final-Recipient: rfc822; {recipient}\n"), "")
        .replace(&format!("Original-Recipient: rfc822;{recipient}\n"), "");
    for wrong in [signed.replace(&recipient, "mallory@example.org"), nobody] {
        let taken = scene.take(&wrong).await;
        assert!(
            matches!(taken, Taken::Noted(_) | Taken::Known(_)),
            "{taken:?}"
        );
        assert_eq!(scene.email().await.status, Status::Accepted);
    }
    let kept = scene.reports().await;
    assert!(
        kept.iter().all(|report| report.action == Action::Noted),
        "{kept:?}"
    );
}

#[actix_web::test]
async fn a_delivery_that_is_told_twice_changes_nothing() {
    let scene = Scene::asked().await;
    scene.come_back(letter!("postfix-delivered")).await;
    let before = rows::all(&scene.app).await;
    scene.app.advance(TimeDelta::hours(1));
    let again = scene.come_back(letter!("postfix-delivered")).await;
    assert_eq!(again, Taken::Known(scene.id));
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn a_failure_outdoes_a_delivery_in_whatever_order_they_come() {
    for (first, second) in [
        (letter!("postfix-delivered"), letter!("full")),
        (letter!("full"), letter!("postfix-delivered")),
    ] {
        let scene = Scene::asked().await;
        scene.come_back(first).await;
        scene.app.advance(TimeDelta::minutes(1));
        scene.come_back(second).await;
        assert_eq!(scene.email().await.status, Status::Bounced);
        let story = scene.page().await.words("#story");
        for words in ["Reported as delivered by", "Sent back by"] {
            assert!(story.contains(words), "{words}: {story}");
        }
    }
}

#[actix_web::test]
async fn a_delay_or_a_relay_after_the_delivery_takes_nothing_back() {
    for letter in [letter!("delayed"), letter!("exchange-relayed")] {
        let scene = Scene::asked().await;
        scene.come_back(letter!("postfix-delivered")).await;
        assert_eq!(scene.come_back(letter).await, Taken::Noted(scene.id));
        assert_eq!(scene.email().await.status, Status::Delivered);
        let other = Scene::asked().await;
        assert_eq!(other.come_back(letter).await, Taken::Noted(other.id));
        other.come_back(letter!("postfix-delivered")).await;
        assert_eq!(other.email().await.status, Status::Delivered);
    }
}

#[actix_web::test]
async fn reports_that_overtake_our_own_record_count_when_it_comes() {
    let (good, bad) = (letter!("postfix-delivered"), letter!("full"));
    for (letters, answer, expected) in [
        (vec![good], None, Status::Delivered),
        (vec![bad], None, Status::Bounced),
        (vec![good, bad], None, Status::Bounced),
        (vec![bad, good], None, Status::Bounced),
        // It hangs up in doubt: who has the message says so.
        (vec![good], Some(Act::TakeAndDrop), Status::Delivered),
        (vec![bad], Some(Act::TakeAndDrop), Status::Bounced),
    ] {
        let hold = Arc::new(Hold::default());
        let script = Script::at(Step::Body, Act::Hold(Arc::clone(&hold)));
        let script = match answer {
            Some(act) => script.and(Step::Dot, act),
            None => script,
        };
        let server = server(&[], [script]).await;
        let app = app_with(&server, &[OWN_ADDRESS]).await;
        let id = builders::booked(&app, app.company_id).await.email.id;
        let delivering = app.deliver();
        let scene = Scene {
            app: app.second_process().await,
            server,
            id,
        };
        let overtaking = async {
            hold.reached.notified().await;
            for letter in &letters {
                let letter = scene.to_the_address_that_it_was_sent_from(letter).await;
                assert_eq!(scene.take(&letter).await, Taken::Kept(id));
                assert_eq!(scene.take(&letter).await, Taken::Known(id), "once");
            }
            assert_eq!(scene.email().await.status, Status::Sending);
            hold.release.notify_one();
        };
        tokio::join!(delivering, overtaking);
        assert_eq!(scene.email().await.status, expected, "{letters:?}");
        assert_eq!(scene.reports().await.len(), letters.len());
        app.advance(TimeDelta::hours(1));
        assert_eq!(app.deliver().await, 0, "no second copy");
        assert_eq!(scene.email().await.status, expected);
    }
}

#[actix_web::test]
async fn a_mailbox_that_is_read_is_enough_to_ask_for_reports() {
    let imap = [
        ("BOUNCE_IMAP_HOST", "localhost"),
        ("BOUNCE_IMAP_USER", "jobs"),
        ("BOUNCE_IMAP_PASSWORD", "correct horse"),
    ];
    let scene = Scene::with(server(&[], []).await, &imap).await;
    let from = scene.said("MAIL").remove(0);
    assert!(
        from.starts_with("MAIL FROM:<jobs@"),
        "to its sender: {from}"
    );
    let id = from.split("ENVID=").nth(1).expect("an ENVID");
    let signed = id.split(' ').next().expect("a word");
    let letter = scene.about_it(letter!("postfix-delivered")).await;
    let letter = letter
        .replace(&scene.email().await.message_id, "another@example.net")
        .replace("bounces+42-aaaaaaaaaaaaaaaaaaaa@", "jobs@");
    assert_eq!(
        scene.take(&letter).await,
        Taken::Unknown,
        "nobody signed it"
    );
    let letter = letter.replace(SIGNED, signed);
    assert_eq!(scene.take(&letter).await, Taken::Delivered(scene.id));
}

#[actix_web::test]
async fn a_delivery_ends_a_doubt_without_a_second_copy() {
    let dying = Script::at(Step::Dot, Act::TakeAndDrop);
    let scene = Scene::with(server(&[], [dying]).await, &[OWN_ADDRESS]).await;
    assert_eq!(scene.email().await.status, Status::Retrying);
    let taken = scene.come_back(letter!("postfix-delivered")).await;
    assert_eq!(taken, Taken::Delivered(scene.id));
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(scene.app.deliver().await, 0);
    assert_eq!(scene.server.taken().len(), 1);
    assert_eq!(
        scene.email().await.finished_at,
        Some(scene.app.now() - TimeDelta::hours(1))
    );

    // What no server can have is tried again, whatever is reported of it.
    let deferring = Script::at(Step::RcptTo, Act::Reply("451 4.7.1 Greylisted"));
    let scene = Scene::with(server(&[], [deferring]).await, &[OWN_ADDRESS]).await;
    assert_eq!(scene.email().await.status, Status::Retrying);
    let came_from = scene.said("MAIL")[0]
        .split(['<', '>'])
        .nth(1)
        .expect("a path")
        .to_owned();
    let letter = scene.about_it(letter!("postfix-delivered")).await;
    let letter = letter.replace(
        "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example",
        &came_from,
    );
    assert_eq!(scene.take(&letter).await, Taken::Noted(scene.id));
    assert_eq!(scene.email().await.status, Status::Retrying);
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(scene.app.deliver().await, 1);
}

#[actix_web::test]
async fn only_what_may_have_left_is_delivered() {
    for (status, expected) in [
        (Status::Accepted, Status::Delivered),
        (Status::Uncertain, Status::Delivered),
        (Status::Superseded, Status::Superseded),
        (Status::Expired, Status::Expired),
        (Status::Failed, Status::Failed),
        (Status::Bounced, Status::Bounced),
    ] {
        let scene = Scene::asked().await;
        scene.put(status).await;
        scene.come_back(letter!("postfix-delivered")).await;
        assert_eq!(scene.email().await.status, expected);
        assert_eq!(scene.reports().await.len(), 1, "it is told all the same");
    }
}

#[actix_web::test]
async fn whoever_has_the_invitation_is_told_that_the_interview_is_off() {
    let scene = Scene::asked().await;
    scene.come_back(letter!("postfix-delivered")).await;
    let interview = scene.email().await.interview_id.expect("an interview");
    let mut rita = scene.app.recruiter().await;
    let path = format!("/interviews/{interview}/cancellation");
    let page = rita.get(&path).await;
    let (version, key) = (page.value_of("version"), page.value_of("key"));
    let answer = rita
        .post_form(&path, &[("version", &version), ("key", &key)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.server.taken().len(), 2);
}
