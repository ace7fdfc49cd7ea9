//! Words that look like names of persons and are none.

use super::given_names;

/// Capitalised words that follow names or look like them and are none, sorted: what begins sentences, calendars,
/// organizations, places.
#[rustfmt::skip]
const NOT_NAMES: &[&str] = &[
    "A", "About", "Academy", "According", "Account", "Address", "Afghanistan", "After", "Age", "Airport", "All",
    "Also", "Am", "American", "An", "And", "Any", "April", "Are", "Army", "As", "Asked", "At", "August", "Avenue",
    "Award", "Bank", "Bay", "Beach", "Because", "Being", "Bible", "Birth", "Blvd", "Book", "Bridge", "British",
    "Build", "But", "By", "Cache", "Can", "Card", "Care", "Chapter", "Check", "Checkout", "China", "Chinese",
    "Christmas", "Circle", "City", "Class", "Clean", "Clinic", "Club", "Code", "College", "Company", "Computer",
    "Config", "Configure", "Contact", "Copy", "Corp", "Corporation", "Could", "Council", "County", "Court", "Coverage",
    "Create", "Customer", "Data", "Date", "Debug", "December", "Department", "Deploy", "Did", "Director", "Do",
    "Docker", "Does", "Download", "Drive", "During", "Each", "East", "Email", "Enable", "English", "Ensure", "Euch", "Even",
    "Every", "Export", "February", "Festival", "Fetch", "First", "Fix", "For", "Format", "Foundation", "French",
    "Friday", "From", "Garden", "Gender", "Generate", "German", "Go", "Grand", "Group", "Had", "Happy", "Has", "Have",
    "He", "Health", "Hello", "Her", "Here", "Hi", "High", "His", "History", "Home", "Hospital", "Hotel", "House",
    "How", "However", "I", "I'll", "I'm", "I've", "If", "Ihnen", "Import", "In", "Inc", "India", "Indian", "Install", "Instead",
    "Institute", "International", "Is", "Island", "It", "Its", "January", "Japan", "Japanese", "Job", "July", "June",
    "Just", "Kingdom", "LLC", "Lake", "Land", "Last", "Let", "Library", "Like", "Lint", "Linux", "Load", "Log",
    "Login", "London", "Ltd", "Madam", "Many", "March", "Maybe", "Medical", "Meeting", "Memorial", "Monday", "Month",
    "More", "Most", "Mountain", "Museum", "My", "Name", "National", "New", "No", "Node", "Not", "November", "Now",
    "Number", "Object", "October", "Of", "Office", "Oh", "Ok", "Okay", "On", "One", "Only", "Or", "Order", "Our",
    "Package", "Paris", "Party", "Passport", "Password", "Patient", "Phone", "Place", "Please", "Police", "Prepare",
    "President", "Press", "Prize", "Professor", "Project", "Public", "Publish", "Pull", "Push", "Python", "Question",
    "Red", "Regards", "Release", "Remove", "Report", "Republic", "Research", "Restart", "Restore", "River", "Road",
    "Room", "Run", "Russian", "Rust", "SSN", "Said", "San", "Saturday", "Save", "School", "Science", "Sea", "Second",
    "Security", "September", "Server", "Service", "Services", "Set", "Setup", "She", "Should", "Sie", "Since", "Sir", "Sky",
    "So", "Society", "Some", "Sorry", "South", "Spanish", "Square", "St", "Start", "State", "States", "Station",
    "Still", "Stop", "Store", "Street", "Sunday", "Sure", "System", "Team", "Test", "Tests", "Thank", "Thanks", "That",
    "The", "Their", "Then", "There", "These", "They", "This", "Those", "Thursday", "Time", "To", "Today", "Tower",
    "Town", "Trust", "Tuesday", "Two", "Uk", "Unit", "United", "University", "Update", "Upload", "Usa", "Used", "User",
    "Using", "Valley", "Verify", "Very", "War", "Was", "Water", "We", "Wednesday", "Week", "Well", "Were", "What",
    "When", "Where", "Which", "While", "Who", "Why", "Will", "Windows", "With", "Workflow", "World", "Would", "Year",
    "Years", "Yes", "You", "Your",
];

