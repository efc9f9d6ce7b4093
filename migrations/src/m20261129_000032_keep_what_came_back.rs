//! What comes back and is no report of a failure is kept, too.
use sea_orm_migration::{prelude::*, schema::*};

/// What comes back and is no report of a failure is kept, too.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: [&str; 9] = [
    "company_id",
    "email_id",
    "digest",
    "action",
    "code",
    "host",
    "diagnostic",
    "hint",
    "reported_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Off by default on SQLite, where a half-made table could not be taken back.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        make_anew(manager, "action IN ('failed', 'delayed', 'noted')").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let noted = Query::delete()
            .from_table("bounces")
            .and_where(Expr::col("action").eq("noted"))
            .to_owned();
        manager.exec_stmt(noted).await?;
        make_anew(manager, "action IN ('failed', 'delayed')").await
    }
}

/// SQLite cannot change a constraint: the rows move to a new table. Nothing refers to their keys, which are given anew.
async fn make_anew(manager: &SchemaManager<'_>, actions: &'static str) -> Result<(), DbErr> {
    manager
        .drop_index(
            Index::drop()
                .name("ux_bounces_digest")
                .table("bounces")
                .to_owned(),
        )
        .await?;
    manager
        .rename_table(
            Table::rename()
                .table("bounces", "earlier_bounces")
                .to_owned(),
        )
        .await?;
    create(manager, actions).await?;
    let rows = Query::select()
        .columns(COLUMNS)
        .from("earlier_bounces")
        .order_by("id", Order::Asc)
        .to_owned();
    let moved = Query::insert()
        .into_table("bounces")
        .columns(COLUMNS)
        .select_from(rows)
        .map_err(|error| DbErr::Custom(error.to_string()))?
        .to_owned();
    manager.exec_stmt(moved).await?;
    manager
        .drop_table(Table::drop().table("earlier_bounces").to_owned())
        .await
}

async fn create(manager: &SchemaManager<'_>, actions: &'static str) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("bounces")
                .col(big_pk_auto("id"))
                .col(big_integer("company_id"))
                .col(big_integer("email_id"))
                .col(string("digest"))
                .col(string("action"))
                .col(string_null("code"))
                .col(string("host"))
                .col(text("diagnostic"))
                .col(text("hint"))
                .col(timestamp_with_time_zone("reported_at"))
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_bounces_email")
                        .from("bounces", ("company_id", "email_id"))
                        .to("emails", ("company_id", "id")),
                )
                .check(("ck_bounces_action", Expr::cust(actions)))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ux_bounces_digest")
                .table("bounces")
                .col("email_id")
                .col("digest")
                .unique()
                .to_owned(),
        )
        .await
}
