//! `#[derive(SessionData)]` of the crate [hardtack](https://docs.rs/hardtack), which re-exports it with feature
//! `derive`.

use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::{ToTokens, quote, quote_spanned};
use syn::{DeriveInput, Error, LitInt, LitStr, Result, Type, parse_macro_input, spanned::Spanned};

/// Implements `SessionData`, with the label and the schema of the attribute `session`:
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
/// - `from` is the type of another version, from which this type converts by `From`: an earlier version or, while
///   instances of two versions run, a later one. That type may in turn convert from a third, but never lead back to
///   this one: two types that read each other would not end.
/// - `from_dictionary` reads the sessions of a dictionary, and those taken over from other libraries: its fields have
///   the names of the keys.
///
/// Without `from` and `from_dictionary`, no other schema is read.
///
/// # Errors
///
/// The compiler refuses an attribute without a label or a schema, unknown words in the attribute, and a `from` that
/// leads back.
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
        for attribute in &input.attrs {
            if !attribute.path().is_ident("session") {
                continue;
            }
            attribute.parse_nested_meta(|meta| {
                let part = meta.path.get_ident().map(ToString::to_string);
                let is_new = match part.as_deref() {
                    Some("label") => label.replace(meta.value()?.parse()?).is_none(),
                    Some("schema") => schema.replace(meta.value()?.parse()?).is_none(),
                    Some("from") => from.replace(meta.value()?.parse()?).is_none(),
                    Some("from_dictionary") => from_dictionary.replace(()).is_none(),
                    _ => return Err(meta.error(EXPECTED)),
                };
                match is_new {
                    true => Ok(()),
                    false => Err(meta.error("given twice")),
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
        let end = self.from.as_ref().map(|from| self.end(from));
        // That of a type with parameters is evaluated where its sessions are used.
        let is_checked = end.is_some() && input.generics.params.is_empty();
        let check =
            is_checked.then(|| quote!(const _: () = <#name as ::hardtack::SessionData>::ENDS;));
        quote! {
            #[automatically_derived]
            impl #impl_generics ::hardtack::SessionData for #name #type_generics #bounds {
                const LABEL: &'static str = #label;
                const SCHEMA: u32 = #schema;
                #end

                fn convert(schema: u32, bytes: &[u8]) -> ::core::option::Option<Self> {
                    #convert
                }
            }

            #check
        }
    }

    /// Lets a chain of types go to later schemas and then to earlier ones, and not up again, so that it ends. Each type
    /// compares its own two steps, because a constant over the whole chain would be an error without a sentence.
    fn end(&self, from: &Type) -> proc_macro2::TokenStream {
        let schema = &self.schema;
        let name = from.to_token_stream().to_string().replace(' ', "");
        let circle = format!(
            "`{name}` has itself a `from` of a later schema, so each could ask the other without end; leave out one of the \
             two"
        );
        quote_spanned! {from.span()=>
            const READS_LATER: bool = <#from as ::hardtack::SessionData>::SCHEMA > #schema;
            const ENDS: () = {
                ::core::assert!(<#from as ::hardtack::SessionData>::SCHEMA != #schema, "{}", #SAME_SCHEMA);
                let is_below = !<#from as ::hardtack::SessionData>::READS_LATER;
                ::core::assert!(Self::READS_LATER || is_below, "{}", #circle);
            };
        }
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

const SAME_SCHEMA: &str = "`from` is a type of the same schema, and has to be another version";
const EXPECTED: &str = "expected `label`, `schema`, `from` or `from_dictionary`";
const MISSING: &str = "name the type's sessions: `#[session(label = \"login\", schema = 1)]`";
