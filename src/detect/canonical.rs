//! The one form of a value that is written in several ways.

use super::entity::EntityType;
use crate::text::normalize::{View, single_spaced};
use crate::text::view::normalize_text;

/// `value` as equal values are told: numbers of `replacement: numbered`, digests of `hash` and lists of allowed values go by it.
///
/// Width, invisible characters, dashes, spaces and digits of other scripts never tell values apart. What else does not is a matter of the
/// type: of numbers and codes the separators and case, of dates which separators, of names and addresses case and how white space
/// runs, of web addresses the case of scheme and host. Passwords and keys are told apart by every character.
pub(crate) fn canonical(entity: Option<EntityType>, value: &str) -> String {
    use EntityType as T;
    let folded = normalize_text(value, View::Entity);
    let Some(entity) = entity else { return single_spaced(&folded).to_lowercase() };
    match entity {
        T::Phone
        | T::DriverId
        | T::LicensePlate
        | T::VehicleIdentificationNumber
        | T::CreditDebitCardCvv
        | T::CreditDebitCardNumber
        | T::Pin
        | T::InternationalBankAccountNumber
        | T::SwiftCode
        | T::MacAddress
        | T::UsBankAccountNumber
        | T::UsBankRoutingNumber
        | T::UsIndividualTaxIdentificationNumber
        | T::UsPassportNumber
        | T::UsSocialSecurityNumber
        | T::CaHealthNumber
        | T::CaSocialInsuranceNumber
        | T::UkNationalHealthServiceNumber
        | T::UkNationalInsuranceNumber
        | T::UkUniqueTaxpayerReferenceNumber => compact(&folded),
        // Without any separator, 1/11 and 11/1 would be one.
        T::DateOfBirth | T::CreditDebitCardExpiry => grouped(&folded),
        T::Password | T::ApiKey | T::AwsAccessKey | T::AwsSecretKey | T::Jwt | T::CryptoWallet => {
            folded.trim().to_owned()
        }
        T::PrivateKey => folded.split_whitespace().collect(),
        T::Url => lower_host(folded.trim()),
        // No mail service is known to tell local parts apart by case, and people write theirs in either.
        T::Email | T::IpAddress | T::Username | T::Name | T::Address | T::Age => single_spaced(&folded).to_lowercase(),
    }
}

/// Letters and digits alone, in capitals.
fn compact(value: &str) -> String {
    value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Groups of letters and digits with a hyphen between.
fn grouped(value: &str) -> String {
    let groups = value.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty());
    groups.collect::<Vec<_>>().join("-").to_lowercase()
}

/// A web address with its scheme and host in small letters.
fn lower_host(url: &str) -> String {
    let host = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |path| host + path);
    match url.split_at_checked(end) {
        Some((host, path)) => host.to_lowercase() + path,
        None => url.to_owned(),
    }
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
