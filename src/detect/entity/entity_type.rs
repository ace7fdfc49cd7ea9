use crate::text::names::names;

macro_rules! entity_types {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// The kinds of personal data a policy can name.
        ///
        /// The first 31 are Bedrock's and spelled as Bedrock spells them; the rest are our own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EntityType {
            $(#[doc = $doc] $variant,)*
        }

        impl EntityType {
            /// All types, Bedrock's first, in Bedrock's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the type of this name. Only the exact spelling counts.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                name.parse().ok()
            }
        }

        names!(EntityType, "entity type", { $($variant => $name,)* });
    };
}

entity_types! {
    Address "ADDRESS" "A postal address."
    Age "AGE" "An age of a person."
    Name "NAME" "The name of a person."
    Email "EMAIL" "An e-mail address."
    Phone "PHONE" "A telephone number."
    Username "USERNAME" "A user name of an account."
    Password "PASSWORD" "A password."
    DriverId "DRIVER_ID" "The number of a driver's licence."
    LicensePlate "LICENSE_PLATE" "A vehicle licence plate."
    VehicleIdentificationNumber "VEHICLE_IDENTIFICATION_NUMBER" "A vehicle identification number (ISO 3779)."
    CreditDebitCardCvv "CREDIT_DEBIT_CARD_CVV" "The card verification value of a payment card."
    CreditDebitCardExpiry "CREDIT_DEBIT_CARD_EXPIRY" "The expiry date of a payment card."
    CreditDebitCardNumber "CREDIT_DEBIT_CARD_NUMBER" "The number of a payment card (ISO/IEC 7812)."
    Pin "PIN" "A personal identification number."
    InternationalBankAccountNumber "INTERNATIONAL_BANK_ACCOUNT_NUMBER" "An IBAN (ISO 13616)."
    SwiftCode "SWIFT_CODE" "A business identifier code (ISO 9362)."
    IpAddress "IP_ADDRESS" "An IPv4 or IPv6 address."
    MacAddress "MAC_ADDRESS" "A media access control address."
    Url "URL" "A web address."
    AwsAccessKey "AWS_ACCESS_KEY" "An AWS access key id."
    AwsSecretKey "AWS_SECRET_KEY" "An AWS secret access key."
    UsBankAccountNumber "US_BANK_ACCOUNT_NUMBER" "A US bank account number."
    UsBankRoutingNumber "US_BANK_ROUTING_NUMBER" "A US bank routing number (ABA)."
    UsIndividualTaxIdentificationNumber "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER" "A US individual taxpayer identification number."
    UsPassportNumber "US_PASSPORT_NUMBER" "A US passport number."
    UsSocialSecurityNumber "US_SOCIAL_SECURITY_NUMBER" "A US social security number."
    CaHealthNumber "CA_HEALTH_NUMBER" "A Canadian provincial health number."
    CaSocialInsuranceNumber "CA_SOCIAL_INSURANCE_NUMBER" "A Canadian social insurance number."
    UkNationalHealthServiceNumber "UK_NATIONAL_HEALTH_SERVICE_NUMBER" "A UK National Health Service number."
    UkNationalInsuranceNumber "UK_NATIONAL_INSURANCE_NUMBER" "A UK national insurance number."
    UkUniqueTaxpayerReferenceNumber "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER" "A UK unique taxpayer reference."
    DateOfBirth "DATE_OF_BIRTH" "A date of birth."
    CryptoWallet "CRYPTO_WALLET" "An address of a crypto-currency wallet."
    ApiKey "API_KEY" "A key or token of a service other than AWS."
    PrivateKey "PRIVATE_KEY" "A private key in PEM form."
    Jwt "JWT" "A JSON web token."
}

impl EntityType {
    /// Whether the type is one of Bedrock's 31.
    #[must_use]
    pub fn is_bedrock(self) -> bool {
        self <= Self::UkUniqueTaxpayerReferenceNumber
    }

    /// Returns `true` if `evasion: strict` puts the digits of a value together and reads words for them. It does so only where a
    /// checksum, a context word or an `@` tells a value from other digits.
    pub(crate) fn is_put_together(self) -> bool {
        matches!(
            self,
            Self::Email
                | Self::Phone
                | Self::CreditDebitCardCvv
                | Self::CreditDebitCardNumber
                | Self::Pin
                | Self::InternationalBankAccountNumber
                | Self::UsBankAccountNumber
                | Self::UsBankRoutingNumber
                | Self::UsIndividualTaxIdentificationNumber
                | Self::UsPassportNumber
                | Self::UsSocialSecurityNumber
                | Self::CaHealthNumber
                | Self::CaSocialInsuranceNumber
                | Self::UkNationalHealthServiceNumber
                | Self::UkNationalInsuranceNumber
                | Self::UkUniqueTaxpayerReferenceNumber
        )
    }
}
