/// Implements `Debug` of an error by its `Display`, because a `main` that returns an error prints its `Debug` form.
macro_rules! debug_by_display {
    ($error:ty) => {
        impl std::fmt::Debug for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}

pub(crate) use debug_by_display;
