//! Who may come in: users, their passwords, sessions and devices, and the tokens of the API.
pub mod api_tokens;
pub mod known_devices;
pub mod passwords;
pub mod sessions;
pub mod sign_ins;
pub mod unsent_forms;
pub mod users;
