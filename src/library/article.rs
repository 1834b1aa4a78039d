//! "a" or "an", by sound.
//!
//! In: the first word after the article. Out: which article it takes. English spelling decides most of it: a vowel letter
//! takes "an", save where it sounds like "you" or "won"; initialisms follow the name of their first letter.

/// Words with a silent `h`.
const SILENT_H: &[&str] = &["hour", "honest", "honor", "honour", "heir"];

/// Beginnings that are spelt with a vowel and sound like "you".
const YOU_SOUND: &[&str] =
    &["eu", "ewe", "ubiq", "ufo", "unanim", "uni", "ura", "usa", "use", "usi", "usu", "usur", "uten", "uter", "util", "utop"];

/// Beginnings with `uni` that are "un-" before an `i`.
const UN_BEFORE_I: &[&str] = &["unid", "unig", "unim", "unin", "unis"];

/// Beginnings that look like the former and are not.
const UNI_AFTER_ALL: &[&str] = &["unidirection", "unison", "unisex"];

/// Initialisms that are said as a word.
const SAID_AS_WORDS: &[&str] = &[
    "FEMA", "HIPAA", "LAN", "LASER", "LIDAR", "LIFO", "MAC", "NASA", "NATO", "NIST", "NUMA", "RADAR", "RAID", "RAM", "REST",
    "ROM", "SAML", "SARS", "SIM", "SOAP", "SONAR", "SWAT",
];

/// The article of a noun phrase, by its first word.
pub(super) fn article(phrase: &str) -> &'static str {
    let first = phrase.split_whitespace().next().unwrap_or("");
    let word = first.trim_start_matches(|c: char| !c.is_alphanumeric());
    if starts_with_vowel_sound(word) { "an" } else { "a" }
}

fn starts_with_vowel_sound(word: &str) -> bool {
    let head = word.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    if head.starts_with(|c: char| c.is_ascii_digit()) {
        return number_starts_with_vowel(word);
    }
    if is_spelt_out(head) {
        return head.starts_with(|c: char| "AEFHILMNORSX".contains(c.to_ascii_uppercase()));
    }
    let lower = head.to_lowercase();
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| lower.starts_with(beginning));
    if begins(SILENT_H) {
        return true;
    }
    let un = begins(UN_BEFORE_I) && !begins(UNI_AFTER_ALL);
    let won = matches!(lower.as_str(), "one" | "ones" | "once" | "oneself");
    lower.starts_with(['a', 'e', 'i', 'o', 'u', 'á', 'é', 'í', 'ó', 'ö', 'ä', 'ü']) && !won && (un || !begins(YOU_SOUND))
}

/// Eight, eleven, eighteen, and these before thousands and millions.
fn number_starts_with_vowel(word: &str) -> bool {
    let digits: String = word.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
    let eleven = (digits.starts_with("11") || digits.starts_with("18")) && digits.len() % 3 == 2;
    digits.starts_with('8') || eleven
}

/// Whether a word is said letter by letter: capitals only, a single capital, or no vowel at all.
fn is_spelt_out(word: &str) -> bool {
    if !word.is_ascii() || word.is_empty() || SAID_AS_WORDS.contains(&word) {
        return false;
    }
    let letters = || word.bytes().filter(u8::is_ascii_alphabetic);
    let plural = word.strip_suffix('s').unwrap_or(word);
    let capitals = plural.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let no_vowel = letters().count() > 1 && !letters().any(|c| b"aeiouy".contains(&c.to_ascii_lowercase()));
    capitals || no_vowel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_decides() {
        let an = [
            "hour",
            "honest mistake",
            "MRI",
            "X-ray",
            "SQL query",
            "audit",
            "update",
            "8-core machine",
            "11th attempt",
            "18,000 row file",
            "uninformed user",
            "umbrella",
            "heir",
            "html page",
            "API",
            "unidentified caller",
            "open bucket",
            "usher",
            "LLMs run",
        ];
        let a = [
            "user",
            "unit",
            "union",
            "European site",
            "one-off",
            "once-off",
            "UPS",
            "URL",
            "U-turn",
            "NASA probe",
            "RAM disk",
            "useful tool",
            "house",
            "1100 row file",
            "180 degree turn",
            "uniform",
            "unidirectional link",
            "utility",
            "CPU",
            "bad deploy",
            "yes",
            "",
        ];
        for word in an {
            assert_eq!(article(word), "an", "{word}");
        }
        for word in a {
            assert_eq!(article(word), "a", "{word}");
        }
    }
}
