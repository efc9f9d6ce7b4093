//! The calendar that a user keeps elsewhere, read every ten minutes.
use sea_orm::entity::prelude::*;

/// The calendar that a user keeps elsewhere, read every ten minutes.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendars")]
pub struct Model {
    /// Whose row this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub company_id: i64,
    /// Whose calendar.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// Where it is; sealed, because whoever knows the address can read the calendar.
    pub address: String,
    /// The host of that address.
    pub host: String,
    /// As the server marked what was read last.
    pub etag: Option<String>,
    /// When all of it was read last.
    pub read_at: Option<DateTimeUtc>,
    /// When its server last said that what was read is so.
    pub succeeded_at: Option<DateTimeUtc>,
    /// Why it could not be read since, in words for its user; empty when it could.
    pub failure: String,
    /// How many of its events could not be understood.
    pub skipped: i32,
    /// Not before this instant.
    pub next_read_at: DateTimeUtc,
    /// When the address was given.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Without the address.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calendar(of user {})", self.user_id)
    }
}

/// The same.
impl std::fmt::Debug for ModelEx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calendar(of user {})", self.user_id)
    }
}
