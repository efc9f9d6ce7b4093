//! What calendars answer to invitations, from the bounce mailbox and the pipe.
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use entity::{
    bounce::Action,
    email,
    interview::{self, Answer},
};
use greenroom::domain::{
    actions::Actor,
    bounces::Taken,
    events::Via,
    interviews::answer::{self, Said},
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    emails::app_with,
    support::{TestApp, builders, rows, smtp_server::SmtpServer},
};

const DECLINED: &str = include_str!("../bounces/declined.eml");
const OUTLOOK: &str = include_str!("../replies/outlook.eml");
const GOOGLE: &str = include_str!("../replies/google.eml");
const APPLE: &str = include_str!("../replies/apple.eml");

impl Scene {
    async fn interview(&self) -> interview::Model {
        let id = self.email().await.interview_id.expect("an interview");
        let found = interview::Entity::find_by_id(id).one(self.app.app.db.read());
        found.await.expect("an answer").expect("an interview")
    }

    /// The same letter about this scene's newest invitation.
    async fn about_newest(&self, letter: &str) -> String {
        let sequence = self.interview().await.ics_sequence;
        // An address may be folded.
        let unfolded = letter.replace("\r\n ", "").replace("\n ", "");
        let letter = self.about_it(&unfolded).await;
        letter.replace("SEQUENCE:0", &format!("SEQUENCE:{sequence}"))
    }

    /// A letter as if a calendar answered this scene's invitation in it; what is packed in base64 as well.
    async fn answered(&self, letter: &str) -> String {
        let mut whole = String::new();
        let mut rest = letter;
        while let Some((before, after)) = rest.split_once("Transfer-Encoding: base64\n\n") {
            let (packed, after) = after.split_once("\n\n").expect("an end");
            let packed: String = packed.split_whitespace().collect();
            let text = STANDARD.decode(packed).expect("base64");
            let text = self
                .about_newest(&String::from_utf8(text).expect("text"))
                .await;
            let text = STANDARD.encode(text);
            let lines: Vec<&str> = text
                .as_bytes()
                .chunks(76)
                .map(|line| str::from_utf8(line).expect("ASCII"))
                .collect();
            whole.push_str(&self.about_newest(before).await);
            whole.push_str("Transfer-Encoding: base64\n\n");
            whole.push_str(&lines.join("\n"));
            whole.push_str("\n\n");
            rest = after;
        }
        whole + &self.about_newest(rest).await
    }

    async fn take_answer(&self, letter: &str) -> Taken {
        self.take(&self.answered(letter).await).await
    }

    async fn interview_page(&self) -> String {
        let page = format!("/interviews/{}", self.interview().await.id);
        self.app.recruiter().await.get(&page).await.words("main")
    }
}

/// The invitation that was sent last, its lines not folded.
fn invitation(server: &SmtpServer) -> String {
    let sent = server.taken().pop().expect("a message");
    let text = String::from_utf8(sent.bytes).expect("text");
    let (_, part) = text
        .split_once("Content-Type: text/calendar")
        .expect("a calendar");
    let (_, packed) = part.split_once("\r\n\r\n").expect("a body");
    let packed = packed.split("\r\n--").next().expect("an end");
    let packed: String = packed.split_whitespace().collect();
    let ics = STANDARD.decode(packed).expect("base64");
    String::from_utf8(ics).expect("text").replace("\r\n ", "")
}

async fn invited(variables: &[(&str, &str)]) -> String {
    let server = SmtpServer::start().await;
    let app = app_with(&server, variables).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    invitation(&server)
}

#[actix_web::test]
async fn an_invitation_asks_for_an_answer_where_answers_are_read() {
    const IMAP: [(&str, &str); 3] = [
        ("BOUNCE_IMAP_HOST", "imap.example.com"),
        ("BOUNCE_IMAP_USER", "jobs"),
        ("BOUNCE_IMAP_PASSWORD", "secret"),
    ];
    let both = [&IMAP[..], &[OWN_ADDRESS]].concat();
    for (variables, asks, organizer) in [
        (&[][..], "RSVP=FALSE", "mailto:jobs@sample-company.example"),
        (&IMAP, "RSVP=TRUE", "mailto:jobs@sample-company.example"),
        (
            &[OWN_ADDRESS],
            "RSVP=TRUE",
            "mailto:bounces@sample-company.example",
        ),
        (&both, "RSVP=TRUE", "mailto:bounces@sample-company.example"),
    ] {
        let ics = invited(variables).await;
        let line = |name: &str| {
            ics.lines()
                .find(|line| line.starts_with(name))
                .expect(name)
                .to_owned()
        };
        assert!(line("ATTENDEE").contains(asks), "{variables:?}: {ics}");
        assert!(
            line("ORGANIZER").ends_with(organizer),
            "{variables:?}: {ics}"
        );
    }
}

