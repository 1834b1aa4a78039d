//! Texts held against the facts beside them.
//!
//! In: a text and the context of its record. Out: the first word or number that the text uses although the context holds
//! another value. A word counts only where it can mean one field; `public`, which is a scope, a level and an audience, does not.

use serde_json::Value;

/// Words that stand for one value of one field; `public` means too much to be among them.
const VOCABULARIES: [(&str, &[&str]); 8] = [
    ("user_role", &["employee", "manager", "admin", "auditor", "clinician", "external party", "automated agent", "data subject"]),
    ("data_type", &["operational", "aggregated", "personal", "financial", "medical", "biometric", "minors"]),
    (
        "access_purpose",
        &[
            "analysis",
            "reporting",
            "compliance",
            "research",
            "service delivery",
            "security investigation",
            "marketing",
            "unspecified",
        ],
    ),
    ("sensitivity_level", &["internal", "confidential", "restricted"]),
    ("legal_basis", &["consent", "contract", "legal obligation", "public interest", "legitimate interest"]),
    ("affected_scope", &["individual", "team", "organization"]),
    ("reversibility", &["reversible", "costly", "irreversible"]),
    ("urgency", &["low", "medium", "high", "critical"]),
];

/// A word of a vocabulary that a text uses although the context holds another.
pub(crate) fn contradiction(written: &str, context: &Value) -> Option<String> {
    let plain: String = written.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let plain = format!(" {} ", plain.split_whitespace().collect::<Vec<_>>().join(" "));
    for (field, words) in VOCABULARIES {
        let value = context.get(field)?.as_str()?.replace('_', " ");
        let value = if value == "external" { "external party".to_owned() } else { value };
        let other = words.iter().find(|word| **word != value && plain.contains(&format!(" {word} ")));
        if let Some(word) = other {
            return Some((*word).to_owned());
        }
    }
    None
}

/// A number that a text quotes although the context does not hold it.
pub(crate) fn invented_number(written: &str, context: &Value) -> Option<String> {
    let known: Vec<f64> = context.as_object()?.values().filter_map(Value::as_f64).collect();
    let pieces = written.split(|c: char| !c.is_ascii_digit() && c != '.').map(|piece| piece.trim_matches('.'));
    let mut quoted = pieces.filter_map(|piece| piece.parse::<f64>().ok());
    quoted.find(|number| !known.iter().any(|one| (one - number).abs() < 1e-12)).map(|number| number.to_string())
}
