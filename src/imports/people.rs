//! People: pasted lines, or a table whose columns are known by their headings or by what stands in them.
use std::collections::HashMap;

use super::{
    Found, Line, List, because, domains, headings, label,
    mailboxes::{self, Mailbox, given_name_first},
    rows,
    table::Row,
};
use crate::{
    text::{self, Refusal},
    zones,
};

/// What a list says of somebody, checked and in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As mails greet.
    pub name: String,
    /// Nothing gave the name but the address.
    pub is_name_guessed: bool,
    /// Canonical.
    pub email: String,
    /// The domain that was likely meant, where the address has one that looks mistyped.
    pub likely_domain: Option<String>,
    /// May be empty.
    pub phone: String,
    /// IANA name.
    pub time_zone: Option<String>,
    /// Language of the mails, BCP 47.
    pub locale: Option<String>,
    /// For recruiters only; may be empty.
    pub notes: String,
}

impl Person {
    /// The address with the domain that was likely meant.
    pub fn likely_email(&self) -> Option<String> {
        let (local, _) = self.email.rsplit_once('@')?;
        let domain = self.likely_domain.as_ref()?;
        Some(format!("{local}@{domain}"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    FirstName,
    LastName,
    Email,
    Phone,
    Zone,
    Language,
    Notes,
}

#[rustfmt::skip]
const HEADINGS: &[(Field, &[&str])] = &[
    (Field::Email, &[
        "email", "mail", "email address", "e-mail-adresse", "mailadresse", "emails", "candidate email", "courriel",
        "adresse mail", "adresse email", "adresse électronique", "correo", "correo electrónico", "indirizzo email",
        "posta elettronica", "endereço de email", "e-mailadres", "e-post", "e-postadresse", "epostadress", "sähköposti",
        "e-posta", "adres email", "adres e-mail", "электронная почта", "почта", "メール", "メールアドレス", "邮箱", "电子邮件",
    ]),
    (Field::Name, &[
        "name", "full name", "candidate", "candidate name", "applicant", "person", "vollständiger name", "kandidat",
        "bewerber", "bewerberin", "nom", "nom complet", "candidat", "nombre", "nombre completo", "candidato", "nome",
        "nome completo", "nome e cognome", "naam", "volledige naam", "imię i nazwisko", "jméno", "namn", "navn", "nimi",
        "ad soyad", "имя", "фио", "氏名", "名前", "姓名",
    ]),
    (Field::FirstName, &[
        "first name", "first", "given name", "forename", "vorname", "prénom", "voornaam", "imię", "förnamn", "fornavn",
        "etunimi", "ad", "křestní jméno", "nombre de pila", "名",
    ]),
    (Field::LastName, &[
        "last name", "last", "surname", "family name", "nachname", "familienname", "zuname", "nom de famille",
        "apellido", "apellidos", "cognome", "sobrenome", "apelido", "achternaam", "nazwisko", "příjmení", "efternamn",
        "etternavn", "sukunimi", "soyad", "фамилия", "姓",
    ]),
    (Field::Phone, &[
        "phone", "phone number", "tel", "telephone", "telephone number", "mobile", "mobile phone", "cell", "cell phone",
        "telefon", "telefonnummer", "tel.-nr.", "mobil", "handy", "handynummer", "téléphone", "portable",
        "numéro de téléphone", "teléfono", "móvil", "celular", "telefono", "cellulare", "telefone", "telemóvel",
        "telefoon", "gsm", "komórka", "puhelin", "телефон", "電話", "电话", "手机",
    ]),
    (Field::Zone, &[
        "time zone", "tz", "timezone", "zeitzone", "fuseau horaire", "zona horaria", "huso horario", "fuso orario",
        "fuso horário", "tijdzone", "strefa czasowa", "tidszon", "часовой пояс", "タイムゾーン", "时区",
    ]),
    (Field::Language, &[
        "language", "locale", "lang", "sprache", "langue", "idioma", "lingua", "língua", "taal", "język", "språk",
        "язык", "言語", "语言",
    ]),
    (Field::Notes, &[
        "notes", "note", "comment", "comments", "remarks", "notiz", "notizen", "bemerkung", "bemerkungen", "anmerkung",
        "kommentar", "commentaire", "commentaires", "remarques", "notas", "comentarios", "opmerkingen", "uwagi",
    ]),
];

/// What stands in a row, by field.
type Fields = HashMap<&'static str, String>;

/// What somebody said of addresses with a domain that looks mistyped; each by its canonical address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The likely one is meant.
    pub corrected: Vec<String>,
    /// It is right as it is.
    pub confirmed: Vec<String>,
}

impl Answers {
    fn apply(&self, person: &mut Person) {
        if self.corrected.contains(&person.email) {
            person.email = person
                .likely_email()
                .unwrap_or_else(|| person.email.clone());
            person.likely_domain = None;
        } else if self.confirmed.contains(&person.email) {
            person.likely_domain = None;
        }
    }
}

/// Reads a list of people.
pub fn read(text: &str, answers: &Answers) -> Result<List<Person>, Refusal> {
    let rows = rows(text)?;
    let has_address = |row: &Row| row.cells.iter().any(|cell| cell.contains('@'));
    let heading = rows.first().filter(|row| !has_address(row));
    let columns = heading.and_then(|row| headings::read(&row.cells, HEADINGS));
    let (rows, ignored) = match &columns {
        Some(columns) => (&rows[1..], columns.ignored.clone()),
        None => (&rows[..], Vec::new()),
    };
    if rows.len() > super::MOST_ROWS {
        return Err(super::TOO_MANY);
    }
    let mut lines = Vec::new();
    for row in rows {
        let people = match &columns {
            Some(columns) => vec![by_column(&columns.fields, &row.cells)],
            None => by_content(row),
        };
        for fields in people {
            let label = match fields.get("email") {
                Some(_) if columns.is_none() => named(&fields),
                _ => label(&row.raw),
            };
            let found = match person(&fields) {
                Ok(mut person) => {
                    answers.apply(&mut person);
                    Found::New(person)
                }
                Err(why) => Found::Unusable(why),
            };
            lines.push(Line {
                number: row.number,
                label,
                found,
            });
        }
    }
    if lines.len() > super::MOST_ROWS {
        return Err(super::TOO_MANY);
    }
    mark_repeats(&mut lines);
    Ok(List { lines, ignored })
}

fn named(fields: &Fields) -> String {
    let of = |name| fields.get(name).map(String::as_str).unwrap_or_default();
    label(&format!("{} {}", of("name"), of("email")))
}

fn mark_repeats(lines: &mut [Line<Person>]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for line in lines {
        let Found::New(person) = &line.found else {
            continue;
        };
        match seen.get(&person.email) {
            Some(number) => line.found = Found::Repeat(*number),
            None => {
                seen.insert(person.email.clone(), line.number);
            }
        }
    }
}

/// The fields of a row under headings.
fn by_column(columns: &[Option<Field>], cells: &[String]) -> Fields {
    let of = |wanted: Field| {
        let mut each = columns.iter().zip(cells);
        let (_, cell) = each.find(|(field, _)| **field == Some(wanted))?;
        Some(cell).filter(|cell| !cell.is_empty()).cloned()
    };
    let joined = |parts: [Option<String>; 2]| {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" ")
    };
    // A column called name holds what the other one does not.
    let name = match (of(Field::FirstName), of(Field::Name), of(Field::LastName)) {
        (None, Some(whole), None) => given_name_first(&whole),
        (None, name, last) => joined([name, last]),
        (first, name, last) => joined([first, last.or(name)]),
    };
    let mut fields = Fields::from([("name", name)]);
    let others = [
        ("email", Field::Email),
        ("phone", Field::Phone),
        ("zone", Field::Zone),
        ("locale", Field::Language),
        ("notes", Field::Notes),
    ];
    for (name, field) in others {
        fields.insert(name, of(field).unwrap_or_default());
    }
    if let Some([mailbox]) = mailboxes::read(&fields["email"]).as_deref() {
        take(&mut fields, mailbox);
    }
    fields
}

fn take(fields: &mut Fields, mailbox: &Mailbox) {
    fields.insert("email", mailbox.address.clone());
    if fields.get("name").is_none_or(String::is_empty) {
        fields.insert("name", mailbox.name.clone());
    }
}

/// The people of a row without headings.
fn by_content(row: &Row) -> Vec<Fields> {
    if let Some(found) = mailboxes::read(&row.raw) {
        let each = found.iter().map(|mailbox| {
            let mut fields = Fields::new();
            take(&mut fields, mailbox);
            fields
        });
        return each.collect();
    }
    let cells: Vec<&str> = row
        .cells
        .iter()
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    if cells.len() > 1 && cells.iter().all(|cell| is_address(cell)) {
        let each = cells
            .iter()
            .map(|cell| Fields::from([("email", cell.to_string())]));
        return each.collect();
    }
    vec![match cells.as_slice() {
        [alone] => of_words(alone),
        cells => of_cells(cells),
    }]
}

/// `Ada Lovelace ada@example.com +49 30 1234567`.
fn of_words(text: &str) -> Fields {
    let mut fields = Fields::new();
    let (mut name, mut phone) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let bare = word.trim_matches(['<', '>', '(', ')', ',', ';']);
        if bare.contains('@') && !fields.contains_key("email") {
            fields.insert("email", bare.trim_start_matches("mailto:").to_owned());
        } else if is_dialled(word) && word.contains(|c: char| c.is_ascii_digit()) {
            phone.push(word);
        } else {
            name.push(word);
        }
    }
    fields.insert("name", name.join(" "));
    fields.insert("phone", phone.join(" "));
    fields
}

