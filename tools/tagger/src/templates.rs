//! Made text with names: records, forms, mail, logs and chat, filled from the lists.

use std::ops::Range;
use std::path::Path;

use crate::data::Document;

const DOCUMENTS: usize = 9_000;

/// Lines with places to fill: `{n}` a name, `{g}` a given name, `{s}` a surname, `{d}` a date, `{#}` a number, `{c}` a town, `{f}` a firm, `{r}` a job, `{x}` an illness, `{h}` a number in hexadecimal digits,
/// `{m}` an e-mail address.
const LINES: &[&str] = &[
    "Patient: {n} (DOB: {d}, MRN: {#})",
    "Patient {n}, born {d}, was seen in clinic.",
    "RE: {n}, account {#}",
    "Subject: {n} - record {#}",
    "Results for {n} (ID {#}) were reviewed by Dr. {n}.",
    "Provider: {n}, {r}",
    "Provider: Dr. {n} (NPI: {#})",
    "Referred by Dr. {s}. Next visit {d}.",
    "[{d}T10:00:00Z] {n} changed the settings.",
    "{d} INFO user={g} action=login",
    "{d} {n} signed in from {#}.",
    "Alert: {n} requested access ({m})",
    "{\"owner\": \"{n}\", \"id\": {#}}",
    "{\"customer\": {\"name\": \"{n}\", \"city\": \"{c}\"}}",
    "name,email\n{n},{m}\n{n},{m}",
    "{#};{n};{c};{d}",
    "| {n} | {r} | {c} |",
    "{n} — {r} at {f}",
    "{n}, {r}\n{f}",
    "{n}\n{r}, {f}\n{m}",
    "{n} <{m}> wrote:",
    "From: {n} <{m}>\nTo: {n} <{m}>\nSubject: Meeting in {c}",
    "Cc: {n}, {n}, {n}",
    "Attendees: {n}, {n} and {n}",
    "Present: {g}, {g}, {g} and {n}.",
    "Best,\n{g}",
    "Kind regards,\n{n}\n{r}",
    "Thanks,\n{g} {s}",
    "Hi {g}, can you send the report to {g}?",
    "Hello {n}, your order {#} has shipped.",
    "Dear {g}, thank you for your message.",
    "Plaintiff {n} v. Defendant {n}",
    "IN THE MATTER OF {n}, case {#}",
    "The witness, {n}, testified on {d}.",
    "{n}: No, I did not see it.",
    "{n}: Yes, Your Honor.",
    "Counsel for {s}: {n}",
    "SO ORDERED. {n}, {r}",
    "Signed: {n}",
    "Signature: {n} Date: {d}",
    "Emergency contact: {n} (sister), {#}",
    "Next of kin: {n} at {#}.",
    "Employee {n} ({#}) reports to {n}.",
    "Approved by {n} on {d}; reviewed by {n}.",
    "Assigned to: {n}",
    "Reporter: {n}\nAssignee: {n}",
    "Account holder: {n}",
    "Beneficiary: {n}, IBAN on file",
    "Payment from {n} to {f} on {d}",
    "Mr. {s} and Mrs. {s} live in {c}.",
    "Ms. {s} will call back.",
    "Prof. {n} teaches at the University of {c}.",
    "I met {n} in {c} last week.",
    "Please ask {g} about the invoice.",
    "{g} and {g} are coming too.",
    "{g} said she would call {g} tomorrow.",
    "{n} works for {f} as a {r}.",
    "{n} was born in {c} in 1961.",
    "According to {n}, sales of {f} rose.",
    "\"We are growing,\" said {n}, {r} of {f}.",
    "{s}, who joined {f} in 2011, resigned.",
    "{s} and {s} published it in 2009.",
    "My sister {g} lives in {c}.",
    "my name is {n} and I need help with order {#}",
    "this is {n} from {f}",
    "I'm {g}, nice to meet you.",
    "Change the name on the account to {n}, please.",
    "Tell {g} that I am late.",
    "text {g} happy birthday",
    "call {n} now",
    "email {g} about the meeting",
    "Is {n} still the {r} of {f}?",
    "Write a poem about {n}.",
    "Songs by {n} and by {n}",
    "{n}'s report is attached.",
    "Where did {g}'s parents go?",
    "{g}: hey\n{g}: hi there",
    "1. {n}\n2. {n}\n3. {n}",
    "- {n} ({r})\n- {n} ({r})",
    "{f} opened an office in {c} in May.",
    "The {f} Group bought {f} for {#} dollars.",
    "Monday in {c}: Board Meeting, Room {#}",
    "Product Manager, {f}, {c}",
    "Status: Active  Region: North  City: {c}",
    "Install Visual Studio Code and restart Windows.",
    "The United States and the European Union signed it in {c}.",
    "Order Number: {#}\nShipping Address: Main Street {#}, {c}",
    "New York, Los Angeles and San Francisco are cities.",
    "Question: What is the capital of {c}?",
    "Chief Financial Officer, Human Resources, Customer Service",
    "In the Bible, God speaks to the people of Israel.",
    "Terms and Conditions apply. See Section {#} of the Agreement.",
    "Blood Pressure: {#}  Heart Rate: {#}  Primary Care Clinic",
    "User Name: admin  Host: Server{#}  Time Zone: Central European Time",
    "[INTERNAL MEMO] From: {n} To: {n}",
    "[MEETING NOTES]\n{n}: Agreed.",
    "[{g}]: Hello, is anyone there?",
    "Digitally signed by {n}",
    "Automatically generated. Contact {n} for questions.",
    "{f} Industries hired {n}.",
    "{n} filed a claim against {f} Enterprises.",
    "She has worked at {s} Industries and {s} Partners since 2004.",
    "{n} was told that Type 2 Diabetes and High Blood Pressure are common.",
    "Condition: Chronic Kidney Disease. Doctor: {n}",
    "Diagnosis: {x}  Patient: {n}",
    "Diagnosis: {x}. Seen by Dr. {s}.",
    "{g} has {x} and {x}.",
    "Assessment: {x}, {x}",
    "History: {x}",
    "PATIENT INTAKE FORM\nName: {n}",
    "CONFIDENTIAL SETTLEMENT AGREEMENT between {n} and {f}",
    "[LAB REPORT] {n}, {d}",
    "[CUSTOMER SUPPORT TRANSCRIPT]\nAgent: {g}",
    "DISTRICT COURT, COUNTY OF {c}",
    "Court Clerk, Official Interpreter, Senior Legal Counsel: {n}",
    "CT Chest, X-Ray Left Knee, Ultrasound Abdomen ordered by Dr. {s}",
    "Diagnosis: Acute Bronchitis, Lyme Disease",
    "History of Crohn Disease and Graves Disease, father had Parkinson Syndrome",
    "Condition: Generalized Anxiety Disorder  Physician: {n}",
    "The patient, {g}, is doing well; {g} returns in May.",
    "Q: {g}, where were you?\nA: At home.",
    "Good evening, {g}. How was the trip?",
    "In the Old Testament, Moses and Abraham speak with God.",
    "Oh God, Jesus Christ, what a day!",
    "Most Americans and Asians like Thanksgiving.",
    "The Bohr model, the Hubble telescope and the Nobel Prize",
    "How To Use The Main Menu: Click Start, then Open.",
];

