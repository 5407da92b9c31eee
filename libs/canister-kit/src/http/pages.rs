//! Responses that a gateway verifies: they change seldom, so their hashes stand in the certified tree.
//!
//! Below the label `http_expr` each page has the segments of its path, then
//!
//! ```text
//! "<$>" / hash of the expression / "" / hash of the response / (empty leaf)
//! ```
//!
//! (HTTP gateway protocol, version 2, response certification without the request: who asks with another method than `GET`
//! gets the same page). Beside them stands the wildcard `<*>` for every other path: either it switches verification
//! off, or it holds the response for what does not exist. A gateway takes the most specific path, and wants to see
//! that there is none for what it got; so every witness shows this whole small tree.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ic_certified_map::{HashTree, fork, labeled};
use sha2::{Digest, Sha256};

use super::{
    Content, HttpResponse, NO_CERTIFICATION, NO_CERTIFICATION_HASH, certificate_header, header,
    standard_headers,
};
use crate::certified::{CertifiedRoot, HTTP_EXPR, Hash, leaf};
use crate::sorted::sorted_by_key;

#[cfg(test)]
mod tests;

/// The last segment of a path that stands for itself.
const EXACT: &str = "<$>";
/// The segment that stands for all paths that the tree does not have.
const WILDCARD: &str = "<*>";

/// A response that is known before it is asked for: status, headers, body. All of it is certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Cow<'static, [u8]>,
    /// Says what of the response is verified: status, body and exactly these headers.
    expression: String,
    expression_hash: Hash,
    response_hash: Hash,
}

impl Page {
    /// A page whose body is hashed now.
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        let body_hash = Sha256::digest(&body).into();
        Self::hashed(status, headers, body.into(), body_hash)
    }

    /// A page whose body's SHA-256 was computed when the canister was built.
    pub fn built_in(
        status: u16,
        headers: Vec<(String, String)>,
        body: &'static [u8],
        body_hash: Hash,
    ) -> Self {
        Self::hashed(status, headers, body.into(), body_hash)
    }

    fn hashed(
        status: u16,
        headers: Vec<(String, String)>,
        body: Cow<'static, [u8]>,
        body_hash: Hash,
    ) -> Self {
        let names: Vec<String> = headers
            .iter()
            .map(|(name, _)| format!("{name:?}"))
            .collect();
        let expression = format!(
            "default_certification(ValidationArgs{{certification:Certification{{\
             no_request_certification:Empty{{}},response_certification:ResponseCertification{{\
             certified_response_headers:ResponseHeaderList{{headers:[{}]}}}}}}}})",
            names.join(",")
        );
        Self {
            expression_hash: Sha256::digest(&expression).into(),
            response_hash: response_hash(status, &headers, &expression, body_hash),
            status,
            headers,
            body,
            expression,
        }
    }

    fn response(&self) -> HttpResponse {
        let mut headers = self.headers.clone();
        headers.push(header("IC-CertificateExpression", &self.expression));
        HttpResponse {
            status_code: self.status,
            headers,
            body: self.body.to_vec(),
            upgrade: None,
        }
    }
}

impl From<Content> for Page {
    /// 200, with the headers that every route has.
    fn from(content: Content) -> Self {
        let Content { content_type, body } = content;
        Self::new(200, standard_headers(content_type), body)
    }
}

/// Everything that stands below the label `http_expr`. The default has no page, and verifies nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpTree {
    /// By path, which begins with `/`.
    pages: BTreeMap<&'static str, Page>,
    rest: Rest,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Rest {
    /// No response at another path is verified.
    #[default]
    Unverified,
    /// For all others there is this page.
    NotFound(Box<Page>),
}

impl HttpTree {
    /// A tree that answers `not_found` for every path that it does not have, so that nobody on the way can put a page of his
    /// own there.
    pub fn closed(not_found: Page) -> Self {
        Self {
            pages: BTreeMap::new(),
            rest: Rest::NotFound(Box::new(not_found)),
        }
    }

    /// Puts a page at a path, which begins with `/`, in place of the one that was there.
    pub fn put(&mut self, path: &'static str, page: impl Into<Page>) {
        self.pages.insert(path, page.into());
    }

    /// Takes the page at a path away.
    pub fn take(&mut self, path: &str) {
        self.pages.remove(path);
    }

    /// The hash of the tree, for the certified root.
    pub fn hash(&self) -> Hash {
        self.tree().reconstruct()
    }

