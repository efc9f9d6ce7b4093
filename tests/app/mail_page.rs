//! The page about mail: settings, servers, and checks that run while one looks.
use std::time::Duration;

use chrono::TimeDelta;
use entity::{
    mail_check::Health,
    transport::{self, Name, Scope},
};
use greenroom::{
    db,
    domain::{
        mail_checks::{self, Begun},
        mail_servers,
    },
    mail::{doctor::Step, oauth::Tokens},
    mailing::access::{self, Account},
    secret::Secret,
    settings::Backend,
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;

use crate::{
    bounces::OWN_ADDRESS,
    deliveries::offering,
    support::{
        Actor, Answer, TestApp, builders,
        smtp_server::{Act, Script, SmtpServer, Step as At},
    },
};

/// An app that sends through this server.
async fn sending(server: &SmtpServer) -> TestApp {
    let port = server.settings().port.to_string();
    TestApp::with_settings(&[
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("EMAIL_PORT", &port),
        ("EMAIL_USE_TLS", "false"),
        ("DEFAULT_FROM_EMAIL", "Greenroom <jobs@mail.example>"),
    ])
    .await
}

/// The page, once no check is under way any more.
async fn finished(admin: &mut Actor) -> Answer {
    let done = async {
        loop {
            let page = admin.get("/mail").await;
            assert_eq!(page.status, 200, "{}", page.text);
            if !page.has("#checks[hx-get]") {
                return page;
            }
            tokio::task::yield_now().await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(60), done).await;
    done.expect("the checks end")
}

async fn check(admin: &mut Actor) -> Answer {
    let answer = admin.post_form("/mail/checks", &[]).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/mail"));
    finished(admin).await
}

/// The words of one check.
fn words(page: &Answer, step: Step) -> String {
    let begin = format!("{}. {}", step.number(), step.title());
    let all = page.all_words("#checks .timeline > li");
    let found = all.iter().find(|words| words.starts_with(&begin));
    found
        .unwrap_or_else(|| panic!("{begin} is missing in {all:#?}"))
        .clone()
}

#[actix_web::test]
async fn checks_are_run_and_kept_with_who_and_when() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let before = ada.get("/mail").await;
    assert!(before.words("#checks").contains("No check has run yet"));
    let page = check(&mut ada).await;
    assert_eq!(page.all_words("#checks .timeline > li").len(), 21);
    assert!(words(&page, Step::Greeting).contains("Greeting OK"));
    assert!(words(&page, Step::Greeting).contains("220 mail.example.com ESMTP"));
    assert!(words(&page, Step::Recipient).contains("Recipient OK"));
    assert!(words(&page, Step::TestMessage).contains("Skipped"));
    assert!(
        words(&page, Step::Sender).contains("mail.example"),
        "whom no mail comes from"
    );
    assert!(page.words("#checks").contains("by Ada Admin"));
    assert!(page.words("#checks").contains("Mon 4 January 2027, 09:00"));
    assert_eq!(server.taken(), []);
    let mut other_process = app.second_process().await.admin().await;
    let again = other_process.get("/mail").await;
    assert!(words(&again, Step::Greeting).contains("220 mail.example.com ESMTP"));
}

#[actix_web::test]
async fn the_page_shows_each_step_as_it_is_done() {
    let server =
        SmtpServer::scripted([Script::accept(), Script::at(At::MailFrom, Act::Hang)]).await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let answer = ada.post_form("/mail/checks", &[]).await;
    assert_eq!(answer.status, 303);
    let seen = async {
        loop {
            let page = ada.get("/mail").await;
            assert!(page.has("#checks[hx-get='/mail'][hx-select='#checks']"));
            let done = page.all_words("#checks .timeline > li").len();
            if done >= 14 {
                return page;
            }
            tokio::task::yield_now().await;
        }
    };
    let page = tokio::time::timeout(Duration::from_secs(30), seen)
        .await
        .expect("seen");
    assert!(page.words("#checks").contains("Checking"));
    assert!(page.words("#checks").contains("to go"));
    assert!(!page.has("form[action='/mail/checks']"), "one at a time");
    let refused = ada.post_form("/mail/checks", &[]).await;
    assert_eq!(refused.status, 303);
    assert!(ada.get("/mail").await.notice().contains("already running"));
}

#[actix_web::test]
async fn a_test_message_goes_to_whoever_asks_and_once_for_each_form() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let key = ada.get("/mail").await.value_of("key");
    let answer = ada.post_form("/mail/test", &[("key", &key)]).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/mail"));
    let page = finished(&mut ada).await;
    let sent = words(&page, Step::TestMessage);
    assert!(sent.contains("250 2.0.0 queued as 4F2A"), "{sent}");
    assert!(sent.contains("accepted does not mean delivered"), "{sent}");
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, ada.user.as_ref().expect("Ada").email);
    ada.post_form("/mail/test", &[("key", &key)]).await;
    assert!(
        finished(&mut ada)
            .await
            .notice()
            .contains("already requested")
    );
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn the_menu_says_when_mail_is_unwell() {
    let server = SmtpServer::scripted(vec![
        Script::at(At::MailFrom, Act::Reply("550 5.7.1 no"));
        4
    ])
    .await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let menu = |page: &Answer| page.words("nav a[href='/mail']");
    assert_eq!(menu(&ada.get("/").await), "Email");
    let page = check(&mut ada).await;
    assert!(words(&page, Step::MailFrom).contains("550 5.7.1 no"));
    assert!(page.words("#checks").contains("Email can't be sent"));
    assert_eq!(menu(&ada.get("/").await), "Email Problem");
    let mut rita = app.recruiter().await;
    assert!(!rita.get("/").await.has("nav a[href='/mail']"));
    let mut other = app.other_company().await;
    assert_eq!(
        menu(&other.get("/").await),
        "Email",
        "theirs is another check"
    );
    end_another_well(&app, ada.user_id()).await;
    assert_eq!(menu(&ada.get("/").await), "Email");
}

