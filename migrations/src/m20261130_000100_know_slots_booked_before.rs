//! Slots whose interview was cancelled and then booked elsewhere: they were booked once as well, so nobody can delete them.
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Slots whose interview was cancelled and then booked elsewhere: they were booked once as well, so nobody can delete them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No interview points at them any more; the audit log knows each booking.
        let slot = match manager.get_database_backend() {
            DbBackend::Postgres => "CAST(details ->> 'slot' AS bigint)",
            _ => "json_extract(details, '$.slot')",
        };
        let known = format!(
            "UPDATE slots SET was_booked = TRUE WHERE NOT was_booked AND id IN \
             (SELECT {slot} FROM actions WHERE verb = 'interview.booked' AND {slot} IS NOT NULL)"
        );
        let connection = manager.get_connection();
        connection.execute_unprepared(&known).await?;
        Ok(())
    }

    /// What is known stays known.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
