//! Letters of every kind that come back, and what each comes to.
use entity::{bounce::Action, email::Status, suppression};
use greenroom::domain::bounces::Taken;
use sea_orm::EntityTrait;

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    support::rows,
};

macro_rules! letter {
    ($name:literal) => {
        include_str!(concat!("../bounces/", $name, ".eml"))
    };
}

const DEAD: &str = "does not exist";
const SIGNED_TO: &str = "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example";
const RETURNED: &str = "Message-ID: <0123456789abcdef0123456789abcdef.0@sample-company.example>\nTo: zoe@example.net\n";

impl Scene {
    async fn is_suppressed(&self) -> bool {
        let rows = suppression::Entity::find().all(self.app.app.db.read());
        !rows.await.expect("suppressions").is_empty()
    }

    async fn story(&self) -> String {
        let mut rita = self.app.recruiter().await;
        rita.get(&format!("/emails/{}", self.id))
            .await
            .words("#story")
    }
}

/// A letter of a mail system in plain words.
fn plain(from: &str, subject: &str, text: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: {from}\nTo: {SIGNED_TO}\nSubject: {subject}\n\n{text}\n{RETURNED}"
    )
}

/// A report for programs with these fields of the recipient.
fn report(fields: &str) -> String {
    part(
        "Content-Type: message/delivery-status",
        &format!("Reporting-MTA: dns; relay.example\n\n{fields}"),
    )
}

fn part(header: &str, body: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: {SIGNED_TO}\nSubject: Report\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n{header}\n\n{body}\n--b\nContent-Type: text/rfc822-headers\n\n{RETURNED}\n--b--\n"
    )
}

/// What a person passes on.
fn passed_on(inside: &str) -> String {
    format!(
        "Return-Path: <admin@company.example>\nFrom: Admin <admin@company.example>\nTo: {SIGNED_TO}\nSubject: Fwd: Report\nContent-Type: multipart/mixed; boundary=fwd{0}\n\n--fwd{0}\n\nThis came back.\n--fwd{0}\nContent-Type: message/rfc822\n\n{inside}\n--fwd{0}--\n",
        inside.len()
    )
}

/// Each is taken twice: by the signed address alone, and by the Message-ID and the recipient alone.
async fn comes_back(letters: &[(&str, String, &str, bool)]) {
    for (name, letter, hint, is_dead) in letters {
        for is_signed in [true, false] {
            let scene = Scene::new(&[OWN_ADDRESS]).await;
            let letter = match is_signed {
                true => scene.to_its_address(letter).await,
                false => scene.about_it(letter).await,
            };
            let taken = scene.take(&letter).await;
            assert_eq!(
                taken,
                Taken::Bounced(scene.id),
                "{name}, signed: {is_signed}\n{letter}"
            );
            let email = scene.email().await;
            assert_eq!(email.status, Status::Bounced);
            assert!(email.reason.contains(hint), "{name}: {}", email.reason);
            assert_eq!(scene.is_suppressed().await, *is_dead, "{name}");
            let story = scene.story().await;
            assert!(
                story.contains("Sent back by") && story.contains(hint),
                "{name}: {story}"
            );
        }
    }
}

#[actix_web::test]
async fn reports_that_stray_from_the_standard_are_understood() {
    comes_back(&[
        (
            "an unknown action",
            letter!("action-expired").into(),
            "gave up",
            false,
        ),
        (
            "a blank before the colon",
            letter!("blank-before-colon").into(),
            "sent it back",
            false,
        ),
        (
            "a type with a slash",
            letter!("type-with-slash").into(),
            "sent it back",
            false,
        ),
        ("no action", letter!("no-action").into(), DEAD, true),
        ("a display name", letter!("display-name").into(), DEAD, true),
        (
            "passed on by a person",
            letter!("passed-on").into(),
            DEAD,
            true,
        ),
        (
            "words beside the diagnostic",
            letter!("supplementary-info").into(),
            DEAD,
            true,
        ),
        (
            "Microsoft's code for nobody",
            letter!("access-denied").into(),
            DEAD,
            true,
        ),
        (
            "a full mailbox inside",
            letter!("full-within").into(),
            "mailbox is full",
            false,
        ),
        (
            "too much from us",
            letter!("sent-too-much").into(),
            "sent more than",
            false,
        ),
    ])
    .await;
}

