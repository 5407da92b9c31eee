//! Pages whose bodies a gateway verifies: they change seldom, so their hashes stand in the certified tree.
//!
//! Below the label `http_expr`, beside the wildcard that switches verification off for all other paths, each page has
//!
//! ```text
//! PATH / "<$>" / hash of the expression / "" / hash of the response / (empty leaf)
//! ```
//!
//! (HTTP gateway protocol, version 2, response certification without the request). A gateway takes the most specific path,
//! and wants to see that there is none for a response that is not verified; so every witness shows this whole
//! small tree.

use ic_certified_map::{HashTree, fork, labeled};
use sha2::{Digest, Sha256};

use super::{
    Content, HttpRequest, HttpResponse, NO_CERTIFICATION, certificate_header, header,
    skip_certification_tree, standard_headers,
};
use crate::certified::{CertifiedRoot, HTTP_EXPR, Hash, leaf};

#[cfg(test)]
mod tests;

/// The expression that says: verify status, body and these headers.
const EXPRESSION: &str = "default_certification(ValidationArgs{certification:Certification{\
    no_request_certification:Empty{},response_certification:ResponseCertification{\
    certified_response_headers:ResponseHeaderList{headers:[\"Content-Type\",\"Cache-Control\",\
    \"X-Content-Type-Options\"]}}}})";

/// Everything that stands below the label `http_expr`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpTree {
    /// Sorted by segment.
    pages: Vec<Page>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    segment: &'static str,
    content: Content,
    expression_hash: Hash,
    response_hash: Hash,
}

impl HttpTree {
    /// Puts a page at `/segment`; `segment` is one segment of a path, without slashes and sorted behind `<`.
    #[must_use]
    pub fn with(mut self, segment: &'static str, content: Content) -> Self {
        self.pages.retain(|page| page.segment != segment);
        let response_hash = response_hash(&content);
        self.pages.push(Page {
            segment,
            content,
            expression_hash: Sha256::digest(EXPRESSION).into(),
            response_hash,
        });
        self.pages.sort_by_key(|page| page.segment);
        self
    }

    /// The hash of the tree, for the certified root.
    pub fn hash(&self) -> Hash {
        self.tree().reconstruct()
    }

    /// The page that is asked for, with the proof that it is the canister's; `None` if there is no such page or the
    /// method is another than `GET` and `HEAD` (the gateway leaves the body out).
    ///
    /// `certificate` is the system's data certificate for `root`; without one (an update call) there is no proof.
    pub fn page(
        &self,
        request: &HttpRequest,
        certificate: Option<&[u8]>,
        root: &CertifiedRoot,
    ) -> Option<HttpResponse> {
        let path = request.url.split(['?', '#']).next()?;
        let segment = path.strip_prefix('/')?;
        let page = self.pages.iter().find(|page| page.segment == segment)?;
        let method = request.method.as_str();
        if !["GET", "HEAD"]
            .iter()
            .any(|known| method.eq_ignore_ascii_case(known))
        {
            return None;
        }
        let Content { content_type, body } = &page.content;
        let mut headers = standard_headers(content_type);
        if let Some(certificate) = certificate {
            let path = [HTTP_EXPR, page.segment, "<$>"];
            let tree = root.witness(vec![(HTTP_EXPR, self.tree())]);
            headers.push(certificate_header(certificate, &tree, &path));
        }
        headers.push(header("IC-CertificateExpression", EXPRESSION));
        Some(HttpResponse {
            status_code: 200,
            headers,
            body: body.clone(),
        })
    }

    /// Adds the headers by which a gateway finds, under `root`, that this response, which is none of the pages, is not to
    /// be verified.
    ///
    /// `certificate` is the system's data certificate for `root`, which only a query has. Without one (an
    /// update call) the response stays as it is.
    pub fn skip_certification(
        &self,
        mut response: HttpResponse,
        certificate: Option<&[u8]>,
        root: &CertifiedRoot,
    ) -> HttpResponse {
        let Some(certificate) = certificate else {
            return response;
        };
        let tree = root.witness(vec![(HTTP_EXPR, self.tree())]);
        let path = [HTTP_EXPR, "<*>"];
        let certificate = certificate_header(certificate, &tree, &path);
        response.headers.push(certificate);
        let expression = header("IC-CertificateExpression", NO_CERTIFICATION);
        response.headers.push(expression);
        response
    }

    fn tree(&self) -> HashTree<'_> {
        let pages = self.pages.iter().map(Page::tree);
        pages.fold(skip_certification_tree(), fork)
    }
}

impl Page {
    fn tree(&self) -> HashTree<'_> {
        let response = labeled(&self.response_hash, leaf(Vec::new()));
        let expression = labeled(&self.expression_hash, labeled(b"", response));
        labeled(self.segment.as_bytes(), labeled(b"<$>", expression))
    }
}

/// HTTP gateway protocol, "Response hash": the representation-independent hash of the certified headers, the
/// expression and the status, then the hash of the body.
fn response_hash(content: &Content) -> Hash {
    let Content { content_type, body } = content;
    let headers = standard_headers(content_type);
    let mut fields: Vec<[Hash; 2]> = headers
        .iter()
        .map(|(name, value)| field(&name.to_lowercase(), value.as_bytes()))
        .collect();
    fields.push(field("ic-certificateexpression", EXPRESSION.as_bytes()));
    // LEB128 of 200.
    fields.push(field(":ic-cert-status", &[0xc8, 0x01]));
    fields.sort_unstable();
    let headers = Sha256::digest(fields.concat().concat());
    let both = Sha256::new()
        .chain_update(headers)
        .chain_update(Sha256::digest(body));
    both.finalize().into()
}

fn field(name: &str, value: &[u8]) -> [Hash; 2] {
    [Sha256::digest(name).into(), Sha256::digest(value).into()]
}
