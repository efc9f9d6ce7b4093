//! Rows that a request names beside the one that it is about.
use sea_orm::ConnectionTrait;

use super::{accounts::users, candidates, interviews, jobs, slots};
use crate::error::{Error, Reference, Result};

/// Which of these are not there, or not the company's, in the order in which they are named.
pub async fn missing(
    db: &impl ConnectionTrait,
    company_id: i64,
    named: &[(Reference, i64)],
) -> Result<Vec<Reference>> {
    let mut missing = Vec::new();
    for (reference, id) in named {
        match require(db, company_id, *reference, *id).await {
            Ok(()) => {}
            Err(Error::NotFound | Error::NoSuch(_)) => missing.push(*reference),
            Err(error) => return Err(error),
        }
    }
    Ok(missing)
}

async fn require(
    db: &impl ConnectionTrait,
    company_id: i64,
    reference: Reference,
    id: i64,
) -> Result<()> {
    match reference {
        Reference::Candidate => candidates::find(db, company_id, id).await.map(drop),
        Reference::Interview => interviews::find(db, company_id, id).await.map(drop),
        Reference::Interviewer => users::require_active(db, company_id, &[id]).await,
        Reference::Job => jobs::require(db, company_id, id).await,
        Reference::Slot => slots::find(db, company_id, id).await.map(drop),
    }
}
