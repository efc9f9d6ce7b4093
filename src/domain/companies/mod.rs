//! Companies: set up once, changed by their admins.
mod set_up;

use chrono::{DateTime, Utc};
use entity::{InstructionLine, company};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Deserialize;
use serde_json::json;

pub use self::set_up::{FirstAdmin, NewCompany, SetUp, create, exist, set_up};
use super::{
    actions::Actor,
    delivery,
    events::{self, CompanyFacts, Event},
    versions::{self, Updated},
};
use crate::{
    db::{self, Db},
    error::{Error, Result},
    holidays::Region,
    zones::Tz,
};

/// Greenroom's own green, until a company chooses.
pub const DEFAULT_COLOUR: &str = "#1f5f4a";

/// The longest time before the start at which a link may open, in minutes.
pub const MAX_JOIN_WINDOW_MINUTES: i32 = 1440;

/// The longest lead of a reminder, in minutes: four weeks.
pub const MAX_LEAD_MINUTES: i32 = 40_320;

/// The longest time before the start of which candidates are told in hours: two weeks.
pub const MAX_HOURS: i32 = 336;

/// The longest time for which a message may wait for corrections, in seconds.
pub const MAX_UNDO_SECONDS: i32 = 600;

/// Most that [`Changes::hourly_email_limit`] may be.
pub const MAX_HOURLY_EMAILS: i32 = 1000;

/// The company itself.
pub async fn find(db: &Db, company_id: i64) -> Result<company::Model> {
    find_in(db.read(), company_id).await
}

/// The same in a transaction.
pub(super) async fn find_in(db: &impl ConnectionTrait, company_id: i64) -> Result<company::Model> {
    company::Entity::find_by_id(company_id)
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// The instructions that a company wants candidates to read, in [`InstructionLine::ALL`]'s order.
pub fn instructions(company: &company::Model) -> Result<Vec<InstructionLine>> {
    let unreadable = |error| {
        Error::Stored(format!(
            "instruction lines of company {}: {error}",
            company.id
        ))
    };
    let wanted = company.instruction_lines.clone();
    let wanted: Vec<InstructionLine> = serde_json::from_value(wanted).map_err(unreadable)?;
    let in_order = InstructionLine::ALL.into_iter();
    Ok(in_order.filter(|line| wanted.contains(line)).collect())
}

/// What can come of an interview of the company, in the order in which it wants to read it.
pub fn outcomes(company: &company::Model) -> Result<Vec<String>> {
    stored_outcomes(company.id, &company.outcomes)
}

/// The same as they are stored.
pub fn stored_outcomes(company_id: i64, stored: &serde_json::Value) -> Result<Vec<String>> {
    names(company_id, "outcomes", stored)
}

/// Why the company cancels interviews, to choose from.
pub fn cancel_reasons(company: &company::Model) -> Result<Vec<String>> {
    names(
        company.id,
        "reasons for cancelling",
        &company.cancel_reasons,
    )
}

/// Why the company moves interviews, to choose from.
pub fn move_reasons(company: &company::Model) -> Result<Vec<String>> {
    names(company.id, "reasons for moving", &company.move_reasons)
}

/// Why the company does not tell candidates, to choose from.
pub fn silence_reasons(company: &company::Model) -> Result<Vec<String>> {
    names(
        company.id,
        "reasons for not telling",
        &company.silence_reasons,
    )
}

/// Whose public holidays the company keeps; none for no holidays.
pub async fn holiday_region(db: &impl ConnectionTrait, company_id: i64) -> Result<Option<Region>> {
    let stored: Option<Option<String>> = company::Entity::find_by_id(company_id)
        .select_only()
        .column(company::Column::HolidayRegion)
        .into_tuple()
        .one(db)
        .await?;
    stored_region(company_id, stored.ok_or(Error::NotFound)?.as_deref())
}

/// The same as it is stored.
pub fn stored_region(company_id: i64, stored: Option<&str>) -> Result<Option<Region>> {
    let unreadable = || Error::Stored(format!("holidays of company {company_id}"));
    stored
        .map(|code| Region::of(code).ok_or_else(unreadable))
        .transpose()
}

fn names(company_id: i64, what: &str, stored: &serde_json::Value) -> Result<Vec<String>> {
    Vec::deserialize(stored)
        .map_err(|error| Error::Stored(format!("{what} of company {company_id}: {error}")))
}

/// The oldest company of this name; for commands on the terminal.
pub async fn find_by_name(db: &Db, name: &str) -> Result<Option<company::Model>> {
    Ok(company::Entity::find()
        .filter(company::COLUMN.name.eq(name))
        .order_by_asc(company::Column::Id)
        .one(db.read())
        .await?)
}

/// The keys of all; for what concerns a person, whichever company's they are.
pub(super) async fn ids(db: &Db) -> Result<Vec<i64>> {
    let ids = company::Entity::find()
        .select_only()
        .column(company::Column::Id)
        .order_by_asc(company::Column::Id)
        .into_tuple();
    Ok(ids.all(db.read()).await?)
}

/// Are there more than one?
pub async fn are_several(db: &Db) -> Result<bool> {
    let two = company::Entity::find()
        .select_only()
        .column(company::Column::Id)
        .limit(2)
        .into_tuple::<i64>();
    Ok(two.all(db.read()).await?.len() > 1)
}

/// The most names that a list of a company's own may have.
pub const MOST_NAMES: usize = 30;
/// The longest of these names, in characters.
pub const LONGEST_NAME: usize = 60;

/// All that an admin may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// As it stands in subjects and signatures.
    pub name: String,
    /// The default zone of slots and pages.
    pub zone: Tz,
    /// Where candidates may write.
    pub contact_email: String,
    /// Where candidates can call; may be empty.
    pub phone: String,
    /// `#rrggbb`.
    pub brand_colour: String,
    /// From [`crate::text::https_url`].
    pub default_meeting_url: Option<String>,
    /// 0 to [`MAX_JOIN_WINDOW_MINUTES`].
    pub join_window_minutes: i32,
    /// Each 1 to [`MAX_LEAD_MINUTES`].
    pub reminder_lead_minutes: Vec<i32>,
    /// 1 to [`MAX_HOURS`]; none for never.
    pub confirm_hours: Option<i32>,
    /// 0 to [`MAX_HOURS`]; none for never.
    pub move_notice_hours: Option<i32>,
    /// 0 to [`MAX_UNDO_SECONDS`].
    pub undo_seconds: i32,
    /// 1 to [`MAX_HOURLY_EMAILS`].
    pub hourly_email_limit: i32,
    /// What can come of an interview, at most [`MOST_NAMES`].
    pub outcomes: Vec<String>,
    /// Why interviews are cancelled, at most as many.
    pub cancel_reasons: Vec<String>,
    /// Why they are moved, at most as many.
    pub move_reasons: Vec<String>,
    /// Why candidates are not told, at most as many.
    pub silence_reasons: Vec<String>,
    /// Whose public holidays it keeps; none for no holidays.
    pub holiday_region: Option<Region>,
    /// The lines that mails print.
    pub instruction_lines: Vec<InstructionLine>,
}

