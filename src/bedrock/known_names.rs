//! The field names of Bedrock's formats. Any other name in a body comes from a caller or a model, and may be personal data.

use std::collections::HashSet;
use std::sync::OnceLock;

/// One name per line, sorted.
const NAMES: &str = include_str!("known_names.txt");

/// The digits of the longest index that is kept. Longer numbers could be data.
const INDEX_DIGITS: usize = 4;

/// Returns an RFC 6901 pointer with `*` in place of the field names that no Bedrock format defines. `#` may join several pointers.
///
/// Pointers in decision records have this form: a tool call may contain an e-mail address as a field name.
///
/// ```
/// let pointer = banister::redact_pointer("/messages/0/content/1/toolUse/input/jane.roe@example.com");
/// assert_eq!(pointer, "/messages/0/content/1/toolUse/input/*");
/// ```
#[must_use]
pub fn redact_pointer(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for (position, segment) in pointer.split('/').enumerate() {
        if position > 0 {
            out.push('/');
        }
        // The end of a pointer into a string that is JSON itself.
        let (name, joint) = segment.strip_suffix('#').map_or((segment, ""), |name| (name, "#"));
        let is_index = name.len() <= INDEX_DIGITS && name.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(if is_index || is_known(name) { name } else { "*" });
        out.push_str(joint);
    }
    out
}

