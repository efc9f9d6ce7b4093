//! A picture that mails show; its content never changes.
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// How a picture is written.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(24))",
    rename_all = "snake_case"
)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
}

impl Format {
    /// As `Content-Type` says it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
        }
    }
}

/// A picture that mails show; its content never changes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "logos")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose row this is.
    pub company_id: i64,
    /// SHA-256 of the bytes, in hexadecimal; unique in the company.
    pub content_hash: String,
    /// How it is written.
    pub format: Format,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// The picture itself.
    pub bytes: Vec<u8>,
    /// When it came.
    pub created_at: DateTimeUtc,
    /// Since when it is no longer the company's logo; mails that show it may still be on their way.
    pub left_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
