//! Finds rules that probably should replace an inherited one, and do not because their name or their section differs.

use banister::Policy;

use super::warning::Warning;

/// Compares the rules of the policy file with those that it inherits.
pub(super) fn check(policy: &Policy, file: &str, warnings: &mut Vec<Warning>) {
    for own in policy.rules().filter(|rule| rule.file() == file) {
        let mut inherited = policy.rules().filter(|rule| rule.file() != file);
        let same_name = inherited.find(|rule| rule.name() == own.name() && rule.kind() != own.kind());
        let (other, message, help) = if let Some(other) = same_name {
            let message = format!(
                "`{}` ({}) does not replace the inherited rule of this name, which is of another kind ({})",
                own.name(),
                own.kind(),
                other.kind()
            );
            let help = format!(
                "to switch the inherited rule off, add `overrides: [{{rules: [{}], action: disabled}}]`",
                other.name()
            );
            (other, message, help)
        } else if let Some(other) =
            policy.rule_spelled_like(own.name()).filter(|other| other.kind() == own.kind() && other.file() != file)
        {
            let message =
                format!("`{}` does not replace the inherited rule `{}`, whose name differs", own.name(), other.name());
            (
                other,
                message,
                format!("to replace it, write `name: {}`; otherwise choose a name that differs more", other.name()),
            )
        } else {
            continue;
        };
        let warning = Warning::of_rule("misspelled-override", &own, format!("{message} (from {})", other.file()));
        warnings.push(warning.and(other.name()).help(help));
    }
}
