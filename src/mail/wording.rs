//! The parts of mails that a company may put into words of its own.
use std::collections::{BTreeMap, BTreeSet};

use entity::email::Kind;
use sea_orm::ActiveEnum;

use super::{LINK_PLACEHOLDER, mailbox::clean_paragraphs, pattern::Pattern};

/// More places than this in one text would make a mail that is cut off by mail programs.
const MOST_PLACES: usize = 10;

/// The places that a company's own words may use. The link is none of them: where it stands, and that it
/// stands there once, is not left to chance.
pub const PLACEHOLDERS: &[&str] = &[
    "candidate_name",
    "job_title",
    "company_name",
    "interview_type",
    "start",
    "end",
    "duration",
    "time_zone",
    "join_window",
    "link_opens",
    "contact_name",
    "contact_email",
];

/// A part of a mail whose words may be a company's own. What tells the link, the time and what changed is
/// none of them: it stays, whatever is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    /// The subject.
    Subject,
    /// Dear …
    Greeting,
    /// The first sentence.
    Opening,
    /// A paragraph below it that mails have not by themselves.
    Paragraph,
    /// Whom to ask.
    Contact,
    /// Above the signature.
    Regards,
    /// Who signs.
    Signature,
}

impl Block {
    /// Every one, from top to bottom.
    pub const ALL: [Self; 7] = [
        Self::Subject,
        Self::Greeting,
        Self::Opening,
        Self::Paragraph,
        Self::Contact,
        Self::Regards,
        Self::Signature,
    ];

    /// As it is stored, and as forms call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Greeting => "greeting",
            Self::Opening => "opening",
            Self::Paragraph => "paragraph",
            Self::Contact => "contact",
            Self::Regards => "regards",
            Self::Signature => "signature",
        }
    }

    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|block| block.name() == name)
    }

    /// The phrase of a language that it stands for, by group and name; none for a part that only a
    /// company's own words fill.
    pub fn phrase(self, kind: Kind) -> Option<(String, &'static str)> {
        let of_kind = |name| Some((kind.to_value(), name));
        let of_all = |name| Some(("mail".to_owned(), name));
        match self {
            Self::Subject => of_kind("subject"),
            Self::Opening => of_kind("opening"),
            Self::Paragraph => None,
            Self::Greeting => of_all("greeting"),
            Self::Contact if kind.has_last_word() => of_all("contact_after_cancelling"),
            Self::Contact => of_all("contact_text"),
            Self::Regards => of_all("regards"),
            Self::Signature => of_all("signature"),
        }
    }

    /// May there be several lines?
    pub fn has_lines(self) -> bool {
        matches!(self, Self::Opening | Self::Paragraph | Self::Contact)
    }

    /// The most characters.
    pub fn most_chars(self) -> usize {
        match self {
            Self::Paragraph => 2000,
            Self::Opening | Self::Contact => 1000,
            Self::Subject | Self::Greeting | Self::Regards | Self::Signature => 150,
        }
    }

    /// A place that must stand in it: without it the mail would lack what the candidate needs.
    pub fn needs(self) -> Option<&'static str> {
        (self == Self::Contact).then_some("contact_email")
    }

    /// Takes words for this part apart; what is wrong with them, and what may stand there.
    pub fn check(self, text: &str) -> Result<Pattern, String> {
        let braces = |_| {
            format!(
                "Use braces only around the name of a placeholder, like {{job_title}}. {OFFERED}"
            )
        };
        let pattern = Pattern::parse(text).map_err(braces)?;
        let places = pattern.places();
        let unknown = places.iter().find(|name| !PLACEHOLDERS.contains(name));
        if let Some(name) = unknown {
            return Err(format!("There is no placeholder {{{name}}}. {OFFERED}"));
        }
        if let Some(needed) = self.needs().filter(|needed| !places.contains(needed)) {
            return Err(format!(
                "Include {{{needed}}}, so that candidates know where to write."
            ));
        }
        if pattern.count_places() > MOST_PLACES {
            return Err(format!(
                "Use at most {MOST_PLACES} placeholders in one text."
            ));
        }
        if !self.has_lines() && text.contains(['\n', '\r']) {
            return Err("Use a single line.".into());
        }
        if text.chars().count() > self.most_chars() {
            return Err("This text is too long. Shorten it.".into());
        }
        Ok(pattern)
    }
}

