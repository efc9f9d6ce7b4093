//! Reading the audit log: of one thing, or of the whole company a page at a time.
use chrono::{DateTime, Utc};
use entity::{action, slot, user};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use serde_json::{Value, json};

use crate::{
    db::Db,
    domain::{
        events::{Event, Object, UnknownChange, Verb},
        page::{self, Cursor, Page, Seek, Sort},
        rows::Stored,
    },
    error::Result,
};

const HISTORY_LENGTH: u64 = 200;
/// How many authors a choice offers.
const AUTHORS: u64 = 500;

/// A line of the log: what happened, and who did it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The line, as it is stored.
    pub action: action::Model,
    /// What it tells; none of what a newer version wrote or what cannot be read.
    pub event: Option<Event>,
    /// The user's name; none for the system and for candidates.
    pub by: Option<String>,
    /// Is the thing there no more? Of all that events are about, slots alone can be deleted.
    pub is_gone: bool,
}

impl Entry {
    /// What was done, also where the rest cannot be read.
    pub fn verb(&self) -> Option<Verb> {
        Verb::read(&self.action.verb)
    }

    /// The version that the object has from then on, where it counts them.
    pub fn version(&self) -> Option<i32> {
        match &self.event {
            Some(event) => event.version(),
            None => UnknownChange::read(&self.action.details).version,
        }
    }

    /// The names of the fields that were changed, where they are kept.
    pub fn changed(&self) -> Vec<String> {
        match &self.event {
            Some(event) => event.changed().into_iter().map(str::to_owned).collect(),
            None => UnknownChange::read(&self.action.details).changed,
        }
    }
}

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// This user.
    User(i64),
    /// Nobody who signs in: the system itself, or a candidate.
    Nobody,
}

/// Which lines of the log are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only what this one did.
    pub author: Option<Author>,
    /// Only this was done.
    pub verb: Option<String>,
    /// Only on this: the kind of thing, and its key.
    pub object: Option<(String, i64)>,
    /// Only at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// The lines that the filter finds, newest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    seek: Option<Seek>,
    limit: u64,
) -> Result<Page<Entry>> {
    let lines = matching(company_id, filter);
    let by = (action::Column::At, action::Column::Id);
    let lines = page::seek(lines, Sort::Descending, by, seek)
        .limit(limit + 1)
        .into_model::<Stored<Readable>>()
        .all(db.read())
        .await?;
    let page = Page::of_stored(lines, (seek, limit), "action", |line| Cursor {
        at: line.action.at,
        id: line.action.id,
    });
    Ok(page.map(entry))
}

fn matching(company_id: i64, filter: &Filter) -> Select<action::Entity> {
    let mut lines = of_company(company_id);
    if let Some(author) = filter.author {
        lines = match author {
            Author::User(id) => lines.filter(action::COLUMN.user_id.eq(id)),
            Author::Nobody => lines.filter(action::COLUMN.user_id.is_null()),
        };
    }
    if let Some(verb) = &filter.verb {
        lines = lines.filter(action::COLUMN.verb.eq(verb));
    }
    if let Some((object_type, id)) = &filter.object {
        lines = lines
            .filter(action::COLUMN.object_type.eq(object_type))
            .filter(action::COLUMN.object_id.eq(*id));
    }
    if let Some(from) = filter.from {
        lines = lines.filter(action::COLUMN.at.gte(from));
    }
    if let Some(until) = filter.until {
        lines = lines.filter(action::COLUMN.at.lt(until));
    }
    lines
}

/// The newest lines about one thing, oldest first.
pub async fn history(
    db: &Db,
    company_id: i64,
    object_type: &str,
    object_id: i64,
) -> Result<Vec<Entry>> {
    let newest = of_company(company_id)
        .filter(action::COLUMN.object_type.eq(object_type))
        .filter(action::COLUMN.object_id.eq(object_id))
        .order_by_desc(action::Column::Id)
        .limit(HISTORY_LENGTH);
    let lines = newest
        .into_model::<Stored<Readable>>()
        .all(db.read())
        .await?;
    let lines = lines.into_iter().filter_map(|line| line.or_log("action"));
    let mut lines: Vec<Entry> = lines.map(entry).collect();
    lines.reverse();
    Ok(lines)
}

