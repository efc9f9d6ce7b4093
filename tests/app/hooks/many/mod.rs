//! Many events of each provider in a heap: true, doubled, replayed, forged, early, late and out of order.
mod model;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use entity::{
    bounce,
    email::{self, Status},
};
use greenroom::{
    crypto,
    hooks::{self, Outcome},
    mail::events::{Post, Provider},
    worker::housekeeping,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use self::model::{Dice, Model};
use super::{
    Scene,
    posts::{KINDS, Posted, Tale},
};
use crate::support::builders;

/// Of each provider. `PROVIDER_EVENTS=10000` takes minutes.
const USUAL: usize = 500;
/// About so many events for each message.
const FOR_EACH: usize = 25;
/// One in so many goes through HTTP, the others through what its handler calls.
const OVER_HTTP: usize = 10;
/// With these, a hard bounce is about the address; with the others, about us.
const GONE: &str = "550 5.1.1 no such user";
const WORDS: [&str; 3] = [
    GONE,
    "554 5.7.1 listed at zen.spamhaus.org",
    "452 4.2.2 mailbox full",
];

/// All that is told, and of what.
struct Heap {
    scene: Scene,
    provider: Provider,
    dice: Dice,
    models: Vec<Model>,
    /// What was taken, as it travelled.
    taken: Vec<(Tale, Posted)>,
    counts: BTreeMap<&'static str, usize>,
    played: usize,
}

impl Heap {
    async fn new(provider: Provider, messages: usize) -> Self {
        let scene = Scene::set().await;
        let models = model::messages(&scene, messages).await;
        Self {
            scene,
            provider,
            dice: Dice(0x9e37_79b9_7f4a_7c15),
            models,
            taken: Vec::new(),
            counts: BTreeMap::new(),
            played: 0,
        }
    }

    /// Something of a message, that happened at some time of the last half day.
    fn tale(&mut self, which: usize) -> Tale {
        let kind = self.dice.one_of(&KINDS);
        let seconds = i64::try_from(self.dice.below(40_000)).expect("small");
        Tale {
            id: crypto::random_id(),
            at: self.scene.app.now() - TimeDelta::seconds(seconds),
            is_hard: self.dice.below(2) == 0,
            said: self.dice.one_of(&WORDS),
            ..self
                .scene
                .tale(self.provider, kind, &self.models[which].email)
        }
    }

    /// Plays a post, and says how it was answered.
    async fn play(&mut self, label: &'static str, posted: &Posted) -> u16 {
        *self.counts.entry(label).or_default() += 1;
        self.played += 1;
        if self.played.is_multiple_of(20) {
            self.scene.app.advance(TimeDelta::seconds(1));
        }
        if self.played.is_multiple_of(OVER_HTTP) {
            return self.scene.post(self.provider, posted).await.status;
        }
        let headers = posted.headers.iter().map(|(name, value)| (*name, &**value));
        let headers: Vec<(&str, &str)> = headers.collect();
        let post = Post {
            headers: &headers,
            body: &posted.body,
        };
        let app = &self.scene.app.app;
        let proof = app.settings.events.proof(self.provider);
        let proof = proof.expect("it may tell");
        match hooks::take(app, proof, &post).await.expect("an outcome") {
            Outcome::Taken => 200,
            Outcome::Again(_) => 503,
            Outcome::Refused(_) => 403,
        }
    }

    async fn tell(&mut self, which: usize, tale: Tale) {
        let posted = tale.post(self.scene.app.now());
        let label = match self.models[which].is_early() {
            true => "early",
            false => "true",
        };
        assert_eq!(self.play(label, &posted).await, 200);
        self.models[which].learn(&tale);
        self.taken.push((tale, posted));
    }

    async fn play_any(&mut self) {
        let which = self.dice.below(self.models.len());
        let tale = self.tale(which);
        let now = self.scene.app.now();
        match self.dice.below(20) {
            0..11 => self.tell(which, tale).await,
            11..14 if !self.taken.is_empty() => {
                let again = self.dice.below(self.taken.len());
                let (tale, posted) = self.taken[again].clone();
                // The same event in a new post, or the same post: known, or by now too old.
                match self.dice.below(2) {
                    0 => assert_eq!(self.play("doubled", &tale.post(now)).await, 200),
                    _ => assert!([200, 403].contains(&self.play("replayed", &posted).await)),
                }
            }
            14..17 => self.forge(which, &tale).await,
            17 => {
                let other = self.dice.below(self.models.len());
                let tale = Tale {
                    recipient: self.models[other].email.recipient.clone(),
                    ..tale
                };
                if other != which {
                    assert!([200, 503].contains(&self.play("misled", &tale.post(now)).await));
                }
            }
            _ => {
                let strange = Tale {
                    reference: self.models[which].email.id.to_string(),
                    message_id: "somebody@elsewhere.example".into(),
                    ..tale
                };
                assert!([200, 503].contains(&self.play("unknown", &strange.post(now)).await));
            }
        }
    }

    async fn forge(&mut self, which: usize, tale: &Tale) {
        let now = self.scene.app.now();
        let good = tale.post(now);
        let to = self.models[which].email.recipient.clone();
        let forged = match (self.provider, self.dice.below(4)) {
            // Whoever knows their address is believed, but not with a reference that we did not sign.
            (Provider::Postmark | Provider::Brevo, _) => {
                let forged = Tale {
                    reference: format!("{}x", tale.reference),
                    message_id: String::new(),
                    ..tale.clone()
                };
                let answer = self.play("forged", &forged.post(now)).await;
                return assert!([200, 503].contains(&answer), "{answer}");
            }
            (_, 0) => tale.post(now - TimeDelta::days(2)),
            (_, 1) => tale.post(now + TimeDelta::minutes(6)),
            // A signature that was seen, with something else. The signature of a moment ago is still good.
            (Provider::Mailgun, 2) => {
                assert_eq!(self.play("opened", &opened(&good)).await, 200);
                good
            }
            (Provider::Mailgun, _) => good.changed("\"signature\":\"", "\"signature\":\"00"),
            _ => good.changed(&to, "somebody@elsewhere.example"),
        };
        assert_eq!(self.play("forged", &forged).await, 403);
    }

    /// Our own records are written, and what came before them counts now.
    async fn commit(&mut self) {
        let row = email::ActiveModel {
            status: Set(Status::Accepted),
            lease_until: Set(None),
            ..Default::default()
        };
        builders::write(&self.scene.app, async |txn| {
            let sending = email::Entity::update_many().set(row);
            let sending = sending.filter(email::COLUMN.status.eq(Status::Sending));
            Ok(sending.exec(txn).await?)
        })
        .await;
        for model in &mut self.models {
            if model.is_early() {
                model.email.status = Status::Accepted;
            }
        }
        let done = housekeeping::run_steps(&self.scene.app.app).await;
        done.expect("what was told before counts");
    }

    async fn check(&self, what: &str) {
        let db = self.scene.app.app.db.read();
        let statuses = email::Entity::find().all(db).await.expect("messages");
        let statuses: BTreeMap<_, _> = statuses.iter().map(|it| (it.id, it.status)).collect();
        let mut actions: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        for report in bounce::Entity::find().all(db).await.expect("reports") {
            let told = actions.entry(report.email_id).or_default();
            told.insert(format!("{:?}", report.action));
        }
        let suppressed = self.scene.suppressed().await;
        let suppressed: BTreeSet<String> = suppressed.into_iter().collect();
        let mut wrong = Vec::new();
        for model in &self.models {
            let id = model.email.id;
            let stands = (
                statuses[&id],
                actions.get(&id).cloned().unwrap_or_default(),
                suppressed.contains(&model.email.recipient),
            );
            let must = (model.status(), model.actions(), model.is_suppressed());
            if stands != must {
                wrong.push(format!("{id}: {stands:?}, and must be {must:?}"));
            }
        }
        let all = wrong.join("\n");
        assert!(wrong.is_empty(), "{what}: {} wrong\n{all}", wrong.len());
    }
}

/// The same signature, with what says nothing.
fn opened(posted: &Posted) -> Posted {
    let mut body: Value = serde_json::from_slice(&posted.body).expect("JSON");
    body["event-data"]["event"] = "opened".into();
    Posted {
        body: body.to_string().into_bytes(),
        ..posted.clone()
    }
}

async fn no_email_ends_up_wrong(provider: Provider) {
    let count = std::env::var("PROVIDER_EVENTS").map_or(USUAL, |text| {
        text.parse().expect("PROVIDER_EVENTS is a number")
    });
    let mut heap = Heap::new(provider, count / FOR_EACH).await;
    while heap.played < count / 2 {
        heap.play_any().await;
    }
    heap.check("before our own records").await;
    heap.commit().await;
    while heap.played < count {
        heap.play_any().await;
    }
    for label in [
        "true", "doubled", "replayed", "forged", "early", "misled", "unknown",
    ] {
        assert!(heap.counts.contains_key(label), "{:?}", heap.counts);
    }
    heap.check("at the end").await;
}

#[actix_web::test]
async fn whatever_postmark_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Postmark).await;
}

#[actix_web::test]
async fn whatever_resend_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Resend).await;
}

#[actix_web::test]
async fn whatever_mailgun_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Mailgun).await;
}

#[actix_web::test]
async fn whatever_sendgrid_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Sendgrid).await;
}

#[actix_web::test]
async fn whatever_amazon_ses_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Ses).await;
}

#[actix_web::test]
async fn whatever_brevo_tells_in_any_order_no_email_ends_up_wrong() {
    no_email_ends_up_wrong(Provider::Brevo).await;
}
