//! Derive macros of `types::lean`. They read the attributes that Candid's and serde's macros read, so that a type has one description:
//! `#[serde(rename = "…")]` for the names of tags, `#[serde(with = "serde_bytes")]` for lists of bytes. A type that holds itself says
//! `#[lean(holds_itself)]`.
//!
//! Fields and tags are put into the order of their hashes here, as the values of a message are.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Ident, LitStr, Result, Type};

/// The type's place in a message's table of types, and its values: `lean::Typed` and `lean::Lean`.
#[proc_macro_derive(Lean, attributes(serde, lean))]
pub fn lean(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(item, writing)
}

/// Reading a value: `lean::reader::Read`.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive(item, |item, shape| {
        // Such as `try_from`, which checks what is read.
        match item.attrs.iter().find(|one| one.path().is_ident("serde")) {
            Some(attribute) => {
                let words =
                    "what serde does with a whole type is not done here: write Read by hand";
                Error::new(attribute.span(), words).into_compile_error()
            }
            None => reading(item, shape),
        }
    })
}

fn derive(
    item: proc_macro::TokenStream,
    of: fn(&DeriveInput, &Shape) -> TokenStream,
) -> proc_macro::TokenStream {
    let item = syn::parse_macro_input!(item as DeriveInput);
    match Shape::of(&item) {
        Ok(shape) => of(&item, &shape).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// What a type is in Candid.
enum Shape {
    Record(Vec<Field>),
    Variant(Vec<Tag>),
}

struct Field {
    member: Ident,
    name: String,
    of: Type,
}

struct Tag {
    variant: Ident,
    name: String,
    holds: Holds,
}

enum Holds {
    Nothing,
    One(Box<Type>),
    Fields(Vec<Field>),
}

impl Shape {
    fn of(item: &DeriveInput) -> Result<Self> {
        if !item.generics.params.is_empty() {
            return Err(Error::new(
                item.generics.span(),
                "a type without parameters",
            ));
        }
        match &item.data {
            Data::Struct(data) => Ok(Self::Record(fields(&data.fields)?)),
            Data::Enum(data) => {
                let mut tags = Vec::new();
                for variant in &data.variants {
                    tags.push(Tag {
                        name: name(&variant.ident, &variant.attrs)?,
                        variant: variant.ident.clone(),
                        holds: match &variant.fields {
                            Fields::Unit => Holds::Nothing,
                            Fields::Named(_) => Holds::Fields(fields(&variant.fields)?),
                            Fields::Unnamed(one) if one.unnamed.len() == 1 => {
                                Holds::One(Box::new(one.unnamed[0].ty.clone()))
                            }
                            Fields::Unnamed(many) => {
                                return Err(Error::new(many.span(), "one value or names"));
                            }
                        },
                    });
                }
                tags.sort_by_key(|tag| hash(&tag.name));
                distinct(tags.iter().map(|tag| (tag.name.as_str(), &tag.variant)))?;
                Ok(Self::Variant(tags))
            }
            Data::Union(_) => Err(Error::new(Span::call_site(), "a struct or an enum")),
        }
    }
}

/// Two names with one hash are no type.
fn distinct<'a>(names: impl Iterator<Item = (&'a str, &'a Ident)>) -> Result<()> {
    let mut last = None;
    for (name, ident) in names {
        if last.replace(hash(name)) == Some(hash(name)) {
            return Err(Error::new(ident.span(), "another one has the same hash"));
        }
    }
    Ok(())
}

/// In the order of their hashes.
fn fields(of: &Fields) -> Result<Vec<Field>> {
    let Fields::Named(named) = of else {
        return Err(Error::new(of.span(), "fields with names"));
    };
    let mut fields = Vec::new();
    for field in &named.named {
        let member = field.ident.clone().expect("a named field");
        fields.push(Field {
            name: name(&member, &field.attrs)?,
            member,
            of: field.ty.clone(),
        });
    }
    fields.sort_by_key(|field| hash(&field.name));
    distinct(fields.iter().map(|one| (one.name.as_str(), &one.member)))?;
    Ok(fields)
}

/// The name in Candid: what `rename` says, or the one in Rust.
fn name(ident: &Ident, attributes: &[Attribute]) -> Result<String> {
    let mut name = ident.to_string();
    for attribute in attributes.iter().filter(|one| one.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            let value: LitStr = meta.value()?.parse()?;
            if meta.path.is_ident("rename") {
                name = value.value();
            } else if !(meta.path.is_ident("with") && value.value() == "serde_bytes") {
                // Which changes nothing here: a list of bytes is one in any case.
                return Err(meta.error("only rename and with = \"serde_bytes\" are known"));
            }
            Ok(())
        })?;
    }
    Ok(name)
}

/// The hash of a field's or tag's name, as the Candid specification defines it.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        hash.wrapping_mul(223).wrapping_add(u32::from(byte))
    })
}

