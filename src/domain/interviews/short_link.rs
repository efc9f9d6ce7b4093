//! The short form of a join link: sixteen letters, for paper, the telephone and what cuts long addresses.
use std::fmt;

use chrono::{DateTime, Utc};
use entity::{interview, short_link};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, QueryTrait,
    sea_query::OnConflict,
};

use super::{
    admission::{self, Admission},
    details::{Details, details},
    join_link::{Keys, Ticket},
    link_text::{self, is_put_inside},
};
use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::Actor,
        events::{self, Event},
    },
    error::{Error, Result},
};

/// Crockford's base32, which leaves out I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 80 bits, five to a letter.
const LETTERS: usize = 16;
/// So many letters stand together.
const GROUP: usize = 4;

/// Sixteen letters. They are a secret; shown in groups of four.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The first 80 bits, as letters.
    pub(super) fn of(bits: &[u8; 32]) -> Self {
        let bits = bits[..LETTERS * 5 / 8]
            .iter()
            .fold(0_u128, |all, byte| all << 8 | u128::from(*byte));
        let letter = |at: usize| {
            let five = (bits >> (5 * (LETTERS - 1 - at))) & 31;
            char::from(ALPHABET[five as usize])
        };
        Self((0..LETTERS).map(letter).collect())
    }

    /// From what somebody typed or a mail program left behind `/i/`: in any case, with or without groups, with O for 0 and
    /// I or L for 1. None where these are not sixteen letters.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > link_text::LONGEST {
            return None;
        }
        let text = link_text::plain(text).to_lowercase();
        // A whole address behind the beginning of one.
        let text = text.rsplit("/i/").next().unwrap_or_default();
        let mut letters = String::new();
        for c in text
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .chars()
        {
            if letters.len() == LETTERS {
                // Letters of other alphabets are words that follow without a blank.
                return (!narrow(c).is_ascii_alphanumeric()).then_some(Self(letters));
            }
            if is_put_inside(c) || is_dash(c) {
                continue;
            }
            letters.push(letter(c)?);
        }
        (letters.len() == LETTERS).then_some(Self(letters))
    }

    fn hash(&self) -> String {
        crypto::sha256_hex(&self.0)
    }
}

/// Four letters, a dash, and so on.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                f.write_str("-")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(***)")
    }
}

fn letter(c: char) -> Option<char> {
    let letter = match narrow(c).to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let is_one = u8::try_from(letter).is_ok_and(|letter| ALPHABET.contains(&letter));
    is_one.then_some(letter)
}

/// As keyboards for Arabic, Persian and Japanese write it, and as it is meant.
fn narrow(c: char) -> char {
    let meant = match u32::from(c) {
        digit @ 0x660..=0x669 => digit - 0x660 + u32::from('0'),
        digit @ 0x6f0..=0x6f9 => digit - 0x6f0 + u32::from('0'),
        wide @ 0xff01..=0xff5e => wide - 0xff01 + u32::from('!'),
        other => other,
    };
    char::from_u32(meant).unwrap_or(c)
}

