//! A failing text made smaller, for whoever reads the failure.

/// Returns a shorter text that still fails: characters are dropped in ever smaller groups as long as it does.
pub(crate) fn shrunk(text: &str, mut fails: impl FnMut(&str) -> bool) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut size = chars.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        while at < chars.len() {
            let mut fewer = chars.clone();
            fewer.drain(at..(at + size).min(chars.len()));
            if fails(&fewer.iter().collect::<String>()) {
                chars = fewer;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    chars.into_iter().collect()
}
