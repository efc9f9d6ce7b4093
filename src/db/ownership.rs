//! Whose tables are in a database: another program's are left as they are.
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use super::{common, is_sqlite, postgres, sqlite_file};
use crate::error::{Error, Result};

/// So many tables are named; more tell nothing new.
const MOST_NAMED: usize = 3;

/// Fails when a database holds tables and none of our migrations. Only looks: an SQLite file is opened
/// for reading alone, because even its journal mode would be a change.
pub async fn refuse_foreign(url: &str) -> Result<()> {
    let options = if is_sqlite(url) {
        let file = sqlite_file(url);
        let is_filled = |file: &std::path::PathBuf| {
            std::fs::metadata(file).is_ok_and(|metadata| metadata.len() > 0)
        };
        if !file.as_ref().is_some_and(is_filled) {
            return Ok(());
        }
        let mut options = common(url, 1);
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.read_only(true).create_if_missing(false));
        options
    } else {
        postgres(url, 1)
    };
    let db = Database::connect(options).await?;
    let foreign = foreign_tables(&db).await;
    db.close().await?;
    let foreign = foreign?;
    if foreign.is_empty() {
        return Ok(());
    }
    let mut named = foreign.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>();
    if foreign.len() > MOST_NAMED {
        named.push("…".into());
    }
    Err(Error::System(format!(
        "it holds the tables of another program ({}), and was left as it is. Give Greenroom a database of its own: name an empty one in DATABASE_URL",
        named.join(", ")
    )))
}

/// All tables, if none of the migrations was ours.
async fn foreign_tables(db: &DatabaseConnection) -> Result<Vec<String>> {
    let backend = db.get_database_backend();
    let tables = names(db, tables_sql(backend)).await?;
    let is_ledger = |table: &String| table == "seaql_migrations";
    if tables.iter().all(is_ledger) {
        return Ok(Vec::new());
    }
    if tables.iter().any(is_ledger) {
        let applied = names(db, "SELECT version AS name FROM seaql_migrations").await?;
        let ours = Migrator::migrations();
        let is_ours = |name: &String| ours.iter().any(|migration| migration.name() == name);
        if applied.iter().any(is_ours) {
            return Ok(Vec::new());
        }
    }
    Ok(tables
        .into_iter()
        .filter(|table| !is_ledger(table))
        .collect())
}

/// Tables and views where ours would come; not those that belong to the database itself or to an extension.
fn tables_sql(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "SELECT c.relname::text AS name FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'f', 'v', 'm') \
             AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') \
             ORDER BY 1"
        }
        _ => {
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') \
             AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY 1"
        }
    }
}

async fn names(db: &DatabaseConnection, sql: &str) -> Result<Vec<String>> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await?;
    let names = rows.iter().map(|row| row.try_get("", "name"));
    Ok(names.collect::<std::result::Result<_, _>>()?)
}
