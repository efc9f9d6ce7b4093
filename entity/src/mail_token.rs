//! Tokens for a mailbox; belong to no company because all of them share it.
use sea_orm::entity::prelude::*;

/// Tokens for a mailbox; belong to no company because all of them share it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_tokens")]
pub struct Model {
    /// Of the settings that they were issued for, the secret ones left out.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: String,
    /// What a new access token is asked for with, sealed; none where the app signs in by itself, and before anybody did.
    #[sea_orm(column_type = "Text", nullable)]
    pub refresh_token: Option<String>,
    /// What the mailbox is opened with, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub access_token: Option<String>,
    /// The end of the access token.
    pub expires_at: Option<DateTimeUtc>,
    /// From when on it is renewed.
    pub renew_at: Option<DateTimeUtc>,
    /// When the access token was issued.
    pub renewed_at: Option<DateTimeUtc>,
    /// When a person signed in last; none where the app does by itself, and where that was before it was noted.
    pub signed_in_at: Option<DateTimeUtc>,
    /// Up to when nobody else asks for a new one.
    pub lease_until: Option<DateTimeUtc>,
    /// Counts renewals: whoever was thought dead writes nothing afterwards.
    pub fence: i64,
}

impl ActiveModelBehavior for ActiveModel {}
