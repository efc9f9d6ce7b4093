//! A company's colour as an accent that stays readable, in light and in dark.

/// `--muted`, in light and in dark: of all that the accent is written on, where it is hardest to read.
const LIGHT_GROUND: Rgb = Rgb([0xee, 0xf2, 0xf0]);
const DARK_GROUND: Rgb = Rgb([0x22, 0x2a, 0x27]);
/// What is written on the accent in dark mode; in light mode it is white.
const INK: Rgb = Rgb([0x0a, 0x14, 0x10]);
const WHITE: Rgb = Rgb([0xff; 3]);
const BLACK: Rgb = Rgb([0; 3]);
/// WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;

/// The style sheet for a colour of six hex digits; `None` when it is none.
pub fn style_sheet(digits: &str) -> Option<String> {
    let colour = Rgb::parse(digits)?;
    let light = colour.until_readable_on(LIGHT_GROUND, BLACK);
    let dark = colour.until_readable_on(DARK_GROUND, WHITE);
    Some(format!(
        "@layer theme {{\n  :root {{\n    --primary: light-dark({0}, {1});\n    \
         --primary-foreground: light-dark({2}, {3});\n    --ring: light-dark({0}, {1});\n  }}\n}}\n",
        light.css(),
        dark.css(),
        WHITE.css(),
        INK.css(),
    ))
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rgb([u8; 3]);

impl Rgb {
    fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    fn css(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// The same hue, moved towards `end` no further than it takes.
    fn until_readable_on(self, ground: Self, end: Self) -> Self {
        (0..=100)
            .map(|percent| self.mixed(end, percent))
            .find(|colour| colour.contrast(ground) >= READABLE)
            .unwrap_or(end)
    }

    fn mixed(self, other: Self, percent: u32) -> Self {
        let mix = |index: usize| {
            let (own, theirs) = (u32::from(self.0[index]), u32::from(other.0[index]));
            u8::try_from((own * (100 - percent) + theirs * percent) / 100).unwrap_or(u8::MAX)
        };
        Self([mix(0), mix(1), mix(2)])
    }

    /// WCAG's contrast ratio, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_the_greatest_contrast() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 0.01);
        assert!((Rgb([0x76; 3]).contrast(WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn any_colour_becomes_readable_as_text_and_under_text_in_both_modes() {
        for value in (0..=0xff_ffff_u32).step_by(4999) {
            let [_, red, green, blue] = value.to_be_bytes();
            let colour = Rgb([red, green, blue]);
            let light = colour.until_readable_on(LIGHT_GROUND, BLACK);
            let dark = colour.until_readable_on(DARK_GROUND, WHITE);
            assert!(light.contrast(LIGHT_GROUND) >= READABLE, "{colour:?}");
            assert!(light.contrast(WHITE) >= READABLE, "{colour:?}");
            assert!(dark.contrast(DARK_GROUND) >= READABLE, "{colour:?}");
            assert!(dark.contrast(INK) >= READABLE, "{colour:?}");
        }
    }

    #[test]
    fn the_grounds_are_those_of_the_tokens() {
        let tokens = include_str!("../../static/css/tokens.css");
        for (token, light, dark) in [
            ("--muted", LIGHT_GROUND, DARK_GROUND),
            ("--primary-foreground", WHITE, INK),
        ] {
            let tokens = tokens.replace("#fff,", "#ffffff,");
            let line = format!("{token}: light-dark({}, {});", light.css(), dark.css());
            assert!(tokens.contains(&line), "{line}");
        }
    }

    #[test]
    fn a_colour_that_is_readable_already_is_left_alone() {
        let colour = Rgb::parse("1f5f4a").expect("six digits");
        assert_eq!(colour.until_readable_on(LIGHT_GROUND, BLACK), colour);
    }
}
