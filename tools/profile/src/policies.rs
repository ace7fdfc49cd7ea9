//! The policies of the workloads.

use banister::{EntityType, Guardrail, Policy};

/// A policy by its name: `types` has Bedrock's 31 types, `tagged` has them with the models for names and addresses, `all` has `ALL` types, `world` has `WORLD_IDS` as well, `strict` has all types with `evasion: strict`, `regexes` has
/// regexes and patterns of topics, `full` is the full policy of the benches, `topics` and `words` are parts of it, `banking` is the pack, and
/// any other name is that of a type.
pub fn policy(name: &str) -> Guardrail {
    let bedrock: Vec<_> = EntityType::ALL.iter().filter(|entity| entity.is_bedrock()).map(|entity| entity.name()).collect();
    let yaml = match name {
        "types" => format!("pii: [{{types: [{}], action: mask}}]", bedrock.join(", ")),
        "tagged" => {
            let others: Vec<_> = bedrock.iter().copied().filter(|name| !["NAME", "ADDRESS"].contains(name)).collect();
            format!("pii: [{{types: [{}], action: mask}}, {{types: [NAME, ADDRESS], action: mask, strictness: normal}}]", others.join(", "))
        }
        "strict" => "pii: [{types: [ALL], action: mask, evasion: strict}]".to_owned(),
        "world" => "pii: [{types: [ALL, WORLD_IDS], action: mask}]".to_owned(),
        "regexes" => REGEXES.to_owned(),
        "full" => return crate::common::policies::full(),
        "filters" => return crate::common::policies::types_with_filters(),
        "topics" => part_of_full(&["denied_topics:"]),
        "words" => part_of_full(&["word_filters:"]),
        "banking" => return Guardrail::new(Policy::from_pack("banking").expect("a pack")),
        "one" => "word_filters: [{name: W, words: [xylophone], action: mask}]".to_owned(),
        "all" => "pii: [{types: [ALL], action: mask}]".to_owned(),
        of => format!("pii: [{{types: [{of}], action: mask}}]"),
    };
    Guardrail::new(Policy::from_yaml(&format!("version: 1\nname: profile\n{yaml}\n")).expect("a policy of the profile is valid"))
}

/// The sections of the full policy that begin with these lines.
fn part_of_full(sections: &[&str]) -> String {
    let yaml = crate::common::policies::full_yaml(30);
    let mut is_kept = false;
    let kept = yaml.lines().filter(|line| {
        if !line.starts_with(' ') {
            is_kept = sections.contains(line);
        }
        is_kept
    });
    kept.collect::<Vec<_>>().join("\n")
}

const REGEXES: &str = r"
regexes:
  - {name: code, pattern: '\b[A-Z]{2,4}-\d{3,6}\b', action: mask}
  - {name: unicode, pattern: '\b\w{3,9}é{1,9}\b', action: mask}
  - {name: line, pattern: '^\s*user .{1,20}$', max_length: 64, action: mask}
  - {name: ends, pattern: '(?:of|in)(?: [a-z]+){1,3} \d+', max_length: 80, action: detect}
  - {name: optional, pattern: '(?:\w{0,8}[-. ]?){1,4}\d{4}', max_length: 64, action: detect}
  - {name: cjk, pattern: '[中的]{1,3}', action: mask}
denied_topics:
  - {name: shares, patterns: ['\b(?:buy|sell|trade)\s+(?:some |the )?(?:shares|stocks?|bonds?)\b', 'how (?:do|can) i .{1,30}\?'], action: detect}
";
