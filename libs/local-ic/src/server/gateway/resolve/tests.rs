use super::{Target, Unresolved, resolve};
use candid::Principal;

const ID: &str = "lxzze-o7777-77777-aaaaa-cai";
const OTHER: &str = "ryjl3-tyaaa-aaaaa-aaaba-cai";

fn ask(host: &str, path: &str, referer: Option<&str>) -> Result<Target, Unresolved> {
    let domains = ["example.test".to_owned(), "apps.localhost".to_owned()];
    resolve(Some(host), &path.parse().unwrap(), referer, &domains)
}

fn found(id: &str, raw: bool) -> Target {
    let canister = Principal::from_text(id).unwrap();
    Target { canister, raw }
}

#[test]
fn the_host_names_the_canister() {
    for domain in ["localhost", "example.test", "apps.localhost"] {
        for port in ["", ":8080"] {
            let host = format!("{ID}.{domain}{port}");
            assert_eq!(ask(&host, "/", None), Ok(found(ID, false)), "{host}");
            let host = format!("{ID}.raw.{domain}{port}");
            assert_eq!(ask(&host, "/", None), Ok(found(ID, true)), "{host}");
        }
    }
    let shouted = format!("{}.LOCALHOST", ID.to_uppercase());
    assert_eq!(ask(&shouted, "/", None), Ok(found(ID, false)));
}

#[test]
fn the_query_names_it_where_the_host_does_not() {
    let path = format!("/a?x=1&canisterId={ID}&y");
    for host in [
        "localhost:1",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:1",
        "example.test",
    ] {
        assert_eq!(ask(host, &path, None), Ok(found(ID, false)), "{host}");
    }
    assert_eq!(ask("raw.localhost", &path, None), Ok(found(ID, true)));
    let host = format!("{OTHER}.localhost");
    assert_eq!(
        ask(&host, &path, None),
        Ok(found(OTHER, false)),
        "host first"
    );
}

#[test]
fn the_page_before_names_it_where_nothing_else_does() {
    let by_host = format!("http://{ID}.localhost:1/page");
    let by_query = format!("http://127.0.0.1:1/page?canisterId={ID}");
    for page in [&by_host, &by_query] {
        assert_eq!(
            ask("localhost", "/style.css", Some(page)),
            Ok(found(ID, false))
        );
    }
    let path = format!("/?canisterId={OTHER}");
    assert_eq!(
        ask("localhost", &path, Some(&by_host)),
        Ok(found(OTHER, false))
    );
    let raw = format!("http://{ID}.raw.localhost:1/page");
    assert_eq!(
        ask("localhost", "/", Some(&raw)),
        Ok(found(ID, false)),
        "a page cannot switch verification off"
    );
    let foreign = format!("http://elsewhere.test/?canisterId={ID}");
    assert_eq!(
        ask("localhost", "/", Some(&foreign)),
        Err(Unresolved::NoCanister)
    );
}

#[test]
fn the_address_of_a_request_may_carry_the_host() {
    let uri = format!("http://{ID}.localhost/").parse().unwrap();
    assert_eq!(resolve(None, &uri, None, &[]), Ok(found(ID, false)));
    let uri = "/".parse().unwrap();
    assert_eq!(resolve(None, &uri, None, &[]), Err(Unresolved::NoHost));
}

#[test]
fn what_names_no_canister_says_why() {
    assert_eq!(ask("localhost", "/", None), Err(Unresolved::NoCanister));
    for host in [
        "elsewhere.test".to_owned(),
        format!("{ID}.elsewhere.test"),
        format!("{ID}.notlocalhost"),
    ] {
        let refused = Unresolved::ForeignHost(host.clone());
        assert_eq!(ask(&host, "/", None), Err(refused));
    }
    for (host, path) in [
        ("nonsense.localhost", "/"),
        ("raw.raw.localhost", "/"),
        ("localhost", "/?canisterId=nonsense"),
        ("localhost", "/?canisterId="),
    ] {
        let error = ask(host, path, None).unwrap_err();
        assert!(
            matches!(error, Unresolved::NotACanister(..)),
            "{host}{path}: {error}"
        );
    }
    assert_eq!(ask("a b", "/", None), Err(Unresolved::NoHost));
}
