//! Pointers without the names that callers chose.

use super::names::is_known;

/// Returns the pointer with `*` for each name that no Bedrock format has. Such a name may be personal data.
pub(super) fn redact_pointer(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for (position, name) in pointer.split('/').enumerate() {
        if position > 0 {
            out.push('/');
        }
        let is_index = name.len() <= 4 && name.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(if is_index || is_known(name) { name } else { "*" });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::redact_pointer;

    #[test]
    fn unknown_names_and_long_numbers_are_left_out() {
        for (pointer, expected) in [
            ("", ""),
            ("/messages/0/content/1/text", "/messages/0/content/1/text"),
            ("/messages/0/jane.roe@example.com", "/messages/0/*"),
            ("/messages/0/content/1/toolUse/input/a~1b", "/messages/0/content/1/toolUse/input/*"),
            ("/536220145", "/*"),
            ("/choices/0/blocks/12/toolArguments", "/choices/0/blocks/12/toolArguments"),
            ("/TEXT", "/*"),
            ("//", "//"),
        ] {
            assert_eq!(redact_pointer(pointer), expected);
        }
    }
}
