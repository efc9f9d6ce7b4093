//! What a company says in its mails in its own words.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{company, email::Kind, mail_text};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, Iterable, QueryFilter,
    QueryOrder, sea_query::OnConflict,
};
use serde_json::json;

use super::{
    actions::{self, Act, Actor},
    logos::{self, Shown},
    rows,
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

/// Keeps the actor's company's words for these mails, by the names of their parts, in place of all that it
/// had. Of what a newer version may have kept under other names nothing is touched. Mails that are
/// composed from now on have them.
pub async fn save(
    db: &Db,
    actor: &Actor,
    which: &Which<'_>,
    known: &[&'static str],
    texts: BTreeMap<&'static str, String>,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        let before = kept(txn, actor.company_id, which, known).await?;
        clear(txn, actor.company_id, which, known).await?;
        for (name, text) in &texts {
            keep(txn, actor.company_id, which, name, text).await?;
        }
        let details = json!({
            "kind": which.kind.to_value(),
            "locale": which.locale,
            "before": before,
            "after": texts,
        });
        let verb = match texts.is_empty() {
            true => "mail_texts.reset",
            false => "mail_texts.updated",
        };
        let act = Act {
            verb,
            object_type: "company",
            object_id: actor.company_id,
            details,
        };
        actions::record(txn, actor, act, now).await
    })
    .await
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
