//! Device that sessions are bound to. Feature `device-bound`.

use std::sync::Arc;

use super::SessionCookieBuilder;
use crate::{
    base::config_error::ConfigError,
    cookie::CookieName,
    device::{DeviceBound, Devices},
    keys::PurposeSlot,
};

impl<T> SessionCookieBuilder<T> {
    /// Binds sessions to the visitor's device, from the next [`renew`](crate::Session::renew) on, if the browser can do
    /// that. Cookies that were stolen then open nothing elsewhere. Experimental; feature `device-bound`.
    ///
    /// The two endpoints have to be served: by [`DeviceLayer`](crate::web::DeviceLayer), or by
    /// [`answer_device`](crate::SessionCookie::answer_device). docs/device-bound.md is the guide.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, device::DeviceBound};
    /// # use std::time::SystemTime;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .device_bound(DeviceBound::at("/.session"))
    ///     .build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// session.renew()?;
    /// let fields = cookie.save(&session)?;
    /// let registration = fields.registration().ok_or("a renewed session offers it")?;
    /// assert!(registration.starts_with("(ES256);path=\"/.session/register\";challenge="));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn device_bound(mut self, settings: DeviceBound) -> Self {
        self.carrier.device = Some(settings);
        self
    }
}

impl<T> SessionCookieBuilder<T> {
    pub(super) fn devices(
        &self,
        name: &CookieName,
        slot: &PurposeSlot,
    ) -> Result<Option<Arc<Devices>>, ConfigError> {
        let skew = self.options.clock_skew.as_secs();
        let serve = |word: &str| self.keys.serve(slot.purpose.device(word), slot.need, None);
        let new = |device| Devices::new(device, skew, name, &self.carrier.attributes, serve);
        let devices = self.carrier.device.as_ref().map(new).transpose()?;
        Ok(devices.map(Arc::new))
    }
}
