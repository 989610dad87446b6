//! The heads of requests and responses that adapters read and write, of the crate `http` and of actix-web, which has
//! types of its own. The rules in this room see only these traits.

use std::borrow::Cow;

use http::header;

/// The fields of a request or a response.
pub(crate) trait Fields {
    type Name: AsRef<str> + Clone;
    type Value;

    const CACHE_CONTROL: Self::Name;
    const COOKIE: Self::Name;
    const SEC_FETCH_DEST: Self::Name;
    const SET_COOKIE: Self::Name;
    const VARY: Self::Name;

    /// The name as this type has it. Only for names that were checked, when the cookie or the header was built.
    fn name(checked: &str) -> Self::Name;

    /// Names, attributes, base64url, and words of ours, all of which are visible ASCII.
    fn value(text: Cow<'static, str>) -> Self::Value;

    /// The same, kept out of logs, and of the compression tables of HTTP/2.
    fn sensitive(text: String) -> Self::Value;

    fn names(&self) -> impl Iterator<Item = &Self::Name>;

    fn values(&self, name: &Self::Name) -> impl Iterator<Item = &[u8]>;

    fn add(&mut self, name: Self::Name, value: Self::Value);

    fn replace(&mut self, name: Self::Name, value: Self::Value);
}

macro_rules! fields {
    ($header:ident) => {
        impl Fields for $header::HeaderMap {
            type Name = $header::HeaderName;
            type Value = $header::HeaderValue;

            const CACHE_CONTROL: Self::Name = $header::CACHE_CONTROL;
            const COOKIE: Self::Name = $header::COOKIE;
            const SEC_FETCH_DEST: Self::Name = $header::HeaderName::from_static("sec-fetch-dest");
            const SET_COOKIE: Self::Name = $header::SET_COOKIE;
            const VARY: Self::Name = $header::VARY;

            fn name(checked: &str) -> Self::Name {
                Self::Name::try_from(checked).expect("a name is checked when it is given")
            }

            fn value(text: Cow<'static, str>) -> Self::Value {
                match text {
                    Cow::Borrowed(text) => Self::Value::from_static(text),
                    Cow::Owned(text) => Self::Value::try_from(text).expect("visible ASCII"),
                }
            }

            fn sensitive(text: String) -> Self::Value {
                let mut value = Self::value(Cow::Owned(text));
                value.set_sensitive(true);
                value
            }

            fn names(&self) -> impl Iterator<Item = &Self::Name> {
                self.keys()
            }

            fn values(&self, name: &Self::Name) -> impl Iterator<Item = &[u8]> {
                let values = self.get_all(name).into_iter();
                values.map(Self::Value::as_bytes)
            }

            fn add(&mut self, name: Self::Name, value: Self::Value) {
                self.append(name, value);
            }

            fn replace(&mut self, name: Self::Name, value: Self::Value) {
                self.insert(name, value);
            }
        }
    };
}

fields!(header);

#[cfg(feature = "tower")]
pub(crate) use of_layers::{Extensions, ResponseHead};

#[cfg(feature = "tower")]
mod of_layers {
    use super::Fields;
    use crate::web::Failure;

    /// Values that travel with a request, one of each type.
    pub(crate) trait Extensions {
        fn get<V: Send + Sync + 'static>(&self) -> Option<&V>;

        fn insert<V: Clone + Send + Sync + 'static>(&mut self, value: V);

        fn remove<V: Send + Sync + 'static>(&mut self) -> Option<V>;
    }

    impl Extensions for http::Extensions {
        fn get<V: Send + Sync + 'static>(&self) -> Option<&V> {
            self.get()
        }

        fn insert<V: Clone + Send + Sync + 'static>(&mut self, value: V) {
            self.insert(value);
        }

        fn remove<V: Send + Sync + 'static>(&mut self) -> Option<V> {
            self.remove()
        }
    }

    /// A response without its body.
    pub(crate) trait ResponseHead {
        type Fields: Fields;

        fn status(&self) -> u16;

        fn fields(&mut self) -> &mut Self::Fields;

        /// Changes the status to 500.
        fn fail(&mut self);

        /// Adds the failure to the extensions.
        fn carry(&mut self, failure: Failure);
    }

    impl<B> ResponseHead for http::Response<B> {
        type Fields = http::HeaderMap;

        fn status(&self) -> u16 {
            self.status().as_u16()
        }

        fn fields(&mut self) -> &mut http::HeaderMap {
            self.headers_mut()
        }

        fn fail(&mut self) {
            *self.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        }

        fn carry(&mut self, failure: Failure) {
            self.extensions_mut().insert(failure);
        }
    }

    #[cfg(feature = "actix")]
    mod of_actix {
        use std::borrow::Cow;

        use actix_web::{HttpResponse, http::StatusCode, http::header};

        use super::{Extensions, Fields, ResponseHead};
        use crate::web::Failure;

        fields!(header);

        impl Extensions for actix_web::dev::Extensions {
            fn get<V: Send + Sync + 'static>(&self) -> Option<&V> {
                self.get()
            }

            fn insert<V: Clone + Send + Sync + 'static>(&mut self, value: V) {
                self.insert(value);
            }

            fn remove<V: Send + Sync + 'static>(&mut self) -> Option<V> {
                self.remove()
            }
        }

        impl<B> ResponseHead for HttpResponse<B> {
            type Fields = header::HeaderMap;

            fn status(&self) -> u16 {
                self.status().as_u16()
            }

            fn fields(&mut self) -> &mut header::HeaderMap {
                self.headers_mut()
            }

            fn fail(&mut self) {
                *self.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }

            fn carry(&mut self, failure: Failure) {
                self.extensions_mut().insert(failure);
            }
        }
    }
}
