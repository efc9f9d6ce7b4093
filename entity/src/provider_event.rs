//! What a provider told, so that it is taken in once; belongs to no company, because all of them send through it.
use sea_orm::entity::prelude::*;

/// What a provider told, so that it is taken in once; belongs to no company, because all of them send through it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_events")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who told it.
    pub provider: String,
    /// Of the event's own id, or of a token that nobody may use for another post; once for each provider.
    pub digest: String,
    /// What the token came with; none of events.
    pub content: Option<String>,
    /// It need not be known from this instant: the provider has stopped telling it again.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
