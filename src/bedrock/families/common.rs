//! Fields that any body may have, and the bodies of errors.
//!
//! A trace repeats what was masked, in `modelOutput` and in each `match`.

use crate::bedrock::table::FieldRule::{In, Json, Plain, PlainTree, Strings, Text, Unknown};
use crate::bedrock::table::{Table, Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Free as FreeText, Trace, UserText};

use super::family::Fields;

table! {
    /// Fields that InvokeModel adds to any request.
    REQUEST_COMMON: Tag::None, None, [
        ("amazon-bedrock-guardrailConfig", PlainTree),
        // A prompt as the numbers or the embeddings of its tokens, which cannot be inspected: the walk rejects such numbers in place of text.
        ("prompt_token_ids", Text(UserText)),
        ("input_ids", Text(UserText)),
        ("prompt_embeds", Unknown),
    ]
}

table! {
    /// Fields that InvokeModel adds to any response and chunk.
    RESPONSE_COMMON: Tag::None, None, [
        ("amazon-bedrock-guardrailAction", Plain),
        ("amazon-bedrock-invocationMetrics", PlainTree),
        ("amazon-bedrock-trace.guardrail", In(&TRACE)),
        // As in the API reference; recorded traffic has the singular.
        ("amazon-bedrock-trace.guardrails", In(&TRACE)),
        ("p", Plain),
    ]
}

table! {
    /// InvokeModel has `input` and `outputs`, Converse has `inputAssessment` and `outputAssessments`.
    TRACE: Tag::None, None, [
        ("modelOutput[]", Json(Trace)),
        ("actionReason", Text(Trace)),
        ("input.*", In(&ASSESSMENT)),
        ("input.*[]", In(&ASSESSMENT)),
        ("inputAssessment.*", In(&ASSESSMENT)),
        ("inputAssessment.*[]", In(&ASSESSMENT)),
        ("outputs[].*", In(&ASSESSMENT)),
        ("outputs[].*[]", In(&ASSESSMENT)),
        ("outputAssessments.*", In(&ASSESSMENT)),
        ("outputAssessments.*[]", In(&ASSESSMENT)),
    ]
}

table! {
    ASSESSMENT: Tag::None, None, [
        // Names of topics and filters come from the policy; masking them would hide the reason.
        ("topicPolicy", PlainTree),
        ("contentPolicy", PlainTree),
        ("contextualGroundingPolicy", PlainTree),
        ("invocationMetrics", PlainTree),
        ("appliedGuardrailDetails", PlainTree),
        ("wordPolicy.*[].match", Text(Trace)),
        ("wordPolicy.*[].type", Plain),
        ("wordPolicy.*[].action", Plain),
        ("sensitiveInformationPolicy.*[].match", Text(Trace)),
        ("sensitiveInformationPolicy.*[].type", Plain),
        ("sensitiveInformationPolicy.*[].name", Plain),
        ("sensitiveInformationPolicy.*[].regex", Plain),
        ("sensitiveInformationPolicy.*[].action", Plain),
        ("automatedReasoningPolicy.findings[].*", In(&REASONED)),
    ]
}

table! {
    /// Findings of automated reasoning, in words and in logic.
    REASONED: Tag::None, None, [
        ("*", Strings(Trace)),
        ("logicWarning.type", Plain),
        ("logicWarning.*", Strings(Trace)),
    ]
}

table! {
    /// The body of an error, whose message may quote the request.
    ERROR_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("message", Text(AssistantText)),
        ("Message", Text(AssistantText)),
        ("originalMessage", Text(FreeText)),
        ("__type", Plain),
        ("resourceName", Plain),
    ]
}

/// The response of an error.
pub(super) fn error(body: Fields<'_, '_>) -> Option<&'static Table> {
    body.has_any(&["message", "Message", "error", "__type"]).then_some(&ERROR_RESPONSE)
}
