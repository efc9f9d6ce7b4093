//! A company's colour as an accent that stays readable, in light and in dark.

/// `--muted`, in light and in dark: of all that the accent is written on, where it is hardest to read.
const LIGHT_GROUND: Rgb = Rgb([0xee, 0xf2, 0xf0]);
const DARK_GROUND: Rgb = Rgb([0x22, 0x2a, 0x27]);
/// What is written on the accent in dark mode; in light mode it is white.
const INK: Rgb = Rgb([0x0a, 0x14, 0x10]);
const WHITE: Rgb = Rgb([0xff; 3]);
const BLACK: Rgb = Rgb([0; 3]);
/// WCAG 2.2, 1.4.3 asks for 4.5. A little more, because some grounds are tinted with the accent itself.
const READABLE: f64 = 4.6;

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

    /// A notice's ground is a little of its tone on the card's; a menu line's a little of the accent on the page's.
    #[test]
    fn links_stay_readable_on_tinted_grounds() {
        let mode = |card: &str, page: &str, tones: [&str; 3]| {
            let rgb = |digits| Rgb::parse(digits).expect("six digits");
            (rgb(card), rgb(page), tones.map(rgb))
        };
        let light = mode("ffffff", "ffffff", ["c02626", "00762f", "945200"]);
        let dark = mode("171b19", "0d0f0e", ["f4877f", "6cc070", "f0a030"]);
        for value in (0..=0xff_ffff_u32).step_by(4999) {
            let [_, red, green, blue] = value.to_be_bytes();
            let colour = Rgb([red, green, blue]);
            for ((card, page, tones), accent) in [
                (light, colour.until_readable_on(LIGHT_GROUND, BLACK)),
                (dark, colour.until_readable_on(DARK_GROUND, WHITE)),
            ] {
                let notices = tones.into_iter().chain([accent]);
                let mut grounds: Vec<Rgb> =
                    notices.map(|tone| oklab_mix(tone, card, 0.07)).collect();
                grounds.push(oklab_mix(accent, page, 0.09));
                for ground in grounds {
                    let contrast = accent.contrast(ground);
                    assert!(contrast >= 4.5, "{colour:?} on {ground:?}: {contrast}");
                }
            }
        }
    }

    /// CSS's `color-mix(in oklab, one share, other)`.
    fn oklab_mix(one: Rgb, other: Rgb, share: f64) -> Rgb {
        let (one, other) = (oklab(one), oklab(other));
        let mixed = [0, 1, 2].map(|i| one[i] * share + other[i] * (1.0 - share));
        let [l, a, b] = mixed;
        let [l, m, s] = [
            l + 0.396_337_777_4 * a + 0.215_803_757_3 * b,
            l - 0.105_561_345_8 * a - 0.063_854_172_8 * b,
            l - 0.089_484_177_5 * a - 1.291_485_548 * b,
        ]
        .map(|root| root.powi(3));
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
        ];
        Rgb(linear.map(|channel| {
            let channel = channel.clamp(0.0, 1.0);
            let coded = match channel <= 0.003_130_8 {
                true => channel * 12.92,
                false => 1.055 * channel.powf(1.0 / 2.4) - 0.055,
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 255"
            )]
            let byte = (coded * 255.0).round() as u8;
            byte
        }))
    }

    fn oklab(colour: Rgb) -> [f64; 3] {
        let [r, g, b] = colour.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            match channel <= 0.04045 {
                true => channel / 12.92,
                false => ((channel + 0.055) / 1.055).powf(2.4),
            }
        });
        let [l, m, s] = [
            0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b,
            0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b,
            0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b,
        ]
        .map(f64::cbrt);
        [
            0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
        ]
    }

    /// Oat fades a link that is pointed at: an accent that is just readable would be that no more.
    #[test]
    fn no_accent_fades_under_the_pointer() {
        let tokens = include_str!("../../static/css/tokens.css");
        let rule = tokens.split(":where(a:not(.button)):hover {").nth(1);
        let rule = rule.and_then(|rest| rest.split('}').next());
        assert!(rule.expect("a rule").contains("color: var(--primary);"));
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