const TOWNS: &[&str] = &[
    "Lisbon",
    "Oslo",
    "Vienna",
    "Madrid",
    "Chicago",
    "Denver",
    "Boston",
    "Leeds",
    "Lyon",
    "Turin",
    "Porto",
    "Gdansk",
    "Austin",
    "Dallas",
    "Phoenix",
    "Houston",
    "Nairobi",
    "Mumbai",
    "Osaka",
    "Sydney",
    "Wellington",
    "Toronto",
    "Lima",
    "Bogota",
    "Springfield",
    "Riverside",
    "Georgetown",
    "Salem",
];
const FIRMS: &[&str] = &[
    "Acme",
    "Globex",
    "Initech",
    "Northwind",
    "Contoso",
    "Umbrella Holdings",
    "Blue River Bank",
    "Vertex Labs",
    "Granite Systems",
    "Sunrise Media",
    "Apex Logistics",
    "Harbor Insurance",
    "Summit Energy",
    "Pine Street Partners",
    "Orion Health",
    "Delta Foods",
];
const JOBS: &[&str] = &[
    "Engineer",
    "Director",
    "Nurse",
    "Accountant",
    "attorney",
    "teacher",
    "Vice President",
    "Project Manager",
    "cardiologist",
    "analyst",
    "CEO",
    "Clerk",
    "Judge",
    "Sales Manager",
    "technician",
    "editor",
];