fn of_cells(cells: &[&str]) -> Fields {
    let mut fields = Fields::new();
    let mut name: Vec<(usize, &str)> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        if cell.contains('@') && !fields.contains_key("email") {
            match mailboxes::read(cell).as_deref() {
                Some([mailbox]) => take(&mut fields, mailbox),
                _ => drop(fields.insert("email", cell.to_string())),
            }
        } else if is_phone(cell) {
            fields.entry("phone").or_insert_with(|| cell.to_string());
        } else if cell.contains('/') && text::zone(cell).is_ok() {
            fields.entry("zone").or_insert_with(|| cell.to_string());
        } else {
            name.push((at, cell));
        }
    }
    if fields.get("name").is_none_or(String::is_empty) {
        let is_one_word = |cell: &str| {
            !cell.contains(' ')
                && cell
                    .chars()
                    .all(|c| c.is_alphabetic() || "-'’.".contains(c))
        };
        let name = match name[..] {
            // The given name in one cell, the family name in the next.
            [(one, first), (two, last), ..]
                if two == one + 1 && is_one_word(first) && is_one_word(last) =>
            {
                format!("{first} {last}")
            }
            [(_, name), ..] => given_name_first(name),
            [] => String::new(),
        };
        fields.insert("name", name);
    }
    fields
}

