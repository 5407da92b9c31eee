use super::*;

#[test]
fn origins_are_taken_as_browsers_spell_them() {
    for (text, host) in [
        ("https://id.example", "id.example"),
        ("https://id.example:8443", "id.example"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://localhost:4943", "localhost"),
        ("http://abc-cai.localhost:4943", "abc-cai.localhost"),
    ] {
        let origin = Origin::parse(text).expect(text);
        assert_eq!((origin.host(), origin.to_string().as_str()), (host, text));
    }
}

#[test]
fn other_spellings_are_refused() {
    for text in [
        "",
        "id.example",
        "https://",
        "https://id.example/",
        "https://id.example/path",
        "https://ID.example",
        "HTTPS://id.example",
        "https://id.example:443",
        "https://id.example:0443",
        "https://id.example:",
        "https://id.example:99999",
        "https://id.example:1:2",
        "https://id..example",
        "https://id.example.",
        "https://user@id.example",
        "https://[::1]",
        "https://{canister}.icp0.io",
        "http://id.example",
        "http://notlocalhost",
        "http://localhost:80",
        "ftp://id.example",
        "https://bücher.example",
    ] {
        let refused = Err(OriginError::Malformed(text.to_owned()));
        assert_eq!(Origin::parse(text), refused);
    }
    let long = format!("https://{}", "a".repeat(1_000_000));
    let error = Origin::parse(&long).expect_err("longer than any name");
    assert!(error.to_string().len() < 400);
}

#[test]
fn several_are_few_and_different() {
    let texts = |count: usize| -> Vec<String> {
        let all = 0..count;
        all.map(|number| format!("https://{number}.example"))
            .collect()
    };
    let twice = [texts(2), texts(2)].concat();
    assert_eq!(Origin::several(&twice).map(|origins| origins.len()), Ok(2));
    assert_eq!(
        Origin::several(&texts(10)).map(|origins| origins.len()),
        Ok(10)
    );
    assert_eq!(Origin::several(&texts(11)), Err(OriginError::TooMany(11)));
}
