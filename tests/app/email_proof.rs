//! What was sent, and what was said when it was: as the log proves it.
use entity::email;
use greenroom::{domain::interviews::join_link::Ticket, mail::LINK_PLACEHOLDER};
use mail_parser::{Message, MessageParser, MimeHeaders};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    delivery_log::booked,
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

#[actix_web::test]
async fn the_file_of_a_message_is_what_the_mail_server_got_but_for_the_link() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    for end in ["message.eml", "invite.ics"] {
        let early = rita.get(&format!("{path}/{end}")).await;
        assert_eq!(early.status, 404, "{end}: not written yet");
    }
    app.deliver().await;
    let interview = &booked.details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    });
    let token = token.expect("a token");
    let link = app
        .app
        .settings
        .base_url
        .join(&format!("/interview/{token}"));

    let file = rita.get(&format!("{path}/message.eml")).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "message/rfc822");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let parser = MessageParser::default();
    let shown = parser.parse(file.text.as_bytes()).expect("a message");
    let taken = server.taken().remove(0).bytes;
    let sent = parser.parse(&taken).expect("a message");
    assert_eq!(shown.message_id(), sent.message_id());
    assert_eq!(shown.subject(), sent.subject());
    assert_eq!(shown.date(), sent.date());
    assert_eq!(headers(&shown), headers(&sent));
    let (shown, sent) = (parts(&shown), parts(&sent));
    assert_eq!(shown.len(), 4, "plain, HTML, calendar, attachment");
    let places = sent.iter().filter_map(|part| {
        let (_, place) = part.split_once("LOCATION:")?;
        place.lines().next()
    });
    let places: Vec<&str> = places.collect();
    assert_eq!(places.len(), 2, "in the calendar and its copy");
    let short = places[0];
    let code = short.rsplit('/').next().expect("its letters");
    assert_eq!(short, app.app.settings.base_url.join(&format!("/i/{code}")));
    for (shown, sent) in shown.iter().zip(&sent) {
        assert!(sent.contains(&link) && shown.contains(LINK_PLACEHOLDER));
        assert!(!shown.contains(&token), "also not inside base64");
        assert!(!shown.contains(code), "nor the short one");
        let masked = sent.replace(&link, LINK_PLACEHOLDER);
        assert_eq!(shown, &masked.replace(short, LINK_PLACEHOLDER));
    }
    let opened = app.candidate().get(&format!("/i/{code}")).await;
    assert_eq!(
        opened.status, 200,
        "it works without being shown to anybody"
    );
    assert!(opened.words("main").contains("Cloud Architect"));
}

#[actix_web::test]
async fn the_page_shows_headers_and_invitation_and_lets_them_be_kept() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let page = rita.get(&path).await;
    let headers = page.words("#letter details pre");
    for line in [
        "Message-ID: <",
        "Auto-Submitted: auto-generated",
        "Reply-To: ",
    ] {
        assert!(headers.contains(line), "{line}: {headers}");
    }
    let invitation = page.words("#invitation");
    assert!(
        invitation.contains("Adds the interview to the candidate's calendar"),
        "{invitation}"
    );
    assert!(invitation.contains("METHOD:REQUEST"));
    assert!(invitation.contains("LOCATION:[the candidate's join link, hidden here]"));
    assert!(!page.text.contains(LINK_PLACEHOLDER));
    for end in ["html", "message.eml", "invite.ics"] {
        let link = format!("#letter a[href='{path}/{end}'][hx-boost=false]");
        assert!(page.has(&link), "{end}");
    }
    let file = rita.get(&format!("{path}/invite.ics")).await;
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(file.header("content-disposition").contains("invitation-"));
    assert!(file.text.starts_with("BEGIN:VCALENDAR\r\n"));
    assert!(file.text.lines().all(|line| line.len() <= 75));
}

#[actix_web::test]
async fn the_conversation_with_the_server_is_kept_for_every_attempt() {
    let server = SmtpServer::scripted([Script::at(
        Step::RcptTo,
        Act::Reply("550 5.1.1 <x@example.net> no such user"),
    )])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let page = rita.get(&format!("/emails/{}", booked.email.id)).await;
    let said = page.words("#story details pre");
    for line in [
        "EHLO",
        "MAIL FROM:<jobs@sample-company.example>",
        "550 5.1.1",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let attempt = &page.all_words("#story li")[1];
    assert!(attempt.contains("code 550, 5.1.1"), "{attempt}");
}

#[actix_web::test]
async fn programs_read_the_attempts_as_well() {
    let server = SmtpServer::scripted([Script::at(
        Step::RcptTo,
        Act::Reply("550 5.1.1 <x@example.net> no such user"),
    )])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut program = app.program().await;
    let path = format!("/api/emails/{}/", booked.email.id);
    let story = program.get(&path).await.json();
    let attempt = &story["history"][0];
    assert_eq!(attempt["stage"], "rcpt_to");
    assert_eq!(attempt["code"], 550);
    assert_eq!(attempt["enhanced_code"], "5.1.1");
    assert!(attempt["milliseconds"].is_i64());
    assert!(
        attempt["peer"]
            .as_str()
            .is_some_and(|peer| peer.starts_with("127.0.0.1:"))
    );
    assert!(attempt["tls"].is_null(), "not encrypted here");
    assert!(attempt["reply"].is_string() && attempt["hint"].is_string());
    assert!(story["corrects"].is_null());
}

#[actix_web::test]
async fn what_cannot_be_made_into_a_mail_still_has_its_page() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    builders::write(&app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::Sender, Expr::value("nobody"))
            .filter(email::COLUMN.id.eq(booked.email.id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let page = rita.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.words("#letter .typed").contains("Dear Zoë Núñez,"));
    assert!(
        page.words("#letter")
            .contains("This text can't be turned into an email")
    );
    let file = format!("{path}/message.eml");
    assert!(!page.has(&format!("a[href='{file}']")));
    assert_eq!(rita.get(&file).await.status, 404);
}

/// All headers but those of parts, in order.
fn headers(message: &Message) -> Vec<String> {
    message
        .headers()
        .iter()
        .map(|header| format!("{}: {:?}", header.name(), header.value()))
        .collect()
}

/// All leaves as text, lines of calendars not folded.
fn parts(message: &Message) -> Vec<String> {
    let leaves = message.parts.iter().filter(|part| !part.is_multipart());
    leaves
        .map(|part| {
            let text = String::from_utf8(part.contents().to_vec()).expect("UTF-8");
            match part
                .content_type()
                .is_some_and(|kind| kind.subtype() != Some("plain"))
            {
                true => text.replace("\r\n ", ""),
                false => text,
            }
        })
        .collect()
}
