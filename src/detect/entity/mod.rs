//! PII recognizers: for each entity type a candidate pattern, a validator and context words.
//!
//! Each type has a [`Description`] with its recognizers, in a file by domain, and one row in this file. A type may have several
//! recognizers: a strict one that matches in any context, and loose ones that need a keyword before the value or a context word near it.
//! The behavior of each type is specified as data, in `tests/data/entities/<TYPE>.yaml`.

mod account;
mod address;
mod address_abroad;
mod address_parts;
mod bank;
mod birth;
mod builders;
mod card;
mod checksum;
mod contact;
mod crypto;
mod description;
mod edges;
mod given_names;
mod ids;
mod introductions;
mod joint;
mod keyed;
mod name;
mod name_abroad;
mod name_field;
mod name_parts;
mod name_words;
mod national_ca_uk;
mod national_us;
mod network;
#[cfg(test)]
mod oracle_tests;
mod payment;
mod person;
mod phone;
mod phone_groups;
mod phone_lookalikes;
mod phone_plan;
mod phone_words;
pub(crate) mod recognizer;
mod secret;
#[cfg(test)]
mod tests;
mod url_parts;
mod vehicle;

use description::Description;
pub(crate) use description::{Certainty, Comparison};
use recognizer::Recognizer;

use crate::text::names::names;

macro_rules! entity_types {
    ($(#[doc = $doc:literal] $variant:ident = $name:literal, $description:path;)*) => {
        /// The kinds of personal data that a policy can name.
        ///
        /// The first 31 are Bedrock's, with Bedrock's names. The others are Banister's. Those that [`EntityType::is_world_id`] accepts are
        /// numbers of one country or of documents; a policy names them one by one or together as `WORLD_IDS`, `ALL` does not include them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum EntityType {
            $(#[doc = $doc] $variant,)*
        }

        impl EntityType {
            /// All types. Bedrock's come first, in Bedrock's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the type with a name, which must be spelled exactly.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                name.parse().ok()
            }

            /// Returns the words of which one must be near a value that means little by itself, in lower case. Empty if every value of the
            /// type has a distinctive form.
            pub fn context_words(self) -> impl Iterator<Item = &'static str> {
                let recognizers = self.description().recognizers.iter().copied().flatten();
                recognizers.flat_map(|recognizer| recognizer.context.iter().copied())
            }

            fn description(self) -> &'static Description {
                match self {
                    $(Self::$variant => &$description,)*
                }
            }
        }

        names!(EntityType, "entity type", { $($variant => $name,)* });
    };
}