/// The lines about an interview and about these messages, the oldest first, at most `limit`.
pub async fn of_interview(
    db: &Db,
    company_id: i64,
    (interview_id, email_ids): (i64, Vec<i64>),
    limit: u64,
) -> Result<Vec<Entry>> {
    let is = |object: Object| action::COLUMN.object_type.eq(object.as_str());
    let about = Condition::any()
        .add(is(Object::Interview).and(action::COLUMN.object_id.eq(interview_id)))
        .add(is(Object::Email).and(action::Column::ObjectId.is_in(email_ids)));
    let lines = of_company(company_id)
        .filter(about)
        .order_by_asc(action::Column::Id)
        .limit(limit)
        .into_model::<Stored<Readable>>()
        .all(db.read())
        .await?;
    let lines = lines.into_iter().filter_map(|line| line.or_log("action"));
    Ok(lines.map(entry).collect())
}

/// Every user of the company who may have done something, by name: also those who no longer sign in.
pub async fn authors(db: &Db, company_id: i64) -> Result<Vec<(i64, String)>> {
    Ok(user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Name])
        .filter(user::COLUMN.company_id.eq(company_id))
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(AUTHORS)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// The company's lines, each with the name of the user who wrote it.
fn of_company(company_id: i64) -> Select<action::Entity> {
    let name = Query::select()
        .column(user::Column::Name)
        .from(user::Entity)
        .and_where(
            of_user(user::Column::CompanyId).equals((action::Entity, action::Column::CompanyId)),
        )
        .and_where(of_user(user::Column::Id).equals((action::Entity, action::Column::UserId)))
        .to_owned();
    action::Entity::find()
        .expr_as(Expr::SubQuery(None, Box::new(name.into())), BY)
        .expr_as(Expr::exists(slot()), HAS_SLOT)
        .filter(action::COLUMN.company_id.eq(company_id))
}

/// The slot that a line is about, if it is about one.
fn slot() -> SelectStatement {
    let of = |column| Expr::col((slot::Entity, column));
    Query::select()
        .expr(Expr::value(1))
        .from(slot::Entity)
        .and_where(of(slot::Column::CompanyId).equals((action::Entity, action::Column::CompanyId)))
        .and_where(of(slot::Column::Id).equals((action::Entity, action::Column::ObjectId)))
        .and_where(action::COLUMN.object_type.eq(Object::Slot.as_str()))
        .to_owned()
}

fn of_user(column: user::Column) -> Expr {
    Expr::col((user::Entity, column))
}

const BY: &str = "by_name";
const HAS_SLOT: &str = "has_slot";

fn entry(line: Readable) -> Entry {
    let Readable {
        action,
        by,
        has_slot,
    } = line;
    let (verb, object) = (&action.verb, &action.object_type);
    Entry {
        event: Event::read(verb, object, action.object_id, &action.details),
        is_gone: Object::read(object) == Some(Object::Slot) && !has_slot,
        by,
        action,
    }
}

/// A line whose details may be unreadable: who did what, and when, is still told, and so are all other lines.
struct Readable {
    action: action::Model,
    by: Option<String>,
    has_slot: bool,
}

impl FromQueryResult for Readable {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let unreadable = |_| json!({ "details": "cannot be read" });
        let details: Result<Value, DbErr> = row.try_get(prefix, "details");
        let action = action::Model {
            id: row.try_get(prefix, "id")?,
            company_id: row.try_get(prefix, "company_id")?,
            user_id: row.try_get(prefix, "user_id")?,
            verb: row.try_get(prefix, "verb")?,
            object_type: row.try_get(prefix, "object_type")?,
            object_id: row.try_get(prefix, "object_id")?,
            details: details.unwrap_or_else(unreadable),
            ip: row.try_get(prefix, "ip")?,
            at: row.try_get(prefix, "at")?,
        };
        // Whoever cannot be read has no name to show.
        let by = row.try_get(prefix, BY).ok().flatten();
        Ok(Self {
            action,
            by,
            has_slot: row.try_get(prefix, HAS_SLOT)?,
        })
    }
}
