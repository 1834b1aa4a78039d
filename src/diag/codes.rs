//! The one list of diagnostic codes. A code is never renamed and never reused. Each has a text in `codes/`, which says why such a
//! spec is refused, and shows a wrong one and a right one.

/// A stable, kebab-case name of one kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The name, as printed in brackets.
    pub name: &'static str,
    /// What it means, in one phrase.
    pub meaning: &'static str,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

macro_rules! codes {
    ($($ident:ident = $name:literal: $meaning:literal;)*) => {
        $(#[doc = $meaning] pub const $ident: Code = Code { name: $name, meaning: $meaning };)*
        /// Every code, in the order of this file.
        pub const ALL: &[Code] = &[$($ident),*];
        /// What is told of every code, in the same order: Markdown, see `explained`.
        pub(super) const TEXTS: &[&str] = &[$(include_str!(concat!("codes/", $name, ".md"))),*];
    };
}

codes! {
    // Reading a file.
    FILE_MISSING = "file-missing": "a file that the workspace does not have";
    FILE_OUTSIDE = "file-outside": "a path that leaves the workspace";
    FILE_UNREADABLE = "file-unreadable": "a file that cannot be read";
    NOT_UTF8 = "not-utf8": "a file that is not UTF-8 text";
    BYTE_ORDER_MARK = "byte-order-mark": "a file that begins with a byte order mark";
    YAML_SYNTAX = "yaml-syntax": "text that is not YAML";
    YAML_EMPTY = "yaml-empty": "a file with no document in it";
    YAML_SECOND_DOCUMENT = "yaml-second-document": "a file with more than one document";
    YAML_TAB = "yaml-tab": "a tab where YAML wants spaces";
    YAML_TOO_LARGE = "yaml-too-large": "a document too large or too deep to be a spec";
    YAML_TAG = "yaml-tag": "a YAML tag, which the language does not have";
    YAML_ALIAS = "yaml-alias": "an alias that stands for nothing";
    YAML_KEY = "yaml-key": "a key that is not text, a number, a boolean or null";
    YAML_MERGE = "yaml-merge": "a merge of something that is not a map";
    NUMBER_TOO_LARGE = "number-too-large": "a whole number beyond 128 bits";
    CSV_SYNTAX = "csv-syntax": "text that is not CSV";
    CSV_RAGGED = "csv-ragged": "a row of a CSV file with more or fewer cells than its header";
    CSV_EMPTY = "csv-empty": "a CSV file without a header or without rows";
    DUPLICATE_KEY = "duplicate-key": "one key written twice in one mapping";
    TEMPLATE_UNQUOTED = "template-unquoted": "an unquoted `{{ … }}`, which YAML reads as a mapping";
    YAML_COMMENT = "yaml-comment": "a comment that may have been meant as text";
    COLON_IN_TEXT = "colon-in-text": "text with a colon in it, which YAML reads as a mapping";
    IMPLICIT_NULL = "implicit-null": "a key without a value";

    // The language.
    LANGUAGE_VERSION = "language-version": "a language version that this program does not speak";
    UNKNOWN_KEY = "unknown-key": "a key that the language does not have at this place";
    MISSING_KEY = "missing-key": "a key that must be there";
    WRONG_TYPE = "wrong-type": "a value of another kind than the one that must stand here";
    WRONG_POSITION = "wrong-position": "a form that has no meaning at this place";
    FOREIGN_KEY = "foreign-key": "a key beside a head key that does not take it";
    BAD_RANGE = "bad-range": "a range with nothing in it, or not a range";
    BAD_WEIGHT = "bad-weight": "weights that are negative, all zero or not decimals";
    EMPTY_CHOICE = "empty-choice": "a choice with nothing to choose from";
    VARYING_POOL = "varying-pool": "a walk through a pool that differs from record to record";
    BAD_NAME = "bad-name": "a name that expressions cannot spell, or a reserved one";
    NAME_COLLISION = "name-collision": "one name given twice";
    USE_CYCLE = "use-cycle": "files that use each other";
    DATASET_UNKNOWN = "dataset-unknown": "a dataset that the workspace does not have";
    DATASET_DUPLICATE = "dataset-duplicate": "two spec files with one dataset name";
    HASH_MISMATCH = "hash-mismatch": "a constitutional hash that differs from the constitution's";
    PLACE_UNKNOWN = "place-unknown": "a place of the constitution that the record does not have";

    PARAM_UNKNOWN = "param-unknown": "a value for a parameter that does not exist";
    PARAM_VALUE = "param-value": "a value that its parameter does not allow";
    PROFILE_UNKNOWN = "profile-unknown": "a profile that a dataset does not have";
    VIEW_UNKNOWN = "view-unknown": "a view that a dataset does not have";
    FORMAT_UNKNOWN = "format-unknown": "an output format that does not exist";

    // Expressions and templates.
    EXPRESSION_SYNTAX = "expression-syntax": "an expression or template that does not parse";
    UNDEFINED_NAME = "undefined-name": "a name that is not defined";
    UNDEFINED_ATTRIBUTE = "undefined-attribute": "an attribute that the value does not have";
    UNKNOWN_FUNCTION = "unknown-function": "a function that does not exist";
    UNKNOWN_FILTER = "unknown-filter": "a filter that does not exist";
    UNKNOWN_TEST = "unknown-test": "a test that does not exist";
    UNSUPPORTED_SYNTAX = "unsupported-syntax": "template syntax that the language leaves out";
    BAD_ARGUMENTS = "bad-arguments": "arguments that a function does not take";
    TYPE_MISMATCH = "type-mismatch": "an operation on values that do not fit it";
    NEVER_EQUAL = "never-equal": "a comparison with a value that can never occur";
    NOT_TEXT = "not-text": "a value other than text or a number inside text";
    MISSING_ELSE = "missing-else": "a choice that may choose nothing";
    NEEDLESS_ELSE = "needless-else": "an else that can never be reached";
    UNREACHABLE = "unreachable": "a row, case or scenario that can never be chosen";
    CONSTANT = "constant": "a condition or a derivation that comes out the same in every record";
    NEEDS_WHEN = "needs-when": "a name read where it may be absent";
    DEPENDENCY_CYCLE = "dependency-cycle": "names that need each other";
    UNUSED = "unused": "something that nothing reads";
    DRAWN_LABEL = "drawn-label": "a target that is a draw";
    HIDDEN_CAUSE = "hidden-cause": "a target that reaches a draw which the input does not hold";
    LEAK = "leak": "an input that reads a name emitted as a target";
    AIM_READ = "aim-read": "something other than a draw that reads a planned label";
    AIM_UNREACHABLE = "aim-unreachable": "a planned label or a requirement that no draw reaches";
    AIM_COSTLY = "aim-costly": "a planned label or a requirement that takes many attempts";
    SAY_IN_DERIVE = "say-in-derive": "a derivation that reads wording";
    TOO_DEEP = "too-deep": "expressions, names or files that need each other through too many levels";
    STREAM_NEEDED = "stream-needed": "a draw whose address would be its position";
    ROWS_OVERLAP = "rows-overlap": "two rows of `only` that apply to one record";
    ALMOST_TYPED = "almost-typed": "text that looks like one typed expression";

    // Policies.
    REGO_SYNTAX = "rego-syntax": "text that is not Rego";
    REGO_INVALID = "rego-invalid": "a Rego module that parses and cannot be compiled";
    REGO_IRREPRODUCIBLE = "rego-irreproducible": "a builtin of Rego whose value is another in every run";
    REGO_ABSENT = "rego-absent": "a policy in a program that was built without the policy engine";
    POLICY_RULE_MISSING = "policy-rule-missing": "a rule that the module does not define";
    POLICY_READS = "policy-reads": "a path that a rule reads of its input and that nothing gives";
    POLICY_EVALUATION = "policy-evaluation": "a module that cannot be evaluated for an input";
    POLICY_ENDLESS = "policy-endless": "a module whose evaluation does not end";
    POLICY_INPUT = "policy-input": "an input of another kind than the rule compares it with";
    POLICY_RESULT = "policy-result": "a rule whose value is undefined, or not of the type that is stated";
    POLICY_TEST = "policy-test": "a test of a policy that comes out otherwise";

    // Schemas and values found when records are made.
    SCHEMA_INVALID = "schema-invalid": "a schema file that is not a JSON Schema";
    SCHEMA_REMOTE = "schema-remote": "a schema that refers to the network or to another file";
    EVALUATION = "evaluation": "an expression that cannot be evaluated for a record";
    DIVISION_BY_ZERO = "division-by-zero": "a division by zero";
    NOT_FINITE = "not-finite": "a number that is not finite";
    OUT_OF_FUEL = "out-of-fuel": "a template that does not end";
    FOLD_GROWS = "fold-grows": "a fold whose value grows beyond all bounds";
    SCHEMA_VIOLATION = "schema-violation": "a record that breaks its JSON Schema";
    HASH_MISSING = "hash-missing": "a record without the constitutional hash at a place that must carry it";
    CHECK_FAILED = "check-failed": "a record that breaks a check of its spec";
    EXAMPLE_FAILED = "example-failed": "a worked example that comes out otherwise";
    ATTEMPTS_EXHAUSTED = "attempts-exhausted": "a record that no attempt brings to its planned labels and requirements";
    NOT_REDERIVED = "not-rederived": "a target that the emitted input does not give";
    EXPECT_FAILED = "expect-failed": "a dataset outside its expectations";
    NOT_COLUMNAR = "not-columnar": "a record shape that has no column form";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut names: Vec<_> = ALL.iter().map(|code| code.name).collect();
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