entity_types! {
    /// A postal address.
    Address = "ADDRESS", address::ADDRESS;
    /// An age of a person.
    Age = "AGE", person::AGE;
    /// The name of a person.
    Name = "NAME", name::NAME;
    /// An e-mail address.
    Email = "EMAIL", contact::EMAIL;
    /// A telephone number.
    Phone = "PHONE", phone::PHONE;
    /// A user name of an account.
    Username = "USERNAME", account::username::USERNAME;
    /// A password.
    Password = "PASSWORD", account::PASSWORD;
    /// The number of a driver's license.
    DriverId = "DRIVER_ID", vehicle::DRIVER_ID;
    /// A vehicle license plate.
    LicensePlate = "LICENSE_PLATE", vehicle::LICENSE_PLATE;
    /// A vehicle identification number (ISO 3779).
    VehicleIdentificationNumber = "VEHICLE_IDENTIFICATION_NUMBER", vehicle::VEHICLE_IDENTIFICATION_NUMBER;
    /// The card verification value of a payment card.
    CreditDebitCardCvv = "CREDIT_DEBIT_CARD_CVV", payment::CREDIT_DEBIT_CARD_CVV;
    /// The expiry date of a payment card.
    CreditDebitCardExpiry = "CREDIT_DEBIT_CARD_EXPIRY", payment::CREDIT_DEBIT_CARD_EXPIRY;
    /// The number of a payment card (ISO/IEC 7812).
    CreditDebitCardNumber = "CREDIT_DEBIT_CARD_NUMBER", card::CREDIT_DEBIT_CARD_NUMBER;
    /// A personal identification number.
    Pin = "PIN", payment::PIN;
    /// An IBAN (ISO 13616).
    InternationalBankAccountNumber = "INTERNATIONAL_BANK_ACCOUNT_NUMBER", bank::INTERNATIONAL_BANK_ACCOUNT_NUMBER;
    /// A business identifier code (ISO 9362).
    SwiftCode = "SWIFT_CODE", bank::SWIFT_CODE;
    /// An IPv4 or IPv6 address.
    IpAddress = "IP_ADDRESS", network::IP_ADDRESS;
    /// A media access control address.
    MacAddress = "MAC_ADDRESS", network::MAC_ADDRESS;
    /// A web address.
    Url = "URL", contact::URL;
    /// An AWS access key id.
    AwsAccessKey = "AWS_ACCESS_KEY", secret::aws::AWS_ACCESS_KEY;
    /// An AWS secret access key.
    AwsSecretKey = "AWS_SECRET_KEY", secret::aws::AWS_SECRET_KEY;
    /// A US bank account number.
    UsBankAccountNumber = "US_BANK_ACCOUNT_NUMBER", national_us::US_BANK_ACCOUNT_NUMBER;
    /// A US bank routing number (ABA).
    UsBankRoutingNumber = "US_BANK_ROUTING_NUMBER", national_us::US_BANK_ROUTING_NUMBER;
    /// A US individual taxpayer identification number.
    UsIndividualTaxIdentificationNumber = "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", national_us::US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER;
    /// A US passport number.
    UsPassportNumber = "US_PASSPORT_NUMBER", national_us::US_PASSPORT_NUMBER;
    /// A US social security number.
    UsSocialSecurityNumber = "US_SOCIAL_SECURITY_NUMBER", national_us::US_SOCIAL_SECURITY_NUMBER;
    /// A Canadian provincial health number.
    CaHealthNumber = "CA_HEALTH_NUMBER", national_ca_uk::CA_HEALTH_NUMBER;
    /// A Canadian social insurance number.
    CaSocialInsuranceNumber = "CA_SOCIAL_INSURANCE_NUMBER", national_ca_uk::CA_SOCIAL_INSURANCE_NUMBER;
    /// A UK National Health Service number.
    UkNationalHealthServiceNumber = "UK_NATIONAL_HEALTH_SERVICE_NUMBER", national_ca_uk::UK_NATIONAL_HEALTH_SERVICE_NUMBER;
    /// A UK national insurance number.
    UkNationalInsuranceNumber = "UK_NATIONAL_INSURANCE_NUMBER", national_ca_uk::UK_NATIONAL_INSURANCE_NUMBER;
    /// A UK unique taxpayer reference.
    UkUniqueTaxpayerReferenceNumber = "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER", national_ca_uk::UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER;
    /// A date of birth.
    DateOfBirth = "DATE_OF_BIRTH", birth::DATE_OF_BIRTH;
    /// An address of a crypto-currency wallet.
    CryptoWallet = "CRYPTO_WALLET", crypto::CRYPTO_WALLET;
    /// A key or token of a service other than AWS.
    ApiKey = "API_KEY", secret::API_KEY;
    /// A private key in PEM form.
    PrivateKey = "PRIVATE_KEY", secret::pem::PRIVATE_KEY;
    /// A JSON web token.
    Jwt = "JWT", secret::tokens::JWT;
    /// A German tax identification number.
    DeTaxId = "DE_TAX_ID", ids::europe_central::DE_TAX_ID;
    /// The number of a German identity card or passport.
    DeIdCardNumber = "DE_ID_CARD_NUMBER", ids::europe_central::DE_ID_CARD_NUMBER;
    /// An Austrian social insurance number.
    AtSocialSecurityNumber = "AT_SOCIAL_SECURITY_NUMBER", ids::europe_central::AT_SOCIAL_SECURITY_NUMBER;
    /// A Swiss AHV number.
    ChSocialSecurityNumber = "CH_SOCIAL_SECURITY_NUMBER", ids::europe_central::CH_SOCIAL_SECURITY_NUMBER;
    /// A French social security number (NIR).
    FrSocialSecurityNumber = "FR_SOCIAL_SECURITY_NUMBER", ids::europe_west::FR_SOCIAL_SECURITY_NUMBER;
    /// A Belgian national register number.
    BeNationalRegisterNumber = "BE_NATIONAL_REGISTER_NUMBER", ids::europe_west::BE_NATIONAL_REGISTER_NUMBER;
    /// A Dutch citizen service number (BSN).
    NlCitizenServiceNumber = "NL_CITIZEN_SERVICE_NUMBER", ids::europe_west::NL_CITIZEN_SERVICE_NUMBER;
    /// An Irish personal public service number.
    IePpsNumber = "IE_PPS_NUMBER", ids::europe_west::IE_PPS_NUMBER;
    /// A Spanish DNI number.
    EsDni = "ES_DNI", ids::europe_south::ES_DNI;
    /// A Spanish NIE number of a foreigner.
    EsNie = "ES_NIE", ids::europe_south::ES_NIE;
    /// An Italian fiscal code.
    ItFiscalCode = "IT_FISCAL_CODE", ids::europe_south::IT_FISCAL_CODE;
    /// A Portuguese tax number (NIF).
    PtTaxNumber = "PT_TAX_NUMBER", ids::europe_south::PT_TAX_NUMBER;
    /// A Polish PESEL number.
    PlPesel = "PL_PESEL", ids::europe_central::PL_PESEL;
    /// A Swedish personal identity number.
    SePersonalIdentityNumber = "SE_PERSONAL_IDENTITY_NUMBER", ids::europe_north::SE_PERSONAL_IDENTITY_NUMBER;
    /// A Finnish personal identity code.
    FiPersonalIdentityCode = "FI_PERSONAL_IDENTITY_CODE", ids::europe_north::FI_PERSONAL_IDENTITY_CODE;
    /// A Danish CPR number.
    DkCprNumber = "DK_CPR_NUMBER", ids::europe_north::DK_CPR_NUMBER;
    /// A Norwegian national identity number.
    NoNationalIdentityNumber = "NO_NATIONAL_IDENTITY_NUMBER", ids::europe_north::NO_NATIONAL_IDENTITY_NUMBER;
    /// A Brazilian CPF number.
    BrCpf = "BR_CPF", ids::americas::BR_CPF;
    /// A Brazilian CNPJ number.
    BrCnpj = "BR_CNPJ", ids::americas::BR_CNPJ;
    /// A Mexican CURP.
    MxCurp = "MX_CURP", ids::americas::MX_CURP;
    /// An Argentine CUIT or CUIL number.
    ArCuit = "AR_CUIT", ids::americas::AR_CUIT;
    /// A Chilean RUT.
    ClRut = "CL_RUT", ids::americas::CL_RUT;
    /// An Indian Aadhaar number.
    InAadhaar = "IN_AADHAAR", ids::asia::IN_AADHAAR;
    /// An Indian permanent account number.
    InPan = "IN_PAN", ids::asia::IN_PAN;
    /// A Japanese My Number.
    JpMyNumber = "JP_MY_NUMBER", ids::asia::JP_MY_NUMBER;
    /// A Korean resident registration number.
    KrResidentRegistrationNumber = "KR_RESIDENT_REGISTRATION_NUMBER", ids::asia::KR_RESIDENT_REGISTRATION_NUMBER;
    /// A Chinese resident identity number.
    CnResidentIdNumber = "CN_RESIDENT_ID_NUMBER", ids::asia::CN_RESIDENT_ID_NUMBER;
    /// A Singaporean NRIC or FIN number.
    SgNric = "SG_NRIC", ids::asia::SG_NRIC;
    /// A Turkish identity number.
    TrIdNumber = "TR_ID_NUMBER", ids::middle_east_africa::TR_ID_NUMBER;
    /// An Israeli identity number.
    IlIdNumber = "IL_ID_NUMBER", ids::middle_east_africa::IL_ID_NUMBER;
    /// A South African identity number.
    ZaIdNumber = "ZA_ID_NUMBER", ids::middle_east_africa::ZA_ID_NUMBER;
    /// An Australian tax file number.
    AuTaxFileNumber = "AU_TAX_FILE_NUMBER", ids::oceania::AU_TAX_FILE_NUMBER;
    /// An Australian Medicare number.
    AuMedicareNumber = "AU_MEDICARE_NUMBER", ids::oceania::AU_MEDICARE_NUMBER;
    /// A New Zealand IRD number.
    NzIrdNumber = "NZ_IRD_NUMBER", ids::oceania::NZ_IRD_NUMBER;
    /// A VAT identification number of the European Union.
    EuVatNumber = "EU_VAT_NUMBER", ids::vat::EU_VAT_NUMBER;
    /// A machine-readable zone of a passport, identity card or visa (ICAO 9303).
    PassportMrz = "PASSPORT_MRZ", ids::documents::PASSPORT_MRZ;
    /// An international mobile equipment identity.
    Imei = "IMEI", ids::documents::IMEI;
}