/// As a run would that finds nothing.
async fn end_another_well(app: &TestApp, user_id: i64) {
    let actor = greenroom::domain::actions::Actor::system(app.company_id);
    let db = &app.app.db;
    let begun = mail_checks::begin(db, &actor, user_id, None, app.now()).await;
    let Ok(Begun::Run(run)) = begun else {
        panic!("{begun:?}");
    };
    mail_checks::end(db, app.company_id, run, json!([]), Health::Well, app.now())
        .await
        .expect("ended");
}

#[actix_web::test]
async fn a_mail_server_that_is_left_alone_is_shown_with_its_reason() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    assert!(
        ada.get("/mail")
            .await
            .words("#servers")
            .contains("Not used yet")
    );
    leave_alone(&app).await;
    let page = ada.get("/mail").await;
    assert_eq!(page.words("nav a[href='/mail']"), "Email Problem");
    let shown = page.words("#servers");
    for words in [
        "Main server mail.example.com:587",
        "Not accepting mail; retrying since Mon 4 January 2027, 08:00",
        "Nothing is listening on that port.",
        "Next attempt Mon 4 January 2027, 09:05",
        "Last accepted an email Sun 3 January 2027, 09:00",
    ] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let checked = check(&mut ada).await;
    assert!(words(&checked, Step::Queue).contains("Nothing is listening on that port."));
    // Email can't be sent: its next turn is as far away as before.
    let wait_until = async || {
        let all = mail_servers::all(&app.app.db).await.expect("rows");
        all[0].wait_until
    };
    let later = app.now() + TimeDelta::minutes(5);
    assert_eq!(wait_until().await, Some(later));
    end_another_well(&app, ada.user_id()).await;
    assert_eq!(wait_until().await, None, "it is tried at once");
}

async fn leave_alone(app: &TestApp) {
    let now = app.now();
    let row = transport::ActiveModel {
        name: Set(Name::Primary),
        host: Set("mail.example.com:587".into()),
        fingerprint: Set("f".into()),
        failures: Set(3),
        scope: Set(Some(Scope::Server)),
        reason: Set("Nothing is listening on that port.".into()),
        opened_at: Set(Some(now - TimeDelta::hours(1))),
        wait_until: Set(Some(now + TimeDelta::minutes(5))),
        failed_email_id: Set(None),
        accepted_at: Set(Some(now - TimeDelta::days(1))),
        paced_until: Set(None),
    };
    db::transaction(&app.app.db, async |txn| -> greenroom::error::Result<_> {
        transport::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        Ok(())
    })
    .await
    .expect("written");
}

