//! The SSO facts of a directory (A1): entity id and certificate, or the metadata document that carries both.

use super::Refusal;
use crate::credential::digest;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// What is known of a directory's SSO.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The IdP's entity id.
    pub entity_id: Option<String>,
    /// SHA-256 of the signing certificate.
    pub certificate: Option<String>,
}

/// Reads a PEM certificate; what is kept is its fingerprint.
///
/// Errors: [`Refusal::SsoUnreadable`].
pub fn certificate(pem: &[u8]) -> Result<String, Refusal> {
    let read = CertificateDer::from_pem_slice(pem).map_err(|_| {
        Refusal::SsoUnreadable(
            "the SSO certificate is no PEM certificate: download it again from the identity provider; it \
             begins \
             with -----BEGIN CERTIFICATE-----"
                .to_owned(),
        )
    })?;
    Ok(digest(&data_encoding::BASE64.encode(&read)))
}

/// Reads a SAML metadata document.
///
/// Errors: [`Refusal::SsoUnreadable`] says what it lacks.
pub fn metadata(xml: &str) -> Result<Facts, Refusal> {
    let unreadable =
        |what: &str| Refusal::SsoUnreadable(format!("the SSO metadata {what}: download it again"));
    let document = roxmltree::Document::parse(xml).map_err(|_| unreadable("is no XML document"))?;
    let entity = document
        .descendants()
        .find(|node| node.tag_name().name() == "EntityDescriptor")
        .and_then(|node| node.attribute("entityID"))
        .ok_or_else(|| unreadable("has no EntityDescriptor with an entityID"))?;
    let certificate = document
        .descendants()
        .find(|node| node.tag_name().name() == "X509Certificate")
        .and_then(|node| node.text())
        .ok_or_else(|| unreadable("has no X509Certificate"))?;
    let base64: String = certificate.split_whitespace().collect();
    Ok(Facts { entity_id: Some(entity.to_owned()), certificate: Some(digest(&base64)) })
}

/// Reads an entity id: a URL or a URN.
///
/// Errors: [`Refusal::SsoUnreadable`].
pub fn entity_id(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if url::Url::parse(text).is_err() {
        return Err(Refusal::SsoUnreadable(format!(
            "the SSO entity id {text:?} is neither a URL nor a URN; copy it from the identity \
             provider's SAML settings"
        )));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nTUlJQg==\n-----END CERTIFICATE-----\n";

    /// A1: the metadata document says the same as entity id and certificate.
    #[test]
    fn metadata_and_the_two_facts_say_the_same() {
        let xml = "<md:EntityDescriptor xmlns:md='urn:m' xmlns:ds='urn:d' entityID='https://idp.example/x'>\
                   <ds:X509Certificate>\n TUlJ\n Qg==\n</ds:X509Certificate></md:EntityDescriptor>";
        let facts = metadata(xml).unwrap();
        assert_eq!(facts.entity_id, Some(entity_id(" https://idp.example/x ").unwrap()));
        assert_eq!(facts.certificate, Some(certificate(PEM.as_bytes()).unwrap()));
    }

    /// A1, U7: what cannot be read is told with what to do.
    #[test]
    fn unreadable_facts_are_told() {
        for refused in [
            certificate(b"nothing").unwrap_err(),
            metadata("nothing").unwrap_err(),
            metadata("<EntityDescriptor/>").unwrap_err(),
            metadata("<EntityDescriptor entityID='https://i.example'/>").unwrap_err(),
            entity_id("idp").unwrap_err(),
        ] {
            assert!(
                refused.to_string().contains("download it again") || refused.to_string().contains("copy it")
            );
            assert_eq!(refused.exit_code(), 2);
        }
    }
}
