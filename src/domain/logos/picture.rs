//! Pictures that people upload: what they are is read from their first bytes, whatever their name says.
use entity::logo::Format;

use crate::text::Refusal;

/// No picture is larger, in bytes: it travels in every mail.
pub const MAX_BYTES: usize = 100 * 1024;
/// Nor wider or higher, in pixels: programs that unpack it would need too much memory.
pub const MAX_PIXELS: i32 = 2000;

/// A picture that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// How it is written.
    pub format: Format,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// The picture itself.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Looks at a file.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.is_empty() {
            return Err("Please choose a file.");
        }
        if bytes.len() > MAX_BYTES {
            return Err("This file is too large. Choose one of at most 100 KB.");
        }
        let (format, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            (Format::Png, png(bytes))
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            (Format::Jpeg, jpeg(bytes))
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            (Format::Gif, gif(bytes))
        } else {
            return Err("Not a PNG, JPEG or GIF.");
        };
        let (width, height) = size.ok_or("This image is damaged. Choose another file.")?;
        let fits = 1..=MAX_PIXELS;
        if !(fits.contains(&width) && fits.contains(&height)) {
            return Err("The image must be from 1 to 2000 pixels wide and high.");
        }
        Ok(Self {
            format,
            width,
            height,
            bytes: bytes.to_vec(),
        })
    }
}

type Size = Option<(i32, i32)>;

/// The first chunk is IHDR, and begins with width and height.
fn png(bytes: &[u8]) -> Size {
    if bytes.get(8..16)? != b"\0\0\0\x0dIHDR" {
        return None;
    }
    let number = |at: usize| {
        let octets = bytes.get(at..at + 4)?.try_into().ok()?;
        i32::try_from(u32::from_be_bytes(octets)).ok()
    };
    Some((number(16)?, number(20)?))
}

/// Behind the signature, the low octet first.
fn gif(bytes: &[u8]) -> Size {
    let number = |at: usize| Some(i32::from(u16::from_le_bytes(two(bytes, at)?)));
    Some((number(6)?, number(8)?))
}

/// Segments, each with its length; the one that begins a frame tells the size, the height first.
fn jpeg(bytes: &[u8]) -> Size {
    let mut at = 2;
    loop {
        let [mark, kind] = two(bytes, at)?;
        match (mark, kind) {
            // Padding before a marker.
            (0xff, 0xff) => at += 1,
            (0xff, 0xc0..=0xcf) if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                let number = |at: usize| Some(i32::from(u16::from_be_bytes(two(bytes, at)?)));
                return Some((number(at + 7)?, number(at + 5)?));
            }
            (0xff, 0xe0..=0xef | 0xfe | 0xdb | 0xc4 | 0xcc | 0xdd) => {
                at += 2 + usize::from(u16::from_be_bytes(two(bytes, at + 2)?)).max(2);
            }
            _ => return None,
        }
    }
}

fn two(bytes: &[u8], at: usize) -> Option<[u8; 2]> {
    bytes.get(at..at + 2)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xdb, 0, 3, 9,
        ];
        bytes.extend([0xff, 0xc2, 0, 17, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes
    }

    fn gif_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes
    }

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        for (bytes, format) in [
            (png_of(300, 80), Format::Png),
            (jpeg_of(300, 80), Format::Jpeg),
            (gif_of(300, 80), Format::Gif),
        ] {
            let picture = Picture::read(&bytes).expect("a picture");
            assert_eq!(
                (picture.format, picture.width, picture.height),
                (format, 300, 80)
            );
        }
    }

    #[test]
    fn what_is_no_small_picture_is_refused() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>";
        let mut heavy = png_of(10, 10);
        heavy.resize(MAX_BYTES + 1, 0);
        for (bytes, reason) in [
            (&b""[..], "choose a file"),
            (svg, "Not a PNG, JPEG or GIF"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "Not a PNG, JPEG or GIF"),
            (&heavy, "too large"),
            (&png_of(2001, 1), "1 to 2000"),
            (&png_of(0, 1), "1 to 2000"),
            (&png_of(u32::MAX, 1), "damaged"),
            (&jpeg_of(1, 2001), "1 to 2000"),
            (&gif_of(0, 0), "1 to 2000"),
            (&png_of(3, 3)[..20], "damaged"),
            (&jpeg_of(3, 3)[..20], "damaged"),
            (&gif_of(3, 3)[..9], "damaged"),
            (b"\x89PNG\r\n\x1a\nnothing of the kind", "damaged"),
            (&[0xff, 0xd8, 0xff, 0xd9], "damaged"),
        ] {
            let refused = Picture::read(bytes).expect_err(reason);
            assert!(refused.contains(reason), "{refused} instead of {reason}");
        }
        let mut fitting = png_of(2000, 2000);
        fitting.resize(MAX_BYTES, 0);
        assert!(Picture::read(&fitting).is_ok());
    }
}
