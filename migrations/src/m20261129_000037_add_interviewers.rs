//! Users can be interviewers, too.
use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::schema_text;

/// Users can be interviewers, too.
#[derive(DeriveMigrationName)]
pub struct Migration;

const FORMER: &str = "role IN ('admin', 'recruiter')";
const ROLES: &str = "role IN ('admin', 'recruiter', 'interviewer')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made change could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        change_check(manager, FORMER, ROLES).await
    }

    /// Nobody may do more than before: who was an interviewer is a recruiter who cannot sign in.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let shut_out = Query::update()
            .table("users")
            .value("role", "recruiter")
            .value(
                "disabled_at",
                Expr::cust("COALESCE(disabled_at, created_at)"),
            )
            .and_where(Expr::col("role").eq("interviewer"))
            .to_owned();
        manager.exec_stmt(shut_out).await?;
        change_check(manager, ROLES, FORMER).await
    }
}

async fn change_check(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        let change = format!(
            "ALTER TABLE users DROP CONSTRAINT ck_users_role, ADD CONSTRAINT ck_users_role CHECK ({to})"
        );
        connection.execute_unprepared(&change).await?;
        return Ok(());
    }
    schema_text::replace(manager, "users", from, to).await
}
