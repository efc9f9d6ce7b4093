//! What can go wrong; knows nothing of HTTP.
use sea_orm::DbErr;

/// A failure that the caller cannot answer by asking differently; refusals are outcomes, not errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not the caller's to see: the two are told apart nowhere.
    #[error("not found")]
    NotFound,
    /// The same of a row that the request names beside the one that it is about: the job of a new slot.
    #[error("no such {}", .0.noun())]
    NoSuch(Reference),
    /// Somebody else was first; the text says at what.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The database did not answer or could not write; a later try may succeed.
    #[error("the database is away: {0}")]
    Unavailable(DbErr),
    /// More is asked for at once than there are hands; a later try may succeed.
    #[error("too busy")]
    Busy,
    /// The database refused what we asked of it.
    #[error("database: {0}")]
    Db(DbErr),
    /// A stored value is none that we know.
    #[error("stored value: {0}")]
    Stored(String),
    /// A template is wrong.
    #[error("template: {0:?}")]
    Template(#[from] tera::Error),
    /// A message could not be made.
    #[error("mail: {0}")]
    Mail(String),
    /// The machine could not do its part (a file, a thread, random numbers).
    #[error("system: {0}")]
    System(String),
}

/// A row that another one is to point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Of an interview.
    Candidate,
    /// That is booked.
    Interview,
    /// Of a slot.
    Interviewer,
    /// Of a slot, an interview or a candidate.
    Job,
    /// Of a booking.
    Slot,
}

impl Reference {
    /// As people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Interview => "interview",
            Self::Interviewer => "interviewer",
            Self::Job => "job",
            Self::Slot => "slot",
        }
    }
}

impl Error {
    /// The failure of looking up what a row is to point at: then it matters which it was.
    pub fn of(self, reference: Reference) -> Self {
        match self {
            Self::NotFound => Self::NoSuch(reference),
            error => error,
        }
    }
}

/// What nearly every function here answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;
