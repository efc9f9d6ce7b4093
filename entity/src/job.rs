//! A position that people are interviewed for.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether people are still wanted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Interviews are scheduled.
    Open,
    /// No longer offered when slots are made.
    Closed,
}

/// A position that people are interviewed for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// As it stands in subjects.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Field of work, may be empty.
    pub domain: String,
    /// In words, for example `15-20 engineers`.
    pub team_size: String,
    /// How many people are wanted.
    pub positions_to_fill: i32,
    /// A list of words.
    pub key_skills: Json,
    /// Yearly, whole units of the currency.
    pub salary_min: Option<i64>,
    /// Yearly, whole units of the currency.
    pub salary_max: Option<i64>,
    /// ISO 4217.
    pub salary_currency: String,
    /// In words.
    pub location: String,
    /// Whether people are still wanted.
    pub status: Status,
    /// +1 at each change, for compare-and-set.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
