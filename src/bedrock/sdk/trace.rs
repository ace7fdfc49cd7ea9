//! The trace of a Bedrock guardrail, which repeats the text of its findings.

use aws_sdk_bedrockruntime::types::{
    GuardrailAssessment, GuardrailAutomatedReasoningFinding as Finding, GuardrailAutomatedReasoningInputTextReference,
    GuardrailAutomatedReasoningLogicWarning, GuardrailAutomatedReasoningRule, GuardrailAutomatedReasoningScenario,
    GuardrailAutomatedReasoningStatement, GuardrailAutomatedReasoningTranslation, GuardrailTraceAssessment,
};

use crate::bedrock::text_field::FieldKind::Trace;

use super::walk::{SdkWalk, WalkResult};

/// Visits `trace.guardrail` of a response or of the last event.
pub(super) fn trace(walk: &mut SdkWalk<'_, '_>, trace: &mut GuardrailTraceAssessment) -> WalkResult {
    walk.list_if("modelOutput", &mut trace.model_output, |walk, text| walk.json(Trace, text))?;
    walk.member_if("inputAssessment", &mut trace.input_assessment, |walk, inputs| walk.values(inputs, assessment))?;
    walk.member_if("outputAssessments", &mut trace.output_assessments, |walk, outputs| {
        walk.values(outputs, |walk, list| walk.items(list, assessment))
    })?;
    walk.text_if("actionReason", Trace, &mut trace.action_reason)
}

/// Visits the findings of a guardrail. Names of topics and filters come from the policy, not from the user.
pub(super) fn assessment(walk: &mut SdkWalk<'_, '_>, assessment: &mut GuardrailAssessment) -> WalkResult {
    walk.member_if("wordPolicy", &mut assessment.word_policy, |walk, words| {
        walk.list("customWords", &mut words.custom_words, |walk, word| {
            walk.text_in("match", Trace, &mut word.r#match)
        })?;
        walk.list("managedWordLists", &mut words.managed_word_lists, |walk, word| {
            walk.text_in("match", Trace, &mut word.r#match)
        })
    })?;
    walk.member_if("sensitiveInformationPolicy", &mut assessment.sensitive_information_policy, |walk, sensitive| {
        walk.list("piiEntities", &mut sensitive.pii_entities, |walk, entity| {
            walk.text_in("match", Trace, &mut entity.r#match)
        })?;
        walk.list("regexes", &mut sensitive.regexes, |walk, regex| walk.text_if("match", Trace, &mut regex.r#match))
    })?;
    walk.member_if("automatedReasoningPolicy", &mut assessment.automated_reasoning_policy, |walk, policy| {
        walk.list_if("findings", &mut policy.findings, finding)
    })
}

fn finding(walk: &mut SdkWalk<'_, '_>, finding: &mut Finding) -> WalkResult {
    match finding {
        Finding::Impossible(found) => walk.member("impossible", |walk| {
            walk.member_if("translation", &mut found.translation, translation)?;
            walk.list_if("contradictingRules", &mut found.contradicting_rules, rule)?;
            walk.member_if("logicWarning", &mut found.logic_warning, warning)
        }),
        Finding::Invalid(found) => walk.member("invalid", |walk| {
            walk.member_if("translation", &mut found.translation, translation)?;
            walk.list_if("contradictingRules", &mut found.contradicting_rules, rule)?;
            walk.member_if("logicWarning", &mut found.logic_warning, warning)
        }),
        Finding::NoTranslations(_) | Finding::TooComplex(_) => Ok(()),
        Finding::Satisfiable(found) => walk.member("satisfiable", |walk| {
            walk.member_if("translation", &mut found.translation, translation)?;
            walk.member_if("claimsTrueScenario", &mut found.claims_true_scenario, scenario)?;
            walk.member_if("claimsFalseScenario", &mut found.claims_false_scenario, scenario)?;
            walk.member_if("logicWarning", &mut found.logic_warning, warning)
        }),
        Finding::TranslationAmbiguous(found) => walk.member("translationAmbiguous", |walk| {
            walk.list_if("options", &mut found.options, |walk, option| {
                walk.list_if("translations", &mut option.translations, translation)
            })?;
            walk.list_if("differenceScenarios", &mut found.difference_scenarios, scenario)
        }),
        Finding::Valid(found) => walk.member("valid", |walk| {
            walk.member_if("translation", &mut found.translation, translation)?;
            walk.member_if("claimsTrueScenario", &mut found.claims_true_scenario, scenario)?;
            walk.list_if("supportingRules", &mut found.supporting_rules, rule)?;
            walk.member_if("logicWarning", &mut found.logic_warning, warning)
        }),
        _ => Err(walk.unknown()),
    }
}

fn translation(walk: &mut SdkWalk<'_, '_>, translation: &mut GuardrailAutomatedReasoningTranslation) -> WalkResult {
    walk.list_if("premises", &mut translation.premises, statement)?;
    walk.list_if("claims", &mut translation.claims, statement)?;
    walk.list_if("untranslatedPremises", &mut translation.untranslated_premises, reference)?;
    walk.list_if("untranslatedClaims", &mut translation.untranslated_claims, reference)
}

fn reference(walk: &mut SdkWalk<'_, '_>, text: &mut GuardrailAutomatedReasoningInputTextReference) -> WalkResult {
    walk.text_if("text", Trace, &mut text.text)
}

fn statement(walk: &mut SdkWalk<'_, '_>, statement: &mut GuardrailAutomatedReasoningStatement) -> WalkResult {
    walk.text_if("logic", Trace, &mut statement.logic)?;
    walk.text_if("naturalLanguage", Trace, &mut statement.natural_language)
}

fn rule(walk: &mut SdkWalk<'_, '_>, rule: &mut GuardrailAutomatedReasoningRule) -> WalkResult {
    walk.text_if("identifier", Trace, &mut rule.identifier)?;
    walk.text_if("policyVersionArn", Trace, &mut rule.policy_version_arn)
}

fn scenario(walk: &mut SdkWalk<'_, '_>, scenario: &mut GuardrailAutomatedReasoningScenario) -> WalkResult {
    walk.list_if("statements", &mut scenario.statements, statement)
}

fn warning(walk: &mut SdkWalk<'_, '_>, warning: &mut GuardrailAutomatedReasoningLogicWarning) -> WalkResult {
    walk.list_if("premises", &mut warning.premises, statement)?;
    walk.list_if("claims", &mut warning.claims, statement)
}
