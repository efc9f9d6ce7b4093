//! What events are called in the audit log: what was done, and to what kind of thing.
use super::Event;

/// Kinds of things that events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// An interview.
    Interview,
    /// A message to a candidate.
    Email,
    /// A time at which somebody can be interviewed.
    Slot,
    /// Many slots that were made at once.
    Series,
    /// A position that people are interviewed for.
    Job,
    /// A person who is interviewed.
    Candidate,
    /// A person who signs in.
    User,
    /// What a program signs in with.
    Token,
    /// The company, with all that it has one of: its settings, logo, email texts and mail check.
    Company,
}

impl Object {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Interview,
        Self::Email,
        Self::Slot,
        Self::Series,
        Self::Job,
        Self::Candidate,
        Self::User,
        Self::Token,
        Self::Company,
    ];

    /// The one that is stored like this; none of what a newer version writes.
    pub fn read(stored: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|object| object.as_str() == stored)
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interview => "interview",
            Self::Email => "email",
            Self::Slot => "slot",
            Self::Series => "series",
            Self::Job => "job",
            Self::Candidate => "candidate",
            Self::User => "user",
            Self::Token => "token",
            Self::Company => "company",
        }
    }

    /// The field of an event that has its key.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Interview => "interview_id",
            Self::Email => "email_id",
            Self::Slot => "slot_id",
            Self::Series => "series_id",
            Self::Job => "job_id",
            Self::Candidate => "candidate_id",
            Self::User => "user_id",
            Self::Token => "token_id",
            Self::Company => "company_id",
        }
    }
}

/// One table gives each event its stored name and its object. The compiler holds it against [`Event`]: neither
/// can have a variant that the other lacks.
macro_rules! verbs {
    ($($event:ident: $stored:literal of $object:ident,)*) => {
        /// What was done: an [`Event`] without its fields.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Verb {
            $(#[doc = concat!("Stored as `", $stored, "`.")] $event,)*
        }

        impl Verb {
            /// All, in the order in which people choose among them.
            pub const ALL: &[Self] = &[$(Self::$event),*];

            /// As it is stored, and as programs ask for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$event => $stored,)*
                }
            }

            /// What it is done to.
            pub fn object(self) -> Object {
                match self {
                    $(Self::$event => Object::$object,)*
                }
            }

            /// The event's name as serde tags it.
            pub(super) fn tag(self) -> &'static str {
                match self {
                    $(Self::$event => stringify!($event),)*
                }
            }
        }

        impl From<&Event> for Verb {
            fn from(event: &Event) -> Self {
                match event {
                    $(Event::$event { .. } => Self::$event,)*
                }
            }
        }
    };
}

verbs! {
    InterviewCreated: "interview.created" of Interview,
    InterviewBooked: "interview.booked" of Interview,
    InterviewUnbooked: "interview.unbooked" of Interview,
    InterviewRescheduled: "interview.rescheduled" of Interview,
    InterviewCorrected: "interview.corrected" of Interview,
    InterviewCancelled: "interview.cancelled" of Interview,
    CandidateNotified: "interview.notified" of Interview,
    InterviewCompleted: "interview.completed" of Interview,
    InterviewMissed: "interview.no_show" of Interview,
    InterviewReopened: "interview.reopened" of Interview,
    InterviewRebooked: "interview.rebooked" of Interview,
    LinkReplaced: "interview.link_replaced" of Interview,
    LinkShown: "interview.link_shown" of Interview,
    LinkRequested: "interview.link_requested" of Interview,
    CandidateNudged: "interview.nudged" of Interview,
    AddressChanged: "interview.readdressed" of Interview,
    CandidateJoined: "interview.joined" of Interview,
    CandidateOpened: "interview.opened" of Interview,
    InterviewAttended: "interview.attended" of Interview,
    CandidateStuck: "interview.trouble" of Interview,
    TroubleHandled: "interview.trouble_handled" of Interview,
    CandidateAnswered: "interview.answered" of Interview,
    DeviceChecked: "interview.device_checked" of Interview,
    AnswerHandled: "interview.answer_handled" of Interview,
    AccommodationRequested: "interview.accommodation_requested" of Interview,
    AccommodationAnswered: "interview.accommodation_answered" of Interview,
    AccommodationReleased: "interview.accommodation_released" of Interview,
    TimeOffered: "interview.time_offered" of Interview,
    TimeChosen: "interview.time_chosen" of Interview,
    MoveSeen: "interview.move_seen" of Interview,
    ReplyNoted: "interview.reply_noted" of Interview,
    ReplyForwarded: "interview.reply_forwarded" of Interview,
    ToldByPhone: "interview.told" of Interview,
    ToldByPhoneUndone: "interview.not_told" of Interview,
    NotificationFailed: "slot_booking_notification_failed" of Interview,
    EmailResent: "email.resent" of Email,
    EmailCorrected: "email.corrected" of Email,
    EmailRetriedNow: "email.hurried" of Email,
    EmailCancelled: "email.cancelled" of Email,
    EmailReleased: "email.released" of Email,
    EmailBounced: "email.bounced" of Email,
    EmailComplained: "email.complained" of Email,
    SlotCreated: "slot.created" of Slot,
    SlotChanged: "slot.changed" of Slot,
    SlotClosed: "slot.closed" of Slot,
    SlotReopened: "slot.reopened" of Slot,
    SlotDeleted: "slot.deleted" of Slot,
    SlotMoved: "slot.moved" of Slot,
    SeriesCreated: "series.created" of Series,
    SeriesUndone: "series.undone" of Series,
    JobCreated: "job.created" of Job,
    JobChanged: "job.changed" of Job,
    CandidateCreated: "candidate.created" of Candidate,
    CandidateChanged: "candidate.changed" of Candidate,
    LanguageChosen: "candidate.language_chosen" of Candidate,
    TimeZoneChosen: "candidate.time_zone_chosen" of Candidate,
    UserCreated: "user.created" of User,
    UserUpdated: "user.updated" of User,
    UserDisabled: "user.disabled" of User,
    UserEnabled: "user.enabled" of User,
    FeedCreated: "feed.created" of User,
    FeedEnded: "feed.ended" of User,
    CalendarConnected: "calendar.connected" of User,
    CalendarDisconnected: "calendar.disconnected" of User,
    UserSignedIn: "user.signed_in" of User,
    PasswordChanged: "user.password_changed" of User,
    PasswordReset: "user.password_reset" of User,
    TokenCreated: "token.created" of Token,
    TokenRevoked: "token.revoked" of Token,
    CompanySetUp: "company.set_up" of Company,
    CompanyCreated: "company.created" of Company,
    CompanyUpdated: "company.updated" of Company,
    LogoChosen: "logo.chosen" of Company,
    LogoRemoved: "logo.removed" of Company,
    MailTextsUpdated: "mail_texts.updated" of Company,
    MailTextsReset: "mail_texts.reset" of Company,
    MailChecked: "mail.checked" of Company,
}

impl Verb {
    /// Does a candidate do this, whom no user stands for?
    pub fn is_of_candidate(self) -> bool {
        matches!(
            self,
            Self::CandidateJoined
                | Self::CandidateOpened
                | Self::CandidateStuck
                | Self::CandidateAnswered
                | Self::DeviceChecked
                | Self::LinkRequested
                | Self::AccommodationRequested
                | Self::TimeChosen
                | Self::LanguageChosen
                | Self::TimeZoneChosen
        )
    }

    /// The one that is stored like this; none of what a newer version writes.
    pub fn read(stored: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|verb| verb.as_str() == stored)
    }
}
