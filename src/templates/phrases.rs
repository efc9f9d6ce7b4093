//! Phrases of a language in templates.
use tera::{Kwargs, State, TeraResult, Value};

use crate::mail::pattern::Pattern;

/// `words.early.opens | fill(opens=opens)`: a phrase with what its places stand for. What has markup of its own comes from
/// a block that was `set`; all else is escaped, and keeps its direction among words of the other one.
pub(super) fn fill(phrase: &str, kwargs: Kwargs, state: &State) -> TeraResult<Value> {
    let pattern = Pattern::parse(phrase).map_err(tera::Error::message)?;
    let printed = |place: &str| -> TeraResult<String> {
        let value: &Value = kwargs.must_get(place)?;
        Ok(match value.is_safe() {
            true => value.to_string(),
            false => format!("<bdi>{}</bdi>", state.escape(&value.to_string())?),
        })
    };
    let places = pattern.places().into_iter();
    let places = places.map(|place| Ok((place, printed(place)?)));
    let places = places.collect::<TeraResult<Vec<_>>>()?;
    let words = state.escape(&pattern.to_string())?;
    let escaped = Pattern::parse(&words).map_err(tera::Error::message)?;
    let filled = escaped.fill(str::to_owned, |name| {
        let found = places.iter().find(|(place, _)| *place == name);
        found.map_or_else(String::new, |(_, text)| text.clone())
    });
    Ok(Value::safe_string(&filled))
}

#[cfg(test)]
mod tests {
    use tera::{Context, Tera};

    use super::fill;

    fn filled(template: &str) -> tera::TeraResult<String> {
        let mut tera = Tera::new();
        tera.register_filter("fill", fill);
        let mut context = Context::new();
        context.insert("phrase", "Ask <{who}> & {where}");
        context.insert("who", "\"><b>Zoë{where}");
        tera.render_str(template, &context, true)
    }

    #[test]
    fn places_are_escaped_and_keep_their_direction_and_markup_is_let_through() {
        let template = "{% set where %}<a href=\"/x\">{{ who }}</a>{% endset %}{{ phrase | fill(who=who, where=where) }}";
        assert_eq!(
            filled(template).expect("a phrase"),
            "Ask &lt;<bdi>&quot;&gt;&lt;b&gt;Zoë{where}</bdi>&gt; &amp; \
             <a href=\"/x\">&quot;&gt;&lt;b&gt;Zoë{where}</a>"
        );
    }

    #[test]
    fn a_place_that_nothing_fills_is_a_mistake() {
        assert!(filled("{{ phrase | fill(who=who) }}").is_err());
    }
}
