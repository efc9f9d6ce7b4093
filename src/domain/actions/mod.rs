//! The audit log: who did what, on what, when, from where.
mod log;

pub use self::log::{Author, Entry, Filter, authors, history, list, of_interview};

/// On whose behalf something is done.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The company in which it is done; nothing outside it can be seen or changed.
    pub company_id: i64,
    /// The signed-in user; none for the system itself and for candidates.
    pub user_id: Option<i64>,
    /// The client's address; empty when it is not done over HTTP.
    pub ip: String,
}

impl Actor {
    /// The system itself, or a command on the terminal.
    pub fn system(company_id: i64) -> Self {
        Self {
            company_id,
            user_id: None,
            ip: String::new(),
        }
    }
}