const CONDITIONS: &[&str] = &[
    "Asthma",
    "Arthritis",
    "Hypertension",
    "Pneumonia",
    "Eczema",
    "Anemia",
    "Sciatica",
    "Epilepsy",
    "Osteoporosis",
    "Bronchitis",
    "Angina",
    "Gout",
    "Chronic Fatigue",
    "Sleep Apnea",
    "Multiple Sclerosis",
    "Celiac Disease",
    "Plantar Fasciitis",
    "Atrial Fibrillation",
    "Bipolar Disorder",
    "Carpal Tunnel Syndrome",
];

/// The words of a list by rank, with a capital letter.
type Ranked = [Vec<String>; 3];

/// Makes documents of one to four lines, always the same.
pub fn documents(lists: &Path) -> Result<Vec<Document>, String> {
    let (given, surnames) = (ranked(&lists.join("given.tsv"))?, ranked(&lists.join("surname.tsv"))?);
    let mut maker = Maker { seed: 0x2545_F491_4F6C_DD1D, given, surnames, lines: LINES, addresses: &[] };
    Ok((0..DOCUMENTS).map(|_| maker.document()).collect())
}

/// Makes documents of lines of another list, in which `{a}` is one of these addresses and `{p}` a telephone number.
pub fn documents_of(
    lines: &'static [&'static str],
    addresses: &[String],
    lists: &Path,
    count: usize,
) -> Result<Vec<Document>, String> {
    let (given, surnames) = (ranked(&lists.join("given.tsv"))?, ranked(&lists.join("surname.tsv"))?);
    let mut maker = Maker { seed: 0x6A09_E667_F3BC_C909, given, surnames, lines, addresses };
    Ok((0..count).map(|_| maker.document()).collect())
}

fn ranked(path: &Path) -> Result<Ranked, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut ranked = Ranked::default();
    for (word, rank) in text.lines().filter_map(|line| line.split_once('\t')) {
        let rank: usize = rank.parse().map_err(|_| format!("{}: {word} has no rank", path.display()))?;
        ranked[rank - 1].push(capital(word));
    }
    Ok(ranked)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Puts a sign before each line.
fn quoted(document: &Document, sign: &str) -> Document {
    let moved = |at: usize| at + sign.len() * (1 + document.text[..at].matches('\n').count());
    let span = |span: &Range<usize>| moved(span.start)..moved(span.end);
    Document {
        text: format!("{sign}{}", document.text.replace('\n', &format!("\n{sign}"))),
        names: document.names.iter().map(span).collect(),
        addresses: document.addresses.iter().map(span).collect(),
    }
}

struct Maker<'a> {
    seed: u64,
    given: Ranked,
    surnames: Ranked,
    lines: &'static [&'static str],
    addresses: &'a [String],
}

