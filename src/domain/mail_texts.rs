//! What a company says in its mails in its own words.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{company, email::Kind, mail_text, mail_text_version};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};

use super::{
    actions::Actor,
    events::{self, Event},
    logos::{self, Shown},
    rows,
    versions::Updated,
};
use crate::{
    db::{self, Db},
    error::Result,
};

/// What a company gives its mails of its own.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Its words, for every kind and language that it has some for.
    pub texts: Vec<mail_text::Model>,
    /// Its logo.
    pub logo: Option<Shown>,
}

impl Own {
    /// Its words for one kind in one language, by the names of their parts.
    pub fn words(&self, kind: Kind, locale: &str) -> impl Iterator<Item = (&str, &str)> {
        let of_it = move |row: &&mail_text::Model| row.kind == kind && row.locale == locale;
        let rows = self.texts.iter().filter(of_it);
        rows.map(|row| (row.name.as_str(), row.text.as_str()))
    }
}

/// All that a company gives its mails of its own.
pub async fn own(db: &impl ConnectionTrait, company: &company::Model) -> Result<Own> {
    Ok(Own {
        texts: all(db, company.id).await?,
        logo: match company.logo_id {
            Some(id) => logos::shown(db, company.id, id).await?,
            None => None,
        },
    })
}

/// A company's words of every kind that this version knows.
async fn all(db: &impl ConnectionTrait, company_id: i64) -> Result<Vec<mail_text::Model>> {
    let all = mail_text::Entity::find()
        .filter(mail_text::COLUMN.company_id.eq(company_id))
        .filter(mail_text::Column::Kind.is_in(Kind::iter()))
        .order_by_asc(mail_text::Column::Name);
    rows::readable(all, db, "mail text").await
}

/// Whose words, and for which mails.
#[derive(Clone, Debug)]
pub struct Which<'a> {
    /// In which mails.
    pub kind: Kind,
    /// The language, by the tag of its file.
    pub locale: &'a str,
}

/// A company's own words for these mails, as they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// +1 at each change; 0 before the first.
    pub version: i32,
    /// By the names of their parts.
    pub texts: BTreeMap<String, String>,
}

