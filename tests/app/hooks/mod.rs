//! What providers tell of the emails that they took, and what that changes.
mod complaints;
mod many;
mod page;
mod posts;
mod sns;
mod trust;
mod turns;

use actix_web::http::Method;
use chrono::TimeDelta;
use entity::{
    bounce::{self, Action},
    email::{self, Status},
    suppression,
};
use greenroom::{
    crypto,
    mail::events::{Kind, Provider},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use self::posts::{CERTIFICATE, KINDS, MAILGUN, Posted, RESEND, SENDGRID, SNS, TOPIC, Tale};
use crate::{
    emails::app_with,
    support::{Answer, TestApp, builders, rows, smtp_server::SmtpServer},
};

pub struct Scene {
    pub app: TestApp,
    pub server: SmtpServer,
    /// The process whose database it is, where that is another one.
    pub _owner: Option<TestApp>,
}

impl Scene {
    /// All six may tell.
    pub async fn set() -> Self {
        Self::with(&[]).await
    }

    pub async fn with(more: &[(&str, &str)]) -> Self {
        Self::at(SmtpServer::start().await, more).await
    }

    /// With this mail server.
    pub async fn at(server: SmtpServer, more: &[(&str, &str)]) -> Self {
        let sendgrid = SENDGRID.public();
        let mut variables = vec![
            ("EMAIL_EVENTS", "postmark,resend,mailgun,sendgrid,ses,brevo"),
            ("EMAIL_EVENTS_RESEND_SECRET", RESEND),
            ("EMAIL_EVENTS_MAILGUN_KEY", MAILGUN),
            ("EMAIL_EVENTS_SENDGRID_KEY", &sendgrid),
            ("EMAIL_EVENTS_SES_TOPIC", TOPIC),
        ];
        variables.extend(more);
        let app = app_with(&server, &variables).await;
        let scene = Self {
            app,
            server,
            _owner: None,
        };
        scene.knows_certificate();
        scene
    }

    fn knows_certificate(&self) {
        let pem = SNS.certificate("sns.amazonaws.com", (2026, 2036));
        let url = CERTIFICATE.parse().expect("a URL");
        self.app.app.hooks.certificates.keep(url, pem.into());
    }

    /// A message that the mail server took.
    pub async fn accepted(&self) -> email::Model {
        self.accepted_of(self.app.company_id).await
    }

    pub async fn accepted_of(&self, company_id: i64) -> email::Model {
        let id = builders::booked(&self.app, company_id).await.email.id;
        self.app.deliver().await;
        let email = self.email(id).await;
        assert_eq!(email.status, Status::Accepted);
        email
    }

    pub async fn email(&self, id: i64) -> email::Model {
        let found = email::Entity::find_by_id(id);
        let email = found.one(self.app.app.db.read()).await;
        email.expect("an answer").expect("a message")
    }

    pub async fn status(&self, email: &email::Model) -> Status {
        self.email(email.id).await.status
    }

    /// What a provider tells of it now.
    pub fn tale(&self, provider: Provider, kind: Kind, email: &email::Model) -> Tale {
        Tale {
            provider,
            kind,
            id: crypto::random_id(),
            reference: self.app.app.references.sign(email.id),
            message_id: email.message_id.clone(),
            recipient: email.recipient.clone(),
            at: self.app.now(),
            is_hard: false,
            said: "550 5.7.1 as the server says",
        }
    }

    pub async fn post(&self, provider: Provider, posted: &Posted) -> Answer {
        let path = self.app.app.hooks.path(provider);
        self.post_to(&path, posted).await
    }

    pub async fn post_to(&self, path: &str, posted: &Posted) -> Answer {
        // As a program does, which knows of no page.
        let mut provider = self.app.stranger().with_header("origin", "");
        let request = posted.request();
        provider.send(Method::POST, path, request).await
    }

    pub async fn tell(&self, tale: &Tale) -> Answer {
        self.post(tale.provider, &tale.post(self.app.now())).await
    }

    /// Tells it, and it is taken.
    pub async fn take(&self, tale: &Tale) {
        let answer = self.tell(tale).await;
        assert_eq!(answer.status, 200, "{:?}: {}", tale.provider, answer.text);
    }

    pub async fn reports(&self, email: &email::Model) -> Vec<Action> {
        let reports = bounce::Entity::find().filter(bounce::Column::EmailId.eq(email.id));
        let reports = reports.order_by_asc(bounce::Column::Id);
        let reports = reports.all(self.app.app.db.read()).await.expect("reports");
        reports.into_iter().map(|report| report.action).collect()
    }

    pub async fn suppressed(&self) -> Vec<String> {
        let rows = suppression::Entity::find();
        let rows = rows.all(self.app.app.db.read()).await.expect("rows");
        rows.into_iter().map(|row| row.address).collect()
    }

    /// Every row but those that say when a provider told something last.
    pub async fn rows(&self) -> Vec<String> {
        let mut rows = rows::all(&self.app).await;
        rows.retain(|row| !row.starts_with("provider_hook "));
        rows
    }
}

pub fn expected(kind: Kind) -> (Status, Action) {
    match kind {
        Kind::Delivered => (Status::Delivered, Action::Delivered),
        Kind::Deferred => (Status::Accepted, Action::Delayed),
        Kind::Bounced => (Status::Bounced, Action::Failed),
        Kind::Complained => (Status::Complained, Action::Complained),
        Kind::Dropped => (Status::Bounced, Action::Dropped),
        Kind::Noted => (Status::Accepted, Action::Noted),
    }
}

#[actix_web::test]
async fn each_provider_tells_five_things_of_one_email_and_of_no_other() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        for kind in KINDS {
            let (ours, other) = (scene.accepted().await, scene.accepted().await);
            scene.take(&scene.tale(provider, kind, &ours)).await;
            let (status, action) = expected(kind);
            let what = format!("{provider:?} {kind:?}");
            assert_eq!(scene.status(&ours).await, status, "{what}");
            assert_eq!(scene.reports(&ours).await, [action], "{what}");
            assert_eq!(scene.email(other.id).await, other, "{what}");
            let is_held = scene.suppressed().await.contains(&ours.recipient);
            assert_eq!(is_held, kind == Kind::Complained, "{what}");
        }
    }
}