impl Changes {
    /// A company as it is.
    pub fn of(company: &company::Model) -> Result<Self> {
        let stored = |what: &str| Error::Stored(format!("{what} of company {}", company.id));
        let zone = company.time_zone.parse();
        let leads = serde_json::from_value(company.reminder_lead_minutes.clone());
        Ok(Self {
            name: company.name.clone(),
            zone: zone.map_err(|_| stored("time zone"))?,
            contact_email: company.contact_email.clone(),
            phone: company.phone.clone(),
            brand_colour: company.brand_colour.clone(),
            default_meeting_url: company.default_meeting_url.clone(),
            join_window_minutes: company.join_window_minutes,
            reminder_lead_minutes: leads.map_err(|_| stored("reminders"))?,
            confirm_hours: company.confirm_hours,
            move_notice_hours: company.move_notice_hours,
            undo_seconds: company.undo_seconds,
            hourly_email_limit: company.hourly_email_limit,
            outcomes: outcomes(company)?,
            cancel_reasons: cancel_reasons(company)?,
            move_reasons: move_reasons(company)?,
            silence_reasons: silence_reasons(company)?,
            holiday_region: stored_region(company.id, company.holiday_region.as_deref())?,
            instruction_lines: instructions(company)?,
        })
    }
}

/// Changes the actor's company, if nobody else did since its version was `seen`. Mails that have not been
/// composed yet will tell the new facts.
pub async fn update(
    db: &Db,
    actor: &Actor,
    seen: i32,
    changes: &Changes,
    now: DateTime<Utc>,
) -> Result<Updated<company::Model>> {
    db::transaction(db, async |txn| {
        let row = lock(txn, actor.company_id).await?;
        if Changes::of(&row)? == *changes {
            return Ok(Updated::Same);
        }
        let written = company::Entity::update_many()
            .set(company::ActiveModel {
                version: Set(seen + 1),
                ..columns(changes)
            })
            .filter(company::COLUMN.id.eq(row.id))
            .filter(company::COLUMN.version.eq(seen))
            .exec(txn)
            .await?;
        if written.rows_affected == 0 {
            return Ok(Updated::Stale(Box::new(row)));
        }
        if changes.hourly_email_limit > row.hourly_email_limit {
            delivery::look_at_addresses_again(txn, row.id, now).await?;
        }
        let (before, after) = (facts(&row)?, facts(&lock(txn, row.id).await?)?);
        let event = Event::CompanyUpdated {
            company_id: row.id,
            changed: differences(&before, &after),
            version: Some(seen + 1),
            before: Box::new(before),
            after: Box::new(after),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Updated::Done)
    })
    .await
}