#[actix_web::test]
async fn reports_are_understood_however_they_are_written() {
    let encoded = "UmVwb3J0aW5nLU1UQTogZG5zOyByZWxheS5leGFtcGxlCgpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgem9lQGV4YW1wbGUubmV0CkFjdGlvbjogZmFpbGVkClN0YXR1czogNS4xLjEK";
    let base64 = part(
        "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64",
        encoded,
    );
    // The test fills addresses in, which it cannot in base64.
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let letter = scene.to_its_address(&base64).await;
    assert_eq!(scene.take(&letter).await, Taken::Bounced(scene.id));

    let simple = "Final-Recipient: rfc822; zoe@example.net\nAction: failed\nStatus: 5.1.1\n";
    comes_back(&[
        (
            "quoted-printable",
            part(
                "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable",
                "Reporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; zoe@example.net\nAct=\nion: fai=6Ced\nStatus: 5.1.1\n",
            ),
            DEAD,
            true,
        ),
        ("lines that end in CRLF", report(simple).replace('\n', "\r\n"), DEAD, true),
        ("a mailbox file", format!("From MAILER-DAEMON Mon Jan  4 08:00:00 2027\n{}", report(simple)), DEAD, true),
        ("an empty line between", report("Final-Recipient: rfc822; zoe@example.net\n\nAction: failed\nStatus: 5.1.1\n"), DEAD, true),
        ("a blank in the empty line", report("Final-Recipient: rfc822; other@example.net\nAction: delivered\nStatus: 2.0.0\n \nFinal-Recipient: rfc822; zoe@example.net\nAction: failed\nStatus: 5.1.1\n"), DEAD, true),
        ("comments everywhere", report("Final-Recipient: (of old) rfc822; zoe@example.net (Zoe)\nAction: failed (for good)\nStatus: 5.1.1 (bad destination mailbox)\n"), DEAD, true),
        ("no type", report("Final-Recipient: zoe@example.net\nAction: failed\nStatus: 5.1.1\n"), DEAD, true),
        ("a type of its own", report("Final-Recipient: x-local; zoe\nOriginal-Recipient: unknown;<zoe@example.net>\nAction: failed\nStatus: 5.1.1\n"), DEAD, true),
        ("a word nobody knows", report("Final-Recipient: rfc822; zoe@example.net\nAction: abandoned\nStatus: 5.2.1\n"), "closed", false),
        ("no status at all", report("Final-Recipient: rfc822; zoe@example.net\n"), "sent it back", false),
        ("a folded diagnostic", report("Final-Recipient: rfc822; zoe@example.net\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1\n <zoe@example.net>:\n\tUser unknown\n"), DEAD, true),
        ("a block list", report("Final-Recipient: rfc822; zoe@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 Client host [192.0.2.9] blocked using zen.blocklist.example\n"), "(192.0.2.9) is on the block list zen.blocklist.example", false),
        ("passed on twice", passed_on(&passed_on(&report(simple))), DEAD, true),
        (
            "passed on as text",
            format!("Return-Path: <admin@company.example>\nFrom: admin@company.example\nTo: {SIGNED_TO}\nSubject: Fwd: Report\n\nLook:\n\n> Reporting-MTA: dns; relay.example\n>\n> Final-Recipient: rfc822; zoe@example.net\n> Action: failed\n> Status: 5.1.1\n> Diagnostic-Code: smtp; 550 5.1.1 User\n>   unknown\n>\n> {}", RETURNED.replace('\n', "\n> ")),
            DEAD,
            true,
        ),
    ])
    .await;
}

