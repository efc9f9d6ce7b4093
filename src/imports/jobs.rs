//! Jobs: one title a line, or a table whose columns are known by their headings.
use std::collections::HashMap;

use super::{Found, Line, List, because, headings, label, rows};
use crate::text::{self, Refusal};

/// What a list says of a job, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// As it stands in subjects.
    pub title: String,
    /// Markdown; may be empty.
    pub description: String,
    /// Field of work; may be empty.
    pub domain: String,
    /// May be empty.
    pub location: String,
    /// May be empty.
    pub team_size: String,
    /// At least 1.
    pub positions_to_fill: i32,
    /// Words.
    pub key_skills: Vec<String>,
    /// Yearly, whole units.
    pub salary_min: Option<i64>,
    /// Yearly, whole units; not below the other.
    pub salary_max: Option<i64>,
    /// ISO 4217; empty where nothing is paid.
    pub salary_currency: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Field {
    Title,
    Description,
    Domain,
    Location,
    Team,
    Positions,
    Skills,
    SalaryMin,
    SalaryMax,
    Currency,
}

#[rustfmt::skip]
const HEADINGS: &[(Field, &[&str])] = &[
    (Field::Title, &[
        "title", "job", "job title", "position", "role", "name", "stelle", "stellenbezeichnung", "stellentitel", "titel",
        "poste", "intitulé", "intitulé du poste", "titre", "puesto", "título", "cargo", "posizione", "titolo", "vaga",
        "functie", "stanowisko", "职位", "職種",
    ]),
    (Field::Description, &[
        "description", "job description", "beschreibung", "stellenbeschreibung", "descripción", "descrizione",
        "descrição", "omschrijving", "opis",
    ]),
    (Field::Domain, &[
        "domain", "department", "field", "field of work", "team name", "abteilung", "bereich", "département", "service",
        "departamento", "area", "área", "reparto", "afdeling", "dział",
    ]),
    (Field::Location, &[
        "location", "place", "city", "office", "standort", "ort", "arbeitsort", "lieu", "ville", "ubicación", "lugar",
        "sede", "local", "locatie", "lokalizacja",
    ]),
    (Field::Team, &["team", "team size", "teamgröße", "taille de l'équipe", "tamaño del equipo"]),
    (Field::Positions, &[
        "positions", "positions to fill", "openings", "headcount", "number", "anzahl", "stellen", "offene stellen",
        "postes", "nombre de postes", "vacantes", "plazas", "vagas", "aantal",
    ]),
    (Field::Skills, &[
        "skills", "key skills", "fähigkeiten", "kenntnisse", "compétences", "habilidades", "competenze", "vaardigheden",
    ]),
    (Field::SalaryMin, &["salary from", "salary min", "minimum salary", "gehalt von", "salaire min", "salario mínimo"]),
    (Field::SalaryMax, &["salary to", "salary max", "maximum salary", "gehalt bis", "salaire max", "salario máximo"]),
    (Field::Currency, &["currency", "salary currency", "währung", "devise", "moneda", "valuta", "moeda"]),
];

const MOST_SKILLS: usize = 40;
const HIGHEST_SALARY: i64 = 1_000_000_000_000;

/// Reads a list of jobs.
pub fn read(typed: &str) -> Result<List<Job>, Refusal> {
    let rows = rows(typed)?;
    let columns = rows
        .first()
        .and_then(|row| headings::read(&row.cells, HEADINGS));
    let columns = columns.filter(|columns| columns.fields.contains(&Some(Field::Title)));
    let (rows, fields, ignored) = match columns {
        Some(columns) => (&rows[1..], columns.fields, columns.ignored),
        None => (&rows[..], vec![Some(Field::Title)], Vec::new()),
    };
    if rows.len() > super::MOST_ROWS {
        return Err(super::TOO_MANY);
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut lines = Vec::new();
    for row in rows {
        let found = match job(&fields, &row.cells) {
            Ok(job) => match seen.get(&job.title) {
                Some(number) => Found::Repeat(*number),
                None => {
                    seen.insert(job.title.clone(), row.number);
                    Found::New(job)
                }
            },
            Err(why) => Found::Unusable(why),
        };
        lines.push(Line {
            number: row.number,
            label: label(&row.raw),
            found,
        });
    }
    Ok(List { lines, ignored })
}

fn job(columns: &[Option<Field>], cells: &[String]) -> Result<Job, String> {
    let of = |wanted: Field| {
        let mut each = columns.iter().zip(cells);
        let found = each.find(|(field, _)| **field == Some(wanted));
        found.map(|(_, cell)| cell.as_str()).unwrap_or_default()
    };
    let line = |field, what| text::optional_line(of(field), 200).map_err(because(what));
    let (least, most) = (salary(of(Field::SalaryMin))?, salary(of(Field::SalaryMax))?);
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        return Err("The upper salary is less than the lower one.".into());
    }
    let salary_currency = match of(Field::Currency) {
        "" if least.or(most).is_some() => {
            return Err("Add a currency, such as EUR, in a column of its own.".into());
        }
        "" => String::new(),
        code => text::currency(code)?,
    };
    Ok(Job {
        title: text::line(of(Field::Title), 200).map_err(because("Title"))?,
        description: text::lines(of(Field::Description), 20_000).map_err(because("Description"))?,
        domain: line(Field::Domain, "Field of work")?,
        location: line(Field::Location, "Location")?,
        team_size: line(Field::Team, "Team")?,
        positions_to_fill: positions(of(Field::Positions))?,
        key_skills: skills(of(Field::Skills))?,
        salary_min: least,
        salary_max: most,
        salary_currency,
    })
}

