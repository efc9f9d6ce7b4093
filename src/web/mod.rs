//! The pages.
pub mod assets;
mod brand;
pub mod error_page;
pub mod forms;
pub mod markdown;
pub mod render;
#[cfg(test)]
mod samples;
pub mod stamp;
