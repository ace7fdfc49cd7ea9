//! The canonical form of a value that can be written in several ways.

use super::entity::{Comparison, EntityType};
use crate::text::normalize::View;
use crate::text::view::normalize_text;

/// Returns the form that equal values share. The numbers of `replacement: numbered`, the digests of `hash` and the lists of allowed values
/// compare values by it.
pub(crate) fn canonical(entity: Option<EntityType>, value: &str) -> String {
    let comparison = entity.map_or(Comparison::Text, EntityType::comparison);
    comparison.canonical(&normalize_text(value, View::Entity))
}

#[cfg(test)]
mod tests {
    use super::canonical;
    use crate::detect::EntityType as T;

    #[test]
    fn ways_to_write_a_value_are_one_and_values_stay_apart() {
        for (entity, one, other, same) in [
            (T::CreditDebitCardNumber, "4111 1111 1111 1111", "４１１１-1111\u{200b}-1111–1111", true),
            (T::CreditDebitCardNumber, "4111 1111 1111 1111", "4111 1111 1111 1112", false),
            (T::InternationalBankAccountNumber, "de89 3704 0044 0532 0130 00", "DE89370400440532013000", true),
            (T::Phone, "+1 (415) 555-0132", "1.415.555.0132", true),
            (T::MacAddress, "00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7", true),
            (T::DateOfBirth, "1/11/1990", "1-11-1990", true),
            (T::DateOfBirth, "1/11/1990", "11/1/1990", false),
            (T::CreditDebitCardExpiry, "12 / 27", "12/27", true),
            (T::IpAddress, "1.11.1.1", "11.1.1.1", false),
            (T::Email, "Jane.Roe@Example.COM", "jane.roe@example.com", true),
            (T::Email, "jane.roe@example.com", "janeroe@example.com", false),
            (T::Name, "Jane  ROE", "jane\nroe", true),
            (T::Password, "Hunter22", "hunter22", false),
            (T::Password, "a-b", "ab", false),
            (T::Url, "HTTPS://Example.com/A?b", "https://example.com/A?b", true),
            (T::Url, "https://example.com/A", "https://example.com/a", false),
            (T::Url, "WWW.Example.com", "www.example.com", true),
        ] {
            assert_eq!(canonical(Some(entity), one) == canonical(Some(entity), other), same, "{entity}: {one} {other}");
        }
        assert_eq!(canonical(None, " Acme\t Corp"), canonical(None, "acme corp"));
    }
}
