use crate::support::banister;

#[test]
fn every_split_has_the_same_result() {
    for text in
        ["", "x", "Write to jane.roe@example.com, 您好 4111 1111 1111 1111!", "password: Tr0ub4dor&3xyz and more"]
    {
        let run = banister(&["check", "--stream", "--seed", "7", "-f", "json"], text);
        assert!(run.code < Some(2), "{run:?}");
        let stream = &run.json()["stream"];
        assert_eq!(stream["seed"], 7);
        let (largest, bound) = (stream["maxBuffered"].as_u64(), stream["bufferLimit"].as_u64());
        assert!(largest <= bound && stream["ways"].as_u64() >= Some(50), "{stream}");
    }
}

#[test]
fn the_seed_is_shown_and_repeats_the_run() {
    let text = "Write to jane.roe@example.com";
    let first = banister(&["check", "--stream"], text);
    let seed = first.stdout.split("(seed ").nth(1).and_then(|rest| rest.split(')').next()).expect("a seed");
    let again = banister(&["check", "--stream", "--seed", seed], text);
    assert_eq!(first.stdout, again.stdout);
    assert!(first.stdout.contains("first release after 6 bytes"), "{first:?}");
}
