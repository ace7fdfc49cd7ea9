//! What every recognizer keeps to. What they find is tested on the engine, in `tests/entities`.

use super::*;

#[test]
fn every_type_has_recognizers() {
    for &entity in EntityType::ALL {
        assert!(recognizers_for(entity).next().is_some(), "{entity}");
    }
}

#[test]
fn context_words_are_lower_case_and_present_where_asked_for() {
    for r in all() {
        for word in r.context {
            assert_eq!(*word, word.to_lowercase(), "{}", r.entity);
            assert_eq!(*word, word.trim(), "{}", r.entity);
        }
    }
}

#[test]
fn patterns_start_alike_and_never_match_nothing() {
    for r in all() {
        let regex = regex::bytes::RegexBuilder::new(r.pattern).unicode(false).build();
        let regex = regex.unwrap_or_else(|e| panic!("{}: {e}", r.entity));
        assert!(!regex.is_match(b""), "{}: {}", r.entity, r.pattern);
        assert!(!r.pattern.contains("*?") && !r.pattern.contains("+?") && !r.pattern.contains("??"), "{}", r.pattern);
    }
}
