//! What a start makes of the lines of a `.env`.
use super::*;

fn start(text: &str) -> Start {
    look_through(text.as_bytes(), |name| name == "HOME")
}

fn read(start: &Start) -> Vec<(String, String)> {
    dotenvy::from_read_iter(start.readable.as_bytes())
        .collect::<Result<_, _>>()
        .expect("readable")
}

#[test]
fn a_value_that_is_read_otherwise_is_told_with_its_line_and_name() {
    for (line, why) in [
        ("EMAIL_HOST_PASSWORD=pa$word", "has a $ outside"),
        ("EMAIL_HOST_PASSWORD=\"pa$word9 x\"", "has a $ outside"),
        ("EMAIL_HOST_PASSWORD=pa$HOME", "has a $ outside"),
        ("EMAIL_HOST_PASSWORD=word$", "has a $ outside"),
        ("EMAIL_HOST=${NOWHERE}", "has a $ outside"),
        (
            "EMAIL_HOST_PASSWORD=abcd efgh ijkl mnop",
            "in 'single quotes'",
        ),
        (
            "DEFAULT_FROM_EMAIL=Acme <jobs@acme.io>",
            "in 'single quotes'",
        ),
        ("EMAIL_HOST_PASSWORD=it's", "has a quote"),
        ("EMAIL_HOST_PASSWORD='open", "doesn't end"),
        ("EMAIL_HOST_PASSWORD=a\\b", "has a quote or a \\"),
        ("EMAIL_HOST_PASSWORD=#abc", "starts with #"),
        ("EMAIL_HOST smtp.acme.io", "needs an ="),
        ("EMAIL_HOST: smtp.acme.io", "needs an ="),
        ("export EMAIL_HOST", "needs an ="),
        ("EMAIL_HOST=a\0b", "NUL"),
    ] {
        let found = start(&format!("A=1\n\n{line}\nB=2\n"));
        let [mistake] = found.mistakes.as_slice() else {
            panic!("{line} {found:?}")
        };
        let name = line.trim_start_matches("export ");
        let name = name.split(['=', ' ', ':']).next().expect("a name");
        let expected = format!("{name} (line 3 of .env) ");
        assert!(mistake.starts_with(&expected), "{mistake}");
        assert!(mistake.contains(why), "{line} {mistake}");
        for secret in ["word", "abcd", "abc", "it's"] {
            let said = mistake.to_lowercase().replace("password", "");
            assert!(!said.contains(secret), "{mistake}");
        }
    }
    let latin = look_through(b"EMAIL_HOST_PASSWORD=gr\xfc\xdfe\n", |_| false);
    assert!(latin.mistakes[0].contains("not UTF-8"), "{latin:?}");
    let wide = look_through(b"\xff\xfeE\0M\0", |_| false);
    assert!(wide.mistakes[0].contains("UTF-16"), "{wide:?}");
}

#[test]
fn what_is_meant_so_is_no_mistake() {
    for line in [
        "EMAIL_HOST_PASSWORD='pa$word'",
        "EMAIL_HOST_PASSWORD=pa\\$word",
        "EMAIL_HOST_PASSWORD=\"pa\\$word\"",
        "EMAIL_HOST_PASSWORD=\"two words\"",
        "EMAIL_HOST_PASSWORD=a#b",
        "EMAIL_HOST_PASSWORD=${HOME}",
        "BASE_URL=https://$HOME/",
        "BASE_URL=https://${EARLIER}/",
        "EMAIL_HOST=mail.acme.io # it's the $new one",
        "EMAIL_HOST = mail.acme.io",
        "export EMAIL_HOST=mail.acme.io",
        "EMAIL_HOST=",
        "# EMAIL_HOST=two words",
    ] {
        let found = start(&format!("EARLIER=1\n{line}\n"));
        assert!(found.mistakes.is_empty(), "{line} {found:?}");
        assert!(found.remarks.is_empty(), "{line} {found:?}");
    }
}

#[test]
fn lines_of_other_programs_never_stop_a_start() {
    let found = start(
        "\u{feff}EMAIL_HOST=mail.acme.io\r\nexport COMPOSE_FILE\r\nGREETING=two words\r\n\
         correct horse battery\r\nCOST=$5\r\n2nd=x\r\nLAST='open\r\nEMAIL_PORT=25",
    );
    assert_eq!(found.mistakes, Vec::<String>::new());
    assert_eq!(
        found.remarks,
        [
            "Line 2 of .env can't be read and is ignored",
            "Line 3 of .env can't be read and is ignored",
            "Line 4 of .env can't be read and is ignored",
            "Line 6 of .env can't be read and is ignored",
            "Line 7 of .env can't be read and is ignored",
        ]
    );
    let names: Vec<_> = read(&found).into_iter().collect();
    assert_eq!(names[0], ("EMAIL_HOST".into(), "mail.acme.io".into()));
    assert_eq!(names[2], ("EMAIL_PORT".into(), "25".into()));
    let named = start("OTHER_THING=two words\n");
    assert!(named.remarks[0].contains("(OTHER_THING)"), "{named:?}");
    let foreign = look_through(b"NAME=gr\xfc\xdfe\nEMAIL_PORT=25\n", |_| false);
    assert!(foreign.mistakes.is_empty(), "{foreign:?}");
}

#[test]
fn of_two_lines_for_one_name_the_second_is_told() {
    let found = start("EMAIL_HOST=a\nEMAIL_HOST=b c\nEMAIL_PORT=1\nEMAIL_PORT=2\n");
    assert_eq!(found.mistakes.len(), 1, "{found:?}");
    assert!(found.remarks[0].contains("line 4 is ignored"), "{found:?}");
}

#[test]
fn what_the_environment_sets_is_not_looked_for_in_the_file() {
    let found = look_through(b"EMAIL_HOST=two words\nEMAIL_PORT=$x\n", |_| true);
    assert_eq!((found.mistakes, found.remarks), (vec![], vec![]));
}
