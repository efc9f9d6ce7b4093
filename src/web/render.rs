//! How a page struct becomes HTML, and what frames it.
use std::sync::Arc;

use entity::user::Role;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use tera::{Context, Kwargs, State, Tera, Value, value::Key};

use super::{alerts::Banner, assets};
use crate::{error::Result, words};

/// A whole page: what its template may know, and nothing else.
pub trait Page: Serialize {
    /// Its file under `templates/`.
    const TEMPLATE: &'static str;
    /// What the browser's tab says.
    fn title(&self) -> String;
    /// One that shows all there is to see; tests render it.
    fn sample() -> Self
    where
        Self: Sized;
}

/// What stands around a page: who looks at it decides.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Frame {
    /// For nobody in particular, and for candidates.
    Public(PublicFrame),
    /// For a user; with the menu.
    SignedIn(SignedInFrame),
}

/// The frame of sign-in, errors and the candidate's pages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PublicFrame {
    /// The company whose page it is; Greenroom's own when absent.
    pub company_name: Option<String>,
    /// Its colour, `#rrggbb`.
    pub brand_colour: Option<String>,
    /// What the last request had to say.
    pub flash: Option<Flash>,
}

/// The frame of everything that needs a user.
#[derive(Clone, Debug, Serialize)]
pub struct SignedInFrame {
    /// The user's company.
    pub company_name: String,
    /// Its colour, `#rrggbb`.
    pub brand_colour: Option<String>,
    /// Who looks.
    pub user_name: String,
    /// What they may do.
    pub role: Role,
    /// The path of this page: the menu marks where one is.
    pub path: String,
    /// Candidates who do not know; none while all do.
    pub alerts: Option<Banner>,
    /// Does an admin have to see to the mail?
    pub is_mail_unwell: bool,
    /// What the last request had to say.
    pub flash: Option<Flash>,
}

/// A sentence that survives one redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// The sentence.
    pub text: String,
}

/// How a flash is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// It is done.
    Done,
    /// It is not, or not wholly.
    Problem,
}

impl Flash {
    /// Says that something is done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Done,
            text: text.into(),
        }
    }

    /// Says what went wrong.
    pub fn problem(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Problem,
            text: text.into(),
        }
    }
}

/// One line of a select or a group of radio buttons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What one reads.
    pub label: String,
}

impl Choice {
    /// A line with its value.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self {
            value: value.to_string(),
            label: label.into(),
        }
    }
}

/// A line of the menu.
#[derive(Serialize)]
struct MenuLine {
    href: &'static str,
    label: &'static str,
    /// `page` on the page itself, `true` anywhere below it: what `aria-current` takes.
    current: Option<&'static str>,
    /// What is wrong there, in a word.
    trouble: Option<&'static str>,
}

const MENU: &[(&str, &str)] = &[("/", "Today")];
const RECRUITING_MENU: &[(&str, &str)] = &[
    ("/slots", "Slots"),
    ("/interviews", "Interviews"),
    ("/candidates", "Candidates"),
    ("/jobs", "Jobs"),
    ("/emails", "Delivery log"),
];
const ADMIN_MENU: &[(&str, &str)] = &[
    ("/users", "Users"),
    ("/tokens", "API tokens"),
    (MAIL, "E-mail"),
    ("/company", "Company"),
    ("/actions", "Audit log"),
];
const MAIL: &str = "/mail";

impl Frame {
    /// What the viewer may do, in a word.
    fn role(&self) -> Option<&'static str> {
        match self {
            Self::SignedIn(frame) => Some(words::role(frame.role)),
            Self::Public(_) => None,
        }
    }

    fn menu(&self) -> Vec<MenuLine> {
        let Self::SignedIn(frame) = self else {
            return Vec::new();
        };
        let lines: &[&[_]] = match frame.role {
            Role::Admin => &[MENU, RECRUITING_MENU, ADMIN_MENU],
            Role::Recruiter => &[MENU, RECRUITING_MENU],
            Role::Interviewer => &[MENU],
        };
        lines
            .iter()
            .copied()
            .flatten()
            .map(|&(href, label)| MenuLine {
                href,
                label,
                current: place(href, &frame.path),
                trouble: (href == MAIL && frame.is_mail_unwell).then_some("Unwell"),
            })
            .collect()
    }
}

