//! Commands: each in one transaction, refused without a trace, carried out once for an idempotency key.
use crate::{
    db::{self, Db, Txn},
    domain::idempotency_keys::{self, IdempotencyKey, KeyConflict, Seen},
    error::{Error, Result},
};

/// Ends a transaction without a trace: the command is refused for a reason of its own, or something failed.
#[derive(Debug)]
pub enum Abort<R> {
    /// The caller can act on it.
    Refused(R),
    /// The caller cannot.
    Failed(Error),
}

impl<R, E: Into<Error>> From<E> for Abort<R> {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Refuses the command from inside of its transaction.
pub(super) fn refuse<T, R>(reason: impl Into<R>) -> Result<T, Abort<R>> {
    Err(Abort::Refused(reason.into()))
}

/// Carries a command out in a transaction of its own, unless the same call did it before. `work` inserts the key;
/// `earlier` reads what the same call made, for the same answer.
///
/// The outer result is a failure of ours, the inner one the answer: what was done, or why not.
pub(super) async fn run_once<T, R: From<KeyConflict>>(
    db: &Db,
    company_id: i64,
    key: Option<&IdempotencyKey>,
    work: impl AsyncFn(&Txn) -> Result<T, Abort<R>>,
    earlier: impl AsyncFnOnce(i64) -> Result<T>,
) -> Result<Result<T, R>> {
    // Somebody may be first at the last moment: then only a unique index knows, and the second look says who it was.
    let ended =
        db::transaction_retrying_duplicates(db, async |txn| {
            match idempotency_keys::look_up(txn, company_id, key).await? {
                Seen::New => work(txn).await.map(Ended::Now),
                Seen::Done(id) => Ok(Ended::Earlier(id)),
                Seen::Conflict => refuse(KeyConflict),
            }
        });
    match ended.await {
        Ok(Ended::Now(done)) => Ok(Ok(done)),
        Ok(Ended::Earlier(id)) => earlier(id).await.map(Ok),
        // What stood in the way may have been this very call, sent twice at one moment: then its key is there by now.
        Err(Abort::Refused(reason)) => {
            match idempotency_keys::look_up(db.read(), company_id, key).await? {
                Seen::Done(id) => earlier(id).await.map(Ok),
                Seen::New | Seen::Conflict => Ok(Err(reason)),
            }
        }
        Err(Abort::Failed(error)) => Err(error),
    }
}

/// When a command was carried out.
enum Ended<T> {
    /// In this transaction, with this result.
    Now(T),
    /// By an earlier call with the same key, which made this.
    Earlier(i64),
}