fn is_address(cell: &str) -> bool {
    text::email(cell).is_ok()
}

fn is_dialled(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || "+-()/.".contains(c))
}

fn is_phone(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    (6..=20).contains(&digits) && cell.split_whitespace().all(is_dialled)
}

/// The person, or why the row is of no use.
fn person(fields: &Fields) -> Result<Person, String> {
    let of = |name| fields.get(name).map(String::as_str).unwrap_or_default();
    if of("email").trim().is_empty() {
        return Err("There is no email address in this row.".into());
    }
    let email = text::email(of("email"))?;
    let mut name = text::optional_line(of("name"), 200).map_err(because("Name"))?;
    let is_name_guessed = name.is_empty();
    if is_name_guessed {
        name = name_of(&email).ok_or("Add a name: the address doesn't show one.")?;
    }
    let time_zone = match of("zone") {
        "" => None,
        typed => match zones::search(typed)[..] {
            [zone] => Some(zone.name().to_owned()),
            _ => return Err(format!("Time zone: {}", text::NO_ZONE)),
        },
    };
    let locale = match of("locale") {
        "" => None,
        typed => Some(text::locale(typed).map_err(because("Language"))?),
    };
    let (_, domain) = email.rsplit_once('@').unwrap_or_default();
    Ok(Person {
        likely_domain: domains::likely(domain),
        name,
        is_name_guessed,
        phone: text::phone(of("phone")).map_err(because("Phone"))?,
        time_zone,
        locale,
        notes: text::lines(of("notes"), 5000).map_err(because("Notes"))?,
        email,
    })
}

/// `ada.lovelace7@example.com` is Ada Lovelace's, as far as can be seen.
fn name_of(email: &str) -> Option<String> {
    let (local, _) = email.split_once('@')?;
    let local = local.split('+').next()?;
    let words = local
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let words: Vec<String> = words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            first.unwrap_or_default() + letters.as_str()
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
