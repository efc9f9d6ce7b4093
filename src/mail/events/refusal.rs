//! Why a post is refused.

/// Why a post is refused. The sentences repeat nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// It is longer than any that a provider sends.
    #[error("The post is too long.")]
    TooLong,
    /// It has more events than a provider sends at once.
    #[error("The post has too many events.")]
    TooMany,
    /// The provider signs, and this is not signed.
    #[error("The post isn't signed.")]
    Unsigned,
    /// Signed by somebody else, or changed afterwards.
    #[error("The signature doesn't fit the post and the configured key.")]
    Forged,
    /// Signed too long ago.
    #[error("The post was signed too long ago, or the clock of this server is wrong.")]
    TooOld,
    /// Signed in the future.
    #[error("The post was signed in the future, or the clock of this server is wrong.")]
    TooNew,
    /// Signed in a way that is no longer safe.
    #[error("The post has signature version 1. Set SignatureVersion of the topic to 2.")]
    WeakSignature,
    /// From another topic than the configured one.
    #[error("The post is from another topic than the configured one.")]
    OtherTopic,
    /// The certificate is not Amazon's.
    #[error("The address of the signing certificate isn't one of Amazon SNS.")]
    ForeignCertificate,
    /// The certificate is none, or not for this, or not valid now.
    #[error("The signing certificate can't be used.")]
    BadCertificate,
    /// Not in the provider's format.
    #[error("The post isn't in the provider's format.")]
    Unreadable,
}