#[actix_web::test]
async fn checks_whose_process_died_are_broken_off_and_can_be_run_again() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let actor = greenroom::domain::actions::Actor::system(app.company_id);
    let db = &app.app.db;
    let begun = mail_checks::begin(db, &actor, ada.user_id(), None, app.now()).await;
    assert_eq!(begun.expect("begun"), Begun::Run(1));
    app.advance(TimeDelta::seconds(29));
    assert!(ada.get("/mail").await.has("#checks[hx-get]"));
    app.advance(TimeDelta::seconds(1));
    let page = ada.get("/mail").await;
    assert!(!page.has("#checks[hx-get]"));
    assert!(page.words("#checks").contains("Interrupted"));
    assert_eq!(
        check(&mut ada)
            .await
            .all_words("#checks .timeline > li")
            .len(),
        21
    );
    // The dead one, should it come back, has nothing to say any more.
    mail_checks::end(db, app.company_id, 1, json!([]), Health::Well, app.now())
        .await
        .expect("ignored");
    let page = ada.get("/mail").await;
    assert_eq!(page.all_words("#checks .timeline > li").len(), 21);
}

#[actix_web::test]
async fn each_company_sees_its_own_checks() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    check(&mut ada).await;
    let mut other = app.other_company().await;
    let page = other.get("/mail").await;
    assert!(page.words("#checks").contains("No check has run yet"));
    assert!(!page.text.contains("Ada Admin</") || !page.has("#checks .timeline"));
    assert_eq!(
        check(&mut other)
            .await
            .all_words("#checks .timeline > li")
            .len(),
        21
    );
}

#[actix_web::test]
async fn with_the_console_it_says_that_nobody_receives_anything() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let page = ada.get("/mail").await;
    let notice = page.words(".notice--problem[role='alert']:not([hidden])");
    assert!(notice.contains("Nobody receives email."), "{notice}");
    assert!(notice.contains("greenroom mail setup"), "{notice}");
    assert!(!page.has("form[action='/mail/test']"));
    let page = check(&mut ada).await;
    assert!(words(&page, Step::Transport).contains("Nobody receives them"));
    assert!(words(&page, Step::Greeting).contains("Skipped"));
}

#[actix_web::test]
async fn the_settings_are_shown_without_their_secrets() {
    let app = TestApp::with_settings(&[
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "localhost"),
        ("EMAIL_HOST_USER", "greenroom"),
        ("EMAIL_HOST_PASSWORD", "correct horse battery"),
        ("DEFAULT_FROM_EMAIL", "Greenroom <jobs@mail.example>"),
    ])
    .await;
    let page = app.admin().await.get("/mail").await;
    let settings = page.words("#settings");
    for words in [
        "EMAIL_HOST localhost",
        "EMAIL_PORT 587",
        "EMAIL_USE_TLS true",
        "EMAIL_HOST_USER greenroom",
        "EMAIL_HOST_PASSWORD (21 characters, ending in ry)",
        "DEFAULT_FROM_EMAIL Greenroom <jobs@mail.example>",
    ] {
        assert!(settings.contains(words), "{words} in {settings}");
    }
    assert!(!page.text.contains("correct horse"));
}

#[actix_web::test]
async fn a_password_that_microsoft_will_not_accept_for_long_is_told_with_its_date() {
    let microsoft = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "smtp.office365.com"),
        ("EMAIL_HOST_USER", "jobs@contoso.com"),
        ("DEFAULT_FROM_EMAIL", "jobs@contoso.com"),
    ];
    let password = ("EMAIL_HOST_PASSWORD", "correct horse");
    let tokens = [
        ("EMAIL_AUTH", "oauth2"),
        ("EMAIL_OAUTH_PROVIDER", "microsoft"),
        ("EMAIL_OAUTH_TENANT", "contoso.com"),
        ("EMAIL_OAUTH_CLIENT_ID", "app"),
        ("EMAIL_OAUTH_CLIENT_SECRET", "geheim"),
    ];
    let elsewhere = ("EMAIL_HOST", "mail.contoso.com");
    for (settings, is_told) in [
        ([&microsoft[..], &[password]].concat(), true),
        ([&microsoft[..], &tokens].concat(), false),
        ([&microsoft[..], &[password, elsewhere]].concat(), false),
    ] {
        let app = TestApp::with_settings(&settings).await;
        let page = app.admin().await.get("/mail").await;
        let told = page.words("main");
        assert_eq!(told.contains("end of December 2026"), is_told, "{told}");
        assert!(!page.text.contains("geheim"), "{told}");
    }
}

