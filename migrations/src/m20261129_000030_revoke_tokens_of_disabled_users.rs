//! Tokens of users who are disabled are revoked, so that enabling them does not bring the tokens back.
use sea_orm_migration::prelude::*;

/// Tokens of users who are disabled are revoked, so that enabling them does not bring the tokens back.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_disabled = "SELECT disabled_at FROM users \
             WHERE users.id = api_tokens.user_id AND users.disabled_at IS NOT NULL";
        let revoke = format!(
            "UPDATE api_tokens SET revoked_at = ({of_disabled}) \
             WHERE revoked_at IS NULL AND EXISTS ({of_disabled})"
        );
        manager.get_connection().execute_unprepared(&revoke).await?;
        Ok(())
    }

    /// What was revoked stays so: nothing tells these tokens from others.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