fn place(href: &str, path: &str) -> Option<&'static str> {
    match path.strip_prefix(href)? {
        "" => Some("page"),
        below if href != "/" && below.starts_with('/') => Some("true"),
        _ => None,
    }
}

/// Renders pages. Cheap to clone.
#[derive(Clone)]
pub struct Renderer {
    templates: templates::Source,
}

impl Renderer {
    /// Reads and checks all templates.
    pub fn new() -> Result<Self> {
        Ok(Self {
            templates: templates::Source::new()?,
        })
    }

    /// A page in its frame. The template sees the page's own fields, `title`, `frame`, `menu` and `user_role`.
    pub fn render<P: Page>(&self, frame: &Frame, page: &P) -> Result<String> {
        let mut context = Context::from_serialize(page)?;
        context.insert("title", &page.title());
        context.insert("frame", frame);
        context.insert("menu", &frame.menu());
        context.insert("user_role", &frame.role());
        Ok(self.templates.current()?.render(P::TEMPLATE, &context)?)
    }
}

#[derive(RustEmbed)]
#[folder = "templates/"]
pub(super) struct Files;

/// All templates but those of mails, which `mail::compose` reads, parsed. Everything that templates may call is named here.
fn parse() -> Result<Tera> {
    let mut tera = Tera::new();
    tera.register_function("asset", asset);
    tera.register_function("brand", brand);
    tera.register_filter("of", of);
    tera.register_filter("first_is", first_is);
    let pages = Files::iter().filter(|name| !name.starts_with("emails/"));
    let texts = pages.filter_map(|name| {
        let file = Files::get(&name)?;
        Some((name, String::from_utf8_lossy(&file.data).into_owned()))
    });
    tera.add_raw_templates(texts)?;
    Ok(tera)
}

/// `asset(path="css/app.css")`: the address under which a static file may be cached for ever.
fn asset(kwargs: Kwargs, _: &State) -> tera::TeraResult<String> {
    let path: &str = kwargs.must_get("path")?;
    assets::address(path).ok_or_else(|| tera::Error::message(format!("no static file {path}")))
}

/// `brand(colour="#1f5f4a")`: the address of the style sheet that turns the accent to this colour.
fn brand(kwargs: Kwargs, _: &State) -> tera::TeraResult<String> {
    let colour: &str = kwargs.must_get("colour")?;
    Ok(assets::brand_address(colour))
}

/// `errors | of(field="name")`: what is stored under a name, or nothing at all.
fn of(map: &Value, kwargs: Kwargs, _: &State) -> tera::TeraResult<Value> {
    let field: &str = kwargs.must_get("field")?;
    let found = map.as_map().and_then(|map| map.get(&Key::Str(field)));
    Ok(match found {
        Some(value) if !value.is_none() => value.clone(),
        _ => Value::from(""),
    })
}

/// `errors | first_is(field="name")`: is this the first mistake in the form? It gets the focus.
fn first_is(map: &Value, kwargs: Kwargs, _: &State) -> tera::TeraResult<bool> {
    let field: &str = kwargs.must_get("field")?;
    let first = map.as_map().and_then(|map| map.keys().next());
    Ok(first.and_then(|key| key.as_str()) == Some(field))
}

/// Release: parsed once.
#[cfg(not(debug_assertions))]
mod templates {
    use super::*;

    #[derive(Clone)]
    pub struct Source(Arc<Tera>);

    impl Source {
        pub fn new() -> Result<Self> {
            Ok(Self(Arc::new(parse()?)))
        }

        pub fn current(&self) -> Result<&Tera> {
            Ok(&self.0)
        }
    }
}

/// Development: parsed again whenever a file was touched, so that an edit shows at the next look.
#[cfg(debug_assertions)]
mod templates {
    use super::*;
    use crate::fresh::Fresh;

    static PARSED: Fresh<Tera> = Fresh::new();

    #[derive(Clone)]
    pub struct Source;

    impl Source {
        pub fn new() -> Result<Self> {
            Self.current()?;
            Ok(Self)
        }