impl EntityType {
    /// Returns `true` for Bedrock's 31 types.
    #[must_use]
    pub fn is_bedrock(self) -> bool {
        self <= Self::UkUniqueTaxpayerReferenceNumber
    }

    /// Returns `true` for the types that a policy names together as `WORLD_IDS`: numbers that states give to persons and firms, and numbers of
    /// documents and devices. `ALL` names the other types, so that a policy with `ALL` matches the same text in every version.
    #[must_use]
    pub fn is_world_id(self) -> bool {
        self > Self::Jwt
    }

    /// Returns the type that other tools call by a name, which is never accepted in policies.
    pub(crate) fn from_alias(name: &str) -> Option<Self> {
        let has_alias =
            |entity: &&Self| entity.description().aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name));
        Self::ALL.iter().find(has_alias).copied()
    }

    /// Returns the recognizers of the type.
    pub(crate) fn recognizers(self) -> impl Iterator<Item = &'static Recognizer> {
        self.description().recognizers.iter().copied().flatten()
    }

    /// Returns the way in which values of the type are compared.
    pub(crate) fn comparison(self) -> Comparison {
        self.description().comparison
    }

    /// Returns how certain a finding of the type is.
    pub(crate) fn certainty(self) -> Certainty {
        self.description().certainty
    }

    /// Returns `true` if a dash that parts sentences ends a value of the type that is whole without what follows it.
    pub(crate) fn ends_at_dashes(self) -> bool {
        self.description().ends_at_dashes
    }

    /// Returns `true` for passwords and keys: each of their characters counts.
    pub(crate) fn is_secret(self) -> bool {
        self.comparison() == Comparison::Exact
    }

    /// Returns `true` if a tab ends a value of the type.
    pub(crate) fn is_in_one_cell(self) -> bool {
        self.description().is_in_one_cell
    }

    /// Returns `true` if `evasion: strict` joins the digits of a value and reads words for them.
    pub(crate) fn is_put_together(self) -> bool {
        self.description().is_put_together
    }
}
