//! Which model IDs are written into records. A caller sends the ID, so that it could be any text.

/// What is written instead of text that is not a model ID.
const UNNAMED: &str = "*";

/// The length of the longest ARN of the Bedrock API.
const ARN_BYTES: usize = 2048;

/// The length of the longest ID that is not an ARN.
const ID_BYTES: usize = 140;

/// The digits of a date, which IDs contain. Card, account, social security and most phone numbers are longer.
const DATE_DIGITS: usize = 8;

/// Returns the ID if it has the form of a model ID or of an ARN, or `*`.
pub(crate) fn model_name(id: &str) -> &str {
    if is_model_id(id) || is_arn(id) { id } else { UNNAMED }
}

/// `provider.name-version:0`, with a region or without.
fn is_model_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_:".contains(&byte);
    let Some((provider, name)) = id.split_once('.') else { return false };
    id.len() <= ID_BYTES
        && id.bytes().all(is_allowed)
        && provider.bytes().any(|byte| byte.is_ascii_lowercase())
        && provider.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        // A name of two words is no model.
        && name.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-')
        && has_short_numbers(id)
}

/// `arn:aws:bedrock:region:account:resource`.
fn is_arn(id: &str) -> bool {
    let mut parts = id.splitn(6, ':');
    let (scheme, partition, service) = (parts.next(), parts.next(), parts.next());
    let (region, account, resource) = (parts.next(), parts.next(), parts.next());
    let is_name =
        |text: &str, signs: &[u8]| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte));
    id.len() <= ARN_BYTES
        && scheme == Some("arn")
        && partition.is_some_and(|partition| partition.starts_with("aws") && is_name(partition, b"-"))
        && matches!(service, Some("bedrock" | "sagemaker"))
        && region.is_some_and(|region| is_name(region, b"-") && has_short_numbers(region))
        && account.is_some_and(|account| account.bytes().all(|byte| byte.is_ascii_digit()) && account.len() <= 12)
        && resource.is_some_and(|resource| {
            resource.contains('/') && is_name(resource, b".-_:/") && has_short_numbers(resource)
        })
}

/// Returns `true` if the numbers in the text, with or without separators, are no longer than a date. Dates themselves do not count.
fn has_short_numbers(text: &str) -> bool {
    let is_date = |run: &&str| run.len() == DATE_DIGITS && run.starts_with("20");
    let digits = |part: &str| {
        let runs = part.split(|c: char| !c.is_ascii_digit());
        runs.filter(|run| !is_date(run)).map(str::len).sum::<usize>()
    };
    text.split(|c: char| c.is_ascii_alphabetic()).all(|part| digits(part) <= DATE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::model_name;

    #[test]
    fn model_ids_are_written() {
        for id in [
            "anthropic.claude-3-haiku-20240307-v1:0",
            "us.anthropic.claude-sonnet-4-20250514-v1:0",
            "meta.llama3-8b-instruct-v1:0",
            "ai21.j2-ultra-v1",
            "amazon.nova-pro-v1:0:300k",
            "amazon.titan-embed-text-v2:0",
            "global.openai.gpt-oss-120b-1:0",
            "deepseek.v3.2",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
            "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-v2",
            "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/my-endpoint",
        ] {
            assert_eq!(model_name(id), id);
        }
    }

    #[test]
    fn other_text_is_not_written() {
        let long = format!("anthropic.{}", "a".repeat(140));
        for id in [
            "",
            "jane.roe@example.com",
            "Jane.Roe",
            "jane.roe",
            "x.AKIAZZYYXXWWVVUUTTSS",
            "078-05-1120",
            "anthropic.078-05-1120",
            "anthropic.4111111111111111",
            "anthropic.claude-4111-1111-1111-1111",
            "+14155550123",
            "10.0.0.1",
            "my secret",
            "anthropic.claude\n{}",
            "arn:aws:bedrock:us-east-1:jane:x/y",
            "arn:aws:s3:us-east-1:123456789012:x/y",
            "arn:aws:bedrock:us-east-1:123456789012:x/jane.roe@example.com",
            "arn:aws:bedrock:us-east-1:123456789012:x/4111111111111111",
            long.as_str(),
        ] {
            assert_eq!(model_name(id), "*", "{id}");
        }
    }
}