/// The company, for a transaction that changes it or what hangs on it: whoever else would waits.
pub async fn lock(txn: &impl ConnectionTrait, company_id: i64) -> Result<company::Model> {
    company::Entity::find_by_id(company_id)
        .lock_exclusive()
        .one(txn)
        .await?
        .ok_or(Error::NotFound)
}

fn columns(changes: &Changes) -> company::ActiveModel {
    company::ActiveModel {
        name: Set(changes.name.clone()),
        time_zone: Set(changes.zone.name().into()),
        contact_email: Set(changes.contact_email.clone()),
        phone: Set(changes.phone.clone()),
        brand_colour: Set(changes.brand_colour.clone()),
        default_meeting_url: Set(changes.default_meeting_url.clone()),
        join_window_minutes: Set(changes.join_window_minutes),
        reminder_lead_minutes: Set(json!(changes.reminder_lead_minutes)),
        confirm_hours: Set(changes.confirm_hours),
        move_notice_hours: Set(changes.move_notice_hours),
        undo_seconds: Set(changes.undo_seconds),
        hourly_email_limit: Set(changes.hourly_email_limit),
        outcomes: Set(json!(changes.outcomes)),
        cancel_reasons: Set(json!(changes.cancel_reasons)),
        move_reasons: Set(json!(changes.move_reasons)),
        silence_reasons: Set(json!(changes.silence_reasons)),
        holiday_region: Set(changes.holiday_region.map(|region| region.code.into())),
        instruction_lines: Set(json!(changes.instruction_lines)),
        ..Default::default()
    }
}

fn differences(before: &CompanyFacts, after: &CompanyFacts) -> Vec<String> {
    let (old, new) = (before, after);
    versions::changed([
        ("brand_colour", old.brand_colour != new.brand_colour),
        ("cancel_reasons", old.cancel_reasons != new.cancel_reasons),
        ("confirm_hours", old.confirm_hours != new.confirm_hours),
        ("contact_email", old.contact_email != new.contact_email),
        (
            "default_meeting_url",
            old.default_meeting_url != new.default_meeting_url,
        ),
        ("holiday_region", old.holiday_region != new.holiday_region),
        (
            "hourly_email_limit",
            old.hourly_email_limit != new.hourly_email_limit,
        ),
        (
            "instruction_lines",
            old.instruction_lines != new.instruction_lines,
        ),
        (
            "join_window_minutes",
            old.join_window_minutes != new.join_window_minutes,
        ),
        (
            "move_notice_hours",
            old.move_notice_hours != new.move_notice_hours,
        ),
        ("move_reasons", old.move_reasons != new.move_reasons),
        ("name", old.name != new.name),
        ("outcomes", old.outcomes != new.outcomes),
        ("phone", old.phone != new.phone),
        (
            "reminder_lead_minutes",
            old.reminder_lead_minutes != new.reminder_lead_minutes,
        ),
        (
            "silence_reasons",
            old.silence_reasons != new.silence_reasons,
        ),
        ("time_zone", old.time_zone != new.time_zone),
        ("undo_seconds", old.undo_seconds != new.undo_seconds),
    ])
}

/// What the audit log keeps of a company.
fn facts(row: &company::Model) -> Result<CompanyFacts> {
    let unreadable = |error| Error::Stored(format!("settings of company {}: {error}", row.id));
    let (leads, lines) = (&row.reminder_lead_minutes, &row.instruction_lines);
    Ok(CompanyFacts {
        name: row.name.clone(),
        time_zone: row.time_zone.clone(),
        contact_email: row.contact_email.clone(),
        phone: Some(row.phone.clone()),
        brand_colour: row.brand_colour.clone(),
        default_meeting_url: row.default_meeting_url.clone(),
        join_window_minutes: row.join_window_minutes,
        reminder_lead_minutes: Some(Vec::deserialize(leads).map_err(unreadable)?),
        confirm_hours: row.confirm_hours,
        move_notice_hours: row.move_notice_hours,
        undo_seconds: Some(row.undo_seconds),
        hourly_email_limit: Some(row.hourly_email_limit),
        outcomes: Some(outcomes(row)?),
        cancel_reasons: Some(cancel_reasons(row)?),
        move_reasons: Some(move_reasons(row)?),
        silence_reasons: Some(silence_reasons(row)?),
        holiday_region: row.holiday_region.clone(),
        instruction_lines: Vec::deserialize(lines).map_err(unreadable)?,
    })
}
