//! What a database's error means: for whoever asked, and for the connection that it came over.
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use crate::error::Error;

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_away(&error) {
            Self::Unavailable(error)
        } else if is_unreadable(&error) {
            Self::Stored(error.to_string())
        } else {
            Self::Db(error)
        }
    }
}

/// Did a unique index refuse the write?
pub fn is_duplicate(error: &Error) -> bool {
    matches!(error, Error::Db(e) if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))))
}

/// Had it to give way to another transaction that it waited for while that waited for it? PostgreSQL alone: on SQLite one
/// writes at a time.
pub(super) fn is_deadlock(error: &DbErr) -> bool {
    database_code(error).is_some_and(|code| code == "40P01")
}

/// Is the database out of reach or unable to write just now, as opposed to refusing what was asked?
pub fn is_away(error: &DbErr) -> bool {
    let runtime = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(e) | DbErr::Query(e) => e,
        _ => return false,
    };
    let RuntimeErr::SqlxError(error) = runtime else {
        return false;
    };
    match &**error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(e) => e.code().is_some_and(|code| means_away(&code)),
        _ => false,
    }
}

/// Could the database read a row, and we could not?
pub fn is_unreadable(error: &DbErr) -> bool {
    match error {
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            matches!(
                **error,
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
            )
        }
        _ => false,
    }
}

/// SQLite: BUSY 5, LOCKED 6, NOMEM 7, READONLY 8, IOERR 10, FULL 13, CANTOPEN 14, by the low byte of the code.
/// PostgreSQL: classes 08 (connection), 53 (resources), 57 (operator intervention) and 58 (the system under it),
/// 25006 (read-only), and 40001 and 40P01: one of two that stood in each other's way had to give way.
fn means_away(code: &str) -> bool {
    if is_postgres(code) {
        return matches!(&code[..2], "08" | "53" | "57" | "58")
            || matches!(code, "25006" | "40001" | "40P01");
    }
    matches!(sqlite_code(code), Some(5..=8 | 10 | 13 | 14))
}

/// The error of a commit: nothing is known of what was to be done, but that it was not refused.
pub(super) fn of_commit(error: DbErr) -> Error {
    let is_refusal = |error: &DbErr| {
        database_code(error).is_some_and(|code| match is_postgres(&code) {
            true => code.starts_with("23"),
            false => sqlite_code(&code) == Some(CONSTRAINT),
        })
    };
    if is_refusal(&error) {
        Error::Db(error)
    } else {
        Error::Unavailable(error)
    }
}

/// What keeps the database from writing, for whoever looks after the machine.
pub fn reason(error: &DbErr) -> &'static str {
    let Some(code) = database_code(error) else {
        return "it is out of reach";
    };
    match (is_postgres(&code), sqlite_code(&code)) {
        (true, _) if code == "53100" => "its disk is full",
        (true, _) if code == "25006" => "it is read-only",
        (true, _) => "it refuses work just now",
        (false, Some(13)) => "its disk is full",
        (false, Some(10)) => "its disk fails, or the file may not grow",
        (false, Some(5 | 6)) => "another program holds its lock",
        (false, Some(8)) => "it is read-only",
        (false, Some(14)) => "its file cannot be opened",
        _ => "it fails; the log says how",
    }
}

/// May the connection that an error came over be used again? What is not known to do no harm does: SQLite may have
/// rolled back by itself, or hold what it could not write.
pub(super) fn leaves_sound(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    let Some(code) = error.code() else {
        return false;
    };
    if is_postgres(&code) {
        return !matches!(&code[..2], "08" | "53" | "57" | "58" | "XX") || code == "57014";
    }
    matches!(sqlite_code(&code), Some(BUSY | CONSTRAINT))
}

const BUSY: u32 = 5;
const CONSTRAINT: u32 = 19;

fn database_code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(e) | DbErr::Query(e) | DbErr::Conn(e)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(error) = e else {
        return None;
    };
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Five letters or digits; no code of SQLite's is as long and does not begin with zeros.
fn is_postgres(code: &str) -> bool {
    code.len() == 5 && !code.starts_with("000")
}

fn sqlite_code(code: &str) -> Option<u32> {
    Some(code.parse::<u32>().ok()? & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_is_told_by_its_code() {
        for away in [
            "13", "10", "778", "4874", "7", "5", "14", "53100", "57P01", "58030", "08006",
        ] {
            assert!(means_away(away), "{away}");
        }
        for refusal in ["1", "19", "2067", "11", "26", "23505", "42601", "22021"] {
            assert!(!means_away(refusal), "{refusal}");
        }
    }
}