#[actix_web::test]
async fn checks_of_a_newer_greenroom_are_shown_as_far_as_they_are_known() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    let actor = greenroom::domain::actions::Actor::system(app.company_id);
    let db = &app.app.db;
    let begun = mail_checks::begin(db, &actor, ada.user_id(), None, app.now()).await;
    let Ok(Begun::Run(run)) = begun else {
        panic!("{begun:?}");
    };
    let check = |number: u8, step: &str, grade: &str| {
        json!({"number": number, "step": step, "server": null, "grade": grade, "evidence": ["seen"],
            "cause": "It lacks something.", "fix": "Add it.", "milliseconds": 3, "more": 1})
    };
    let checks = json!([
        check(9, "greeting", "pass"),
        check(14, "proof_of_work", "fail"),
        check(15, "login", "doubtful"),
    ]);
    mail_checks::end(db, app.company_id, run, checks, Health::Warnings, app.now())
        .await
        .expect("ended");
    let page = ada.get("/mail").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(words(&page, Step::Greeting).contains("Greeting OK"));
    let rows = page.all_words("#checks .timeline > li");
    for (row, title) in rows[1..].iter().zip(["14. proof of work", "15. login"]) {
        assert!(
            row.starts_with(title) && row.contains("newer version"),
            "{row}"
        );
        assert!(
            row.contains("It lacks something.") && row.contains("Add it."),
            "{row}"
        );
    }
}

/// What one line of the facts says.
fn fact(page: &Answer, label: &str) -> String {
    let labels = page.all_words("#servers dt");
    let at = labels.iter().position(|own| own == label);
    let at = at.unwrap_or_else(|| panic!("{label} is missing in {labels:?}"));
    page.all_words("#servers dd")[at].clone()
}

#[actix_web::test]
async fn a_mail_server_is_shown_with_its_login_pace_and_proof() {
    let server = SmtpServer::with(offering(&[]), []).await;
    let port = server.settings().port.to_string();
    let settings = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("EMAIL_PORT", &port),
        ("EMAIL_USE_TLS", "false"),
        ("DEFAULT_FROM_EMAIL", "jobs@sample-company.example"),
        ("EMAIL_MAX_PER_SECOND", "0.5"),
        OWN_ADDRESS,
    ];
    let app = TestApp::with_settings(&settings).await;
    let mut ada = app.admin().await;
    let page = ada.get("/mail").await;
    assert_eq!(fact(&page, "Login"), "None");
    assert_eq!(
        fact(&page, "Sending rate"),
        "30 emails a minute, up to 5 at once"
    );
    assert_eq!(fact(&page, "Used now"), "0 of 5");
    assert!(fact(&page, "Proof").contains("The next email shows"));
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    app.deliver().await;
    let page = ada.get("/mail").await;
    assert_eq!(fact(&page, "Used now"), "3 of 5");
    assert!(fact(&page, "Proof").contains("taken by the recipient's mail server"));
    app.advance(TimeDelta::seconds(4));
    assert_eq!(fact(&ada.get("/mail").await, "Used now"), "1 of 5");
    // What another company's emails showed is not told.
    let mut other = app.other_company().await;
    let page = other.get("/mail").await;
    assert!(fact(&page, "Proof").contains("The next email shows"));
}

