//! What reports count is read from indexes alone.
use sea_orm_migration::prelude::*;

/// What reports count is read from indexes alone.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CHANGED: &str = "verb IN ('interview.rescheduled', 'interview.cancelled')";
const LOST: &str = "status IN ('uncertain', 'printed', 'failed', 'expired', 'bounced')";

fn index(name: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn dropping(name: &str, table: &'static str) -> IndexDropStatement {
    Index::drop().name(name).table(table).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(dropping("ix_slots_start", "slots"))
            .await?;
        let columns = ["company_id", "starts_at", "id", "job_id", "first_cell"];
        let slots = index("ix_slots_start", "slots", &columns);
        manager.create_index(slots).await?;
        let columns = [
            "company_id",
            "slot_id",
            "id",
            "status",
            "job_id",
            "booked_by",
            "created_cell",
            "booked_cell",
        ];
        let interviews = index("ix_interviews_report", "interviews", &columns);
        manager.create_index(interviews).await?;
        let columns = ["company_id", "object_id", "verb", "id", "user_id"];
        let changes = index("ix_actions_changes", "actions", &columns)
            .and_where(Expr::cust(CHANGED))
            .to_owned();
        manager.create_index(changes).await?;
        let columns = ["company_id", "interview_id", "audience"];
        let lost = index("ix_emails_lost", "emails", &columns)
            .and_where(Expr::cust(LOST))
            .to_owned();
        manager.create_index(lost).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in [
            ("ix_emails_lost", "emails"),
            ("ix_actions_changes", "actions"),
            ("ix_interviews_report", "interviews"),
            ("ix_slots_start", "slots"),
        ] {
            manager.drop_index(dropping(name, table)).await?;
        }
        let slots = index(
            "ix_slots_start",
            "slots",
            &["company_id", "starts_at", "id"],
        );
        manager.create_index(slots).await
    }
}