#[actix_web::test]
async fn reports_in_plain_words_are_understood() {
    comes_back(&[
        ("qmail", letter!("qsbmf").into(), DEAD, true),
        (
            "Exchange",
            plain("System Administrator <postmaster@corp.example>", "Undeliverable: Interview", "Your message\n\n  To:      zoe@example.net\n  Subject: Interview\n\ndid not reach the following recipient(s):\n\nzoe@example.net on Mon, 4 Jan 2027 08:00:05 +0000\n    The e-mail account does not exist at the organization this message was sent to.\n    <mx.example.net #5.1.1 smtp;550 5.1.1 User unknown>\n"),
            DEAD,
            true,
        ),
        (
            "Google",
            plain("Mail Delivery Subsystem <mailer-daemon@google.example>", "Delivery Status Notification (Failure)", "Delivery to the following recipient failed permanently:\n\n     zoe@example.net\n\nTechnical details of permanent failure:\nThe error that the other server returned was:\n552 5.2.2 The recipient's inbox is out of storage space\n\n----- Original message -----\n"),
            "mailbox is full",
            false,
        ),
        (
            "Sendmail",
            plain("Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Returned mail: see transcript for details", "The original message was received at Mon, 4 Jan 2027 08:00:00 GMT\nfrom localhost [127.0.0.1]\n\n   ----- The following addresses had permanent fatal errors -----\n<zoe@example.net>\n    (reason: 550 5.1.1 <zoe@example.net>... User unknown)\n\n   ----- Transcript of session follows -----\n"),
            DEAD,
            true,
        ),
        (
            "Yahoo",
            plain("MAILER-DAEMON@yahoo.example", "Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<zoe@example.net>:\nRemote host said:\n554 delivery error: dd This user doesn't have a example.net account (zoe@example.net) [-5]\n\n--- Below this line is a copy of the message.\n"),
            DEAD,
            false,
        ),
        (
            "a German one",
            plain("Mail Delivery System <mailer-daemon@post.example>", "Unzustellbar", "Die folgende Nachricht konnte nicht zugestellt werden:\n\nzoe@example.net:\n550 5.1.1 Empfänger unbekannt\n\n--- Originalnachricht:\n"),
            DEAD,
            true,
        ),
        (
            "Zoho",
            plain("mailer-daemon@mail.example", "Undelivered Mail Returned to Sender", "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\nzoe@example.net Invalid Recipients: 550 5.1.1 User does not exist - <zoe@example.net>\n"),
            DEAD,
            true,
        ),
        (
            "one that blocks us",
            plain("MAILER-DAEMON@mx.example", "failure notice", "I'm afraid I wasn't able to deliver your message.\n\n<zoe@example.net>:\n192.0.2.25 said: 550 5.1.1 Client host [192.0.2.9] blocked using zen.blocklist.example\n\n--- Below this line is a copy of the message.\n"),
            "zen.blocklist.example",
            false,
        ),
    ])
    .await;
    let html = format!(
        "Return-Path: <>\nFrom: postmaster@corp.example\nTo: {SIGNED_TO}\nSubject: Undeliverable\nContent-Type: text/html\n\n<html><body><p>Your message to <b>zoe@example.net</b> couldn't be delivered.</p><p>550 5.1.1 user unknown</p></body></html>\n"
    );
    let nameless = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: {SIGNED_TO}\nSubject: Delivery failed\n\nSorry: the mailbox is full.\n"
    );
    for (letter, hint) in [(html, DEAD), (nameless, "mailbox is full")] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let letter = scene.to_its_address(&letter).await;
        assert_eq!(
            scene.take(&letter).await,
            Taken::Bounced(scene.id),
            "{letter}"
        );
        let reason = scene.email().await.reason;
        assert!(reason.contains(hint), "{reason}");
    }
}

#[actix_web::test]
async fn a_mailbox_that_forwards_is_told_apart_from_a_wrong_address() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let letter = scene.to_its_address(letter!("forwarded-mailbox")).await;
    assert_eq!(scene.take(&letter).await, Taken::Bounced(scene.id));
    let email = scene.email().await;
    assert!(
        email.reason.contains("forwards email to another address"),
        "{}",
        email.reason
    );
    assert!(!email.reason.contains(DEAD), "{}", email.reason);
    assert!(
        !scene.is_suppressed().await,
        "the candidate's address exists"
    );
    let unsigned = Scene::new(&[OWN_ADDRESS]).await;
    let taken = unsigned.take_about_it(letter!("forwarded-mailbox")).await;
    assert_eq!(taken, Taken::OtherRecipient(unsigned.id));
}

#[actix_web::test]
async fn where_one_of_several_got_it_nothing_came_back() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let letter = report(
        "Final-Recipient: rfc822; one@mailbox.example\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; two@mailbox.example\nAction: delivered\nStatus: 2.0.0\n",
    );
    let letter = scene.to_its_address(&letter).await;
    assert_eq!(scene.take(&letter).await, Taken::Noted(scene.id));
    assert_eq!(scene.email().await.status, Status::Accepted);
}

