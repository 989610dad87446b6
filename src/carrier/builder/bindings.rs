//! Application, type and context that sessions are bound to.

use super::SessionBuilder;

impl<C, T> SessionBuilder<C, T> {
    /// Binds every session to an application ([SPEC.md § 3.2]), by a label of 1 to 255 bytes. Default: none.
    ///
    /// Applications that share a key ring and a name accept each other's sessions unless their labels differ. Keys are
    /// derived for the label, whatever context is chosen for a request. Changing the label ends all existing sessions.
    ///
    /// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
    pub fn application(mut self, label: impl Into<String>) -> Self {
        self.options.application = Some(label.into());
        self
    }

    /// Replaces the [`LABEL`](crate::SessionData::LABEL) of `T`, for tools that
    /// [`inspect`](crate::SessionCookie::inspect) sessions of a type that they do not have. At most 255 bytes. Default:
    /// the label of `T`.
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.options.type_label = Some(label.into());
        self
    }

    /// Binds every session to a pair of label and value ([SPEC.md § 4.2]). Default: none.
    ///
    /// May be repeated; the order counts. A label has at most 255 bytes, a value at most 65,535.
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.context.push((label.into(), value.into()));
        self
    }
}
