//! A person who signs in.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What a user may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in the company.
    Admin,
    /// Schedules interviews.
    Recruiter,
    /// Holds interviews.
    Interviewer,
}

impl Role {
    /// May they see and change jobs, candidates, slots, interviews and their mail?
    pub fn is_recruiting(self) -> bool {
        match self {
            Self::Admin | Self::Recruiter => true,
            Self::Interviewer => false,
        }
    }

    /// May programs act on their behalf, with a token?
    pub fn may_have_tokens(self) -> bool {
        match self {
            Self::Admin | Self::Recruiter => true,
            Self::Interviewer => false,
        }
    }

    /// May they see and change users, tokens and the company as well?
    pub fn is_admin(self) -> bool {
        match self {
            Self::Admin => true,
            Self::Recruiter | Self::Interviewer => false,
        }
    }
}

/// A person who signs in.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// Canonical address, unique over all companies.
    pub email: String,
    /// As candidates read it.
    pub name: String,
    /// Where candidates can call; may be empty.
    pub phone: String,
    /// PHC string, argon2id.
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
    /// IANA name; the company's when absent.
    pub time_zone: Option<String>,
    /// The language of emails to the user, BCP 47.
    pub locale: String,
    /// So many minutes are kept free before each of their interviews, 0 to 120.
    pub buffer_before_minutes: i32,
    /// And so many after it, 0 to 120.
    pub buffer_after_minutes: i32,
    /// The most interviews that they want to hold in a week, 1 to 100.
    pub weekly_limit: Option<i32>,
    /// When they work, a list of weekdays and times; an empty one means always.
    pub working_hours: Json,
    /// Since when the user may no longer sign in.
    pub disabled_at: Option<DateTimeUtc>,
    /// +1 at each change, for compare-and-set.
    pub version: i32,
    /// When the user was added.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Without the password's hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.id)
    }
}

/// The same.
impl std::fmt::Debug for ModelEx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({})", self.id)
    }
}

impl Model {
    /// May the user sign in and use tokens?
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none()
    }
}
