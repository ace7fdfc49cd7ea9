use crate::bedrock::*;

const MESSAGE: &str = "Sorry, \"no\" \u{e9}.";

/// Format of the request, model ID, format of the response.
const INVOKE: &[(BodyFormat, &str, BodyFormat)] = &[
    (BodyFormat::Titan, "amazon.titan-text-lite-v1", BodyFormat::Titan),
    (BodyFormat::Nova, "us.amazon.nova-lite-v1:0", BodyFormat::Nova),
    (BodyFormat::AnthropicMessages, "x", BodyFormat::AnthropicMessages),
    (BodyFormat::AnthropicText, "anthropic.claude-v2", BodyFormat::AnthropicText),
    (BodyFormat::Prompt, "us.meta.llama3-3-70b-instruct-v1:0", BodyFormat::Llama),
    (BodyFormat::Prompt, "mistral.mixtral-8x7b-instruct-v0:1", BodyFormat::MistralText),
    (BodyFormat::OpenAiChat, "mistral.mistral-large-2407-v1:0", BodyFormat::MistralChat),
    (BodyFormat::OpenAiChat, "openai.gpt-oss-20b-1:0", BodyFormat::OpenAiChat),
    (BodyFormat::Prompt, "us.deepseek.r1-v1:0", BodyFormat::OpenAiText),
    (BodyFormat::CohereCommand, "cohere.command-text-v14", BodyFormat::CohereCommand),
    (BodyFormat::CohereChat, "cohere.command-r-v1:0", BodyFormat::CohereChat),
    (BodyFormat::Prompt, "ai21.j2-mid-v1", BodyFormat::Jurassic),
    (BodyFormat::Pegasus, "twelvelabs.pegasus-1-2-v1:0", BodyFormat::Pegasus),
];

#[test]
fn blocked_responses_have_their_format_and_contain_the_message() {
    for &(format, model, expected) in INVOKE {
        let reply = blocked_response(Operation::InvokeModel, format, model, MESSAGE).expect(model);
        let mut texts = Vec::new();
        let visited = visit_response(Operation::InvokeModel, &reply, &mut |field| {
            texts.push(field.text().to_owned());
            None
        })
        .expect(model);
        texts.retain(|text| !text.is_empty());
        assert_eq!(visited.format, expected, "{model}");
        assert_eq!(texts, [MESSAGE], "{model}");
        let reply: serde_json::Value = serde_json::from_slice(&reply).expect("JSON");
        assert_eq!(reply["amazon-bedrock-guardrailAction"], "INTERVENED");
    }
    let reply = blocked_response(Operation::Converse, BodyFormat::Converse, "m", MESSAGE).expect("text");
    let reply: serde_json::Value = serde_json::from_slice(&reply).expect("JSON");
    assert_eq!(reply["stopReason"], "guardrail_intervened");
    assert_eq!(reply["output"]["message"]["content"][0]["text"], MESSAGE);
}

#[test]
fn blocked_responses_have_the_stop_reason_that_their_family_has_for_refusals() {
    let reasons = [
        ("/results/0/completionReason", "CONTENT_FILTERED"),
        ("/stopReason", "content_filtered"),
        ("/stop_reason", "refusal"),
        // These families have no reason for refusals.
        ("/stop_reason", "stop_sequence"),
        ("/stop_reason", "stop"),
        ("/outputs/0/stop_reason", "stop"),
        ("/choices/0/stop_reason", "stop"),
        ("/choices/0/finish_reason", "content_filter"),
        ("/choices/0/finish_reason", "content_filter"),
        ("/generations/0/finish_reason", "ERROR_TOXIC"),
        ("/finish_reason", "ERROR_TOXIC"),
        ("/completions/0/finishReason/reason", "endoftext"),
        ("/finishReason", "stop"),
    ];
    assert_eq!(reasons.len(), INVOKE.len());
    for (&(format, model, _), (pointer, reason)) in INVOKE.iter().zip(reasons) {
        let reply = blocked_response(Operation::InvokeModel, format, model, MESSAGE).expect(model);
        let reply: serde_json::Value = serde_json::from_slice(&reply).expect("JSON");
        assert_eq!(reply.pointer(pointer), Some(&reason.into()), "{model}");
    }
}

#[test]
fn answers_without_text_have_no_reply() {
    for (operation, format, model) in [
        (Operation::InvokeModel, BodyFormat::Embedding, "cohere.embed-english-v3"),
        (Operation::InvokeModel, BodyFormat::Rerank, "cohere.rerank-v3-5:0"),
        (Operation::InvokeModel, BodyFormat::Media, "stability.sd3-large-v1:0"),
        (Operation::InvokeModel, BodyFormat::Titan, "amazon.titan-embed-text-v1"),
        (Operation::InvokeModel, BodyFormat::Prompt, "arn:aws:bedrock:us-east-1:1:imported-model/abc"),
        (Operation::CountTokens, BodyFormat::CountTokens, "m"),
        (Operation::StartAsyncInvoke, BodyFormat::AsyncInvoke, ""),
    ] {
        assert_eq!(blocked_response(operation, format, model, MESSAGE), None, "{model}");
    }
}

/// Joins the text of events, and checks that blocks open and close in order.
fn read(kind: StreamKind, events: &[StreamEvent], mut progress: Progress) -> (String, Progress) {
    let mut text = String::new();
    for sent in events {
        let event = deltas(kind, sent.event_type(), sent.json()).expect("known");
        for delta in event.deltas() {
            assert_eq!(delta.substream.kind, DeltaKind::Text);
            text.push_str(&delta.text);
        }
        progress.observe(&event);
        sent.write(&mut Vec::new()).expect("it fits");
    }
    (text, progress)
}

