//! JSON in a string that its writer broke.
//!
//! Seen in the wild: a name cut in the middle of an emoji, which leaves half of a surrogate pair; a comma before a closing
//! bracket; a value without quotes (`"UserId":xxx` in Alibaba Cloud VOD's own example); a raw line feed in a string; a text
//! that ends early because a field has a limit.

use std::fmt::Write;

/// JSON that says what a broken text was meant to say, as far as it can be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repaired {
    /// JSON, unless the text was nothing like it.
    pub(super) text: String,
    /// Whether nothing was left out.
    pub(super) is_whole: bool,
}

/// How deep lists and objects are followed. What nests deeper is left out.
const MAX_DEPTH: usize = 90;

/// Mends what is plain, and leaves out what is not.
pub(super) fn repair(text: &str) -> Repaired {
    let mut repair = Repair { rest: text.trim_start(), out: String::with_capacity(text.len()), is_whole: true };
    repair.value(0);
    repair.skip_blanks();
    repair.is_whole &= repair.rest.is_empty();
    Repaired { text: repair.out, is_whole: repair.is_whole }
}

struct Repair<'t> {
    rest: &'t str,
    out: String,
    is_whole: bool,
}

impl<'t> Repair<'t> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.rest.chars().next()
    }

    fn advance(&mut self, character: char) {
        self.rest = self.rest.strip_prefix(character).unwrap_or(self.rest);
    }

    /// Reads one value, and writes one.
    fn value(&mut self, depth: usize) {
        match self.peek() {
            Some(open @ ('{' | '[')) if depth < MAX_DEPTH => self.members(open, depth),
            Some('{' | '[') => {
                self.skip_nested();
                self.is_whole = false;
                self.out.push_str("null");
            }
            Some('"') => self.string(),
            Some(_) => self.word(),
            None => {
                self.is_whole = false;
                self.out.push_str("null");
            }
        }
    }

    /// Reads the members of an object or the items of a list.
    fn members(&mut self, open: char, depth: usize) {
        let close = if open == '{' { '}' } else { ']' };
        self.advance(open);
        self.out.push(open);
        let mut is_first = true;
        loop {
            match self.peek() {
                Some(next) if next == close => {
                    self.advance(close);
                    break;
                }
                Some(',') => {
                    self.advance(',');
                    continue;
                }
                Some('}' | ']') | None => {
                    self.is_whole = false;
                    break;
                }
                Some(_) => {}
            }
            let before = self.out.len();
            if !is_first {
                self.out.push(',');
            }
            if open == '{' && !self.key() {
                // What has no value is no member.
                self.out.truncate(before);
                self.is_whole = false;
                self.take_until(&[',', '}']);
                continue;
            }
            is_first = false;
            self.value(depth + 1);
        }
        self.out.push(close);
    }

    /// Reads a key and the colon behind it; `false` where there is no colon.
    fn key(&mut self) -> bool {
        if self.peek() == Some('"') {
            self.string();
        } else {
            let word = self.take_until(&[':', ',', '}', '{', '"']);
            self.quote(word.trim());
        }
        let has_value = self.peek() == Some(':');
        self.advance(':');
        self.out.push(':');
        has_value
    }

    /// Reads a string. Control characters in it are escaped, and half of a surrogate pair becomes U+FFFD.
    fn string(&mut self) {
        self.advance('"');
        self.out.push('"');
        while let Some(character) = self.rest.chars().next() {
            self.advance(character);
            match character {
                '"' => {
                    self.out.push('"');
                    return;
                }
                '\\' => self.escape(),
                other => self.literal(other),
            }
        }
        self.is_whole = false;
        self.out.push('"');
    }

    /// Reads what is behind a backslash.
    fn escape(&mut self) {
        let Some(kind) = self.rest.chars().next() else { return };
        self.advance(kind);
        match kind {
            'u' => match self.code_unit() {
                Some(high @ 0xd800..=0xdbff) => {
                    let behind = self.rest;
                    let low = self.rest.strip_prefix("\\u").and_then(|rest| {
                        self.rest = rest;
                        self.code_unit()
                    });
                    if let Some(low @ 0xdc00..=0xdfff) = low {
                        self.unit(high);
                        self.unit(low);
                    } else {
                        self.rest = behind;
                        self.out.push('\u{fffd}');
                    }
                }
                Some(0xdc00..=0xdfff) | None => self.out.push('\u{fffd}'),
                Some(unit) => self.unit(unit),
            },
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {
                self.out.push('\\');
                self.out.push(kind);
            }
            // No escape of JSON: the backslash stands for itself.
            other => {
                self.out.push_str("\\\\");
                self.literal(other);
            }
        }
    }

    /// Writes a code unit as an escape.
    fn unit(&mut self, unit: u32) {
        // Writing to memory does not fail.
        write!(self.out, "\\u{unit:04x}").unwrap_or_default();
    }

    /// Writes a character of a string.
    fn literal(&mut self, character: char) {
        if character < ' ' {
            self.unit(character.into());
        } else {
            self.out.push(character);
        }
    }

    /// Reads four hexadecimal digits.
    fn code_unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        let unit =
            u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.rest = rest;
        Some(unit)
    }

    /// Reads a number, a word of JSON, or a value without quotes.
    fn word(&mut self) {
        let word = self.take_until(&[',', '}', ']']).trim();
        let is_json = serde_json::from_str::<serde_json::Value>(word).is_ok_and(|value| !value.is_string());
        if word.is_empty() {
            self.out.push_str("null");
        } else if is_json {
            self.out.push_str(word);
        } else {
            self.quote(word);
        }
    }

    fn quote(&mut self, text: &str) {
        self.out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }

    fn take_until(&mut self, ends: &[char]) -> &'t str {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Passes over a list or an object, whatever is in it.
    fn skip_nested(&mut self) {
        let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
        for (index, byte) in self.rest.bytes().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_string => is_escaped = true,
                b'"' => is_string = !is_string,
                b'{' | b'[' if !is_string => depth += 1,
                b'}' | b']' if !is_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && !is_string {
                self.rest = self.rest.get(index + 1..).unwrap_or_default();
                return;
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_mended() {
        for (text, expected) in [
            (r#"{"a":1,"b":[2,"x"]}"#, r#"{"a":1,"b":[2,"x"]}"#),
            (r#"{"a":[1,2,],}"#, r#"{"a":[1,2]}"#),
            (r#"{"UserId":18332209xxxx,"a":true}"#, r#"{"UserId":"18332209xxxx","a":true}"#),
            (r#"{a:b c,"d":01}"#, r#"{"a":"b c","d":"01"}"#),
            ("{\"a\":\"x\ny\"}", r#"{"a":"x\u000ay"}"#),
            (r#"{"a":"x\ud83d"}"#, "{\"a\":\"x\u{fffd}\"}"),
            (r#"{"a":"\ud83d\ude00\udc00\ud83d\u0041"}"#, "{\"a\":\"\\ud83d\\ude00\u{fffd}\u{fffd}\\u0041\"}"),
            (r#"{"a":"C:\x \q"}"#, r#"{"a":"C:\\x \\q"}"#),
        ] {
            assert_eq!(repair(text), Repaired { text: expected.to_owned(), is_whole: true }, "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        for (text, expected) in [
            (r#"[{"Status":"fail"},{"Status":"su"#, r#"[{"Status":"fail"},{"Status":"su"}]"#),
            (r#"{"a":"#, r#"{"a":null}"#),
            ("{node={Status=Failed}}", "{}"),
            (r#"{"a":1}]"#, r#"{"a":1}"#),
            ("[1}", "[1]"),
        ] {
            assert_eq!(repair(text), Repaired { text: expected.to_owned(), is_whole: false }, "{text}");
        }
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        let repaired = repair(&deep);
        assert!(!repaired.is_whole && serde_json::from_str::<serde_json::Value>(&repaired.text).is_ok());
    }
}