/// What programs and people put between groups.
fn is_dash(c: char) -> bool {
    matches!(narrow(c), '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Makes the short link of an interview work and says who was shown it; answers with it. None where nobody joins it any
/// more.
pub async fn show(
    db: &Db,
    keys: &Keys,
    actor: &Actor,
    id: i64,
    now: DateTime<Utc>,
) -> Result<(Details, Option<Code>)> {
    db::transaction(db, async |txn| {
        let details = details(txn, actor.company_id, id).await?;
        if !admission::may_still_join(&details, now) {
            return Ok((details, None));
        }
        let row = &details.interview;
        let (code, kept) = made(keys, row);
        keep(txn, vec![kept]).await?;
        events::record(txn, actor, Event::LinkShown { interview_id: id }, now).await?;
        Ok((details, Some(code)))
    })
    .await
}

/// The short link of an interview as it is now, and the row by which it works.
pub fn made(keys: &Keys, row: &interview::Model) -> (Code, short_link::ActiveModel) {
    let code = keys.short_code(&row.public_id, row.link_version);
    let kept = short_link::ActiveModel {
        code_hash: Set(code.hash()),
        company_id: Set(row.company_id),
        interview_id: Set(row.id),
        link_version: Set(row.link_version),
    };
    (code, kept)
}

/// Makes short links work, in one statement.
pub(in crate::domain) async fn keep(
    txn: &impl ConnectionTrait,
    all: Vec<short_link::ActiveModel>,
) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let once = OnConflict::new().do_nothing().to_owned();
    let inserting = short_link::Entity::insert_many(all)
        .on_conflict(once)
        .into_query();
    txn.execute(&inserting).await?;
    Ok(())
}

/// The short link of an interview, if it works already.
pub async fn kept(db: &Db, keys: &Keys, row: &interview::Model) -> Result<Option<Code>> {
    let code = keys.short_code(&row.public_id, row.link_version);
    let found = short_link::Entity::find_by_id(code.hash())
        .filter(short_link::COLUMN.company_id.eq(row.company_id))
        .one(db.read())
        .await?;
    Ok(found.map(|_| code))
}

/// Where a short link leads now, and the token that leads there as well. `NotFound` when it is wrong or was replaced.
pub async fn admit(
    db: &Db,
    keys: &Keys,
    code: &Code,
    now: DateTime<Utc>,
) -> Result<(String, Admission)> {
    // Whoever holds the letters says by them which company's they are.
    let newest = interview::Entity::belongs_to(short_link::Entity)
        .from((interview::Column::Id, interview::Column::LinkVersion))
        .to((
            short_link::Column::InterviewId,
            short_link::Column::LinkVersion,
        ))
        .into();
    let row = interview::Entity::find()
        .join(JoinType::InnerJoin, newest)
        .filter(short_link::COLUMN.code_hash.eq(code.hash()))
        .one(db.read())
        .await?
        .ok_or(Error::NotFound)?;
    let token = keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        // It tells no time that could be another one by now.
        revision: row.revision,
    })?;
    let admission = admission::admit(db, keys, &token, now).await?;
    Ok((token, admission))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> Code {
        Code::of(&std::array::from_fn(|at| {
            (at as u8).wrapping_mul(37).wrapping_add(1)
        }))
    }

    #[test]
    fn eighty_bits_are_sixteen_letters_in_groups_of_four() {
        assert_eq!(Code::of(&[0; 32]).to_string(), "0000-0000-0000-0000");
        assert_eq!(Code::of(&[255; 32]).to_string(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(code().to_string().len(), 19);
        assert_eq!(format!("{:?}", code()), "Code(***)");
    }

    #[test]
    fn letters_are_read_however_they_were_written_down() {
        let shown = code().to_string();
        let bare = shown.replace('-', "");
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            bare.clone(),
            shown.replace('-', " "),
            shown.replace('-', "%20"),
            shown.replace('-', "\u{2013}"),
            shown.replace('-', "-\r\n"),
            format!("%3C{shown}%3E"),
            format!(" {bare}."),
            format!("{shown}/"),
            format!("{shown}, see you"),
            format!("{shown}&utm=1"),
            shown.replace('0', "O").replace('1', "l"),
            shown.replace('0', "o").replace('1', "I"),
            shown.replace('-', "+"),
            shown.replace('-', "=2D"),
            shown.replace('-', "\u{2069}-\u{2066}"),
            format!("{shown}を"),
            format!("https://jobs.example/I/{shown}"),
            moved(&shown, '0'..='9', '\u{660}'),
            moved(&shown, '0'..='9', '\u{6f0}'),
            moved(&shown, '!'..='~', '\u{ff01}'),
        ] {
            assert_eq!(Code::read(&typed).as_ref(), Some(&code()), "{typed}");
        }
    }

    /// With the letters of one range from another alphabet.
    fn moved(text: &str, range: std::ops::RangeInclusive<char>, to: char) -> String {
        let moved = |c: char| match range.contains(&c) {
            true => char::from_u32(u32::from(c) - u32::from(*range.start()) + u32::from(to)),
            false => None,
        };
        text.chars().map(|c| moved(c).unwrap_or(c)).collect()
    }

    #[test]
    fn other_letters_are_another_link_or_none() {
        let shown = code().to_string();
        let cut = &shown[..shown.len() - 1];
        let beside = |with: &str| shown.replacen(&shown[..1], with, 1);
        for typed in [
            String::new(),
            "-".into(),
            cut.into(),
            format!("{cut}."),
            format!("{shown}A"),
            format!("{shown}9"),
            format!("{shown}\u{669}"),
            format!("{shown}\u{ff21}"),
            beside("U"),
            beside("é"),
            beside("/"),
            "0".repeat(5000),
        ] {
            assert_eq!(Code::read(&typed), None, "{typed}");
        }
        assert_ne!(Code::read(&beside("Z")), Some(code()));
    }
}
