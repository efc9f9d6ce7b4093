//! The two jobs of the sample company.
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use entity::job::Status;

use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        idempotency_keys::KeyConflict,
        jobs::{self, NewJob},
    },
};

/// The jobs' keys.
#[derive(Clone, Copy)]
pub struct Jobs {
    /// Senior Cloud Architect.
    pub senior: i64,
    /// Cloud Architect.
    pub architect: i64,
}

/// The first job's key: calls that are written down for the system before this one name it, and work here as printed.
const FIRST: i64 = 226;

/// Enters both.
pub async fn enter(db: &Db, actor: &Actor, now: DateTime<Utc>) -> Result<Jobs> {
    db::transaction(db, async |txn| db::begin_keys_at(txn, "jobs", FIRST).await).await?;
    Ok(Jobs {
        senior: create(db, actor, senior(), now).await?,
        architect: create(db, actor, architect(), now).await?,
    })
}

async fn create(db: &Db, actor: &Actor, new: NewJob, now: DateTime<Utc>) -> Result<i64> {
    match jobs::create(db, actor, new, None, now).await? {
        Ok(id) => Ok(id),
        Err(KeyConflict) => {
            bail!("a job without an idempotency key can't have been added before")
        }
    }
}

fn senior() -> NewJob {
    NewJob {
        title: "Senior Cloud Architect".into(),
        description: include_str!("senior_cloud_architect.md").trim_end().into(),
        team_size: "15-20 engineers".into(),
        positions_to_fill: 2,
        key_skills: words("AWS, Azure, GCP, Terraform, Kubernetes, Docker, Python"),
        salary_min: Some(150_000),
        salary_max: Some(200_000),
        ..common()
    }
}

fn architect() -> NewJob {
    NewJob {
        title: "Cloud Architect".into(),
        description: include_str!("cloud_architect.md").trim_end().into(),
        team_size: "10-15 engineers".into(),
        positions_to_fill: 1,
        key_skills: words("AWS, Azure, Terraform, Docker, Kubernetes"),
        salary_min: Some(120_000),
        salary_max: Some(160_000),
        ..common()
    }
}

fn common() -> NewJob {
    NewJob {
        title: String::new(),
        description: String::new(),
        domain: "Cloud & Infrastructure".into(),
        team_size: String::new(),
        positions_to_fill: 1,
        key_skills: Vec::new(),
        salary_min: None,
        salary_max: None,
        salary_currency: "USD".into(),
        location: "Remote/Hybrid".into(),
        status: Status::Open,
    }
}

fn words(list: &str) -> Vec<String> {
    list.split(", ").map(String::from).collect()
}
