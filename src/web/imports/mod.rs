//! The pages that add candidates and jobs from a list: paste or choose a file, look at it line by line, add all of it.
pub mod candidates;
pub mod jobs;
mod list;
mod pages;

pub use self::{
    list::{Act, ListForm, NOBODY, fingerprint},
    pages::{CandidatesPage, JobsPage, Look, Typo},
};