impl Maker<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 11) as usize % limit
    }

    fn item<'a>(&mut self, items: &'a [&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    /// A word of a list, or one that is in none.
    fn name(&mut self, is_given: bool) -> String {
        if self.below(100) < 14 {
            return self.invented();
        }
        let rank = [2, 2, 1, 0, 0][self.below(5)];
        let at = self.below(if is_given { self.given[rank].len() } else { self.surnames[rank].len() });
        if is_given { self.given[rank][at].clone() } else { self.surnames[rank][at].clone() }
    }

    fn invented(&mut self) -> String {
        const STARTS: &[&str] = &[
            "b", "br", "d", "dz", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "r", "s", "sh", "st", "t",
            "v", "w", "y", "z",
        ];
        const MIDDLES: &[&str] = &["a", "e", "i", "o", "u", "ai", "ei", "ou", "á", "é", "ö", "ü"];
        const ENDS: &[&str] = &["", "n", "r", "s", "k", "l", "th", "nd", "m", "sch", "ić", "ov", "sen", "ez"];
        let mut word = String::new();
        for _ in 0..1 + self.below(3) {
            word += self.item(STARTS);
            word += self.item(MIDDLES);
        }
        word += self.item(ENDS);
        capital(&word)
    }

    fn full_name(&mut self) -> String {
        let (first, last) = (self.name(true), self.name(false));
        match self.below(20) {
            0..=12 => format!("{first} {last}"),
            13 | 14 => first,
            15 => format!("{first} {}. {last}", char::from(b'A' + self.below(26) as u8)),
            16 => format!("{first} {} {last}", self.name(true)),
            17 => format!("{first} {last}-{}", self.name(false)),
            18 => format!("{}. {last}", char::from(b'A' + self.below(26) as u8)),
            _ => {
                let particle = self.item(&["van", "de", "von", "van der", "del", "bin", "al", "da"]).to_owned();
                format!("{first} {particle} {last}")
            }
        }
    }

    fn document(&mut self) -> Document {
        let mut document = Document::default();
        for line in 0..1 + self.below(4) {
            if line > 0 {
                document.text.push('\n');
            }
            let line = self.item(self.lines);
            self.fill(line, &mut document);
        }
        if self.below(14) == 0 {
            let sign = self.item(&["> ", ">", "* ", "# ", "| "]);
            return quoted(&document, sign);
        }
        // Letters keep their length in both cases, or the offsets would move: other documents stay as they are.
        let changed = match self.below(12) {
            0 | 1 => document.text.to_lowercase(),
            2 => document.text.to_uppercase(),
            _ => return document,
        };
        if changed.len() == document.text.len() {
            document.text = changed;
        }
        document
    }

    fn fill(&mut self, line: &str, document: &mut Document) {
        let mut rest = line;
        while let Some((head, tail)) = rest.split_once('{') {
            document.text += head;
            let Some((kind, after)) = tail.split_once('}').filter(|(kind, _)| kind.len() == 1) else {
                document.text.push('{');
                rest = tail;
                continue;
            };
            let start = document.text.len();
            match kind {
                "n" => document.text += &self.full_name(),
                "g" => document.text += &self.name(true),
                "s" => document.text += &self.name(false),
                "c" => document.text += self.item(TOWNS),
                "f" => document.text += self.item(FIRMS),
                "a" => {
                    let at = self.below(self.addresses.len());
                    document.text += &self.addresses[at];
                }
                "h" => {
                    for _ in 0..4 + self.below(3) {
                        document.text += &format!("{:06x}", self.below(1 << 24));
                    }
                }
                "p" => {
                    let [area, first, last] = [900, 900, 9000].map(|limit| 100 + self.below(limit));
                    document.text += &match self.below(3) {
                        0 => format!("({area}) {first}-{last}"),
                        1 => format!("+{} {area} {first} {last}", area % 90 + 1),
                        _ => format!("{area}-{first}-{last}"),
                    };
                }
                "x" => document.text += self.item(CONDITIONS),
                "r" => document.text += self.item(JOBS),
                "#" => document.text += &self.below(900_000).to_string(),
                "m" => document.text += &format!("{}{}@example.com", self.name(true).to_lowercase(), self.below(90)),
                _ => {
                    document.text +=
                        &format!("20{:02}-{:02}-{:02}", self.below(25), 1 + self.below(12), 1 + self.below(28))
                }
            }
            if matches!(kind, "n" | "g" | "s") {
                document.names.push(start..document.text.len());
            }
            if kind == "a" {
                document.addresses.push(start..document.text.len());
            }
            rest = after;
        }
        document.text += rest;
    }
}
