//! CountTokens, StartAsyncInvoke and ApplyGuardrail.

use serde_json::json;

use crate::bedrock::table::FieldRule::{Body, In, ModelInput, Plain, PlainTree, Text};
use crate::bedrock::table::{Tag, table};
use crate::bedrock::text_field::FieldKind::{Free as FreeText, RequestMetadata, UserText};

use super::common::ASSESSMENT;
use super::converse::{GUARD, REQUEST};
use super::family::Family;

table! {
    COUNT_REQUEST: Tag::None, None, [("input", In(&COUNT_INPUT))]
}

table! {
    COUNT_INPUT: Tag::Union, None, [
        ("invokeModel.body", Body),
        ("converse", In(&REQUEST)),
    ]
}

table! { COUNT_RESPONSE: Tag::None, None, [] }

table! {
    ASYNC_REQUEST: Tag::None, None, [
        ("modelId", Plain),
        ("modelInput", ModelInput),
        ("clientRequestToken", Plain),
        ("outputDataConfig", PlainTree),
        ("tags[].key", Text(RequestMetadata)),
        ("tags[].value", Text(RequestMetadata)),
    ]
}

table! { ASYNC_RESPONSE: Tag::None, None, [("invocationArn", Plain)] }

table! {
    APPLY_GUARDRAIL_REQUEST: Tag::None, None, [
        ("source", Plain),
        ("outputScope", Plain),
        ("content[]", In(&GUARD)),
    ]
}

table! {
    APPLY_GUARDRAIL_RESPONSE: Tag::None, None, [
        ("action", Plain),
        ("actionReason", Text(FreeText)),
        ("outputs[].text", Text(UserText)),
        ("output[].text", Text(UserText)),
        ("blockedResponse", Text(UserText)),
        ("assessments[]", In(&ASSESSMENT)),
        ("usage", PlainTree),
        ("guardrailCoverage", PlainTree),
    ]
}

pub(super) static FAMILY: Family = Family {
    blocked_response: |_, message| {
        Some(json!({
            "usage": {
                "topicPolicyUnits": 0,
                "contentPolicyUnits": 0,
                "wordPolicyUnits": 0,
                "sensitiveInformationPolicyUnits": 0,
                "sensitiveInformationPolicyFreeUnits": 0,
                "contextualGroundingPolicyUnits": 0,
            },
            "action": "GUARDRAIL_INTERVENED",
            "outputs": [{"text": message}],
            "assessments": [],
        }))
    },
    ..Family::NO_TEXT
};
