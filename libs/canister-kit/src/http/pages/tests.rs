use super::*;
use ic_http_certification::{
    DefaultCelBuilder, DefaultResponseCertification, HttpCertification, HttpCertificationPath,
    HttpCertificationTree, HttpCertificationTreeEntry,
};

const CERTIFIED: [&str; 3] = ["Content-Type", "Cache-Control", "X-Content-Type-Options"];

fn tree() -> HttpTree {
    HttpTree::default().with("routing", Content::json(b"[]".to_vec()))
}

fn root(tree: &HttpTree) -> CertifiedRoot {
    CertifiedRoot::new([(HTTP_EXPR, tree.hash()), ("sig", [7; 32])])
}

fn asks(method: &str, url: &str) -> Option<HttpResponse> {
    let request = HttpRequest {
        method: method.to_owned(),
        url: url.to_owned(),
        ..HttpRequest::default()
    };
    tree().page(&request, Some(&[1, 2, 3]), &root(&tree()))
}

#[test]
fn the_tree_is_the_published_librarys() {
    let expression = DefaultCelBuilder::response_only_certification()
        .with_response_certification(DefaultResponseCertification::certified_response_headers(
            &CERTIFIED[..],
        ))
        .build();
    let text = expression.to_string().replace([' ', '\n'], "");
    assert_eq!(EXPRESSION, text);
    let ours = asks("GET", "/routing").expect("a page");
    let headers: Vec<(String, String)> = ours.headers.clone();
    let response = ic_http_certification::HttpResponse::builder()
        .with_body(ours.body.clone())
        .with_headers(headers)
        .build();
    let certification =
        HttpCertification::response_only(&expression, &response, None).expect("a response");
    let mut published = HttpCertificationTree::default();
    published.insert(&HttpCertificationTreeEntry::new(
        HttpCertificationPath::exact("/routing"),
        certification,
    ));
    published.insert(&HttpCertificationTreeEntry::new(
        HttpCertificationPath::wildcard(""),
        HttpCertification::skip(),
    ));
    let expected = ic_certified_map::labeled_hash(HTTP_EXPR.as_bytes(), &tree().hash());
    assert_eq!(published.root_hash(), expected);
}

#[test]
fn a_page_is_served_at_its_path_alone() {
    let page = asks("GET", "/routing?x=1#y").expect("a page");
    assert_eq!((page.status_code, &page.body[..]), (200, &b"[]"[..]));
    assert_eq!(
        asks("head", "/routing").map(|page| page.body),
        Some(page.body)
    );
    assert_eq!(asks("POST", "/routing"), None);
    for other in ["/routing/", "/", "", "routing", "/metrics", "//routing"] {
        assert_eq!(asks("GET", other), None, "{other}");
    }
}

#[test]
fn another_body_has_another_hash_and_an_old_page_gives_way() {
    let other = tree().with("routing", Content::json(b"[1]".to_vec()));
    assert_ne!(other.hash(), tree().hash());
    assert_eq!(other.with("routing", Content::json(b"[]".to_vec())), tree());
    assert_ne!(HttpTree::default().hash(), tree().hash());
}

#[test]
fn without_a_certificate_a_page_claims_nothing() {
    let request = HttpRequest {
        method: "GET".to_owned(),
        url: "/routing".to_owned(),
        ..HttpRequest::default()
    };
    let page = tree().page(&request, None, &root(&tree())).expect("a page");
    let proof = page
        .headers
        .iter()
        .find(|(name, _)| name == "IC-Certificate");
    assert_eq!(proof, None);
}
