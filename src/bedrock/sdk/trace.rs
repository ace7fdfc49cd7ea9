//! The trace of a Bedrock guardrail, which repeats what it found.

use aws_sdk_bedrockruntime::types::{
    GuardrailAssessment, GuardrailAutomatedReasoningFinding as Finding, GuardrailAutomatedReasoningInputTextReference,
    GuardrailAutomatedReasoningLogicWarning, GuardrailAutomatedReasoningRule, GuardrailAutomatedReasoningScenario,
    GuardrailAutomatedReasoningStatement, GuardrailAutomatedReasoningTranslation, GuardrailTraceAssessment,
};

use crate::bedrock::text_field::FieldKind::Trace;

use super::walk::{Done, SdkWalk};

/// `trace.guardrail` of a response or of the last event.
pub(super) fn trace(walk: &mut SdkWalk<'_, '_>, trace: &mut GuardrailTraceAssessment) -> Done {
    if let Some(outputs) = &mut trace.model_output {
        walk.list("modelOutput", outputs, |walk, text| walk.json(Trace, text))?;
    }
    if let Some(inputs) = &mut trace.input_assessment {
        walk.member("inputAssessment", |walk| walk.values(inputs, assessment))?;
    }
    if let Some(outputs) = &mut trace.output_assessments {
        walk.member("outputAssessments", |walk| walk.values(outputs, |walk, list| walk.items(list, assessment)))?;
    }
    walk.text_if("actionReason", Trace, &mut trace.action_reason)
}

/// What a guardrail found. Names of topics and filters are the policy's words, not the user's.
pub(super) fn assessment(walk: &mut SdkWalk<'_, '_>, found: &mut GuardrailAssessment) -> Done {
    if let Some(words) = &mut found.word_policy {
        walk.member("wordPolicy", |walk| {
            walk.list("customWords", &mut words.custom_words, |walk, word| {
                walk.text_in("match", Trace, &mut word.r#match)
            })?;
            walk.list("managedWordLists", &mut words.managed_word_lists, |walk, word| {
                walk.text_in("match", Trace, &mut word.r#match)
            })
        })?;
    }
    if let Some(sensitive) = &mut found.sensitive_information_policy {
        walk.member("sensitiveInformationPolicy", |walk| {
            walk.list("piiEntities", &mut sensitive.pii_entities, |walk, entity| {
                walk.text_in("match", Trace, &mut entity.r#match)
            })?;
            walk.list("regexes", &mut sensitive.regexes, |walk, regex| walk.text_if("match", Trace, &mut regex.r#match))
        })?;
    }
    let findings = found.automated_reasoning_policy.as_mut().and_then(|policy| policy.findings.as_mut());
    match findings {
        Some(findings) => walk.member("automatedReasoningPolicy", |walk| walk.list("findings", findings, finding)),
        None => Ok(()),
    }
}

fn finding(walk: &mut SdkWalk<'_, '_>, finding: &mut Finding) -> Done {
    match finding {
        Finding::Impossible(found) => walk.member("impossible", |walk| {
            translation_if(walk, &mut found.translation)?;
            rules(walk, "contradictingRules", &mut found.contradicting_rules)?;
            warning(walk, &mut found.logic_warning)
        }),
        Finding::Invalid(found) => walk.member("invalid", |walk| {
            translation_if(walk, &mut found.translation)?;
            rules(walk, "contradictingRules", &mut found.contradicting_rules)?;
            warning(walk, &mut found.logic_warning)
        }),
        Finding::NoTranslations(_) | Finding::TooComplex(_) => Ok(()),
        Finding::Satisfiable(found) => walk.member("satisfiable", |walk| {
            translation_if(walk, &mut found.translation)?;
            scenario_if(walk, "claimsTrueScenario", &mut found.claims_true_scenario)?;
            scenario_if(walk, "claimsFalseScenario", &mut found.claims_false_scenario)?;
            warning(walk, &mut found.logic_warning)
        }),
        Finding::TranslationAmbiguous(found) => walk.member("translationAmbiguous", |walk| {
            if let Some(options) = &mut found.options {
                walk.list("options", options, |walk, option| match &mut option.translations {
                    Some(translations) => walk.list("translations", translations, translation),
                    None => Ok(()),
                })?;
            }
            match &mut found.difference_scenarios {
                Some(scenarios) => walk.list("differenceScenarios", scenarios, scenario),
                None => Ok(()),
            }
        }),
        Finding::Valid(found) => walk.member("valid", |walk| {
            translation_if(walk, &mut found.translation)?;
            scenario_if(walk, "claimsTrueScenario", &mut found.claims_true_scenario)?;
            rules(walk, "supportingRules", &mut found.supporting_rules)?;
            warning(walk, &mut found.logic_warning)
        }),
        _ => Err(walk.unknown()),
    }
}

fn translation_if(walk: &mut SdkWalk<'_, '_>, value: &mut Option<GuardrailAutomatedReasoningTranslation>) -> Done {
    match value {
        Some(value) => walk.member("translation", |walk| translation(walk, value)),
        None => Ok(()),
    }
}

fn translation(walk: &mut SdkWalk<'_, '_>, translation: &mut GuardrailAutomatedReasoningTranslation) -> Done {
    statements(walk, "premises", &mut translation.premises)?;
    statements(walk, "claims", &mut translation.claims)?;
    references(walk, "untranslatedPremises", &mut translation.untranslated_premises)?;
    references(walk, "untranslatedClaims", &mut translation.untranslated_claims)
}

fn references(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    texts: &mut Option<Vec<GuardrailAutomatedReasoningInputTextReference>>,
) -> Done {
    match texts {
        Some(texts) => walk.list(name, texts, |walk, reference| walk.text_if("text", Trace, &mut reference.text)),
        None => Ok(()),
    }
}

fn statements(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    statements: &mut Option<Vec<GuardrailAutomatedReasoningStatement>>,
) -> Done {
    match statements {
        Some(statements) => walk.list(name, statements, |walk, statement| {
            walk.text_if("logic", Trace, &mut statement.logic)?;
            walk.text_if("naturalLanguage", Trace, &mut statement.natural_language)
        }),
        None => Ok(()),
    }
}

fn rules(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    rules: &mut Option<Vec<GuardrailAutomatedReasoningRule>>,
) -> Done {
    match rules {
        Some(rules) => walk.list(name, rules, |walk, rule| {
            walk.text_if("identifier", Trace, &mut rule.identifier)?;
            walk.text_if("policyVersionArn", Trace, &mut rule.policy_version_arn)
        }),
        None => Ok(()),
    }
}

fn scenario_if(
    walk: &mut SdkWalk<'_, '_>,
    name: &'static str,
    value: &mut Option<GuardrailAutomatedReasoningScenario>,
) -> Done {
    match value {
        Some(value) => walk.member(name, |walk| scenario(walk, value)),
        None => Ok(()),
    }
}

fn scenario(walk: &mut SdkWalk<'_, '_>, scenario: &mut GuardrailAutomatedReasoningScenario) -> Done {
    statements(walk, "statements", &mut scenario.statements)
}

fn warning(walk: &mut SdkWalk<'_, '_>, warning: &mut Option<GuardrailAutomatedReasoningLogicWarning>) -> Done {
    match warning {
        Some(warning) => walk.member("logicWarning", |walk| {
            statements(walk, "premises", &mut warning.premises)?;
            statements(walk, "claims", &mut warning.claims)
        }),
        None => Ok(()),
    }
}
