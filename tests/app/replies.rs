//! What people write to the mailbox that bounces come to, and what answers by itself.
use chrono::TimeDelta;
use entity::{
    bounce::Action,
    email::{self, Audience, Kind, Status},
};
use greenroom::domain::bounces::Taken;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    support::rows,
};

const AUTO_REPLY: &str = include_str!("../bounces/auto-reply.eml");
const SIGNED: &str = "To: bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example";
const ANSWERS: &str = "To: jobs@sample-company.example\nIn-Reply-To: <0123456789abcdef0123456789abcdef.0@sample-company.example>";

/// What the recipient writes.
fn letter(header: &str, text: &str) -> String {
    format!(
        "Return-Path: <zoe@example.net>\nFrom: Zoe <zoe@example.net>\nSubject: Re: Interview\nMessage-ID: <1@example.net>\n{header}\n\n{text}\n"
    )
}

impl Scene {
    async fn forwarded(&self) -> Vec<email::Model> {
        let forwarded = email::Entity::find()
            .filter(email::Column::Kind.eq(Kind::ForwardedReply))
            .order_by_asc(email::Column::Id);
        forwarded.all(self.app.app.db.read()).await.expect("emails")
    }

    async fn interview_id(&self) -> i64 {
        self.email().await.interview_id.expect("an interview")
    }

    async fn history(&self) -> String {
        let page = format!("/interviews/{}", self.interview_id().await);
        self.app.recruiter().await.get(&page).await.words("main")
    }
}

#[actix_web::test]
async fn what_a_person_writes_is_passed_on_to_the_recruiter() {
    for header in [SIGNED, ANSWERS] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let recipient = scene.email().await.recipient;
        let text = "I'll be ten minutes late.\n\n> https://jobs.example/interview/eyJhbGciOiJIUzI1NiJ9.e30.x";
        let written = letter(header, text);
        let written = match header {
            SIGNED => scene.to_its_address(&written).await,
            _ => scene.about_it(&written).await,
        };
        assert_eq!(
            scene.take(&written).await,
            Taken::Forwarded(scene.id),
            "{written}"
        );
        let [forwarded] = scene.forwarded().await.try_into().expect("one");
        assert_eq!(
            (
                forwarded.audience,
                forwarded.status,
                forwarded.subject.as_deref()
            ),
            (Audience::Address, Status::Queued, Some("Re: Interview"))
        );
        assert_eq!(scene.app.deliver().await, 1);
        let sent = scene.server.taken().pop().expect("a message");
        let sent_as = String::from_utf8_lossy(&sent.bytes).into_owned();
        for line in [
            "<jobs@sample-company.example>",
            "X-Forwarded-By-Greenroom: yes",
            "Auto-Submitted: auto-generated",
            "ten minutes late",
            &format!("<{recipient}>"),
        ] {
            assert!(sent_as.contains(line), "{line}: {sent_as}");
        }
        let reply_to = sent_as.lines().find(|line| line.starts_with("Reply-To:"));
        assert!(
            reply_to.is_some_and(|line| line.contains(&recipient)),
            "{sent_as}"
        );
        assert!(
            !sent_as.contains("eyJ"),
            "a link lets somebody in: {sent_as}"
        );
        assert!(
            !rows::all(&scene.app)
                .await
                .join("\n")
                .contains("eyJhbGciOiJIUzI1NiJ9")
        );

        let mut rita = scene.app.recruiter().await;
        let log = rita.get("/emails").await;
        assert!(log.has(&format!("a[href='/emails/{}']", forwarded.id)));
        let page = rita.get(&format!("/emails/{}", forwarded.id)).await;
        assert_eq!(page.status, 200);
        assert!(page.words("main").contains("ten minutes late"));
        let story = rita
            .get(&format!("/emails/{}", scene.id))
            .await
            .words("#story");
        assert!(story.contains("Reply forwarded"), "{story}");
        let history = scene.history().await;
        assert!(
            history.contains("Reply forwarded to the recruiter"),
            "{history}"
        );
        let mut eve = scene.app.other_company().await;
        assert_eq!(
            eve.get(&format!("/emails/{}", forwarded.id)).await.status,
            404
        );
    }
}

#[actix_web::test]
async fn the_same_letter_is_passed_on_once_and_another_with_the_same_words_as_well() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let written = scene.about_it(&letter(ANSWERS, "Yes.")).await;
    assert_eq!(scene.take(&written).await, Taken::Forwarded(scene.id));
    let before = rows::all(&scene.app).await;
    scene.app.advance(TimeDelta::days(1));
    assert_eq!(scene.take(&written).await, Taken::Known(scene.id));
    assert_eq!(rows::all(&scene.app).await, before);
    let another = written.replace("<1@example.net>", "<2@example.net>");
    assert_eq!(scene.take(&another).await, Taken::Forwarded(scene.id));
    assert_eq!(scene.forwarded().await.len(), 2);
    scene.app.deliver().await;
}

#[actix_web::test]
async fn two_processes_with_one_letter_pass_it_on_once() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let written = scene.about_it(&letter(ANSWERS, "Yes.")).await;
    let (one, two) = tokio::join!(scene.take(&written), scene.take(&written));
    let mut taken = [one, two];
    taken.sort_by_key(|taken| matches!(taken, Taken::Known(_)));
    assert_eq!(taken, [Taken::Forwarded(scene.id), Taken::Known(scene.id)]);
    assert_eq!(scene.forwarded().await.len(), 1);
    scene.app.deliver().await;
}

