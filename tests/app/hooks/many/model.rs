//! A simple model of what must become of messages.
use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::email::{self, Status};
use greenroom::mail::events::Kind;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::{
    super::{Scene, expected, posts::Tale},
    GONE,
};
use crate::support::builders;

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).expect("64 bits") % end
    }

    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A message, and what must have become of it: the gravest of what was truly told.
pub struct Model {
    pub email: email::Model,
    /// Each kind once, as it came first.
    told: Vec<Kind>,
    is_bad: bool,
}

impl Model {
    pub fn learn(&mut self, tale: &Tale) {
        if !self.told.contains(&tale.kind) {
            self.told.push(tale.kind);
        }
        let is_dead = tale.kind == Kind::Bounced && tale.is_hard && tale.said == GONE;
        self.is_bad |= is_dead || tale.kind == Kind::Complained;
    }

    /// Is nothing more sent to its address?
    pub fn is_suppressed(&self) -> bool {
        self.is_bad && !self.is_early()
    }

    pub fn is_early(&self) -> bool {
        self.email.status == Status::Sending
    }

    fn told(&self, kind: Kind) -> bool {
        self.told.contains(&kind)
    }

    /// Was it, before anybody said that it was delivered?
    fn is_dropped(&self) -> bool {
        let decisive = |kind: &&Kind| matches!(kind, Kind::Dropped | Kind::Delivered);
        self.told.iter().find(decisive) == Some(&Kind::Dropped)
    }

    pub fn status(&self) -> Status {
        match self.email.status {
            Status::Accepted if self.told(Kind::Complained) => Status::Complained,
            Status::Accepted if self.told(Kind::Bounced) => Status::Bounced,
            Status::Accepted if self.is_dropped() => Status::Bounced,
            Status::Accepted if self.told(Kind::Delivered) => Status::Delivered,
            other => other,
        }
    }

    pub fn actions(&self) -> BTreeSet<String> {
        let told = self.told.iter().map(|told| expected(*told).1);
        told.map(|action| format!("{action:?}")).collect()
    }
}

/// Copies of a message that the mail server took: some are being sent at this moment, some were called off.
pub async fn messages(scene: &Scene, count: usize) -> Vec<Model> {
    let first = scene.accepted().await;
    let status = |n| match n % 10 {
        0 => Status::Cancelled,
        1..5 => Status::Sending,
        _ => Status::Accepted,
    };
    let lease = scene.app.now() + TimeDelta::days(1);
    let rows = (0..count).map(|n| email::ActiveModel {
        id: NotSet,
        idem_key: Set(format!("heap-{n}")),
        message_id: Set(format!("heap.{n}@jobs.example.com")),
        recipient: Set(format!("heap-{n}@candidate.example")),
        status: Set(status(n)),
        lease_until: Set((status(n) == Status::Sending).then_some(lease)),
        ..first.clone().into_active_model()
    });
    builders::write(&scene.app, async |txn| {
        for row in rows {
            email::Entity::insert(row).exec(txn).await?;
        }
        Ok(())
    })
    .await;
    let all = email::Entity::find()
        .filter(email::Column::IdemKey.starts_with("heap-"))
        .order_by_asc(email::Column::Id);
    let all = all.all(scene.app.app.db.read()).await.expect("messages");
    let model = |email| Model {
        email,
        told: Vec::new(),
        is_bad: false,
    };
    all.into_iter().map(model).collect()
}
