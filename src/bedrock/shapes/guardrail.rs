//! What any body may carry: settings and traces of a Bedrock guardrail.
//!
//! A trace repeats what was masked, in `modelOutput` and in each `match`.

use crate::bedrock::table::FieldRule::{In, Json, Plain, PlainTree, Strings, Text};
use crate::bedrock::table::{Tag, table};
use crate::bedrock::text_field::FieldKind::{AssistantText, Free as FreeText, Trace};

table! {
    /// Members that InvokeModel adds to any request.
    REQUEST_COMMON: Tag::None, None, [
        ("amazon-bedrock-guardrailConfig", PlainTree),
    ]
}

table! {
    /// Members that InvokeModel adds to any response and chunk.
    RESPONSE_COMMON: Tag::None, None, [
        ("amazon-bedrock-guardrailAction", Plain),
        ("amazon-bedrock-invocationMetrics", PlainTree),
        ("amazon-bedrock-trace.guardrail", In(&TRACE)),
        // The API reference writes it so; recorded traffic has the singular.
        ("amazon-bedrock-trace.guardrails", In(&TRACE)),
        ("p", Plain),
    ]
}

table! {
    /// Invoke says `input` and `outputs`, Converse `inputAssessment` and `outputAssessments`.
    TRACE: Tag::None, None, [
        ("modelOutput[]", Json(Trace)),
        ("actionReason", Text(Trace)),
        ("input.*", In(&ASSESSMENT)),
        ("input.*[]", In(&ASSESSMENT)),
        ("inputAssessment.*", In(&ASSESSMENT)),
        ("inputAssessment.*[]", In(&ASSESSMENT)),
        ("outputs[].*", In(&ASSESSMENT)),
        ("outputs[].*[]", In(&ASSESSMENT)),
        ("outputAssessments.*[]", In(&ASSESSMENT)),
    ]
}

table! {
    ASSESSMENT: Tag::None, None, [
        // Names of topics and filters are the policy's words: masking them would hide the reason.
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
    /// What automated reasoning found, in words and in logic.
    REASONED: Tag::None, None, [
        ("*", Strings(Trace)),
        ("logicWarning.type", Plain),
        ("logicWarning.*", Strings(Trace)),
    ]
}

table! {
    /// An error's body: its message may quote the request.
    ERROR_RESPONSE: Tag::None, Some(&RESPONSE_COMMON), [
        ("message", Text(AssistantText)),
        ("Message", Text(AssistantText)),
        ("originalMessage", Text(FreeText)),
        ("__type", Plain),
        ("resourceName", Plain),
    ]
}
