//! The guardrail's trace, with the SDK's types.

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    ConverseStreamOutput, ConverseStreamTrace, ConverseTrace, GuardrailAssessment, GuardrailContentFilter,
    GuardrailContentPolicyAssessment, GuardrailCoverage, GuardrailCustomWord, GuardrailInvocationMetrics,
    GuardrailManagedWord, GuardrailPiiEntityFilter, GuardrailRegexFilter,
    GuardrailSensitiveInformationPolicyAssessment, GuardrailTextCharactersCoverage, GuardrailTopic,
    GuardrailTopicPolicyAssessment, GuardrailTraceAssessment, GuardrailUsage, GuardrailWordPolicyAssessment,
};

use crate::detect::FilterStrength;
use crate::exchange::assessment::BodyAssessment;
use crate::exchange::report::{
    Extent, ReportedAssessment, ReportedCoverage, ReportedFilters, ReportedItem, ReportedMetrics, ReportedSensitive,
    ReportedTopics, ReportedUsage, ReportedWords,
};
use crate::exchange::trace::{Trace, TraceContent};
use crate::guardrail::Outcome;

/// Writes the trace into a response, next to that of a Bedrock guardrail.
///
/// # Errors
///
/// When the SDK wants a member that this version does not set.
pub(crate) fn put_trace(
    trace: &Trace,
    answer: &mut ConverseOutput,
    found: Option<&BodyAssessment>,
) -> Result<(), BuildError> {
    let content = trace.content(found);
    let mut known = answer.trace.take().unwrap_or_else(|| ConverseTrace::builder().build());
    known.guardrail = Some(guardrail(known.guardrail.take(), &content)?);
    answer.trace = Some(known);
    Ok(())
}

/// Writes the trace into an event, if it is the one that holds traces.
///
/// # Errors
///
/// The same as those of [`put_trace`].
pub(crate) fn put_trace_in_event(
    trace: &Trace,
    event: &mut ConverseStreamOutput,
    found: Option<&BodyAssessment>,
) -> Result<(), BuildError> {
    let ConverseStreamOutput::Metadata(event) = event else { return Ok(()) };
    let content = trace.content(found);
    let mut known = event.trace.take().unwrap_or_else(|| ConverseStreamTrace::builder().build());
    known.guardrail = Some(guardrail(known.guardrail.take(), &content)?);
    event.trace = Some(known);
    Ok(())
}

fn guardrail(
    known: Option<GuardrailTraceAssessment>,
    content: &TraceContent,
) -> Result<GuardrailTraceAssessment, BuildError> {
    let mut guardrail = known.unwrap_or_else(|| GuardrailTraceAssessment::builder().build());
    let id = || content.identifier.to_string();
    guardrail.input_assessment.get_or_insert_default().insert(id(), assessment(&content.input)?);
    if let Some(output) = &content.output {
        guardrail.output_assessments.get_or_insert_default().insert(id(), vec![assessment(output)?]);
    }
    // What a Bedrock guardrail did still holds when this one did nothing.
    if content.outcome != Outcome::Passed || guardrail.action_reason.is_none() {
        guardrail.action_reason = Some(content.reason().to_owned());
    }
    Ok(guardrail)
}

pub(super) fn assessment(content: &ReportedAssessment) -> Result<GuardrailAssessment, BuildError> {
    Ok(GuardrailAssessment::builder()
        .set_topic_policy(content.topic_policy.as_ref().map(topics).transpose()?)
        .set_content_policy(content.content_policy.as_ref().map(filters).transpose()?)
        .set_word_policy(content.word_policy.as_ref().map(words).transpose()?)
        .set_sensitive_information_policy(content.sensitive_information_policy.as_ref().map(sensitive).transpose()?)
        .set_invocation_metrics(content.invocation_metrics.as_ref().map(metrics).transpose()?)
        .build())
}

fn all<T>(items: &[ReportedItem], one: impl Fn(&ReportedItem) -> Result<T, BuildError>) -> Result<Vec<T>, BuildError> {
    items.iter().map(one).collect()
}

