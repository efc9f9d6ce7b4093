//! What tests stand on.
pub mod actors;
pub mod app;
pub mod builders;

pub use actors::{Actor, Answer};
pub use app::TestApp;
