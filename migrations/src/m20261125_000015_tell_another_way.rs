//! Since when a message was to leave, and who told the candidate another way.
use sea_orm_migration::{prelude::*, schema::*};

/// What the index of alerts leaves out: settled messages, told candidates, and reminders.
const MAY_ALERT: &str = "status NOT IN ('accepted', 'superseded', 'cancelled') \
    AND told_at IS NULL AND kind <> 'reminder'";

/// Since when a message was to leave, and who told the candidate another way.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn columns() -> [ColumnDef; 3] {
    [
        timestamp_with_time_zone("first_due_at")
            .default("1970-01-01 00:00:00+00:00")
            .to_owned(),
        timestamp_with_time_zone_null("told_at"),
        big_integer_null("told_by"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            manager
                .alter_table(Table::alter().table("emails").add_column(column).to_owned())
                .await?;
        }
        // Whatever was tried has been moved since; it was due at once when it was queued, or soon after.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE emails SET first_due_at = \
                 CASE WHEN attempts = 0 THEN due_at ELSE created_at END",
            )
            .await?;
        // Read on every page: by how soon a message is of no more use, so that old ones are passed over.
        manager
            .create_index(
                Index::create()
                    .name("ix_emails_alerts")
                    .table("emails")
                    .col("company_id")
                    .col("expires_at")
                    .col("id")
                    .and_where(Expr::cust(MAY_ALERT))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_emails_alerts")
                    .table("emails")
                    .to_owned(),
            )
            .await?;
        for column in columns().into_iter().rev() {
            let name = column.get_column_name();
            manager
                .alter_table(Table::alter().table("emails").drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}
