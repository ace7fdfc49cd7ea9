//! Made addresses: the parts of places of many countries, put together as people write them.

use std::path::Path;

use serde::Deserialize;

use crate::random::Random;

/// Addresses of each place.
const EACH: usize = 3;

/// The parts of an address, as `lists.py` writes them.
#[derive(Deserialize)]
struct Place {
    street: String,
    town: String,
    code: String,
    region: String,
    /// Any country.
    country: String,
    /// The country of the street.
    home: String,
    /// A whole address, in lines.
    whole: String,
}

const SEPARATORS: &[&str] = &[
    ", ", ", ", ", ", "\n", "\n", "\n", " ", " ", ",\n", " - ", " | ", " / ", "; ", " · ", "\n> ", " , ", " -- ",
    " // ", " || ", " :: ", " *** ", " • ", " +++ ", " ~ ",
];

const UNITS: &[&str] = &[
    "Apt. ", "Apt ", "Suite ", "Suite ", "Ste. ", "Unit ", "Flat ", "Floor ", "Room ", "# ", "Bldg. ", "Wohnung ",
    "Piso ", "Apto. ", "Lgh ", "Top ", "Etage ", "Stock ", "Int. ", "Lot ", "Trailer ", "Block ",
];

const BOXES: &[&str] = &[
    "P.O. Box ",
    "PO Box ",
    "P. O. Box ",
    "Box ",
    "Postfach ",
    "BP ",
    "Apartado ",
    "Private Bag ",
    "Casilla ",
    "Postbus ",
    "Locked Bag ",
    "Caixa Postal ",
];

/// Reads the places, and returns addresses made of their parts, always the same.
pub fn addresses(lists: &Path) -> Result<Vec<String>, String> {
    let path = lists.join("places.jsonl");
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}; run lists.py first", path.display()))?;
    let parse = |line| serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()));
    let places: Vec<Place> = text.lines().map(parse).collect::<Result<_, _>>()?;
    let mut writer = Writer { random: Random::new(0x3C6E_F372_FE94_F82B) };
    Ok(places
        .iter()
        .flat_map(|place| std::iter::repeat_n(place, EACH))
        .map(|place| writer.address(place, &places))
        .collect())
}

struct Writer {
    random: Random,
}

impl Writer {
    fn number(&mut self, digits: u32) -> String {
        let least = 10_usize.pow(digits - 1);
        (least + self.random.below(9 * least)).to_string()
    }

    fn unit(&mut self) -> String {
        let digits = 1 + self.random.below(3) as u32;
        let (unit, number, letter) =
            (self.random.item(UNITS).to_owned(), self.number(digits), self.random.item(&["", "", "", "A", "b"]));
        format!("{unit}{number}{letter}")
    }

    /// The town and the code in one of the orders that countries use.
    fn town(&mut self, place: &Place) -> String {
        let Place { town, code, region, .. } = place;
        match self.random.below(6) {
            0 | 1 => format!("{code} {town}"),
            2 => format!("{town} {code}"),
            3 if !region.is_empty() => format!("{town}, {region} {code}"),
            4 if !region.is_empty() => format!("{town} {region} {code}"),
            5 => town.clone(),
            _ => format!("{town}, {code}"),
        }
    }

    fn country<'a>(&mut self, place: &'a Place) -> Option<&'a str> {
        [None, Some(place.home.as_str()), Some(place.country.as_str())][self.random.below(3)]
    }

    fn address(&mut self, place: &Place, places: &[Place]) -> String {
        let street = place.street.replace('\n', ", ");
        let separator = self.random.item(SEPARATORS);
        let mut parts: Vec<String> = match self.random.below(20) {
            0 | 1 => place.whole.lines().map(|line| line.trim_end_matches(',').to_owned()).collect(),
            2..=4 => vec![street, self.town(place)],
            5 | 6 => vec![street, self.unit(), self.town(place)],
            7 => vec![self.unit(), street, self.town(place)],
            // What forms of other countries make of an address.
            8 | 9 => {
                let digits = 1 + self.random.below(5) as u32;
                vec![
                    format!("{} {street}", self.number(digits)),
                    self.unit(),
                    place.town.clone(),
                    format!("{} {}", place.home, place.code),
                ]
            }
            10 => vec![street, place.town.clone(), format!("{} {}", place.country, place.code)],
            11 | 12 => return street,
            13 => return format!("{street}{separator}{}", self.unit()),
            14 => {
                return if self.random.below(2) == 0 {
                    format!("{} {}", place.town, place.code)
                } else {
                    format!("{} {}", place.code, place.town)
                };
            }
            15 => {
                let other = &places[self.random.below(places.len())].street;
                let other = if self.random.below(2) == 0 {
                    other.clone()
                } else {
                    other.replace(|c: char| c.is_ascii_digit(), "")
                };
                let (link, is_swapped) =
                    (self.random.item(&[" and ", " and ", " & ", " / "]), self.random.below(4) == 0);
                let (first, second) =
                    if is_swapped { (other.trim(), street.as_str()) } else { (street.as_str(), other.trim()) };
                return format!("{first}{link}{second}");
            }
            16 => return self.military(place, separator),
            17 => {
                let digits = 1 + self.random.below(5) as u32;
                vec![format!("{}{}", self.random.item(BOXES).to_owned(), self.number(digits)), self.town(place)]
            }
            18 => {
                let digits = 1 + self.random.below(4) as u32;
                vec![
                    format!("{} {street}", self.number(digits)),
                    format!("{} , {}", place.town, place.region),
                    format!("{} {}", place.home, place.code),
                ]
            }
            _ => vec![street, place.town.clone(), place.region.clone()],
        };
        parts.retain(|part| !part.is_empty());
        parts.extend(
            self.country(place).filter(|country| !parts.iter().any(|part| part.contains(country))).map(str::to_owned),
        );
        parts.join(separator)
    }

    /// Military mail of the United States.
    fn military(&mut self, place: &Place, separator: &str) -> String {
        let head = match self.random.below(3) {
            0 => format!("PSC {}{}Box {}", self.number(4), self.random.item(&[", ", " "]), self.number(4)),
            1 => format!("Unit {} Box {}", self.number(4), self.number(4)),
            _ => format!("{} {}", self.random.item(&["USS", "USNS", "USCGC", "USNV"]).to_owned(), place.town),
        };
        let (office, area) =
            (self.random.item(&["APO", "FPO", "DPO"]).to_owned(), self.random.item(&["AA", "AE", "AP"]).to_owned());
        format!("{head}{separator}{office} {area} {}", self.number(5))
    }
}
