//! The templates of pages, parsed, and what they may call.
mod phrases;

use std::sync::LazyLock;

use rust_embed::RustEmbed;
use tera::{Context, Kwargs, State, Tera, Value, value::Key};

use crate::{error::Result, static_files, zones};

/// Renders templates. Cheap to clone.
#[derive(Clone)]
pub struct Templates {
    source: source::Source,
}

impl Templates {
    /// Reads and checks all of them.
    pub fn new() -> Result<Self> {
        Ok(Self {
            source: source::Source::new()?,
        })
    }

    /// One, by its path under `templates/`, with what it may know.
    pub fn render(&self, name: &str, context: &Context) -> Result<String> {
        Ok(self.source.current()?.render(name, context)?)
    }
}

#[derive(RustEmbed)]
#[folder = "templates/"]
pub(crate) struct Files;

/// All templates but those of mails, which `mail::compose` reads, parsed. Everything that templates may call is named here.
fn parse() -> Result<Tera> {
    let mut tera = Tera::new();
    tera.register_function("asset", asset);
    tera.register_function("brand", brand);
    tera.register_function("zone_options", zone_options);
    tera.register_filter("fill", phrases::fill);
    tera.register_filter("of", of);
    tera.register_filter("first_is", first_is);
    let pages = Files::iter().filter(|name| !name.starts_with("messages/"));
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
    static_files::address(path)
        .ok_or_else(|| tera::Error::message(format!("no static file {path}")))
}

/// `brand(colour="#1f5f4a")`: the address of the style sheet that turns the accent to this colour.
fn brand(kwargs: Kwargs, _: &State) -> tera::TeraResult<String> {
    let colour: &str = kwargs.must_get("colour")?;
    Ok(static_files::brand_address(colour))
}

/// `zone_options()`: the time zones to choose from, as options. They are the same for everybody, and so many that no page
/// should make them anew.
fn zone_options(_: Kwargs, _: &State) -> tera::TeraResult<Value> {
    static OPTIONS: LazyLock<Value> = LazyLock::new(|| {
        let option = |name: &str| {
            let name = name.replace('&', "&amp;").replace('"', "&quot;");
            format!("<option value=\"{name}\"></option>")
        };
        Value::safe_string(&zones::choices().map(option).collect::<String>())
    });
    Ok(OPTIONS.clone())
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
mod source {
    use std::sync::Arc;

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
mod source {
    use std::sync::Arc;

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
            "kinds": [{"value": "final", "label": "Final"}, {"value": "screening", "label": "Screening"}],
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
            r#"{{ <field label="Email" name="email" type="email" hint="Where?" /> }}"#,
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
