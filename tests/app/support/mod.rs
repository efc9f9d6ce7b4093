//! What tests stand on.
pub mod actors;
pub mod aiosmtpd;
pub mod app;
pub mod builders;
pub mod database;
pub mod dns_server;
pub mod dovecot;
pub mod https_server;
pub mod letters;
pub mod logs;
pub mod postfix;
pub mod printer;
pub mod provider_keys;
pub mod rows;
pub mod smtp_server;
pub mod token_issuer;

pub use actors::{Actor, Answer};
pub use app::TestApp;