        pub fn current(&self) -> Result<Arc<Tera>> {
            PARSED.current::<Files>("templates", parse)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_marks_the_page_and_what_lies_below_it() {
        assert_eq!(place("/jobs", "/jobs"), Some("page"));
        assert_eq!(place("/jobs", "/jobs/7/edit"), Some("true"));
        assert_eq!(place("/jobs", "/jobsworth"), None);
        assert_eq!(place("/", "/"), Some("page"));
        assert_eq!(place("/", "/jobs"), None);
    }

    #[test]
    fn everybody_is_shown_the_menu_of_their_role() {
        let mut frame = SignedInFrame {
            company_name: "Sample Company".into(),
            brand_colour: None,
            user_name: "Jane Roe".into(),
            role: Role::Recruiter,
            path: "/".into(),
            alerts: None,
            is_mail_unwell: false,
            flash: None,
        };
        let lines = |frame: &SignedInFrame| -> Vec<&str> {
            let menu = Frame::SignedIn(frame.clone()).menu();
            menu.iter().map(|line| line.label).collect()
        };
        assert!(!lines(&frame).contains(&"Users"));
        frame.role = Role::Admin;
        assert!(lines(&frame).contains(&"Users"));
        frame.role = Role::Interviewer;
        assert_eq!(lines(&frame), ["Today"]);
    }

    fn filled(template: &str, page: &serde_json::Value) -> String {
        let context = Context::from_serialize(page).expect("a map");
        let tera = parse().expect("templates parse");
        let html = tera.render_str(template, &context, true);
        html.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_field_shows_what_was_typed_and_the_first_mistake_takes_the_focus() {
        let page = serde_json::json!({
            "form": {"name": "\"><b>Zoë", "email": "zoë@", "notes": "<i>", "kind": "final"},
            "errors": {"email": "This is not an address.", "notes": "Too long."},
            "kinds": [Choice::new("final", "Final"), Choice::new("screening", "Screening")],
        });
        let name = filled(
            r#"{{ <field label="Name" name="name" required={true} autocomplete="name" /> }}"#,
            &page,
        );
        assert!(
            name.contains(r#"value="&quot;&gt;&lt;b&gt;Zoë" required autocomplete="name">"#),
            "{name}"
        );
        assert!(
            !name.contains("autofocus") && !name.contains("optional"),
            "{name}"
        );

        let email = filled(
            r#"{{ <field label="E-mail" name="email" type="email" hint="Where?" /> }}"#,
            &page,
        );
        assert!(
            email.contains(r#"value="zoë@" aria-invalid="true" aria-describedby="email-error email-hint" autofocus>"#),
            "{email}"
        );
        assert!(
            email.contains(r#"id="email-error">This is not an address.<"#),
            "{email}"
        );

        let notes = filled(r#"{{ <textarea label="Notes" name="notes" /> }}"#, &page);
        assert!(
            notes.contains("&lt;i&gt;</textarea>") && notes.contains("aria-invalid"),
            "{notes}"
        );
        assert!(!notes.contains("autofocus"), "only the first: {notes}");

        for (component, mark) in [
            ("select", " selected>Final"),
            ("choices", r#"value="final" checked"#),
        ] {
            let call =
                format!(r#"{{{{ <{component} label="Kind" name="kind" options={{kinds}} /> }}}}"#);
            let html = filled(&call, &page);
            assert!(html.contains(mark), "{html}");
            assert_eq!(html.matches(mark).count(), 1, "{html}");
        }
    }

    #[test]
    fn a_password_is_never_sent_back() {
        let page = serde_json::json!({"form": {"password": "hunter2"}, "errors": {}});
        let html = filled(
            r#"{{ <field label="Password" name="password" type="password" /> }}"#,
            &page,
        );
        assert!(!html.contains("hunter2"), "{html}");
    }

    #[test]
    fn what_a_component_is_given_is_escaped_once() {
        let page = serde_json::json!({"who": "<b> & co"});
        let html = filled(
            r#"{% <page_head heading={who}> %}{{ <button label={who} to="/x" /> }}{% </page_head> %}"#,
            &page,
        );
        assert!(html.contains("<h1>&lt;b&gt; &amp; co</h1>"), "{html}");
        assert!(
            html.contains(r#"<a class="button" href="/x">&lt;b&gt; &amp; co</a>"#),
            "{html}"
        );
        let html = filled(
            r#"{{ <page_head heading="Jobs" /> }}{{ <pager /> }}{{ <checkbox label="On" name="on" /> }}"#,
            &page,
        );
        assert!(
            !html.contains("page__actions") && !html.contains("panel__pager"),
            "{html}"
        );
    }
}
