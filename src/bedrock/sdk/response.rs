//! The texts of outputs.

use aws_sdk_bedrockruntime::operation::apply_guardrail::ApplyGuardrailOutput;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::ConverseOutput as Answer;

use crate::bedrock::error::BodyError;
use crate::bedrock::table::Role;
use crate::bedrock::text_field::{FieldKind, InspectionSummary};
use crate::bedrock::visit::Visitor;

use super::content::content;
use super::free_form::free_if;
use super::trace::{assessment, trace};
use super::walk::SdkWalk;

/// Offers every text of Converse's answer, and rewrites it in location.
///
/// Slots are those of the JSON visitor on the body that the SDK has read. Content of an unknown kind is
/// refused: the SDK has lost it. After an error the output is half rewritten, and must be dropped.
pub(crate) fn visit_converse_response(
    output: &mut ConverseOutput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    if let Some(answer) = &mut output.output {
        walk.member("output", |walk| match answer {
            Answer::Message(message) => {
                walk.member("message", |walk| content(walk, Role::Assistant, &mut message.content))
            }
            _ => Err(walk.unknown()),
        })?;
    }
    free_if(&mut walk, "additionalModelResponseFields", FieldKind::Free, &mut output.additional_model_response_fields)?;
    let guardrail = output.trace.as_mut().and_then(|trace| trace.guardrail.as_mut());
    if let Some(guardrail) = guardrail {
        walk.member("trace", |walk| walk.member("guardrail", |walk| trace(walk, guardrail)))?;
    }
    Ok(walk.finish())
}

/// [`visit_converse_response`] for ApplyGuardrail.
pub(crate) fn visit_apply_guardrail_response(
    output: &mut ApplyGuardrailOutput,
    f: &mut Visitor<'_>,
) -> Result<InspectionSummary, BodyError> {
    let mut walk = SdkWalk::new(f);
    walk.text_if("actionReason", FieldKind::Free, &mut output.action_reason)?;
    walk.list("outputs", &mut output.outputs, |walk, item| walk.text_if("text", FieldKind::UserText, &mut item.text))?;
    walk.list("assessments", &mut output.assessments, assessment)?;
    Ok(walk.finish())
}