#[actix_web::test]
async fn a_calendar_that_knows_an_interview_hears_of_it_from_the_same_organizer() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let row = scene.email().await;
    let ics = row.ics.expect("a calendar");
    let before = ics.replace("mailto:bounces@", "mailto:jobs@");
    assert_ne!(before, ics);
    let row = email::ActiveModel {
        id: Set(row.id),
        ics: Set(Some(before)),
        ..Default::default()
    };
    builders::write(&scene.app, async |txn| {
        Ok(email::Entity::update(row).exec(txn).await?)
    })
    .await;
    let interview = scene.interview().await;
    let mut rita = scene.app.recruiter().await;
    let path = format!("/interviews/{}/cancellation", interview.id);
    let page = rita.get(&path).await;
    let (version, key) = (page.value_of("version"), page.value_of("key"));
    rita.post_form(&path, &[("version", &version), ("key", &key)])
        .await;
    scene.app.advance(TimeDelta::minutes(10));
    scene.app.deliver().await;
    let cancelled = invitation(&scene.server);
    assert!(cancelled.contains("METHOD:CANCEL"), "{cancelled}");
    assert!(
        cancelled.contains(":mailto:jobs@sample-company.example"),
        "{cancelled}"
    );
}

#[actix_web::test]
async fn calendars_of_every_make_answer_for_the_candidate() {
    for (letter, answer, words) in [
        (DECLINED, Answer::Declined, ""),
        (
            OUTLOOK,
            Answer::Declined,
            "Leider bin ich krank, tut mir leid.",
        ),
        (GOOGLE, Answer::Confirmed, "See you on Tuesday"),
    ] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        assert_eq!(
            scene.take_answer(letter).await,
            Taken::Answered(scene.id),
            "{letter}"
        );
        let row = scene.interview().await;
        assert_eq!(row.answer, Some(answer));
        let said_at = row.answered_at.expect("when it was said");
        assert!(said_at < scene.app.now(), "not when the mailbox was read");
        assert_eq!(row.answer_words, words);
        let story = scene.app.recruiter().await;
        let story = { story }
            .get(&format!("/emails/{}", scene.id))
            .await
            .words("#story");
        assert!(story.contains("Answered from a calendar"), "{story}");
        let before = rows::all(&scene.app).await;
        scene.app.advance(TimeDelta::minutes(5));
        assert_eq!(scene.take_answer(letter).await, Taken::Known(scene.id));
        assert_eq!(rows::all(&scene.app).await, before, "it may come twice");
    }
}

#[actix_web::test]
async fn a_counter_is_another_time() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let counter = DECLINED
        .replace("METHOD:REPLY", "METHOD:COUNTER")
        .replace("method=REPLY", "method=COUNTER")
        .replace(
            "SEQUENCE:0",
            "SEQUENCE:0\nDTSTART:20270105T090000Z\nCOMMENT:Better then?",
        );
    assert_eq!(scene.take_answer(&counter).await, Taken::Answered(scene.id));
    let row = scene.interview().await;
    assert_eq!(row.answer, Some(Answer::AnotherTime));
    assert!(
        row.answer_words.contains("5 January 2027"),
        "{}",
        row.answer_words
    );
    assert!(
        row.answer_words.contains("Better then?"),
        "{}",
        row.answer_words
    );
}

#[actix_web::test]
async fn what_is_not_the_candidates_answer_to_the_newest_invitation_is_noted() {
    let foreign = DECLINED.replace("mailto:zoe@example.net", "mailto:other@example.org");
    let newer = DECLINED.replace("SEQUENCE:0", "SEQUENCE:7");
    let no_answer = DECLINED.replace("PARTSTAT=DECLINED", "PARTSTAT=DELEGATED");
    for (letter, words) in [
        (APPLE, "maybe"),
        (foreign.as_str(), "another person"),
        (&newer, "than the newest"),
        (&no_answer, "without an answer"),
    ] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        assert_eq!(
            scene.take_answer(letter).await,
            Taken::Noted(scene.id),
            "{letter}"
        );
        assert_eq!(scene.interview().await.answer, None, "{letter}");
        let page = scene.interview_page().await;
        assert!(page.contains(words), "{words}: {page}");
        let [report] = scene.reports().await.try_into().expect("one");
        assert_eq!(report.action, Action::Noted);
        assert_eq!(scene.take_answer(letter).await, Taken::Known(scene.id));
    }
}