#[actix_web::test]
async fn the_last_five_problems_of_a_server_are_shown_to_their_company() {
    let deferring = Script::at(At::RcptTo, Act::Reply("452 4.2.2 The mailbox is full"));
    let refusing = Script::at(At::RcptTo, Act::Reply("550 5.1.1 No such user"));
    let scripts = [vec![deferring; 5], vec![refusing]].concat();
    let server = SmtpServer::scripted(scripts).await;
    let app = sending(&server).await;
    app.expect_undelivered_mail();
    let mut last = 0;
    for _ in 0..6 {
        last = builders::booked(&app, app.company_id).await.email.id;
        app.deliver().await;
        app.advance(TimeDelta::seconds(1));
    }
    let mut ada = app.admin().await;
    let page = ada.get("/mail").await;
    let rows = page.all_words("#servers .timeline li");
    assert_eq!(rows.len(), 5, "{rows:#?}");
    assert!(
        rows[0].contains("Refused") && rows[0].contains("4 January 2027"),
        "{}",
        rows[0]
    );
    assert!(page.has(&format!(
        "#servers .timeline li:first-child a[href='/emails/{last}']"
    )));
    assert!(
        rows[1].contains("Not accepted at that attempt"),
        "{}",
        rows[1]
    );
    let mut other = app.other_company().await;
    assert!(!other.get("/mail").await.has("#servers .timeline"));
}

#[actix_web::test]
async fn until_when_a_login_works_is_shown() {
    let microsoft = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "smtp.office365.com"),
        ("EMAIL_HOST_USER", "jobs@contoso.com"),
        ("DEFAULT_FROM_EMAIL", "jobs@contoso.com"),
    ];
    let tokens = [
        ("EMAIL_AUTH", "oauth2"),
        ("EMAIL_OAUTH_PROVIDER", "microsoft"),
        ("EMAIL_OAUTH_TENANT", "contoso.com"),
        ("EMAIL_OAUTH_CLIENT_ID", "app"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&microsoft[..], more].concat();
    let app = TestApp::with_settings(&with(&[("EMAIL_HOST_PASSWORD", "correct horse")])).await;
    let page = app.admin().await.get("/mail").await;
    assert_eq!(fact(&page, "Login"), "Password");
    assert!(fact(&page, "Works until").contains("end of December 2026"));
    assert!(
        fact(&page, "Sending rate").contains("3 connections"),
        "{}",
        fact(&page, "Sending rate")
    );
    assert!(
        !page.words("main").contains("EMAIL_AUTH"),
        "nobody here can set it"
    );

    let secret = ("EMAIL_OAUTH_CLIENT_SECRET", "geheim");
    let app = TestApp::with_settings(&with(&[&tokens[..], &[secret]].concat())).await;
    let page = app.admin().await.get("/mail").await;
    assert_eq!(
        fact(&page, "Login"),
        "Access token; the app signs in by itself"
    );
    assert!(fact(&page, "Works until").contains("with the next email"));

    let app = TestApp::with_settings(&with(&tokens)).await;
    let mut ada = app.admin().await;
    let page = ada.get("/mail").await;
    assert!(fact(&page, "Works until").contains("greenroom mail sign-in"));
    let Backend::Smtp(smtp) = &app.app.settings.mail.backend else {
        panic!("no mail server");
    };
    let account = Account::of(smtp.login.as_ref().expect("a login")).expect("tokens");
    let signed_in = Tokens {
        access: Secret::new("access-geheim"),
        refresh: Some(Secret::new("refresh-geheim")),
        lasts: Duration::from_secs(3600),
    };
    let kept = access::keep_sign_in(&app.app, account, &signed_in).await;
    kept.expect("kept");
    let page = ada.get("/mail").await;
    assert!(fact(&page, "Login").contains("signed in as jobs@contoso.com"));
    assert_eq!(
        fact(&page, "Works until"),
        "Mon 4 January 2027, 10:00; renewed automatically before that"
    );
    assert_eq!(fact(&page, "Signed in"), "Mon 4 January 2027, 09:00");
    assert!(!page.text.contains("geheim"));
    app.advance(TimeDelta::hours(1));
    let page = ada.get("/mail").await;
    assert!(
        fact(&page, "Works until").contains("Greenroom asks for a new token with the next email")
    );
}

#[actix_web::test]
async fn the_page_needs_few_statements() {
    let server = SmtpServer::start().await;
    let app = sending(&server).await;
    let mut ada = app.admin().await;
    check(&mut ada).await;
    app.advance(TimeDelta::seconds(2));
    app.app.db.failpoint().listen();
    assert_eq!(ada.get("/mail").await.status, 200);
    let heard = app.app.db.failpoint().heard();
    assert!(heard.len() <= 8, "{}", heard.join("\n"));
}