    /// The page at this path, or the one for what does not exist, with the proof that it is the canister's; `None` if the
    /// response is to be made, and not verified.
    ///
    /// `certificate` is the system's data certificate for `root`; without one (an update call) there is no proof.
    pub fn page(
        &self,
        path: &str,
        certificate: Option<&[u8]>,
        root: &CertifiedRoot,
    ) -> Option<HttpResponse> {
        let (page, place) = match (self.pages.get(path), &self.rest) {
            (Some(page), _) => (page, exact(path)),
            (None, Rest::NotFound(page)) => (&**page, vec![WILDCARD]),
            (None, Rest::Unverified) => return None,
        };
        Some(self.proven(page.response(), certificate, root, place))
    }

    /// Adds the headers by which a gateway finds, under `root`, that this response at a path without a page is not to
    /// be verified. Only a tree that is not closed proves that.
    ///
    /// `certificate` is the system's data certificate for `root`, which only a query has. Without one (an
    /// update call) the response stays as it is.
    pub fn skip_certification(
        &self,
        mut response: HttpResponse,
        certificate: Option<&[u8]>,
        root: &CertifiedRoot,
    ) -> HttpResponse {
        if certificate.is_none() {
            return response;
        }
        let expression = header("IC-CertificateExpression", NO_CERTIFICATION);
        response.headers.push(expression);
        self.proven(response, certificate, root, vec![WILDCARD])
    }

    fn proven(
        &self,
        mut response: HttpResponse,
        certificate: Option<&[u8]>,
        root: &CertifiedRoot,
        mut place: Vec<&str>,
    ) -> HttpResponse {
        if let Some(certificate) = certificate {
            place.insert(0, HTTP_EXPR);
            let tree = root.witness(vec![(HTTP_EXPR, self.tree())]);
            let proof = certificate_header(certificate, &tree, &place);
            response.headers.push(proof);
        }
        response
    }

    fn tree(&self) -> HashTree<'_> {
        let mut all = Node::default();
        for (path, page) in &self.pages {
            all.certify(&exact(path), page);
        }
        match &self.rest {
            Rest::Unverified => all.insert(&[WILDCARD.as_bytes(), &NO_CERTIFICATION_HASH]),
            Rest::NotFound(page) => all.certify(&[WILDCARD], page),
        }
        all.tree()
    }
}

/// The segments of a path that stands for itself.
fn exact(path: &str) -> Vec<&str> {
    let mut segments: Vec<&str> = path.split('/').skip(1).collect();
    segments.push(EXACT);
    segments
}

/// A tree of labels; where it has no children it has an empty leaf.
#[derive(Default)]
struct Node<'a>(BTreeMap<&'a [u8], Node<'a>>);

impl<'a> Node<'a> {
    fn insert(&mut self, place: &[&'a [u8]]) {
        if let [label, below @ ..] = place {
            self.0.entry(label).or_default().insert(below);
        }
    }

    fn certify(&mut self, place: &[&'a str], page: &'a Page) {
        let mut labels: Vec<&[u8]> = place.iter().map(|segment| segment.as_bytes()).collect();
        labels.extend([&page.expression_hash[..], b"", &page.response_hash]);
        self.insert(&labels);
    }

    fn tree(self) -> HashTree<'a> {
        let children = self.0.into_iter();
        children
            .map(|(label, below)| labeled(label, below.tree()))
            .reduce(fork)
            .unwrap_or_else(|| leaf(Vec::new()))
    }
}

/// HTTP gateway protocol, "Response hash": the representation-independent hash of the certified headers, the
/// expression and the status, then the hash of the body.
fn response_hash(
    status: u16,
    headers: &[(String, String)],
    expression: &str,
    body_hash: Hash,
) -> Hash {
    let (status, length) = leb128fmt::encode_u64(status.into()).expect("ten bytes hold every u64");
    let fields = headers
        .iter()
        .map(|(name, value)| field(&name.to_lowercase(), value.as_bytes()))
        .chain([
            field("ic-certificateexpression", expression.as_bytes()),
            field(":ic-cert-status", &status[..length]),
        ]);
    let fields = sorted_by_key(fields, |field| *field);
    let headers = Sha256::digest(fields.concat().concat());
    let both = Sha256::new().chain_update(headers).chain_update(body_hash);
    both.finalize().into()
}

fn field(name: &str, value: &[u8]) -> [Hash; 2] {
    [Sha256::digest(name).into(), Sha256::digest(value).into()]
}
