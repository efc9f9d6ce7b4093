//! How often this process has committed.
use std::sync::atomic::{AtomicU64, Ordering};

/// Commits of this process, whatever came of them.
#[derive(Debug, Default)]
pub(super) struct Commits {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// A commit that is under way; it has ended when this is dropped, however that comes.
pub(super) struct Committing<'a>(&'a Commits);

impl Commits {
    pub(super) fn begin(&self) -> Committing<'_> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Committing(self)
    }

    /// How many there were; none while one is under way.
    pub(super) fn settled(&self) -> Option<u64> {
        // In this order: one that ends in between is still seen as under way.
        let ended = self.ended.load(Ordering::SeqCst);
        let begun = self.begun.load(Ordering::SeqCst);
        (begun == ended).then_some(begun)
    }
}

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_while_a_commit_is_under_way() {
        let commits = Commits::default();
        assert_eq!(commits.settled(), Some(0));
        let (first, second) = (commits.begin(), commits.begin());
        assert_eq!(commits.settled(), None);
        drop(first);
        assert_eq!(commits.settled(), None);
        drop(second);
        assert_eq!(commits.settled(), Some(2));
    }
}