#[actix_web::test]
async fn an_answer_to_an_invitation_that_was_changed_since_is_no_answer() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let letter = scene.answered(DECLINED).await;
    let row = scene.interview().await;
    let changed = interview::ActiveModel {
        id: Set(row.id),
        ics_sequence: Set(row.ics_sequence + 1),
        ..Default::default()
    };
    builders::write(&scene.app, async |txn| {
        Ok(interview::Entity::update(changed).exec(txn).await?)
    })
    .await;
    assert_eq!(scene.take(&letter).await, Taken::Noted(scene.id));
    assert_eq!(scene.interview().await.answer, None);
}

#[actix_web::test]
async fn an_answer_that_comes_when_all_is_over_is_noted() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let letter = scene.answered(DECLINED).await;
    scene.app.advance(TimeDelta::days(2));
    assert_eq!(scene.take(&letter).await, Taken::Noted(scene.id));
    assert_eq!(scene.interview().await.answer, None);
    assert!(scene.interview_page().await.contains("too late"));
}

#[actix_web::test]
async fn an_answer_to_no_interview_of_ours_is_nothing() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let before = rows::all(&scene.app).await;
    let row = scene.interview().await;
    let uid = format!("itv-{}@", row.public_id);
    let letter = scene.answered(DECLINED).await;
    let unnamed = letter.replace(&scene.email().await.message_id, "other@example.net");
    for other in [
        "itv-0@",
        "other@",
        "itv-@",
        &format!("itv-{}-7@", row.public_id),
    ] {
        let letter = unnamed.replace(&uid, other);
        assert_eq!(scene.take(&letter).await, Taken::Unknown, "{other}");
    }
    assert_eq!(rows::all(&scene.app).await, before);
    assert_eq!(
        scene.take(&unnamed).await,
        Taken::Answered(scene.id),
        "the name alone is enough"
    );
}

#[actix_web::test]
async fn the_candidate_may_change_their_mind_and_the_last_word_counts() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let accepted = DECLINED
        .replace("DECLINED", "ACCEPTED")
        .replace("T120000Z", "T110000Z");
    for (letter, taken, answer) in [
        (
            accepted.as_str(),
            Taken::Answered(scene.id),
            Answer::Confirmed,
        ),
        (DECLINED, Taken::Answered(scene.id), Answer::Declined),
        // The mailbox was read once more.
        (&accepted, Taken::Known(scene.id), Answer::Declined),
    ] {
        assert_eq!(scene.take_answer(letter).await, taken);
        assert_eq!(scene.interview().await.answer, Some(answer));
    }
}

#[actix_web::test]
async fn a_calendar_that_answered_before_the_page_did_changes_nothing() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let row = scene.interview().await;
    let said = Said {
        answer: Answer::Declined,
        reason: None,
        words: "Sorry".into(),
        revision: row.revision,
    };
    let page = (&said, Via::Page);
    let (app, actor) = (&scene.app, Actor::system(row.company_id));
    let kept = answer::record(&app.app.db, &row, page, &actor, app.now()).await;
    kept.expect("kept");
    // Read later, said earlier.
    let accepted = DECLINED.replace("DECLINED", "ACCEPTED");
    assert_eq!(scene.take_answer(&accepted).await, Taken::Noted(scene.id));
    assert_eq!(scene.interview().await.answer, Some(Answer::Declined));
}

#[actix_web::test]
async fn a_program_that_never_stops_answering_fills_no_history() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    for n in 0..30 {
        let answer = if n % 2 == 0 { "ACCEPTED" } else { "DECLINED" };
        let letter = DECLINED
            .replace("DECLINED", answer)
            .replace("T120000Z", &format!("T1200{n:02}Z"));
        scene.take_answer(&letter).await;
    }
    let reports = scene.reports().await;
    let answered = reports.iter().filter(|it| it.action == Action::Answered);
    assert_eq!(answered.count(), 20);
    let _: &TestApp = &scene.app;
}
