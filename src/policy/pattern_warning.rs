//! Warnings about patterns that match more than they list.

use super::compiled::Policy;

/// A pattern with a class that matches letters or digits it does not list, because of normalization: the class `[а-я]` of a topic also
/// matches the Latin letters that look like Cyrillic ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternWarning {
    rule: String,
    pattern: String,
    also_matches: String,
}

impl PatternWarning {
    /// Returns the name of the rule.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the pattern as written in the policy.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Returns the lowercase ASCII letters and the digits that the pattern also matches, in ascending order.
    #[must_use]
    pub fn also_matches(&self) -> &str {
        &self.also_matches
    }
}

impl Policy {
    /// Returns a warning for each pattern that matches more than it lists.
    #[must_use]
    pub fn pattern_warnings(&self) -> Vec<PatternWarning> {
        // Only characters outside ASCII and classes named by property can gain any.
        let may_gain = |source: &str| !source.is_ascii() || source.contains('\\');
        let patterns = self.patterns().iter().filter(|(_, pattern)| may_gain(pattern.source()));
        let warnings = patterns.filter_map(|(rule, pattern)| {
            let also_matches: String = pattern.gained_by_normalization().into_iter().collect();
            let rule = self.compiled_rules().get(*rule as usize)?.name.to_string();
            (!also_matches.is_empty()).then(|| PatternWarning {
                rule,
                pattern: pattern.source().to_owned(),
                also_matches,
            })
        });
        warnings.collect()
    }
}
