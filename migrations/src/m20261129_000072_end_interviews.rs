//! How interviews ended, and what companies call the ways in which they do.
use sea_orm_migration::{prelude::*, schema::*};

/// How interviews ended, and what companies call the ways in which they do.
#[derive(DeriveMigrationName)]
pub struct Migration;

const OUTCOMES: &str = r#"["Advance","Hold","Reject"]"#;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(
            manager,
            "companies",
            json("outcomes").default(OUTCOMES).take(),
        )
        .await?;
        for column in [
            // By name: what a company drops from its list stays what it was in old interviews.
            text_null("outcome"),
            text("private_note").default("").take(),
            // The missed interview in whose place this one is. SQLite adds no foreign key of two columns.
            big_integer_null("rebook_of"),
        ] {
            add(manager, "interviews", column).await?;
        }
        // A missed interview is made up for once.
        let once = Index::create()
            .name("ux_interviews_rebook_of")
            .table("interviews")
            .col("rebook_of")
            .unique()
            .and_where(Expr::cust("rebook_of IS NOT NULL"))
            .to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ux_interviews_rebook_of")
            .table("interviews")
            .to_owned();
        manager.drop_index(index).await?;
        for (table, column) in [
            ("interviews", "rebook_of"),
            ("interviews", "private_note"),
            ("interviews", "outcome"),
            ("companies", "outcomes"),
        ] {
            let dropping = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(dropping).await?;
        }
        Ok(())
    }
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    let adding = Table::alter().table(table).add_column(column).to_owned();
    manager.alter_table(adding).await
}
