//! Examples of a type, which programs in two languages compare (docs/typed-sessions.md). Feature `testing`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};

use super::session_data::{SessionData, decode, encode};

/// Example values of a session's type, for a test that a program in another language has the same type
/// ([guide](crate::guide::typed_sessions#in-javascript)).
///
/// Serializing writes each value next to its bytes. Deserializing fails unless this type has the same label and schema,
/// and the same bytes for each value. It also fails if this type reads bytes that are listed as no value. So a swap of
/// two fields or variants is an error if the examples tell the two apart.
///
/// # Examples
///
/// ```
/// use hardtack::{SessionData, session::Examples};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Default, PartialEq, Debug)]
/// struct Login {
///     user: u64,
///     epoch: u32,
/// }
///
/// impl SessionData for Login {
///     const LABEL: &str = "login";
///     const SCHEMA: u32 = 1;
/// }
///
/// let json = serde_json::to_string(&Examples(vec![Login { user: 7, epoch: 3 }]))?;
/// assert_eq!(json, r#"["login",1,[["1",[7,3],{"user":7,"epoch":3}]],[]]"#);
///
/// let Examples(logins) = serde_json::from_str::<Examples<Login>>(&json)?;
/// assert_eq!(logins, [Login { user: 7, epoch: 3 }]);
/// let swapped = json.replace("[7,3]", "[3,7]");
/// assert!(serde_json::from_str::<Examples<Login>>(&swapped).is_err());
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Examples<T>(pub Vec<T>);

/// Label and schema, then the name, bytes and value of each example, then the name and bytes of each non-value.
type Written<T> = (
    String,
    u32,
    Vec<(String, Vec<u8>, T)>,
    Vec<(String, Vec<u8>)>,
);

impl<T: SessionData> Serialize for Examples<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut examples = Vec::new();
        for (i, value) in self.0.iter().enumerate() {
            let (bytes, _) = encode(value, 0).map_err(S::Error::custom)?;
            examples.push(((i + 1).to_string(), bytes.to_vec(), value));
        }
        let others: [(); 0] = [];
        (T::LABEL, T::SCHEMA, examples, others).serialize(serializer)
    }
}

impl<'de, T: SessionData> Deserialize<'de> for Examples<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (label, schema, examples, others) = Written::<T>::deserialize(deserializer)?;
        let (own, version) = (T::LABEL, T::SCHEMA);
        if (&*label, schema) != (own, version) {
            return Err(D::Error::custom(format_args!(
                "examples are of `{label}`, schema {schema}, and this type is `{own}`, schema {version}"
            )));
        }
        let mut differences = String::new();
        for (name, bytes, value) in &examples {
            let (here, _) = encode(value, 0).map_err(D::Error::custom)?;
            if *here != **bytes {
                differences += &format!("\n  {name}: this type writes other bytes for its value");
            }
        }
        for (name, bytes) in &others {
            if decode::<T>(bytes).is_some() {
                differences +=
                    &format!("\n  {name}: a value of this type, and not of that of the examples");
            }
        }
        if !differences.is_empty() {
            let sentence =
                format_args!("type `{own}` differs from that of the examples:{differences}");
            return Err(D::Error::custom(sentence));
        }
        Ok(Examples(
            examples.into_iter().map(|(.., value)| value).collect(),
        ))
    }
}
