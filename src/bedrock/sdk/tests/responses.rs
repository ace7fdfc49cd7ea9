use std::path::Path;

use serde_json::{Value, json};

use crate::bedrock::operation::Operation;
use crate::bedrock::sdk;
use crate::bedrock::visit::visit_response;

use super::client::{apply_guardrail_output, converse_output};
use super::compare::{SALTS, fields, mask};
use super::inputs::contents;

/// The body of a response among the cases of the JSON visitor.
fn case(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bodies/converse").join(name);
    let mut case: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("there")).expect("JSON");
    case["response"].take()
}

/// Findings of automated reasoning in each form there is.
fn reasoning_trace() -> Value {
    let statements = json!([{"logic": "a and b", "naturalLanguage": "Jane is tall"}]);
    let translation = json!({
        "premises": statements, "claims": statements, "confidence": 0.5,
        "untranslatedPremises": [{"text": "left over"}], "untranslatedClaims": [{"text": "as well"}],
    });
    let rules = json!([{"identifier": "rule-1", "policyVersionArn": "arn:aws:bedrock:x"}]);
    let scenario = json!({"statements": statements});
    let warning = json!({"type": "ALWAYS_TRUE", "premises": statements, "claims": statements});
    json!({"findings": [
        {"valid": {"translation": translation, "claimsTrueScenario": scenario, "supportingRules": rules, "logicWarning": warning}},
        {"invalid": {"translation": translation, "contradictingRules": rules, "logicWarning": warning}},
        {"satisfiable": {"translation": translation, "claimsTrueScenario": scenario, "claimsFalseScenario": scenario, "logicWarning": warning}},
        {"impossible": {"translation": translation, "contradictingRules": rules, "logicWarning": warning}},
        {"translationAmbiguous": {"options": [{"translations": [translation]}], "differenceScenarios": [scenario]}},
        {"tooComplex": {}},
        {"noTranslations": {}},
    ]})
}

fn bodies() -> Vec<Value> {
    let mut bodies: Vec<_> = contents()
        .into_iter()
        .map(|(_, content)| {
            json!({
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": "end_turn",
                "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
                "metrics": {"latencyMs": 4},
            })
        })
        .collect();
    let mut traced = case("response.json");
    bodies.push(traced.clone());
    traced["trace"]["guardrail"]["outputAssessments"]["gr/2"] = json!([{"automatedReasoningPolicy": reasoning_trace()}, {"wordPolicy": {"customWords": [{"match": "acme", "action": "NONE"}], "managedWordLists": []}}]);
    traced["additionalModelResponseFields"] = json!({"deep": [{"Jane": "x"}], "n": 1.25});
    bodies.push(traced);
    bodies
}

#[tokio::test]
async fn converse() {
    for body in bodies() {
        let text = body.to_string();
        let mut output = converse_output(text.as_bytes()).await;
        let before = output.clone();
        let (typed_slots, typed_skipped) = fields(|f| sdk::visit_converse_response(&mut output, f));
        let (json_slots, json_skipped) =
            fields(|f| visit_response(Operation::Converse, text.as_bytes(), f).map(|visited| visited.summary));
        assert_eq!(typed_slots, json_slots, "{text}");
        assert_eq!(typed_skipped, json_skipped, "{text}");
        assert_eq!(output, before);
        for salt in SALTS {
            let mut typed = before.clone();
            sdk::visit_converse_response(&mut typed, &mut |field| mask(&field, salt)).expect("known");
            let json =
                visit_response(Operation::Converse, text.as_bytes(), &mut |field| mask(&field, salt)).expect("known");
            let json = json.body.unwrap_or_else(|| text.clone().into_bytes());
            assert_eq!(typed, converse_output(&json).await, "{text}");
        }
    }
}

#[tokio::test]
async fn apply_guardrail() {
    let mut body = case("apply_guardrail_response.json");
    // On the wire, but not in the SDK.
    for name in ["output", "blockedResponse"] {
        body.as_object_mut().expect("an object").remove(name);
    }
    body["assessments"][0]["automatedReasoningPolicy"] = reasoning_trace();
    let text = body.to_string();
    let mut output = apply_guardrail_output(text.as_bytes()).await;
    let before = output.clone();
    let (typed_slots, _) = fields(|f| sdk::visit_apply_guardrail_response(&mut output, f));
    let (json_slots, _) =
        fields(|f| visit_response(Operation::ApplyGuardrail, text.as_bytes(), f).map(|visited| visited.summary));
    assert_eq!(typed_slots, json_slots);
    for salt in SALTS {
        let mut typed = before.clone();
        sdk::visit_apply_guardrail_response(&mut typed, &mut |field| mask(&field, salt)).expect("known");
        let json =
            visit_response(Operation::ApplyGuardrail, text.as_bytes(), &mut |field| mask(&field, salt)).expect("known");
        let json = json.body.unwrap_or_else(|| text.clone().into_bytes());
        assert_eq!(typed, apply_guardrail_output(&json).await);
    }
}