#[actix_web::test]
async fn whatever_a_machine_sends_to_the_signed_address_is_noted() {
    let away = "Return-Path: <>\nFrom: Zoe <zoe@example.net>\nSubject: Automatic reply: Interview\nAuto-Submitted: auto-replied\n";
    for (name, letter, words, hint) in [
        (
            "an out-of-office note that speaks of failures",
            format!(
                "{away}To: {SIGNED_TO}\n\nI am away. My last mail to zoe@example.net could not be delivered: 550 5.1.1 user unknown.\n"
            ),
            "I am away.",
            "automatic reply",
        ),
        (
            "a receipt",
            letter!("receipt").replace(
                "To: jobs@sample-company.example",
                &format!("To: {SIGNED_TO}"),
            ),
            "Your message was read.",
            "receipt",
        ),
        (
            "a complaint",
            format!(
                "Return-Path: <>\nFrom: feedback@mail.example\nTo: {SIGNED_TO}\nSubject: Complaint\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nThis is a report of abuse: delivery failed for zoe@example.net.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
            ),
            "report of abuse",
            "complaint",
        ),
        (
            "a question for a person",
            format!(
                "Return-Path: <>\nFrom: MAILER-DAEMON@mail.example\nTo: {SIGNED_TO}\nSubject: Please confirm\n\nYour message to zoe@example.net was not delivered yet. Confirm that you are a person.\n"
            ),
            "Confirm that you",
            "doesn't understand",
        ),
        (
            "what nobody understands",
            format!(
                "Return-Path: <MAILER-DAEMON>\nFrom: robot@mail.example\nTo: {SIGNED_TO}\nSubject: Hm\n\nSee https://greenroom.example/interview/eyJhbGciOiJIUzI1NiJ9.secret\nbm9ib2R5LWlzLWxldC1pbg9 there.\n"
            ),
            "Hm: See [link] there.",
            "doesn't understand",
        ),
        (
            "good news in nobody's words",
            report("Final-Recipient: rfc822; zoe@example.net\nAction: completed\nStatus: 2.0.0\n"),
            "Report",
            "delivered the email",
        ),
    ] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let letter = scene.to_its_address(&letter).await;
        assert_eq!(scene.take(&letter).await, Taken::Noted(scene.id), "{name}");
        assert_eq!(scene.take(&letter).await, Taken::Known(scene.id), "{name}");
        assert_eq!(scene.email().await.status, Status::Accepted, "{name}");
        assert!(!scene.is_suppressed().await, "{name}");
        let [kept] = scene.reports().await.try_into().expect(name);
        assert_eq!(kept.action, Action::Noted, "{name}");
        assert!(
            kept.diagnostic.contains(words),
            "{name}: {}",
            kept.diagnostic
        );
        let story = scene.story().await;
        assert!(
            story.contains("Something came back from"),
            "{name}: {story}"
        );
        assert!(
            story.contains(words) && story.contains(hint),
            "{name}: {story}"
        );
        // The same without the signature is nobody's.
        let other = Scene::new(&[OWN_ADDRESS]).await;
        let unsigned = letter.replace("bounces+", "somebody+");
        assert!(
            !matches!(other.take(&unsigned).await, Taken::Noted(_)),
            "{name}"
        );
    }
}

#[actix_web::test]
async fn what_a_person_writes_of_failures_and_what_is_forged_is_no_report() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let person = format!(
        "Return-Path: <zoe@example.net>\nFrom: Zoe <zoe@example.net>\nTo: {SIGNED_TO}\nSubject: Re: Interview\n\nI could not be reached; delivery failed, user unknown, mailbox full.\n"
    );
    let letter = scene.to_its_address(&person).await;
    assert_eq!(scene.take(&letter).await, Taken::Forwarded(scene.id));
    assert_eq!(scene.email().await.status, Status::Accepted);
    scene.app.deliver().await;
    let before = rows::all(&scene.app).await;
    let forged = scene.to_its_address(letter!("qsbmf")).await;
    let forged = forged.replace(&format!("+{}-", scene.id), &format!("+{}-0", scene.id));
    assert_eq!(scene.take(&forged).await, Taken::Unknown);
    assert_eq!(rows::all(&scene.app).await, before);
}