fn writing(item: &DeriveInput, shape: &Shape) -> TokenStream {
    let name = &item.ident;
    let (mut key, place, write) = match shape {
        Shape::Record(fields) => {
            let (key, place) = record_type(fields);
            let members = fields.iter().map(|field| &field.member);
            let write = quote! { #(crate::lean::Lean::write(&self.#members, to);)* };
            (key, place, write)
        }
        Shape::Variant(tags) => {
            let (key, place) = variant_type(tags);
            let arms = tags.iter().zip(0_u8..).map(|(tag, at)| {
                let variant = &tag.variant;
                match &tag.holds {
                    Holds::Nothing => quote! { Self::#variant => to.push(#at), },
                    Holds::One(_) => quote! {
                        Self::#variant(value) => {
                            to.push(#at);
                            crate::lean::Lean::write(value, to);
                        }
                    },
                    Holds::Fields(fields) => {
                        let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
                        quote! {
                            Self::#variant { #(#members),* } => {
                                to.push(#at);
                                #(crate::lean::Lean::write(#members, to);)*
                            }
                        }
                    }
                }
            });
            (key, place, quote! { match self { #(#arms)* } })
        }
    };
    if item.attrs.iter().any(|one| one.path().is_ident("lean")) {
        // The name stands for what is in it, which cannot be known before.
        let name = hash(&name.to_string());
        key = quote! { crate::lean::key(crate::lean::VARIANT, &[#name], &[]) };
    }
    quote! {
        impl crate::lean::Typed for #name {
            const KEY: u64 = #key;

            fn place(table: &mut crate::lean::Table) -> u8 {
                #place
            }
        }

        impl crate::lean::Lean for #name {
            fn write(&self, to: &mut Vec<u8>) {
                #write
            }
        }
    }
}

/// The key of a record's type, and its place in the table.
fn record_type(fields: &[Field]) -> (TokenStream, TokenStream) {
    let ids: Vec<_> = fields.iter().map(|field| hash(&field.name)).collect();
    let of: Vec<_> = fields.iter().map(|field| &field.of).collect();
    composite(
        &quote! { crate::lean::RECORD },
        &ids,
        &quote! { #(<#of as crate::lean::Typed>::KEY),* },
        &quote! { #(<#of as crate::lean::Typed>::place),* },
    )
}

fn variant_type(tags: &[Tag]) -> (TokenStream, TokenStream) {
    let ids: Vec<_> = tags.iter().map(|tag| hash(&tag.name)).collect();
    let (keys, places): (Vec<_>, Vec<_>) = tags
        .iter()
        .map(|tag| match &tag.holds {
            Holds::Nothing => (
                quote! { <() as crate::lean::Typed>::KEY },
                quote! { <() as crate::lean::Typed>::place },
            ),
            Holds::One(of) => (
                quote! { <#of as crate::lean::Typed>::KEY },
                quote! { <#of as crate::lean::Typed>::place },
            ),
            Holds::Fields(fields) => {
                let (key, place) = record_type(fields);
                (key, quote! { |table: &mut crate::lean::Table| #place })
            }
        })
        .unzip();
    composite(
        &quote! { crate::lean::VARIANT },
        &ids,
        &quote! { #(#keys),* },
        &quote! { #(#places),* },
    )
}

fn composite(
    code: &TokenStream,
    ids: &[u32],
    keys: &TokenStream,
    places: &TokenStream,
) -> (TokenStream, TokenStream) {
    let key = quote! { crate::lean::key(#code, &[#(#ids),*], &[#keys]) };
    // Evaluated while compiling.
    let place = quote! {
        table.fields(const { #key }, #code, &[#(#ids),*], &[#places])
    };
    (key, place)
}

fn reading(item: &DeriveInput, shape: &Shape) -> TokenStream {
    let name = &item.ident;
    let read = match shape {
        Shape::Record(fields) => record(&quote! { Self }, fields),
        Shape::Variant(tags) => {
            let arms = tags.iter().map(|tag| {
                let (id, variant) = (hash(&tag.name), &tag.variant);
                let read = match &tag.holds {
                    Holds::Nothing => quote! { from.value::<()>(of).map(|()| Self::#variant) },
                    Holds::One(_) => quote! { from.value(of).map(Self::#variant) },
                    Holds::Fields(fields) => record(&quote! { Self::#variant }, fields),
                };
                quote! { #id => { #read } }
            });
            quote! {
                let crate::lean::reader::Field { id, of } = from.variant(of)?;
                match id {
                    #(#arms)*
                    _ => Err(crate::lean::reader::ReadError::UnknownTag),
                }
            }
        }
    };
    quote! {
        impl crate::lean::reader::Read for #name {
            fn read(
                from: &mut crate::lean::reader::Reader<'_>,
                of: crate::lean::reader::Type,
            ) -> Result<Self, crate::lean::reader::ReadError> {
                #read
            }
        }
    }
}

/// A record of the type `of`; values of fields that nobody knows are skipped.
fn record(path: &TokenStream, fields: &[Field]) -> TokenStream {
    let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
    let found: Vec<_> = members
        .iter()
        .map(|one| format_ident!("found_{one}"))
        .collect();
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let ids = fields.iter().map(|field| hash(&field.name));
    quote! {
        #(let mut #found = None;)*
        for field in from.record(of)? {
            match field.id {
                #(#ids => #found = Some(from.value(field.of)?),)*
                _ => from.skip(field.of)?,
            }
        }
        Ok(#path {
            #(#members: crate::lean::reader::found(#found, #names)?,)*
        })
    }
}
