//! One value, one finding: which findings lie inside a stronger one.
//!
//! Rules do not know of each other, so a card number may also be a finding of type PHONE. Both are reported. What people read leaves
//! out the weaker one, and everything else can tell it by its mark. Marks depend on the findings alone, not on how the text was cut.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::finding::{ActionTaken, Finding};
use crate::detect::EntityType;
use crate::text::Span;

/// The finding that a weaker one lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    rule: Arc<str>,
    entity: EntityType,
    span: Span,
}

impl Container {
    /// Returns the name of its rule.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns its entity type.
    #[must_use]
    pub fn entity_type(&self) -> EntityType {
        self.entity
    }

    /// Returns its span, in bytes of the text as given.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl Serialize for Container {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("rule", self.rule())?;
        map.serialize_entry("start", &self.span.start())?;
        map.serialize_entry("end", &self.span.end())?;
        map.end()
    }
}

/// How certain a finding of this type is: 2 where the value has a check digit or a checksum, 1 where it has a form of its own, 0 where
/// its surroundings say what it is.
fn certainty(entity: EntityType) -> u8 {
    use EntityType as T;
    match entity {
        T::CreditDebitCardNumber
        | T::InternationalBankAccountNumber
        | T::UsBankRoutingNumber
        | T::CaSocialInsuranceNumber
        | T::UkNationalHealthServiceNumber
        | T::UkUniqueTaxpayerReferenceNumber
        | T::CryptoWallet => 2,
        T::Email
        | T::IpAddress
        | T::MacAddress
        | T::AwsAccessKey
        | T::PrivateKey
        | T::Jwt
        | T::UsSocialSecurityNumber
        | T::UsIndividualTaxIdentificationNumber
        | T::UkNationalInsuranceNumber
        | T::VehicleIdentificationNumber => 1,
        _ => 0,
    }
}

fn strength(action: ActionTaken) -> u8 {
    match action {
        ActionTaken::Blocked => 3,
        ActionTaken::Replaced => 2,
        ActionTaken::Anonymized => 1,
        ActionTaken::None => 0,
    }
}

/// Marks the findings of entity types that lie in a more certain one, of which the action is no weaker. `findings` are in text order.
pub(super) fn mark(findings: &mut [Finding]) {
    let containers: Vec<(Container, u8, u8)> = findings
        .iter()
        .filter_map(|finding| {
            let entity = finding.entity.filter(|&entity| certainty(entity) > 0)?;
            let container = Container { rule: Arc::clone(&finding.rule), entity, span: finding.span };
            Some((container, certainty(entity), strength(finding.action)))
        })
        .collect();
    let mut later = containers.iter().peekable();
    // Findings of one type do not overlap, so these are few.
    let mut open: Vec<&(Container, u8, u8)> = Vec::new();
    for finding in findings {
        let start = finding.span.start();
        while let Some(container) = later.next_if(|(container, ..)| container.span.start() <= start) {
            open.push(container);
        }
        open.retain(|(container, ..)| container.span.end() > start);
        let Some(entity) = finding.entity else { continue };
        let holds = |(container, certain, action): &&&(Container, u8, u8)| {
            container.span.contains(finding.span) && *certain > certainty(entity) && *action >= strength(finding.action)
        };
        let strongest =
            open.iter().filter(holds).max_by_key(|(container, certain, _)| (*certain, container.span.len()));
        finding.within = strongest.map(|(container, ..)| container.clone());
    }
}