fn positions(typed: &str) -> Result<i32, String> {
    let wrong = || "Positions: use a whole number from 1 to 9999.".to_owned();
    match typed {
        "" => Ok(1),
        typed => typed
            .parse()
            .ok()
            .filter(|count| (1..=9999).contains(count))
            .ok_or_else(wrong),
    }
}

fn salary(typed: &str) -> Result<Option<i64>, String> {
    let digits = typed.replace([',', ' ', '_', '\'', '\u{a0}', '\u{202f}'], "");
    if digits.is_empty() {
        return Ok(None);
    }
    let amount = digits
        .parse()
        .ok()
        .filter(|amount| (0..=HIGHEST_SALARY).contains(amount));
    let wrong = || {
        "Salary: use a whole number, such as 60000, and put the currency in a column of its own."
            .to_owned()
    };
    amount.map(Some).ok_or_else(wrong)
}

fn skills(typed: &str) -> Result<Vec<String>, String> {
    let words = typed
        .split([',', ';', '\n', '|'])
        .filter(|word| !word.trim().is_empty());
    let words: Result<Vec<String>, Refusal> = words.map(|word| text::line(word, 80)).collect();
    let words = words.map_err(|why| format!("Skills: {why}"))?;
    match words.len() <= MOST_SKILLS {
        true => Ok(words),
        false => Err("Skills: use at most 40.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_lines_or_a_table() {
        let list = read("Cloud Architect\nCook, first class\nCloud Architect").expect("a list");
        let found: Vec<_> = list.lines.iter().map(|line| &line.found).collect();
        assert!(
            matches!(found[0], Found::New(job) if job.title == "Cloud Architect" && job.positions_to_fill == 1)
        );
        assert_eq!(found[2], &Found::Repeat(1));
        let table = "Stelle;Standort;Anzahl;Gehalt von;Gehalt bis;Währung;Kenntnisse;Farbe\nKoch;Bonn;2;40 000;50000;eur;\"Suppe, Brot\";rot";
        let list = read(table).expect("a list");
        assert_eq!(list.ignored, ["Farbe"]);
        let Found::New(job) = &list.lines[0].found else {
            panic!("{list:?}");
        };
        assert_eq!(
            (
                job.title.as_str(),
                job.location.as_str(),
                job.positions_to_fill
            ),
            ("Koch", "Bonn", 2)
        );
        assert_eq!(
            (job.salary_min, job.salary_max, job.salary_currency.as_str()),
            (Some(40_000), Some(50_000), "EUR")
        );
        assert_eq!(job.key_skills, ["Suppe", "Brot"]);
    }

    #[test]
    fn a_job_that_is_of_no_use_says_why() {
        for (row, part) in [
            (",,1,,,", "Title:"),
            ("Cook,,many,,,", "Positions:"),
            ("Cook,,1,a lot,,EUR", "Salary:"),
            ("Cook,,1,50000,40000,EUR", "less than"),
            ("Cook,,1,50000,,", "currency"),
            ("Cook,,1,50000,,euros", "currency code"),
            ("Cook\u{202e},,1,,,", "Title:"),
        ] {
            let text = format!("Title,Location,Positions,Salary from,Salary to,Currency\n{row}\n");
            match &read(&text).expect("a list").lines[..] {
                [
                    Line {
                        found: Found::Unusable(why),
                        ..
                    },
                ] => assert!(why.contains(part), "{row}: {why}"),
                lines => panic!("{row}: {lines:?}"),
            }
        }
    }
}
