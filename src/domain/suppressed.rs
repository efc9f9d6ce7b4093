//! Which addresses get no mail now, and why.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::suppression;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    domain::rows::{self, Stored},
    error::Result,
};

const UNREADABLE: &str = "Emails to this address are held back, and Greenroom can't read why. Check the address with the candidate. If it is right, release the email.";

/// Why nothing is sent now to those of the addresses to which no mail may go.
pub async fn among(
    db: &impl ConnectionTrait,
    company_id: i64,
    addresses: HashSet<&str>,
    now: DateTime<Utc>,
) -> Result<HashMap<String, String>> {
    let found = suppression::Entity::find()
        .filter(suppression::COLUMN.company_id.eq(company_id))
        .filter(suppression::Column::Address.is_in(addresses.iter().copied()));
    let mut suppressed = HashMap::new();
    for row in rows::all(found, db).await? {
        match row {
            Stored::Read(row) if now < row.expires_at => {
                suppressed.insert(row.address, row.reason);
            }
            Stored::Read(_) => {}
            Stored::Unreadable(_) => return one_by_one(db, company_id, addresses, now).await,
        }
    }
    Ok(suppressed)
}

/// The same where a row cannot be read, not even for whom it is.
async fn one_by_one(
    db: &impl ConnectionTrait,
    company_id: i64,
    addresses: HashSet<&str>,
    now: DateTime<Utc>,
) -> Result<HashMap<String, String>> {
    let mut suppressed = HashMap::new();
    for address in addresses {
        let reason = find(db, company_id, address, now).await?;
        suppressed.extend(reason.map(|reason| (address.to_owned(), reason)));
    }
    Ok(suppressed)
}

/// Why nothing is sent to an address now; none when mail may go there. Where nobody can read why, a person decides.
async fn find(
    db: &impl ConnectionTrait,
    company_id: i64,
    address: &str,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let found = suppression::Entity::find()
        .filter(suppression::COLUMN.company_id.eq(company_id))
        .filter(suppression::COLUMN.address.eq(address));
    Ok(match rows::one(found, db).await? {
        Some(Stored::Read(row)) => (now < row.expires_at).then_some(row.reason),
        Some(Stored::Unreadable(row)) => {
            row.log("suppression");
            Some(UNREADABLE.into())
        }
        None => None,
    })
}

/// The message that showed an address to be dead, when mail for it was held back.
pub async fn shown_by(
    db: &impl ConnectionTrait,
    company_id: i64,
    address: &str,
) -> Result<Option<i64>> {
    let row = suppression::Entity::find()
        .filter(suppression::COLUMN.company_id.eq(company_id))
        .filter(suppression::COLUMN.address.eq(address));
    let row = rows::one(row, db).await?;
    Ok(row.and_then(|row| Some(row.or_log("suppression")?.email_id)))
}
