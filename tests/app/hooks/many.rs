//! Many reports of every kind and in any order: no email ends up where it must not.
use chrono::TimeDelta;
use entity::email::{self, Status};
use greenroom::{
    mail::events::{Kind, Provider},
    worker::housekeeping,
};

use super::{
    Scene,
    posts::{KINDS, Posted, Tale},
    turns::put,
};

const EMAILS: usize = 12;
/// Of each provider. `PROVIDER_EVENTS=10000` takes minutes.
const USUAL: usize = 120;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

/// How much a kind weighs: the heaviest that was told decides.
fn weight(kind: Kind) -> (usize, Status) {
    match kind {
        Kind::Deferred => (0, Status::Accepted),
        Kind::Delivered => (1, Status::Delivered),
        Kind::Bounced | Kind::Dropped => (2, Status::Bounced),
        Kind::Complained => (3, Status::Complained),
    }
}

/// What is known of one email, and what was told of it and is to be told again.
struct Known {
    email: email::Model,
    told: Vec<Kind>,
    posted: Vec<(Tale, Posted)>,
}

impl Known {
    fn expected(&self) -> Status {
        let weights = self.told.iter().map(|kind| weight(*kind));
        let heaviest = weights.max_by_key(|(weight, _)| *weight);
        heaviest.map_or(Status::Accepted, |(_, status)| status)
    }
}

#[actix_web::test]
async fn many_reports_leave_no_email_in_a_wrong_state() {
    let count = std::env::var("PROVIDER_EVENTS").map_or(USUAL, |text| {
        text.parse().expect("PROVIDER_EVENTS is a number")
    });
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        let mut all = Vec::new();
        for _ in 0..EMAILS {
            all.push(Known {
                email: scene.accepted().await,
                told: Vec::new(),
                posted: Vec::new(),
            });
        }
        let mut dice = Dice(7);
        for _ in 0..count {
            let which = dice.below(EMAILS);
            let other = all[(which + 1) % EMAILS].email.recipient.clone();
            let kind = KINDS[dice.below(KINDS.len())];
            tell(&scene, provider, &mut all[which], &other, kind, &mut dice).await;
            scene.app.advance(TimeDelta::seconds(1));
        }
        for known in &all {
            let status = scene.status(&known.email).await;
            assert_eq!(status, known.expected(), "{provider:?}: {:?}", known.told);
        }
    }
}

async fn tell(
    scene: &Scene,
    provider: Provider,
    known: &mut Known,
    other: &str,
    kind: Kind,
    dice: &mut Dice,
) {
    let now = scene.app.now();
    let tale = scene.tale(provider, kind, &known.email);
    let what = dice.below(10);
    let (posted, statuses): (Posted, &[u16]) = match what {
        // Late.
        0 => {
            let tale = Tale {
                at: now - TimeDelta::hours(6),
                ..tale.clone()
            };
            (tale.post(now), &[200])
        }
        // Forged: changed after it was signed, or at a wrong address.
        1 => {
            let mut posted = tale.post(now);
            posted.body.push(b' ');
            let answer = match provider {
                Provider::Postmark | Provider::Brevo | Provider::Ses | Provider::Mailgun => {
                    let path = scene.app.app.hooks.path(provider);
                    scene.post_to(&format!("{path}x"), &posted).await
                }
                _ => scene.post(provider, &posted).await,
            };
            let refused = matches!(answer.status, 403 | 404 | 429);
            assert!(refused, "{provider:?}: {}", answer.status);
            return;
        }
        // About somebody else.
        2 => {
            let tale = Tale {
                recipient: other.to_owned(),
                ..tale
            };
            assert_eq!(scene.tell(&tale).await.status, 200);
            return;
        }
        // About an email that nobody knows.
        3 => {
            let tale = Tale {
                reference: String::new(),
                message_id: "somebody@elsewhere.example".into(),
                at: now - TimeDelta::minutes(i64::try_from(dice.below(10)).expect("few")),
                ..tale
            };
            let answer = scene.tell(&tale).await;
            assert!(matches!(answer.status, 200 | 503), "{}", answer.status);
            return;
        }
        // Replayed as it was, or told again.
        4 | 5 if !known.posted.is_empty() => {
            let (tale, posted) = &known.posted[dice.below(known.posted.len())];
            let posted = if what == 4 {
                posted.clone()
            } else {
                tale.post(now)
            };
            let answer = scene.post(provider, &posted).await;
            // By then its signature may be too old.
            assert!(matches!(answer.status, 200 | 403), "{}", answer.status);
            return;
        }
        // Early: kept until our own record is there, and told again.
        6 => {
            let status = scene.status(&known.email).await;
            put(scene, &known.email, Status::Sending).await;
            scene.take(&tale).await;
            put(scene, &known.email, status).await;
            housekeeping::run_steps(&scene.app.app).await.expect("done");
            (tale.post(now), &[200])
        }
        _ => (tale.post(now), &[200]),
    };
    let answer = scene.post(provider, &posted).await;
    assert!(statuses.contains(&answer.status), "{}", answer.text);
    known.told.push(kind);
    known.posted.push((tale, posted));
}