/// The version of a company's words for these mails; 0 before the first change.
pub async fn version(db: &impl ConnectionTrait, company_id: i64, which: &Which<'_>) -> Result<i32> {
    let row = mail_text_version::Entity::find()
        .filter(mail_text_version::COLUMN.company_id.eq(company_id))
        .filter(mail_text_version::Column::Kind.eq(which.kind))
        .filter(mail_text_version::COLUMN.locale.eq(which.locale))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Keeps the actor's company's words for these mails, by the names of their parts, in place of all that it
/// had, if nobody else changed them since their version was `seen`. Of what a newer version of Greenroom may
/// have kept under other names nothing is touched. Mails that are composed from now on have them.
pub async fn save(
    db: &Db,
    actor: &Actor,
    (which, seen): (&Which<'_>, i32),
    known: &[&'static str],
    texts: &BTreeMap<&'static str, String>,
    now: DateTime<Utc>,
) -> Result<Updated<Kept>> {
    let company_id = actor.company_id;
    db::transaction_retrying_duplicates(db, async |txn| {
        let before = Kept {
            version: version(txn, company_id, which).await?,
            texts: kept(txn, company_id, which, known).await?,
        };
        let is_same = |(name, text): (&String, &String)| texts.get(name.as_str()) == Some(text);
        if before.texts.len() == texts.len() && before.texts.iter().all(is_same) {
            return Ok(Updated::Same);
        }
        if before.version != seen || !raise(txn, company_id, which, seen).await? {
            return Ok(Updated::Stale(Box::new(before)));
        }
        clear(txn, company_id, which, known).await?;
        for (name, text) in texts {
            keep(txn, company_id, which, name, text).await?;
        }
        let event = event(company_id, which, known, before, owned(texts));
        events::record(txn, actor, event, now).await?;
        Ok(Updated::Done)
    })
    .await
}

/// Of a company's words for these mails, which were `before` and are `after`.
fn event(
    company_id: i64,
    which: &Which<'_>,
    known: &[&'static str],
    before: Kept,
    after: BTreeMap<String, String>,
) -> Event {
    let (kind, locale) = (which.kind, which.locale.to_owned());
    let version = Some(before.version + 1);
    let before = before.texts;
    let changed = known
        .iter()
        .filter(|name| before.get(**name) != after.get(**name))
        .map(|name| String::from(*name))
        .collect();
    match after.is_empty() {
        true => Event::MailTextsReset {
            company_id,
            kind,
            locale,
            changed,
            version,
            before,
            after,
        },
        false => Event::MailTextsUpdated {
            company_id,
            kind,
            locale,
            changed,
            version,
            before,
            after,
        },
    }
}

fn owned(texts: &BTreeMap<&'static str, String>) -> BTreeMap<String, String> {
    let texts = texts.iter();
    texts
        .map(|(name, text)| (String::from(*name), text.clone()))
        .collect()
}

/// Counts a change of what was `seen` in this version; false when somebody was first. Of two first changes at
/// once the unique key refuses one, which then looks again.
async fn raise(
    txn: &impl ConnectionTrait,
    company_id: i64,
    which: &Which<'_>,
    seen: i32,
) -> Result<bool> {
    if seen == 0 {
        let row = mail_text_version::ActiveModel {
            company_id: Set(company_id),
            locale: Set(which.locale.to_owned()),
            kind: Set(which.kind),
            version: Set(1),
        };
        mail_text_version::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        return Ok(true);
    }
    let raised = mail_text_version::Entity::update_many()
        .col_expr(
            mail_text_version::Column::Version,
            Expr::col(mail_text_version::Column::Version).add(1),
        )
        .filter(mail_text_version::COLUMN.company_id.eq(company_id))
        .filter(mail_text_version::Column::Kind.eq(which.kind))
        .filter(mail_text_version::COLUMN.locale.eq(which.locale))
        .filter(mail_text_version::COLUMN.version.eq(seen))
        .exec(txn)
        .await?;
    Ok(raised.rows_affected == 1)
}

async fn kept(
    txn: &impl ConnectionTrait,
    company_id: i64,
    which: &Which<'_>,
    known: &[&'static str],
) -> Result<BTreeMap<String, String>> {
    let rows = all(txn, company_id).await?.into_iter();
    let of_it = rows.filter(|row| {
        row.kind == which.kind && row.locale == which.locale && known.contains(&row.name.as_str())
    });
    Ok(of_it.map(|row| (row.name, row.text)).collect())
}

async fn clear(
    txn: &impl ConnectionTrait,
    company_id: i64,
    which: &Which<'_>,
    known: &[&'static str],
) -> Result<()> {
    mail_text::Entity::delete_many()
        .filter(mail_text::COLUMN.company_id.eq(company_id))
        .filter(mail_text::Column::Kind.eq(which.kind))
        .filter(mail_text::COLUMN.locale.eq(which.locale))
        .filter(mail_text::Column::Name.is_in(known.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}

/// Two admins who save at once must not stop each other: the later one's words stay.
async fn keep(
    txn: &impl ConnectionTrait,
    company_id: i64,
    which: &Which<'_>,
    name: &str,
    text: &str,
) -> Result<()> {
    let row = mail_text::ActiveModel {
        company_id: Set(company_id),
        locale: Set(which.locale.to_owned()),
        kind: Set(which.kind),
        name: Set(name.to_owned()),
        text: Set(text.to_owned()),
    };
    let key = [
        mail_text::Column::CompanyId,
        mail_text::Column::Locale,
        mail_text::Column::Kind,
        mail_text::Column::Name,
    ];
    mail_text::Entity::insert(row)
        .on_conflict(
            OnConflict::columns(key)
                .update_column(mail_text::Column::Text)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