#[test]
fn streams_blocked_at_once_are_whole_streams() {
    for &(format, model, _) in INVOKE {
        let events = blocked_events(StreamKind::Invoke, format, model, MESSAGE, &Progress::new());
        if matches!(model.split('.').next(), Some("ai21")) {
            assert_eq!(events, None);
            continue;
        }
        let events = events.expect(model);
        let (text, _) = read(StreamKind::Invoke, &events, Progress::new());
        assert_eq!(text, MESSAGE, "{model}");
        let last = events.last().expect("there are events");
        let last: serde_json::Value = serde_json::from_slice(last.json()).expect("JSON");
        assert_eq!(last["amazon-bedrock-guardrailAction"], "INTERVENED");
        assert!(last["amazon-bedrock-invocationMetrics"].is_object());
    }
    let events =
        blocked_events(StreamKind::Converse, BodyFormat::Converse, "m", MESSAGE, &Progress::new()).expect("text");
    let names: Vec<_> = events.iter().map(StreamEvent::event_type).collect();
    assert_eq!(names, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
}

#[test]
fn streams_under_way_are_ended_from_where_they_are() {
    let names = |before: &[&str]| {
        let mut progress = Progress::new();
        for json in before {
            progress.observe(&deltas(StreamKind::Invoke, "chunk", json.as_bytes()).expect(json));
        }
        let format = BodyFormat::AnthropicMessages;
        blocked_events(StreamKind::Invoke, format, "m", MESSAGE, &progress)
            .unwrap_or_default()
            .iter()
            .map(|event| {
                let json: serde_json::Value = serde_json::from_slice(event.json()).expect("JSON");
                let name = json["type"].as_str().unwrap_or_default();
                name.replace("content_block_", "") + &json["index"].to_string().replace("null", "")
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    let start = r#"{"type":"message_start","message":{"content":[]}}"#;
    let text = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
    let tool = r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","name":"f","input":{}}}"#;
    let stop = r#"{"type":"content_block_stop","index":0}"#;
    let end = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#;
    assert_eq!(names(&[]), "message_start start0 delta0 stop0 message_delta message_stop");
    assert_eq!(names(&[start]), "start0 delta0 stop0 message_delta message_stop");
    assert_eq!(names(&[start, text]), "delta0 stop0 message_delta message_stop");
    assert_eq!(names(&[start, text, stop]), "start1 delta1 stop1 message_delta message_stop");
    assert_eq!(names(&[start, text, stop, tool]), "stop1 start2 delta2 stop2 message_delta message_stop");
    assert_eq!(names(&[start, text, stop, end]), "", "no event holds the message there");
    let count = r#"{"type":"message_delta","delta":{"stop_reason":null},"usage":{}}"#;
    assert_eq!(names(&[start, text, count]), "delta0 stop0 message_delta message_stop");
}

#[test]
fn text_events_continue_their_substream() {
    let parts = [DeltaKind::Text, DeltaKind::Reasoning, DeltaKind::ToolArguments];
    let openai = [parts[0], parts[1], parts[2], DeltaKind::Refusal, DeltaKind::Transcript];
    let shapes = [
        (StreamKind::Invoke, BodyFormat::AnthropicMessages, &parts[..], true),
        (StreamKind::Invoke, BodyFormat::Nova, &parts[2..], true),
        (StreamKind::Converse, BodyFormat::Converse, &parts[..], true),
        (StreamKind::Invoke, BodyFormat::OpenAiChat, &openai[..], false),
        (StreamKind::Invoke, BodyFormat::OpenAiText, &parts[..1], false),
        (StreamKind::Invoke, BodyFormat::MistralChat, &parts[..1], false),
        (StreamKind::Invoke, BodyFormat::Titan, &parts[..1], false),
        (StreamKind::Invoke, BodyFormat::CohereCommand, &parts[..1], false),
    ];
    for (kind, format, parts, by_block) in shapes {
        for &part in parts {
            let substream = SubstreamId {
                choice: if by_block { 0 } else { 2 },
                block: if by_block || part == DeltaKind::ToolArguments { 3 } else { 0 },
                kind: part,
            };
            let sent = text_event(kind, format, substream, 9, "t").expect("it has text");
            let event = deltas(kind, sent.event_type(), sent.json()).expect("known");
            assert_eq!(event.kind(), EventKind::Delta, "{format:?}");
            assert_eq!(event.deltas().len(), 1, "{format:?}");
            assert_eq!(event.deltas()[0].substream, substream, "{format:?}");
            assert_eq!(event.deltas()[0].text, "t");
        }
    }
}

#[test]
fn each_open_choice_takes_the_message() {
    let mut progress = Progress::new();
    for json in [
        r#"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#,
        r#"{"choices":[{"index":2,"delta":{"content":"c"}}]}"#,
        r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#,
    ] {
        progress.observe(&deltas(StreamKind::Invoke, "chunk", json.as_bytes()).expect(json));
    }
    let format = BodyFormat::OpenAiChat;
    let events = blocked_events(StreamKind::Invoke, format, "m", MESSAGE, &progress).expect("text");
    let event = deltas(StreamKind::Invoke, "chunk", events[0].json()).expect("known");
    let substreams: Vec<u64> = event.deltas().iter().map(|d| d.substream.choice).collect();
    assert_eq!(substreams, [0, 2]);
    let event = deltas(StreamKind::Invoke, "chunk", events[1].json()).expect("known");
    assert_eq!(event.ended_choices(), [0, 2]);
}
