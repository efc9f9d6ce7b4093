//! Where rows become messages: what the worker sends, the pages preview and the log shows, and what is wrong with mail.
pub mod access;
pub mod diagnosis;
pub mod feed;
pub mod letter;
pub mod message;
pub mod references;
