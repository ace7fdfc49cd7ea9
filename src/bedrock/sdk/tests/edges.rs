use aws_sdk_bedrockruntime::operation::converse::{ConverseInput, ConverseOutput};
use aws_sdk_bedrockruntime::operation::count_tokens::CountTokensInput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseOutput as Answer, CountTokensInput as Counted, InvokeModelTokensRequest,
    Message, ToolResultBlock, ToolUseBlock,
};
use aws_smithy_types::{Blob, Document};
use serde_json::json;

use crate::bedrock::error::BodyErrorKind;
use crate::bedrock::sdk;
use crate::bedrock::walk::UnknownContent;
use crate::json::{FieldEdit, MAX_DEPTH};

use super::client::{message, unknown_block};
use super::inputs::document;

fn input(content: ContentBlock) -> ConverseInput {
    let message = Message::builder().role(ConversationRole::User).content(content).build().expect("built");
    ConverseInput::builder().messages(message).build().expect("built")
}

fn call(input: Document) -> ContentBlock {
    let call = ToolUseBlock::builder().tool_use_id("t").name("f").input(input).build();
    ContentBlock::ToolUse(call.expect("built"))
}

#[tokio::test]
async fn unknown_blocks_are_rejected_where_they_stand() {
    let mut request = input(unknown_block().await);
    let error = sdk::visit_converse_request(&mut request, &mut |_| None).expect_err("refused");
    assert!(error.is_unknown());
    assert_eq!(error.pointer(), Some("/messages/0/content/0"));

    let answer = Message::builder().role(ConversationRole::Assistant).content(unknown_block().await).build();
    let mut response = ConverseOutput::builder()
        .output(Answer::Message(answer.expect("built")))
        .stop_reason("end_turn".into())
        .build()
        .expect("built");
    let error = sdk::visit_converse_response(&mut response, &mut |_| None).expect_err("refused");
    assert_eq!(error.pointer(), Some("/output/message/content/0"));
}

#[tokio::test]
async fn unknown_members_inside_are_rejected() {
    for (content, pointer) in [
        (json!({"reasoningContent": {"hologram": {}}}), "/messages/0/content/0/reasoningContent"),
        (json!({"guardContent": {"hologram": {}}}), "/messages/0/content/0/guardContent"),
        (json!({"image": {"format": "png", "source": {"hologram": {}}}}), "/messages/0/content/0/image/source"),
        (
            json!({"document": {"name": "d", "format": "txt", "source": {"hologram": {}}}}),
            "/messages/0/content/0/document/source",
        ),
        (
            json!({"toolResult": {"toolUseId": "t", "content": [{"text": "a"}, {"hologram": {}}]}}),
            "/messages/0/content/0/toolResult/content/1",
        ),
        (
            json!({"citationsContent": {"citations": [{"location": {"hologram": {}}}]}}),
            "/messages/0/content/0/citationsContent/citations/0/location",
        ),
    ] {
        let message = message(&json!({"role": "user", "content": [content]})).await;
        let mut request = ConverseInput::builder().messages(message).build().expect("built");
        let error = sdk::visit_converse_request(&mut request, &mut |_| None).expect_err("refused");
        assert_eq!(error.pointer(), Some(pointer));
        assert!(error.is_unknown());
    }
}

#[test]
fn masked_keys_do_not_swallow_each_other() {
    let mut request = input(call(document(&json!({"joe": 1, "jane": 2, "{NAME}": 3, "other": 4}))));
    sdk::visit_converse_request(&mut request, &mut |field| {
        (field.is_key() && field.text().starts_with('j')).then(|| FieldEdit::whole(field.text().len(), "{NAME}"))
    })
    .expect("known");
    let expected = json!({"{NAME}": 3, "{NAME}_2": 2, "{NAME}_3": 1, "other": 4});
    assert_eq!(request, input(call(document(&expected))));
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| (0..levels).fold(Document::Null, |inner, _| Document::Array(vec![inner]));
    // The tool's input is inside six arrays and objects.
    let inside = MAX_DEPTH - 6;
    sdk::visit_converse_request(&mut input(call(nested(inside))), &mut |_| None).expect("just deep enough");
    let error = sdk::visit_converse_request(&mut input(call(nested(inside + 1))), &mut |_| None).expect_err("too deep");
    assert!(matches!(error.kind(), BodyErrorKind::Json(error) if error.is_too_deep()));
    let mut call = aws_sdk_bedrockruntime::operation::start_async_invoke::StartAsyncInvokeInput::builder()
        .model_input(Document::Object([("prompt".to_owned(), nested(MAX_DEPTH))].into()))
        .build()
        .expect("built");
    let error = sdk::visit_async_request(&mut call, UnknownContent::Reject, &mut |_| None).expect_err("too deep");
    assert!(matches!(error.kind(), BodyErrorKind::Json(error) if error.is_too_deep()));
}

#[test]
fn bad_edits_are_rejected() {
    let mut request = input(ContentBlock::Text("\u{e9}".into()));
    sdk::visit_converse_request(&mut request, &mut |_| Some(FieldEdit::new(vec![(0..1, String::new())])))
        .expect_err("cuts a character");
    let mut request = input(ContentBlock::Text("a".into()));
    sdk::visit_converse_request(&mut request, &mut |_| Some(FieldEdit::whole(9, ""))).expect_err("too long");
}

#[test]
fn counted_bodies_must_be_known() {
    for (body, is_unknown) in [("{\"x\":1}", true), ("not JSON", false), ("", false)] {
        let counted = InvokeModelTokensRequest::builder().body(Blob::new(body)).build().expect("built");
        let mut input = CountTokensInput::builder().input(Counted::InvokeModel(counted)).build().expect("built");
        let error =
            sdk::visit_count_tokens_request(&mut input, UnknownContent::Reject, &mut |_| None).expect_err("refused");
        assert_eq!(error.is_unknown(), is_unknown, "{body}");
    }
}

#[test]
fn empty_lists_and_inputs_pass() {
    let result = ToolResultBlock::builder().tool_use_id("t").set_content(Some(Vec::new())).build().expect("built");
    let mut request = input(ContentBlock::ToolResult(result));
    let summary = sdk::visit_converse_request(&mut request, &mut |_| None).expect("known");
    assert_eq!(summary.inspected_bytes, 0);
    let mut request = CountTokensInput::builder().build().expect("built");
    sdk::visit_count_tokens_request(&mut request, UnknownContent::Reject, &mut |_| None).expect("known");
}
