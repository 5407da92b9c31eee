use super::*;

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in [
        "http://127.0.0.1:4943",
        "http://localhost:1/",
        "http://[::1]:1",
        "https://example.com",
        "ic",
    ] {
        parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    for url in [
        "http://example.com",
        "ftp://127.0.0.1",
        "",
        "127.0.0.1:4943",
        "http://localhost.example.com",
        "http://here.localhost",
    ] {
        let error = parse(url).expect_err(url);
        assert!(matches!(error, Error::Url(..)), "{url}: {error}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn a_network_has_one_record_under_all_names_of_this_machine() {
    let path = |url| record_path(Path::new("home"), &parse(url).unwrap());
    assert_eq!(
        path("http://127.0.0.1:4943"),
        path("http://localhost:4943/")
    );
    assert_ne!(path("http://127.0.0.1:4943"), path("http://127.0.0.1:4944"));
    assert_ne!(
        path("http://localhost:1/instances/0"),
        path("http://localhost:1/instances/1")
    );
    assert_eq!(path("ic"), Path::new("home/networks/icp-api.io-443.json"));
}

#[test]
fn a_root_key_is_read_in_der_and_in_hex() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let der = [&[0x30][..], &[1; 132]].concat();
    for bytes in [
        der.clone(),
        hex::encode(&der).into_bytes(),
        format!("{}\n", hex::encode(&der)).into_bytes(),
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(RootKey::read(&path).unwrap(), RootKey::Given(der.clone()));
    }
    for bytes in [&b""[..], b"3030", &der[..132]] {
        std::fs::write(&path, bytes).unwrap();
        RootKey::read(&path).unwrap_err();
    }
    RootKey::read(&folder.path().join("none")).unwrap_err();
}

#[tokio::test]
async fn nothing_is_asked_of_a_network_elsewhere_for_its_root_key() {
    let folder = tempfile::tempdir().unwrap();
    let (front, other) = (Principal::management_canister(), Principal::anonymous());
    let url = "https://nobody.invalid";
    let connect = |front| Network::connect(folder.path(), url, RootKey::Usual, front);
    let network = connect(Some(front)).await.expect("nothing was sent");
    assert_eq!(network.root_key(), ic_root_key().unwrap());
    // It is remembered when somebody says so, not before.
    assert!(matches!(connect(None).await, Err(Error::NoFront(_))));
    network.remember().unwrap();
    assert_eq!(connect(None).await.unwrap().front(), front);
    let given = RootKey::Given(vec![1]);
    let error = Network::connect(folder.path(), url, given, Some(other)).await;
    assert!(
        matches!(error, Err(Error::OtherRootKey { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn tips_outlive_a_visit_to_another_family() {
    let folder = tempfile::tempdir().unwrap();
    let (front, other) = (Principal::management_canister(), Principal::anonymous());
    let url = "https://nobody.invalid";
    let connect = |front| Network::connect(folder.path(), url, RootKey::Usual, Some(front));
    let mut network = connect(front).await.unwrap();
    let tip = record::SavedTip {
        index: 7,
        hash: String::new(),
        certified_at_ns: 0,
    };
    network.tips.insert(front, tip);
    network.remember().unwrap();
    connect(other).await.unwrap().remember().unwrap();
    assert_eq!(connect(front).await.unwrap().tips, network.tips);
    // A network that is made anew has no past.
    network.tips.clear();
    network.remember_anew().unwrap();
    assert!(connect(front).await.unwrap().tips.is_empty());
}

#[tokio::test]
async fn an_unknown_family_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let url = "http://127.0.0.1:1";
    let error = Network::connect(folder.path(), url, RootKey::Usual, None).await;
    assert!(matches!(error, Err(Error::NoAnswer { .. })), "{error:?}");
}
