//! Slots that somebody was booked into once: only others can be deleted.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// Slots that somebody was booked into once: only others can be deleted.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("was_booked").default(false).to_owned();
        let column = Table::alter().table("slots").add_column(column).to_owned();
        manager.alter_table(column).await?;
        // An interview that moved on points at its new slot; the audit log has the old one.
        let left = match manager.get_database_backend() {
            DbBackend::Postgres => "CAST(details -> 'before' ->> 'slot' AS bigint)",
            _ => "json_extract(details, '$.before.slot')",
        };
        let known = format!(
            "UPDATE slots SET was_booked = TRUE WHERE id IN (SELECT slot_id FROM interviews WHERE slot_id IS NOT NULL) \
             OR id IN (SELECT {left} FROM actions WHERE verb = 'interview.rescheduled' AND {left} IS NOT NULL)"
        );
        let connection = manager.get_connection();
        connection.execute_unprepared(&known).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("slots")
            .drop_column("was_booked")
            .to_owned();
        manager.alter_table(column).await
    }
}
