//! The tokens an IdP signs itself: whose name is on them, and where its keys are.

use super::Flavour;

/// What Entra ID calls every application outside its gallery in the tokens it sends with a blank secret.
const ENTRA_AUDIENCE: &str = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621";
/// Entra ID's provisioning service, which asks for those tokens.
const ENTRA_PROVISIONING: &str = "00000014-0000-0000-c000-000000000000";
/// Where Entra ID's tenants publish their keys.
const ENTRA_LOGIN: &str = "https://login.microsoftonline.com";

/// The issuer of one tenant's tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantIssuer {
    /// `iss`.
    pub issuer: String,
    /// Where its OpenID configuration lies.
    pub configuration_url: String,
    /// `aud` of the tokens sent to SCIM servers, where there is one for all.
    pub audience: Option<&'static str>,
    /// `appid` of the provisioning service, which asks for those tokens.
    pub application: Option<&'static str>,
}

impl Flavour {
    /// The issuer of the tokens a tenant's connector sends when no secret was pasted; nothing where the IdP
    /// has none, or `tenant` is no tenant id.
    ///
    /// Source: Entra facts §11 (blank secret: a version 1 issuer). Okta sends what was pasted.
    pub fn connector_issuer(self, tenant: &str) -> Option<TenantIssuer> {
        let tenant = self.tenant(tenant)?;
        Some(TenantIssuer {
            issuer: format!("https://sts.windows.net/{tenant}/"),
            configuration_url: format!("{ENTRA_LOGIN}/{tenant}/.well-known/openid-configuration"),
            audience: Some(ENTRA_AUDIENCE),
            application: Some(ENTRA_PROVISIONING),
        })
    }

    /// The issuer of the assertions a tenant's workload identities show at a token endpoint.
    ///
    /// Source: Entra facts §11 (federation: a version 2 issuer).
    pub fn workload_issuer(self, tenant: &str) -> Option<TenantIssuer> {
        let tenant = self.tenant(tenant)?;
        let issuer = format!("{ENTRA_LOGIN}/{tenant}/v2.0");
        let configuration_url = format!("{issuer}/.well-known/openid-configuration");
        Some(TenantIssuer { issuer, configuration_url, audience: None, application: None })
    }

    /// Whether the IdP's connector can come with a token that the IdP signed.
    pub fn signs_its_own_tokens(self) -> bool {
        match self {
            Flavour::Okta => false,
            Flavour::Entra => true,
        }
    }

    fn tenant(self, text: &str) -> Option<String> {
        match self {
            Flavour::Okta => None,
            Flavour::Entra => uuid::Uuid::try_parse(text.trim()).ok().map(|id| id.hyphenated().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A3, Entra facts §11: the tenant is pinned by the issuer, because all tenants share the audience.
    #[test]
    fn a_tenant_has_its_own_issuer() {
        let tenant = "CE5F061F-abe6-4e40-9615-301f87bcb7f0";
        let connector = Flavour::Entra.connector_issuer(tenant).unwrap();
        assert_eq!(connector.issuer, "https://sts.windows.net/ce5f061f-abe6-4e40-9615-301f87bcb7f0/");
        let workload = Flavour::Entra.workload_issuer(&format!(" {tenant} ")).unwrap();
        assert!(workload.issuer.ends_with("/ce5f061f-abe6-4e40-9615-301f87bcb7f0/v2.0"));
        for wrong in ["", "common", "organizations", "corp.example", "../x"] {
            assert_eq!(Flavour::Entra.connector_issuer(wrong), None, "{wrong}");
        }
        assert_eq!(Flavour::Okta.connector_issuer(tenant), None);
    }
}
