//! The LIMIT of a look-up, written into its statement instead of bound to it.
use sea_orm::{DbBackend, Statement, Value, Values};

const BOUND: &str = " LIMIT ?";

/// The same look-up. A value that is bound to a LIMIT makes SQLite plan the statement anew at each execution, because the
/// planner looks at it; that takes longer than most look-ups. Texts are always bound, so a LIMIT in one is not mistaken for it.
pub(super) fn written_out(mut statement: Statement) -> Statement {
    if statement.db_backend != DbBackend::Sqlite {
        return statement;
    }
    let mut from = 0;
    while let Some(found) = statement.sql[from..].find(BOUND) {
        let place = from + found + BOUND.len() - 1;
        from = place + 1;
        let number = placeholders(&statement.sql[..place]);
        let Some(Values(values)) = &mut statement.values else {
            break;
        };
        let limit = match values.get(number) {
            Some(Value::BigUnsigned(Some(limit))) => limit.to_string(),
            _ => continue,
        };
        values.remove(number);
        statement.sql.replace_range(place..from, &limit);
    }
    statement
}

/// How many values are bound in a part of a statement: question marks outside of quotes.
fn placeholders(sql: &str) -> usize {
    let mut quote = None;
    let mut count = 0;
    for byte in sql.bytes() {
        match (quote, byte) {
            (None, b'?') => count += 1,
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written_out(backend: DbBackend, sql: &str, values: Vec<Value>) -> (String, Vec<Value>) {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let statement = super::written_out(statement);
        (statement.sql, statement.values.expect("values").0)
    }

    #[test]
    fn a_limit_stands_in_the_statement_wherever_it_is() {
        let sql = "SELECT '?' FROM (SELECT \"a?\" WHERE b = ? LIMIT ?) WHERE c = ? LIMIT ?";
        let values = vec![7.into(), 51_u64.into(), "?".into(), 1_u64.into()];
        assert_eq!(
            written_out(DbBackend::Sqlite, sql, values),
            (
                "SELECT '?' FROM (SELECT \"a?\" WHERE b = ? LIMIT 51) WHERE c = ? LIMIT 1".into(),
                vec![7.into(), "?".into()]
            )
        );
    }

    #[test]
    fn what_is_no_number_stays_bound_and_postgresql_plans_once_anyway() {
        let sql = "SELECT 1 LIMIT ?";
        let values = vec![Value::from("1")];
        let same = (sql.to_owned(), values.clone());
        assert_eq!(written_out(DbBackend::Sqlite, sql, values), same);
        let values = vec![Value::from(1_u64)];
        let same = (sql.to_owned(), values.clone());
        assert_eq!(written_out(DbBackend::Postgres, sql, values), same);
    }
}
