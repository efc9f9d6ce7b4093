//! An interviewer's five-minute cells: each at most once, so that two interviews of one person never overlap.
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

/// An interviewer's five-minute cells: each at most once, so that two interviews of one person never overlap.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The cells of a slot follow from its row, whoever writes it.
const CELLS: [&str; 2] = ["first_cell", "last_cell"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("busy_cells")
                    .col(big_integer("company_id"))
                    .col(big_integer("user_id"))
                    .col(big_integer("cell"))
                    .col(big_integer("interview_id"))
                    .primary_key(Index::create().col("company_id").col("user_id").col("cell"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_busy_cells_interview")
                            .from("busy_cells", ("company_id", "interview_id"))
                            .to("interviews", ("company_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_busy_cells_user")
                            .from("busy_cells", ("company_id", "user_id"))
                            .to("users", ("company_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        let of_interview = Index::create()
            .name("ix_busy_cells_interview")
            .table("busy_cells")
            .col("interview_id")
            .to_owned();
        manager.create_index(of_interview).await?;
        let seconds = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CAST(EXTRACT(EPOCH FROM starts_at AT TIME ZONE 'UTC') AS bigint)"
            }
            _ => "CAST(strftime('%s', starts_at) AS integer)",
        };
        let kept = match manager.get_database_backend() {
            DbBackend::Postgres => "STORED",
            _ => "VIRTUAL",
        };
        let values = [
            format!("{seconds} / 300"),
            format!("({seconds} + duration_minutes * 60 - 1) / 300"),
        ];
        // An instant that is none touches no cell.
        let values = match manager.get_database_backend() {
            DbBackend::Postgres => {
                values.map(|value| format!("CASE WHEN isfinite(starts_at) THEN {value} END"))
            }
            _ => values,
        };
        for (name, value) in CELLS.iter().zip(values) {
            let change = format!(
                "ALTER TABLE slots ADD COLUMN {name} bigint GENERATED ALWAYS AS ({value}) {kept}"
            );
            let connection = manager.get_connection();
            connection.execute_unprepared(&change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in CELLS {
            let column = Table::alter().table("slots").drop_column(name).to_owned();
            manager.alter_table(column).await?;
        }
        let table = Table::drop().table("busy_cells").to_owned();
        manager.drop_table(table).await
    }
}