#[actix_web::test]
async fn an_address_that_a_provider_calls_dead_gets_nothing_more() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        let (ours, other) = (scene.accepted().await, scene.accepted().await);
        let dead = Tale {
            is_hard: true,
            said: "550 5.1.1 no such user",
            ..scene.tale(provider, Kind::Bounced, &ours)
        };
        scene.take(&dead).await;
        assert_eq!(scene.status(&ours).await, Status::Bounced);
        let suppressed = scene.suppressed().await;
        assert!(suppressed.contains(&ours.recipient), "{provider:?}");
        assert!(!suppressed.contains(&other.recipient), "{provider:?}");
    }
}

#[actix_web::test]
async fn an_address_is_dead_even_if_the_same_words_were_no_reason_before() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        let ours = scene.accepted().await;
        for is_hard in [false, true] {
            let tale = Tale {
                is_hard,
                said: "550 5.1.1 no such user",
                ..scene.tale(provider, Kind::Bounced, &ours)
            };
            scene.take(&tale).await;
            scene.app.advance(TimeDelta::seconds(1));
            let suppressed = scene.suppressed().await;
            assert_eq!(
                suppressed.contains(&ours.recipient),
                is_hard,
                "{provider:?}"
            );
        }
    }
}

#[actix_web::test]
async fn each_provider_is_sent_what_it_repeats() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let reference = scene.app.app.references.sign(ours.id);
    let taken = scene.server.taken();
    let message = String::from_utf8_lossy(&taken[0].bytes).into_owned();
    let (header, _) = message.split_once("\r\n\r\n").expect("a header");
    for line in [
        format!("X-PM-Metadata-greenroom: {reference}"),
        format!("X-Greenroom-Reference: {reference}"),
        format!("X-SES-MESSAGE-TAGS: greenroom={reference}"),
        format!("X-Mailin-custom: greenroom={reference}"),
        format!("X-Mailgun-Variables: {{\"greenroom\":\"{reference}\"}}"),
        format!("X-SMTPAPI: {{\"unique_args\":{{\"greenroom\":\"{reference}\"}}}}"),
    ] {
        assert!(header.contains(&line), "{line} in {header}");
    }
    // Nobody is told anything where nobody may tell.
    let silent = Scene::with(&[
        ("EMAIL_EVENTS", ""),
        ("EMAIL_EVENTS_RESEND_SECRET", ""),
        ("EMAIL_EVENTS_MAILGUN_KEY", ""),
        ("EMAIL_EVENTS_SENDGRID_KEY", ""),
        ("EMAIL_EVENTS_SES_TOPIC", ""),
    ])
    .await;
    silent.accepted().await;
    let message = String::from_utf8_lossy(&silent.server.taken()[0].bytes).into_owned();
    assert!(!message.to_lowercase().contains("greenroom-reference"));
    assert!(!message.contains("X-SMTPAPI"), "{message}");
}

#[actix_web::test]
async fn a_message_id_is_enough_where_the_reference_is_lost() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        let ours = scene.accepted().await;
        let tale = Tale {
            reference: String::new(),
            ..scene.tale(provider, Kind::Delivered, &ours)
        };
        let answer = scene.tell(&tale).await;
        // Postmark has a Message-ID of its own and repeats no other.
        let (status, stands) = match provider {
            Provider::Postmark => (200, Status::Accepted),
            _ => (200, Status::Delivered),
        };
        assert_eq!(answer.status, status, "{provider:?}");
        assert_eq!(scene.status(&ours).await, stands, "{provider:?}");
    }
}
