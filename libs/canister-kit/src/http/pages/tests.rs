use super::*;
use ic_http_certification::{
    DefaultCelBuilder, DefaultResponseCertification, HttpCertification, HttpCertificationPath,
    HttpCertificationTree, HttpCertificationTreeEntry,
};

fn html(status: u16, body: &str) -> Page {
    let headers = vec![header("Content-Type", "text/html"), header("X-Other", "1")];
    Page::new(status, headers, body.as_bytes().to_vec())
}

fn open() -> HttpTree {
    let mut tree = HttpTree::default();
    tree.put("/routing", Content::json(b"[]".to_vec()));
    tree
}

fn closed() -> HttpTree {
    let mut tree = HttpTree::closed(html(404, "nothing"));
    tree.put("/", html(200, "<p>"));
    tree.put("/.well-known/x", html(200, "x"));
    tree.put("/assets/a.js", html(200, "a"));
    tree.put("/assets/b.js", html(200, "b"));
    tree
}

fn root(tree: &HttpTree) -> CertifiedRoot {
    CertifiedRoot::new([(HTTP_EXPR, tree.hash()), ("sig", [7; 32])])
}

fn asks(tree: &HttpTree, path: &str) -> Option<HttpResponse> {
    tree.page(path, Some(&[1, 2, 3]), &root(tree))
}

fn value<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    let found = response.headers.iter().find(|(header, _)| header == name);
    found.map(|(_, value)| value.as_str())
}

/// What stands behind `expr_path` in the certificate header, and the decoded tree.
fn proof(response: &HttpResponse) -> (Vec<String>, ic_certification::HashTree) {
    use base64::Engine as _;
    let header = value(response, "IC-Certificate").expect("a proof");
    let part = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=:")).expect("all parts");
        let text = rest.split(':').next().expect("an end");
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .expect("base64")
    };
    (
        serde_cbor::from_slice(&part("expr_path")).expect("a list of texts"),
        serde_cbor::from_slice(&part("tree")).expect("a tree"),
    )
}

/// The published library's certification of one of our responses.
fn published(response: &HttpResponse) -> HttpCertification {
    let ours = ["IC-CertificateExpression", "IC-Certificate"];
    let names: Vec<&str> = response
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !ours.contains(name))
        .collect();
    let expression = DefaultCelBuilder::response_only_certification()
        .with_response_certification(DefaultResponseCertification::certified_response_headers(
            names,
        ))
        .build();
    let text = expression.to_string().replace([' ', '\n'], "");
    assert_eq!(
        value(response, "IC-CertificateExpression"),
        Some(text.as_str())
    );
    let headers: Vec<(String, String)> = response.headers.clone();
    let answered = ic_http_certification::HttpResponse::builder()
        .with_status_code(response.status_code.try_into().expect("a status"))
        .with_body(response.body.clone())
        .with_headers(headers)
        .build();
    HttpCertification::response_only(&expression, &answered, None).expect("a response")
}

fn published_root(entries: &[(HttpCertificationPath<'_>, HttpCertification)]) -> Hash {
    let mut tree = HttpCertificationTree::default();
    for (path, certification) in entries {
        tree.insert(&HttpCertificationTreeEntry::new(path, *certification));
    }
    tree.root_hash()
}

#[test]
fn a_page_beside_the_open_wildcard_is_the_published_librarys() {
    let tree = open();
    let page = asks(&tree, "/routing").expect("a page");
    let expected = published_root(&[
        (HttpCertificationPath::exact("/routing"), published(&page)),
        (
            HttpCertificationPath::wildcard(""),
            HttpCertification::skip(),
        ),
    ]);
    let ours = ic_certified_map::labeled_hash(HTTP_EXPR.as_bytes(), &tree.hash());
    assert_eq!(ours, expected);
    assert_eq!(asks(&tree, "/metrics"), None);
}

#[test]
fn each_kind_of_place_is_the_published_librarys() {
    for path in ["/", "/a.txt", "/assets/deep/a.js"] {
        let mut tree = HttpTree::closed(html(404, "nothing"));
        tree.put(path, html(200, "page"));
        let [page, nothing] = [path, "/nowhere"].map(|path| asks(&tree, path).expect("a page"));
        let expected = published_root(&[
            (HttpCertificationPath::exact(path), published(&page)),
            (HttpCertificationPath::wildcard(""), published(&nothing)),
        ]);
        let ours = ic_certified_map::labeled_hash(HTTP_EXPR.as_bytes(), &tree.hash());
        assert_eq!(ours, expected, "{path}");
    }
}

#[test]
fn each_answer_names_its_place_in_a_tree_of_the_certified_root() {
    let tree = closed();
    let places: [(&str, u16, &[&str]); 6] = [
        ("/", 200, &["http_expr", "", "<$>"]),
        (
            "/.well-known/x",
            200,
            &["http_expr", ".well-known", "x", "<$>"],
        ),
        ("/assets/b.js", 200, &["http_expr", "assets", "b.js", "<$>"]),
        ("/assets", 404, &["http_expr", "<*>"]),
        ("/assets/", 404, &["http_expr", "<*>"]),
        ("", 404, &["http_expr", "<*>"]),
    ];
    for (path, status, place) in places {
        let response = asks(&tree, path).expect("a page");
        assert_eq!(response.status_code, status, "{path}");
        let (named, shown) = proof(&response);
        assert_eq!(named, place, "{path}");
        assert_eq!(shown.digest(), root(&tree).hash(), "{path}");
        let labels: Vec<&[u8]> = place.iter().map(|label| label.as_bytes()).collect();
        let found = shown.lookup_subtree(&labels);
        assert!(
            matches!(found, ic_certification::SubtreeLookupResult::Found(_)),
            "{path}"
        );
    }
}

#[test]
fn whatever_a_page_says_is_in_its_hash() {
    let hash = |page: Page| {
        let mut tree = HttpTree::default();
        tree.put("/x", page);
        tree.hash()
    };
    let headers = |value: &str| vec![header("Content-Type", value)];
    let page = || Page::new(200, headers("text/html"), b"body".to_vec());
    for other in [
        Page::new(201, headers("text/html"), b"body".to_vec()),
        Page::new(200, headers("text/css"), b"body".to_vec()),
        Page::new(200, vec![], b"body".to_vec()),
        Page::new(200, headers("text/html"), b"bodY".to_vec()),
    ] {
        assert_ne!(hash(other), hash(page()));
    }
    let built_in = Page::built_in(
        200,
        headers("text/html"),
        b"body",
        Sha256::digest("body").into(),
    );
    assert_eq!(built_in, page());
}

#[test]
fn pages_come_and_go() {
    let mut tree = open();
    let before = tree.hash();
    tree.put("/x", html(200, "x"));
    assert_ne!(tree.hash(), before);
    tree.put("/x", html(200, "y"));
    assert_eq!(asks(&tree, "/x").map(|page| page.body), Some(b"y".to_vec()));
    tree.take("/x");
    assert_eq!(tree, open());
}

#[test]
fn without_a_certificate_a_page_claims_nothing() {
    let tree = closed();
    let page = tree.page("/", None, &root(&tree)).expect("a page");
    assert_eq!(value(&page, "IC-Certificate"), None);
}