/// Returns `true` if a format of Bedrock has this name.
pub(super) fn is_known(name: &str) -> bool {
    static KNOWN: OnceLock<HashSet<&'static str>> = OnceLock::new();
    KNOWN.get_or_init(|| NAMES.lines().collect()).contains(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{NAMES, redact_pointer};

    /// Names that are not in rows of tables: those of pointers into streams, and of the lists in traces.
    const OTHERS: [&str; 10] = [
        "blocks",
        "choices",
        "customWords",
        "functionArguments",
        "managedWordLists",
        "modelInput",
        "piiEntities",
        "regexes",
        "toolArguments",
        "toolResult",
    ];

    /// Names in no row: of settings and counters, and of text that needs none.
    const SETTINGS: &str = "
        all any api_version asyncInvokeSummaries audioConfig auto automatedReasoningPolicies automatedReasoningPolicyUnits
        b64_json background backgroundRemovalParams base64String beginOffset bestOf best_of bos_token bucketOwner
        budget_tokens cache_creation cache_creation_input_tokens cacheDetails cached_tokens cacheReadInputTokenCount
        cacheReadInputTokens cache_read_input_tokens cacheWriteInputTokenCount cacheWriteInputTokens categories cfgScale
        cfg_scale checks colorGuidedGenerationParams completed_at completion_tokens completion_tokens_details confidence
        confidenceScore contentBlockIndex contentFilter contentIndex content_index contentPolicyImageUnits
        contentPolicyUnits contextualGroundingPolicyUnits count created created_at detailLevel detected dimension
        dimensions documentIndex document_index durationSeconds echo embeddingDimension embeddingMode enabled
        enable_thinking encoding_format end end_block_index end_char_index end_index endOffset end_page_number endTime
        enforce_eager entities failureMessage filters filterStrength firstByteLatency fps frame0 frame1 frames
        frequency_penalty generation_token_count guarded guardrailArn guardrailId guardrailIdentifier guardrailOrigin
        guardrailOwnership guardrailProcessingLatency guardrailVersion guidance_scale height ignore_eos
        imageVariationParams include_reasoning include_usage index inPaintingParams inputTextTokenCount inputTokenCount
        inputTokens input_tokens input_tokens_details invocationLatency invokedModelId isError is_error is_finished k
        kmsKeyId lastModifiedTime latency latencyMs length length_penalty logprob loop max_completion_tokens max_gen_len
        max_input_tokens maxNewTokens max_new_tokens max_output_tokens max_retries maxTokenCount maxTokens max_tokens
        max_tokens_per_doc maxTokensToSample max_tokens_to_sample max_tool_calls max_uses messageIndex mimeType mime_type
        min_p minTokens min_tokens modelArn multiShotAutomatedParams multiShotManualParams n nextToken normalize
        noTranslations num_beams numberOfImages numberOfResults num_generations numResults num_results originalStatusCode
        outPaintingParams outputEmbeddingLength output_index outputTokenCount outputTokens output_tokens
        output_tokens_details page_age parallel_tool_calls partial_images prefix presence_penalty priority promptAttack
        prompt_logprobs prompt_token_count prompt_token_ids prompt_tokens prompt_tokens_details quality rawLogprob
        raw_logprob reasoning_tokens relevanceScore relevance_score repetition_penalty retrieved_at return_code
        return_prompt safe_mode samples scale score search_queries_only searchResultIndex seed seeds
        segmentedEmbeddingParams sensitiveInformation sensitiveInformationPolicyFreeUnits sensitiveInformationPolicyUnits
        sequence_number serverToolUsage severityScore singleEmbeddingParams skip_special_tokens
        spaces_between_special_tokens start_block_index start_char_index start_index start_page_number stderr stdout steps
        store stream streaming streamProcessingMode strict submitTime summary_index temperature textCharacters textRange
        textToImageParams textToVideoParams textUnits thinking_budget threshold tokenCount token_ids tooComplex
        topicPolicyUnits topics topK top_k topKReturn top_n topP top_p total totalOutputTextTokenCount totalTokens
        total_tokens truncated truncate_prompt_tokens ttl uri use_cache user_location virtualTryOnParams weight width
        with_logprobs wordPolicyUnits
    ";

    /// The names in the tables of all families, and in the walk over SDK types.
    fn names_in_sources() -> BTreeSet<String> {
        let row = regex::Regex::new(r#"\(\s*"([^"]+)",\s*[A-Z]\w*"#).unwrap();
        let member = regex::Regex::new(r#"\b(?:member|list|text|free)(?:_if|_in)?\(\s*"(\w+)""#).unwrap();
        let mut names: BTreeSet<String> =
            OTHERS.into_iter().chain(SETTINGS.split_whitespace()).map(str::to_owned).collect();
        for (folder, pattern) in [("src/bedrock/families", row), ("src/bedrock/sdk", member)] {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let source = if path.is_file() { fs::read_to_string(path).unwrap() } else { continue };
                let code = source.split("#[cfg(test)]").next().unwrap();
                for (_, [found]) in pattern.captures_iter(code).map(|captures| captures.extract()) {
                    let path = found.rsplit_once(": ").map_or(found, |(_, path)| path);
                    let segments = path.split('.').map(|segment| segment.trim_end_matches("[]"));
                    names.extend(segments.filter(|name| !["", "*"].contains(name)).map(str::to_owned));
                }
            }
        }
        names
    }

    /// `UPDATE_GOLDEN=1` writes the list.
    #[test]
    fn the_names_are_those_of_the_tables() {
        let names: Vec<String> = names_in_sources().into_iter().collect();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write("src/bedrock/known_names.txt", names.join("\n") + "\n").unwrap();
        }
        assert!(NAMES.lines().eq(&names), "src/bedrock/known_names.txt is out of date");
    }

    #[test]
    fn unknown_names_and_long_numbers_are_left_out() {
        for (pointer, expected) in [
            ("", ""),
            ("/messages/0/content/1/text", "/messages/0/content/1/text"),
            ("/messages/0/jane.roe@example.com", "/messages/0/*"),
            ("/messages/0/content/1/toolUse/input/a~1b", "/messages/0/content/1/toolUse/input/*"),
            ("/536220145", "/*"),
            ("/choices/0/blocks/12/toolArguments", "/choices/0/blocks/12/toolArguments"),
            ("/function/arguments#/ssn#/text", "/function/arguments#/*#/text"),
            ("/078-05-1120#/x", "/*#/*"),
            ("/TEXT", "/*"),
            ("//", "//"),
        ] {
            assert_eq!(redact_pointer(pointer), expected);
        }
    }
}
