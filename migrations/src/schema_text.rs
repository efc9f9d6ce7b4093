//! A constraint of SQLite's, changed in the schema's own text.
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// A constraint that changes with the values that it allows.
#[derive(Clone, Copy)]
pub struct Check {
    /// Of which table.
    pub table: &'static str,
    /// By name.
    pub name: &'static str,
    /// A piece of its text, as it was.
    pub before: &'static str,
    /// The same piece, as it becomes.
    pub after: &'static str,
}

impl Check {
    /// The way back.
    pub const fn reversed(self) -> Self {
        Self {
            before: self.after,
            after: self.before,
            ..self
        }
    }
}

/// Makes a constraint another one, which is this as a whole.
pub async fn change_check(
    manager: &SchemaManager<'_>,
    check: &Check,
    whole: &str,
) -> Result<(), DbErr> {
    let Check { table, name, .. } = check;
    if manager.get_database_backend() == DbBackend::Sqlite {
        return replace(manager, table, check.before, check.after).await;
    }
    let sql = format!(
        "ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({whole})"
    );
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Replaces a piece of the text that made a table; an error when it does not stand there. SQLite cannot change a
/// constraint, and a table to which others refer cannot move to a new one. Its documentation has this way for what
/// changes no stored row: sqlite.org/lang_altertable.html, section 7.
pub async fn replace(
    manager: &SchemaManager<'_>,
    table: &str,
    from: &str,
    to: &str,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let ask = Statement::from_string(DbBackend::Sqlite, "PRAGMA schema_version");
    let version: i64 = match connection.query_one_raw(ask).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => return Err(DbErr::Custom("the schema has no version".into())),
    };
    let change = Query::update()
        .table("sqlite_schema")
        .value(
            "sql",
            Expr::cust_with_values("replace(sql, ?, ?)", [from, to]),
        )
        .and_where(Expr::col("type").eq("table"))
        .and_where(Expr::col("name").eq(table))
        .and_where(Expr::cust_with_values("instr(sql, ?) > 0", [from]))
        .to_owned();
    connection
        .execute_unprepared("PRAGMA writable_schema = ON")
        .await?;
    let changed = connection.execute(&change).await?.rows_affected();
    // Who has the database open reads the schema again; this connection does with RESET.
    connection
        .execute_unprepared(&format!(
            "PRAGMA schema_version = {}; PRAGMA writable_schema = RESET",
            version + 1
        ))
        .await?;
    match changed {
        1 => Ok(()),
        _ => Err(DbErr::Custom(format!(
            "the table {table} is not as Greenroom made it: {from} is missing"
        ))),
    }
}