#[actix_web::test]
async fn what_could_go_round_in_circles_is_noted_and_not_passed_on() {
    for header in [
        "Precedence: bulk",
        "List-Id: <people.example.net>",
        "List-Unsubscribe: <mailto:x@example.net>",
        "X-Auto-Response-Suppress: All",
        "X-Forwarded-By-Greenroom: yes",
        "X-Loop: zoe@example.net",
        "X-Spam-Flag: YES",
    ] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let written = letter(&format!("{header}\n{ANSWERS}"), "Hello.");
        let written = scene.about_it(&written).await;
        assert_eq!(
            scene.take(&written).await,
            Taken::Noted(scene.id),
            "{header}"
        );
        assert!(scene.forwarded().await.is_empty(), "{header}");
        let [report] = scene.reports().await.try_into().expect("one");
        assert_eq!(report.action, Action::Noted);
        assert!(report.hint.starts_with("Not forwarded"), "{}", report.hint);
    }
    for header in ["Auto-Submitted: auto-generated", "Return-Path: <>"] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let written = letter(ANSWERS, "Hello.");
        let written = scene.about_it(&format!("{header}\n{written}")).await;
        scene.take(&written).await;
        assert!(scene.forwarded().await.is_empty(), "{header}");
    }
    for from in [
        "jobs@sample-company.example",
        "BOUNCES@sample-company.example",
    ] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let written = letter(ANSWERS, "Hello.").replace("Zoe <zoe@example.net>", from);
        let written = scene.about_it(&written).await;
        assert_eq!(scene.take(&written).await, Taken::Noted(scene.id), "{from}");
        assert!(scene.forwarded().await.is_empty(), "{from}");
    }
}

#[actix_web::test]
async fn what_was_passed_on_is_not_passed_on_again() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    scene
        .take(&scene.about_it(&letter(ANSWERS, "Yes.")).await)
        .await;
    scene.app.deliver().await;
    let [forwarded] = scene.forwarded().await.try_into().expect("one");
    let before = rows::all(&scene.app).await;
    let comes_to = scene.server.taken().pop().expect("a message").from;
    for answers in [
        format!("To: {comes_to}"),
        format!("In-Reply-To: <{}>", forwarded.message_id),
    ] {
        let written = letter(&answers, "Thanks.");
        assert_eq!(scene.take(&written).await, Taken::Unknown, "{answers}");
    }
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn ten_replies_an_hour_are_passed_on() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let written = scene.about_it(&letter(ANSWERS, "Yes.")).await;
    let nth = |n: usize| written.replace("<1@example.net>", &format!("<{n}@example.net>"));
    for n in 0..10 {
        assert_eq!(scene.take(&nth(n)).await, Taken::Forwarded(scene.id), "{n}");
    }
    assert_eq!(scene.take(&nth(10)).await, Taken::Noted(scene.id));
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(scene.take(&nth(11)).await, Taken::Forwarded(scene.id));
    assert_eq!(scene.forwarded().await.len(), 11);
    let story = scene.app.recruiter().await;
    let story = { story }
        .get(&format!("/emails/{}", scene.id))
        .await
        .words("#story");
    assert!(story.contains("too many replies within an hour"), "{story}");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn mail_that_answers_nothing_of_ours_is_left_alone() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let before = rows::all(&scene.app).await;
    for header in [
        "To: jobs@sample-company.example",
        "To: bounces@sample-company.example",
        SIGNED,
        ANSWERS,
        "In-Reply-To: <itv-0@sample-company.example>",
        "In-Reply-To: <\0@sample-company.example>",
    ] {
        let written = letter(header, "Buy this.");
        assert_eq!(scene.take(&written).await, Taken::Unknown, "{header}");
    }
    assert_eq!(rows::all(&scene.app).await, before);
}

#[actix_web::test]
async fn a_reply_from_another_address_says_so() {
    let scene = Scene::new(&[OWN_ADDRESS]).await;
    let written = letter(ANSWERS, "It's me.").replace("zoe@example.net", "other@example.org");
    let written = scene.about_it(&written).await;
    assert_eq!(scene.take(&written).await, Taken::Forwarded(scene.id));
    let [forwarded] = scene.forwarded().await.try_into().expect("one");
    let text = forwarded.text.expect("a text");
    assert!(
        text.contains("another address, other@example.org"),
        "{text}"
    );
    let recipient = scene.email().await.recipient;
    assert!(forwarded.reply_to.expect("an address").contains(&recipient));
    scene.app.deliver().await;
}

#[actix_web::test]
async fn an_out_of_office_note_is_told_and_changes_nothing() {
    let plain = letter(
        &format!("Subject: Abwesenheitsnotiz: Interview\n{ANSWERS}"),
        "I am away until Monday.",
    )
    .replace("Subject: Re: Interview\n", "");
    for written in [AUTO_REPLY, &plain] {
        let scene = Scene::new(&[OWN_ADDRESS]).await;
        let written = scene.about_it(written).await;
        assert_eq!(
            scene.take(&written).await,
            Taken::Noted(scene.id),
            "{written}"
        );
        assert_eq!(scene.email().await.status, Status::Accepted);
        assert!(scene.forwarded().await.is_empty());
        let history = scene.history().await;
        assert!(history.contains("out-of-office note"), "{history}");
        let before = rows::all(&scene.app).await;
        assert_eq!(scene.take(&written).await, Taken::Known(scene.id));
        let foreign = written.replace(&scene.email().await.recipient, "other@example.org");
        assert_eq!(scene.take(&foreign).await, Taken::Unknown);
        assert_eq!(rows::all(&scene.app).await, before);
    }
}
