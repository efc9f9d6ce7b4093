//! Transactions: all or nothing, whatever goes wrong.
use super::{
    Db, Txn,
    errors::{self, is_duplicate},
};
use crate::error::{Error, Result};

/// Runs `work` in one transaction: committed when it answers `Ok` and no statement failed, rolled back otherwise.
/// Its error may be a refusal of the caller's own as well as a failure. On SQLite it takes the write lock at once,
/// so that nothing read inside can be stale. Whatever goes wrong, the next one begins on a connection that is
/// outside of any.
pub async fn transaction<T, E: From<Error>>(
    db: &Db,
    work: impl AsyncFnOnce(&Txn) -> Result<T, E>,
) -> Result<T, E> {
    let done = attempt(db, work).await;
    done.map_err(|rolled_back| rolled_back.error)
}

/// The same for work that may find itself second, and then only through a unique index: it is done
/// anew, and this time sees what the first one left. So is what had to give way to another one that it waited for while
/// that waited for it (a deadlock).
pub async fn transaction_retrying_duplicates<T, E: From<Error>>(
    db: &Db,
    work: impl AsyncFn(&Txn) -> Result<T, E>,
) -> Result<T, E> {
    match attempt(db, &work).await {
        Err(rolled_back) if rolled_back.was_second => transaction(db, &work).await,
        done => done.map_err(|rolled_back| rolled_back.error),
    }
}

/// A transaction that left no trace.
struct RolledBack<E> {
    error: E,
    /// Did a unique index refuse one of its statements, or a deadlock end it?
    was_second: bool,
}

impl<E: From<Error>> RolledBack<E> {
    fn by(error: Error) -> Self {
        Self {
            was_second: is_duplicate(&error),
            error: error.into(),
        }
    }
}

async fn attempt<T, E: From<Error>>(
    db: &Db,
    work: impl AsyncFnOnce(&Txn) -> Result<T, E>,
) -> Result<T, RolledBack<E>> {
    let begun = Txn::begin(&db.write).await;
    let txn = begun.map_err(|error| RolledBack::by(error.into()))?;
    match work(&txn).await {
        Ok(done) => {
            let committing = db.commits.begin();
            let committed = txn.commit().await.map_err(errors::of_commit);
            drop(committing);
            committed.map_err(RolledBack::by)?;
            Ok(done)
        }
        Err(error) => {
            let failure = txn.failure().await;
            let was_second =
                failure.is_some_and(|e| errors::is_deadlock(&e) || is_duplicate(&e.into()));
            // The connection is closed then, which undoes it as well.
            if let Err(failure) = txn.roll_back().await {
                tracing::warn!(error = %failure, "A transaction was not rolled back; its connection is closed");
            }
            Err(RolledBack { error, was_second })
        }
    }
}
