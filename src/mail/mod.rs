//! E-mails as mail servers and mail programs know them: texts, bytes, the conversation, what a reply means.
//!
//! Knows no company, no clock and no database. A message travels
//! `messages` → `compose` (texts, in the words of a `language`) → `mime` (bytes) → `smtp` (the conversation) → `verdict` (what it means).
pub mod bounce;
pub mod changes;
pub mod compose;
pub mod console;
pub mod doctor;
pub mod events;
pub mod forward;
pub mod imap;
pub mod invite;
pub mod language;
mod links;
pub mod mailbox;
pub mod mailer;
pub mod messages;
pub mod mime;
pub mod oauth;
mod parts;
pub mod pattern;
pub mod plain_text;
pub mod providers;
pub mod replies;
pub mod signed_id;
pub mod smtp;
pub mod values;
pub mod verdict;
pub mod wording;

/// Stands where the join link goes, in everything that is stored or shown. The link itself is put in
/// as the message leaves, so neither the log nor the database can let anybody in.
pub const LINK_PLACEHOLDER: &str = "https://join.invalid/interview/hidden-until-it-is-sent";
