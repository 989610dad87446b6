//! `#[derive(SessionData)]` of the crate [hardtack](https://docs.rs/hardtack), which re-exports it with feature
//! `derive`.

use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Attribute, Data, DeriveInput, Error, Field, LitInt, LitStr, Result, Type, parse_macro_input,
    spanned::Spanned,
};

/// Implements `SessionData` with the label and the schema that the attribute `session` gives:
///
/// ```ignore
/// #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
/// #[session(label = "login", schema = 2, from = FormerLogin)]
/// struct Login {
///     user: u64,
///     language: String,
/// }
/// ```
///
/// - `from` is the type of another version, from which this type converts by `From`. It is an earlier version or, while
///   instances of two versions run, a later one. It may in turn convert from a third type, but must not lead back to
///   this one, because the conversion would not end.
/// - `from_dictionary` reads sessions that are dictionaries, if the label is `""`, and dictionaries taken over from
///   another cookie. The fields have the names of the keys.
///
/// Without `from` and `from_dictionary`, no other schema is read. An empty dictionary is always the type's default.
///
/// A type with parameters needs the bounds of `SessionData` for them in a `where` clause of its own. A `from` with another
/// label converts nothing, because its sessions are under other keys, unless the builder's `type_label` is that label.
///
/// # Errors
///
/// The compiler refuses a type without a label or a schema, a word that is unknown or given twice, the attribute on a field or
/// a variant, and a `from` of the same schema. It also refuses a `from` of an earlier schema, with this derive, that has itself a `from` of a later schema,
/// because such types could lead back to each other.
#[proc_macro_derive(SessionData, attributes(session))]
pub fn session_data(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let implementation = Session::read(&input).map(|session| session.implement(&input));
    implementation
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

/// Attribute `session`.
struct Session {
    label: LitStr,
    schema: LitInt,
    from: Option<Type>,
    from_dictionary: bool,
}

impl Session {
    fn read(input: &DeriveInput) -> Result<Session> {
        let (mut label, mut schema, mut from, mut from_dictionary) = (None, None, None, None);
        let is_session = |attribute: &&Attribute| attribute.path().is_ident("session");
        if let Some(misplaced) = inside(&input.data).find(is_session) {
            return Err(Error::new_spanned(misplaced, MISPLACED));
        }
        for attribute in input.attrs.iter().filter(is_session) {
            attribute.parse_nested_meta(|meta| {
                let part = meta.path.get_ident().map(ToString::to_string);
                let is_new = match part.as_deref() {
                    Some("label") => label.replace(meta.value()?.parse()?).is_none(),
                    Some("schema") => schema.replace(meta.value()?.parse()?).is_none(),
                    Some("from") => from.replace(meta.value()?.parse()?).is_none(),
                    Some("from_dictionary") => from_dictionary.replace(()).is_none(),
                    _ => return Err(meta.error(EXPECTED)),
                };
                if is_new {
                    Ok(())
                } else {
                    Err(meta.error("given twice"))
                }
            })?;
        }
        let missing = || Error::new(Span::call_site(), MISSING);
        Ok(Session {
            label: label.ok_or_else(missing)?,
            schema: schema.ok_or_else(missing)?,
            from,
            from_dictionary: from_dictionary.is_some(),
        })
    }

    fn implement(&self, input: &DeriveInput) -> proc_macro2::TokenStream {
        let (label, schema) = (&self.label, &self.schema);
        let name = &input.ident;
        let (impl_generics, type_generics, bounds) = input.generics.split_for_impl();
        let convert = self.convert();
        let end = self.from.as_ref().map(|from| {
            let (order, ends) = (self.order(from), self.ends(from));
            quote! {
                #[automatically_derived]
                impl #impl_generics #name #type_generics #bounds {
                    #[doc(hidden)]
                    pub const __SESSION_READS_LATER: bool = #order;
                    #[doc(hidden)]
                    pub const __SESSION_ENDS: () = #ends;
                }
            }
        });
        // For a type with parameters, `convert` evaluates the constant where its sessions are used.
        let is_checked = end.is_some() && input.generics.params.is_empty();
        let check = is_checked.then(|| quote!(const _: () = #name::__SESSION_ENDS;));
        let check_in_use = end
            .is_some()
            .then(|| quote!(let () = Self::__SESSION_ENDS;));
        quote! {
            #[automatically_derived]
            impl #impl_generics ::hardtack::SessionData for #name #type_generics #bounds {
                const LABEL: &'static str = #label;
                const SCHEMA: u32 = #schema;

                fn convert(schema: u32, bytes: &[u8]) -> ::core::option::Option<Self> {
                    #check_in_use
                    #convert
                }
            }

            #end
            #check
        }
    }

    /// Returns the expression that is `true` if the schema of `from` is later than this type's.
    fn order(&self, from: &Type) -> proc_macro2::TokenStream {
        let schema = &self.schema;
        quote_spanned!(from.span()=> <#from as ::hardtack::SessionData>::SCHEMA > #schema)
    }

    /// Returns the expression that refuses a chain of types without an end: a chain may go to later schemas and then to
    /// earlier ones, but not to later ones again. Each type compares its own two steps, because a constant over the whole
    /// chain would give an error without a message. A type without this derive or without `from` has the trait's
    /// constant.
    fn ends(&self, from: &Type) -> proc_macro2::TokenStream {
        let schema = &self.schema;
        let name = from.to_token_stream().to_string().replace(' ', "");
        let circle = format!(
            "`{name}` has itself a `from` of a later schema, so each could ask the other without end; leave out one of the \
             two"
        );
        quote_spanned! {from.span()=> {
            #[allow(dead_code)]
            trait __Other {
                const __SESSION_READS_LATER: bool = false;
            }
            impl<T: ?::core::marker::Sized> __Other for T {}
            ::core::assert!(<#from as ::hardtack::SessionData>::SCHEMA != #schema, "{}", #SAME_SCHEMA);
            let is_below = !<#from>::__SESSION_READS_LATER;
            ::core::assert!(Self::__SESSION_READS_LATER || is_below, "{}", #circle);
        }}
    }

    fn convert(&self) -> proc_macro2::TokenStream {
        let dictionary = self.from_dictionary.then(|| {
            quote!(if schema == 0 {
                return ::hardtack::session::Map::decode(bytes);
            })
        });
        let other = match &self.from {
            Some(from) => quote! {
                <#from as ::hardtack::SessionData>::decode(schema, bytes).map(::core::convert::Into::into)
            },
            None => quote! {{
                let _ = (schema, bytes);
                ::core::option::Option::None
            }},
        };
        quote!(#dictionary #other)
    }
}

/// Returns the attributes of all variants and fields.
fn inside(data: &Data) -> Box<dyn Iterator<Item = &Attribute> + '_> {
    match data {
        Data::Struct(data) => Box::new(of_fields(data.fields.iter())),
        Data::Union(data) => Box::new(of_fields(data.fields.named.iter())),
        Data::Enum(data) => Box::new(data.variants.iter().flat_map(|variant| {
            let of_variant = variant.attrs.iter();
            of_variant.chain(of_fields(variant.fields.iter()))
        })),
    }
}

fn of_fields<'a>(fields: impl Iterator<Item = &'a Field>) -> impl Iterator<Item = &'a Attribute> {
    fields.flat_map(|field| &field.attrs)
}

const MISPLACED: &str =
    "`session` belongs above the type; fields and variants have the attributes of serde";
const SAME_SCHEMA: &str = "`from` is a type of the same schema, and has to be another version";
const EXPECTED: &str = "expected `label`, `schema`, `from` or `from_dictionary`";
const MISSING: &str = "name the type's sessions: `#[session(label = \"login\", schema = 1)]`";