/// Stands behind every mistake with a place; must name all of [`PLACEHOLDERS`].
const OFFERED: &str = "Placeholders: {candidate_name}, {job_title}, {company_name}, {interview_type}, {start}, \
     {end}, {duration}, {time_zone}, {join_window}, {link_opens}, {contact_name}, {contact_email}.";

/// A company's own words, for the parts that it has some for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording(BTreeMap<Block, Pattern>);

impl Wording {
    /// From what was kept. What cannot be used, because it is for another version of Greenroom, is left
    /// out and named: the mail has the usual words there, which is better than no mail.
    pub fn of<'a>(kept: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, BTreeSet<&'a str>) {
        let mut wording = Self::default();
        let mut unusable = BTreeSet::new();
        for (name, text) in kept {
            // Cleaned once more, whoever let it in.
            let text = clean_paragraphs(text).replace(LINK_PLACEHOLDER, "");
            match Block::named(name).map(|block| (block, block.check(&text))) {
                Some((block, Ok(pattern))) => {
                    wording.0.insert(block, pattern);
                }
                Some((_, Err(_))) | None => {
                    unusable.insert(name);
                }
            }
        }
        (wording, unusable)
    }

    /// The company's words for a part.
    pub fn of_block(&self, block: Block) -> Option<&Pattern> {
        self.0.get(&block)
    }

    /// The company's words in place of a phrase.
    pub fn instead_of(&self, kind: Kind, group: &str, name: &str) -> Option<&Pattern> {
        let is_it = |block: &Block| {
            block
                .phrase(kind)
                .is_some_and(|phrase| phrase == (group.to_owned(), name))
        };
        let (_, own) = self.0.iter().find(|(block, _)| is_it(block))?;
        Some(own)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;
    use crate::mail::language::Languages;

    #[test]
    fn the_usual_words_of_every_language_would_be_let_in() {
        let languages = Languages::new().expect("languages");
        for (tag, _) in languages.list() {
            let language = languages.choose(tag).expect("a language");
            for kind in Kind::iter().filter(|kind| kind.can_be_reworded()) {
                for block in Block::ALL {
                    let Some((group, name)) = block.phrase(kind) else {
                        continue;
                    };
                    let usual = language.phrase(&group, name).expect("a phrase").to_string();
                    assert!(block.check(&usual).is_ok(), "{tag} {kind:?} {block:?}");
                }
            }
        }
    }

    #[test]
    fn a_mistake_names_all_that_may_stand_there() {
        let refused = Block::Opening.check("{nobody}").expect_err("unknown");
        assert!(refused.contains("{nobody}"), "{refused}");
        for place in PLACEHOLDERS {
            assert!(refused.contains(&format!("{{{place}}}")), "{place}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (block, text, reason) in [
            (Block::Subject, "To {candidate_name", "Use braces only"),
            (Block::Subject, "To }", "Use braces only"),
            (Block::Subject, "{link}", "There is no placeholder {link}"),
            (Block::Subject, "one\ntwo", "single line"),
            (Block::Subject, &"x".repeat(151), "too long"),
            (Block::Paragraph, &"é".repeat(2001), "too long"),
            (Block::Contact, "Ask {contact_name}.", "{contact_email}"),
            (Block::Paragraph, &"{start} ".repeat(11), "at most 10"),
        ] {
            let refused = block.check(text).expect_err(reason);
            assert!(refused.contains(reason), "{refused}");
        }
        assert!(Block::Paragraph.check(&"é".repeat(2000)).is_ok());
        assert!(Block::Paragraph.check(&"{start} ".repeat(10)).is_ok());
        assert!(Block::Opening.check("one\n\ntwo {start}").is_ok());
    }

    #[test]
    fn what_was_kept_and_no_longer_fits_is_left_out_and_named() {
        let kept = [
            ("opening", "We look forward to it."),
            ("regards", "{place_of_another_version}"),
            ("block_of_another_version", "Hello"),
            ("contact", "Nobody to ask"),
        ];
        let (wording, unusable) = Wording::of(kept);
        assert_eq!(
            unusable.into_iter().collect::<Vec<_>>(),
            ["block_of_another_version", "contact", "regards"]
        );
        assert!(wording.of_block(Block::Opening).is_some());
        assert_eq!(wording.of_block(Block::Regards), None);
    }
}
