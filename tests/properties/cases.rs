//! The values that each entity type must find: `tests/data/entities/<TYPE>.yaml`.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use banister::{EntityType, Guardrail, Policy, PolicyError};

/// A text in which values are marked `<<so>>`, without its marks.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) spans: Vec<Range<usize>>,
}

impl Case {
    fn new(marked: &str) -> Self {
        let (mut text, mut spans, mut rest) = (String::new(), Vec::new(), marked);
        while let Some((head, tail)) = rest.split_once("<<") {
            let (value, tail) = tail.split_once(">>").unwrap_or_else(|| panic!("mark not closed: {marked}"));
            text.push_str(head);
            spans.push(text.len()..text.len() + value.len());
            text.push_str(value);
            rest = tail;
        }
        text.push_str(rest);
        Self { text, spans }
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| &self.text[span.clone()])
    }

    /// Returns the text with each value rewritten, and the spans of the rewritten values without what `around` adds to them.
    pub(crate) fn rewritten(&self, around: (&str, &str), value: impl Fn(&str) -> String) -> Self {
        let (mut text, mut spans, mut at) = (String::new(), Vec::new(), 0);
        for span in &self.spans {
            text.push_str(&self.text[at..span.start]);
            text.push_str(around.0);
            let start = text.len();
            text.push_str(&value(&self.text[span.clone()]));
            spans.push(start..text.len());
            text.push_str(around.1);
            at = span.end;
        }
        text.push_str(&self.text[at..]);
        Self { text, spans }
    }
}

/// Types whose groups may be separated by a space.
pub(crate) const GROUPED: &[EntityType] = &[
    EntityType::CreditDebitCardNumber,
    EntityType::InternationalBankAccountNumber,
    EntityType::Phone,
    EntityType::UsSocialSecurityNumber,
    EntityType::UsIndividualTaxIdentificationNumber,
    EntityType::CaSocialInsuranceNumber,
    EntityType::CaHealthNumber,
    EntityType::UkNationalHealthServiceNumber,
    EntityType::UkNationalInsuranceNumber,
    EntityType::UkUniqueTaxpayerReferenceNumber,
];

#[derive(serde::Deserialize)]
struct File {
    must: Vec<String>,
}

fn index(entity: EntityType) -> usize {
    EntityType::ALL.iter().position(|&other| other == entity).expect("a type")
}

/// Returns the text that must be found of a type.
pub(crate) fn must(entity: EntityType) -> &'static [Case] {
    static CASES: OnceLock<Vec<Vec<Case>>> = OnceLock::new();
    let read = |entity: &EntityType| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/entities/{entity}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: File = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.must.iter().map(|marked| Case::new(marked)).collect()
    };
    &CASES.get_or_init(|| EntityType::ALL.iter().map(read).collect())[index(entity)]
}

/// Returns `true` if the value of a case begins where a line does: a private key without its first line.
pub(crate) fn begins_a_line(entity: EntityType, case: &Case) -> bool {
    entity == EntityType::PrivateKey && !case.text.contains("-BEGIN ") && !case.text.contains("PuTTY")
}

/// Reads a policy with a key for `replacement: hash`.
pub(crate) fn policy(yaml: &str) -> Result<Policy, PolicyError> {
    Policy::loader().hash_key(b"a key of the tests, known to all".to_vec()).from_yaml(yaml)
}

pub(crate) fn guardrail(yaml: &str) -> Guardrail {
    Guardrail::new(policy(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}")))
}

/// Returns a guardrail that masks one type.
pub(crate) fn masking(entity: EntityType) -> &'static Guardrail {
    static GUARDRAILS: OnceLock<Vec<OnceLock<Guardrail>>> = OnceLock::new();
    let all = GUARDRAILS.get_or_init(|| EntityType::ALL.iter().map(|_| OnceLock::new()).collect());
    all[index(entity)]
        .get_or_init(|| guardrail(&format!("{{version: 1, name: one, pii: [{{types: [{entity}], action: mask}}]}}")))
}

/// Returns the spans of a type's findings.
pub(crate) fn found(entity: EntityType, text: &str) -> Vec<Range<usize>> {
    let assessment = masking(entity).assess(banister::Source::Input, text);
    assessment.findings().iter().map(|finding| finding.span().range()).collect()
}