pub(super) fn is_not_name(word: &str) -> bool {
    let [first, second, ..] = *word.as_bytes() else { return NOT_NAMES.contains(&word) };
    let is_alike = SECOND_LETTERS.get(usize::from(first)).is_some_and(|seconds| seconds >> (second % 32) & 1 != 0);
    is_alike && NOT_NAMES.binary_search(&word).is_ok()
}

/// The second letters of [`NOT_NAMES`] by the first, one bit each: most names have other ones.
#[expect(clippy::indexing_slicing, reason = "in a constant; below the lengths")]
const SECOND_LETTERS: [u32; 256] = {
    let (mut letters, mut at) = ([0; 256], 0);
    while at < NOT_NAMES.len() {
        let word = NOT_NAMES[at].as_bytes();
        if word.len() > 1 {
            letters[word[0] as usize] |= 1 << (word[1] % 32);
        }
        at += 1;
    }
    letters
};

/// Returns `true` for `PopupWindow` and `VCLinkerTool`, and not for `McDonald`, `DeVito` and `MaryAnn`.
pub(super) fn is_camel_case(word: &str) -> bool {
    let mut before = ('\0', 0);
    let inner = word.char_indices().find(|&(at, c)| {
        let joint = at > 0 && c.is_ascii_uppercase() && before.0.is_ascii_alphabetic();
        before = (c, at);
        joint
    });
    let Some((head, tail)) = inner.and_then(|(at, _)| word.split_at_checked(at)) else { return false };
    let lower = tail.bytes().any(|b| b.is_ascii_lowercase());
    let is_prefix = head.len() == 2 && !head.bytes().all(|b| b.is_ascii_uppercase())
        || matches!(head, "Mac" | "Van" | "Von" | "Del" | "Der" | "Ten" | "Ter" | "San" | "Fitz" | "O")
        || given_names::contains(head);
    lower && (!is_prefix || is_camel_case(tail))
}

/// Things that have names, sorted.
const THINGS: &[&str] = &[
    "app",
    "application",
    "bucket",
    "channel",
    "class",
    "cluster",
    "column",
    "command",
    "component",
    "computer",
    "container",
    "database",
    "device",
    "display",
    "domain",
    "driver",
    "event",
    "extension",
    "field",
    "file",
    "font",
    "function",
    "group",
    "host",
    "image",
    "interface",
    "job",
    "key",
    "layer",
    "library",
    "log",
    "method",
    "metric",
    "model",
    "module",
    "namespace",
    "network",
    "node",
    "package",
    "parameter",
    "plugin",
    "pod",
    "policy",
    "process",
    "product",
    "program",
    "project",
    "queue",
    "region",
    "resource",
    "role",
    "rule",
    "schema",
    "script",
    "server",
    "service",
    "source",
    "step",
    "stream",
    "system",
    "table",
    "tag",
    "task",
    "test",
    "theme",
    "tool",
    "topic",
    "type",
    "variable",
    "workflow",
    "workstation",
    "zone",
];

/// Returns `true` if the word, in lower case, is a thing that has a name.
pub(super) fn is_thing(word: &str) -> bool {
    THINGS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{NOT_NAMES, THINGS, is_camel_case, is_not_name};

    #[test]
    fn lists_are_sorted() {
        assert!(NOT_NAMES.is_sorted_by(|a, b| a < b));
        assert!(THINGS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn words_that_are_no_names_are_known() {
        for word in NOT_NAMES {
            for other in [(*word).to_owned(), format!("{word}x"), word.to_lowercase(), word[..1].to_owned()] {
                assert_eq!(is_not_name(&other), NOT_NAMES.contains(&other.as_str()), "{other}");
            }
        }
        assert!(!is_not_name("") && !is_not_name("É"));
    }

    #[test]
    fn identifiers_differ_from_names() {
        for word in ["PopupWindow", "StatusBar", "TypeScript", "VCLinkerTool", "MacWindowTool"] {
            assert!(is_camel_case(word), "{word}");
        }
        for word in ["McDonald", "MacArthur", "DeVito", "FitzGerald", "MaryAnn", "LeBron", "O'Brien", "Smith", "USA"] {
            assert!(!is_camel_case(word), "{word}");
        }
    }
}
