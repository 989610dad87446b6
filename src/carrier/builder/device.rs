//! Sessions bound to a device.

use super::{SessionCookieBuilder, error::ConfigError};
use crate::{
    cookie::CookieName,
    device::{Devices, Options},
    session::Sealer,
    state::{DEVICE_LEN, Payload},
};

#[cfg(feature = "device-bound")]
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
    pub fn device_bound(mut self, settings: crate::device::DeviceBound) -> SessionCookieBuilder<T> {
        self.carrier.device = Some(settings);
        self
    }
}

impl<T> SessionCookieBuilder<T> {
    /// Bytes of the body that a session of this builder may need for a device.
    pub(super) fn device_len(&self) -> usize {
        self.carrier.device.as_ref().map_or(0, |_| DEVICE_LEN)
    }

    pub(super) fn device_options(&self) -> Result<Option<Options>, ConfigError> {
        let skew = self.settings.clock_skew.as_secs();
        let device = self.carrier.device.as_ref();
        let name = self.carrier.name().map(|name| name.to_string());
        let name = name.unwrap_or_default();
        let options = device.map(|device| device.options(&name, &self.carrier.attributes, skew));
        let options = options.transpose();
        options.map_err(|mistake| ConfigError::new("device_bound", mistake))
    }
}

impl<T: Payload> SessionCookieBuilder<T> {
    /// Adds the seals of devices to `sealer`, if sessions are bound.
    pub(super) fn with_devices(
        &self,
        mut sealer: Sealer,
        name: &CookieName,
    ) -> Result<Sealer, ConfigError> {
        let Some(options) = self.device_options()? else {
            return Ok(sealer);
        };
        let overlap = self.settings.overlap(&sealer.policy.lifetimes);
        let purpose = sealer.slot.purpose();
        let serve = |word: &str| self.settings.keys.serve(purpose.device(word), overlap);
        let attributes = &self.carrier.attributes;
        let devices = Devices::new(options, sealer.mode, name, attributes, serve)?;
        sealer.devices = Some(devices);
        Ok(sealer)
    }
}
