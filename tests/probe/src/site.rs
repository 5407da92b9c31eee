//! One page, certified with its whole response (version 2 of the gateway's protocol), and a way to spoil it afterwards.

use ic_cdk::api;
use ic_http_certification::utils::add_v2_certificate_header;
use ic_http_certification::{
    CERTIFICATE_EXPRESSION_HEADER_NAME, DefaultCelBuilder, DefaultResponseCertification,
    HttpCertification, HttpCertificationPath, HttpCertificationTree, HttpCertificationTreeEntry,
    HttpRequest, HttpResponse,
};
use std::cell::RefCell;

const PAGE: &str = "/page";
const CONTENT_TYPE: &str = "text/plain";

thread_local! {
    static SITE: RefCell<Option<Site>> = const { RefCell::new(None) };
}

struct Site {
    certification: HttpCertification,
    tree: HttpCertificationTree,
    served: HttpResponse<'static>,
}

/// The page says this from now on, certified.
pub(crate) fn publish(text: String) {
    let expression = DefaultCelBuilder::response_only_certification()
        .with_response_certification(DefaultResponseCertification::certified_response_headers(
            vec!["Content-Type"],
        ))
        .build();
    let headers = [
        (CERTIFICATE_EXPRESSION_HEADER_NAME, expression.to_string()),
        ("Content-Type", CONTENT_TYPE.to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    let served = HttpResponse::ok(text.into_bytes(), headers).build();
    let certification = HttpCertification::response_only(&expression, &served, None)
        .expect("the response has its expression");
    let mut tree = HttpCertificationTree::default();
    tree.insert(&HttpCertificationTreeEntry::new(page(), certification));
    api::certified_data_set(tree.root_hash());
    SITE.set(Some(Site {
        certification,
        tree,
        served,
    }));
}

/// The page says this from now on, with the certificate of what it said before.
pub(crate) fn forge(text: String) {
    change(|served| HttpResponse::ok(text.into_bytes(), served.headers().to_vec()).build());
}

/// The page claims to be of this type, with the certificate of the former one.
pub(crate) fn forge_type(content_type: String) {
    change(|mut served| {
        let mut headers = served.headers_mut().iter_mut();
        let header = headers.find(|(name, _)| name == "Content-Type");
        header.expect("a page has a type").1 = content_type;
        served
    });
}

pub(crate) fn http_request(request: &HttpRequest<'_>) -> HttpResponse<'static> {
    SITE.with_borrow(|site| match site {
        Some(site) if request.get_path().is_ok_and(|path| path == PAGE) => site.response(),
        _ => HttpResponse::not_found(&b"nothing here"[..], vec![]).build(),
    })
}

impl Site {
    fn response(&self) -> HttpResponse<'static> {
        let mut response = self.served.clone();
        let entry = HttpCertificationTreeEntry::new(page(), self.certification);
        let witness = self.tree.witness(&entry, PAGE);
        let witness = witness.expect("the page is in the tree");
        let certificate = api::data_certificate().expect("this is a query");
        add_v2_certificate_header(
            &certificate,
            &mut response,
            &witness,
            &page().to_expr_path(),
        );
        response
    }
}

fn page() -> HttpCertificationPath<'static> {
    HttpCertificationPath::exact(PAGE)
}

fn change(how: impl FnOnce(HttpResponse<'static>) -> HttpResponse<'static>) {
    SITE.with_borrow_mut(|site| {
        let site = site.as_mut().expect("something was published");
        site.served = how(site.served.clone());
    });
}
