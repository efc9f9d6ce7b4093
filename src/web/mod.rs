//! The pages.
pub mod forms;
