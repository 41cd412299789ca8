//! The IdPs that cannot be connected, refused by name with the reason.

/// A word that names no flavour of ours.
///
/// Source: product F4; Apollo: supported identity providers for SCIM (Okta and Microsoft Entra ID only).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// An IdP we know, which Apollo does not provision from.
    #[error(
        "{0} cannot be connected: Apollo.io provisions seats from Okta and Microsoft Entra ID only; \
         use okta or entra"
    )]
    Refused(&'static str),
    /// Google signs people in to Apollo, so its refusal says where the line is.
    #[error(
        "Google Workspace cannot be connected: Apollo.io offers Google for signing in only and provisions \
         seats from Okta and Microsoft Entra ID; use okta or entra"
    )]
    Google,
    /// Entra ID under one of its other names.
    #[error("{0:?} is not a flavour: Microsoft Entra ID, formerly Azure AD, is called entra here")]
    MeansEntra(String),
    /// A word we have never heard.
    #[error("{0:?} is not a flavour: use okta or entra")]
    Unknown(String),
}

/// Names without blanks and punctuation, in lower case, and the name to show.
const REFUSED: [(&str, &str); 22] = [
    ("onelogin", "OneLogin"),
    ("jumpcloud", "JumpCloud"),
    ("ping", "Ping Identity"),
    ("pingidentity", "Ping Identity"),
    ("pingone", "PingOne"),
    ("pingfederate", "PingFederate"),
    ("auth0", "Auth0"),
    ("duo", "Duo"),
    ("rippling", "Rippling"),
    ("cyberark", "CyberArk"),
    ("idaptive", "CyberArk"),
    ("sailpoint", "SailPoint"),
    ("keycloak", "Keycloak"),
    ("authentik", "authentik"),
    ("zitadel", "Zitadel"),
    ("workos", "WorkOS"),
    ("lastpass", "LastPass"),
    ("adfs", "AD FS"),
    ("activedirectory", "Active Directory"),
    ("ldap", "LDAP"),
    ("oracle", "Oracle Identity"),
    ("ibm", "IBM Verify"),
];

const GOOGLE: [&str; 6] =
    ["google", "googleworkspace", "googleworkspaces", "gsuite", "googleapps", "googlecloudidentity"];

const ENTRA: [&str; 9] = [
    "azure",
    "azuread",
    "azureactivedirectory",
    "aad",
    "entraid",
    "microsoft",
    "microsoftentra",
    "microsoftentraid",
    "msentra",
];

impl Unsupported {
    /// The refusal that fits `word`, which is known to be no flavour.
    pub(super) fn word(word: &str) -> Unsupported {
        let plain: String =
            word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if GOOGLE.contains(&plain.as_str()) {
            return Unsupported::Google;
        }
        if ENTRA.contains(&plain.as_str()) {
            return Unsupported::MeansEntra(word.to_owned());
        }
        match REFUSED.iter().find(|(known, _)| *known == plain) {
            Some((_, name)) => Unsupported::Refused(name),
            None => Unsupported::Unknown(word.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_idps_are_refused_by_name_with_the_reason() {
        for (word, name) in [
            ("google", "Google Workspace"),
            ("Google Workspace", "Google Workspace"),
            ("G-Suite", "Google Workspace"),
            ("onelogin", "OneLogin"),
            ("OneLogin", "OneLogin"),
            ("jumpcloud", "JumpCloud"),
            ("ping", "Ping Identity"),
            ("ping_one", "PingOne"),
            ("AD FS", "AD FS"),
        ] {
            let text = Unsupported::word(word).to_string();
            assert!(text.starts_with(name), "{word}: {text}");
            assert!(
                text.contains("Apollo.io") && text.contains("Okta and Microsoft Entra ID"),
                "{word}: {text}"
            );
            assert!(text.ends_with("use okta or entra"), "{word}: {text}");
        }
        assert!(Unsupported::word("gsuite").to_string().contains("signing in only"));
    }

    #[test]
    fn other_names_of_entra_hint_at_it() {
        for word in ["azure", "AzureAD", "aad", "entra-id", "microsoft", "Microsoft Entra ID", "Azure AD"] {
            let text = Unsupported::word(word).to_string();
            assert!(text.contains(word) && text.contains("is called entra here"), "{word}: {text}");
        }
    }

    #[test]
    fn an_unknown_word_is_told_the_two_known_ones() {
        assert_eq!(Unsupported::word("oktaa").to_string(), r#""oktaa" is not a flavour: use okta or entra"#);
        assert_eq!(Unsupported::word("").to_string(), r#""" is not a flavour: use okta or entra"#);
        assert_eq!(Unsupported::word("a\nb").to_string(), r#""a\nb" is not a flavour: use okta or entra"#);
    }
}
