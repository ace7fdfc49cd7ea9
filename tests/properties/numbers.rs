//! A mask leaves no digit of the number it masked.

use banister::{EntityType, Source};

use crate::cases::{guardrail, masking, must};
use crate::generate::{Rng, run};
use crate::table::Table;

const NUMBERS: &[EntityType] = &[
    EntityType::Phone,
    EntityType::CreditDebitCardNumber,
    EntityType::CreditDebitCardCvv,
    EntityType::CreditDebitCardExpiry,
    EntityType::Pin,
    EntityType::Age,
    EntityType::InternationalBankAccountNumber,
    EntityType::IpAddress,
    EntityType::MacAddress,
    EntityType::UsBankAccountNumber,
    EntityType::UsBankRoutingNumber,
    EntityType::UsIndividualTaxIdentificationNumber,
    EntityType::UsPassportNumber,
    EntityType::UsSocialSecurityNumber,
    EntityType::CaHealthNumber,
    EntityType::CaSocialInsuranceNumber,
    EntityType::UkNationalHealthServiceNumber,
    EntityType::UkNationalInsuranceNumber,
    EntityType::UkUniqueTaxpayerReferenceNumber,
    EntityType::DateOfBirth,
    EntityType::VehicleIdentificationNumber,
];

/// Digits of any script, as a reader sees them.
fn is_digit(c: char) -> bool {
    c.is_numeric() && !matches!(c, '²' | '³' | '¹' | '½' | '①')
}

/// Every value with every tail: no finding ends or begins inside of a run of digits.
#[test]
fn no_finding_ends_between_two_digits() {
    let mut table = Table::default();
    for &entity in NUMBERS {
        let guardrail = masking(entity);
        for case in must(entity) {
            for tail in [
                "5",
                "54",
                "5427",
                " 5427",
                "-5427",
                ".5427",
                "/5427",
                " 5 4 2 7",
                "٥",
                "５",
                "𝟓",
                "\u{200b}5",
                "0000000000000000",
            ] {
                for text in [case.rewritten(("", tail), str::to_owned), case.rewritten((tail, ""), str::to_owned)] {
                    let text = text.text;
                    for finding in guardrail.assess(Source::Input, &text).findings() {
                        let span = finding.span().range();
                        let (before, inside, after) = (&text[..span.start], &text[span.clone()], &text[span.end..]);
                        let seen = |c: &char| !matches!(c, '\u{200b}');
                        let next = (inside.chars().rev().find(seen), after.chars().find(seen));
                        let last = (before.chars().rev().find(seen), inside.chars().find(seen));
                        let cut = |pair: (Option<char>, Option<char>)| {
                            pair.0.is_some_and(is_digit) && pair.1.is_some_and(is_digit)
                        };
                        table.add("tails", entity, !cut(next) && !cut(last), || format!("{text:?} found at {span:?}"));
                    }
                }
            }
        }
    }
    table.check("tails", &[]);
}

/// Random groups of digits: whatever is found as a number ends where the number ends.
#[test]
fn no_finding_leaves_a_digit_beside_it() {
    let guardrail = guardrail(
        "{version: 1, name: all, pii: [{types: [PHONE, CREDIT_DEBIT_CARD_NUMBER, US_SOCIAL_SECURITY_NUMBER, CA_SOCIAL_INSURANCE_NUMBER, INTERNATIONAL_BANK_ACCOUNT_NUMBER, US_BANK_ACCOUNT_NUMBER, UK_NATIONAL_HEALTH_SERVICE_NUMBER], action: mask}]}",
    );
    run(3000, |seed| {
        let mut rng = Rng::new(seed ^ 0x7A17);
        let joint = rng.pick(&[" ", "-", ".", "", " ", "/"]);
        let head = rng.pick(&["", "call ", "+", "phone: ", "account ", "ssn ", "nhs ", "DE", "tel +1 ", "("]);
        let mut text = head.to_owned();
        for _ in 0..1 + rng.below(7) {
            text.extend((0..1 + rng.below(5)).map(|_| char::from(*rng.item(b"0123456789"))));
            text.push_str(if rng.chance(85) { joint } else { rng.pick(&[" ", "-", ".", ")", "(", "x"]) });
        }
        for finding in guardrail.assess(Source::Input, &text).findings() {
            let span = finding.span().range();
            let cut = text[..span.end].ends_with(|c: char| c.is_ascii_digit())
                && text[span.end..].starts_with(|c: char| c.is_ascii_digit());
            assert!(!cut, "case {seed}: {} in {text:?} at {span:?}", finding.rule());
        }
    });
}

/// What the edge of a telephone number is: text, and what is left of it.
#[test]
fn edges_of_telephone_numbers() {
    let cases = [
        ("+140.957.311 5427", "{PHONE}"),
        ("call +140.957.311 5427 now", "call {PHONE} now"),
        ("+86 138 0013 8000", "{PHONE}"),
        ("+86 138 0013 8000=1234", "{PHONE}=1234"),
        ("+49 89 1234 5678 90", "{PHONE}"),
        ("+33 1 23 45 67 89", "{PHONE}"),
        ("+44 20 7946 0958", "{PHONE}"),
        ("+1 415.555 2671", "{PHONE}"),
        ("+1-415 555.2671", "{PHONE}"),
        ("+61 2 9374 4000", "{PHONE}"),
        ("tel 030 901820 12", "tel {PHONE}"),
        ("+39 06 6982 1234", "{PHONE}"),
        ("+1 415 555 2671, 12 times", "{PHONE}, 12 times"),
        ("+1 415 555 2671\n\n5427", "{PHONE}\n\n5427"),
        ("4111 1111 1111 1111 +1 415 555 2671", "4111 1111 1111 1111 {PHONE}"),
    ];
    let wrong: Vec<_> = cases
        .into_iter()
        .filter_map(|(text, wanted)| {
            let assessment = masking(EntityType::Phone).assess(Source::Input, text);
            let masked = assessment.apply_to(text).to_owned();
            (masked != wanted).then(|| format!("{text:?} became {masked:?}, not {wanted:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
