//! Traits for the types that differ between frameworks. actix-web uses an older version of `http`, so most rules of
//! this room see only these traits.

use std::borrow::Cow;

#[cfg(feature = "tower")]
use http::Uri;

/// Fields of a request or a response.
pub(crate) trait Fields {
    type Name: AsRef<str> + Clone;
    type Value;

    const CACHE_CONTROL: Self::Name;
    const COOKIE: Self::Name;
    const SET_COOKIE: Self::Name;
    const VARY: Self::Name;

    /// Makes a field name, which its source has checked. Panics if the text is not a name.
    fn name(checked: &str) -> Self::Name;

    /// Makes a value of `text`, which has no control characters except tabs.
    fn value(text: Cow<'static, str>) -> Self::Value;

    /// Makes a value that is kept out of logs and of HTTP/2's compression tables.
    fn sensitive(text: String) -> Self::Value;

    fn names(&self) -> impl Iterator<Item = &Self::Name>;

    fn values(&self, name: &Self::Name) -> impl Iterator<Item = &[u8]>;

    /// Returns the first value, in fewer instructions than [`values`](Self::values) takes.
    fn first(&self, name: &Self::Name) -> Option<&[u8]>;

    /// Returns the first value of a field. `name` is in lower case.
    fn named(&self, name: &str) -> Option<&[u8]>;

    fn add(&mut self, name: Self::Name, value: Self::Value);

    fn replace(&mut self, name: Self::Name, value: Self::Value);

    /// Removes the values for which `is_kept` returns `false`.
    fn retain(&mut self, name: &Self::Name, is_kept: impl FnMut(&[u8]) -> bool);
}

/// Values that travel with a request or a response, one of each type.
#[cfg(feature = "tower")]
pub(super) trait Extensions {
    fn get<V: Send + Sync + 'static>(&self) -> Option<&V>;

    fn insert<V: Clone + Send + Sync + 'static>(&mut self, value: V);

    fn remove<V: Send + Sync + 'static>(&mut self) -> Option<V>;
}

/// Returns the path of a request, for logs. A router that axum nests under a prefix sees only the rest of it.
#[cfg(feature = "tower")]
pub(super) fn whole_path<'a>(uri: &'a Uri, extensions: &'a impl Extensions) -> &'a str {
    #[cfg(feature = "axum")]
    if let Some(axum::extract::OriginalUri(whole)) = extensions.get() {
        return whole.path();
    }
    let _ = extensions;
    uri.path()
}

/// Implements the traits for a version of the crate `http`.
macro_rules! implement {
    ($http:path, $extensions:ty) => {
        const _: () = {
            use $http as http;

            impl Fields for http::header::HeaderMap {
                type Name = http::header::HeaderName;
                type Value = http::header::HeaderValue;

                const CACHE_CONTROL: Self::Name = http::header::CACHE_CONTROL;
                const COOKIE: Self::Name = http::header::COOKIE;
                const SET_COOKIE: Self::Name = http::header::SET_COOKIE;
                const VARY: Self::Name = http::header::VARY;

                fn name(checked: &str) -> Self::Name {
                    Self::Name::try_from(checked).expect("a name is checked when it is given")
                }

                #[inline]
                fn value(text: Cow<'static, str>) -> Self::Value {
                    match text {
                        Cow::Borrowed(text) => Self::Value::from_static(text),
                        Cow::Owned(text) => {
                            Self::Value::try_from(text).expect("it has no control characters")
                        }
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

                fn first(&self, name: &Self::Name) -> Option<&[u8]> {
                    self.get(name).map(Self::Value::as_bytes)
                }

                fn named(&self, name: &str) -> Option<&[u8]> {
                    self.get(name).map(Self::Value::as_bytes)
                }

                fn add(&mut self, name: Self::Name, value: Self::Value) {
                    self.append(name, value);
                }

                fn replace(&mut self, name: Self::Name, value: Self::Value) {
                    self.insert(name, value);
                }

                fn retain(&mut self, name: &Self::Name, mut is_kept: impl FnMut(&[u8]) -> bool) {
                    let values = self.get_all(name).into_iter();
                    let kept: Vec<_> = values
                        .filter(|value| is_kept(value.as_bytes()))
                        .cloned()
                        .collect();
                    self.remove(name);
                    for value in kept {
                        self.append(name.clone(), value);
                    }
                }
            }

            #[cfg(feature = "tower")]
            impl Extensions for $extensions {
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
        };
    };
}

implement!(::http, ::http::Extensions);
#[cfg(feature = "actix")]
implement!(actix_web::http, actix_web::dev::Extensions);
