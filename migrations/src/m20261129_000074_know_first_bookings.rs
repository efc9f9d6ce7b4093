//! When an interview was first booked, and the five minutes in which it was added and booked: reports measure between them.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// When an interview was first booked, and the five minutes in which it was added and booked: reports measure between them.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// They follow from the row, whoever writes it.
const CELLS: [(&str, &str); 2] = [("created_cell", "created_at"), ("booked_cell", "booked_at")];

const FROM_LOG: &str = "UPDATE interviews SET booked_at = (SELECT MIN(actions.at) FROM actions \
    WHERE actions.company_id = interviews.company_id AND actions.object_type = 'interview' \
    AND actions.object_id = interviews.id AND actions.verb = 'interview.booked')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let adding = Table::alter()
            .table("interviews")
            .add_column(timestamp_with_time_zone_null("booked_at"))
            .to_owned();
        manager.alter_table(adding).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(FROM_LOG).await?;
        for (name, at) in CELLS {
            let (value, kept) = match manager.get_database_backend() {
                DbBackend::Postgres => (
                    format!(
                        "CASE WHEN isfinite({at}) THEN \
                         CAST(EXTRACT(EPOCH FROM {at} AT TIME ZONE 'UTC') AS bigint) / 300 END"
                    ),
                    "STORED",
                ),
                _ => (
                    format!("CAST(strftime('%s', {at}) AS integer) / 300"),
                    "VIRTUAL",
                ),
            };
            let change = format!(
                "ALTER TABLE interviews ADD COLUMN {name} bigint GENERATED ALWAYS AS ({value}) {kept}"
            );
            connection.execute_unprepared(&change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let cells = CELLS.map(|(name, _)| name);
        for name in cells.into_iter().chain(["booked_at"]) {
            let dropping = Table::alter()
                .table("interviews")
                .drop_column(name)
                .to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}
