//! A canister that consists of its interface: it accepts what the `.did` file says and answers
//! with sample values of the types that it says.

use std::sync::Mutex;

use candid::types::value::{IDLField, IDLValue, VariantValue};
use candid::types::{FuncMode, Label, Type, TypeInner};
use candid::{IDLArgs, TypeEnv};
use candid_parser::utils::CandidSource;
use types::Principal;

use crate::{CallError, Transport};

/// Every byte of every sample blob.
pub(super) const SAMPLE_BYTE: u8 = 7;

/// Samples of recursive types end here.
const DEPTH: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Query,
    Update,
}

/// Types of Candid stay on their thread, a transport does not: so this keeps the text.
pub(super) struct Interface {
    did: &'static str,
    calls: Mutex<Vec<(Kind, String)>>,
}

impl Interface {
    pub(super) fn new(did: &'static str) -> Self {
        Self {
            did,
            calls: Mutex::default(),
        }
    }

    fn parse(&self) -> (TypeEnv, Type) {
        let (env, service) = CandidSource::Text(self.did).load().unwrap();
        (env, service.unwrap())
    }

    /// What was called, in order.
    pub(super) fn calls(&self) -> Vec<(Kind, String)> {
        self.calls.lock().unwrap().clone()
    }

    /// Every method was called, as the kind that it is, and nothing else was.
    pub(super) fn assert_all_called(&self) {
        let mut called = self.calls();
        let (env, service) = self.parse();
        let mut methods: Vec<_> = env
            .as_service(&service)
            .unwrap()
            .iter()
            .map(|(name, ty)| {
                let modes = &env.as_func(ty).unwrap().modes;
                let query =
                    modes.contains(&FuncMode::Query) || modes.contains(&FuncMode::CompositeQuery);
                let kind = if query { Kind::Query } else { Kind::Update };
                (kind, name.clone())
            })
            .collect();
        called.sort_by(|one, other| one.1.cmp(&other.1));
        methods.sort_by(|one, other| one.1.cmp(&other.1));
        assert_eq!(called, methods);
    }

    fn call(&self, kind: Kind, method: &str, argument: &[u8]) -> Vec<u8> {
        self.calls.lock().unwrap().push((kind, method.to_owned()));
        let (env, service) = self.parse();
        let method = env.get_method(&service, method).unwrap();
        IDLArgs::from_bytes_with_types(argument, &env, &method.args).unwrap();
        let samples = method.rets.iter().map(|ty| sample(&env, ty, 0));
        let answer = IDLArgs {
            args: samples.collect(),
        };
        answer.to_bytes_with_types(&env, &method.rets).unwrap()
    }
}

/// A value of the type.
fn sample(env: &TypeEnv, ty: &Type, depth: usize) -> IDLValue {
    let deeper = |ty| sample(env, ty, depth + 1);
    match ty.as_ref() {
        TypeInner::Var(name) => sample(env, env.find_type(name).unwrap(), depth),
        TypeInner::Bool => IDLValue::Bool(true),
        TypeInner::Text => IDLValue::Text("text".to_owned()),
        TypeInner::Nat => IDLValue::Nat(1_u8.into()),
        TypeInner::Int => IDLValue::Int(1.into()),
        TypeInner::Nat8 => IDLValue::Nat8(1),
        TypeInner::Nat16 => IDLValue::Nat16(1),
        TypeInner::Nat32 => IDLValue::Nat32(1),
        TypeInner::Nat64 => IDLValue::Nat64(1),
        TypeInner::Principal => IDLValue::Principal(Principal::anonymous()),
        TypeInner::Func(_) => IDLValue::Func(Principal::anonymous(), "method".to_owned()),
        // A hash has 32 bytes; to everything else the length does not matter.
        TypeInner::Vec(element) if *element.as_ref() == TypeInner::Nat8 => {
            IDLValue::Blob(vec![SAMPLE_BYTE; 32])
        }
        TypeInner::Vec(_) if depth > DEPTH => IDLValue::Vec(Vec::new()),
        TypeInner::Vec(element) => IDLValue::Vec(vec![deeper(element)]),
        TypeInner::Opt(_) if depth > DEPTH => IDLValue::None,
        TypeInner::Opt(inner) => IDLValue::Opt(Box::new(deeper(inner))),
        TypeInner::Record(fields) => {
            let fields = fields.iter().map(|field| IDLField {
                id: (*field.id).clone(),
                // A range is never empty: its end is above its start.
                val: match &*field.id {
                    Label::Named(name) if name == "hi" => IDLValue::Nat64(2),
                    _ => deeper(&field.ty),
                },
            });
            IDLValue::Record(fields.collect())
        }
        // `Ok` where there is one.
        TypeInner::Variant(cases) => {
            let ok = Label::Named("Ok".to_owned());
            let index = cases.iter().position(|case| *case.id == ok).unwrap_or(0);
            let case = IDLField {
                id: (*cases[index].id).clone(),
                val: deeper(&cases[index].ty),
            };
            IDLValue::Variant(VariantValue(Box::new(case), index as u64))
        }
        TypeInner::Null => IDLValue::Null,
        other => panic!("no interface of ours has {other:?}"),
    }
}

impl Transport for Interface {
    async fn query(
        &self,
        _: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        Ok(self.call(Kind::Query, method, &argument))
    }

    async fn update(
        &self,
        _: Principal,
        method: &str,
        argument: Vec<u8>,
    ) -> Result<Vec<u8>, CallError> {
        Ok(self.call(Kind::Update, method, &argument))
    }
}