fn topics(content: &ReportedTopics) -> Result<GuardrailTopicPolicyAssessment, BuildError> {
    let topics = all(&content.topics, |item| {
        GuardrailTopic::builder()
            .name(item.name.as_deref().unwrap_or_default())
            .r#type(item.kind.as_deref().unwrap_or_default().into())
            .action(item.action.into())
            .detected(item.detected)
            .build()
    })?;
    GuardrailTopicPolicyAssessment::builder().set_topics(Some(topics)).build()
}

fn filters(content: &ReportedFilters) -> Result<GuardrailContentPolicyAssessment, BuildError> {
    let upper = |strength: FilterStrength| strength.name().to_uppercase();
    let filters = content.filters.iter().map(|filter| {
        GuardrailContentFilter::builder()
            .r#type(filter.kind.as_str().into())
            .confidence(upper(filter.confidence).as_str().into())
            .filter_strength(upper(filter.filter_strength).as_str().into())
            .action(filter.action.into())
            .detected(filter.detected)
            .build()
    });
    GuardrailContentPolicyAssessment::builder().set_filters(Some(filters.collect::<Result<_, _>>()?)).build()
}

fn words(content: &ReportedWords) -> Result<GuardrailWordPolicyAssessment, BuildError> {
    let custom = all(&content.custom_words, |item| {
        GuardrailCustomWord::builder()
            .r#match(item.matched.as_deref().unwrap_or_default())
            .action(item.action.into())
            .detected(item.detected)
            .build()
    })?;
    let managed = all(&content.managed_word_lists, |item| {
        GuardrailManagedWord::builder()
            .r#match(item.matched.as_deref().unwrap_or_default())
            .r#type(item.kind.as_deref().unwrap_or_default().into())
            .action(item.action.into())
            .detected(item.detected)
            .build()
    })?;
    GuardrailWordPolicyAssessment::builder()
        .set_custom_words(Some(custom))
        .set_managed_word_lists(Some(managed))
        .build()
}

fn sensitive(content: &ReportedSensitive) -> Result<GuardrailSensitiveInformationPolicyAssessment, BuildError> {
    let entities = all(&content.pii_entities, |item| {
        GuardrailPiiEntityFilter::builder()
            .r#match(item.matched.as_deref().unwrap_or_default())
            .r#type(item.kind.as_deref().unwrap_or_default().into())
            .action(item.action.into())
            .detected(item.detected)
            .build()
    })?;
    let regexes = all(&content.regexes, |item| {
        GuardrailRegexFilter::builder()
            .set_name(item.name.clone())
            .set_match(item.matched.clone())
            .set_regex(item.regex.clone())
            .action(item.action.into())
            .detected(item.detected)
            .build()
    })?;
    GuardrailSensitiveInformationPolicyAssessment::builder()
        .set_pii_entities(Some(entities))
        .set_regexes(Some(regexes))
        .build()
}

fn metrics(content: &ReportedMetrics) -> Result<GuardrailInvocationMetrics, BuildError> {
    let coverage = coverage(content.guardrail_coverage);
    Ok(GuardrailInvocationMetrics::builder().usage(usage(content.usage)?).guardrail_coverage(coverage).build())
}

/// The SDK counts in 32 bits.
fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(super) fn usage(usage: ReportedUsage) -> Result<GuardrailUsage, BuildError> {
    GuardrailUsage::builder()
        .topic_policy_units(count(usage.topic_policy_units))
        .content_policy_units(count(usage.content_policy_units))
        .word_policy_units(count(usage.word_policy_units))
        .sensitive_information_policy_units(count(usage.sensitive_information_policy_units))
        .sensitive_information_policy_free_units(count(usage.sensitive_information_policy_free_units))
        .contextual_grounding_policy_units(0)
        .content_policy_image_units(0)
        .automated_reasoning_policy_units(0)
        .automated_reasoning_policies(0)
        .build()
}

pub(super) fn coverage(coverage: ReportedCoverage) -> GuardrailCoverage {
    let Extent { guarded, total } = coverage.text_characters;
    let characters = GuardrailTextCharactersCoverage::builder().guarded(count(guarded)).total(count(total)).build();
    GuardrailCoverage::builder().text_characters(characters).build()
}
