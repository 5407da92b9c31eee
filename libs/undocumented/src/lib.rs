//! Keeps documentation comments out of modules.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// Hides the documentation of a type and of what is in it from derive macros, in Wasm only.
///
/// Candid's derive macro puts every comment into the module, with the code that hands it to whoever prints types, and no
/// canister prints any. Stands above `#[derive]`.
#[proc_macro_attribute]
pub fn undocumented_in_wasm(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut after_hash = false;
    let tokens = item.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let is_attribute = after_hash && group.delimiter() == Delimiter::Bracket;
            after_hash = false;
            let inside = if is_attribute {
                conditional(group.stream())
            } else {
                undocumented_in_wasm(TokenStream::new(), group.stream())
            };
            let mut changed = Group::new(group.delimiter(), inside);
            changed.set_span(group.span());
            TokenTree::Group(changed)
        }
        other => {
            after_hash = matches!(&other, TokenTree::Punct(mark) if mark.as_char() == '#');
            other
        }
    });
    tokens.collect()
}

/// `doc = "…"` as `cfg_attr(not(target_family = "wasm"), doc = "…")`; another attribute as it is.
fn conditional(attribute: TokenStream) -> TokenStream {
    let first = attribute.clone().into_iter().next();
    if !matches!(&first, Some(TokenTree::Ident(name)) if name.to_string() == "doc") {
        return attribute;
    }
    let condition = r#"not(target_family = "wasm"), "#.parse::<TokenStream>();
    let mut inside = condition.expect("three tokens of Rust");
    inside.extend(attribute);
    [
        TokenTree::Ident(Ident::new("cfg_attr", Span::call_site())),
        TokenTree::Group(Group::new(Delimiter::Parenthesis, inside)),
    ]
    .into_iter()
    .collect()
}
