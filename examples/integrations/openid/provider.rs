//! A fake provider, in place of another site. It signs every visitor in as ada.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response, Result},
    routing::{get, post},
};
use openidconnect::{
    CsrfToken, IssuerUrl, JsonWebKeyId, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey,
    SigningError,
    core::{
        CoreIdToken, CoreIdTokenClaims, CoreJsonCurveType, CoreJsonWebKey, CoreJsonWebKeySet,
        CoreJwsSigningAlgorithm,
    },
};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::Generate,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone)]
struct Provider {
    issuer: IssuerUrl,
    key: Arc<Key>,
    /// The codes that have been issued and not exchanged.
    codes: Arc<Mutex<HashMap<String, Question>>>,
}

#[derive(Deserialize)]
struct Question {
    redirect_uri: String,
    response_mode: Option<String>,
    state: String,
    nonce: String,
    code_challenge: String,
}

#[derive(Deserialize)]
struct Exchange {
    code: String,
    code_verifier: String,
}

pub(crate) fn routes(issuer: IssuerUrl) -> Router {
    let key = Key(SigningKey::generate());
    let keys = CoreJsonWebKeySet::new(vec![key.as_verification_key()]);
    let document = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": format!("{}/authorize", issuer.as_str()),
        "token_endpoint": format!("{}/token", issuer.as_str()),
        "jwks_uri": format!("{}/keys", issuer.as_str()),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    let provider = Provider {
        issuer,
        key: Arc::new(key),
        codes: Arc::default(),
    };
    let routes = Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(async || Json(document)),
        )
        .route("/keys", get(async || Json(keys)))
        .route("/authorize", get(authorize))
        .route("/token", post(exchange))
        .with_state(provider);
    Router::new().nest("/provider", routes)
}

async fn authorize(State(provider): State<Provider>, Query(question): Query<Question>) -> Response {
    let (uri, state) = (question.redirect_uri.clone(), question.state.clone());
    let is_form = question.response_mode.as_deref() == Some("form_post");
    let code = CsrfToken::new_random().into_secret();
    let mut codes = provider
        .codes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    codes.insert(code.clone(), question);
    // A real provider knows the redirect addresses of each client, and encodes the parameters.
    if is_form {
        let form = format!(
            r#"<form method="post" action="{uri}/form">
<input type="hidden" name="code" value="{code}"><input type="hidden" name="state" value="{state}">
<button>Continue</button></form>"#
        );
        Html(form).into_response()
    } else {
        Redirect::to(&format!("{uri}?code={code}&state={state}")).into_response()
    }
}

/// Exchanges a code for an identity, once, if the verifier is right.
async fn exchange(
    State(provider): State<Provider>,
    Form(exchange): Form<Exchange>,
) -> Result<Json<Value>> {
    let mut codes = provider
        .codes
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let question = codes
        .remove(&exchange.code)
        .ok_or(StatusCode::BAD_REQUEST)?;
    let verifier = PkceCodeVerifier::new(exchange.code_verifier);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    if question.code_challenge != challenge.as_str() {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let identity = provider.identity(&question.nonce);
    let identity = identity.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let token = json!({ "access_token": "…", "token_type": "bearer", "id_token": identity });
    Ok(Json(token))
}

impl Provider {
    fn identity(&self, nonce: &str) -> Result<CoreIdToken, Box<dyn Error>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "iss": self.issuer.as_str(),
            "sub": "ada",
            "aud": ["shop"],
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
        });
        let claims: CoreIdTokenClaims = serde_json::from_value(claims)?;
        let algorithm = CoreJwsSigningAlgorithm::EcdsaP256Sha256;
        Ok(CoreIdToken::new(claims, &*self.key, algorithm, None, None)?)
    }
}

/// A key of ES256, by which `openidconnect` verifies and does not sign.
struct Key(SigningKey);

impl PrivateSigningKey for Key {
    type VerificationKey = CoreJsonWebKey;

    fn sign(&self, _: &CoreJwsSigningAlgorithm, signed: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature: Signature = self.0.sign(signed);
        Ok(signature.to_vec())
    }

    fn as_verification_key(&self) -> CoreJsonWebKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        let [x, y] =
            [point.x(), point.y()].map(|part| part.map_or_else(Vec::new, |part| part.to_vec()));
        let id = JsonWebKeyId::new("1".to_owned());
        CoreJsonWebKey::new_ec(x, y, CoreJsonCurveType::P256, Some(id))
    }
}
